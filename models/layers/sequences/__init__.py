"""Cells that take one step of a sequence, and whole stacks over sequences."""
