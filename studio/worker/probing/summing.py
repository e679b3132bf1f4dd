"""Adds answers up, batch by batch, where they are too many to be kept one by one (`models.scoring.summed`)."""

from __future__ import annotations

import torch
from torch import Tensor

from models.scoring.classes import MOST_CLASSES
from models.scoring.summed import BINS, TENTHS

MOST_CELLS = 3_000_000
"""Cells that examples have answers in, each named with 8 bytes."""
Found = dict[str, Tensor]


class Summing:
    """Takes batches of ``truth``, ``answer``, ``certainty``, ``margin``, ``loss`` (and ``score``) with one value an
    answer; `arrays` is what they came to."""

    def __init__(self, classes: int) -> None:
        self.classes = max(2, min(classes, MOST_CLASSES))
        self._each: dict[str, list[Tensor]] = {}
        self._counts = torch.zeros(self.classes**2, dtype=torch.int64)
        self._scores: Tensor | None = None
        self._tenths = torch.zeros(3, TENTHS, dtype=torch.float64)
        self._cells: list[tuple[Tensor, Tensor]] | None = []
        self._named = self._examples = 0

    def add(self, found: Found, examples: int) -> None:
        """Take in a batch of so many examples."""
        truth, answer, certainty = (found[name].view(examples, -1) for name in ("truth", "answer", "certainty"))
        wrong = truth != answer
        mistakes = torch.where(wrong, certainty, -1.0)
        surest = mistakes.argmax(1, keepdim=True)
        values = {
            "loss": found["loss"].view(examples, -1).mean(1),
            "right": (~wrong).sum(1).int(),
            "mistakes": mistakes.gather(1, surest)[:, 0],
            "mistake_truth": truth.gather(1, surest)[:, 0].int(),
            "mistake_answer": answer.gather(1, surest)[:, 0].int(),
            "certainties": certainty.min(1).values,
            "margins": found["margin"].view(examples, -1).min(1).values,
        }
        for name, value in values.items():
            self._each.setdefault(name, []).append(value.cpu())
        self._count(truth, answer)
        self._calibrate(certainty, ~wrong)
        if "score" in found:
            self._rank(found["score"], truth.flatten())
        self._examples += examples

    def arrays(self) -> Found:
        """All sums."""
        arrays = {name: torch.cat(parts) for name, parts in self._each.items()}
        arrays |= {"counts": self._counts.view(self.classes, self.classes), "tenths": self._tenths}
        if self._scores is not None:
            arrays["score_counts"] = self._scores
        if self._cells is not None:
            arrays["cell_rows"], arrays["cell_codes"] = (
                torch.cat(parts).int() for parts in zip(*self._cells, strict=True)
            )
        return arrays

    def _count(self, truth: Tensor, answer: Tensor) -> None:
        known = (truth >= 0) & (truth < self.classes) & (answer < self.classes)
        codes = torch.where(known, truth * self.classes + answer, -1)
        self._counts += torch.bincount(codes[known], minlength=self.classes**2).cpu()
        if self._cells is None:
            return
        rows = torch.arange(len(codes), device=codes.device)[:, None] * self.classes**2
        each = torch.unique((rows + codes)[known]).cpu()
        self._cells.append((each // self.classes**2 + self._examples, each % self.classes**2))
        self._named += len(each)
        if self._named > MOST_CELLS:
            self._cells = None

    def _calibrate(self, certainty: Tensor, right: Tensor) -> None:
        flat = torch.nan_to_num(certainty.flatten())
        place = (flat * TENTHS).long().clamp(0, TENTHS - 1)
        for row, weights in enumerate((None, right.flatten().double(), flat.double())):
            self._tenths[row] += torch.bincount(place, weights, minlength=TENTHS).cpu()

    def _rank(self, score: Tensor, truth: Tensor) -> None:
        place = (torch.nan_to_num(score) * BINS).long().clamp(0, BINS - 1) + BINS * (truth == 1)
        counted = torch.bincount(place, minlength=2 * BINS).view(2, BINS).cpu()
        self._scores = counted if self._scores is None else self._scores + counted


class NumberSumming:
    """The same where answers are numbers: examples × numbers of ``truth`` and ``answer``."""

    def __init__(self) -> None:
        self._each: dict[str, list[Tensor]] = {"loss": [], "truth": [], "answer": []}
        self.sums = [0.0] * 4
        self.count = 0

    def add(self, found: Found, examples: int) -> None:
        """Take in a batch of so many examples."""
        truth, answer = found["truth"].double(), found["answer"].double()
        away = answer - truth
        for place, value in enumerate((away.abs(), away.square(), truth, truth.square())):
            self.sums[place] += value.sum().item()
        self.count += truth.numel()
        for name in ("truth", "answer"):
            self._each[name].append(found[name].view(examples, -1)[:, :1].cpu())
        self._each["loss"].append(found["loss"].cpu())

    def arrays(self) -> Found:
        """The first number of each example, and its loss."""
        return {name: torch.cat(parts) for name, parts in self._each.items()}
