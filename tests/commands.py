"""The command line in a test."""

from __future__ import annotations

from collections.abc import Callable

from models.document import Document
from models.network import Edge, Network, Node
from models.storage import files

Run = Callable[..., tuple[int, str, str]]


def broken(path: str = "broken.netloom") -> str:
    nodes = [Node("in1", "Input", {"shape": [5]}), Node("conv1", "Conv2d"), Node("out1", "Output")]
    wires = [Edge("in1", "output", "conv1", "input"), Edge("conv1", "output", "out1", "input")]
    files.write(Document(Network(nodes, wires)), path)
    return path
