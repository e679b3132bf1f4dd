"""What may be known of the computer beside a document."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple


class Devices(NamedTuple):
    """The devices of this computer, as the worker announced them: "cuda:0", "cpu"; and the bytes of memory of those
    where that is known."""

    ids: tuple[str, ...]
    memory: Mapping[str, int] = MappingProxyType({})
