"""Filters truly removed: the network of the document with fewer of them, and the weights that are left.

A filter may go where nothing is to be learned of what it gives: it is 0, and what follows hands on zeros in their
places. Whether that is so is tried: the smaller network must give what the one with zeros gives.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from models.codegen.module import generate
from models.codegen.pruning import width_of
from models.document import Document
from models.document.edits import SetParam
from models.kinds.layer import Shape
from models.network import output_nodes
from models.storage import files
from studio.worker.training.loop import Tensors, outputs_of
from studio.worker.training.plan import load_model

CLOSE = 1e-4
"""How far outputs may lie apart, as a share of the largest."""
MIXES = "What follows does not hand on zeros in their places, so removing them changes its answers."
ANSWERS = "The shape of the answers would change."


class _Stays(Exception):
    """A layer keeps its filters; the text says why."""


@dataclass
class Shrunk:
    """A document with fewer filters and its weights; ``widths`` are the settings that changed by node, ``reasons`` tell
    of each layer that keeps filters of zeros why."""

    document: Document
    weights: dict[str, Tensor]
    widths: dict[str, tuple[str, int]] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    def model(self) -> nn.Module:
        """The network as it is now, ready to answer."""
        source = generate(self.document.network, self.document.analysis, "Smaller")
        model = load_model(source.text, Path("smaller.py"), source.class_name).eval()
        model.load_state_dict(self.weights)
        return model


def shrink(document: Document, model: nn.Module, masks: Mapping[str, Tensor], inputs: Tensors) -> Shrunk:
    """Take out the filters that are 0 in a network (on the CPU), layer by layer, as far as that changes no answer to
    ``inputs``."""
    weights = {name: weight.detach().clone().contiguous() for name, weight in model.state_dict().items()}
    found = Shrunk(_copy(document), weights)
    expected = _answers(model, inputs)
    for node in document.network:
        mask = masks.get(f"{node.attribute}.weight")
        if mask is None or mask.dim() < 2 or node.id in found.widths:
            continue
        kept = mask.flatten(1).any(1).nonzero().flatten().cpu()
        if len(kept) == len(mask):
            continue
        try:
            smaller = _without(found, node.id, kept, len(mask))
            if not _agree(_answers(smaller.model(), inputs), expected):
                raise _Stays(MIXES)
        except _Stays as reason:
            found.reasons[node.id] = str(reason)
        else:
            found = smaller
    return found


def _without(found: Shrunk, id: str, kept: Tensor, count: int) -> Shrunk:
    """The same with those filters of a layer alone that are kept; raises `_Stays`."""
    document = _copy(found.document)
    name = width_of(document, document.network[id])
    document.apply(SetParam(id, name, len(kept)))
    issues = (issue for node in document.network for issue in document.analysis[node.id].issues)
    if error := next((issue for issue in issues if issue.severity == "error"), None):
        raise _Stays(f"{error.node}: {error.message}")
    before, after = (_output_shapes(each) for each in (found.document, document))
    if before != after:
        raise _Stays(ANSWERS)
    old, new = _shapes(found.document), _shapes(document)
    weights = {name: _sliced(weight, old[name], new[name], kept, count) for name, weight in found.weights.items()}
    partners = document.network.partners(id)
    widths = found.widths | dict.fromkeys((id, *partners), (name, len(kept)))
    return Shrunk(document, weights, widths, found.reasons)


def _sliced(weight: Tensor, old: Shape, new: Shape, kept: Tensor, count: int) -> Tensor:
    """A weight without what belonged to the filters that are gone, wherever that changes its shape."""
    for dim, (before, after) in enumerate(zip(old, new, strict=True)):
        if before == after:
            continue
        each = before // count
        if before % count or after != each * len(kept):
            raise _Stays(MIXES)
        places = (kept[:, None] * each + torch.arange(each)).flatten()
        weight = weight.index_select(dim, places.to(weight.device))
    return weight


def _shapes(document: Document) -> dict[str, Shape]:
    """The shapes of all weights and buffers by their names."""
    found: dict[str, Shape] = {}
    for node in document.network:
        inputs = tuple(item for item in document.analysis[node.id].inputs if item is not None)
        for weight in node.layer.weights(inputs) if node.layer else ():
            found[f"{node.attribute}.{weight.name}"] = weight.shape
    return found


def _output_shapes(document: Document) -> list[Any]:
    return [document.analysis[node.id].inputs for node in output_nodes(document.network)]


def _answers(model: nn.Module, inputs: Tensors) -> Tensors:
    with torch.inference_mode():
        return outputs_of(model, inputs)


def _agree(some: Tensors, others: Tensors) -> bool:
    pairs = list(zip(some, others, strict=True))
    return all(
        one.shape == other.shape and float((one - other).abs().max()) <= CLOSE * max(1.0, float(other.abs().max()))
        for one, other in pairs
    )


def _copy(document: Document) -> Document:
    copied, _ = files.from_json(files.to_json(document))
    return copied
