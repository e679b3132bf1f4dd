"""What may be known of the computer beside a document."""

from __future__ import annotations

from typing import NamedTuple


class Devices(NamedTuple):
    """The devices of this computer, as the worker announced them: "cuda:0", "cpu"."""

    ids: tuple[str, ...]
