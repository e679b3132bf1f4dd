"""How weights begin: alike, or so that values grow or fade with every layer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from math import prod

from models.document.edits import Batch, SetParam
from models.expected.moments import plain_moments
from models.expected.spreading import Walk
from models.findings.base import REST, check_layers, in_pieces
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, in_line, warning
from models.findings.inside import Analyzed
from models.findings.walking import reader
from models.kinds.initialization import Initialization, KaimingNormal, Zeros
from models.layers.activation import ReLU
from models.layers.linear import Linear
from models.layers.merge import Merge
from models.layers.terminals import Output
from models.network import Node

NORMAL = {"kind": "Normal", "params": {}}
LARGEST, SMALLEST = 1e3, 1e-8
_PIECE = 200
_WIDE = {"out_features": 10, "weight_init": NORMAL}


@check_layers(
    finds=row(image(4), (Linear, {"weight_init": "Zeros"}), ReLU, Linear, Output),
    passes=row(image(4), Linear, ReLU, (Linear, {"weight_init": "Zeros"}), Output),
    learn="https://d2l.ai/chapter_multilayer-perceptrons/numerical-stability-and-init.html",
)
def equal_weights(part: Analyzed) -> Iterator[Finding | None]:
    """Units that all begin with the same weights get the same gradients and stay alike. At the end of a branch zeros
    are meant: there each unit learns by its own part of the loss."""
    for nodes in in_pieces(part):
        yield REST
        for node in nodes:
            if _begins_alike(part, node) and not _ends_a_branch(part, node):
                message = f"All weights of {node.id:.30} begin equal, so its units stay alike."
                mend = Mend("Begin as PyTorch does", SetParam(node.id, "weight_init", SetParam.UNSET))
                yield warning(
                    node.id, message, "Weights must differ at first for units to become different.", mends=(mend,)
                )


def _begins_alike(part: Analyzed, node: Node) -> bool:
    way, report = getattr(node.layer, "weight_init", None), part.analysis[node.id]
    moments = plain_moments(way) if isinstance(way, Initialization) else None
    return bool(moments and moments.variance == 0 and report.multiply_adds and prod(report.shape or ()) > 1)


def _ends_a_branch(part: Analyzed, node: Node) -> bool:
    if not isinstance(getattr(node.layer, "weight_init", None), Zeros):
        return False
    behind = reader(part, node.id, lambda layer: layer.keeps_values)
    return bool(behind and behind.layer and (behind.layer.is_output or isinstance(behind.layer, Merge)))


@check_layers(
    finds=row(image(10), *[(Linear, _WIDE)] * 4, Output),
    passes=row(image(10), Linear, ReLU, Linear, ReLU, Linear, ReLU, Linear, Output),
    learn="https://proceedings.mlr.press/v9/glorot10a.html",
)
def uneven_beginning(part: Analyzed) -> Iterator[Finding | None]:
    """Values that are expected to be far larger, or smaller, in some layer than what comes in."""
    walk = Walk(part.network, part.analysis)
    ids = iter(part.analysis.order)
    while piece := list(islice(ids, _PIECE)):
        yield REST
        for id in piece:
            found = walk.step(id).moments
            if not found or SMALLEST <= found.variance < LARGEST or part.analysis[id].multiply_adds == 0:
                continue
            grows = "explode" if found.variance >= LARGEST else "die out"
            message = f"Values {grows}: by {id:.20} their variance is {found.variance:.2g} at first."
            yield warning(id, in_line(message), "The first steps then leap, or learn nothing.", mends=_calmed(part))
            return


def _calmed(part: Analyzed) -> tuple[Mend, ...]:
    """Let the layers that begin in a way of their own begin by the gain of what follows them."""
    way = {"kind": KaimingNormal.kind}
    told = [
        node
        for node in part.network
        if node.layer and node.layer.begins_otherwise and part.analysis[node.id].multiply_adds
    ]
    if not told:
        return ()
    edits = [SetParam(node.id, "weight_init", way) for node in told]
    return (Mend(f"Begin with {KaimingNormal.kind}", Batch(f"Begin with {KaimingNormal.kind}", edits)),)
