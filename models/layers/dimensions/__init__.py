"""Layers that pick, add and take away dimensions, or sum up over them."""
