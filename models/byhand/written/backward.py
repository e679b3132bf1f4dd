"""Gradients written out by the chain rule: through each layer that reads a number, and by weights.

Whatever a kind writes of its numbers (`models.byhand.written.kinds`) says what they hang on, so that one rule serves
all: the gradient of a cell is the sum over what reads it of the gradient there times the slope. Steps inside a layer
get gradients of their own, which is backpropagation through time for recurrent layers, and Ioffe and Szegedy's for
batch normalization.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from models.basics.later import Later
from models.byhand.pen import Line, NotWrittenError, Page, Place, symbol, weight_symbol
from models.byhand.terms import Leaf, Term, added, times, total
from models.byhand.walk import cell
from models.byhand.written.losses import through_loss
from models.byhand.written.reading import value_name
from models.byhand.written.registry import near, near_weight, written
from models.layers.terminals import Output

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")

MOST_READERS = 4096
"""Numbers of a layer that are looked through for those that read a cell."""
MOST_READ = 20_000
"""Numbers that these may read in all: more is for no eye, and would keep the window waiting."""
MOST_DEPTH = 8
"""Steps that read a number directly, up to which their own gradients are written out beside it."""
TOO_MANY = "Too many numbers hang on it to write them out; torch computed it."


class Flow:
    """Gradients within one layer, from some of its numbers (``outputs``: values' name and place) to what they read.

    Raises `NotWrittenError` where they read too many.
    """

    def __init__(self, page: Page, outputs: Iterable[tuple[str, Place]]) -> None:
        self._page = page
        self._readers: dict[str, list[tuple[Leaf, Term]]] = {}
        self._count = 0
        numbers: dict[str, list[float]] = {}
        made = []
        for output in outputs:
            term, delta = written(page, *output), page.gradient(*output)
            self._take(delta, term, numbers)
            made.append(term)
        self._steps = page.behind(made)
        self._leaves: dict[str, Leaf] = {}
        for step in reversed(self._steps):
            delta = Leaf(f"∂L/∂{step.name}", added(numbers.get(step.key, ())), f"∂{step.key}")
            self._leaves[delta.key] = delta
            self._take(delta, step.term, numbers)

    def _take(self, delta: Leaf, term: Term, numbers: dict[str, list[float]]) -> None:
        """Note what a number reads, and spread its gradient over that."""
        slopes = term.slopes()
        self._count += len(slopes)
        if self._count > MOST_READ:
            raise NotWrittenError(TOO_MANY)
        for key, slope in slopes.items():
            if slope and delta.value:
                numbers.setdefault(key, []).append(delta.value * slope)
            self._readers.setdefault(key, []).append((delta, term))

    def terms(self, key: str) -> list[Term]:
        """What comes back to something: for all that reads it, the gradient there times the slope."""
        found = []
        for delta, term in self._readers.get(key, ()):
            slope = term.slope(key)
            if slope is not None and slope.value:
                found.append(times(delta, slope))
        return found

    def before(self, terms: Iterable[Term]) -> list[Line]:
        """Lines for the gradients of steps that stand in terms."""
        wanted = {key for term in terms for key in term.hangs_on() if key in self._leaves}
        if len(wanted) > MOST_DEPTH:
            return []
        chosen = [leaf for key, leaf in self._leaves.items() if key in wanted]
        return [self._page.line(leaf.name, total(self.terms(leaf.key[1:])), leaf.value) for leaf in chosen]


def flow_into(page: Page, id: str, places: Iterable[Place]) -> Flow:
    """The gradients through these numbers of a layer, and all of the outputs beside them that have gradients."""
    chosen = list(places)
    if len(chosen) > MOST_READERS:
        raise NotWrittenError(TOO_MANY)

    def make() -> Flow:
        rows = {place[0] for place in chosen}
        outputs = [(id, place) for place in chosen if id in page.now.gradients]
        for name in (f"{id}:{port}" for port in page.network[id].outputs[1:]):
            if name in page.now.gradients:
                outputs += [(name, place) for place in np.ndindex(*page.now.values[name].shape) if place[0] in rows]
        return Flow(page, outputs)

    found: Flow = page.once(("flow", id, tuple(chosen)), make)
    return found


def _takes_part(page: Page, id: str) -> bool:
    """Whether a gradient comes back to a layer."""
    names = (id, *(f"{id}:{port}" for port in page.network[id].outputs[1:]))
    return any(name in page.now.gradients for name in names)


def gradient_lines(page: Page, name: str, place: Place) -> list[Line]:
    """The gradient of the loss by a number of a layer: the sum over the layers that read it."""
    id = name.partition(":")[0]
    lines, terms = list[Line](), list[Term]()
    targets = [edge.target for edge in page.network.edges_from(id) if value_name(page, edge) == name]
    for target in dict.fromkeys(targets):
        if isinstance(page.network[target].layer, Output):
            terms.append(through_loss(page, target, place))
        elif _takes_part(page, target):
            flow = flow_into(page, target, near(page, target, place))
            found = flow.terms(cell(f"value/{name}", place))
            lines, terms = [*lines, *flow.before(found)], [*terms, *found]
    own = f"∂L/∂{symbol(name, place, len(page.now.values[name]))}"
    value = float(page.now.gradients[name][place])
    return [*lines, page.line(own, total(terms), value, cell(f"gradient/{name}", place))]


def slope_lines(page: Page, name: str, place: Place) -> list[Line]:
    """The gradient of the loss by a weight: the sum over the rows and over the layers that call its module."""
    lines, terms = list[Line](), list[Term]()
    attribute = name.partition(".")[0]
    for node in page.network:
        if node.attribute == attribute and _takes_part(page, node.id):
            flow = flow_into(page, node.id, near_weight(page, node.id, place))
            found = flow.terms(cell(f"weight/{name}", place))
            lines, terms = [*lines, *flow.before(found)], [*terms, *found]
    own = f"∂L/∂{weight_symbol(name, place)}"
    value = float(page.now.slopes[name][place])
    return [*lines, page.line(own, total(terms), value, cell(f"slope/{name}", place))]
