"""The drawer beneath the canvas: problems, the table of layers, and the code."""

from __future__ import annotations

from widgets.drawer.drawer import Drawer

__all__ = ["Drawer"]
