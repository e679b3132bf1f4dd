"""The examples as points: what a layer gives for each, seen along its two directions of largest spread (PCA)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.scores import answers_of
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError

AT_ONCE = 128
WIDEST = 2_048
"""Numbers of an example; maps of more are averaged over places."""


class Gathered:
    """What a ``layer`` gives for some examples, in rows; which they are, what is true of them and what is answered: the
    first of so many ``positions``."""

    def __init__(self) -> None:
        self.layer = ""
        self.values: NDArray[np.float32] = np.zeros((0, 0), np.float32)
        self.arrays: dict[str, NDArray[Any]] = {}
        self.positions = 1

    @property
    def facts(self) -> dict[str, Any]:
        """Which layer it is, and how many answers an example has."""
        return {"layer": self.layer, "positions": self.positions}


@probe(layer="conv1", examples=60)
def projection(asked: Asked) -> Steps:
    """``points`` (examples × 2) of the ``layer`` (by default an embedding, or the last but the outputs), their
    ``rows``, ``truth`` and ``answer``; ``facts["spread"]`` is the share of all spread along each direction."""
    gathered = Gathered()
    yield from gathering(asked, max(3, min(asked.whole("examples", 2_000), 10_000)), gathered)
    points, spread = principal(gathered.values)
    return Answer(gathered.arrays | {"points": points}, gathered.facts | {"spread": spread})


def gathering(asked: Asked, most: int, into: Gathered) -> Iterator[tuple[int, int]]:
    """Gather what the question's ``layer`` gives for so many examples, resting after each batch."""
    rows, goal, layer = asked.rows, asked.goal, asked.text("layer")
    chosen = rows.some(most)
    if len(chosen) < 3:
        raise ProbeError(f"A picture of the space needs 3 samples at least; the data has {len(chosen)}.")
    given: list[Tensor] = []
    answers: list[dict[str, Tensor]] = []
    for start in range(0, len(chosen), AT_ONCE):
        inputs, targets = rows.pick(chosen[start : start + AT_ONCE])
        with torch.inference_mode():
            outputs, seen = asked.bench.taps.run(inputs)
            if goal.neighbors is not None:
                layer = layer or goal.objective.output
                seen = {**seen, goal.objective.output: goal.objective.predicted(outputs[goal.place])}
            layer = layer or _last(list(seen), outputs, seen)
            if layer not in seen:
                raise ProbeError(f"{layer[:40]} gives nothing that can be shown. Choose another layer.")
            given.append(_flat(seen[layer]))
            found = answers_of(goal)(outputs[goal.place], targets[goal.place])
            into.positions = len(found["truth"]) // len(targets[0])
            answers.append({name: _first(found[name], len(targets[0])) for name in ("truth", "answer")})
        yield min(start + AT_ONCE, len(chosen)), len(chosen)
    arrays = {name: torch.cat([part[name] for part in answers]).numpy() for name in ("truth", "answer")}
    if goal.targets != "numbers":
        arrays = {name: array.astype(np.int32) for name, array in arrays.items()}
    into.layer, into.values = layer, torch.cat(given).numpy()
    into.arrays = arrays | {"rows": np.array(chosen, np.int32)}


def principal(values: NDArray[np.float32], count: int = 2) -> tuple[NDArray[np.float32], list[float]]:
    """The coordinates of largest spread of each row, and the share of all spread along each. The sign of a direction
    is such that its largest entry is positive; where there are fewer directions, 0 stands in the others."""
    centered = np.nan_to_num(values.astype(np.float64)) - np.nan_to_num(values.mean(0, dtype=np.float64))
    # The smaller of the two products is enough for the first directions.
    square = centered.T @ centered if centered.shape[1] <= len(centered) else centered @ centered.T
    sizes, vectors = np.linalg.eigh(square)
    sizes, vectors = np.maximum(sizes[::-1][:count], 0), vectors[:, ::-1][:, :count]
    points = centered @ vectors if centered.shape[1] <= len(centered) else vectors * np.sqrt(sizes)
    missing = count - points.shape[1]
    if missing > 0:
        points, sizes = np.pad(points, ((0, 0), (0, missing))), np.pad(sizes, (0, missing))
    largest = points[np.abs(points).argmax(0), range(count)]
    total = float(np.square(centered).sum()) or 1.0
    return (points * np.where(largest < 0, -1, 1)).astype(np.float32), [float(size) / total for size in sizes]


def _last(ids: list[str], outputs: tuple[Tensor, ...], seen: dict[str, Tensor]) -> str:
    """The last layer whose output is not that of the network itself."""
    inner = [id for id in ids if not any(seen[id].shape == output.shape for output in outputs)]
    return (inner or ids)[-1]


def _flat(value: Tensor) -> Tensor:
    flat = value.detach().float().flatten(1)
    if flat.shape[1] > WIDEST and value.dim() > 2:
        flat = value.detach().float().flatten(2).mean(2)
    return flat[:, :WIDEST].cpu()


def _first(values: Tensor, examples: int) -> Tensor:
    """One answer an example: where it has several positions, that at the first."""
    return values.reshape(examples, -1)[:, 0].cpu()
