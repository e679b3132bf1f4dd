"""What is inspected: a run with some of its weights, and data; and what is known of these before anything is scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from models.basics.text import told_apart
from models.document import Document
from models.network import input_nodes
from models.scoring.predictions import CHANNELS
from models.storage import files
from models.training.metrics import EMBEDDING, SEQUENCE
from studio.data import Dataset, dataset_from
from studio.data.given.base import Asked, Wanted
from studio.data.given.typed import Typed, typed_columns
from studio.data.kinds.frames import Frames
from studio.data.tables.aligning import Own
from studio.running.preflight import ask_for_data
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.probes.question import Question
from studio.runs.samples.reader import SampleLog, read_samples
from studio.runs.samples.scale import read_scale
from studio.runs.source import approved_source

CHECKPOINTS = (("best", "Best"), ("last", "Last"), ("previous", "The one before"))


class NoWeights(RunError):
    """A run that has kept no weights so far."""


@dataclass(frozen=True)
class Subject:
    """A run, one of its checkpoints, and a part of its data or (``data``) of other data."""

    run: Path
    checkpoint: str = "best"
    part: str = "validation"
    data: Mapping[str, Any] = field(default_factory=dict)
    trust: str = ""
    output: str = ""

    def of_training(self) -> Subject:
        """The same weights on the training part of the run's own data."""
        return replace(self, part="training", data={})

    def question(self, kind: str, slot: str, **arguments: Any) -> Question:
        """A question about it."""
        return Question(
            kind,
            str(self.run),
            self.checkpoint,
            self.data,
            self.part,
            self.output,
            trust=self.trust,
            slot=slot,
            arguments=arguments,
        )


PICTURE, SOUND = "picture", "sound"


@dataclass(frozen=True)
class Opened:
    """A run that may be asked: its weights by name with words for each, and the settings of its data.

    ``log`` is what it tells of single samples, None where there is nothing or (``unlogged``) why that cannot be read.
    """

    folder: RunFolder
    checkpoints: tuple[tuple[str, str], ...]
    data: Mapping[str, Any]
    trust: str
    log: SampleLog | None = None
    unlogged: str = ""
    takes: str = ""
    """What a device of this computer could give it: a `PICTURE`, a `SOUND`, or nothing."""
    typed: tuple[Typed, ...] = ()
    """What a row consists of that somebody types for it; nothing where nobody can."""


def open_run(path: Path, trust: str = "", *, data: bool = True) -> Opened:
    """Look at a run, on a thread. Raises `RunError`, `FileError`, and `ConsentNeeded` where its ``data``, if that is
    asked about, must be allowed."""
    folder = RunFolder.open(path)
    document, _ = files.read(folder.document_path)
    approved_source(folder, document, trust)
    if data:
        ask_for_data(folder, document)
    found = []
    for name, words in CHECKPOINTS:
        checkpoint = folder.checkpoints.get(name)
        if checkpoint is not None:
            epoch = checkpoint.facts.get("epoch")
            found.append((name, f"{words}, epoch {epoch}" if isinstance(epoch, int) else words))
    if not found:
        raise NoWeights(f"{folder.name} has kept no weights yet. Train it a little longer, or resume it.")
    log, unlogged = None, ""
    try:
        log = read_samples(folder.samples_path)
    except RunError as error:
        unlogged = str(error)
    takes, typed = _takes(document), _typed(document, folder)
    return Opened(folder, tuple(found), document.data, trust, log, unlogged, takes, typed)


def _takes(document: Document) -> str:
    """What a device could give a network, by its data and its one Input."""
    inputs = [document.analysis[node.id].outputs[0] for node in input_nodes(document.network)]
    if isinstance(dataset_from(document.data)[0], Frames):
        return SOUND
    first = inputs[0] if len(inputs) == 1 else None
    is_image = first is not None and len(first.shape) == 3 and first.shape[0] in (1, 3) and first.dtype == "float"
    return PICTURE if is_image else ""


