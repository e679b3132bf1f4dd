"""Batches that make learning harder than it has to be, and names that hide others."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from models.analysis.steps import last_batch_of_one_fails
from models.document import Document
from models.document.edits import Rename
from models.findings.base import REST, check, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint, in_line, warning
from models.findings.inside import Analyzed
from models.findings.settings import set_training
from models.layers.convolution import Conv2d
from models.layers.linear import Linear
from models.layers.normalization import BatchNorm2d
from models.layers.terminals import Output
from models.network import Node
from models.training.settings import TrainingSettings

FEWEST = 8
USUAL = 32
_PLAIN = {"bias": False}


@check(
    finds=row(image(3, 8, 8), (Conv2d, _PLAIN), BatchNorm2d, Output, training={"batch_size": 4}),
    passes=row(image(3, 8, 8), (Conv2d, _PLAIN), BatchNorm2d, Output, training={"batch_size": 16}),
    learn="https://arxiv.org/abs/1803.08494",
)
def small_batches(document: Document) -> Iterator[Finding | None]:
    """Batch normalization over a few examples: its mean and variance are mostly chance."""
    size = TrainingSettings.read(document.training)[0].batch_size
    if size >= FEWEST or (size == 1 and last_batch_of_one_fails(document.network, document.analysis)):
        return
    for nodes in in_pieces(document):
        yield REST
        for node in nodes:
            if node.layer is not None and node.layer.normalizes_batch:
                make = warning if size == 1 else hint
                what = "one example" if size == 1 else f"{size} examples"
                message = f"Mean and variance over batches of {what} are mostly chance."
                detail = "Group or layer normalization do not hang on the batch."
                yield make(node.id, message, detail, mends=(set_training(document, "batch_size", USUAL),))
                return


@check_layers(
    finds=row(image(4), Linear, Output, names={"n1": "sum"}),
    passes=row(image(4), Linear, Output, names={"n1": "total"}),
    learn="https://docs.python.org/3/library/functions.html",
)
def hidden_name(part: Analyzed) -> Iterator[Finding | None]:
    """A layer that is called like a function of Python, which the generated code then hides."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if hasattr(builtins, node.id):
                yield _hides(part, node)


def _hides(part: Analyzed, node: Node) -> Finding:
    name = part.network.free_id(node.id)
    message = in_line(f"‘{node.id:.30}’ is also a function of Python, which the code would hide.")
    return hint(node.id, message, mends=(Mend(f"Rename it to {name}", Rename(node.id, name)),))
