"""What the welcome screen tells of a recent file: the kind of layer that makes the network, and its best run."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from models.kinds.layer import Layer
from models.storage import files
from models.training.metrics import main_measure, measure_of
from studio.runs.errors import RunError
from studio.runs.index import RunIndex
from studio.runs.summary import RunSummary

TELLING = ("Attention", "Recurrent", "Convolution", "Linear")
"""Families that name a network, the most telling first."""
LARGEST = 2_000_000
"""Bytes of a file that is still read for its icon."""


class Glance(NamedTuple):
    """``kind`` is None where nothing telling was found; ``best`` is "" where no run has a result; ``changed`` is when
    the file was written, in seconds since 1970, None where there is none."""

    kind: type[Layer] | None
    best: str
    changed: float | None


def glances(paths: Iterable[Path], runs_dir: Path) -> dict[Path, Glance]:
    """What can be told of each file. Reads them all, so it belongs on a thread."""
    runs = _runs(runs_dir)
    return {path: _glance(path, runs) for path in paths}


def _glance(path: Path, runs: list[RunSummary]) -> Glance:
    try:
        status = path.stat()
    except (OSError, ValueError):
        return Glance(None, "", None)
    kind = _telling_kind(path) if status.st_size <= LARGEST else None
    return Glance(kind, _best(path, runs), status.st_mtime)


def _telling_kind(path: Path) -> type[Layer] | None:
    try:
        document, _ = files.read(path)
    except files.FileError:
        return None
    kinds = [type(node.layer) for node in document.network if node.layer]
    telling = [kind for kind in kinds if kind.family in TELLING]
    return min(telling, key=lambda kind: TELLING.index(kind.family), default=None)


def _runs(runs_dir: Path) -> list[RunSummary]:
    if not runs_dir.is_dir():
        return []
    try:
        with RunIndex(runs_dir) as index:
            index.refresh()
            return index.runs()
    except RunError:
        return []


def _best(path: Path, runs: Iterable[RunSummary]) -> str:
    """The best value that a run of this file reached, of the metric that its newest run measured first."""
    own = [run.best for run in runs if run.document_path == str(path)]
    name = next((name for best in own if (name := main_measure(best))), "")
    reached = [best[name] for best in own if name in best]
    if not reached or measure_of(name).metric is None:
        return ""
    return measure_of(name).text(min(reached) if measure_of(name).lower_is_better else max(reached))
