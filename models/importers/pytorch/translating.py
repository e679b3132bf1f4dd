"""From calls to layers: each call by the translation of its module or function, held against the shapes it gave."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from models.basics.text import brief
from models.importers.pytorch.cards import Cards
from models.importers.pytorch.code import Writer
from models.importers.pytorch.known import Alias, NoLayer, where
from models.importers.pytorch.trace import BATCH, CHANNELS, MERGED, SECOND, Call, Size, Trace, Value, family, values_in
from models.importers.pytorch.ways import Laid, in_pieces
from models.importers.records import ImportFailed, Record, Recorded, Recorder, Scope, Wire
from models.importers.report import Report
from models.kinds.layer import LAYERS, ShapeError, TensorType

Found = Wire | Alias | Laid | None
Translation = Callable[..., Any]
"""Returns what the call comes to: a wire, one whose batch lies elsewhere, or an alias of a weight, or a list of these
with one for each output, in which None stands for a tensor that no layer gives."""
TRANSLATIONS: dict[str, Translation] = {}


def translates(*names: str) -> Callable[[Translation], Translation]:
    """Register how calls of some functions become layers. The translation takes the `Site` and the call's arguments."""

    def register(translation: Translation) -> Translation:
        for name in names:
            TRANSLATIONS[name] = translation
        return translation

    return register


def translated(trace: Trace, report: Report) -> Recorded:
    """The records of a trace. Raises `ImportFailed` with the place of the first call that no layer can stand for."""
    from models.importers.pytorch.functions import load

    load()
    return Translator(trace, report).run()


class Translator:
    """A trace on its way to records: what is known of its values."""

    def __init__(self, trace: Trace, report: Report) -> None:
        self.trace, self.report = trace, report
        self.recorder = Recorder(trace.title)
        self.known: dict[Value, Wire | Alias] = {}
        self.laid: dict[Value, Laid] = {}
        """Values whose batch is not in front."""
        self.pieces = in_pieces(trace)
        self.types: dict[tuple[Record, int], TensorType] = {}
        self.last: Wire | None = None
        self.cards = Cards(self)

    def run(self) -> Recorded:
        """The records of all calls; raises `ImportFailed`."""
        for name, value in self.trace.inputs:
            if value.type is None:
                raise ImportFailed(f"expected inputs with the batch first, found {brief_of(value)} for {name}.")
            self.last = wire = self.recorder.input(value.type.shape, value.type.dtype, name)
            self.known[value], self.types[wire.record, 0] = wire, value.type
        for what, place, why in self.trace.notes:
            self.report.approximated(what, place, why)
        for call in self.trace.calls:
            self._take(call)
        results = [(name, self._result(name, value)) for name, value in self.trace.outputs]
        for name, wire in results:
            self.recorder.output(wire, name)
        return self._tidied(self.recorder.recorded)

    def _tidied(self, recorded: Recorded) -> Recorded:
        """Without what stands in a card now and nobody reads any more, each record behind those that it reads."""
        read, kept = set[Record](), list[Record]()
        for record in reversed(recorded.records):
            if record not in self.cards.spare or record in read:
                kept.append(record)
                read.update(wire.record for wire in record.inputs)
        for record in reversed(kept):
            place, why = self.cards.why(record)
            if why:
                self.report.taken("code", place, why)
        return Recorded(recorded.title, kept[::-1])

    def _take(self, call: Call) -> None:
        site = Site(self, call)
        self.cards.note(call)
        try:
            found = site.translate()
        except NoLayer as error:
            self.cards.loose[call] = str(error)
            self.cards.blamed[call] = error.at or call
            return
        self.recorder.recorded.records.extend(site.records)
        self.cards.records[call] = site.records
        self.types |= site.types
        for value, given in zip(call.outputs, found, strict=False):
            if isinstance(given, Laid):
                self.laid[value] = given
            elif given is not None:
                self.known[value] = given
                self.last = given if isinstance(given, Wire) else self.last

    def _result(self, name: str, value: Value) -> Wire:
        way = next((way for way in (SECOND, MERGED) if value.seen(way) is not None), "")
        if way and self.trace.moves:
            return self._moved(name, value, way)
        given = self.known.get(value)
        if given is None and self.cards.holds(value):
            call = self.cards.makers[value]
            try:
                return self.cards.wire(value)
            except NoLayer as error:
                blamed = error.at or self.cards.blamed[call]
                known = self.cards.loose.get(blamed, str(error))
                why = str(error) if known == str(error) else f"{known}; as code: {error}"
                raise ImportFailed(f"{where(blamed)}: {blamed.function} cannot be drawn: {why}.") from None
        maker = self.cards.makers.get(value)
        if given is None and maker is not None and maker in self.cards.loose:
            raise ImportFailed(f"{where(maker)}: {maker.function} cannot be drawn: {self.cards.loose[maker]}.")
        if not isinstance(given, Wire):
            raise ImportFailed(f"expected {name} to follow from the input, batch first; found {brief_of(value)}.")
        return given

    def _moved(self, name: str, value: Value, way: str) -> Wire:
        """An output with its batch brought to the front."""
        site = Site(self, Call(name, (), {}, ()))
        try:
            wire = site.laid_as(value, way)
        except NoLayer as error:
            raise ImportFailed(f"expected {name} to follow from the input: {error}.") from None
        self.recorder.recorded.records.extend(site.records)
        self.types |= site.types
        why = f"it is {brief_of(value)} in the source; here the batch comes first, {brief(site.type_of(wire).shape)}"
        self.report.approximated("output", name, why)
        return wire

    def beside(self, writer: Writer) -> Wire:
        """The first input, given to a card that reads no other value."""
        value = self.trace.inputs[0][1]
        wire = self.known[value]
        assert isinstance(wire, Wire), "inputs are wires"
        writer.read(value, self.types[wire.record, wire.port])
        return wire

    def alias(self, value: object) -> Alias | None:
        """The weight that an argument is, perhaps under other sizes; None if it is none."""
        if not isinstance(value, Value):
            return None
        known = self.known.get(value)
        if isinstance(known, Alias):
            return known
        shape = Value.fixed(value.shape)
        return Alias(value, shape) if value.weight and shape is not None else None


