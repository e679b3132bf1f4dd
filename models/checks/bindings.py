"""Networks of several Inputs or Outputs: which column of the data goes where, and what their losses count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from models.checks.data import is_other_data
from models.data import ColumnFacts, Facts, Role, suggested
from models.document import Document
from models.document.edits import SetParam, SetSection
from models.findings.base import check, check_of
from models.findings.example import Example, image, row
from models.findings.finding import Finding, Mend, error, hint, in_line, warning
from models.findings.texts import MOST_OFFERED, reading_of, takes_words, word_inputs
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.network import Node, input_nodes, output_nodes

_COLUMNS = (
    *(ColumnFacts(name, (4,)) for name in ("left", "right")),
    *(ColumnFacts(name, (1,), role="target") for name in ("length", "width")),
)
_UNBOUND = Facts("Sides", {"": _COLUMNS[0]}, {"": _COLUMNS[2]}, 100, columns=_COLUMNS)
_BOUND = replace(
    _UNBOUND, inputs={"n0": _COLUMNS[0], "n3": _COLUMNS[1]}, targets={"n2": _COLUMNS[2], "n4": _COLUMNS[3]}
)


def _pair(known: Facts, weight: float = 1.0) -> Example:
    """Two networks beside each other, with an Input and an Output each: n0 to n2, and n3 to n4."""
    ending = Output, {"loss": {"kind": "MSELoss"}, "weight": weight}
    loose, data = [image(1), ending], {"source": "numpy", "path": "sides.npz"}
    return row(
        image(4), (Linear, {"out_features": 1}), ending, loose=loose, wires=[("n3", "n4")], known=known, data=data
    )


@check_of(Facts, finds=_pair(_UNBOUND), passes=_pair(_BOUND))
def unbound_input(document: Document, facts: Facts) -> Iterator[Finding]:
    """One Input among several that no column of the data is bound to."""
    yield from _unbound(document, facts, "inputs", input_nodes(document.network), facts.inputs)


@check_of(Facts, finds=_pair(_UNBOUND), passes=_pair(_BOUND))
def output_without_target(document: Document, facts: Facts) -> Iterator[Finding]:
    """One Output among several that no column of the data is compared with."""
    yield from _unbound(document, facts, "targets", output_nodes(document.network), facts.targets)


def _unbound(
    document: Document, facts: Facts, side: str, nodes: Sequence[Node], bound: Mapping[str, ColumnFacts]
) -> Iterator[Finding]:
    """Of several nodes, those that are not bound; a single one takes what there is."""
    missing = [node.id for node in nodes if node.id not in bound] if len(nodes) > 1 else []
    if "source" not in document.data and is_other_data(document, facts):
        return
    mends = tuple(_binding(document, facts, side, nodes, bound))
    for id in missing:
        message = in_line(f"No column of {facts.name:.20} is bound to {id:.40}.")
        if "source" in document.data:
            yield error(id, message, "Choose one in the settings of the data.", mends=mends)
        else:
            yield hint(id, message, "No data is chosen yet.", mends=mends, untrainable=True)


def _binding(
    document: Document, facts: Facts, side: str, nodes: Sequence[Node], bound: Mapping[str, ColumnFacts]
) -> Iterator[Mend]:
    """Bind a column to each node, if there are enough: first those that are meant for that side, then others."""
    role: Role = "input" if side == "inputs" else "target"
    ids = [node.id for node in nodes]
    taken = {column.name for column in (facts.targets if role == "input" else facts.inputs).values()}
    free = [column for column in facts.columns if column.role == role or column.name not in taken]
    columns = [replace(column, role=role) for column in sorted(free, key=lambda column: column.role != role)]
    present, names = document.data.get(side), {column.name for column in facts.columns}
    if isinstance(present, dict):  # what other data had is not kept
        present = {id: name for id, name in present.items() if id in bound or name in names}
    inputs, outputs = (ids, []) if role == "input" else ([], ids)
    found = suggested(columns, {side: present}, inputs, outputs, word_inputs(document))[side]
    if found.keys() == set(ids):
        pairs = ", ".join(f"{id:.12} to {name:.12}" for id, name in found.items())
        label = f"Bind {pairs}" if len(ids) == 2 else f"Bind {len(ids)} columns"
        yield Mend(label, SetSection("data", document.data | {side: found}, field=side))


_TEXT = ColumnFacts("review", (8,), tokens=True, token_range=(0, 99), taken="text")
_RATED = replace(_UNBOUND, inputs={"": _COLUMNS[0]}, targets={"": _COLUMNS[2]}, columns=(*_COLUMNS, _TEXT))
_RATING = (image(4), (Linear, {"out_features": 1}), (Output, {"loss": {"kind": "MSELoss"}}))


@check_of(
    Facts,
    finds=row(*_RATING, known=_RATED, data={"source": "csv", "path": "a.csv"}),
    passes=row(*_RATING, known=_UNBOUND, data={"source": "csv", "path": "a.csv"}),
)
def unread_texts(document: Document, facts: Facts) -> Iterator[Finding]:
    """Columns of texts that no Input takes, while all Inputs have what they take."""
    inputs = input_nodes(document.network)
    bound = [facts.inputs.get(node.id) if len(inputs) > 1 else facts.input(node.id) for node in inputs]
    waits = any(
        column is None or (takes_words(document, node) and not column.tokens)
        for node, column in zip(inputs, bound, strict=True)
    )
    if "source" not in document.data or not inputs or waits:
        return
    for column in facts.free_texts[:MOST_OFFERED]:
        types = {**(document.data.get("types") or {}), column.name: "left out"}
        leaving = SetSection("data", document.data | {"types": types}, field="types")
        mends = (reading_of(document, facts, column), Mend(f"Leave {column.name:.30} out", leaving))
        message = in_line(f"{column.name:.40} holds texts, which no Input takes.")
        yield hint("", message, "Nothing is learned from them.", mends=mends)


_LOOSE = {"source": "numpy", "path": "sides.npz", "inputs": {"gone": "left", "n0": "right"}}


@check(finds=_pair(_BOUND)._replace(data=_LOOSE), passes=_pair(_BOUND))
def bound_to_nothing(document: Document) -> Iterator[Finding]:
    """Columns that are bound to what is no Input, or no Output, of the network any more."""
    for side, nodes in (("inputs", input_nodes(document.network)), ("targets", output_nodes(document.network))):
        binding = document.data.get(side)
        ids = {node.id for node in nodes}
        if not isinstance(binding, dict) or not ids or ids.issuperset(binding) or len(binding) == len(ids) == 1:
            continue  # a single column goes to a single node whatever its id is
        kept = {id: name for id, name in binding.items() if id in ids}
        loose = next(id for id in binding if id not in ids)
        mend = Mend("Forget what is not there", SetSection("data", document.data | {side: kept}, field=side))
        message = in_line(f"A column of the data is bound to {loose:.40}, which is not there.")
        yield warning("", message, mends=(mend,))


@check(finds=_pair(_BOUND, weight=0.0), passes=_pair(_BOUND))
def nothing_weighs(document: Document) -> Iterator[Finding]:
    """Outputs whose losses all count nothing: no step would change a weight."""
    nodes = output_nodes(document.network)
    if nodes and not any(getattr(node.layer, "weight", 1.0) for node in nodes):
        mend = Mend(f"Let the loss of {nodes[0].id:.30} count", SetParam(nodes[0].id, "weight", SetParam.UNSET))
        message = "The loss of every Output has weight 0, so nothing is learned."
        yield error(nodes[0].id, message, mends=(mend,))
