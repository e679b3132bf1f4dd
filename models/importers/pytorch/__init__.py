"""PyTorch networks: what was called while one ran, and which layers that comes to. No torch is needed here."""

from __future__ import annotations

from models.importers.pytorch.trace import Call, Named, Size, Slice, Trace, Value
from models.importers.pytorch.translating import translated

__all__ = ["Call", "Named", "Size", "Slice", "Trace", "Value", "translated"]