def _typed(document: Document, folder: RunFolder) -> tuple[Typed, ...]:
    """The columns of a row for a network, as far as its run has kept what they held."""
    try:
        scale = read_scale(folder.scale_path)
    except RunError:  # whoever is asked for answers says so
        return ()
    if scale is None:
        return ()
    dataset, _ = dataset_from(document.data)
    bound, wanted = dict(dataset.inputs), []
    for node in input_nodes(document.network):
        id, output = node.id, document.analysis[node.id].outputs[0]
        if output is None:
            return ()
        own = Own(scale.inputs.get(id), scale.features.get(id, ()), scale.middles.get(id))
        words = scale.vocabularies.get(id, ())
        wanted.append(Wanted(id, tuple(output.shape), output.dtype == "int", bound.get(id, ""), own, words))
    return typed_columns(Asked(dataset, tuple(wanted), scale.found))


@dataclass(frozen=True)
class Layer:
    """A layer of the network: ``field`` is size, stride and start of what one of its values sees, () where unknown."""

    id: str
    kind: str
    family: str
    shape: tuple[int, ...]
    field: tuple[tuple[int, ...], ...]
    has_weights: bool
    ends: bool
    """Whether nothing follows it: what it gives is what it is given."""
    units: int
    """Its channels, features of a sequence, or single numbers; 0 for an Input and an Output."""
    can_be_bypassed: bool
    """Whether it gives the very shape that it takes."""


@dataclass(frozen=True)
class Seen:
    """An Input: the ``shape`` of an example, whether it holds ``tokens``, the ``span`` of its values, and the names of
    its numbers."""

    id: str = ""
    shape: tuple[int, ...] = ()
    tokens: bool = False
    span: tuple[float, float] = (0.0, 1.0)
    features: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    """The tokens by their IDs, where they are known."""

    def word(self, token: int) -> str:
        """A token as it is read: its word, where that is known."""
        return self.words[token] if 0 <= token < len(self.words) else str(token)

    @property
    def form(self) -> str:
        """How an example of it is looked at: "image", "tokens", "sequence", "row"."""
        if len(self.shape) == 3 and self.shape[0] in CHANNELS:
            return "image"
        if self.tokens and len(self.shape) == 1:
            return "tokens"
        return "sequence" if len(self.shape) == 2 else "row"


