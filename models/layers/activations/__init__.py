"""Activations beside the functions of one value."""
