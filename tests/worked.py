"""Networks that are worked by hand in tests, and what their written lines come to."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import numpy as np
from documents import Layers, chain

from models.byhand.pen import Line, NotWrittenError, Page
from models.byhand.written.lookup import lines_of
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
    for name, table in page.now.tables().items():
        for place in np.ndindex(*table.shape):
            with suppress(NotWrittenError):
                yield from lines_of(page, name, place)


def result(numbers: str) -> float:
    """What a formula with its numbers put in comes to, worked out by Python."""
    text = re.sub(r"\|([^|]*)\|", r"abs(\1)", numbers)
    for sign, code in (("−", "-"), ("·", "*"), ("^", "**"), ("√", "sqrt"), ("∞", "inf")):
        text = text.replace(sign, code)
    functions = {
        "exp": math.exp, "ln": math.log, "tanh": math.tanh, "sqrt": math.sqrt, "max": max, "min": min, "abs": abs,
        "Φ": lambda x: (1 + math.erf(x / math.sqrt(2))) / 2, "sign": lambda x: (x > 0) - (x < 0),
        "φ": lambda x: math.exp(-x * x / 2) / math.sqrt(2 * math.pi),
    }  # fmt: skip
    assert re.fullmatch(rf"[-+*/(), .0-9e]*(?:(?:{'|'.join(functions)})[-+*/(), .0-9e]*)*", text), numbers
    return float(eval(text, dict(functions)))
