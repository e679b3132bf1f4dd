"""Two documents compared by what they mean, and what differs taken over from one into the other."""

from __future__ import annotations

from models.compare.comparing import compare
from models.compare.difference import Comparison, Difference, Effect, Quantity, ShapeChange
from models.compare.effects import effect, effect_lines
from models.compare.taking import take
from models.compare.values import ABSENT, FieldChange, value_text

__all__ = [
    "ABSENT",
    "Comparison",
    "Difference",
    "Effect",
    "FieldChange",
    "Quantity",
    "ShapeChange",
    "compare",
    "effect",
    "effect_lines",
    "take",
    "value_text",
]
