"""Ways to take a network or a run away, as files: one class a kind, one file a family.

Importing this package registers every kind in `EXPORTS`; command line and window ask the registry.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from studio.exports import kinds
from studio.exports.base import EXPORTS, ByProcess, ByWorker, Export, ExportError, Made, OfDocument, OfRun, for_file

__all__ = ["EXPORTS", "ByProcess", "ByWorker", "Export", "ExportError", "Made", "OfDocument", "OfRun", "for_file"]

# A family joins by lying in that folder, so that a new kind of export touches no other file.
for _family in iter_modules(kinds.__path__):
    import_module(f"{kinds.__name__}.{_family.name}")
