"""Networks that are worked by hand in tests, and what their written lines come to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from documents import Layers, chain

from models.byhand.pen import Line, Page
from models.byhand.written.backward import gradient_line, slope_line
from models.byhand.written.forward import value_line
from models.byhand.written.losses import loss_line, probability_line
from models.byhand.written.updates import update_lines
from models.document import Document

EXAM: dict[str, Any] = {
    "inputs": {"input1": [[0.8, 0.3]]},
    "targets": {"output1": [[0, 1]]},
    "weights": {
        "fc1": {"weight": [[0.24, 0.67], [0.43, 0.14]], "bias": [1, 1]},
        "fc2": {"weight": [[0.34, 0.63], [0.81, 0.72]], "bias": [1, 1]},
    },
}
EXAM_LAYERS: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("fc1", "Linear", {"out_features": 2}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 2}),
    ("output1", "Output", {}),
]


def worked(layers: Layers, numbers: dict[str, Any], **training: Any) -> Document:
    """A document of layers in a row with the section "numbers"."""
    document = chain(layers, "moons", **training)
    document.content.sections["numbers"] = numbers
    return document


def exam(**training: Any) -> Document:
    """The network of an exam: two Linear layers, ReLU between them, softmax with cross-entropy, rate 0.1."""
    return worked(EXAM_LAYERS, EXAM, **{"optimizer": {"kind": "SGD", "params": {"lr": 0.1}}, **training})


def lines(page: Page) -> Iterator[Line]:
    """Every line that is written for a pass."""
    now = page.now
    found: list[Line | None] = [loss_line(page)]
    for write, tables in (
        (value_line, now.values),
        (gradient_line, now.gradients),
        (slope_line, now.slopes),
        (probability_line, now.probabilities),
    ):
        found += [write(page, name, place) for name, table in tables.items() for place in np.ndindex(*table.shape)]
    for name, table in now.after.items():
        for place in np.ndindex(*table.shape):
            found += update_lines(page, name, place)
    return (line for line in found if line is not None)


def result(numbers: str) -> float:
    """What a formula with its numbers put in comes to, worked out by Python."""
    text = re.sub(r"\[[^]]*]", "1", numbers)
    for sign, code in (
        ("−", "-"),
        ("·", "*"),
        ("^", "**"),
        ("√", "math.sqrt"),
        ("exp", "math.exp"),
        ("ln", "math.log"),
    ):
        text = text.replace(sign, code)
    text = text.replace("tanh", "math.tanh")
    assert re.fullmatch(r"[-+*/(), .0-9e]*(?:(?:math\.(?:sqrt|exp|log|tanh)|max|min)[-+*/(), .0-9e]*)*", text), numbers
    return float(eval(text, {"math": math, "max": max, "min": min}))
