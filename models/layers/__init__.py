"""Layer kinds: one class a kind, one file a family. Importing this package registers every kind in `LAYERS`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from models.kinds.layer import LAYERS

__all__ = ["LAYERS"]

# A family file joins by lying in this folder or a room of it, so that a new kind or family touches no other file.
for _family in walk_packages(__path__, f"{__name__}."):
    import_module(_family.name)
