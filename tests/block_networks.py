"""Documents drawn with blocks, as JSON data: what the tests of blocks begin from."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise
from typing import Any

from models.document import Document
from models.storage import files


def node(id: str, kind: str, *, repeat: Any = None, first: Any = None, **params: Any) -> dict[str, Any]:
    """An entry of ``nodes``."""
    beside = {"params": params or None, "repeat": repeat, "first": first}
    return {"id": id, "kind": kind} | {name: value for name, value in beside.items() if value is not None}


def wires(*ids: str) -> list[list[str]]:
    """A chain of wires."""
    return [[before, after] for before, after in pairwise(ids)]


def network(nodes: list[dict[str, Any]], *more: list[str]) -> dict[str, Any]:
    """A chain of nodes, with further wires."""
    return {"nodes": nodes, "edges": [*wires(*(item["id"] for item in nodes)), *more]}


def conv(id: str, out: str | int, kernel: int = 1, **more: Any) -> dict[str, Any]:
    """A convolution without bias."""
    return node(id, "Conv2d", out_channels=out, kernel_size=kernel, bias=False, **more)


_TRUNK = [
    node("input1", "Input"), conv("conv1", "=width"), node("bn1", "BatchNorm2d"), node("relu1", "ReLU"),
    conv("conv2", "=width", 3, stride="=stride", padding=1), node("bn2", "BatchNorm2d"), node("relu2", "ReLU"),
    conv("conv3", "=width * 4"), node("bn3", "BatchNorm2d"), node("add1", "Add"), node("relu3", "ReLU"),
    node("output1", "Output"),
]  # fmt: skip
SQUEEZE = {
    "network": network(
        [
            node("input1", "Input"), node("pool1", "AdaptiveAvgPool2d", output_size=1),
            conv("conv1", "=in_channels // 4"), node("relu1", "ReLU"), conv("conv2", "=in_channels"),
            node("gate1", "Sigmoid"), node("mul1", "Multiply"), node("output1", "Output"),
        ],
        ["input1", "mul1"],
    )
}  # fmt: skip
BOTTLENECK = {"parameters": {"width": 64, "stride": 1}, "network": network(_TRUNK, ["input1", "add1"])}
PROJECTED = {
    "parameters": {"width": 64, "stride": 1},
    "network": {
        "nodes": [*_TRUNK, conv("conv4", "=width * 4", stride="=stride"), node("bn4", "BatchNorm2d")],
        "edges": [*network(_TRUNK)["edges"], *wires("input1", "conv4", "bn4", "add1")],
    },
}


def resnet(counts: tuple[int, ...] = (3, 4, 6, 3), size: int = 224) -> dict[str, Any]:
    """ResNet-50, or a sibling with other numbers of blocks."""
    nodes = [
        node("input1", "Input", shape=[3, size, size]), conv("conv1", 64, 7, stride=2, padding=3),
        node("bn1", "BatchNorm2d"), node("relu1", "ReLU"),
        node("pool1", "MaxPool2d", kernel_size=3, stride=2, padding=1),
    ]  # fmt: skip
    for place, count in enumerate(counts, 1):
        width = 32 * 2**place
        nodes.append(node(f"down{place}", "Projected", width=width, stride=1 if place == 1 else 2))
        nodes.append(node(f"stage{place}", "Bottleneck", width=width, repeat=count - 1))
    nodes += [node("pool2", "AdaptiveAvgPool2d", output_size=1), node("flatten1", "Flatten")]
    nodes += [node("fc1", "Linear", out_features=1000), node("output1", "Output")]
    return document_of(network(nodes), Projected=PROJECTED, Bottleneck=BOTTLENECK)


def gated() -> dict[str, Any]:
    """A small network for 8×8 digits: blocks in a block, one repeated with a first that differs."""
    inner = [
        node("input1", "Input"), conv("conv1", "=width", 3, padding=1, stride="=stride"), node("bn1", "BatchNorm2d"),
        node("relu1", "ReLU"), node("se1", "Excite"), node("output1", "Output"),
    ]  # fmt: skip
    main = [
        node("input1", "Input", shape=[1, 8, 8]), node("stage1", "Gated", repeat=2, first={"stride": 2}),
        node("stage2", "Gated", width=16), node("flat1", "Flatten"), node("fc1", "Linear", out_features=10),
        node("output1", "Output"),
    ]  # fmt: skip
    block = {"parameters": {"width": 8, "stride": 1}, "network": network(inner)}
    return document_of(network(main), Gated=block, Excite=SQUEEZE)


def document_of(main: dict[str, Any], **blocks: Any) -> dict[str, Any]:
    """A document as JSON data, whose parts may be changed."""
    return {
        "netloom": 2,
        "network": deepcopy(main),
        "blocks": {name: deepcopy(block) for name, block in blocks.items()},
    }


def opened(value: dict[str, Any]) -> Document:
    """The document of which nothing is lost."""
    document, problems = files.from_json(deepcopy(value))
    assert problems == []
    return document
