"""Layer kinds: one class a kind, one file a family. Importing this package registers every kind in `LAYERS`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from models.kinds.layer import LAYERS

__all__ = ["LAYERS"]

# A family file joins by lying in this folder, so that a new kind or family touches no other file.
for _family in iter_modules(__path__):
    import_module(f"{__name__}.{_family.name}")
