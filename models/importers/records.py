"""What a reader of any format says of a network: layers in the order of computation, and the modules they lie in.

A reader fills a `Recorder` and hands it to `models.importers.folding.fold`, which makes the document:

    recorder = Recorder("LeNet")
    image = recorder.input((1, 28, 28))
    block = recorder.scope("features", "Features")
    conv = recorder.add("Conv2d", {"out_channels": 6, "kernel_size": 5}, [image], name="conv1", scope=block,
                        path="features.conv1", shapes=[(6, 24, 24)], weights={"weight": "features.conv1.weight"})
    recorder.output(Wire(conv))
    folded = fold(recorder.recorded, report)

Kinds and settings are those of documents (`models.layers`), lists and not tuples; the batch is left out of every shape.
What no layer can say is told to the `Report`. Weights are named here and never held: a reader keeps its arrays under
names of its own, laid out as PyTorch has them (Keras' matrices transposed, gates in PyTorch's order), and
`Folded.arrays` puts each in its place.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from models.kinds.layer import LAYERS, Shape

if TYPE_CHECKING:
    import numpy as np


class ImportFailed(ValueError):
    """A file that cannot be read as a network: a sentence with what was expected, what was found and where."""


class SizesNeeded(ImportFailed):
    """A file that leaves sizes of an input open, which somebody has to give."""


@dataclass(frozen=True, eq=False)
class Scope:
    """One call of a module that holds others.

    ``name`` is its attribute in the module around it ("layer1", "0"); ``kind`` its class, after which the block is
    called, or "" for what only holds others (`nn.Sequential`) and is dissolved. Calls of one module have one ``path``.
    """

    name: str
    kind: str = ""
    parent: Scope | None = None
    path: str = ""


@dataclass(frozen=True, eq=False)
class Record:
    """One layer: its kind and settings as in documents, and what it reads, in the order of its ports.

    ``name`` is what to call it. Records with one ``path`` are calls of one module and share its weights. ``weights``
    gives for each weight of the layer its name in the source. ``shapes`` are those of the outputs, without the batch,
    as far as the source tells them: blocks compute with them, and the document is held against them.
    """

    name: str
    kind: str
    params: Mapping[str, Any]
    inputs: tuple[Wire, ...] = field(default=(), repr=False)
    scope: Scope | None = None
    path: str = ""
    weights: Mapping[str, str] = field(default_factory=dict)
    shapes: tuple[Shape | None, ...] = ()


class Wire(NamedTuple):
    """A value: an output of a record, counted from 0. ``into`` names the port that reads it, "" for the next one."""

    record: Record
    port: int = 0
    into: str = ""

    @property
    def shape(self) -> Shape | None:
        """The shape without the batch, None if the source does not tell it."""
        shapes = self.record.shapes
        return shapes[self.port] if self.port < len(shapes) else None


class Recorded(NamedTuple):
    """A network as it was recorded: every record after those that it reads, Inputs and Outputs among them."""

    title: str
    records: list[Record]


class Read(NamedTuple):
    """What a reader makes of a file: a network as records, its weights by the names that these give them, and the batch
    size that the file is for, 0 for any. ``model`` is the content of an ONNX file that says the same, where the file
    itself cannot be run."""

    recorded: Recorded
    weights: dict[str, np.ndarray[Any, Any]]
    batch: int = 0
    model: bytes = b""


class Recorder:
    """Collects records in order."""

    def __init__(self, title: str) -> None:
        self.recorded = Recorded(title, [])

    def add(
        self,
        kind: str,
        params: Mapping[str, Any],
        inputs: Sequence[Wire],
        *,
        name: str = "",
        scope: Scope | None = None,
        path: str = "",
        weights: Mapping[str, str] | None = None,
        shapes: Sequence[Shape | None] = (),
    ) -> Record:
        """Record a layer; without a ``name`` it is called after its kind."""
        made = Record(
            name or kind.lower(), kind, dict(params), tuple(inputs), scope, path, weights or {}, tuple(shapes)
        )
        self.recorded.records.append(made)
        return made

    def input(self, shape: Shape, dtype: str = "float", name: str = "input") -> Wire:
        """Record where examples of a shape without the batch enter; ``dtype`` is "float" or "int"."""
        params: dict[str, Any] = {"shape": list(shape)} | ({"dtype": dtype} if dtype != "float" else {})
        kind = next(kind.kind for kind in LAYERS.values() if kind.is_input)
        return Wire(self.add(kind, params, (), name=name, shapes=[tuple(shape)]))

    def output(self, wire: Wire, name: str = "output", params: Mapping[str, Any] | None = None) -> None:
        """Record that a value leaves the network."""
        kind = next(kind.kind for kind in LAYERS.values() if kind.is_output)
        self.add(kind, params or {}, (wire,), name=name)

    @staticmethod
    def scope(name: str, kind: str = "", parent: Scope | None = None, path: str = "") -> Scope:
        """One call of a module that holds others; see `Scope`."""
        return Scope(name, kind, parent, path)
