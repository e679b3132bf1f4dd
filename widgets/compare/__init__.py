"""Two networks side by side, with what differs marked on the cards and listed."""

from __future__ import annotations

from widgets.compare.difference_list import DifferenceList
from widgets.compare.side_by_side import SideBySide

__all__ = ["DifferenceList", "SideBySide"]
