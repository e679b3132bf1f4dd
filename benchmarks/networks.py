"""Networks to measure with: ResNets as published (He et al. 2016) and chains of any length, as documents' JSON data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from models.document import Document
from models.storage.files import from_json

Layers = list[tuple[str, str, dict[str, Any]]]
"""Name, kind and settings of layers in a row."""

BLOCKS = {18: (2, 2, 2, 2), 34: (3, 4, 6, 3), 50: (3, 4, 6, 3), 101: (3, 4, 23, 3), 152: (3, 8, 36, 3)}
PARAMETERS = {18: 11_689_512, 50: 25_557_032, 152: 60_192_808}
"""torchvision's counts, to check the builder against."""


class Builder:
    """Collects nodes and wires; `add` feeds a new node from the ones named, or from the one before."""

    def __init__(self) -> None:
        self.nodes: list[dict[str, Any]] = []
        self.edges: list[list[str]] = []

    def add(self, id: str, kind: str, *sources: str, **params: Any) -> str:
        """Add a node; returns its id."""
        node: dict[str, Any] = {"id": id, "kind": kind}
        if params:
            node["params"] = params
        for source in sources or [self.nodes[-1]["id"]] if self.nodes else ():
            self.edges.append([source, id])
        self.nodes.append(node)
        return id

    def value(self) -> dict[str, Any]:
        """The document as JSON data."""
        return {"netloom": 1, "network": {"nodes": self.nodes, "edges": self.edges}}


def document(builder: Builder, **entries: Any) -> Document:
    """The network built so far, opened as a file would be; with ``data`` and ``training`` if given."""
    opened, problems = from_json(builder.value() | entries)
    assert not problems, problems
    return opened


def resnet(depth: int, classes: int = 1000, *, small: bool = False) -> Builder:
    """ResNet-18, 34, 50, 101 or 152 for images of 3×224×224; ``small``: with the stem that 3×32×32 images take."""
    build = Builder()
    build.add("input1", "Input", shape=[3, 32, 32] if small else [3, 224, 224])
    stem = {"kernel_size": 3, "padding": 1} if small else {"kernel_size": 7, "stride": 2, "padding": 3}
    build.add("conv1", "Conv2d", out_channels=64, **stem, bias=False)
    build.add("bn1", "BatchNorm2d")
    channels, last = 64, build.add("relu1", "ReLU")
    if not small:
        last = build.add("pool1", "MaxPool2d", kernel_size=3, stride=2, padding=1)
    for stage, count in enumerate(BLOCKS[depth], 1):
        width = 64 * 2 ** (stage - 1)
        out = width if depth < 50 else 4 * width
        for number in range(1, count + 1):
            stride = 2 if stage > 1 and number == 1 else 1
            last = _block(build, f"s{stage}b{number}", last, width, out, stride, channels != out or stride > 1)
            channels = out
    build.add("pool2", "AdaptiveAvgPool2d", output_size=1)
    build.add("flatten1", "Flatten")
    build.add("fc1", "Linear", out_features=classes)
    build.add("output1", "Output")
    return build


def _block(build: Builder, name: str, source: str, width: int, out: int, stride: int, project: bool) -> str:
    """A basic block where ``out`` equals ``width``, else a bottleneck (with the stride in its 3×3 convolution)."""
    basic, bottleneck = [(width, 3, stride), (width, 3, 1)], [(width, 1, 1), (width, 3, stride), (out, 1, 1)]
    kernels = basic if out == width else bottleneck
    last = source
    for place, (filters, kernel, step) in enumerate(kernels, 1):
        settings: dict[str, Any] = {"out_channels": filters, "kernel_size": kernel}
        if step > 1:
            settings["stride"] = step
        if kernel > 1:
            settings["padding"] = kernel // 2
        last = build.add(f"{name}_conv{place}", "Conv2d", last, **settings, bias=False)
        last = build.add(f"{name}_bn{place}", "BatchNorm2d", last)
        if place < len(kernels):
            last = build.add(f"{name}_relu{place}", "ReLU", last)
    shortcut = source
    if project:
        settings = {"out_channels": out, "kernel_size": 1} | ({"stride": stride} if stride > 1 else {})
        build.add(f"{name}_project", "Conv2d", source, **settings, bias=False)
        shortcut = build.add(f"{name}_project_bn", "BatchNorm2d")
    build.add(f"{name}_add", "Add", last, shortcut)
    return build.add(f"{name}_relu", "ReLU", f"{name}_add")


SMALL_CNN: Layers = [
    ("conv1", "Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
    ("relu1", "ReLU", {}),
    ("pool1", "MaxPool2d", {"kernel_size": 2}),
    ("conv2", "Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}),
    ("relu2", "ReLU", {}),
    ("pool2", "MaxPool2d", {"kernel_size": 2}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 10}),
]
"""For images of 1×28×28."""


def row(layers: Layers, shape: list[int]) -> Builder:
    """Layers in a row between Input and Output."""
    build = Builder()
    for id, kind, params in (("input1", "Input", {"shape": shape}), *layers, ("output1", "Output", {})):
        build.add(id, kind, **params)
    return build


def chain(count: int) -> Builder:
    """So many nodes in a row: convolution, normalization, activation over and over, between Input and Output."""
    build = Builder()
    build.add("input1", "Input", shape=[3, 32, 32])
    kinds: tuple[tuple[str, dict[str, Any]], ...] = (
        ("Conv2d", {"out_channels": 16, "kernel_size": 3, "padding": 1}),
        ("BatchNorm2d", {}),
        ("ReLU", {}),
    )
    for place in range(count - 2):
        kind, params = kinds[place % 3]
        build.add(f"layer{place + 1}", kind, **params)
    build.add("output1", "Output")
    return build


def skipping(count: int) -> Builder:
    """So many nodes in a row: convolution, normalization, activation and a sum with what came two layers before."""
    build = Builder()
    last = before = build.add("input1", "Input", shape=[3, 32, 32])
    kinds: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("conv", "Conv2d", {"padding": 1}),
        ("bn", "BatchNorm2d", {}),
        ("relu", "ReLU", {}),
        ("add", "Add", {}),
    )
    for place in range(count - 1):
        stem, kind, params = kinds[place % 4]
        sources = (last, before) if kind == "Add" else (last,)
        before, last = last, build.add(f"{stem}{place}", kind, *sources, **params)
    return build


