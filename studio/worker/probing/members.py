"""Runs that answer together: each with its own weights and its own scale, on the very same examples."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.codegen.objectives import input_ids
from models.storage.files import FileError
from models.training.metrics import EMBEDDING, SEQUENCE
from studio.data import Data, DataError, dataset_from
from studio.data.portable import resampled_rows
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.worker.errors import TRAINING_FAILURES, TrainingError
from studio.worker.probing.asked import Asked
from studio.worker.probing.bench import Bench, checkpoint_of, subject_of
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import Goal
from studio.worker.training.examples import Examples, make_examples
from studio.worker.training.loading import load_data
from studio.worker.training.loop import in_order, outputs_of

MOST_MEMBERS = 64
NO_MEAN = {
    EMBEDDING: "Embeddings of several runs lie in spaces of their own, and have no mean. Choose another Output.",
    SEQUENCE: "What several runs read off may differ in length, and has no mean. Choose another Output.",
}
"""Why what some Outputs answer is not averaged."""
OF_TRAINING = ("resample", "training_share", "normalize")
"""Settings of data that leave the validation part, and the scale that a run has kept, what they are."""
Batch = tuple[list[Tensor], Tensor]
"""What each member gives for some examples, and their targets."""


class Member:
    """One of the runs: its network, the Output that is asked, and both parts of the data as it scales them."""

    def __init__(self, bench: Bench, goal: Goal, data: Data) -> None:
        self.bench, self.goal = bench, goal
        self.parts = make_examples(bench.document, data, bench.objectives, bench.device)


class Members:
    """The runs that a question names, those that fit; ``left_out`` tells of each other one (its name) why not."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked
        self._settings = dict(asked.bench.document.data)
        self.data = self._load(asked.bench, {**self._settings, "resample": 0})
        first = asked.bench
        self.goal = first.goal(asked.question.output, self.data)
        if why := NO_MEAN.get(self.goal.objective.loss.answers):
            raise ProbeError(why)
        self.all = [Member(first, self.goal, first.scaled(self.data))]
        self.left_out: dict[str, str] = {}

    def joining(self) -> Iterator[None]:
        """Let the others join, resting after each."""
        runs = self._asked.texts("runs")
        if len(runs) >= MOST_MEMBERS:
            raise ProbeError(f"Up to {MOST_MEMBERS} runs are averaged, not {len(runs) + 1:,}. Tick fewer.")
        for run in runs:
            try:
                self.all.append(self._member(Path(run)))
            except (ProbeError, RunError, FileError, DataError, TrainingError) as error:
                self.left_out[Path(run).name] = str(error)
            yield

    @property
    def names(self) -> list[str]:
        """The folders of those that answer."""
        return [member.bench.folder.path.name for member in self.all]

    def batches(self, part: int) -> Iterator[Batch]:
        """Answers to the training part (0) as it is before it is drawn again, or to validation (1)."""
        first = self.all[0].parts[part]
        size = max(member.bench.batch_size for member in self.all)
        for rows in in_order(len(first), size, "cpu"):
            given = [self._ask(member, member.parts[part], rows) for member in self.all]
            yield [output for output, _ in given], given[0][1]

    def _ask(self, member: Member, part: Examples, rows: Tensor) -> tuple[Tensor, Tensor]:
        inputs, targets = next(part.batches([rows.to(part.home)]))
        with torch.inference_mode():
            return outputs_of(member.bench.model, inputs)[member.goal.place], targets[member.goal.place]

    def unseen(self) -> NDArray[np.bool_] | None:
        """Members × training examples: which each has not drawn; None unless each has drawn its own from this part."""
        count = len(self.all[0].parts[0])
        found = np.ones((len(self.all), count), bool)
        for row, member in enumerate(self.all):
            settings = member.bench.document.data
            dataset, _ = dataset_from(settings)
            if not dataset.resample or _but(settings, ("resample",)) != _but(self._settings, ("resample",)):
                return None
            found[row, resampled_rows(np.arange(count), dataset.resample)] = False
        return found

    def _member(self, path: Path) -> Member:
        folder = RunFolder.open(path)
        question = replace(self._asked.question, run=str(path))
        checkpoint = checkpoint_of(folder, question.checkpoint)
        try:
            bench = Bench(subject_of(question, folder, checkpoint), folder, checkpoint)
        except TRAINING_FAILURES as error:
            raise ProbeError(f"The network could not be made: {type(error).__name__}.") from error
        objectives = bench.objectives
        if self.goal.place >= len(objectives):
            raise ProbeError("It has fewer Outputs than the first run.")
        data = self._data_for(bench)
        goal = bench.goal(objectives[self.goal.place].output, data)
        if goal.targets != self.goal.targets or goal.classes != self.goal.classes:
            raise ProbeError(f"It answers {_words(goal)}, the first run {_words(self.goal)}.")
        return Member(bench, goal, data)

    def _data_for(self, bench: Bench) -> Data:
        """The examples of the first run as another one scales them; raises `ProbeError` where its own are others."""
        same_place = bench.folder.header["document_path"] == self._asked.bench.folder.header["document_path"]
        inputs, own = (input_ids(run.document) for run in (self._asked.bench, bench))
        if same_place and inputs == own and _but(bench.document.data) == _but(self._settings):
            return bench.scaled(self.data)
        data = self._load(bench, {**bench.document.data, "resample": 0})
        if not _equal(data, self.data):
            raise ProbeError("It was validated on other examples than the first run.")
        return bench.scaled(data)

    def _load(self, bench: Bench, settings: dict[str, Any]) -> Data:
        return load_data(settings, bench.folder.header["document_path"], self._asked.control, self._asked.told)


