"""Poolings beside the largest and the mean, and the way back."""
