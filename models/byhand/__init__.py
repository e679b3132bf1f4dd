"""A network worked by hand: a small batch, every weight, and each step written out with its numbers."""
