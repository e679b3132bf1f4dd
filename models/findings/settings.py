"""Settings of the document's sections: what cannot be read of them, and the mends that set one."""

from __future__ import annotations

from typing import Any

from models.basics.text import times
from models.document import Document
from models.document.edits import SetSection
from models.findings.finding import Finding, Mend, error, in_line, warning
from models.specs.fields import shown
from models.specs.spec import Spec, SpecProblem


def unreadable(document: Document, section: str, known: bool, problem: SpecProblem) -> Finding:
    """A refused value is an error: the run would quietly use another. What is no setting is kept, with a warning."""
    rest = {name: value for name, value in document.content.section(section).items() if name != problem.field}
    mend = Mend("Use the default" if known else "Remove the setting", SetSection(section, rest))
    make = error if known else warning
    return make("", in_line(problem.message), found=shown(problem.found), mends=(mend,))


def set_training(document: Document, name: str, value: Any) -> Mend:
    """The mend that sets one setting of the training."""
    edit = SetSection("training", document.training | {name: value}, field=name)
    return Mend(f"Set {name.replace('_', ' ')} to {value}", edit)


def set_data(document: Document, source: Spec | None, name: str, value: Any) -> Mend:
    """The mend that sets one setting of the data, which is read by ``source`` where that is known."""
    field = source.fields.get(name) if source else None
    settings = ({"source": source.kind} if source else {}) | document.data | {name: value}
    text = str(value).lower() if isinstance(value, bool) else times(tuple(value)) if isinstance(value, list) else value
    return Mend(f"Set {field.label.lower() if field else name} to {text}", SetSection("data", settings, field=name))
