"""What the window says in its banner. Whoever has something to say makes a message; the window alone shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

Action = tuple[str, Callable[[], object]]
"""The label of a button and what it does."""
Kind = Literal["info", "warning", "error", "good"]


class Message(NamedTuple):
    """A sentence for the banner; one that ``waits`` comes back until it is answered or closed.

    ``shown_by`` names a workspace that shows the same by itself: the banner is for the others.
    """

    text: str
    kind: Kind = "info"
    actions: tuple[Action, ...] = ()
    waits: bool = False
    shown_by: str = ""
