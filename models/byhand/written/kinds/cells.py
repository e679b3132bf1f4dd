"""Recurrent cells: one step, in the form of their pages in PyTorch's documentation.

https://docs.pytorch.org/docs/stable/generated/torch.nn.RNNCell.html and …GRUCell.html.
"""

from __future__ import annotations

from models.byhand.functions import greatest, sigmoid, tanh
from models.byhand.pen import Page, Place
from models.byhand.terms import Term, total
from models.byhand.written.reading import shape_of, sources, weight_of
from models.byhand.written.registry import WITHOUT, writes
from models.layers.sequences.cells import Cell, GRUCell, LSTMCell, RNNCell


def _products(page: Page, id: str, layer: Cell, kind: str, gate: int, place: Place) -> list[Term]:
    """A row of a gate's matrix times the input ("ih") or the state ("hh"), and the bias; a free state is 0."""
    row, unit = place
    found, at = sources(page, id), int(kind == "hh")
    line = gate * layer.hidden_size + unit
    terms: list[Term] = []
    if at < len(found):
        width = shape_of(page, found[at])[1]
        weights = [weight_of(page, id, f"weight_{kind}", (line, k)) for k in range(width)]
        terms = [weight * page.value(found[at], (row, k)) for k, weight in enumerate(weights)]
    return [*terms, weight_of(page, id, f"bias_{kind}", (line,))] if layer.bias else terms


def _sum(page: Page, id: str, layer: Cell, gate: int, place: Place) -> Term:
    return total([*_products(page, id, layer, "ih", gate, place), *_products(page, id, layer, "hh", gate, place)])


@writes(RNNCell)
def _simple(page: Page, id: str, layer: RNNCell, place: Place) -> Term:
    inner = _sum(page, id, layer, 0, place)
    return tanh(inner) if layer.nonlinearity == "tanh" else greatest(0, inner)


@writes(GRUCell)
def _gru(page: Page, id: str, layer: GRUCell, place: Place) -> Term:
    reset, update = (sigmoid(_sum(page, id, layer, gate, place)) for gate in (0, 1))
    old = total(_products(page, id, layer, "hh", 2, place))
    new = tanh(total([*_products(page, id, layer, "ih", 2, place), reset * old]))
    before = [update * page.value(source, place) for source in sources(page, id)[1:]]
    return total([(1 - update) * new, *before])


WITHOUT[LSTMCell] = "Its memory hangs together with its state inside torch. An LSTM shows all steps."