def unet(depth: int, convolutions: int = 1) -> Builder:
    """Down with pooling, up again, with a wire across at every level (Ronneberger et al. 2015)."""
    build = Builder()
    build.add("input1", "Input", shape=[3, 64, 64])
    across = []
    for level in range(depth):
        across.append(_convolutions(build, f"down{level}", convolutions))
        build.add(f"pool{level}", "MaxPool2d")
    _convolutions(build, "bottom", convolutions)
    for level in reversed(range(depth)):
        up = build.add(f"up{level}", "Upsample")
        build.add(f"join{level}", "Concat", up, across[level])
        _convolutions(build, f"level{level}_", convolutions)
    build.add("output1", "Output")
    return build


def _convolutions(build: Builder, name: str, count: int, width: int = 8) -> str:
    """So many convolutions, each with its activation; returns the last activation."""
    for number in range(1, count + 1):
        build.add(f"{name}conv{number}", "Conv2d", out_channels=width, padding=1)
        build.add(f"{name}relu{number}", "ReLU")
    return build.nodes[-1]["id"]


def densenet(blocks: int, layers: int) -> Builder:
    """Blocks in which every layer takes all before it, joined by transitions (Huang et al. 2017)."""
    build = Builder()
    build.add("input1", "Input", shape=[3, 32, 32])
    last = build.add("conv1", "Conv2d", out_channels=16, padding=1)
    for block in range(1, blocks + 1):
        features = [last]
        for layer in range(1, layers + 1):
            name = f"b{block}l{layer}"
            source = build.add(f"{name}_concat", "Concat", *features) if len(features) > 1 else last
            build.add(f"{name}_bn", "BatchNorm2d", source)
            build.add(f"{name}_relu", "ReLU")
            features.append(build.add(f"{name}_conv", "Conv2d", out_channels=12, padding=1))
        build.add(f"b{block}_concat", "Concat", *features)
        if block < blocks:
            build.add(f"t{block}_conv", "Conv2d", out_channels=16, kernel_size=1)
            last = build.add(f"t{block}_pool", "AvgPool2d", kernel_size=2)
    build.add("pool1", "AdaptiveAvgPool2d", output_size=1)
    build.add("flatten1", "Flatten")
    build.add("fc1", "Linear", out_features=10)
    build.add("output1", "Output")
    return build


def inception(modules: int) -> Builder:
    """Modules of four branches side by side that a Concat joins (Szegedy et al. 2015)."""
    build = Builder()
    build.add("input1", "Input", shape=[3, 32, 32])
    last = build.add("stem1", "Conv2d", out_channels=16, padding=1)
    for number in range(1, modules + 1):
        name = f"m{number}"
        ends = []
        for branch, kernels in {"a": (1,), "b": (1, 3), "c": (1, 5)}.items():
            end = last
            for kernel in kernels:
                conv = f"{name}{branch}_conv{kernel}"
                build.add(conv, "Conv2d", end, out_channels=8, kernel_size=kernel, padding=kernel // 2)
                end = build.add(f"{name}{branch}_relu{kernel}", "ReLU")
            ends.append(end)
        build.add(f"{name}d_pool", "MaxPool2d", last, kernel_size=3, stride=1, padding=1)
        build.add(f"{name}d_conv", "Conv2d", out_channels=8, kernel_size=1)
        ends.append(build.add(f"{name}d_relu", "ReLU"))
        last = build.add(f"{name}_concat", "Concat", *ends)
    build.add("pool1", "AdaptiveAvgPool2d", output_size=1)
    build.add("flatten1", "Flatten")
    build.add("fc1", "Linear", out_features=10)
    build.add("output1", "Output")
    return build


def two_inputs() -> Builder:
    """An image and a row of numbers that meet, are looked at together, and are asked two questions."""
    build = Builder()
    build.add("image", "Input", shape=[3, 32, 32])
    _convolutions(build, "image_", 2, 16)
    build.add("image_pool", "AdaptiveAvgPool2d", output_size=1)
    seen = build.add("image_flat", "Flatten")
    build.nodes.append({"id": "numbers", "kind": "Input", "params": {"shape": [12]}})
    build.add("numbers_fc", "Linear", "numbers", out_features=32)
    known = build.add("numbers_relu", "ReLU")
    build.add("both", "Concat", seen, known)
    build.add("both_fc", "Linear", out_features=64)
    shared = build.add("both_relu", "ReLU")
    build.add("kind_fc", "Linear", shared, out_features=10)
    build.add("kind", "Output")
    build.add("size_join", "Concat", shared, known, seen)
    build.add("size_fc", "Linear", out_features=1)
    build.add("size", "Output")
    return build


if __name__ == "__main__":
    for depth, published in PARAMETERS.items():
        counted = document(resnet(depth)).analysis.totals().parameters
        print(f"ResNet-{depth}: {counted:,} parameters ({counted / published:.6f} of the published count)")
