"""Blocks under the hand: layers made into one and back, definitions taken along into other documents, the library, and
what the user adds to it."""

from __future__ import annotations

from models.blocks.carrying import brought, needed
from models.blocks.grouping import group, ungroup
from models.blocks.library import library
from models.blocks.own import everything

__all__ = ["brought", "everything", "group", "library", "needed", "ungroup"]
