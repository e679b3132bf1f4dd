"""A model card of a run, as Markdown: what was trained on what, how, and how well it does.

The headings are those of Mitchell et al., "Model Cards for Model Reporting" (2019); the block in front is what Hugging
Face reads (https://huggingface.co/docs/hub/model-cards).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from models.basics.quantities import count_text
from models.basics.text import counted, times
from models.codegen.objectives import input_ids, objectives_of
from models.storage import files
from models.training import Optimizer, Schedule, TrainingSettings
from models.training.metrics import EMBEDDING
from studio.runs.events import read_events
from studio.runs.samples.scale import Scale, read_scale
from studio.runs.summary import RunSummary, flatten, summarize

if TYPE_CHECKING:
    from models.document import Document
    from models.training.objectives import Objective
    from studio.runs.folder import RunFolder

MOST_CLASSES = 20
TO_WRITE = "_To be written by whoever publishes it._"


def model_card(run: RunFolder) -> str:
    """The card of a run; raises `RunError`, `FileError` where it cannot be read, `ValueError` without an Output."""
    document, summary = files.read_whole(run.document_path), summarize(run)
    scale, started = read_scale(run.scale_path), _started(run)
    parts = [
        _front(summary, document),
        f"# {summary.title or summary.name}",
        _model(run, document, summary, scale),
        f"## Intended use\n\n{TO_WRITE}",
        _data(document, started, scale),
        _training(document, summary, started),
        _results(run, summary),
        f"## Limits\n\n{_limits(_known(started))}",
    ]
    return "\n\n".join(parts) + "\n"


def _front(summary: RunSummary, document: Document) -> str:
    losses = {objective.loss.targets for objective in objectives_of(document)}
    kind = "regression" if losses == {"numbers"} else "classification"
    lines = ["library_name: pytorch", f"tags: [netloom, {kind}]"]
    return "\n".join(("---", *lines, f"model_name: {json.dumps(summary.title or summary.name)}", "---"))


def _model(run: RunFolder, document: Document, summary: RunSummary, scale: Scale | None) -> str:
    totals = document.analysis.totals()
    rows = [
        ("Parameters", f"{totals.parameters:,}"),
        ("Multiply-adds an example", count_text(totals.multiply_adds)),
        *((f"Input {id}", _takes(document, id)) for id in input_ids(document)),
        *((f"Output {item.output}", _gives(document, item, scale)) for item in objectives_of(document)),
        ("Trained", f"{summary.created[:10]}, run {run.id}"),
    ]
    note = f"\n\n{summary.note}" if summary.note else ""
    return f"## Model\n\n{_table(rows)}{note}"


def _takes(document: Document, id: str) -> str:
    output = document.analysis[id].outputs[0]
    if output is None:
        return "unknown"
    return f"{times(output.shape)} {'tokens' if output.dtype == 'int' else 'numbers'}"


def _gives(document: Document, objective: Objective, scale: Scale | None) -> str:
    id = objective.output
    shape = times(document.analysis[id].shape or ()) or "1"
    classes = (scale.outputs.get(id) if scale else None) or ()
    if not classes:
        return f"{shape} numbers"
    named = ", ".join(classes[:MOST_CLASSES]) + (
        f" and {len(classes) - MOST_CLASSES:,} more" if len(classes) > MOST_CLASSES else ""
    )
    told = f"{counted(len(classes), 'class', 'classes')}: {named}"
    return f"an embedding of {shape} numbers, by {told}" if objective.loss.answers == EMBEDDING else told


def _data(document: Document, started: Mapping[str, Any], scale: Scale | None) -> str:
    rows = [("Data", str(document.data.get("source", "digits")))]
    if path := document.data.get("path"):
        rows.append(("Called", str(path).replace("\\", "/").rpartition("/")[2]))
    if isinstance(examples := started.get("examples"), int):
        rows.append(("Training examples", f"{examples:,}"))
    for part, title in (("validation", "Validation examples"), ("test", "Test examples, kept apart")):
        if isinstance(count := _known(started).get(part), int):
            rows.append((title, f"{count:,}"))
    scaled = [id for id, ends in scale.inputs.items() if ends is not None] if scale else []
    if scaled:
        words = "by the mean and standard deviation of the training part"
        rows.append(("Normalized", f"{', '.join(scaled)}, {words}"))
    return f"## Training data\n\n{_table(rows)}"


def _training(document: Document, summary: RunSummary, started: Mapping[str, Any]) -> str:
    settings, _ = TrainingSettings.read(document.training)
    optimizer, schedule = cast(Optimizer, settings.optimizer), cast(Schedule, settings.schedule)
    told = ", ".join(f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
                     for name, value in flatten(optimizer.settings(all_fields=True)).items())  # fmt: skip
    rows = [
        ("Loss", ", ".join(type(item.loss).__name__ for item in objectives_of(document))),
        ("Optimizer", f"{optimizer.kind} ({told})" if told else optimizer.kind),
        ("Schedule", schedule.kind),
        ("Batch size", f"{settings.batch_size:,}"),
        ("Epochs", f"{summary.epochs:g}"),
        ("Best weights by", f"{settings.watched} of validation"),
        ("Seed", str(settings.seed)),
        ("Took", f"{summary.seconds:,.0f} s on {started.get('device', summary.device)}"),
        ("PyTorch", str(started.get("torch", "unknown"))),
    ]
    return f"## Training\n\n{_table(rows)}"


def _results(run: RunFolder, summary: RunSummary) -> str:
    """Each metric of validation at the epoch whose weights are kept as the best ones and at the last, and what the part
    that was kept apart came to with the weights at the end."""
    columns = [("Validation, last epoch", _of_part("validation", summary.last))]
    kept = run.checkpoints.get("best")
    if kept and isinstance(values := kept.facts.get("values"), dict):
        title = f"Validation, best weights (epoch {kept.facts.get('epoch')})"
        columns.insert(0, (title, _of_part("validation", values)))
    tested = next((event for event in reversed(read_events(run.events_path)) if event["event"] == "test"), None)
    if tested and isinstance(values := tested.get("values"), dict):
        columns.append(("Test, at the end", _of_part("test", values)))
    names = sorted({name for _, values in columns for name in values})
    if not names:
        return "## Results\n\nNothing was measured yet."
    lines = [f"| | {' | '.join(title for title, _ in columns)} |", "|-" * (1 + len(columns)) + "|"]
    for name in names:
        told = (f"{values[name]:.4g}" if name in values else "" for _, values in columns)
        lines.append(f"| {name} | {' | '.join(told)} |")
    return "## Results\n\n" + "\n".join(lines)


def _of_part(part: str, values: Mapping[str, Any]) -> dict[str, float]:
    """The metrics of a part by their names alone."""
    found = ((name.removeprefix(f"{part}/"), value) for name, value in values.items() if name.startswith(f"{part}/"))
    return {name: float(value) for name, value in found}


def _limits(known: Mapping[str, Any]) -> str:
    """What the data alone says of where it may fail."""
    return "\n".join((*(f"- {sentence}" for sentence in _doubts(known)), f"- {TO_WRITE}"))


def _doubts(known: Mapping[str, Any]) -> Iterator[str]:
    counts = (known.get("classes") or {}).get("train") if isinstance(known.get("classes"), dict) else None
    if isinstance(counts, list) and counts and min(counts) * 10 <= max(counts):
        what = "training examples" if sum(counts) == known.get("train") else "labels of the training part"
        yield f"Classes differ in size: from {min(counts):,} to {max(counts):,} {what}."
    if isinstance(leaked := known.get("leaked"), int) and leaked:
        yield f"{counted(leaked, 'validation example')} {'is' if leaked == 1 else 'are'} in the training part as well."


def _known(started: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was known of the data when the training began."""
    known = started.get("data")
    return known if isinstance(known, dict) else {}


def _started(run: RunFolder) -> Mapping[str, Any]:
    """What was noted when the training began; nothing where that is not there."""
    return next((event for event in read_events(run.events_path) if event.get("event") == "started"), {})


def _table(rows: list[tuple[str, str]]) -> str:
    cells = ((name, text.replace("|", "\\|").replace("\n", " ")) for name, text in rows)
    return "\n".join(("| | |", "|-|-|", *(f"| {name} | {text} |" for name, text in cells)))
