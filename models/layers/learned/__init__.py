"""Layers of single learned tensors, and of positions."""
