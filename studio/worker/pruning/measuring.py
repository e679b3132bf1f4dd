"""How well a network does with some of its weights pruned."""

from __future__ import annotations

import copy
from collections.abc import Generator, Iterable, Iterator
from typing import NamedTuple

import torch
from torch import Tensor, nn

from models.codegen.pruning import prunable
from models.training.settings import BY_ALL, BY_FILTER, BY_LAYER
from studio.worker.probes.scoring.scores import answers_of
from studio.worker.probing.asked import Asked
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import outputs_of
from studio.worker.training.single import each_loss
from studio.worker.training.starting import NOTHING_TO_PRUNE
from studio.worker.training.updating.pruning import prune

Masks = dict[str, Tensor]


class Score(NamedTuple):
    """The share of correct answers (None where numbers are predicted) and the mean loss."""

    accuracy: float | None
    loss: float


def names_by(asked: Asked) -> tuple[str, dict[str, list[str]]]:
    """What is compared, and the names of what is pruned; raises `ProbeError` where nothing is."""
    by = asked.text("by", BY_ALL)
    if by not in (BY_ALL, BY_LAYER, BY_FILTER):
        raise ProbeError(f"Expected global, layer or filter for “by”, found {by!r:.30}.")
    names = prunable(asked.bench.document, by)
    if not names:
        raise ProbeError(NOTHING_TO_PRUNE)
    return by, names


def with_zeros(asked: Asked, share: float) -> tuple[nn.Module, Masks]:
    """A copy of the network with a share of its weights at 0, and which stay."""
    by, names = names_by(asked)
    model = copy.deepcopy(asked.bench.model)
    return model, prune(model, share, by, names)


def scores_of(asked: Asked, models: Iterable[nn.Module], count: int) -> Generator[tuple[int, int], None, list[Score]]:
    """Score so many networks on the examples of a question, resting after each batch; yields how far that is."""
    total, found = count * len(asked.rows), []
    for place, model in enumerate(models):
        scoring = _Scoring(asked)
        for done in scoring.run(model):
            yield place * len(asked.rows) + done, total
        found.append(scoring.score())
    return found


class _Scoring:
    """Adds up what one network does."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._right = self._loss = 0.0
        self._answers = self._examples = 0

    def run(self, model: nn.Module) -> Iterator[int]:
        goal, asked = self._asked.goal, self._asked
        if goal.neighbors is not None:
            goal = goal._replace(neighbors=asked.bench.neighbors(goal, asked.control, asked.told, model))
        answers, losses = answers_of(goal), each_loss(goal.objective.loss, goal.objective.unit)
        for inputs, targets in self._asked.rows.batches(self._asked.bench.batch_size):
            target = targets[goal.place]
            with torch.inference_mode():
                output = outputs_of(model, inputs)[goal.place]
                self._loss += float(losses(output, target).mean()) * len(target)
                if goal.targets != "numbers":
                    found = answers(output, target)
                    self._right += float((found["truth"] == found["answer"]).sum())
                    self._answers += found["truth"].numel()
            self._examples += len(target)
            yield self._examples

    def score(self) -> Score:
        accuracy = self._right / self._answers if self._answers else None
        return Score(accuracy, self._loss / max(self._examples, 1))
