"""The network of a run with the weights of a checkpoint, and its data, kept warm from question to question."""

from __future__ import annotations

import copy
import json
import os
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import torch
from safetensors import SafetensorError
from safetensors.torch import load
from torch import Tensor, nn

from models.analysis.steps import measured_together, suits_one_thread
from models.codegen.measuring import evaluation_batch
from models.codegen.module import generate
from models.codegen.objectives import input_ids
from models.codegen.script import has_planes
from models.storage import files
from models.training import TrainingSettings
from studio.data import Data, DataError, named_paths
from studio.data.paths import now_at, resolved
from studio.data.tables.aligning import Own, as_own, renumbered, told_types
from studio.data.texts.vocabulary import in_vocabulary
from studio.runs.checkpoints import WEIGHTS, Checkpoint
from studio.runs.errors import RunError
from studio.runs.files.reading import read_file
from studio.runs.folder import RunFolder
from studio.runs.probes.question import AS_DRAWN, Question
from studio.runs.samples.scale import Scale, read_scale
from studio.runs.source import approved_source
from studio.worker import devices
from studio.worker.predicting.neighbors import MOST_KNOWN, Neighbors
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import Goal, Rows
from studio.worker.probing.taps import Taps
from studio.worker.process.control import Control
from studio.worker.state import LIVE, NUMBERS
from studio.worker.training.examples import fingerprint, make_examples
from studio.worker.training.loading import load_data, scale_of, units_in
from studio.worker.training.plan import THREADS, in_units, load_model, make_objectives
from studio.worker.training.starting import begin, given_to, shape_text
from studio.worker.training.updating.precision import set_precision

MOST_DATA, MOST_BYTES = 3, 1 << 30
"""Data sets that are kept at once, and the memory of all of them but the newest."""
MOST_FILES = 200_000
"""Files of a folder whose times are looked at."""
Told = Callable[[int, int], None]
NO_SCALE = "This run is from before scales were kept with runs."
NO_VOCABULARY = "This run is from before vocabularies were kept with runs: ask about its own texts, or train it again."
OWN_SCALE = "This data is scaled by its own mean and standard deviation."


class Subject(NamedTuple):
    """What a bench is of: another one needs another bench."""

    run: str
    checkpoint: str
    """The folder of the checkpoint, "" for weights as they are drawn."""
    device: str
    trust: str


