"""How well a network does with parts of it switched off, passed by, or with two of its answers exchanged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from studio.worker.training.loop import Tensors, outputs_of
from studio.worker.training.single import each_loss

AT_ONCE = 128
MOST_EXAMPLES = 20_000
Change = Callable[[Tensor], Tensor]


@probe(changes=[{"layer": "conv1", "units": [2]}, {"layer": "relu1", "bypass": True}], swap=[1, 2], examples=60)
def ablation(asked: Asked) -> Steps:
    """``right`` (2 × classes): how many answers of each true class are right as the network is and as it is with the
    changes; ``count`` (classes) of how many. Facts: ``accuracy`` and ``loss``, two each, and ``examples``.

    Where numbers are predicted there is the loss alone. `answered` says what may be changed. Nothing is trained.
    """
    rows, goal = asked.rows, asked.goal
    chosen = rows.some(max(1, min(asked.whole("examples", 2_000), MOST_EXAMPLES)))
    losses, answers = each_loss(goal.objective.loss, goal.objective.unit), answers_of(goal)
    totals = np.zeros(2)
    found: list[list[tuple[NDArray[Any], NDArray[Any]]]] = [[], []]
    for start in range(0, len(chosen), AT_ONCE):
        inputs, targets = rows.pick(chosen[start : start + AT_ONCE])
        target = targets[goal.place]
        with torch.inference_mode():
            for place, outputs in enumerate((outputs_of(asked.bench.model, inputs), answered(asked, inputs))):
                given = answers(outputs[goal.place], target)
                found[place].append((given["truth"].cpu().numpy(), given["answer"].cpu().numpy()))
                totals[place] += float(losses(outputs[goal.place], target).mean()) * len(target)
        yield min(start + AT_ONCE, len(chosen)), len(chosen)
    facts: dict[str, Any] = {"loss": (totals / len(chosen)).tolist(), "examples": len(chosen)}
    if goal.targets == "numbers":
        return Answer({}, facts)
    truth = np.concatenate([pair[0] for pair in found[0]])
    rights = [truth == np.concatenate([pair[1] for pair in part]) for part in found]
    classes = int(truth.max()) + 1
    right = np.stack([np.bincount(truth[part], minlength=classes) for part in rights]).astype(np.int32)
    count = np.bincount(truth, minlength=classes).astype(np.int32)
    facts["accuracy"] = [float(part.mean()) for part in rights]
    return Answer({"right": right, "count": count}, facts)


def answered(asked: Asked, inputs: Tensors) -> Tensors:
    """What the network gives with the question's ``changes`` and ``swap``; raises `ProbeError` for what cannot be.

    A change is an object with a ``layer`` and one of: ``units``, a list of channels or features that give 0; ``bypass``
    (true), by which the layer hands on what it gets; neither, and all of the layer gives 0. ``swap`` are two classes
    whose answers are exchanged.
    """
    changes = _changes(asked)
    outputs = asked.bench.taps.run(inputs, changes)[0] if changes else outputs_of(asked.bench.model, inputs)
    if not (swap := asked.wholes("swap")):
        return outputs
    goal, place = asked.goal, asked.goal.place
    has_scores = goal.targets != "numbers" and goal.neighbors is None and outputs[place].dim() > 1
    classes = outputs[place].shape[1] if has_scores else 0
    if len(swap) != 2 or not all(0 <= number < classes for number in swap):
        raise ProbeError(f"Expected two classes below {classes:,} for “swap”, found {swap!r:.30}.")
    order = torch.arange(classes, device=outputs[place].device)
    order[swap] = order[swap[::-1]]
    return (*outputs[:place], outputs[place][:, order], *outputs[place + 1 :])


def _changes(asked: Asked) -> dict[str, Change]:
    given = asked.question.arguments.get("changes", [])
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise ProbeError(f"Expected objects for “changes”, found {given!r:.30}.")
    found: dict[str, Change] = {}
    for item in given:
        layer, units = str(item.get("layer")), item.get("units")
        if layer not in asked.bench.document.network or layer in asked.rows.inputs:
            raise ProbeError(f"There is no layer “{layer[:40]}” that can be changed. Choose another one.")
        change = _bypass(asked, layer) if item.get("bypass") else _silence(asked, layer, units)
        before = found.get(layer)
        found[layer] = change if before is None else _after(before, change)
    return found


def _after(first: Change, second: Change) -> Change:
    return lambda value: second(first(value))


def _silence(asked: Asked, layer: str, units: object) -> Change:
    """0 in the place of what some units of a layer give, or all of it."""
    if units is None:
        return torch.zeros_like
    if not isinstance(units, list) or not all(isinstance(unit, int) for unit in units):
        raise ProbeError(f"Expected integers for “units”, found {units!r:.30}.")

    def change(value: Tensor) -> Tensor:
        axis = min(asked.bench.taps.unit_axis(layer, value.dim()), value.dim() - 1)
        if not all(0 <= unit < value.shape[axis] for unit in units):
            raise ProbeError(f"{layer[:40]} has {value.shape[axis]:,} units, counted from 0. Choose one of them.")
        return value.index_fill(axis, torch.tensor(units, device=value.device), 0)

    return change


def _bypass(asked: Asked, layer: str) -> Change:
    """What a layer gets in the place of what it gives."""
    network, seen = asked.bench.document.network, asked.bench.taps
    edges = network.edges_into(layer)

    def change(value: Tensor) -> Tensor:
        given: Mapping[str, Tensor] = seen.seen
        source = given.get(edges[0].source) if len(edges) == 1 else None
        if source is None or source.shape != value.shape:
            raise ProbeError(f"{layer[:40]} cannot be bypassed: it gives another shape than it takes. Switch it off.")
        return source

    return change
