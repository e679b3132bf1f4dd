"""Python processes of our own take Netloom's modules and its packages, never those of the current folder."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
"""Where Netloom's packages lie: a checkout or the environment's site-packages."""


def module_command(module: str, python: str = sys.executable) -> list[str]:
    """The command that runs a module; a json.py in the folder where it is started is not taken for Python's own."""
    return [python, "-P", "-m", module]


def environment(present: Mapping[str, str] | None = None) -> dict[str, str]:
    """The environment for it and for what it starts in turn: the ``present`` one, with absolute module folders only."""
    present = os.environ if present is None else present
    folders = [str(ROOT)] if _needs_naming(ROOT) else []
    # An empty or a relative entry is the folder where Netloom was started, or lies in it.
    folders += filter(os.path.isabs, present.get("PYTHONPATH", "").split(os.pathsep))
    return {**present, "PYTHONPATH": os.pathsep.join(folders), "PYTHONSAFEPATH": "1"}


def _needs_naming(root: Path) -> bool:
    """Whether Python would not look there by itself: site-packages must stay behind the standard library."""
    return str(root) not in map(os.path.realpath, [*site.getsitepackages(), site.getusersitepackages()])
