"""Blocks: the networks that a document defines beside its main one, as kinds of layers.

A use is looked into by an analysis of its definition with the use's settings and inputs. What was found is remembered
by settings and inputs, so that a repeated block costs one block, and is forgotten with the definition's next change.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain, repeat
from typing import Any, ClassVar, NamedTuple, Protocol

from models.analysis.analysis import Analysis, Given
from models.analysis.issues import Issue
from models.analysis.reports import Answer, Composite, Fields, ReceptiveField, Report, Types, widened
from models.kinds.layer import Layer, ShapeError, TensorType, Weight, Window
from models.network import Network, Node, output_nodes
from models.specs.expression import IN_CHANNELS, Names, check_parameter, worked_out
from models.specs.fields import Field, FieldError, Int, shown
from models.specs.values import number_from

MOST_REPETITIONS = 1_000
MOST_LAYERS = 100_000
"""Layers in all repetitions of a block together, as many as a document may have."""
DEEPEST = 20
"""Levels of blocks within blocks."""
REPEAT, FIRST = "repeat", "first"
"""Settings of every use, which documents hold beside those of the block."""


class First(tuple[tuple[str, "int | float"], ...]):
    """Settings by name."""

    def __str__(self) -> str:
        return ", ".join(f"{name}={value:g}" for name, value in self)


class Number(Field["int | float"]):
    """A parameter of a block: an integer or a decimal number."""

    computes = True

    def parse(self, value: object) -> int | float:
        check_parameter("number", value)
        assert isinstance(value, int | float)
        return int(value) if value == int(value) else value

    def parse_text(self, text: str) -> int | float:
        return self.parse(number_from(text))


class FirstField(Field[First]):
    """The settings of the first repetition that differ from those of the others: ``{"stride": 2}``."""

    computes = True
    numbers: Mapping[str, Number]

    def parse(self, value: object) -> First:
        if not isinstance(value, dict):
            raise FieldError(f"expected settings such as stride=2, found {shown(value)}.")
        unknown = next((name for name in value if name not in self.numbers), None)
        if unknown is not None:
            names = ", ".join(self.numbers) or "no parameters"
            raise FieldError(f"expected {names:.40}, found {shown(unknown)}.")
        return First(sorted((name, self.numbers[name].parse(item)) for name, item in value.items()))

    def to_json(self, value: First) -> Any:
        return dict(value)

    def work_out(self, value: object, names: Names) -> object:
        if not isinstance(value, dict):
            return value
        return {name: worked_out(item, names) for name, item in value.items()}

    def parse_text(self, text: str) -> First:
        return self.parse(self.from_text(text))

    def from_text(self, text: str) -> Any:
        """``stride=2, width==out * 2``: what stands behind the first ``=`` is a number or an expression."""
        pairs = [part.partition("=") for part in text.split(",") if part.strip()]
        found = {name.strip(): self._entry(name.strip(), value) for name, _, value in pairs}
        self.parse(dict.fromkeys(found, 0))
        return found

    def _entry(self, name: str, text: str) -> Any:
        return Number(0).from_text(text.strip())

    def as_text(self, value: object) -> str:
        return ", ".join(f"{name}={item}" for name, item in value.items()) if isinstance(value, dict) else str(value)


class Part(NamedTuple):
    """Repetitions in a row that are equal: how many, what is known of one, what it takes, and its layers."""

    times: int
    inside: Analysis
    inputs: tuple[TensorType, ...]
    settings: Mapping[str, int | float]
    layers: int


class InsideError(ShapeError):
    """What is wrong within a block: ``path`` leads to the layer."""

    def __init__(self, issue: Issue) -> None:
        self.path = f"{issue.node}/{issue.inner}" if issue.inner else issue.node
        reason = issue.message.removeprefix(f"{issue.inner}: ") if issue.inner else issue.message
        super().__init__(f"{self.path}: {reason}", expected=issue.expected, found=issue.found)


class Block(Composite, kind="Block"):
    """Base of the kinds that documents define; `block_kind` makes one."""

    family = "Blocks"
    url = "https://docs.pytorch.org/docs/stable/generated/torch.nn.Module.html"
    accepts = ""
    definition: ClassVar[Network]
    numbers: ClassVar[Mapping[str, Number]] = {}
    problem: ClassVar[str] = ""
    """Why nothing can be of this kind, "" if it can."""

    repeat = Int(
        1, minimum=1, maximum=MOST_REPETITIONS, label="Repeat", unit="times",
        help="How many of this block follow one another. Its output must fit its input.",
    )  # fmt: skip
    first = FirstField(
        First(), label="First differs", help="Settings of the first repetition alone: stride=2, width=64."
    )

    _insides: ClassVar[dict[object, Analysis]]
    _parts: ClassVar[dict[object, tuple[Part, ...]]]
    _answers: ClassVar[dict[object, Answer]]

    def __init_subclass__(cls, kind: str | None = None, **kwargs: object) -> None:
        super().__init_subclass__(kind, **kwargs)
        settings = (*cls.numbers, REPEAT, FIRST, "frozen", "lr_factor")
        cls.fields = {name: cls.fields[name] for name in settings if name in cls.fields}
        cls._insides, cls._parts, cls._answers = {}, {}, {}

    @classmethod
    def forget(cls) -> None:
        """Let go of what is remembered: the definition is another now."""
        for known in (cls._insides, cls._parts, cls._answers):
            known.clear()

    @property
    def values(self) -> dict[str, int | float]:
        """The values of its parameters, but for the first repetition."""
        return {name: getattr(self, name) for name in self.numbers}

    def look(self, inputs: Types, fields: Fields = ()) -> Analysis:
        """What is known of the first repetition with these inputs, known or not; never raises."""
        return self._inside(self.values | dict(self.first), inputs, fields)

    def parts(self, inputs: tuple[TensorType, ...]) -> tuple[Part, ...]:
        """Its repetitions; raises `ShapeError` where one of them does not fit."""
        key = (self.key, inputs)
        if key not in self._parts:
            self._parts[key] = tuple(self._run(inputs))
        return self._parts[key]

    def _run(self, inputs: tuple[TensorType, ...]) -> Iterator[Part]:
        if self.problem:
            raise ShapeError(self.problem)
        if self.repeat > 1 and len(self.inputs) * len(self.outputs) != 1:
            raise ShapeError(
                f"Only a block with one Input and one Output repeats; {self.kind:.20} has others.",
                expected="1 Input, 1 Output", found=f"{len(self.inputs)}, {len(self.outputs)}",
            )  # fmt: skip
        done = layers = 0
        while done < self.repeat:
            settings = self.values | (dict(self.first) if done == 0 else {})
            inside = self._inside(settings, inputs)
            try:
                outputs = _leaving(inside)
            except InsideError as error:
                if done:
                    raise ShapeError(f"Repetition {done + 1} does not fit behind {done}: {error}") from None
                raise
            stays = outputs == inputs and (done > 0 or not self.first)
            count = self.repeat - done if stays else 1
            size = _size(inside)
            done, layers = done + count, layers + size * count
            if layers > MOST_LAYERS:
                raise ShapeError(
                    f"{self.kind:.20} would have over {MOST_LAYERS:,} layers. Repeat it less often.",
                    expected=f"at most {MOST_LAYERS:,} layers", found=f"{size:,} a time",
                )  # fmt: skip
            yield Part(count, inside, inputs, settings, size)
            inputs = outputs

    def _inside(self, settings: Mapping[str, int | float], inputs: Types, fields: Fields = ()) -> Analysis:
        key = (tuple(settings.items()), inputs, fields)
        if key not in self._insides:
            ids = [port.name for port in self.inputs]
            seen = fields or (_unit(inputs[0]) if len(inputs) == 1 and inputs[0] else None,) * len(ids)
            types, regions = dict(zip(ids, inputs, strict=False)), dict(zip(ids, seen, strict=False))
            first = inputs[0] if inputs else None
            names = {**settings, IN_CHANNELS: first.shape[0]} if first and first.shape else settings
            given = Given(types, names, regions)
            network = self.definition.copy() if not self.problem else Network()
            network.define(self.definition.kinds)
            self._insides[key] = Analysis(network, given=given)
        return self._insides[key]

    def output_types(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
        return _leaving(self.parts(inputs)[-1].inside)

    def weights(self, inputs: tuple[TensorType, ...]) -> tuple[Weight, ...]:
        return tuple(
            weight._replace(name=path + weight.name)
            for path, part in self.paths(inputs)
            for weight in _weights_of(part.inside)
        )

    def paths(self, inputs: tuple[TensorType, ...]) -> Iterator[tuple[str, Part]]:
        """What leads to the modules of its repetitions: ``0.``, or "" where there is one."""
        parts = chain.from_iterable(repeat(part, part.times) for part in self.parts(inputs))
        for number, part in enumerate(parts):
            yield f"{number}." if self.repeat > 1 else "", part

    def multiply_adds(self, inputs: tuple[TensorType, ...], outputs: tuple[TensorType, ...]) -> int:
        return sum(part.times * part.inside.totals().multiply_adds for part in self.parts(inputs))

    def module(self, inputs: tuple[TensorType, ...]) -> str:
        settings = ", ".join(f"{name}={value}" for name, value in self.settings().items())
        return f"{self.kind}({settings})"

    def summary(self) -> str:
        set_here = [f"{name} {getattr(self, name):g}" for name in self.numbers]
        text = " · ".join(set_here)
        return text if len(text) <= 40 else text[:39] + "…"

    def answer(self, inputs: tuple[TensorType, ...], fields: Fields) -> Answer:
        key = (self.key, inputs, fields)
        if key not in self._answers:
            self._answers[key] = self._answer(inputs, fields)
        return self._answers[key]

    def _answer(self, inputs: tuple[TensorType, ...], fields: Fields) -> Answer:
        try:
            parts = self.parts(inputs)
            outputs = self.output_types(inputs)
        except ShapeError as error:
            return Report(inputs, (None,) * len(self.outputs), None, None, None, None, None, ()), error
        totals = [(part.times, part.inside.totals()) for part in parts]
        parameters = sum(count * each.parameters for count, each in totals)
        report = Report(
            inputs,
            outputs,
            parameters,
            sum(count * each.buffers for count, each in totals),
            sum(count * each.multiply_adds for count, each in totals),
            sum(count * each.activation_bytes for count, each in totals),
            self._field(parts, inputs, fields),
            (),
            parameters if self.frozen else sum(count * each.frozen for count, each in totals),
        )
        return report, None

    def _field(self, parts: tuple[Part, ...], inputs: Types, fields: Fields) -> ReceptiveField | None:
        """The region that its first output sees. Each repetition widens what comes in as a window does."""
        if len(fields) != 1:
            return _seen(self.look(inputs, fields)) if fields else None
        field = fields[0]
        for part in parts:
            seen = _seen(part.inside)
            if field is None or seen is None or len(seen.size) != len(field.size):
                return None
            window = Window(seen.size, seen.stride, (1,) * len(seen.size), tuple(-start for start in seen.start))
            for _ in range(part.times):
                field = field and widened(field, window)
        return field


def is_port(layer: Layer | None) -> bool:
    """Whether what is inside of a block is where something goes in or out."""
    return layer is not None and (layer.is_input or layer.is_output)


def _unit(given: TensorType) -> ReceptiveField | None:
    rank = len(given.shape) - 1
    return ReceptiveField((1,) * rank, (1,) * rank, (0,) * rank) if rank > 0 else None


def _seen(inside: Analysis) -> ReceptiveField | None:
    """The region that what leaves the first Output sees."""
    first = output_nodes(inside.network)[:1]
    return inside[first[0].id].receptive_field if first else None


def _leaving(inside: Analysis) -> tuple[TensorType, ...]:
    """The types at its Outputs; raises `InsideError` with the first error."""
    wrong = next((issue for issue in inside.issues() if issue.severity == "error"), None)
    if wrong:
        raise InsideError(wrong)
    types = [inside[node.id].inputs[0] for node in output_nodes(inside.network)]
    return tuple(item for item in types if item is not None)


def _size(inside: Analysis) -> int:
    """How many layers there are, those of blocks counted."""
    return sum(sum(part.times * part.layers for part in parts_of(inside, node)) or 1 for node in inside.network)


class Reports(Protocol):
    """What is known of each node."""

    def __getitem__(self, id: str) -> Report: ...


def paths_of(reports: Reports, node: Node) -> Iterator[tuple[str, Part]]:
    """`Block.paths` of a node that is a block and fits; nothing for any other."""
    if parts_of(reports, node) and isinstance(node.layer, Block):
        yield from node.layer.paths(tuple(item for item in reports[node.id].inputs if item is not None))


def unfolded(analysis: Analysis, id: str) -> Analysis | None:
    """The layers of a block as they are in the first repetition of this use, with the receptive fields that they have
    in the network around it; None for what is no block."""
    layer, report = analysis.network[id].layer, analysis[id]
    if not isinstance(layer, Block):
        return None
    fields = analysis.fields_into(id)
    return layer.look(report.inputs, fields if len(fields) == len(report.inputs) else ())


def parts_of(reports: Reports, node: Node) -> tuple[Part, ...]:
    """The repetitions of a node that is a block and fits; nothing for any other."""
    report = reports[node.id]
    if not isinstance(node.layer, Block) or report.parameters is None:
        return ()
    return node.layer.parts(tuple(item for item in report.inputs if item is not None))


def _weights_of(inside: Analysis) -> Iterator[Weight]:
    """The weights of all layers, with their modules' names before theirs."""
    again = inside.sharing()
    for node in inside.network:
        report = inside[node.id]
        if node.layer is None or node.id in again or report.parameters is None:
            continue
        inputs = tuple(item for item in report.inputs if item is not None)
        for weight in node.layer.weights(inputs):
            yield weight._replace(name=f"{node.attribute}.{weight.name}")


def block_modules(network: Network) -> list[str]:
    """The attributes of a network's module that are blocks, or repetitions of one, each once."""
    uses = (node for node in network if isinstance(node.layer, Block) and node.layer.has_module)
    return list(dict.fromkeys(node.attribute for node in uses))
