"""The window that compares two networks, and the commands that open it."""

from __future__ import annotations

from studio.compare.comparer import Comparer

__all__ = ["Comparer"]
