"""How a number is written out: from the cells that it was made of, step by step, with names and with numbers put in."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from models.byhand.exercise import TRAINING
from models.byhand.notation import number, text
from models.byhand.terms import Leaf, Term
from models.byhand.walk import Pass, Walk, cell

if TYPE_CHECKING:
    from models.network import Network
    from models.training.settings import TrainingSettings

Place = tuple[int, ...]
MOST_STEPS = 48
"""Steps before a number that are written out."""


class NotWrittenError(Exception):
    """Why a number has no formula: a sentence for the user."""


@dataclass(frozen=True)
class Line:
    """``name = term = value``, the ``cells`` that were put in, and the one, ``own``, that shows the value, if any."""

    name: str
    term: Term
    value: float
    cells: tuple[str, ...] = ()
    own: str = ""

    @property
    def names(self) -> str:
        """The formula with names."""
        return text(self.term, put_in=False)

    @property
    def numbers(self) -> str:
        """The formula with the numbers put in."""
        return text(self.term, put_in=True)

    @property
    def text(self) -> str:
        """The line as it is read: what stands between its equals signs, where it says something new."""
        found = [self.name, self.names, self.numbers, number(self.value)]
        return " = ".join(part for place, part in enumerate(found) if place == 0 or part != found[place - 1])


class Step(NamedTuple):
    """A number on the way to others: its key, name, term, the group that is written together, and its cell if any."""

    key: str
    name: str
    term: Term
    group: object
    cell: str


@dataclass(frozen=True)
class Page:
    """What lines are written from: a network, its settings, and one pass of a walk.

    Steps and gradients that several lines need are worked out once a page.
    """

    network: Network
    settings: TrainingSettings
    walk: Walk
    index: int
    memo: dict[object, Any] = field(default_factory=dict, compare=False, repr=False)
    steps: dict[str, Step] = field(default_factory=dict, compare=False, repr=False)
    terms: dict[tuple[str, Place], Term] = field(default_factory=dict, compare=False, repr=False)

    @property
    def now(self) -> Pass:
        """The pass."""
        return self.walk.passes[self.index]

    @property
    def trains(self) -> bool:
        """Whether the pass is one of training: what is dropped or drawn, and where statistics come from."""
        return self.walk.mode == TRAINING

    def once(self, key: object, make: Callable[[], Any]) -> Any:
        """What ``make`` makes, the first time that it is asked for."""
        if key not in self.memo:
            self.memo[key] = make()
        return self.memo[key]

    # Cells

    def value(self, id: str, place: Place) -> Leaf:
        """A number that a layer gave; of an output other than the first, ``id`` is that of the layer and the port."""
        table = self.now.values[id]
        return Leaf(symbol(id, place, len(table)), float(table[place]), cell(f"value/{id}", place))

    def gradient(self, id: str, place: Place) -> Leaf:
        """The gradient of the loss by a number that a layer gave."""
        name = f"∂L/∂{symbol(id, place, len(self.now.values[id]))}"
        return Leaf(name, float(self.now.gradients[id][place]), cell(f"gradient/{id}", place))

    def weight(self, name: str, place: Place) -> Leaf:
        """A weight before the update."""
        return Leaf(weight_symbol(name, place), float(self.now.weights[name][place]), cell(f"weight/{name}", place))

    def slope(self, name: str, place: Place) -> Leaf:
        """The gradient of the loss by a weight."""
        symbol = f"∂L/∂{weight_symbol(name, place)}"
        return Leaf(symbol, float(self.now.slopes[name][place]), cell(f"slope/{name}", place))

    def probability(self, id: str, place: Place) -> Leaf:
        """What the loss of an Output makes of a score."""
        table = self.now.probabilities[id]
        return Leaf(symbol("p", place, len(table)), float(table[place]), cell(f"probability/{id}", place))

    # Steps

    def step(self, key: str, name: str, make: Callable[[], Term], group: object = None, shown: str = "") -> Leaf:
        """A step by its key, made when it is first asked for, as a term for others."""
        key = f"~{key}"
        if key not in self.steps:
            term = make()
            self.steps[key] = Step(key, name, term, group, shown)
        return Leaf(self.steps[key].name, self.steps[key].term.value, key)

    def behind(self, terms: Iterable[Term], among: Callable[[Step], bool] = lambda _step: True) -> list[Step]:
        """The steps that terms hang on, in the order in which they were made, through those ``among`` which to look."""
        if not self.steps:
            return []
        found: dict[str, Step] = {}
        first = dict.fromkeys(key for term in terms for key in sorted(term.hangs_on()) if key in self.steps)
        wanted = [self.steps[key] for key in first]
        while wanted:
            step = wanted.pop()
            if step.key not in found and among(step):
                found[step.key] = step
                wanted += [self.steps[key] for key in step.term.hangs_on() if key in self.steps]
        order = {key: place for place, key in enumerate(self.steps)}
        return sorted(found.values(), key=lambda step: order[step.key])

    def line(self, name: str, term: Term, value: float, own: str = "") -> Line:
        """A line that says how a number came about."""
        keys = (key for key in sorted(term.hangs_on()) if not key.startswith("∂"))
        cells = (self.steps[key].cell if key in self.steps else key for key in keys)
        return Line(name, term, value, tuple(cell for cell in cells if cell), own)

    def lines(self, name: str, term: Term, value: float, shown: str = "") -> list[Line]:
        """The steps before a number, then its own line; steps of other groups are written with their own numbers."""
        itself = self.steps.get(term.key) if isinstance(term, Leaf) else None
        group, term = (itself.group, itself.term) if itself else (None, term)
        steps = self.behind([term], lambda step: step.group == group)[-MOST_STEPS:]
        before = [self.line(step.name, step.term, step.term.value, step.cell) for step in steps]
        return [*before, self.line(name, term, value, shown)]


_LOW = str.maketrans("0123456789,", "₀₁₂₃₄₅₆₇₈₉,")
_HIGH = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")


@lru_cache(4096)
def low(*numbers: int) -> str:
    """Places, counted from 1, as subscripts."""
    shown = [number + 1 for number in numbers]
    return ("" if all(number < 10 for number in shown) else ",").join(map(str, shown)).translate(_LOW)


def symbol(id: str, place: Place, rows: int) -> str:
    """The name of a number of a layer: its place, and the row where there are several."""
    row = f"⁽{str(place[0] + 1).translate(_HIGH)}⁾" if rows > 1 else ""
    return f"{id}{low(*place[1:])}{row}"


def weight_symbol(name: str, place: Place) -> str:
    """The name of a number of a weight: W₁₂, b₁, W_ih₁₁."""
    return f"{weight_letter(name)}{low(*place)}"


def weight_letter(name: str) -> str:
    """What a weight is called in formulas: W and b, with what sets it apart in its layer."""
    own = name.partition(".")[2].replace("weight", "W").replace("bias", "b")
    return own.removesuffix("_l0")
