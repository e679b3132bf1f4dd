"""Whether the data fits the network that is open, said in notes with what mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from models.basics.text import times
from models.checks import Finding, findings_about
from models.data import Unreadable, values_text
from models.findings.beginning import beginning_for
from models.network import input_nodes, output_nodes
from studio.controllers.documents import DocumentController
from studio.data import DataError, dataset_from
from studio.data.known import completed
from studio.services.message import Action
from studio.workspaces.data.corrections import corrections_notes
from studio.workspaces.data.preview import Preview
from widgets.controls.note import Note


def fit_notes(controller: DocumentController, preview: Preview) -> list[Note]:
    """What is to be said of the data beside the network, and of labels that were corrected."""
    document = controller.document
    corrected = corrections_notes(controller, preview.dataset.corrections)
    facts = completed(preview.facts, preview.dataset)
    if not input_nodes(document.network) or not output_nodes(document.network):
        shape = values_text(preview.facts.shape)
        text = f"The network needs an Input, of {shape}, and an Output before the two can be compared."
        mend = beginning_for(facts, document.data)
        begin = (mend.label, partial(controller.apply, mend.edit))
        return [Note("info", text, [] if len(document.network) else [begin]), *corrected]
    issues = findings_about(document, facts)
    if files := controller.knowledge.files:
        issues += findings_about(document, files)
    notes = [_issue_note(controller, issue) for issue in issues]
    if not any(issue.stops_training for issue in issues):
        shapes = " and ".join(times(column.shape) for column in preview.facts.inputs.values())
        notes.insert(0, Note("good", f"Fits the network input {shapes}"))
    return [*notes, *corrected]


def unreadable(settings: Mapping[str, Any], sentence: str, mend: Mapping[str, Any]) -> Unreadable:
    """What is known of data that could not be loaded, for the checks."""
    try:
        dataset, misread = dataset_from(settings)
    except DataError:  # a source that nobody knows
        return Unreadable(sentence, mend)
    return Unreadable(sentence, mend, dataset, tuple(misread))


def mending(controller: DocumentController, problem: Unreadable) -> list[Action]:
    """The buttons that mend it; corrections have one of their own."""
    problem = replace(problem, mend={name: value for name, value in problem.mend.items() if name != "corrections"})
    mends = [mend for finding in findings_about(controller.document, problem) for mend in finding.mends]
    return [(mend.label, partial(controller.apply, mend.edit)) for mend in mends]


def _issue_note(controller: DocumentController, issue: Finding) -> Note:
    text = f"{issue.message} {issue.detail}".strip()
    actions = [(mend.label, partial(controller.apply, mend.edit)) for mend in issue.mends]
    if issue.stops_training and issue.severity != "hint":
        return Note("error", text, actions)
    return Note("info" if issue.severity == "hint" else "warning", text, actions)
