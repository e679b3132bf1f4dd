"""What layers give, written out: one file a family. A family joins by lying here."""

from models.byhand.written.kinds import (
    attention,
    combining,
    elementwise,
    linear,
    moving,
    normalizing,
    picking,
    recurrent,
    windows,
)

__all__ = [
    "attention",
    "combining",
    "elementwise",
    "linear",
    "moving",
    "normalizing",
    "picking",
    "recurrent",
    "windows",
]
