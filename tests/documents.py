"""Small documents that train in a moment, for the tests of training."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from math import prod
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from models.document import Document
from models.document.edits import AddNode, Connect
from models.layers import LAYERS
from models.network import Edge, Node
from models.storage import files
from models.training.losses import LOSSES

Layers = list[tuple[str, str, dict[str, Any]]]

MLP: Layers = [
    ("input1", "Input", {"shape": [4]}),
    ("fc1", "Linear", {"out_features": 16}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 3}),
    ("output1", "Output", {}),
]
CNN: Layers = [
    ("input1", "Input", {"shape": [1, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 6, "kernel_size": 3, "padding": 1}),
    ("bn1", "BatchNorm2d", {}),
    ("relu1", "ReLU", {}),
    ("pool1", "MaxPool2d", {"kernel_size": 2}),
    ("drop1", "Dropout", {"p": 0.25}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 10}),
    ("output1", "Output", {}),
]
REGRESSION: Layers = [
    ("input1", "Input", {"shape": [10]}),
    ("fc1", "Linear", {"out_features": 8}),
    ("bn1", "BatchNorm1d", {}),
    ("tanh1", "Tanh", {}),
    ("fc2", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": {"kind": "HuberLoss"}}),
]


def chain(layers: Layers, source: str = "iris", **training: Any) -> Document:
    """A document of layers in a row; ``data`` may be given among the training settings."""
    data = training.pop("data", {"source": source})
    ids = [id for id, _, _ in layers]
    value = {
        "netloom": 1,
        "network": {
            "nodes": [{"id": id, "kind": kind, "params": params} for id, kind, params in layers],
            "edges": [list(pair) for pair in pairwise(ids)],
        },
        "data": data,
        "training": {"epochs": 3, "batch_size": 32, "seed": 7, "device": "cpu", **training},
    }
    document, problems = files.from_json(value)
    assert not problems
    return document


def mlp(**training: Any) -> Document:
    """Iris by a small perceptron."""
    return chain(MLP, "iris", **training)


def cnn(**training: Any) -> Document:
    """Digits by a small convolutional network with batch normalization and dropout."""
    return chain(CNN, "digits", **training)


def regression(**training: Any) -> Document:
    """Diabetes, one number, Huber loss."""
    return chain(REGRESSION, "diabetes", **training)


def history(events: list[tuple[str, dict[str, Any]]]) -> list[dict[str, float]]:
    """The values of each epoch."""
    return [facts["values"] for name, facts in events if name == "epoch"]


def two_ended(folder: Path, **training: Any) -> Document:
    """Two Inputs (a picture, some numbers), two Outputs (a class, a number), and a file with an array for each."""
    generator = np.random.default_rng(0)
    label = np.arange(120) % 3
    image = generator.normal(size=(120, 1, 4, 4)).astype(np.float32) + label[:, None, None, None]
    facts = generator.normal(5, 1, size=(120, 3)).astype(np.float32)
    np.savez(folder / "ends.npz", image=image, facts=facts, label=label, price=facts.sum(1) / 10)
    kinds: Layers = [
        ("picture", "Input", {"shape": [1, 4, 4]}),
        ("size", "Input", {"shape": [3]}),
        ("flatten1", "Flatten", {}),
        ("concat1", "Concat", {}),
        ("fc1", "Linear", {"out_features": 12}),
        ("relu1", "ReLU", {}),
        ("fc2", "Linear", {"out_features": 3}),
        ("fc3", "Linear", {"out_features": 1}),
        ("kind", "Output", {}),
        ("price", "Output", {"loss": "MSELoss", "weight": 0.25}),
    ]
    wires = "picture flatten1 concat1 fc1 relu1 fc2 kind", "size concat1", "relu1 fc3 price"
    bound = {"inputs": {"picture": "image", "size": "facts"}, "targets": {"kind": "label", "price": "price"}}
    value = {
        "netloom": 1,
        "network": {
            "nodes": [{"id": id, "kind": kind, "params": params} for id, kind, params in kinds],
            "edges": [list(pair) for wire in wires for pair in pairwise(wire.split())],
        },
        "data": {"source": "numpy", "path": str(folder / "ends.npz"), **bound},
        "training": {"epochs": 3, "batch_size": 16, "seed": 7, "device": "cpu", **training},
    }
    document, problems = files.from_json(value)
    assert not problems
    return document


def words_and_numbers(folder: Path, **training: Any) -> Document:
    """An Input of token IDs and one of numbers, and a file with an array for each."""
    generator, path = np.random.default_rng(0), folder / "stars.npz"
    words, label = generator.integers(0, 12, size=(60, 8)), np.arange(60) % 2
    np.savez(path, review=words, stars=generator.normal(3, 2, size=60).astype(np.float32), label=label)
    bound = {"inputs": {"words": "review", "size": "stars"}, "targets": {"kind": "label"}}
    kinds: Layers = [
        ("words", "Input", {"shape": [8], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 12, "embedding_dim": 3}),
        ("flatten1", "Flatten", {}),
        ("concat1", "Concat", {}),
        ("fc1", "Linear", {"out_features": 8}),
        ("fc2", "Linear", {"out_features": 2}),
        ("kind", "Output", {}),
    ]
    document = chain(kinds, data={"source": "numpy", "path": str(path), "tokens": True, **bound}, **training)
    document.apply(AddNode(Node("size", "Input", {"shape": [1]})))
    document.apply(Connect(Edge("size", "output", "concat1", document.network["concat1"].inputs[0].name)))
    return document


REVIEWS = "review,stars,color,kind\n" + "".join(
    f'"a {("dull", "fine")[row % 2]} story of people, told {("slowly", "well", "again")[row % 3]} in number {row}",'
    f"{row % 5},{('red', 'blue')[row % 3 > 0]},{'ab'[row % 2]}\n"
    for row in range(60)
)
"""A table with sentences beside numbers, categories and classes."""


def texts_beside_numbers(folder: Path, **training: Any) -> Document:
    """An Input for the texts of a table, and one for its other columns."""
    path = folder / "reviews.csv"
    path.write_text(REVIEWS)
    data = {"source": "csv", "path": str(path), "inputs": {"words": "review", "others": "*"}}
    data["texts"] = [{"kind": "words", "params": {"column": "review", "length": 8}}]
    kinds: Layers = [
        ("words", "Input", {"shape": [8], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 80, "embedding_dim": 4}),
        ("mean1", "Mean", {}),
        ("concat1", "Concat", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    document = chain(kinds, data=data, **training)
    document.apply(AddNode(Node("others", "Input", {"shape": [3]})))
    document.apply(Connect(Edge("others", "output", "concat1", document.network["concat1"].inputs[0].name)))
    return document


ANSWERS = ("CrossEntropyLoss", "BCEWithLogitsLoss", "MSELoss")
"""A loss of each kind of answer: a class, yes or no, a number."""
USUAL_LOSSES = ("CrossEntropyLoss", "BCEWithLogitsLoss", "MSELoss", "L1Loss", "HuberLoss")
_SHARES = TemporaryDirectory(prefix="netloom-shares")


def suited(loss: str, *inner: tuple[str, str, dict[str, Any]], **training: Any) -> Document:
    """A small network that ends as a loss asks for, with data that goes with it; ``inner`` follows the first layer."""
    spec = LOSSES[loss]()
    data, inputs, classes = {
        "classes": ({"source": "iris"}, 4, 3),
        "binary": ({"source": "breast_cancer"}, 30, 2),
        "numbers": ({"source": "diabetes"}, 10, None),
    }["classes" if spec.targets == "binary" and spec.refusal(("no", "yes"), ())[0] else spec.targets]
    shape: tuple[int, ...] = (1,) if classes is None else ()
    if spec.relates:
        data, inputs, shape = _shares(), 5, (3,)
    if spec.answers == "sequence":
        data, inputs, classes, shape = _sequences(), 5, 4, (3,)
    wanted = spec.outputs_for(classes, shape)
    outputs = prod(wanted)
    before = next((kind for kind in LAYERS if spec.expects and LAYERS[kind].applies == spec.expects), "")
    last: Layers = [("last1", before, {"dim": 1} if "dim" in LAYERS[before].fields else {})] if before else []
    if len(wanted) > 1:
        last = [*last, ("shape1", "Reshape", {"shape": list(wanted)})]
    layers: Layers = [
        ("input1", "Input", {"shape": [inputs]}),
        ("fc1", "Linear", {"out_features": 8}),
        *inner,
        ("fc2", "Linear", {"out_features": outputs}),
        *last,
        ("output1", "Output", {"loss": loss}),
    ]
    return chain(layers, data=data, **training)


@cache
def _sequences() -> dict[str, Any]:
    """Data whose targets are up to three classes, in a file that goes when the tests end."""
    generator, path = np.random.default_rng(1), Path(_SHARES.name) / "sequences.npz"
    targets = generator.integers(1, 4, size=(160, 3)) * (np.arange(3) < generator.integers(1, 4, size=(160, 1)))
    np.savez(path, x=generator.normal(size=(160, 5)).astype(np.float32), y=targets)
    return {"source": "numpy", "path": str(path)}


@cache
def _shares() -> dict[str, Any]:
    """Data whose targets are shares that add up to 1, in a file that goes when the tests end."""
    generator, path = np.random.default_rng(1), Path(_SHARES.name) / "shares.npz"
    np.savez(path, x=generator.normal(size=(160, 5)).astype(np.float32), y=generator.dirichlet((1, 2, 3), size=160))
    return {"source": "numpy", "path": str(path)}
