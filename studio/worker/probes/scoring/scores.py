"""How well a network does: for each answer what was true, what was given, how sure, and the loss."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import Goal
from studio.worker.probing.summing import NumberSumming, Summing
from studio.worker.training.loop import outputs_of
from studio.worker.training.single import each_loss

MOST_ANSWERS = 2_500_000
"""Answers that are kept one by one: each takes 20 bytes."""
Found = dict[str, Tensor]
NO_CLASSES = "The data has numbers where the loss expects classes. Choose data with classes."


@probe(is_kept=True)
def scores(asked: Asked) -> Steps:
    """``truth``, ``answer``, ``certainty``, ``margin`` (to the second best) and ``loss`` for each answer, in order.

    An example has one answer, or one a position (``positions`` of them) in sequences, masks and where there are several
    switches. With two classes ``score`` is the probability of the second. Where numbers are predicted, ``truth`` and
    ``answer`` hold N × numbers, and ``loss`` is that of the example.

    More than 2.5 million answers are added up (`models.scoring.summed`; of numbers the first of each example is kept),
    and ``facts["summed"]`` tells so.
    """
    rows, goal, bench = asked.rows, asked.goal, asked.bench
    function = answers_of(goal)
    losses = each_loss(goal.objective.loss, goal.objective.unit)
    pieces: list[Found] = []
    summing: Summing | NumberSumming | None = None
    done, count, positions = 0, len(rows), 1
    for inputs, targets in rows.batches(bench.batch_size):
        with torch.inference_mode():
            output, target = outputs_of(bench.model, inputs)[goal.place], targets[goal.place]
            found = function(output, target) | {"loss": losses(output, target)}
        if not done:
            positions = len(found["truth"]) // len(target)
            if count * found["truth"].numel() // len(target) > MOST_ANSWERS:
                summing = NumberSumming() if goal.targets == "numbers" else Summing(_classes(goal, output))
        if summing is None:
            pieces.append(found)
        else:
            summing.add(found, len(target))
        done += len(target)
        yield done, count
    if summing is not None:
        return _summed(summing, count, positions)
    arrays = {name: torch.cat([piece[name] for piece in pieces]).cpu().numpy() for name in pieces[0]}
    return Answer(_compact(arrays), {"examples": count, "positions": len(arrays["truth"]) // count})


def _classes(goal: Goal, output: Tensor) -> int:
    """How many classes answers may name."""
    if goal.targets == "binary" and not goal.picks_one:
        return 2
    return output.shape[1]


def _summed(summing: Summing | NumberSumming, count: int, positions: int) -> Answer:
    arrays = {name: value.numpy() for name, value in summing.arrays().items()}
    facts: dict[str, Any] = {"examples": count, "positions": positions, "summed": True}
    if isinstance(summing, NumberSumming):
        facts |= {"count": summing.count, "sums": summing.sums}
    return Answer(arrays, facts)


def answers_of(goal: Goal) -> Callable[[Tensor, Tensor], Found]:
    """What turns outputs and targets of a batch into answers, by the form of the targets."""
    if goal.targets == "binary":
        answer = _of_one_hot if goal.picks_one else _of_switches
    else:
        answer = _of_classes if goal.targets == "classes" else _of_numbers
    return lambda output, target: answer(goal.predicted(output), target)


def _of_classes(output: Tensor, target: Tensor) -> Found:
    if target.is_floating_point():
        raise ProbeError(NO_CLASSES)
    chances = output.softmax(1)
    classes = chances.shape[1]
    best = chances.topk(min(2, classes), 1)
    certainty, second = best.values[:, 0], best.values[:, -1]
    found = {
        "truth": target.flatten(),
        "answer": best.indices[:, 0].flatten(),
        "certainty": certainty.flatten(),
        "margin": (certainty - second).flatten(),
    }
    return found | ({"score": chances[:, 1].flatten()} if classes == 2 else {})


def _of_one_hot(output: Tensor, target: Tensor) -> Found:
    """One class out of several, each with a switch of its own."""
    best = output.sigmoid().topk(2, 1)
    certainty, second = best.values[:, 0], best.values[:, 1]
    answer, truth = best.indices[:, 0], target.argmax(1)
    return {"truth": truth, "answer": answer, "certainty": certainty, "margin": certainty - second}


def _of_switches(output: Tensor, target: Tensor) -> Found:
    yes, wanted = output.sigmoid().flatten(), target.flatten()
    certainty = torch.maximum(yes, 1 - yes)
    truth, answer = (wanted > 0.5).long(), (yes > 0.5).long()
    return {"truth": truth, "answer": answer, "certainty": certainty, "margin": 2 * certainty - 1, "score": yes}


def _of_numbers(output: Tensor, target: Tensor) -> Found:
    return {"truth": target.flatten(1), "answer": output.flatten(1)}


def _compact(arrays: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Integers in 32 bits, as fractions are."""
    return {name: array.astype(np.int32) if array.dtype.kind == "i" else array for name, array in arrays.items()}
