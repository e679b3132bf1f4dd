"""What a command is. Whoever owns an action declares it; menu, shortcuts and search grow out of the declarations."""

from __future__ import annotations

from collections.abc import Callable, Iterable
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
    checked: Callable[[], bool] | None = None
    """Whether what it switches is on, for commands that switch something."""
    submenu: str = ""
    """The menu within its menu that it stands in."""


def matching(commands: Iterable[Command], text: str) -> list[Command]:
    """The commands whose words and heading hold all that was typed: first those that begin so, then in their order.

    Of several with one name only the first counts.
    """
    typed = text.casefold().strip()
    words = typed.split()
    named: dict[str, Command] = {}
    for command in commands:
        if all(word in f"{command.menu} {command.text}".casefold() for word in words):
            named.setdefault(command.name, command)
    return sorted(named.values(), key=lambda command: _rank(command.text.casefold(), typed))


def _rank(text: str, typed: str) -> int:
    """0 for what is called so, 1 for what begins so, 2 for what has a word that does, 3 for all others."""
    if text == typed:
        return 0
    return 1 if text.startswith(typed) else 2 if any(word.startswith(typed) for word in text.split()) else 3
