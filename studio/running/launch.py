"""Making a run out of a document: the folder that a worker then trains. No torch, no Qt."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

from models.codegen.formatting import class_name
from models.codegen.module import generate
from models.codegen.script import Parts, script_source
from models.document import Document
from models.layers.terminals import Output
from models.network.reading import output_nodes
from models.storage import files
from models.training import TrainingSettings
from models.training.settings import FILE, RUN
from studio.running.starting import weights_file
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder, Start, checkpoint_to_start_from
from studio.runs.location import default_runs_dir
from studio.runs.source import source_of

PACKAGES = ("netloom", "torch", "numpy")
TRAINING = Path(__file__).parents[1] / "worker" / "training"
LOOP = TRAINING / "loop.py"
OWN_LOSSES = TRAINING / "losses" / "modules.py"
DRAWING = TRAINING / "losses" / "drawing.py"
AUGMENTING = TRAINING / "augmenting" / "batches.py"
UPDATING = TRAINING / "updating"
OF_UPDATES = [UPDATING / f"{name}.py" for name in ("own", "recomputing", "pruning")]
NAMING = Path(__file__).parents[2] / "models" / "training" / "naming.py"
PARTS = (LOOP, NAMING, *OF_UPDATES, OWN_LOSSES, DRAWING, AUGMENTING)
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
    start, origin = _start(settings, document_path, kept or runs_dir)
    about: dict[str, Any] = {"data": document.data, "losses": _losses(document)}
    about |= {"parent": _parent(origin)} if origin else {}
    value = files.to_json(document)
    value["training"] = document.training | {"device": settings.device}
    header: dict[str, Any] = {
        "name": name or title,
        "title": title,
        "class": class_name(title),
        "document_path": str(document_path.absolute()) if document_path else None,
        "settings": settings.settings(all_fields=True) | about,
        "seed": settings.seed,
        "device": settings.device,
        "dataset": str(document.data.get("source", "digits")),
        "parameters": document.analysis.totals().parameters,
        "experiment": experiment or {},
        **({"start": origin} if origin else {}),
        "versions": {package: version for package in PACKAGES if (version := _version(package))},
    }
    return RunFolder.create(runs_dir, files.readable_json(value), source_of(document, title), header, start)


def _start(
    settings: TrainingSettings, document_path: Path | None, runs_dir: Path
) -> tuple[Start | None, dict[str, Any]]:
    """The weights that a run starts from, and what its header says of where they come from."""
    if settings.start_from == RUN:
        given, found = checkpoint_to_start_from(runs_dir, settings.start_run)
        origin = {"run": given.id, "name": given.name, "checkpoint": found.path.name, "step": found.step}
        return Start(found.path / WEIGHTS, is_kept=True), origin
    if settings.start_from == FILE:
        file = weights_file(settings, document_path.absolute().parent if document_path else None)
        return Start(file.path, is_kept=False), {"file": settings.start_file, "sha256": file.sha256}
    return None, {}


def _parent(origin: dict[str, Any]) -> str:
    """What a run goes back to, as a table of runs tells it."""
    return f"{origin['name']}, step {origin['step']:,}" if "run" in origin else Path(origin["file"]).name


def _losses(document: Document) -> list[str]:
    """The kinds of the Outputs' losses, whose values only compare with those of their own kind."""
    layers = (node.layer for node in output_nodes(document.network))
    return [type(layer.loss).__name__ for layer in layers if isinstance(layer, Output)]


def training_script(document: Document, document_path: Path | None, title: str = "") -> str:
    """The training script of a document, to be run by itself (`script_parts`)."""
    return script_parts(document, document_path, title).text()


def script_parts(document: Document, document_path: Path | None, title: str = "") -> Parts:
    """The training script of a document in parts; ``title`` names the network's class.

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
    return script_source(document, module, reading, facts, loop_source(), start_weights(document, base))


def loop_source() -> str:
    """The functions and the losses of our own that the worker trains with, as text."""
    return "\n\n".join(path.read_text(encoding="utf-8") for path in PARTS)


def start_weights(document: Document, base: Path | None) -> str:
    """The file of weights that a document's training starts from, "" for those that stand in it or are drawn.

    Raises `ValueError` where it is not there.
    """
    settings, _ = TrainingSettings.read(document.training)
    try:
        if settings.start_from == FILE:
            return str(weights_file(settings, base).path)
        if settings.start_from != RUN:
            return ""
        return str(checkpoint_to_start_from(default_runs_dir(), settings.start_run)[1].path / WEIGHTS)
    except RunError as error:
        raise ValueError(str(error)) from None


@cache  # looked for among files, which takes longer than to write a run
def _version(package: str) -> str:
    from importlib import metadata  # which brings the whole of `email` along, which no window needs to open

    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
