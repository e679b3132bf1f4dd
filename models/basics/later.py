"""Modules that are imported when something of them is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """Stands for a module that takes long to import, where many who load a file never call what needs it.

    For type checkers the name stays the module: ``if TYPE_CHECKING: import numpy as np``, else ``Later("numpy")``.
    """

    def __init__(self, module: str) -> None:
        self._module = module

    def __getattr__(self, name: str) -> Any:
        return getattr(import_module(self._module), name)
