"""Workspaces: one package each, which declares itself. Importing this package registers all of them."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

# A workspace joins by lying in this folder, so that a new one touches no other file.
for _workspace in iter_modules(__path__):
    if _workspace.ispkg:
        import_module(f"{__name__}.{_workspace.name}")
