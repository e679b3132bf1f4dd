"""What the network makes of one example: as it is, altered a little, or drawn by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.probes.answer import Answer, read_answer
from studio.worker.predicting.chances import probabilities
from studio.worker.probes.scoring.ablation import answered
from studio.worker.probes.scoring.samples import MOST_NUMBERS, thinned
from studio.worker.probes.scoring.scores import answers_of
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import ready
from studio.worker.training.loop import Tensors
from studio.worker.training.single import each_loss, has_each

MOST_CHANCES = 1 << 20
MOST_NEAR = 5
"""Neighbors of an embedding that are shown."""
SIDE = 96
"""Pixels of a side of the other Inputs, at most."""
ALTERATIONS = {"sketch", "noise", "shift", "brightness", "moves", "words"}


@probe(sample=1, noise=0.1, shift=[1, 0], brightness=0.2, moves=[[2, -1.5]])
def thought(asked: Asked) -> Steps:
    """``chances`` (classes × positions, or numbers; the first million), ``truth`` and ``loss``, where answers are
    classes ``answer`` and ``true`` at every position, for the ``sample``, and its ``values``; of a window of recordings
    ``padding`` and ``waves`` as well.

    Of the other Inputs ``values.1`` and so on, of the other Outputs ``chances`` and ``truth`` with the number of theirs
    behind, as far as they are read. Of an embedding ``near`` holds the five nearest training examples, the nearest
    first, and ``near.classes`` their classes.

    `altered` says what may be done to it first, `answered` what to the network.
    """
    yield 0, 1
    goal = asked.goal
    inputs, targets = altered(asked)
    with torch.inference_mode():
        outputs = answered(asked, inputs)
        output = outputs[goal.place]
        found = {"chances": probabilities(output, goal)[0], "truth": targets[goal.place][0]}
        if "sketch" not in asked.question.arguments and has_each(goal.objective.loss):
            found["loss"] = each_loss(goal.objective.loss, goal.objective.unit)(output, targets[goal.place])
    if goal.targets != "numbers":
        answers = answers_of(goal)(output, targets[goal.place])
        found |= {"answer": answers["answer"], "true": answers["truth"]}
    chances = found["chances"]
    found["chances"] = chances[:MOST_CHANCES, : max(1, MOST_CHANCES // len(chances))]
    arrays = {name: value.float().cpu().numpy() for name, value in found.items()}
    arrays |= _others(asked, outputs, targets) | _near(asked, output)
    sample = asked.whole("sample")
    return Answer({**arrays, **asked.rows.sounds([sample]), "values": stored(asked)[0]}, {"sample": sample})


def _others(asked: Asked, outputs: Tensors, targets: Tensors) -> dict[str, NDArray[Any]]:
    """What the other Inputs hold and what is answered at the other Outputs."""
    rows, own, sample = asked.rows, asked.goal.place, [asked.whole("sample")]
    found = {
        f"values.{place}": thinned(rows.values(sample, id), SIDE)[0] for place, id in enumerate(rows.inputs) if place
    }
    for place in [place for place in range(len(targets)) if place != own]:
        goal = asked.goal_at(asked.bench.objectives[place].output)
        chances = probabilities(outputs[place], goal)[0]
        if chances.numel() <= MOST_NUMBERS:
            found[f"chances.{place}"] = chances.float().cpu().numpy()
            found[f"truth.{place}"] = targets[place][0].float().cpu().numpy()
    return found


def _near(asked: Asked, output: Tensor) -> dict[str, NDArray[Any]]:
    """The training examples that are nearest to an embedding, and their classes."""
    goal = asked.goal
    if goal.neighbors is None:
        return {}
    which = goal.neighbors.nearest(goal.objective.predicted(output.float()), MOST_NEAR)[1][0]
    places = [goal.neighbors.rows[place] for place in which.tolist()]
    column = asked.bench.data({}, asked.control, asked.told).input(asked.rows.inputs[0])
    values = np.stack([column.parts[0][place] for place in places])
    return {"near": thinned(values, SIDE), "near.classes": goal.neighbors.classes[which].cpu().numpy()}


def altered(asked: Asked) -> tuple[Tensors, Tensors]:
    """The ``sample`` as the network takes it, with its targets, after `stored` has altered its first Input."""
    inputs, targets = asked.rows.pick([asked.whole("sample")])
    if not set(asked.question.arguments) & ALTERATIONS:
        return inputs, targets
    return (ready(asked.rows, stored(asked)), *inputs[1:]), targets


def stored(asked: Asked) -> NDArray[np.generic]:
    """The first Input of the ``sample`` as it is stored, altered; or the values that the file ``sketch`` holds.

    ``noise`` and ``brightness`` are shares of the span of the values, ``shift`` columns and rows of pixels,
    ``moves`` pairs of a place in the flat example and by how much it is raised, in standard deviations of the data
    where these are known, else in spans. Of tokens ``words`` alone, pairs of a position and the number
    that comes there.
    """
    before, wanted = asked.rows.values([asked.whole("sample")]), set(asked.question.arguments) & ALTERATIONS
    if not asked.rows.parts[0].feeds[0].tokens:
        return _altered(asked, before)
    if wanted - {"words"}:
        raise ProbeError("Tokens are numbers of words: they cannot be altered a little. Choose another sample.")
    return _with_words(asked, before) if wanted else before


def _with_words(asked: Asked, before: NDArray[np.generic]) -> NDArray[np.generic]:
    """Tokens with others in some places; raises `ProbeError` for one that the data does not have."""
    values, column = before.copy(), asked.rows.data.input(asked.rows.inputs[0])
    most = max(int(part.max()) for part in column.parts)
    for place, number in _pairs(asked, "words", before.size):
        if not 0 <= number <= most:
            raise ProbeError(f"The data has words from 0 to {most:,}, not {number:,.0f}. Choose one of them.")
        values.reshape(-1)[place] = round(number)
    return values


def _altered(asked: Asked, before: NDArray[np.generic]) -> NDArray[np.generic]:
    arguments = asked.question.arguments
    if "sketch" in arguments:
        return _sketched(Path(asked.text("sketch")), before)
    low, high = float(before.min()), float(before.max())
    span = 255.0 if before.dtype == np.uint8 and high > 127 else (high - low) or 1.0
    values = before.astype(np.float64)
    right, down = (asked.wholes("shift") or [0, 0])[:2]
    if values.ndim > 2 and (right or down):
        values = _shifted(values, right, down)
    values = values + asked.number("brightness") * span
    random = np.random.default_rng(asked.whole("seed"))
    values = values + asked.number("noise") * span * random.standard_normal(values.shape)
    for place, deviations in _pairs(asked, "moves", before.size):
        values.reshape(-1)[place] += deviations * _deviation(asked, place, span)
    if before.dtype.kind in "iu":
        top = np.iinfo(before.dtype.name)
        values = np.clip(np.rint(values), top.min, top.max)
    return values.astype(before.dtype)


def _pairs(asked: Asked, name: str, count: int) -> list[tuple[int, float]]:
    """An argument as pairs of a place among so many values and a number; raises `ProbeError` for anything else."""
    given = asked.question.arguments.get(name, [])
    try:
        assert isinstance(given, list)
        pairs = [(int(place), float(number)) for place, number in given]
        assert all(0 <= place < count for place, _ in pairs)
    except (AssertionError, TypeError, ValueError):
        raise ProbeError(f"Expected places below {count:,} and numbers for “{name}”, found {given!r:.30}.") from None
    return pairs


def _deviation(asked: Asked, place: int, span: float) -> float:
    std = asked.rows.data.input(asked.rows.inputs[0]).std
    if std is None:
        return span
    return float(np.broadcast_to(std, asked.rows.values([0]).shape[1:]).reshape(-1)[place])


def _sketched(path: Path, like: NDArray[np.generic]) -> NDArray[np.generic]:
    values = read_answer(path).arrays.get("values")
    if values is None or values.shape != like.shape[1:]:
        raise ProbeError(f"The sketch is not of the shape {'×'.join(map(str, like.shape[1:]))}. Draw it anew.")
    return values.astype(like.dtype)[None]


def _shifted(values: NDArray[np.float64], right: int, down: int) -> NDArray[np.float64]:
    """Moved by pixels; what comes in at the edges is as dark as the darkest value."""
    result = np.full_like(values, values.min())
    height, width = values.shape[-2:]
    right, down = max(-width, min(right, width)), max(-height, min(down, height))
    to = (..., slice(max(down, 0), height + min(down, 0)), slice(max(right, 0), width + min(right, 0)))
    source = (..., slice(max(-down, 0), height - max(down, 0)), slice(max(-right, 0), width - max(right, 0)))
    result[to] = values[source]
    return result


def most_likely(asked: Asked, output: Tensor) -> Tensor:
    """The score that a picture of what matters explains: of the ``class``, or the one that is answered; of an embedding
    how near it is to the middle of a class."""
    goal = asked.goal
    if goal.neighbors is not None:
        output = goal.neighbors.closeness(goal.objective.predicted(output))
    output = goal.objective.predicted(output) if goal.targets == "binary" else output
    if goal.targets == "classes" or (goal.targets == "binary" and output[0].numel() > 1):
        scores = output.reshape(len(output), output.shape[1], -1).mean(2)
        chosen = asked.whole("class", -1)
        if chosen >= scores.shape[1]:
            raise ProbeError(f"The network knows {scores.shape[1]} classes. Choose one of them.")
        return scores[:, chosen if chosen >= 0 else int(scores[0].argmax())]
    return output.flatten(1)[:, 0]
