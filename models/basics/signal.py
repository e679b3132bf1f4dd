"""Change signals for plain Python objects, so that the domain needs no GUI toolkit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Signal(Generic[P]):
    """A list of callables that are called, in order of connection, when the signal is emitted."""

    __slots__ = ("_slots",)

    def __init__(self) -> None:
        self._slots: list[Callable[P, object]] = []

    def connect(self, slot: Callable[P, object]) -> Callable[P, object]:
        """Call ``slot`` at every later `emit`; returns it, so that it can be disconnected."""
        self._slots.append(slot)
        return slot

    def disconnect(self, slot: Callable[P, object]) -> None:
        """Stop calling ``slot``; unknown slots are ignored, so that tearing down twice is harmless."""
        if slot in self._slots:
            self._slots.remove(slot)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call every slot; one that disconnects itself or another during the call is honored."""
        for slot in tuple(self._slots):
            if slot in self._slots:
                slot(*args, **kwargs)

    def __len__(self) -> int:
        return len(self._slots)
