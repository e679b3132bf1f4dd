"""What layers give, written out: one file a family. A family joins by lying here."""

from models.byhand.written.kinds import (
    attention,
    cells,
    combining,
    elementwise,
    formulas,
    linear,
    moving,
    normalizing,
    picking,
    recurrent,
    windows,
)

__all__ = [
    "attention",
    "cells",
    "combining",
    "elementwise",
    "formulas",
    "linear",
    "moving",
    "normalizing",
    "picking",
    "recurrent",
    "windows",
]