class Site:
    """One call while it is translated: its arguments as wires, and the records that are made for it."""

    def __init__(self, translator: Translator, call: Call) -> None:
        self.whole, self.call = translator, call
        self.records: list[Record] = []
        self.types: dict[tuple[Record, int], TensorType] = {}

    def translate(self) -> list[Found]:
        """What the call comes to, for each of its outputs; raises `NoLayer`."""
        call = self.call
        name = call.name if call.settings or call.path else call.function
        name = "module" if call.path or call.settings else name
        lies = any(value in self.whole.laid for value in values_in((call.args, call.kwargs)))
        translation = TRANSLATIONS.get("laid" if lies else name)
        if translation is None:
            raise NoLayer("no layer does that")
        try:
            inspect.signature(translation).bind(self, *call.args, **call.kwargs)
        except TypeError:
            raise NoLayer("it is called with arguments that the layer does not have") from None
        given: Any = translation(self, *call.args, **call.kwargs)
        found = given if isinstance(given, list) else [given]
        self._hold_against(found)
        return found

    def within(self, call: Call) -> Site:
        """The same place for another call, whose records are recorded with those of this one."""
        site = Site(self.whole, call)
        site.records, site.types = self.records, self.types
        return site

    def _hold_against(self, found: Sequence[Found]) -> None:
        for value, given in zip(self.call.outputs, found, strict=False):
            if isinstance(given, Wire | Laid):
                seen = value.seen(given.way) if isinstance(given, Laid) else value.type
                mine = self.type_of(given.wire if isinstance(given, Laid) else given)
                if seen is None or seen.shape != mine.shape:
                    raise NoLayer(f"the layer would give {brief(mine.shape)}, not {brief_of(value)}")
                if seen.dtype != mine.dtype:
                    raise NoLayer(f"the layer would give numbers of another kind ({mine.dtype})")

    # Arguments

    def type_of(self, wire: Wire) -> TensorType:
        """The type of a wire."""
        key = (wire.record, wire.port)
        return self.types[key] if key in self.types else self.whole.types[key]

    def alias(self, value: object) -> Alias | None:
        """The weight that an argument is, perhaps under other sizes; None if it is none."""
        return self.whole.alias(value)

    def wire(self, value: object) -> Wire:
        """An argument that is a tensor for each example; raises `NoLayer`."""
        known = self.whole.known.get(value) if isinstance(value, Value) else None
        if isinstance(known, Wire):
            return known
        if isinstance(value, Value) and known is None and self.whole.cards.holds(value):
            return self.whole.cards.wire(value)
        if isinstance(value, Value):
            raise NoLayer(f"it works on {brief_of(value)}, which has no batch in front")
        raise NoLayer("it works on something that is no tensor")

    def laid_as(self, value: Value, way: str) -> Wire:
        """An argument whose batch lies in a way, with the batch in front; raises `NoLayer`."""
        known = self.whole.laid.get(value)
        if known is not None and known.way == way:
            return known.wire
        if known is not None and {known.way, way} == {MERGED, CHANNELS}:
            rank = len(self.type_of(known.wire).shape)
            return self.add("Permute", {"dims": [2, 1, *range(3, rank + 1)]}, [known.wire])
        if known is None and way != CHANNELS and self.whole.cards.holds(value, way):
            return self.whole.cards.wire(value, way)
        raise NoLayer(f"it works on {brief_of(value)}, which has no batch in front")

    def operand(self, value: object, beside: Wire) -> Wire:
        """A tensor, a weight or a number that is combined with another value, with as many dimensions as that."""
        rank = len(self.type_of(beside).shape)
        alias = self.alias(value)
        if alias is not None:
            return self.learned(alias, beside, rank)
        if isinstance(value, bool) or not isinstance(value, int | float):
            return self.wire(value)
        if not rank:
            raise NoLayer("a number cannot be combined with one number for each example")
        return self.add("Full", {"shape": [1] * rank, "value": float(value)}, [beside])

    def learned(self, alias: Alias, beside: Wire | None, rank: int | None = None) -> Wire:
        """A weight as a layer of its own, stretched over the batch."""
        shape = alias.shape
        if rank is not None and len(shape) <= rank:
            shape = (1,) * (rank - len(shape)) + shape
        elif rank is not None or shape[:1] == (1,):
            if shape[:1] != (1,) or (rank is not None and len(shape) != rank + 1):
                raise NoLayer(f"a weight of {brief(shape)} is no tensor for each example")
            shape = shape[1:]
        value, source = alias.value, beside or self.whole.last
        if source is None or not shape:
            raise NoLayer("a weight alone is no tensor for each example")
        if not value.trains:
            raise NoLayer(f"it uses {value.weight}, which is no parameter")
        path = value.weight.rpartition(".")[2]
        return self.add("LearnedTensor", {"shape": list(shape)}, [source], name=path, path=value.weight,
                        weights={"weight": value.weight})  # fmt: skip

    # Records

    def add(
        self,
        kind: str,
        params: Mapping[str, Any],
        inputs: Sequence[Wire],
        *,
        name: str = "",
        path: str = "",
        weights: Mapping[str, str] | None = None,
        scope: Scope | None = None,
    ) -> Wire:
        """Record a layer; its first output. Raises `NoLayer` where it does not take these settings or inputs."""
        layer, problems = LAYERS[kind].read(params)
        if problems:
            raise NoLayer(problems[0].message.rstrip("."))
        inputs = self._apart(inputs)
        types = tuple(self.type_of(wire) for wire in inputs)
        try:
            outputs = layer.output_types(types)
        except ShapeError as error:
            raise NoLayer(str(error).rstrip(".")) from None
        shapes = tuple(given.shape for given in outputs)
        settings = {key: value for key, value in layer.settings().items() if key in params}
        made = Record(name or self._name(kind), kind, settings, tuple(inputs), scope or self.call.scope, path,
                      weights or {}, shapes)  # fmt: skip
        self.records.append(made)
        self.types |= {(made, port): given for port, given in enumerate(outputs)}
        return Wire(made)

    def _apart(self, inputs: Sequence[Wire]) -> Sequence[Wire]:
        """One value twice is two wires: the second goes through a layer that changes nothing."""
        found: list[Wire] = []
        for wire in inputs:
            found.append(self.add("Identity", {}, [wire]) if wire in found else wire)
        return found

    def _name(self, kind: str) -> str:
        if self.call.called:
            return self.call.called
        return self.call.function if self.call.function.isidentifier() and not self.call.path else kind.lower()


def brief_of(value: Value) -> str:
    """The sizes of a tensor: ``N×3×32×32``, ``4N×49×96``."""
    words = [
        ("N" if size == BATCH else f"{size.each}N") if isinstance(size, Size) else str(size) for size in value.shape
    ]
    return "×".join(words) or "a single number"


def is_float(value: Value) -> bool:
    """Whether it holds decimal numbers."""
    return family(value.dtype) == "float"


def fixed(value: object) -> int:
    """An integer that does not grow with the batch; raises `NoLayer`."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise NoLayer("a size in it depends on the batch, or is no integer")
    return value


def dimension(site: Site, value: object, count: int) -> int:
    """A dimension counted from the front, of so many with the batch; raises `NoLayer` for the batch itself."""
    dim = fixed(value)
    dim = dim + count if dim < 0 else dim
    if not 0 < dim < count:
        raise NoLayer("it works along the batch")
    return dim


def dimensions(site: Site, value: object, count: int) -> list[int]:
    """One dimension or several, counted from the front, in order."""
    items = value if isinstance(value, list | tuple) else [value]
    return sorted(dimension(site, item, count) for item in items)
