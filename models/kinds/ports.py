"""Output ports that follow from a setting: pieces as many as are asked for, indices where they are wanted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


class Ports:
    """The outputs of a kind whose settings tell which there are; the class itself has those of its defaults."""

    def __init__(self, names: Callable[[Any], tuple[str, ...]], usual: tuple[str, ...]) -> None:
        self._names, self._usual = names, usual

    def __get__(self, layer: Any, owner: type) -> tuple[str, ...]:
        return self._usual if layer is None else self._names(layer)


def numbered(count: int) -> tuple[str, ...]:
    """So many outputs: ``output``, ``output2``, ``output3``, …."""
    return ("output", *(f"output{number}" for number in range(2, count + 1)))
