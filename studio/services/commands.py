"""What a command is. Whoever owns an action declares it; menu, shortcuts and search grow out of the declarations."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple


class Command(NamedTuple):
    """A command: ``name`` for the program, ``text`` for people, ``menu`` its heading, ``keys`` as Qt reads them."""

    name: str
    menu: str
    text: str
    keys: tuple[str, ...]
    run: Callable[[], object]
    in_canvas: bool = False
    """The canvas has these keys itself, so that they keep their meaning in text fields; here they are only shown."""
    enabled: Callable[[], bool] = lambda: True
    """Whether it would do anything now."""
