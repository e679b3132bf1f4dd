"""A trained network that answers to files: read, scaled and put into words as its training did."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from models.codegen.objectives import input_ids
from models.scoring.predictions import CLASSES, EMBEDDING, NUMBERS, SEQUENCE, SWITCHES, Answering
from studio.data import DataError, dataset_from, with_absolute_paths
from studio.data.data import Column
from studio.data.formats.images import image_files
from studio.data.given.base import Asked, Given, Left, Piece, Wanted
from studio.data.given.files import given
from studio.data.given.images import span_note
from studio.data.tables.aligning import Own
from studio.runs.folder import RunFolder
from studio.runs.probes.question import Question
from studio.worker.predicting.chances import probabilities
from studio.worker.probing.bench import Bench, checkpoint_of, subject_of
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import Goal
from studio.worker.process.control import Control
from studio.worker.training.examples import Feed, centered, check_feed, scaling, takes_tokens
from studio.worker.training.loop import Tensors, outputs_of

RETRAIN = "Train it once more to use it."


class Answered(NamedTuple):
    """Some examples by name with what each Output gives for them: examples × classes × places, or × numbers."""

    names: list[str]
    outputs: list[NDArray[np.float32]]


class Predictor:
    """Answers with the network of a bench. Raises `ProbeError` where its run has not kept what that takes.

    An embedding is told with the classes of its neighbors where the run's data can still be read, unless it is asked
    to answer ``alone``.
    """

    def __init__(self, bench: Bench, *, alone: bool = False) -> None:
        if bench.scale is None:
            raise ProbeError(f"{bench.unscaled} {RETRAIN}")
        self.bench, self.scale = bench, bench.scale
        self._scalings: dict[str, tuple[Tensor, Tensor] | None] = {}
        self.lacks = ""
        """Why an embedding is told without its neighbors, "" where it is not."""
        self.goals = [
            self._with_neighbors(Goal(objective, place, self.scale.outputs.get(objective.output), ()), alone)
            for place, objective in enumerate(bench.objectives)
        ]
        trained_at = bench.folder.header["document_path"]
        settings = bench.document.data
        dataset, _ = dataset_from(with_absolute_paths(settings, Path(trained_at).parent) if trained_at else settings)
        bound = dict(dataset.inputs)
        self.asked = Asked(
            dataset, tuple(self._wanted(id, bound.get(id, "")) for id in input_ids(bench.document)), self.scale.found
        )
        self.answering = [self._answering(goal) for goal in self.goals]

    def notes(self, paths: Sequence[Path]) -> list[str]:
        """What must be said of how the examples in files are read, and answered."""
        lacks = [self.lacks] if self.lacks else []
        if not any(path.is_dir() or image_files("", [path.name]) for path in paths):
            return lacks
        return [*lacks, *(note for note in map(span_note, self.asked.inputs) if note)]

    def files(self, paths: Sequence[Path], arrays: Mapping[str, str] = {}) -> Iterator[Answered | Left]:
        """The answers to the examples in files and folders, in order; raises `DataError`. ``arrays`` are those of files
        with several that are meant for Inputs, by their ids."""
        return self.answers(given(paths, self.asked._replace(arrays=arrays)))

    def answers(self, pieces: Given) -> Iterator[Answered | Left]:
        """The answers to what is given, batch by batch."""
        group = _Group("")
        for piece in pieces:
            if group.name and (isinstance(piece, Left) or piece.group != group.name):
                yield group.answered()
                group = _Group("")
            if isinstance(piece, Left):
                yield piece
            elif piece.group:
                group = group if group.name else _Group(piece.group)
                for batch in self._batches(piece):
                    group.add(batch)
            else:
                yield from self._batches(piece)
        if group.name:
            yield group.answered()

    def _batches(self, piece: Piece) -> Iterator[Answered]:
        size = self.bench.batch_size
        for start in range(0, len(piece.names), size):
            values = {id: found[start : start + size] for id, found in piece.values.items()}
            with torch.inference_mode():
                outputs = outputs_of(self.bench.model, self._inputs(values))
                pairs = zip(self.goals, self.answering, strict=True)
                arrays = [_array(told(_floats(outputs[goal.place]), goal, how)) for goal, how in pairs]
            yield Answered(list(piece.names[start : start + size]), arrays)

    def _inputs(self, values: Mapping[str, NDArray[Any]]) -> Tensors:
        return tuple(self._ready(wanted, values[wanted.id]) for wanted in self.asked.inputs)

    def _ready(self, wanted: Wanted, values: NDArray[Any]) -> Tensor:
        """Values of an Input as the network takes them, by the very steps of training."""
        mean, std = wanted.own.ends or (None, None)
        exact = mean is not None and mean.dtype == np.float64
        if values.dtype == np.float64 and not exact:
            values = values.astype(np.float32)
        if exact:
            values = values.astype(np.float64)
        if wanted.own.limits is not None:
            values = np.clip(values, *wanted.own.limits)
        if wanted.tokens or exact or wanted.id not in self._scalings:
            column = Column(wanted.id, values, values, mean=mean, std=std)
            check_feed(self.bench.document, wanted.id, column, "what was given")
            self._scalings.setdefault(wanted.id, scaling(column, self.bench.device))
            values = centered(column, values) if exact else values
        # In memory of its own, which `ready` changes.
        tensor = torch.from_numpy(np.array(values, order="C"))
        tensor = tensor if self.bench.device.type == "cpu" else tensor.to(self.bench.device)
        return Feed(tensor, self._scalings[wanted.id], wanted.tokens).ready(tensor)

    def _wanted(self, id: str, column: str) -> Wanted:
        output, scale = self.bench.document.analysis[id].outputs[0], self.scale
        assert output is not None, id
        own = Own(scale.inputs.get(id), scale.features.get(id, ()), scale.middles.get(id), scale.limits.get(id))
        tokens = takes_tokens(self.bench.document, id)
        return Wanted(id, tuple(output.shape), tokens, column, own, scale.vocabularies.get(id, ()), scale.spans.get(id))

    def _with_neighbors(self, goal: Goal, alone: bool) -> Goal:
        """What is asked of an Output, with the neighbors of an embedding."""
        if alone or goal.objective.loss.answers != EMBEDDING:
            return goal
        try:
            return goal._replace(neighbors=self.bench.neighbors(goal, Control(), lambda *_: None))
        except DataError as error:
            self.lacks = f"{error} Embeddings are told without their neighbors."
            return goal

    def _answering(self, goal: Goal) -> Answering:
        id = goal.objective.output
        shape = self._image_shape(id, tuple(self.bench.document.analysis[id].shape or ()))
        classes = goal.classes or ()
        if goal.objective.loss.answers == EMBEDDING:
            return Answering(id, EMBEDDING, classes if goal.neighbors else (), shape)
        if goal.objective.loss.answers == SEQUENCE:
            return Answering(id, SEQUENCE, classes, shape[1:])
        if goal.picks_one:
            return Answering(id, CLASSES, classes, shape[1:])
        # As many as targets have: without variances, and of vectors side by side one.
        shape = shape and goal.objective.loss.targets_for((1, *shape))[1:]
        if goal.targets == "numbers":
            return Answering(id, NUMBERS, (), () if shape in ((), (1,)) else shape)
        return Answering(id, SWITCHES, classes, () if shape in ((), (1,)) else shape)

    def _image_shape(self, id: str, shape: tuple[int, ...]) -> tuple[int, ...]:
        """The shape of what an Output gives: that of an image where it gives the numbers of its input in one row."""
        dataset, analysis = self.asked.dataset, self.bench.document.analysis
        column = dict(dataset.targets).get(id, "")
        fed = dict(dataset.inputs)
        for wanted in self.asked.inputs:
            own = tuple(analysis[wanted.id].shape or ())
            if column and column == fed.get(wanted.id, "x") and shape == (prod(own),):
                return own
        return shape


def told(output: Tensor, goal: Goal, how: Answering) -> Tensor:
    """The outputs of a batch as `models.scoring.predictions` takes them."""
    if how.form != EMBEDDING:
        chances = probabilities(output, goal)
        return chances.flatten(1) if how.form == NUMBERS else chances
    vectors = goal.objective.predicted(output)
    return torch.cat([vectors, probabilities(output, goal).flatten(1)], 1) if how.classes else vectors


def _floats(values: Tensor) -> Tensor:
    """As float32. What is so already is not touched: whoever calls torch lets other threads go first."""
    return values if values.dtype == torch.float32 else values.float()


def _array(values: Tensor) -> NDArray[np.float32]:
    found: NDArray[np.float32] = (_floats(values) if values.device.type == "cpu" else values.float().cpu()).numpy()
    return found


class _Group:
    """Adds up the answers to what belongs together."""

    def __init__(self, name: str) -> None:
        self.name, self._count = name, 0
        self._sums: list[NDArray[np.float64]] = []

    def add(self, batch: Answered) -> None:
        """Add a batch."""
        sums = [values.sum(0, dtype=np.float64) for values in batch.outputs]
        self._sums = [mine + more for mine, more in zip(self._sums, sums, strict=True)] if self._sums else sums
        self._count += len(batch.names)

    def answered(self) -> Answered:
        """The mean, as one answer."""
        return Answered([self.name], [(total / self._count).astype(np.float32)[None] for total in self._sums])


def predictor_for(run: Path, checkpoint: str = "best", device: str = "", trust: str = "") -> Predictor:
    """The network of a run, ready to answer; raises what cannot be had (`studio.worker.probing.errors.failures`)."""
    folder = RunFolder.open(run)
    found = checkpoint_of(folder, checkpoint)
    bench = Bench(
        subject_of(Question("predictions", str(run), checkpoint, device=device, trust=trust), folder, found),
        folder,
        found,
    )
    bench.use_threads()
    return Predictor(bench)
