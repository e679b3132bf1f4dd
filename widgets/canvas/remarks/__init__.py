"""Frames and notes on the canvas: where they lie, and how they look."""
