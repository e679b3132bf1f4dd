"""Cards of PyTorch code for what no layer does: the calls between two values, as a function with its weights.

A card is made when a layer or an output asks for its value. It reaches back to values that are tensors for each
example; what mixes the batch with other dimensions on the way lies inside of it. Where two cards would hold the same
calls, they become one, with what lies between them, so that no weight is there twice.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from models.importers.pytorch.code import Writer
from models.importers.pytorch.known import Alias, NoLayer, where
from models.importers.pytorch.trace import Call, Trace, Value, values_in
from models.importers.pytorch.ways import Laid
from models.importers.records import Record, Recorder, Scope, Wire
from models.importers.report import Report
from models.kinds.layer import TensorType

MOST_CALLS = 400
"""In one card."""


class Translated(Protocol):
    """A trace on its way to records."""

    trace: Trace
    report: Report
    recorder: Recorder
    known: dict[Value, Wire | Alias]
    laid: dict[Value, Laid]
    types: dict[tuple[Record, int], TensorType]

    def alias(self, value: object) -> Alias | None:
        """The weight that a value is."""

    def beside(self, writer: Writer) -> Wire:
        """Any value that there is for each example, given to a card."""


class Cards:
    """The calls of a trace that are no layers, and the cards that were made of them."""

    def __init__(self, translator: Translated) -> None:
        self.whole = translator
        self.makers: dict[Value, Call] = {}
        self.order: dict[Call, int] = {}
        self.loose: dict[Call, str] = {}
        """Calls that are no layer, and why."""
        self.blamed: dict[Call, Call] = {}
        """For such a call the one that it fails by."""
        self.records: dict[Call, list[Record]] = {}
        """What was recorded for a call, a card among it."""
        self.inside: dict[Call, set[Call]] = {}
        """For each call in a card all calls of that card."""
        self.refused: dict[tuple[Value, str], NoLayer] = {}
        """Values that no card can give, and why: others that follow from them need not try again."""
        self.spare: set[Record] = set()
        """Records that are wanted where somebody reads them."""
        self.held: dict[Record, list[Call]] = {}
        """By card the calls that it holds."""

    def note(self, call: Call) -> None:
        """A call comes next."""
        self.order[call] = len(self.order)
        for value in call.outputs:
            self.makers.setdefault(value, call)

    def holds(self, value: Value, way: str = "") -> bool:
        """Whether a value, whose batch lies in a ``way`` or in front, can be had by a card."""
        seen = value.seen(way) if way else value.type
        return seen is not None and self.makers.get(value) in self.loose

    def wire(self, value: Value, way: str = "") -> Wire:
        """A card that gives a value with the batch in front, wherever it lies; raises `NoLayer` where its code cannot
        be written."""
        if known := self.refused.get((value, way)):
            raise known
        try:
            return self._made(value, way)
        except NoLayer as error:
            self.refused[value, way] = error
            raise

    def _made(self, value: Value, way: str) -> Wire:
        calls = self._back(self._one(self._back({self.makers[value]}), value))
        if len(calls) > MOST_CALLS:
            raise NoLayer(f"a card would hold {len(calls):,} calls")
        ordered = sorted(calls, key=self.order.__getitem__)
        writer = Writer(self.whole.trace.weights, self.whole.report)
        made = {output for call in ordered for output in call.outputs}
        inputs = [item for call in ordered for item in values_in((call.args, call.kwargs)) if item not in made]
        wires = [wire for item in dict.fromkeys(inputs) if (wire := self._given(item, writer)) is not None]
        if not wires:  # what is made for each example of nothing but weights takes the size of the batch from somewhere
            wires = [self.whole.beside(writer)]
        given = value.seen(way) if way else value.type
        assert given is not None, "cards give tensors for each example"
        text = writer.write(ordered, value, given, way)
        wire = self._card(ordered, given, text, writer.weights, wires)
        if way:
            self.whole.laid[value] = Laid(wire, way)
        else:
            self.whole.known[value] = wire
        return wire

    def _card(
        self, calls: list[Call], given: TensorType, text: str, weights: Mapping[str, str], wires: list[Wire]
    ) -> Wire:
        name = calls[-1].function if len(calls) == 1 else "code"
        made = Record(name, "TorchCode", {"code": text}, tuple(wires), _around(calls), "", weights, (given.shape,))
        for call in calls:
            self.spare.update(self.records.get(call, ()))
            self.records[call] = [made]
            self.inside[call] = set(calls)
        self.whole.recorder.recorded.records.append(made)
        self.whole.types[made, 0] = given
        self.held[made] = calls
        return Wire(made)

    def why(self, record: Record) -> tuple[str, str]:
        """Where the code of a card stands in the source, and why it is no layer; "" for what is no card."""
        calls = self.held.get(record, [])
        first = next((call for call in calls if call in self.loose), None)
        if first is None:
            return "", ""
        ends = f"{len(calls)} calls from {calls[0].function} to {calls[-1].function}"
        what = first.function if len(calls) == 1 else ends
        return where(first), f"{what} as PyTorch code, since {self.loose[first]}"

    def _given(self, value: Value, writer: Writer) -> Wire | None:
        """The wire for a value that a card reads; None for a weight, which it holds."""
        alias = self.whole.alias(value)
        if alias is not None:
            writer.hold(value, alias.value, alias.shape)
            return None
        known, laid = self.whole.known.get(value), self.whole.laid.get(value)
        if laid is None and not isinstance(known, Wire):
            if not self.holds(value):
                raise NoLayer("it works on a value that no layer gives")
            known = self.wire(value)
        wire = laid.wire if laid is not None else known
        assert isinstance(wire, Wire), "weights are held"
        writer.read(value, self.whole.types[wire.record, wire.port], laid.way if laid is not None else "")
        return wire

    def _back(self, calls: Iterable[Call]) -> set[Call]:
        """Some calls with those that they follow from, back to tensors for each example."""
        found: set[Call] = set()
        waiting = list(calls)
        while waiting:
            call = waiting.pop()
            if call in found:
                continue
            found.add(call)
            for item in values_in((call.args, call.kwargs)):
                maker = self.makers.get(item)
                known = item in self.whole.known or item in self.whole.laid
                outside = known or maker is None or (item.type is not None and maker in self.loose)
                if not outside and maker is not None:
                    waiting.append(maker)
        return found

    def _one(self, calls: set[Call], value: Value) -> set[Call]:
        """The calls with those of cards that hold some of them already, and all that lies between."""
        others = set[Call]().union(*(self.inside.get(call, ()) for call in calls))
        if not others:
            return calls
        core = calls | others
        before = self._before(self.makers[value])
        behind: set[Call] = set()
        for call in sorted(before, key=self.order.__getitem__):
            makers = {self.makers.get(item) for item in values_in((call.args, call.kwargs))}
            if makers & (core | behind):
                behind.add(call)
        return (core & before) | behind | calls

    def _before(self, last: Call) -> set[Call]:
        """All calls that a call follows from, itself among them."""
        found: set[Call] = set()
        waiting = [last]
        while waiting:
            call = waiting.pop()
            if call not in found:
                found.add(call)
                makers = (self.makers.get(item) for item in values_in((call.args, call.kwargs)))
                waiting += [maker for maker in makers if maker is not None]
        return found


def _around(calls: list[Call]) -> Scope | None:
    """The innermost module that all calls lie in."""
    chains = [_chain(call.scope) for call in calls]
    common = [scope for scope in chains[0] if all(scope in chain for chain in chains)]
    return common[0] if common else None


def _chain(scope: Scope | None) -> list[Scope]:
    found = []
    while scope is not None:
        found.append(scope)
        scope = scope.parent
    return found
