"""What becomes of single samples: the loss of every training sample and every validation answer, epoch by epoch.

Everything comes from outputs that training has at hand, many batches together, stays on the device, and leaves it once
an epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from models.training.metrics import EMBEDDING, SEQUENCE
from models.training.objectives import Objective, predictions
from studio.runs.samples.layout import (
    LARGEST_CLASS,
    MOST_ANSWERS,
    MOST_SAMPLES,
    Answers,
    Layout,
    stride_for,
)
from studio.worker.ranks.team import Team
from studio.worker.training.examples import Examples
from studio.worker.training.loop import Tensors
from studio.worker.training.metrics import Rights
from studio.worker.training.single import answers_in, each_loss, form_of, has_each, truth_in

LOSSES, RIGHT = "samples.losses", "samples.right"
ONE_OF_SEVERAL = "one of several"
ANSWERED = ("classes", ONE_OF_SEVERAL, "switches")
"""Forms of answers that are right or wrong."""
UNKEPT = {
    EMBEDDING: "An embedding has no answer of its own; Inspect reads it by its neighbors.",
    SEQUENCE: "Sequences that are read off differ in length, and are not kept over epochs.",
}
"""Why answers of some forms are not kept."""
OFF = "Samples over time were switched off for this run. Switch them on and train again."


class Watch:
    """Gathers the present epoch by its ``layout``; `begin` and `begin_validation` go first, then batches come in order.

    ``classes`` counts those that the data names for each Output (0 for none), ``parts`` are training and validation;
    with ``wanted`` False nothing is kept.
    """

    def __init__(
        self,
        objectives: Sequence[Objective],
        classes: Sequence[int],
        parts: tuple[Examples, Examples],
        *,
        epochs: int,
        wanted: bool,
        data: str,
    ) -> None:
        pairs = zip(objectives, classes, parts[1].targets, strict=True)
        self._forms = [form_of(objective, count, target) for objective, count, target in pairs]
        self._objectives = objectives
        self._epochs = epochs
        self.layout = self._layout(objectives, classes, parts, data) if wanted else Layout(OFF, OFF, data=data)
        taken = objectives if self.layout.samples else []
        self._losses = [(each_loss(item.loss, item.unit), item.weight) for item in taken]
        self._order: Tensor | None = None
        self._taken = 0
        self._answers: list[list[Tensor]] = []
        device = parts[0].device
        self.losses = torch.full((self.layout.samples,), torch.nan, dtype=torch.bfloat16, device=device)
        """Of each training sample, NaN where it has had no turn in this epoch."""
        self.right = torch.zeros(self.layout.samples if self.layout.has_right else 0, dtype=torch.bool, device=device)

    def begin(self, epoch: int, batches: Tensors, *, goes_on: bool) -> None:
        """The batches of an epoch (from 1) that follow, as indices; what `load` brought stays if it ``goes_on``."""
        keeps = self.layout.keeps(epoch, self._epochs)
        self._order = torch.cat(batches).to(self.losses.device) if keeps and self.layout.samples and batches else None
        self._taken = 0
        if not goes_on:
            self.forget()

    @torch.inference_mode()
    def take(self, outputs: Tensors, targets: Tensors, rights: Rights) -> None:
        """Note the next batches of training, together."""
        if self._order is None:
            return
        count = len(targets[0])
        rows = self._order[self._taken : self._taken + count]
        self._taken += count
        self.losses.index_copy_(0, rows, self._loss_of(outputs, targets, count).to(torch.bfloat16))
        if self.layout.has_right:
            self.right.index_copy_(0, rows, self._right_of(outputs, targets, rights))

    def begin_validation(self, epoch: int) -> None:
        """The batches of validation follow, from the first on."""
        keeps = self.layout.keeps(epoch, self._epochs)
        self._answers = [[] for _ in self.layout.answers] if keeps else []

    @torch.inference_mode()
    def take_validation(self, outputs: Tensors, targets: Tensors, rights: Rights) -> None:
        """Note the next batches of validation, together."""
        for kept, form, output in zip(self._answers, self._forms, predictions(self._objectives, outputs), strict=False):
            kept.append(_halves(answers_in(form, output)))

    def finish(self, epoch: int) -> bytes | None:
        """What is kept of an epoch, all of which was taken; None where nothing is."""
        if not self.layout.keeps(epoch, self._epochs):
            return None
        answers = [part.flatten() for parts in self._answers for part in parts]
        halves = torch.cat([self.losses.view(torch.int16), *answers]).cpu().numpy().astype("<i2")
        bits = np.packbits(self.right.cpu().numpy(), bitorder="little")
        losses = self.layout.samples
        return halves[:losses].tobytes() + bits.tobytes() + halves[losses:].tobytes()

    def join(self, team: Team) -> None:
        """Put together what the processes of a team took of an epoch; each took its part of every batch."""
        if team.count == 1 or (self._order is None and not self._answers):
            return
        self.losses, self.right = team.merged(self.losses), team.merged(self.right)
        self._answers = [[team.stacked(self._flat(place, parts))] for place, parts in enumerate(self._answers)]

    def _flat(self, place: int, parts: list[Tensor]) -> Tensor:
        """The answers at an Output, one behind the other."""
        none = torch.zeros(0, dtype=torch.int16, device=self.losses.device)
        return torch.cat([none, *(part.flatten() for part in parts)])

    # Within an epoch

    def forget(self) -> None:
        """Nothing is known of the present epoch."""
        self.losses.fill_(torch.nan)
        self.right.fill_(False)

    def captured(self) -> dict[str, Tensor]:
        """The epoch so far, for a checkpoint in its midst."""
        return {LOSSES: self.losses, RIGHT: self.right}

    def load(self, tensors: dict[str, Tensor]) -> None:
        """Go on from what was `captured`; what is of another size, or missing, is left out."""
        for name, own in self.captured().items():
            found = tensors.get(name)
            if found is not None and found.shape == own.shape and found.dtype == own.dtype:
                own.copy_(found)

    # Inside

    def _layout(
        self, objectives: Sequence[Objective], classes: Sequence[int], parts: tuple[Examples, Examples], data: str
    ) -> Layout:
        training, validation = parts
        skipped = _why_no_losses(objectives, len(training))
        answers = tuple(
            Answers(objective.output, form, len(target), truth_in(form, target[:1]).numel())
            for objective, form, target in zip(objectives, self._forms, validation.targets, strict=True)
        )
        unanswered = _why_no_answers(answers, classes)
        found = Layout(
            skipped,
            unanswered,
            0 if skipped else len(training),
            not skipped and any(form in ANSWERED for form in self._forms),
            () if unanswered else answers,
            data=data,
        )
        return replace(found, stride=stride_for(found.payload, self._epochs))

    def _loss_of(self, outputs: Tensors, targets: Tensors, count: int) -> Tensor:
        total: Tensor | None = None
        for (each, weight), output, target in zip(self._losses, outputs, targets, strict=True):
            loss = each(output.float(), target)
            loss = loss if len(loss) == count else loss.view(count, -1).mean(1)
            loss = loss if weight == 1 else weight * loss
            total = loss if total is None else total + loss
        assert total is not None, "a run has a loss"
        return total

    def _right_of(self, outputs: Tensors, targets: Tensors, rights: Rights) -> Tensor:
        """Whether all answers are right that can be."""
        total: Tensor | None = None
        answers = zip(self._forms, predictions(self._objectives, outputs), targets, strict=True)
        for place, (form, output, target) in enumerate(answers):
            if form in ANSWERED:
                known = rights.get(place) if form != ONE_OF_SEVERAL else None  # there a metric counts yes and no
                right = answers_in(form, output) == truth_in(form, target) if known is None else known
                right = right.view(len(target), -1)
                right = right[:, 0] if right.shape[1] == 1 else right.all(1)
                total = right if total is None else total & right
        assert total is not None, "the layout has_right"
        return total


def _halves(answers: Tensor) -> Tensor:
    """Answers in 16 bits each."""
    return answers.to(torch.bfloat16).view(torch.int16) if answers.is_floating_point() else answers.to(torch.int16)


def _why_no_losses(objectives: Sequence[Objective], count: int) -> str:
    if count > MOST_SAMPLES:
        return f"Losses of samples are kept up to {MOST_SAMPLES:,}; this run trains on {count:,}. Train on fewer."
    for objective in objectives:
        if objective.loss.answers == EMBEDDING:
            return f"{objective.loss.kind} compares the examples of a batch; a sample has no loss of its own."
        if not has_each(objective.loss):
            return f"{objective.loss.kind} gives no loss for a single sample. Choose another loss, and train again."
    return ""


def _why_no_answers(answers: Sequence[Answers], classes: Sequence[int]) -> str:
    if why := next((UNKEPT[part.form] for part in answers if part.form in UNKEPT), ""):
        return why
    count = sum(part.count for part in answers)
    if count > MOST_ANSWERS:
        return f"Answers are kept up to {MOST_ANSWERS:,} an epoch; this run has {count:,}. Validate on fewer."
    if any(number > LARGEST_CLASS for number in classes):
        return f"Answers over epochs are kept up to {LARGEST_CLASS:,} classes. Train on fewer classes."
    return ""
