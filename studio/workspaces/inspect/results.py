"""What scores come to: figures for the strip, tables, and the order in which samples are looked at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.basics.quantities import figures, percent
from models.scoring.classes import MOST_CLASSES, Confusion
from models.scoring.numbers import Errors
from models.scoring.picking import ORDERS, Answered, Scored
from models.scoring.summed import Summed, from_arrays
from models.scoring.thresholds import Calibration, Thresholds
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.subject import About, Subject
from widgets.inspection.chances import share_text
from widgets.inspection.strip import Fact
from widgets.inspection.wall import Caption

UNREADABLE = "These scores could not be read. Score the data once more."


@dataclass(frozen=True, eq=False)
class Wanted:
    """Which samples are looked at: an order, and a class as the truth and one as the answer (None for any)."""

    order: str = "worst"
    truth: int | None = None
    answer: int | None = None
    answers: NDArray[Any] | None = None
    """The answers of another epoch that ``answer`` is among; None for those that were scored."""


class Results:
    """The answers of a network on a part of the data. Raises `RunError` where arrays do not belong together.

    Where there are too many answers to keep, they are ``summed``, and ``answered`` holds the first number of each
    example where numbers are predicted (else it is not to be asked for).
    """

    def __init__(self, answer: Answer, about: About) -> None:
        self.about = about
        self.summed: Summed | None = None
        self._sums: list[float] = []
        if answer.facts.get("summed"):
            self._take_sums(answer)
            return
        arrays, positions = answer.arrays, answer.facts.get("positions")
        sizes = {len(arrays[name]) for name in ("truth", "answer") if name in arrays}
        if len(sizes) != 1 or not isinstance(positions, int) or positions < 1 or max(sizes) % positions:
            raise RunError(UNREADABLE)
        self.answered = Answered(
            arrays["truth"], arrays["answer"], arrays["loss"], arrays.get("certainty"), arrays.get("margin"),
            arrays.get("score"), positions,
        )  # fmt: skip
        extra = [
            part for part in (self.answered.certainty, self.answered.margin, self.answered.score) if part is not None
        ]
        if not sizes.pop() or any(len(part) != len(arrays["truth"]) for part in extra):
            raise RunError(UNREADABLE)

    def _take_sums(self, answer: Answer) -> None:
        """Read answers that were added up."""
        arrays, facts = answer.arrays, answer.facts
        try:
            if "counts" in arrays:
                self.summed = from_arrays(arrays, int(facts["positions"]))
                return
            self._sums = [int(facts["count"]), *map(float, facts["sums"])]
            self.answered = Answered(arrays["truth"], arrays["answer"], arrays["loss"])
            if len(self._sums) != 5 or not 0 < len(self.answered.truth) == len(self.answered.answer):
                raise ValueError("sums that do not belong together")
        except (LookupError, TypeError, ValueError) as error:
            raise RunError(UNREADABLE) from error

    @property
    def scored(self) -> Scored:
        """What orders of examples go by."""
        return self.summed or self.answered

    @property
    def positions(self) -> int:
        """How many answers an example has."""
        return self.scored.positions

    @property
    def is_whole(self) -> bool:
        """Whether every answer is at hand, rather than sums of them."""
        return self.summed is None and not self._sums

    def count_all(self) -> None:
        """Work out what is remembered, on whatever thread this is."""
        self.scored.losses  # noqa: B018
        for name in ("confusion", "thresholds", "calibration") if self.has_classes else ("errors",):
            getattr(self, name)

    @property
    def count(self) -> int:
        """How many samples were scored."""
        return self.scored.examples

    @property
    def has_classes(self) -> bool:
        """Whether answers are classes, rather than numbers."""
        return self.summed is not None or self.answered.certainty is not None

    @cached_property
    def classes(self) -> int:
        """How many classes there are, those of odd answers left out."""
        if self.summed is not None:
            return len(self.summed.counts)
        used = int(max(self.answered.truth.max(), self.answered.answer.max())) + 1 if self.has_classes else 0
        return min(max(used, len(self.about.classes), 2), MOST_CLASSES)

    @cached_property
    def confusion(self) -> Confusion:
        """Truth against answers."""
        if self.summed is not None:
            return Confusion(self.summed.counts)
        truth, answer = self.answered.truth.astype(np.int64), self.answered.answer.astype(np.int64)
        return Confusion.of(truth, answer, self.classes)

    @cached_property
    def thresholds(self) -> Thresholds | None:
        """What thresholds would bring, where there are two classes."""
        if self.summed is not None:
            counts = self.summed.score_counts
            return None if counts is None else Thresholds.of_counts(counts)
        if self.answered.score is None:
            return None
        return Thresholds.of(self.answered.truth.astype(np.int64), self.answered.score)

    @cached_property
    def calibration(self) -> Calibration:
        """How often answers are right that are so sure."""
        if self.summed is not None:
            return Calibration.of_sums(*self.summed.tenths)
        assert self.answered.certainty is not None
        return Calibration.of(self.answered.right(), self.answered.certainty)

    @cached_property
    def errors(self) -> Errors:
        """How far numbers are off."""
        if self._sums:
            count, *sums = self._sums
            return Errors.of_sums(int(count), *sums)
        return Errors.of(self.answered.truth, self.answered.answer)

    def rows(self, wanted: Wanted) -> NDArray[np.int64]:
        """The samples that are looked at, in order."""
        _, order, needs_classes = ORDERS[wanted.order]
        rows = (order if self.has_classes or not needs_classes else ORDERS["worst"][1])(self.scored)
        if wanted.truth is None and wanted.answer is None:
            return rows
        scored = self.scored if wanted.answers is None else replace(self.answered, answer=wanted.answers)
        found: NDArray[np.int64] = rows[scored.fits(wanted.truth, wanted.answer)[rows]]
        return found

    # In words

    def facts(self) -> list[Fact]:
        """The figures of the strip."""
        loss = Fact("Loss", figures(float(np.mean(self.scored.losses))))
        if not self.has_classes:
            errors = self.errors
            explained = "–" if errors.explained is None else f"{errors.explained:.3f}"
            return [Fact("Mean error", figures(errors.mean_absolute)), Fact("RMSE", figures(errors.root_mean_square)),
                    Fact("R²", explained), loss, Fact("Samples", f"{self.count:,}")]  # fmt: skip
        right, total = self._right()
        accuracy = percent(right / total, 1)
        # What is read off is compared place by place, and the blanks behind its end are places, too.
        name, among = ("Places right", ", with blanks") if self.about.reads else ("Accuracy", "")
        facts = [Fact(name, accuracy, f"{right:,} of {total:,}{among}"), loss]
        return [*facts, *self._hardest(), *self._surest_mistake()]

    def _right(self) -> tuple[int, int]:
        if self.summed is not None:
            return int(self.summed.right.sum()), self.count * self.positions
        return int(self.answered.right().sum()), len(self.answered.truth)

    def _hardest(self) -> list[Fact]:
        hardest = self.confusion.hardest
        if hardest is None or self.confusion.recall[hardest] == 1:
            return []  # Where all are right, none is harder than another.
        return [
            Fact("Hardest class", self.about.class_name(hardest), f"{share_text(self.confusion.recall[hardest])} right")
        ]

    def _surest_mistake(self) -> list[Fact]:
        found = self.scored.surest_mistake
        if found is None:
            return [Fact("Mistakes", "0", "all are right")]
        certainty, truth, answer = found
        words = f"{self.about.class_name(truth)} read as {self.about.class_name(answer)}"
        return [Fact("Most certain mistake", share_text(certainty), words)]

    def caption(self, row: int) -> Caption:
        """What is said of a sample."""
        return self._caption(row, self.about.class_name)

    def caption_in_short(self, row: int) -> Caption:
        """What stands below a small picture: names of classes without the words with which all of them begin."""
        return self._caption(row, self.about.short_name)

    def _caption(self, row: int, name: Callable[[int], str]) -> Caption:
        if self.about.aim:
            return Caption(f"loss {figures(float(self.scored.losses[row]), 3)}", "", "", True)
        if self.has_classes and self.positions > 1:
            right, count = self.scored.right_in(row)
            loss = float(self.scored.losses[row])
            return Caption(f"{right:,} of {count:,}", f"loss {figures(loss, 3)}", "", right == count)
        answered = self.answered
        if not self.has_classes:
            truth, answer = (float(values[row].flat[0]) for values in (answered.truth, answered.answer))
            return Caption(figures(answer), f"is {figures(truth)}", figures(answer - truth, 3, sign="+"), True)
        truth_class, answer_class = int(answered.truth[row]), int(answered.answer[row])
        assert answered.certainty is not None
        is_right = truth_class == answer_class
        below = "right" if is_right else f"is {name(truth_class)}"
        return Caption(name(answer_class), below, share_text(float(answered.certainty[row])), is_right)


def counted(answer: Answer, about: About) -> tuple[Results, list[Fact]]:
    """Results with all that takes time worked out; raises `RunError`."""
    results = Results(answer, about)
    results.count_all()
    return results, results.facts()


class Before(NamedTuple):
    """The figures of a part of a run's data before its document was trained once more."""

    run: RunFolder
    part: str
    facts: list[Fact]

    def beside(self, subject: Subject, facts: list[Fact]) -> str:
        """The first two figures then and now; "" for the same run, or other data."""
        if subject.run == self.run.path or subject.data or subject.part != self.part:
            return ""
        now = {fact.name: fact.value for fact in facts}
        pairs = [f"{fact.name.lower()} {fact.value} → {now[fact.name]}" for fact in self.facts if fact.name in now]
        return f"{self.run.name} before, and this run: {', '.join(pairs[:2])}." if pairs else ""
