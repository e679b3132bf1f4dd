"""Recurrent layers step by step: the gates of each moment, then the state.

Formulas: https://docs.pytorch.org/docs/stable/generated/torch.nn.LSTM.html, …RNN.html and …GRU.html.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from models.byhand.functions import greatest, sigmoid, tanh
from models.byhand.pen import NotWrittenError, Page, Place, symbol
from models.byhand.terms import Leaf, Term, total
from models.byhand.walk import cell
from models.byhand.written.reading import shape_of, source_of, weight_of
from models.byhand.written.registry import PORT_WRITERS, writes
from models.layers.recurrent import GRU, LSTM, RNN, Recurrent

MOST = 20_000
"""Products over all steps that are written out: more is for no eye, and would keep the window waiting."""
Bend = Callable[[Term, Leaf], Term]
"""A function of a sum, with a name for what it gives."""
States = list[list[Leaf]]
"""The state at each step, unit by unit."""


@dataclass
class Reading:
    """One direction of one stacked layer, reading one row; ``inputs`` are what it reads, step by step."""

    page: Page
    id: str
    layer: Recurrent
    row: int
    level: int
    end: str
    inputs: list[list[Leaf]]

    def __post_init__(self) -> None:
        self.states: States = []
        self.cells: States = []
        for time in self.order:
            self._step(time)
        if self.end:
            self.states.reverse()
            self.cells.reverse()

    @property
    def order(self) -> list[int]:
        """The steps as they are read."""
        steps = range(len(self.inputs))
        return list(reversed(steps) if self.end else steps)

    @cached_property
    def suffix(self) -> str:
        """What sets weights and steps of this reading apart, as PyTorch has it."""
        return f"_l{self.level}{self.end}"

    def _step(self, time: int) -> None:
        before = self.states[-1] if self.states else []
        made = {LSTM: self._lstm, GRU: self._gru, RNN: self._rnn}[type(self.layer)]
        self.states.append([made(time, unit, before) for unit in range(self.layer.hidden_size)])

    def _named(self, letter: str, time: int, unit: int, make: Callable[[Leaf], Term]) -> Leaf:
        """A step, made from a name for itself; one that the output shows as it is carries its cell."""
        rows = shape_of(self.page, self.id)[0]
        many = self.layer.num_layers * self.layer.directions > 1
        name = symbol(letter + (self.suffix if many else ""), (self.row, time, unit), rows)
        key = "/".join(map(str, (self.id, self.suffix, letter, self.row, time, unit)))
        shown = ""
        if letter == "h" and self.level == self.layer.num_layers - 1:
            place = (self.row, time, unit + (self.layer.hidden_size if self.end else 0))
            shown, name = cell(f"value/{self.id}", place), symbol(self.id, place, rows)
        value = make(Leaf(name, 0.0)).value
        group = (self.row, self.level, self.end, time)
        return self.page.step(key, name, lambda: make(Leaf(name, value)), group, shown)

    def _products(self, kind: str, gate: int, unit: int, given: list[Leaf]) -> list[Term]:
        """A row of a weight matrix times what is given, and the bias."""
        row = gate * self.layer.hidden_size + unit
        suffix = self.suffix
        terms: list[Term] = [
            weight_of(self.page, self.id, f"weight_{kind}{suffix}", (row, place)) * each
            for place, each in enumerate(given)
        ]
        return [*terms, weight_of(self.page, self.id, f"bias_{kind}{suffix}", (row,))] if self.layer.bias else terms

    def _sum(self, gate: int, time: int, unit: int, before: list[Leaf]) -> Term:
        return total([*self._products("ih", gate, unit, self.inputs[time]), *self._products("hh", gate, unit, before)])

    def _gate(self, letter: str, gate: int, time: int, unit: int, before: list[Leaf], bend: Bend) -> Leaf:
        """A sum of products, called a with the gate's letter, and what its function makes of it."""
        inner = self._named(f"a_{letter}", time, unit, lambda _me: self._sum(gate, time, unit, before))
        return self._named(letter, time, unit, lambda me: bend(inner, me))

    def _rnn(self, time: int, unit: int, before: list[Leaf]) -> Leaf:
        assert isinstance(self.layer, RNN)
        bend: Bend = tanh if self.layer.nonlinearity == "tanh" else lambda term, _me: greatest(0, term)
        return self._gate("h", 0, time, unit, before, bend)

    def _lstm(self, time: int, unit: int, before: list[Leaf]) -> Leaf:
        gates = {
            letter: self._gate(letter, gate, time, unit, before, tanh if letter == "g" else sigmoid)
            for gate, letter in enumerate("ifgo")
        }
        if unit == 0:
            self.cells.append([])
        taken = gates["i"] * gates["g"]
        old = self.cells[-2][unit] if len(self.cells) > 1 else None
        memory = self._named("c", time, unit, lambda _me: taken if old is None else gates["f"] * old + taken)
        self.cells[-1].append(memory)
        return self._named("h", time, unit, lambda _me: gates["o"] * tanh(memory))

    def _gru(self, time: int, unit: int, before: list[Leaf]) -> Leaf:
        reset = self._gate("r", 0, time, unit, before, sigmoid)
        update = self._gate("z", 1, time, unit, before, sigmoid)

        def candidate(_me: Leaf) -> Term:
            old = total(self._products("hh", 2, unit, before))
            inner = self._products("ih", 2, unit, self.inputs[time])
            return total([*inner, reset * old] if before or self.layer.bias else inner)

        inner = self._named("a_n", time, unit, candidate)
        new = self._named("n", time, unit, lambda me: tanh(inner, me))
        kept = [update * before[unit]] if before else []
        return self._named("h", time, unit, lambda _me: total([(1 - update) * new, *kept]))


def _readings(page: Page, id: str, layer: Recurrent, row: int) -> list[list[Reading]]:
    """All readings of a row, by stacked layer and direction."""
    if layer.dropout and layer.num_layers > 1 and page.trains:
        raise NotWrittenError("Dropout between stacked layers draws inside torch. Set it to 0 to see the steps.")

    def make() -> list[list[Reading]]:
        source = source_of(page, id)
        _, steps, features = shape_of(page, source)
        mine = f"{page.network[id].attribute}."
        count = steps * sum(table.size for name, table in page.now.weights.items() if name.startswith(mine))
        if count > MOST:
            raise NotWrittenError(f"{count:,} products over all steps are too many to write out; torch computed it.")
        inputs = [[page.value(source, (row, time, place)) for place in range(features)] for time in range(steps)]
        found: list[list[Reading]] = []
        for level in range(layer.num_layers):
            both = [Reading(page, id, layer, row, level, end, inputs) for end in ("", "_reverse")[: layer.directions]]
            inputs = [[unit for each in both for unit in each.states[time]] for time in range(steps)]
            found.append(both)
        return found

    made: list[list[Reading]] = page.once(("readings", id, row), make)
    return made


@writes(Recurrent)
def _recurrent(page: Page, id: str, layer: Recurrent, place: Place) -> Term:
    row, time, unit = place
    direction, unit = divmod(unit, layer.hidden_size)
    return _readings(page, id, layer, row)[-1][direction].states[time][unit]


def _last(page: Page, id: str, layer: Recurrent, port: str, place: Place) -> Term:
    """The last state of each stacked layer and direction."""
    row, which, unit = place
    level, direction = divmod(which, layer.directions)
    reading = _readings(page, id, layer, row)[level][direction]
    states = reading.cells if port == "c_n" else reading.states
    return states[0 if reading.end else -1][unit]


PORT_WRITERS[Recurrent] = _last