def chances_of(outputs: list[Tensor], goals: Sequence[Goal]) -> NDArray[np.float32]:
    """What members give as members × answers × classes; where numbers are predicted members × examples × numbers.

    Each is read by the goal of its own: runs whose training parts differ scale their targets differently.
    """
    pairs = zip(outputs, goals, strict=True)
    return np.stack([_chances(goal.predicted(output.float()), goal).cpu().numpy() for output, goal in pairs])


def truth_of(target: Tensor, goal: Goal) -> NDArray[Any]:
    """The true classes in the order of `chances_of`, or the true numbers."""
    if goal.targets == "numbers":
        return target.flatten(1).cpu().numpy()
    if goal.targets == "classes":
        return target.flatten().cpu().numpy()
    return (target.argmax(1) if goal.picks_one else (target.flatten() > 0.5).long()).cpu().numpy()


def _chances(output: Tensor, goal: Goal) -> Tensor:
    if goal.targets == "numbers":
        return output.flatten(1)
    if goal.targets == "classes":
        return output.softmax(1).flatten(2).transpose(1, 2).flatten(0, 1) if output.dim() > 2 else output.softmax(1)
    chances = output.sigmoid()
    return chances if goal.picks_one else torch.stack([1 - chances.flatten(), chances.flatten()], 1)


def _but(settings: dict[str, Any], names: tuple[str, ...] = OF_TRAINING) -> dict[str, Any]:
    return {name: value for name, value in settings.items() if name not in names}


def _equal(one: Data, other: Data) -> bool:
    """Whether both validation parts hold the same examples, in the same order."""
    pairs = ((one.inputs, other.inputs), (one.targets, other.targets))
    if any(len(mine) != len(theirs) for mine, theirs in pairs):
        return False
    columns = (pair for mine, theirs in pairs for pair in zip(mine.values(), theirs.values(), strict=True))
    return all(np.array_equal(mine.validation, theirs.validation) for mine, theirs in columns)


def _words(goal: Goal) -> str:
    if goal.classes is None:
        return "numbers"
    return f"{len(goal.classes):,} classes ({', '.join(goal.classes[:2])[:24]}…)"
