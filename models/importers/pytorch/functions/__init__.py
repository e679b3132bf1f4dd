"""Functions of PyTorch and the layers that they come to, one module a family."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules


def load() -> None:
    """Register all translations."""
    for found in iter_modules(__path__):
        import_module(f"{__name__}.{found.name}")