class Bench:
    """A network ready to be asked. Raises `ProbeError` where its weights cannot be had, and what its source raises."""

    def __init__(self, subject: Subject, folder: RunFolder, checkpoint: Checkpoint | None) -> None:
        self.subject, self.folder, self.checkpoint = subject, folder, checkpoint
        self.document, _ = files.read(folder.document_path)
        self.settings, _ = TrainingSettings.read(self.document.training)
        self.device = devices.resolve(subject.device or self.settings.device)
        text = approved_source(folder, self.document, subject.trust)
        torch.manual_seed(self.settings.seed)
        model = load_model(text, folder.source_path, str(folder.header["class"]))
        if checkpoint is None:
            begin(model, self.document, self.settings, given_to(folder, self.settings, resuming=False))
        else:
            _load_weights(model, checkpoint)
        self.model = set_precision(model, "float32", self.device, planes=has_planes(self.document)).eval()
        self.unscaled = NO_SCALE
        self.objectives = in_units(make_objectives(self.document), units_in(self.scale), self.device)
        title = str(folder.header["title"] or folder.name)
        source = generate(self.document.network, self.document.analysis, title)
        self.taps = Taps(self.model, self.document.network, source, text, folder.source_path)
        self._data: OrderedDict[str, Data] = OrderedDict()
        self._stamps: dict[str, list[object]] = {}
        self.notes: dict[str, str] = {}
        """What must be said of other data, by its name."""
        self._rows: OrderedDict[tuple[str, str], Rows] = OrderedDict()
        self._neighbors: dict[int, Neighbors] = {}

    @cached_property
    def batch_size(self) -> int:
        """Examples that go through the network together."""
        together = measured_together(self.document.network, self.document.analysis)
        return evaluation_batch(self.objectives, self.settings.batch_size, together)

    def answers(self, question: Question) -> bool:
        """Whether a question names these very weights, which are at hand even if their folder is gone."""
        subject = self.subject
        same = (subject.run, subject.device, subject.trust) == (question.run, question.device, question.trust)
        return same and subject.checkpoint != "" and Path(subject.checkpoint).name == question.checkpoint

    def use_threads(self) -> None:
        """Compute with as many threads as suit the network."""
        small = suits_one_thread(self.document.analysis, self.batch_size)
        torch.set_num_threads(1 if small else THREADS)

    @contextmanager
    def slopes(self) -> Iterator[None]:
        """Where gradients are wanted of the network as it answers: cuDNN has none for recurrent layers but in training,
        so that they are computed in another way on the card."""
        recurrent = any(isinstance(module, nn.RNNBase) for module in self.model.modules())
        with torch.enable_grad(), torch.backends.cudnn.flags(enabled=not recurrent):
            yield

    @cached_property
    def trained_on(self) -> str:
        """The checksum of the data that the checkpoint was trained with, "" where it is not known."""
        try:
            content = json.loads(read_file(self.checkpoint.path / NUMBERS)) if self.checkpoint else {}
            return str(content.get("data", ""))
        except (OSError, ValueError, AttributeError):
            return ""

    def rows(self, question: Question, control: Control, told: Told) -> Rows:
        """The examples that a question is about; reads the data unless it is at hand. Raises `DataError`."""
        key = (_key(question.data), question.part)
        if key not in self._rows:
            self._rows[key] = self._make_rows(self.data(question.data, control, told), question)
            while len(self._rows) > MOST_DATA:
                self._rows.popitem(last=False)
        self._rows.move_to_end(key)
        return self._rows[key]

    def data(self, settings: Mapping[str, Any], control: Control, told: Told) -> Data:
        """The run's own data, or that which ``settings`` name, scaled and with classes as the run's own."""
        key = _key(settings)
        if key not in self._data:
            base = self.folder.header["document_path"]
            named = self._told_types(settings) if settings else self.document.data
            found = load_data(named, base, control, told, whole=bool(settings))
            found = self._aligned(found, control, told) if settings else self.scaled(found)
            self._data[key] = found
            self._let_go()
        self._data.move_to_end(key)
        return self._data[key]

    def _told_types(self, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings of other data with what the run took its columns as."""
        scale = self.scale or Scale({}, {})
        names = {id: features for id, features in scale.features.items() if id not in scale.vocabularies}
        texts = [scale.features[id][0] for id in scale.vocabularies if id in scale.features]
        return told_types(settings, [name for features in names.values() for name in features], texts)

    def _let_go(self) -> None:
        """Forget the data that was asked about longest ago, where there is too much of it."""
        while len(self._data) > MOST_DATA or sum(data.size for data in list(self._data.values())[:-1]) > MOST_BYTES:
            key, _ = self._data.popitem(last=False)
            self._forget_rows(key)

    def _forget_rows(self, key: str) -> None:
        for known in [known for known in self._rows if known[0] == key]:
            del self._rows[known]

    def stamps(self, settings: Mapping[str, Any]) -> list[object]:
        """What tells data from other data without reading it: its settings, and when its files were written."""
        named = dict(settings) or self.document.data
        trained_at = self.folder.header["document_path"]
        base = Path(trained_at).parent if trained_at else None
        return [named, *(_stamp(now_at(resolved(path, base))) for path in named_paths(named).values())]

    def look_again(self, settings: Mapping[str, Any]) -> None:
        """Let go of data whose files have been written, moved or deleted since it was read."""
        key, stamps = _key(settings), self.stamps(settings)
        if key in self._data and self._stamps.get(key) != stamps:
            del self._data[key]
            self._forget_rows(key)
            self._neighbors.clear()
        self._stamps[key] = stamps

    def take_data(self, other: Bench) -> None:
        """Take over the data of another bench of the same run, so that another checkpoint need not read it again."""
        if other.subject.run == self.subject.run and other.device == self.device:
            self._data, self._rows, self._stamps = other._data, other._rows, other._stamps

    def has_changed(self, data: Data, control: Control) -> bool:
        """Whether the run's own data is not what the checkpoint was trained with any more."""
        return bool(self.trained_on) and fingerprint(data, control.end_if_asked) != self.trained_on

    def goal(self, id: str, data: Data | None = None) -> Goal:
        """An Output by its id, the first by default; raises `ProbeError` where there is none."""
        for place, objective in enumerate(self.objectives):
            if id in ("", objective.output):
                column = data.target(objective.output) if data is not None else None
                if column is None:
                    return Goal(objective, place, None, ())
                shades = objective.loss.takes_shades and data is not None and data.are_shades(objective.output)
                return Goal(objective._replace(shades=shades), place, column.classes, column.shape)
        raise ProbeError(f"The network has no Output “{id[:40]}”. Choose another one.")

    def neighbors(self, goal: Goal, control: Control, told: Told, model: nn.Module | None = None) -> Neighbors:
        """Training examples of the run's own data as the network, or another ``model``, embeds them at an Output."""
        if goal.place in self._neighbors and model is None:
            return self._neighbors[goal.place]
        rows = self.rows(Question("neighbors", self.subject.run, part="training"), control, told)
        found = Neighbors.of(model or self.model, rows.parts[0], goal.objective, goal.place, rows.some(MOST_KNOWN))
        found = found._replace(known=max(found.known, len(goal.classes or ())))
        if model is None:
            self._neighbors[goal.place] = found
        return found

    def live_model(self) -> nn.Module:
        """The network with the weights that its run had a moment ago, while it trains; as it is where it shows none."""
        with suppress(OSError, SafetensorError, RuntimeError):
            found = load(read_file(self.folder.path / LIVE))
            model = copy.deepcopy(self.model)
            model.load_state_dict(found)
            return model
        return self.model

    def parameters(self) -> dict[str, Tensor]:
        """All weights by their names."""
        return dict(self.model.named_parameters())

    def _make_rows(self, data: Data, question: Question) -> Rows:
        numbers = {"training": (0,), "validation": (1,), "test": (2,)}.get(question.part, (0, 1))
        if question.data:  # which has no parts
            numbers = (0,)
        elif question.part == "test" and data.test is None:
            raise ProbeError("This data keeps no test part. Choose validation.")
        every = make_examples(self.document, data, self.objectives, self.device)
        return Rows(data, tuple(every[number] for number in numbers), numbers, tuple(input_ids(self.document)))

    @cached_property
    def scale(self) -> Scale | None:
        """How the run scaled its data, None where it has not kept that."""
        try:
            return read_scale(self.folder.scale_path)
        except RunError as error:
            self.unscaled = str(error)
            return None

    def _aligned(self, other: Data, control: Control, told: Told) -> Data:
        """Other data with the run's own scale, its numbers for classes and its IDs for tokens. A run from before these
        were kept tells them by its own data, where it is there. Raises `DataError` for texts where it has kept no
        vocabulary."""
        scale = self.scale
        if any(other.input(id).vocabulary for id in input_ids(self.document)):
            if scale is None or not scale.vocabularies:
                raise DataError(NO_VOCABULARY)
            other = self._in_own_words(other, scale)
        if scale is None:
            try:
                own = self.data({}, control, told)
            except DataError as error:
                self.notes[other.name] = f"{error} {self.unscaled} {OWN_SCALE}"
                return other
            scale = scale_of(own, input_ids(self.document), self.objectives)
        targets = {id: renumbered(other.target(id), scale.outputs.get(id), other.name) for id in self._outputs}
        return self.scaled(replace(other, targets=targets), scale)

    def _in_own_words(self, other: Data, scale: Scale) -> Data:
        """Other texts with the IDs that their tokens have in the run's vocabulary, as inputs and as what follows."""
        inputs = {id: other.input(id) for id in input_ids(self.document)}
        own_words = scale.vocabularies
        inputs = {id: in_vocabulary(each, own_words[id]) if id in own_words else each for id, each in inputs.items()}
        own = next(iter(scale.vocabularies.values()))
        targets = {id: other.target(id) for id in self._outputs}
        targets = {id: in_vocabulary(column, own) if column.vocabulary else column for id, column in targets.items()}
        return replace(other, inputs=inputs, targets=targets)

    def scaled(self, data: Data, scale: Scale | None = None) -> Data:
        """Data as the network saw it: scaled as the run has kept it, whatever mean it has by now."""
        scale = scale or self.scale
        if scale is None:
            return data
        columns = {id: data.input(id) for id in input_ids(self.document)}
        own = {
            id: Own(scale.inputs.get(id), scale.features.get(id, ()), scale.middles.get(id), scale.limits.get(id))
            for id in columns
        }
        return replace(data, inputs={id: as_own(column, own[id], data.name) for id, column in columns.items()})

    @property
    def _outputs(self) -> list[str]:
        return [objective.output for objective in self.objectives]


def checkpoint_of(folder: RunFolder, name: str) -> Checkpoint | None:
    """The checkpoint of that name; None for weights as they are drawn. Raises `ProbeError` where there is none."""
    if name == AS_DRAWN:
        return None
    found = folder.checkpoints.called(name)
    if found is None and name.startswith("step-"):
        raise ProbeError(f"The training of {folder.name} has replaced these weights by newer ones. Look again.")
    if found is None:
        raise ProbeError(f"{folder.name} has kept no weights. Resume it, or train once more.")
    return found


def _load_weights(model: nn.Module, checkpoint: Checkpoint) -> None:
    checkpoint.verify()
    try:
        found = load((checkpoint.path / WEIGHTS).read_bytes())
    except (OSError, SafetensorError) as error:
        raise ProbeError(f"The weights of {checkpoint.path.name} cannot be read: {error}.") from error
    expected = model.state_dict()
    for name in (*expected, *found):
        shapes = [_shape(weights.get(name)) for weights in (found, expected)]
        if shapes[0] != shapes[1]:
            raise ProbeError(
                f"These weights are of another network: {name} is {shapes[0]}, not {shapes[1]}. Train it again."
            )
    model.load_state_dict(found)
    for name, weight in found.items():
        if weight.is_floating_point() and not torch.isfinite(weight).all():
            count = int((~torch.isfinite(weight)).sum())
            raise ProbeError(f"{name} holds {count:,} values that are not numbers. Choose an earlier checkpoint.")


def _shape(weight: Tensor | None) -> str:
    return "missing" if weight is None else shape_text(weight)


def _key(settings: Mapping[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True, default=str) if settings else ""


def subject_of(question: Question, folder: RunFolder, checkpoint: Checkpoint | None) -> Subject:
    """What bench a question needs."""
    place = str(checkpoint.path) if checkpoint else ""
    return Subject(str(folder.path), place, question.device, question.trust)


def _stamp(path: Path) -> list[int]:
    """Size and time of a file; of a folder how many files it holds and the latest time of any."""
    try:
        found = path.stat()
        if not path.is_dir():
            return [found.st_size, found.st_mtime_ns]
        count, latest = 0, found.st_mtime_ns
        for folder, _, names in os.walk(path):
            for name in names:
                count += 1
                latest = max(latest, os.stat(os.path.join(folder, name)).st_mtime_ns)
            if count > MOST_FILES:
                break
    except OSError:
        return []
    return [count, latest]
