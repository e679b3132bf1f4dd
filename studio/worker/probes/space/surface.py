"""What the network answers all over the plane, where it takes two numbers: the decision surface."""

from __future__ import annotations

import numpy as np
import torch

from studio.runs.probes.answer import Answer
from studio.worker.predicting.chances import probabilities
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import ready
from studio.worker.training.loop import outputs_of

MARGIN = 0.15
AT_ONCE = 8_192
MOST_POINTS = 2_000
NO_PLANE = "A decision surface needs one Input of two numbers, such as moons, circles or spirals."


@probe(suits="points", side=20, live=0)
def surface(asked: Asked) -> Steps:
    """``chances``: classes (or numbers) × ``side`` × ``side``, rows from the bottom up; ``points`` with their ``truth``
    and ``rows``. ``facts["ranges"]`` has the ends of both axes. With ``live`` (1) the weights are those that the run
    had a moment ago, while it trains, where it shows them."""
    rows, goal = asked.rows, asked.goal
    column = rows.data.input(rows.inputs[0])
    if len(rows.inputs) != 1 or column.shape != (2,) or column.dtype.kind == "i":
        raise ProbeError(NO_PLANE)
    side = max(8, min(asked.whole("side", 120), 400))
    low = np.minimum(*(part.min(0) for part in column.parts)).astype(np.float64)
    high = np.maximum(*(part.max(0) for part in column.parts)).astype(np.float64)
    margin = MARGIN * np.maximum(high - low, 1e-9)
    axes = [np.linspace(start, end, side) for start, end in zip(low - margin, high + margin, strict=True)]
    plane = np.stack(np.meshgrid(*axes), -1).reshape(-1, 2).astype(column.dtype)
    model = asked.bench.live_model() if asked.whole("live") else asked.bench.model
    found = []
    for start in range(0, len(plane), AT_ONCE):
        with torch.inference_mode():
            inputs = ready(rows, plane[start : start + AT_ONCE])
            found.append(probabilities(outputs_of(model, (inputs,))[goal.place], goal)[..., 0].cpu())
        yield min(start + AT_ONCE, len(plane)), len(plane)
    chances = torch.cat(found).float().numpy().T.reshape(-1, side, side)
    chosen = rows.some(MOST_POINTS)
    targets = [rows.data.target(goal.objective.output).every[part][row] for part, row in map(rows.place, chosen)]
    arrays = {"chances": chances, "points": rows.values(chosen).astype(np.float32), "rows": np.array(chosen, np.int32),
              "truth": np.array(targets, np.float32).reshape(len(chosen), -1)[:, 0]}  # fmt: skip
    return Answer(arrays, {"ranges": [[float(axis[0]), float(axis[-1])] for axis in axes]})
