"""How much worse a network does when one column of a table is shuffled (permutation importance, Breiman 2001)."""

from __future__ import annotations

import numpy as np
import torch

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import MOST_AT_ONCE
from studio.worker.training.loop import Tensors, outputs_of
from studio.worker.training.single import each_loss

MOST_COLUMNS = 512
NO_TABLE = "This is asked of the columns of a table. Try gradient or occlusion for other data."


@probe(suits="tables", repeats=2)
def importance(asked: Asked) -> Steps:
    """``importance`` (repeats × columns): by how much the mean loss grows with a column shuffled; ``loss`` without.

    Over at most 512 examples, each shuffle with the same seed for all columns.
    """
    rows, goal = asked.rows, asked.goal
    chosen = rows.some(MOST_AT_ONCE)
    inputs, targets = rows.pick(chosen)
    table_of(inputs)
    losses = each_loss(goal.objective.loss, goal.objective.unit)

    def loss(given: Tensors) -> float:
        with torch.inference_mode():
            return float(losses(outputs_of(asked.bench.model, given)[goal.place], targets[goal.place]).mean())

    before = loss(inputs)
    repeats, columns = max(1, min(asked.whole("repeats", 5), 100)), inputs[0].shape[1]
    found = np.zeros((repeats, columns), np.float32)
    for repeat in range(repeats):
        order = torch.randperm(len(chosen), generator=torch.Generator().manual_seed(repeat)).to(inputs[0].device)
        for column in range(columns):
            shuffled = inputs[0].clone()
            shuffled[:, column] = shuffled[order, column]
            found[repeat, column] = loss((shuffled, *inputs[1:])) - before
            yield repeat * columns + column + 1, repeats * columns
    names = list(rows.data.input(rows.inputs[0]).features)
    return Answer({"importance": found}, {"loss": before, "examples": len(chosen), "features": names})


def table_of(inputs: Tensors) -> Tensors:
    """The inputs, if the first is a table of numbers; raises `ProbeError` for any other."""
    if inputs[0].dim() != 2 or inputs[0].shape[1] > MOST_COLUMNS or not inputs[0].is_floating_point():
        raise ProbeError(NO_TABLE)
    return inputs
