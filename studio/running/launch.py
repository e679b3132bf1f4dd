"""Making a run out of a document: the folder that a worker then trains. No torch, no Qt."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from models.codegen.formatting import class_name
from models.codegen.module import generate
from models.codegen.script import script_source
from models.document import Document
from models.layers.terminals import Output
from models.network.terminals import output_nodes
from models.storage import files
from models.training import TrainingSettings
from models.training.settings import RUN
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder, checkpoint_to_start_from
from studio.runs.location import default_runs_dir
from studio.runs.source import source_of

PACKAGES = ("netloom", "torch", "numpy")
TRAINING = Path(__file__).parents[1] / "worker" / "training"
LOOP = TRAINING / "loop.py"
OWN_LOSSES = TRAINING / "losses" / "modules.py"
AUGMENTING = TRAINING / "augmenting" / "batches.py"
"""What the worker trains with, as text: importing it would bring torch along."""


def new_run(
    document: Document,
    document_path: Path | None,
    runs_dir: Path,
    *,
    device: str = "",
    title: str = "",
    name: str = "",
    experiment: dict[str, Any] | None = None,
    kept: Path | None = None,
) -> RunFolder:
    """Write a run folder with the document as it is now, its generated source and its settings.

    Ask `studio.running.preflight` first: a document with errors makes a run that fails. ``device`` goes before the
    document's choice, ``title`` before the name of the document's file; ``name`` is the run's own, the title if there
    is none; ``experiment`` tells of which experiment it is a run. ``kept`` is where a run to start from lies, if
    elsewhere. Raises `RunError` when the disk refuses or there is no such run.
    """
    title = title or (document_path.stem if document_path else "untitled")
    # As the header will have it: a file's name may hold bytes that are no text.
    title = title.encode(errors="replace").decode()
    settings, _ = TrainingSettings.read(document.training)
    if device:
        settings = settings.replace(device=device)
    start, origin = None, {}
    if settings.start_from == RUN:
        given, start = checkpoint_to_start_from(kept or runs_dir, settings.start_run)
        origin = {"start": {"run": given.id, "name": given.name, "checkpoint": start.path.name, "step": start.step}}
    value = files.to_json(document)
    value["training"] = document.training | {"device": settings.device}
    header: dict[str, Any] = {
        "name": name or title,
        "title": title,
        "class": class_name(title),
        "document_path": str(document_path.absolute()) if document_path else None,
        "settings": {**settings.settings(all_fields=True), "data": document.data, "losses": _losses(document)},
        "seed": settings.seed,
        "device": settings.device,
        "dataset": str(document.data.get("source", "digits")),
        "parameters": document.analysis.totals().parameters,
        "experiment": experiment or {},
        **origin,
        "versions": {package: version for package in PACKAGES if (version := _version(package))},
    }
    return RunFolder.create(runs_dir, files.readable_json(value), source_of(document, title), header, start)


def _losses(document: Document) -> list[str]:
    """The kinds of the Outputs' losses, whose values only compare with those of their own kind."""
    layers = (node.layer for node in output_nodes(document.network))
    return [type(layer.loss).__name__ for layer in layers if isinstance(layer, Output)]


def training_script(document: Document, document_path: Path | None, title: str = "") -> str:
    """The training script of a document, to be run by itself; ``title`` names the network's class.

    Raises `DataError` where its data cannot be looked at and `ValueError` where it cannot be trained, with a sentence.
    """
    from studio.data import dataset_from

    base = document_path.absolute().parent if document_path else None
    dataset, _ = dataset_from(document.data)
    facts = dataset.facts(base)
    title = title or (document_path.stem if document_path else "Network")
    module = generate(document.network, document.analysis, title)
    reading = dataset.script_source(base)
    if re.search(rf"\b{module.class_name}\b", reading):  # a network called Path, or DATA
        module = generate(document.network, document.analysis, f"{title} network")
    return script_source(document, module, reading, facts, loop_source(), _weights(document))


def loop_source() -> str:
    """The functions and the losses of our own that the worker trains with, as text."""
    return "\n\n".join(path.read_text(encoding="utf-8") for path in (LOOP, OWN_LOSSES, AUGMENTING))


def _weights(document: Document) -> str:
    """The file of weights that a document's training starts from, "" for those that stand in it or are drawn."""
    settings, _ = TrainingSettings.read(document.training)
    if settings.start_from != RUN:
        return ""
    try:
        return str(checkpoint_to_start_from(default_runs_dir(), settings.start_run)[1].path / WEIGHTS)
    except RunError as error:
        raise ValueError(str(error)) from None


def _version(package: str) -> str:
    from importlib import metadata

    # Brings the whole of `email` along, which no window needs to open.

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
