"""Blocks as classes of generated source."""

from __future__ import annotations

from models.codegen.blocks.classes import Argument, BlockClass, BlockPlan

__all__ = ["Argument", "BlockClass", "BlockPlan"]
