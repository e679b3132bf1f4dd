"""How a file of PyTorch code is to be imported, as it was typed."""

from __future__ import annotations

from typing import NamedTuple


class Wanted(NamedTuple):
    """Sizes of its inputs, the network in it, arguments as JSON, and a file of weights for it."""

    inputs: str = "3x224x224"
    name: str = ""
    arguments: str = ""
    weights: str = ""
