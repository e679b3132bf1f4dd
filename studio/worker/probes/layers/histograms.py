"""How the numbers of each layer are spread over many examples: weights, what it gives, and gradients."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.bench import Bench
from studio.worker.training.loop import losses_of
from studio.worker.training.single import make_loss

BINS = 40
AT_ONCE = 64
SAMPLED = 20_000
"""Values that are taken of a layer from each batch: more would not change the picture."""
SMALLEST = 1e-12
"""Gradients below are counted as this small, where they are counted by their logarithm."""


class Kept:
    """A part of a layer's values, and what holds of all of them."""

    def __init__(self) -> None:
        self.values: list[NDArray[np.float32]] = []
        self.count = self.zeros = 0
        self.total = self.squares = 0.0
        self.active: Tensor | None = None

    def add(self, value: Tensor, random: torch.Generator) -> None:
        """Take in a batch."""
        flat = value.detach().flatten().float()
        self.count += flat.numel()
        self.zeros += int((flat == 0).sum())
        self.total += float(flat.sum())
        self.squares += float(flat.square().sum())
        if value.dim() >= 2:
            active = (value.detach() != 0).transpose(0, 1).flatten(1).any(1).cpu()
            self.active = active if self.active is None else self.active | active
        if flat.numel() > SAMPLED:
            flat = flat[torch.randint(flat.numel(), (SAMPLED,), generator=random).to(flat.device)]
        self.values.append(flat.cpu().numpy())

    def seen(self, kind: str) -> NDArray[np.float64]:
        """The values as they are counted: those of gradients by the logarithm of their size."""
        values = np.concatenate(self.values).astype(np.float64)
        values = values[np.isfinite(values)]
        return np.log10(np.maximum(np.abs(values[values != 0]), SMALLEST)) if kind == "gradients" else values

    def facts(self) -> dict[str, float]:
        """Shares of zeros and of channels that were never anything else; mean, and root of the mean square."""
        dead = 1 - float(self.active.float().mean()) if self.active is not None else 0.0
        size = (self.squares / self.count) ** 0.5 if self.count else 0.0
        return {"zeros": self.zeros / max(self.count, 1), "dead": dead, "mean": self.total / max(self.count, 1),
                "size": size}  # fmt: skip


@probe(examples=96)
def histograms(asked: Asked) -> Steps:
    """For each layer ``NUMBER/KIND`` (counts) and ``NUMBER/KIND/edges``, of weights, activations and gradients.

    Gradients are those of the loss by what the layer gives, counted by the logarithm of their size. Over at most
    ``examples`` examples. ``facts["layers"]`` has id and, for each kind, `Kept.facts`; what pads texts is not dead.
    """
    rows = asked.rows.some(max(1, min(asked.whole("examples", 512), 4_096)))
    gathered: dict[str, dict[str, Kept]] = {}
    for done in gathering(asked, rows, gathered):
        yield done, len(rows)
    arrays: dict[str, NDArray[Any]] = {}
    layers = []
    for number, (id, kinds) in enumerate(gathered.items()):
        for kind, part in kinds.items():
            counts, edges = counted([part.seen(kind)])
            arrays |= {f"{number}/{kind}": counts[0], f"{number}/{kind}/edges": edges}
        facts = {kind: part.facts() for kind, part in kinds.items()}
        if not _may_die(asked.bench, id):
            facts["activations"]["dead"] = 0.0
        layers.append({"id": id, **facts})
    return Answer(arrays, {"layers": layers, "examples": len(rows)})


def _may_die(bench: Bench, id: str) -> bool:
    """Whether a channel of zeros means that nothing is learned there: not where they pad what the data has."""
    layer = bench.document.network.nodes[id].layer
    return layer is not None and not layer.is_input and layer.accepts != "int"


def gathering(asked: Asked, rows: list[int], into: dict[str, dict[str, Kept]], only: str = "") -> Iterator[int]:
    """Put what each layer (or the one called ``only``) gives for some examples, the gradients by that and its weights
    into a dictionary by id and kind, resting after each batch; gives how many examples are done."""
    random = torch.Generator().manual_seed(0)
    for start in range(0, len(rows), AT_ONCE):
        for id, value, gradient in _passed(asked, rows[start : start + AT_ONCE]):
            if only and id != only:
                continue
            kinds = into.setdefault(id, {})
            kinds.setdefault("activations", Kept()).add(value, random)
            if gradient is not None:
                kinds.setdefault("gradients", Kept()).add(gradient, random)
        yield min(start + AT_ONCE, len(rows))
    for id, kinds in into.items():
        if weights := _weights(asked.bench, id, random):
            kinds["weights"] = weights


def _passed(asked: Asked, rows: list[int]) -> Iterator[tuple[str, Tensor, Tensor | None]]:
    """For each layer what it gives for some examples, and the gradient of the loss by that."""
    bench = asked.bench
    inputs, targets = asked.rows.pick(rows)
    functions = [(make_loss(item.loss, None, item.unit).to(bench.device), item.weight) for item in bench.objectives]
    with bench.slopes():
        outputs, seen = bench.taps.run(inputs)
        if any(value.requires_grad for value in outputs):
            losses_of(functions, outputs, targets)[0].backward()  # type: ignore[no-untyped-call]
    bench.model.zero_grad(set_to_none=True)
    for id, value in seen.items():
        yield id, value, value.grad if value.requires_grad else None


def _weights(bench: Bench, id: str, random: torch.Generator) -> Kept | None:
    node = bench.document.network.nodes[id]
    kept = Kept()
    for name, weight in bench.parameters().items():
        if name.startswith(f"{node.attribute}.") and weight.numel():
            kept.add(weight.flatten(), random)
    return kept if kept.values else None


def counted(parts: list[NDArray[np.float64]]) -> tuple[list[NDArray[np.int64]], NDArray[np.float64]]:
    """Some values each counted in the same equal ranges, from the lowest of all to the highest; and their edges."""
    some = [part for part in parts if len(part)]
    ends = (min(part.min() for part in some), max(part.max() for part in some)) if some else (0.0, 1.0)
    edges = np.histogram_bin_edges(np.array(ends), BINS)
    return [np.histogram(part, edges)[0].astype(np.int64) for part in parts], edges
