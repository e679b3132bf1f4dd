"""Blocks under the hand: layers made into one and back, definitions taken along into other documents, the library."""

from __future__ import annotations

from models.blocks.carrying import brought, needed
from models.blocks.grouping import group, ungroup
from models.blocks.library import library

__all__ = ["brought", "group", "library", "needed", "ungroup"]
