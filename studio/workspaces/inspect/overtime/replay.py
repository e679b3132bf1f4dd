"""The validation answers of a run through its epochs, beside those of the weights that are scored. No Qt."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.scoring.classes import Confusion
from studio.runs.samples.layout import Answers
from studio.runs.samples.reader import SampleLog
from studio.workspaces.inspect.overtime.following import BEFORE_THIS, NO_EPOCH
from studio.workspaces.inspect.results import Results
from studio.workspaces.inspect.subject import Opened, Subject

OTHER = "The validation samples are others than those of this run, so its epochs are not shown."


class Replay(NamedTuple):
    """The answers of an Output; ``epochs`` counts from 1."""

    log: SampleLog
    kept: Answers
    results: Results

    @property
    def epochs(self) -> list[int]:
        """The epochs that are kept."""
        found: list[int] = self.log.epochs.tolist()
        return found

    def answers(self, place: int) -> NDArray[Any]:
        """All answers at a place among the epochs, in the shape of those that were scored."""
        return self.log.answers_at(place, self.kept.output).reshape(self.results.answered.answer.shape)

    def confusion(self, place: int) -> Confusion:
        """Truth against answers at a place, with all that takes time worked out."""
        found = Confusion.of(self.results.answered.truth.astype(np.int64), self.answers(place), self.results.classes)
        found.shares, found.recall  # noqa: B018
        return found


def replay_of(opened: Opened, subject: Subject, results: Results) -> tuple[Replay | None, str]:
    """The epochs behind results, or why there are none; nothing at all for what is no validation of the run itself."""
    if subject.part != "validation" or subject.data:
        return None, ""
    log = opened.log
    if log is None:
        return None, opened.unlogged or BEFORE_THIS
    kept = log.answers(subject.output)
    if log.layout.unanswered or kept is None:
        return None, log.layout.unanswered
    if not len(log.epochs):
        return None, NO_EPOCH
    same_form = (kept.form == "numbers") != results.has_classes
    if not results.is_whole or not same_form or kept.count != results.answered.answer.size:
        return None, OTHER
    return Replay(log, kept, results), ""
