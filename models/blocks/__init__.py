"""Blocks under the hand: layers made into a block, and a block made into its layers again."""

from __future__ import annotations

from models.blocks.grouping import group, ungroup

__all__ = ["group", "ungroup"]
