"""The kinds of questions: one function a file. Importing this package registers all of them in `PROBES`."""

from __future__ import annotations

from importlib import import_module
from pkgutil import walk_packages

from studio.worker.probing.base import PROBES

# A kind joins by lying in this folder, so that a new one touches no other file.
for _kind in walk_packages(__path__, f"{__name__}."):
    import_module(_kind.name)

__all__ = ["PROBES"]
