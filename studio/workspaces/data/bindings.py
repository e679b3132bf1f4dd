"""The columns of a document's data as the Data workspace shows them: what each Input and Output takes, and may take.

No Qt.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import prod
from typing import Any

from models.basics.text import Shape, times
from models.data import ColumnFacts, suggested
from models.document import Document
from models.findings.texts import word_inputs
from models.network import input_nodes, output_nodes
from studio.data.tables.columns import AUTO, TYPES
from widgets.data.columns import Binding

EVERY_OTHER = "*"
MOST_TYPES = 100
"""Columns of a table that each have a choice of what they are taken as; of more, the setting alone tells."""


def bindings_of(document: Document, offered: Sequence[ColumnFacts]) -> list[Binding]:
    """A row for each Input and Output, where there is something to choose; none for the simple case."""
    sides = {"inputs": input_nodes(document.network), "targets": output_nodes(document.network)}
    bound = {side: _bound(document.data, side) for side in sides}
    is_simple = all(len(nodes) < 2 for nodes in sides.values()) and not any(bound.values())
    shown = list(sides)
    if not offered or (is_simple and (len(offered) < 3 or offered[0].name == EVERY_OTHER)):
        gives = [document.analysis[node.id].shape for node in sides["targets"]]
        shown = ["targets"] if any(_may_be_aim(column, gives) for column in offered) else []
    found = []
    for side in shown:
        nodes = sides[side]
        for node in nodes:
            column = bound[side].get(node.id, "")
            found.append(Binding(side, node.id, column, tuple(_options(side, len(nodes) > 1, column, offered))))
    return found


def _may_be_aim(column: ColumnFacts, gives: Sequence[Shape | None]) -> bool:
    """Whether a column that is fed in has the form that an Output gives: an image, a spectrogram, a sequence."""
    if column.role != "input" or len(column.shape) < 2 or column.tokens or column.streamed:
        return False
    return any(shape in (column.shape, (prod(column.shape),)) for shape in gives)


def types_of(document: Document, offered: Sequence[ColumnFacts]) -> list[Binding]:
    """A row for each column of a table that may be taken as a number, a category or a date."""
    told = _bound(document.data, "types")
    tables = [column for column in offered if column.taken and column.role == "input"]
    if len(tables) > MOST_TYPES:
        return []
    found = []
    for column in tables:
        looks = "Auto" if column.name in told else f"{column.taken.capitalize()} (auto)"
        offers = (("", looks), *((type, type.capitalize()) for type in TYPES if type != AUTO))
        found.append(Binding("types", column.name, told.get(column.name, ""), offers, column.about))
    return found


def bound_for(document: Document, offered: Sequence[ColumnFacts]) -> dict[str, Any] | None:
    """The document's "data" with a column for each Input and Output, as far as there are; None if nothing changes."""
    sides = input_nodes(document.network), output_nodes(document.network)
    inputs, outputs = ([node.id for node in nodes] for nodes in sides)
    found = suggested(offered, document.data, inputs, outputs, word_inputs(document))
    data = {**document.data, **found}
    return data if all(found.values()) and data != document.data else None


def rebound(settings: Mapping[str, Any], side: str, id: str, column: str) -> dict[str, Any]:
    """A document's "data" in which an id is bound to a column, or to none where that is empty."""
    binding = _bound(settings, side)
    if column:
        binding[id] = column
    else:
        binding.pop(id, None)
    rest = {name: value for name, value in settings.items() if name != side}
    return {"source": "digits", **rest, **({side: binding} if binding else {})}


def _bound(settings: Mapping[str, Any], side: str) -> dict[str, str]:
    found = settings.get(side)
    return {id: name for id, name in found.items() if isinstance(name, str)} if isinstance(found, dict) else {}


def _options(side: str, several: bool, present: str, offered: Sequence[ColumnFacts]) -> Iterator[tuple[str, str]]:
    yield "", "Not chosen" if several else "The usual one"
    known = [column for column in offered if side == "inputs" or column.name != EVERY_OTHER]
    # Those that suggest themselves for this side come first.
    wanted = "input" if side == "inputs" else "target"
    fed = [column.name for column in known if column.role == "input"]
    for column in sorted(known, key=lambda column: column.role != wanted):
        shape = f"  {times(column.shape)}" if column.shape and column.name != EVERY_OTHER else ""
        words = "The input itself" if side == "targets" and fed == [column.name] else column.name[:40]
        yield column.name, "all others" if column.name == EVERY_OTHER else f"{words}{shape}"
    if present and present not in {column.name for column in known}:
        yield present, present[:40]