@dataclass(frozen=True)
class About:
    """What the probe "about" tells. Without data, ``lost`` says why, and there are no ``inputs``."""

    layers: tuple[Layer, ...]
    targets: str
    classes: tuple[str, ...]
    inputs: tuple[Seen, ...] = ()
    counts: tuple[int, ...] = (0, 0)
    """Examples of training, validation, and the test where one is kept apart."""
    lost: str = ""
    changed: bool = False
    notes: tuple[str, ...] = ()
    name: str = ""
    checkpoint: str = ""
    """The folder of the weights: by it they stay the same while a training saves others."""
    outputs: tuple[str, ...] = ()
    attends: tuple[str, ...] = ()
    """The modules that attend."""
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The classes of every Output, () where it gives numbers."""
    embeds: bool = False
    """Whether the Output gives an embedding, which is read by the classes of its neighbors."""
    reads: bool = False
    """Whether classes are read off the Output as a sequence, with class 0 behind its end."""
    aim: tuple[int, ...] = ()
    """The shape of the images that the Output is to give, () where it gives something else."""

    @classmethod
    def of(cls, facts: Mapping[str, Any], chosen: str = "") -> About:
        """Read the facts of an answer, of the ``chosen`` Output or the first; raises `RunError` for other facts."""
        try:
            layers = tuple(map(_layer, facts["layers"]))
            outputs = {str(output["id"]): output for output in facts["outputs"]}
            output = outputs[chosen] if chosen else facts["outputs"][0]
            if "lost" in facts:
                return cls(layers, str(output["targets"]), (), lost=str(facts["lost"]))
            return cls(
                layers,
                str(output["targets"]),
                tuple(map(str, output["classes"])),
                tuple(map(_seen, facts["inputs"])),
                tuple(map(int, facts["counts"])),
                changed=bool(facts["changed"]),
                notes=tuple(map(str, facts["notes"])),
                name=str(facts["data"]),
                checkpoint=str(facts["checkpoint"]),
                outputs=tuple(outputs),
                attends=tuple(map(str, facts["attends"])),
                names={id: tuple(map(str, facts["classes"])) for id, facts in outputs.items()},
                embeds=output.get("answers") == EMBEDDING,
                reads=output.get("answers") == SEQUENCE,
                aim=_aim(output),
            )
        except (LookupError, TypeError, ValueError) as error:
            raise RunError(f"The worker’s answer could not be read: {error!r:.60}") from error

    @property
    def first(self) -> Seen:
        """The first Input, which the views look at where they look at one."""
        return self.inputs[0] if self.inputs else Seen()

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of an example of the first Input; () where the data is lost."""
        return self.first.shape

    def word(self, token: int) -> str:
        """A token of the first Input as it is read."""
        return self.first.word(token)

    @property
    def tokens(self) -> bool:
        """Whether the first Input holds tokens."""
        return self.first.tokens

    @property
    def span(self) -> tuple[float, float]:
        """The smallest and the largest value of the first Input."""
        return self.first.span

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the first Input's numbers."""
        return self.first.features

    @property
    def form(self) -> str:
        """How an example of the first Input is looked at."""
        return self.first.form

    def seen(self, id: str) -> Seen:
        """An Input by its id, by default the first."""
        return next((item for item in self.inputs if item.id == id), self.first)

    @property
    def methods(self) -> tuple[str, ...]:
        """The probes that can say where the network looked, the best first."""
        of_all = ("integrated_gradients", "gradient", "occlusion")
        has_maps = self.form == "image" and any(len(layer.shape) == 3 for layer in self.layers[1:])
        return ("grad_cam", *of_all) if has_maps else of_all

    @property
    def is_plane(self) -> bool:
        """Whether an example is a point of the plane."""
        return self.shape == (2,) and not self.tokens

    def class_name(self, number: int) -> str:
        """A class in words."""
        if 0 <= number < len(self.classes):
            return self.classes[number]
        return ("no", "yes")[number] if not self.classes and number in (0, 1) else f"class {number}"

    def short_name(self, number: int) -> str:
        """A class in words where there is little room: without those with which all of them begin."""
        return _told_apart(self.classes)[number] if 0 <= number < len(self.classes) else self.class_name(number)

    def layer(self, id: str) -> Layer | None:
        """A layer by its id."""
        return next((layer for layer in self.layers if layer.id == id), None)


@lru_cache(maxsize=8)
def _told_apart(names: tuple[str, ...]) -> list[str]:
    return told_apart(names)


def _aim(output: Mapping[str, Any]) -> tuple[int, ...]:
    """The shape of the targets of an Output that are images."""
    shape = tuple(map(int, output.get("shape", ())))
    is_image = not output["classes"] and len(shape) == 3 and shape[0] in CHANNELS and min(shape[1:]) > 1
    return shape if is_image else ()


def _seen(facts: Mapping[str, Any]) -> Seen:
    low, high = map(float, facts["span"])
    shape, features = tuple(map(int, facts["shape"])), tuple(map(str, facts["features"]))
    words = tuple(map(str, facts.get("words", ())))
    return Seen(str(facts["id"]), shape, bool(facts["tokens"]), (low, high), features, words)


def _layer(facts: Mapping[str, Any]) -> Layer:
    field = tuple(tuple(map(int, sizes)) for sizes in facts["field"])
    shape = tuple(map(int, facts["shape"]))
    id, kind, family = (str(facts[name]) for name in ("id", "kind", "family"))
    return Layer(
        id, kind, family, shape, field if len(field) == 3 else (), bool(facts["weights"]), bool(facts["ends"]),
        int(facts["units"]), bool(facts["passes"]),
    )  # fmt: skip


def names_of(about: About, used: int) -> Sequence[str]:
    """The names of all classes, those that answers use included."""
    return [about.class_name(number) for number in range(max(used, len(about.classes)))]


def other_data(own: Mapping[str, Any], kind: type[Dataset], path: Path) -> dict[str, Any]:
    """The settings of other data: those of the run's own where it is read in the same way."""
    settings = dict(own) if own.get("source") == kind.kind else {"source": kind.kind}
    field = kind.path_field()
    name = next((name for name, item in kind.fields.items() if item is field), "path")
    return {**settings, name: str(path)}
