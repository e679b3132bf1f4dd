"""Whose neighbors have another label: the nearest examples by what the last layer with weights is given."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from models.network import Network
from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.training.single import each_loss, form_of, truth_in

MOST_ASKED, MOST_KNOWN = 20_000, 100_000
"""Examples whose neighbors are looked for, and among how many."""
WIDEST = 64
"""Numbers that tell an example: more are projected at random, which nearly keeps distances (Johnson and Lindenstrauss
1984)."""
AT_ONCE = 256


@probe(is_kept=True, neighbors=5)
def strangers(asked: Asked) -> Steps:
    """For the examples ``rows``, at most the 20,000 of largest loss: their nearest ``neighbors`` (rows, by the cosine
    of what the last layer with weights is given, the nearest first), and ``strangers``, the share with another label.

    ``facts["layer"]`` names what is given.
    """
    count, most = len(asked.rows), max(1, min(asked.whole("neighbors", 10), 50))
    if asked.goal.targets == "numbers":
        raise ProbeError("Neighbors are compared by their classes. Choose an Output that has classes.")
    if not most < count <= MOST_KNOWN:
        raise ProbeError(f"Neighbors need {most + 1} to {MOST_KNOWN:,} samples; there are {count:,}.")
    if math.prod(asked.rows.data.target(asked.goal.objective.output).shape) != 1:
        raise ProbeError("Neighbors are compared by one class a sample; these have several. Look at other lists.")
    source = given_last(asked.bench.document.network, asked.goal.objective.output, set(asked.bench.parameters()))
    gathered = _Gathered()
    for done in _gather(asked, source, gathered):
        yield done, 2 * count
    points, labels, losses = gathered.all()
    chosen = torch.arange(count, device=points.device)
    if count > MOST_ASKED:
        chosen = losses.topk(MOST_ASKED).indices.sort().values
    near: list[Tensor] = []
    for part in chosen.split(AT_ONCE):  # type: ignore[no-untyped-call]
        near.append(_nearest(points, part, most))
        yield count + min(len(near) * AT_ONCE * count // len(chosen), count), 2 * count
    neighbors = torch.cat(near)
    other = (labels[neighbors] != labels[chosen][:, None]).any(-1).float().mean(1)
    arrays = {"rows": chosen.int(), "neighbors": neighbors.int(), "strangers": other}
    return Answer({name: value.cpu().numpy() for name, value in arrays.items()}, {"layer": source})


class _Gathered:
    """What tells examples apart, their labels and losses, batch by batch."""

    def __init__(self) -> None:
        self.points: list[Tensor] = []
        self.labels: list[Tensor] = []
        self.losses: list[Tensor] = []

    def all(self) -> tuple[Tensor, Tensor, Tensor]:
        """Those of all examples; points have length 1."""
        points = torch.nn.functional.normalize(torch.nan_to_num(torch.cat(self.points)))
        return points, torch.cat(self.labels), torch.nan_to_num(torch.cat(self.losses), nan=torch.inf)


def _gather(asked: Asked, source: str, into: _Gathered) -> Iterator[int]:
    rows, goal = asked.rows, asked.goal
    form = form_of(goal.objective, len(goal.classes or ()), rows.parts[0].targets[goal.place])
    losses, done = each_loss(goal.objective.loss, goal.objective.unit), 0
    shrink: Tensor | None = None
    for inputs, targets in rows.batches(AT_ONCE):
        with torch.inference_mode():
            outputs, seen = asked.bench.taps.run(inputs)
            flat = seen[source].float().flatten(1)
            if flat.shape[1] > WIDEST:
                shrink = _projection(flat) if shrink is None else shrink
                flat = flat @ shrink
            target = targets[goal.place]
            into.points.append(flat)
            into.labels.append(truth_in(form, target))
            into.losses.append(losses(outputs[goal.place], target).view(len(target), -1).mean(1))
        done += len(targets[0])
        yield done


def _projection(like: Tensor) -> Tensor:
    random = torch.Generator().manual_seed(0)
    matrix: Tensor = torch.randn(like.shape[1], WIDEST, generator=random) / WIDEST**0.5
    return matrix.to(like.device)


@torch.inference_mode()
def _nearest(points: Tensor, rows: Tensor, most: int) -> Tensor:
    """The nearest of all points to some of them, themselves left out."""
    likeness = points[rows] @ points.T
    likeness.scatter_(1, rows[:, None], -torch.inf)
    found: Tensor = likeness.topk(most, 1).indices
    return found


def given_last(network: Network, output: str, weights: set[str]) -> str:
    """The node whose value the last layer with weights before an Output is given; where none has, what it is given."""
    here = last = network.edges_into(output)[0].source
    while True:
        if any(name.startswith(f"{network[here].attribute}.") for name in weights):
            edges = network.edges_into(here)
            return edges[0].source if edges else here
        edges = network.edges_into(here)
        if not edges:
            return last
        here = edges[0].source
