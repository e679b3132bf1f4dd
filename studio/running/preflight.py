"""What can be known before training starts: whether document, data and device go together. No torch, no Qt.

Every finding is an `Finding` with a sentence and, where there is one, the edit that mends it. Errors mean that the run
would fail; warnings that it does something else than one may think.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from models.analysis.steps import last_batch_of_one_fails
from models.basics.text import times
from models.checks.finding import Finding, Mend, with_mends
from models.data import Facts, Misfit, fits, token_misfits
from models.document import Document
from models.document.edits import SetParam, SetSection
from models.network import Node
from models.specs.spec import Spec, SpecProblem
from models.training import TrainingSettings
from models.training.losses import Loss
from studio.data import DATASETS, DataError, Dataset, dataset_from


def preflight(document: Document, document_path: Path | None, devices: Sequence[str] | None = None) -> list[Finding]:
    """What stands in the way of training, errors first; an empty list means go.

    ``document_path`` tells where relative data paths start. ``devices`` are the ids that the worker announced, such as
    "cuda:0" and "cpu"; None if they are not known yet. Reads no more of the data than its shape and classes need.
    """
    settings, problems = TrainingSettings.read(document.training)
    issues = [*_structure(document), *_settings(document, settings, problems, devices)]
    try:
        dataset, misread = dataset_from(document.data)
        facts = dataset.facts(document_path.absolute().parent if document_path else None)
    except DataError as error:
        mends = tuple(_set_data(document, name, value) for name, value in error.mend.items())
        issues.append(Finding("error", "data", "", str(error), mends=mends))
    else:
        issues += [_unreadable(problem, "data", dataset) for problem in misread]
        issues += data_issues(document, settings, dataset, facts)
    return sorted(issues, key=lambda issue: issue.severity != "error")


def _structure(document: Document) -> Iterator[Finding]:
    if not len(document.network):
        yield Finding("error", "empty", "", "There is no layer yet.", "Drag an Input onto the canvas to begin.")
        return
    yield from (with_mends(issue) for issue in document.analysis.issues() if issue.severity == "error")
    for kind, why in (("Input", "Training feeds the examples into it."), ("Output", "Its loss is what is trained.")):
        count = len(_nodes(document, kind))
        if count != 1:
            yield Finding("error", "terminals", "", f"Training needs one {kind}, but the network has {count}.", why)
    if not document.analysis.totals().parameters and not document.analysis.issues():
        yield Finding(
            "error", "nothing-to-learn", "", "No layer has anything to learn.", "Add one, such as a Linear layer."
        )


def _settings(
    document: Document, settings: TrainingSettings, problems: Sequence[SpecProblem], devices: Sequence[str] | None
) -> Iterator[Finding]:
    yield from (_unreadable(problem, "training", settings) for problem in problems)
    known = {"auto", *(devices or ()), *(device.partition(":")[0] for device in devices or ())}
    if devices is not None and settings.device not in known:
        message = f"This computer has no device {settings.device}; it has {', '.join(devices)}."
        yield Finding("error", "device", "", message, mends=(_set_training(document, "device", "auto"),))
    if settings.batch_size == 1 and last_batch_of_one_fails(document.network, document.analysis):
        message = "Batch normalization cannot train on batches of one example."
        yield Finding("error", "batch-of-one", "", message, mends=(_set_training(document, "batch_size", 32),))
    optimizer = settings.optimizer
    if getattr(optimizer, "nesterov", False) and not getattr(optimizer, "momentum", 1.0):
        yield Finding("warning", "nesterov", "", "Nesterov needs momentum; without it, it is left out.")


def data_issues(document: Document, settings: TrainingSettings, dataset: Dataset, facts: Facts) -> Iterator[Finding]:
    """What of a data set whose facts are known does not go with network and settings, with the mends."""
    if facts.classes is not None and len(facts.classes) < 2:
        found = f"only “{facts.classes[0][:30]}”" if facts.classes else "none"
        yield Finding("error", "classes", "", f"{facts.name[:30]} needs two classes or more, but has {found}.")
    inputs, outputs = _nodes(document, "Input"), _nodes(document, "Output")
    loss = getattr(outputs[0].layer, "loss", None) if outputs else None
    if facts.classes is not None and len(facts.classes) < 2:
        return
    if len(inputs) == len(outputs) == 1 and isinstance(loss, Loss):
        others = list(_tokens(document, dataset, facts, inputs[0]))
        yield from others
        if any(issue.code == "data-words" for issue in others):
            return
        shapes = document.analysis[inputs[0].id].shape, document.analysis[outputs[0].id].shape
        for misfit in fits(facts, *shapes, loss):
            yield _misfit(document, misfit, inputs[0], outputs[0], dataset, facts)
    if facts.examples is not None:
        held_out = round(facts.examples * dataset.validation)
        training = facts.examples - held_out if facts.training is None else facts.training
        if facts.training is None and not (held_out and training):
            part, less = ("training", "Lower") if held_out else ("validation", "Raise")
            message = f"No example of {facts.examples:,} is left for {part}. {less} the validation share."
            yield Finding("error", "split", "", message, mends=(_set_data(document, "validation", 0.2),))
        if settings.batch_size > training > 0:
            message = f"The batch size {settings.batch_size:,} is more than the {training:,} training examples."
            yield Finding("warning", "batch-size", "", message, "All of them make one batch.")


def _misfit(document: Document, misfit: Misfit, start: Node, end: Node, dataset: Dataset, facts: Facts) -> Finding:
    mends: tuple[Mend, ...] = ()
    node = end
    if misfit.where == "input" and misfit.shape is not None:
        node = start
        mends = (Mend(f"Set {start.id} to the data’s shape", SetParam(start.id, "shape", list(misfit.shape))),)
    elif misfit.where == "loss":
        if "task" in dataset.fields and facts.classes is None:
            mends = (_set_data(document, "task", "classification"),)
        kind = "MSELoss" if facts.classes is None else "CrossEntropyLoss"
        mends = (Mend(f"Use {kind}", SetParam(end.id, "loss", {"kind": kind})), *mends)
    elif misfit.shape is not None:
        mends = tuple(_resize(document, end, misfit.shape))
    return Finding("error", f"data-{misfit.where}", node.id, misfit.message, mends=mends)


def _resize(document: Document, end: Node, wanted: tuple[int, ...]) -> Iterator[Mend]:
    """Give the last layer before the output that has a size of its own as many outputs as the data asks for."""
    present, id = document.analysis[end.id].shape, end.id
    if present is None or present[1:] != wanted[1:]:
        return
    size = wanted[0]
    while len(edges := document.network.edges_into(id)) == 1:
        node = document.network[id := edges[0].source]
        name = next((name for name in ("out_features", "out_channels") if node.layer and name in node.layer.fields), "")
        if name and getattr(node.layer, name) == present[0]:
            yield Mend(f"Set {name} of {id} to {size:,}", SetParam(id, name, size))
            return
        if not document.analysis[id].keeps_shape and node.kind != "Permute":
            return


def _tokens(document: Document, dataset: Dataset, facts: Facts, start: Node) -> Iterator[Finding]:
    """An Input of whole numbers needs data of whole numbers."""
    output = document.analysis[start.id].outputs[0]
    if output is None or output.dtype != "int":
        return
    if facts.tokens:
        for misfit in token_misfits(document.network, facts.name[:30], *facts.token_range or (0, 0)):
            yield _table_issue(misfit)
        return
    if "tokens" not in dataset.fields and _feeds_a_table(document, start):
        shape = times(document.analysis[start.id].shape or ())
        message = f"{start.id} feeds word numbers to an Embedding, but {facts.name[:30]} holds none."
        hint = f"Choose made-up sentences, or a NumPy file of {shape} whole numbers an example with tokens switched on."
        yield Finding("error", "data-words", start.id, message, hint, mends=tuple(_word_data(document, start)))
        return
    message = f"Input takes whole numbers, but {facts.name[:30]} holds others."
    mend = Mend(f"Set the numbers of {start.id} to float", SetParam(start.id, "dtype", "float"))
    if "tokens" in dataset.fields:
        mend = _set_data(document, "tokens", True)
    yield Finding("error", "data-tokens", start.id, message, mends=(mend,))


def _feeds_a_table(document: Document, start: Node) -> bool:
    return any(document.network[edge.target].kind == "Embedding" for edge in document.network.edges_from(start.id))


def _word_data(document: Document, start: Node) -> Iterator[Mend]:
    """Data of word numbers that comes along and has the shape of the Input."""
    for kind in DATASETS.values():
        if kind.is_bundled and (facts := kind().facts()).tokens and facts.shape == document.analysis[start.id].shape:
            yield Mend(f"Use {kind.title.lower()}", SetSection("data", {"source": kind.kind}))


def _table_issue(misfit: Misfit) -> Finding:
    """An Embedding with fewer rows than the data has tokens."""
    if misfit.shape is None:
        return Finding("error", "data-tokens", "", misfit.message)
    (rows,) = misfit.shape
    mend = Mend(f"Set num_embeddings of {misfit.where} to {rows:,}", SetParam(misfit.where, "num_embeddings", rows))
    return Finding("error", "data-tokens", misfit.where, misfit.message, mends=(mend,))


def _unreadable(problem: SpecProblem, section: str, owner: Spec) -> Finding:
    # What no setting is called is merely kept; a value that cannot be read would train something else.
    severity = "error" if problem.field in owner.fields else "warning"
    return Finding(severity, f"{section}-setting", "", problem.message)


def _set_training(document: Document, name: str, value: Any) -> Mend:
    edit = SetSection("training", document.training | {name: value}, field=name)
    return Mend(f"Set {name.replace('_', ' ')} to {value}", edit)


def _set_data(document: Document, name: str, value: Any) -> Mend:
    data = {"source": "digits"} | document.data
    field = dataset_from(data)[0].fields[name]
    shown = str(value).lower() if isinstance(value, bool) else value
    return Mend(f"Set {field.label.lower()} to {shown}", SetSection("data", data | {name: value}, field=name))


def _nodes(document: Document, kind: str) -> list[Node]:
    return [node for node in document.network if node.kind == kind]
