"""Settings of the document's sections: what cannot be read of them, and the mends that set one."""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

from models.basics.text import times
from models.data import ColumnFacts, Facts
from models.document import Document
from models.document.edits import Batch, Edit, SetParam, SetSection
from models.findings.finding import Finding, Mend, error, in_line, warning
from models.network import Node, input_nodes
from models.specs.field import Field
from models.specs.fields import shown
from models.specs.spec import Spec, SpecProblem
from models.training.losses import Loss, MSELoss
from models.training.settings import DRAWN, TrainingSettings

EVERY_OTHER = "*"
"""The column that stands for all that are not bound otherwise, so that it can be on one side alone."""


def unreadable(document: Document, section: str, known: bool, problem: SpecProblem) -> Finding:
    """A refused value is an error: the run would quietly use another. What is no setting is kept, with a warning."""
    rest = {name: value for name, value in document.content.section(section).items() if name != problem.field}
    mend = Mend("Use the default" if known else "Remove the setting", SetSection(section, rest))
    make = error if known else warning
    return make("", in_line(problem.message), found=shown(problem.found), mends=(mend,))


def set_training(document: Document, name: str, value: Any, label: str = "") -> Mend:
    """The mend that sets one setting of the training; ``label`` says so where the form's words make no sentence."""
    edit = SetSection("training", document.training | {name: value}, field=name)
    return Mend(label or in_form(TrainingSettings.fields[name], value), edit)


def drawn_weights(document: Document) -> Mend:
    """The mend that has a training begin with weights of its own."""
    return set_training(document, "start_from", DRAWN, "Begin with drawn weights")


def in_form(field: Field[Any], value: Any, of: str = "") -> str:
    """What a button says that sets a field, of a node where one is named, in the words and numbers of its form."""
    what = f"{field.words} of {of:.30}" if of else field.words
    if value is None:
        return f"Leave {what} empty"
    return f"Set {what} to {_in_form(value)}"


def _in_form(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    return times(tuple(value)) if isinstance(value, list) else str(value)


def set_data(document: Document, source: Spec | None, name: str, value: Any) -> Mend:
    """The mend that sets one setting of the data, which is read by ``source`` where that is known."""
    field = source.fields.get(name) if source else None
    settings = ({"source": source.kind} if source else {}) | document.data | {name: value}
    label = in_form(field, value) if field else f"Set {name} to {_in_form(value)}"
    return Mend(label, SetSection("data", settings, field=name))


def itself(document: Document, facts: Facts, output: Node, loss: Loss) -> Iterator[Mend]:
    """Compare an Output with the input, where it has the same form: an autoencoder, or one that takes noise away."""
    present = facts.target(output.id)
    for node in input_nodes(document.network):
        column = facts.input(node.id)
        gives = document.analysis[output.id].shape
        if column is None or present is None or gives is None or not _may_be_aim(column) or column.name == present.name:
            continue
        if gives != column.shape and gives != (prod(column.shape),):
            continue
        bound = document.data.get("targets")
        targets = {**(bound if isinstance(bound, dict) else {}), output.id: column.name}
        source = {"source": facts.source.kind} if facts.source else {}
        edits: list[Edit] = [SetSection("data", {**source, **document.data, "targets": targets}, field="targets")]
        if loss.targets == "classes":
            edits.append(SetParam(output.id, "loss", {"kind": MSELoss.kind}))
        yield Mend(f"Compare {output.id:.20} with the input itself", Batch("Compare with the input", edits))
        return


def _may_be_aim(column: ColumnFacts) -> bool:
    is_numbers = not (column.tokens or column.streamed or column.gaps)
    return is_numbers and len(column.shape) > 1 and column.name != EVERY_OTHER
