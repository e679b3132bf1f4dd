"""The file of weights that a document's training starts from: where it is, whether it is the one that was meant, and
which of its weights fit the network. No torch: of a safetensors file the header alone is read, a state dict of PyTorch
is left to the worker, which reads its numbers and runs nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from models.basics.text import by_part, counted, times
from models.byhand.starting import shapes_of
from models.document import Document
from models.findings.finding import Finding, Mend, error, in_line, warning
from models.findings.settings import drawn_weights
from models.training import TrainingSettings
from models.training.naming import names_for
from models.training.settings import FILE, RUN
from studio.data.errors import DataError
from studio.data.paths import located
from studio.runs.checkpoints import WEIGHTS
from studio.runs.errors import RunError
from studio.runs.folder import checkpoint_to_start_from
from studio.runs.location import default_runs_dir

SAFETENSORS, STATE_DICTS = ".safetensors", (".pt", ".pth", ".bin", ".ckpt")
INDEX = ".index.json"
LONGEST_HEADER = 1 << 26
MOST_NAMED = 3
"""Weights that do not fit and are told of by name."""
Shapes = Mapping[str, tuple[int, ...]]


class WeightsFile(NamedTuple):
    """A file of weights and the SHA-256 of its content."""

    path: Path
    sha256: str


def weights_file(settings: TrainingSettings, base: Path | None) -> WeightsFile:
    """The file that the settings name, relative to the document's folder ``base``. Raises `RunError` with a sentence
    where it is not there, of another kind, or not the one that was meant."""
    try:
        path = located(settings.start_file, base, "file of weights")
        content = hashlib.sha256()
        with path.open("rb") as file:
            while piece := file.read(1 << 20):
                content.update(piece)
    except DataError as failure:
        raise RunError(str(failure).replace("the data settings", "the training settings")) from failure
    except OSError as failure:
        raise RunError(f"Could not read {settings.start_file}: {failure.strerror}.") from failure
    if path.name.endswith(INDEX):
        raise RunError(f"{path.name} lists parts. Choose all weights in one file.")
    if path.suffix.lower() not in (SAFETENSORS, *STATE_DICTS):
        kinds = ", ".join((SAFETENSORS, *STATE_DICTS))
        raise RunError(f"Expected {kinds}, found {path.name}. Choose a file of weights.")
    wanted = settings.start_sha256.strip().lower()
    if wanted and wanted != content.hexdigest():
        raise RunError(f"{path.name} is another file than was meant: its SHA-256 is {content.hexdigest()}.")
    return WeightsFile(path, content.hexdigest())


def shapes_in(path: Path) -> dict[str, tuple[int, ...]]:
    """The shapes of the weights in a safetensors file by name, from its header; raises `RunError`."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(8), "little")
            header = json.loads(file.read(length) if length <= LONGEST_HEADER else "")
        return {name: tuple(map(int, about["shape"])) for name, about in header.items() if name != "__metadata__"}
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as failure:
        raise RunError(f"{path.name} cannot be read as safetensors. Choose another file of weights.") from failure


def start_findings(document: Document, base: Path | None, runs_dir: Path | None = None) -> list[Finding]:
    """What is to be said, before a training, of the weights that it starts from: those that do not fit are drawn."""
    settings, _ = TrainingSettings.read(document.training)
    mends = (drawn_weights(document),)
    try:
        if settings.start_from == FILE:
            path = weights_file(settings, base).path
        elif settings.start_from == RUN and settings.start_run.strip():
            path = checkpoint_to_start_from(runs_dir or default_runs_dir(), settings.start_run)[1].path / WEIGHTS
        else:
            return []
        given = shapes_in(path) if path.suffix.lower() == SAFETENSORS else None
    except RunError as failure:
        # Where runs lie is seen when one is made; a file is looked for here.
        return [error("", in_line(str(failure)), mends=mends)] if settings.start_from == FILE else []
    if given is None:
        return []
    own = shapes_of(document.network, document.analysis)
    return _misfits(own, by_names_of(own, without_prefix(given)), mends)


def without_prefix(given: Shapes) -> Shapes:
    """Names without what DistributedDataParallel and torch.compile put before all of them."""
    for prefix in ("module.", "_orig_mod."):
        if given and all(name.startswith(prefix) for name in given):
            given = {name.removeprefix(prefix): shape for name, shape in given.items()}
    return given


def by_names_of(own: Shapes, given: Shapes) -> Shapes:
    """Weights by the names that a network has for them, as a training finds them."""
    names = names_for(dict(own), dict(given))
    return {names[name]: shape for name, shape in given.items()}


def _misfits(own: Shapes, given: Shapes, mends: tuple[Mend, ...]) -> list[Finding]:
    fit = [name for name, shape in own.items() if given.get(name) == shape]
    if not fit:
        message = "No weight to start from fits this network. Choose others, or drawn ones."
        return [error("", message, mends=mends)]
    others = [name for name in own if name not in fit]
    if not others:
        return []
    named = [
        f"{name} is {times(given[name])} there, {times(own[name])} here" if name in given else f"{name} is not there"
        for name in others[:MOST_NAMED]
    ]
    rest = others[MOST_NAMED:]
    more = f"; {len(rest):,} more: {by_part(rest)}" if rest else ""
    message = f"{len(fit):,} of {counted(len(own), 'weight')} to start from fit; the others are drawn."
    return [warning("", message, "; ".join(named) + more + ".", mends=mends)]
