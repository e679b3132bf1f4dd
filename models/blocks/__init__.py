"""Blocks under the hand: layers made into a block and back, and definitions that go along into other documents."""

from __future__ import annotations

from models.blocks.carrying import brought, needed
from models.blocks.grouping import group, ungroup

__all__ = ["brought", "group", "needed", "ungroup"]
