"""The network that is to be written: of a run with the weights of a checkpoint, or of a document as it begins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import nn

from models.codegen.module import generate
from models.document import Document
from models.storage import files
from models.training import TrainingSettings
from studio.runs.folder import RunFolder
from studio.worker.exporting.subject import network_of
from studio.worker.probing.bench import Bench, Subject, checkpoint_of
from studio.worker.probing.errors import ProbeError
from studio.worker.training.plan import load_model
from studio.worker.training.starting import begin, weights_in

CPU = "cpu"
SOURCE = Path("network.py")


@dataclass(frozen=True)
class Leaving:
    """A ``model`` that is ready to answer, its ``document``, and the ``network`` that leaves: the model itself, or one
    that scales its inputs and outputs."""

    document: Document
    model: nn.Module
    network: nn.Module
    is_scaled: bool = False


def of_run(given: Mapping[str, Any]) -> Leaving:
    """What a run learned. Raises `RunError`, `ProbeError` where its weights cannot be had."""
    folder = RunFolder.open(Path(given["run"]))
    checkpoint = checkpoint_of(folder, given["checkpoint"])
    place = str(checkpoint.path) if checkpoint else ""
    bench = Bench(Subject(str(folder.path), place, CPU, given["trust"]), folder, checkpoint)
    return Leaving(bench.document, bench.model, network_of(bench, scaled=given["scaled"]), given["scaled"])


def of_document(given: Mapping[str, Any]) -> Leaving:
    """A document with the weights that its training would begin with: drawn by its seed, or those that it was given.

    Raises `ProbeError` for a network with errors, `TrainingError` for weights that do not fit.
    """
    document, _ = files.from_json(given["document"], name="The document")
    settings, _ = TrainingSettings.read(document.training)
    source = generate(document.network, document.analysis, given["title"])
    if source.left_out:
        raise ProbeError(f"{source.left_out[0]:.40} has an error. Mend it, then export.")
    torch.manual_seed(settings.seed)
    model = load_model(source.text, SOURCE, source.class_name)
    weights = weights_in(Path(given["weights"])) if given["weights"] else {}
    begin(model, document, settings, weights)
    return Leaving(document, model.eval(), model)
