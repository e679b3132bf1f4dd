"""Experiments on the disk, beside the runs that they made: what was asked for, who is at it, and how it stands.

    .experiments/digits-5f0c…/experiment.json    what varies and how
                              document.netloom   the document as it was
                              queue.json         {"state": "waiting", "place": 3}
                              claims/…           who chooses the next run, and who is at which

What came of it stands in the run folders alone: each run of an experiment says in its header which one that is, which
trial and which seed. So nothing here has to agree with anything, and an experiment goes on from its runs.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from models.data.held import SECTION
from models.document import Document
from models.storage import files
from models.storage.atomic import sync_folder
from studio.experiments.experiment import MOST_RUNS, Experiment, identity
from studio.experiments.searches import SEARCHES
from studio.runs.claims import Holding
from studio.runs.errors import RunError, disk_error
from studio.runs.files.atomic import atomic_write, to_json
from studio.runs.files.reading import plain_json, read_file

FOLDER = ".experiments"
WAITING, PAUSED, STOPPED = "waiting", "paused", "stopped"
STATES = (WAITING, PAUSED, STOPPED)
PATIENCE = 20.0
"""Seconds that one process waits for another to have chosen its next run."""


class ExperimentFolder:
    """One experiment on the disk. Make one with `create` or `open`."""

    def __init__(self, runs_dir: Path, id: str, experiment: Experiment, document_path: Path | None) -> None:
        self.runs_dir, self.id, self.experiment = runs_dir, id, experiment
        self.document_path = document_path
        """Where the document lay, from which its relative paths start."""
        self.path = runs_dir / FOLDER / id

    @classmethod
    def create(
        cls, runs_dir: Path, experiment: Experiment, document: Document, document_path: Path | None
    ) -> ExperimentFolder:
        """The experiment in ``runs_dir``, made unless it is there already; raises `RunError` when the disk refuses."""
        content = files.readable_json(files.to_json(document))
        folder = cls(runs_dir, identity(experiment, _meaning(document)), experiment, document_path)
        if not folder.path.is_dir():
            folder._write(content)
        return folder

    @classmethod
    def open(cls, path: Path) -> ExperimentFolder:
        """The experiment in a folder; raises `RunError` where it is none or cannot be read."""
        file = path / "experiment.json"
        try:
            content = plain_json(read_file(file))
            experiment = Experiment.from_json(content)
        except OSError as error:
            raise disk_error("read", file, error) from error
        except ValueError as error:
            raise RunError(f"The experiment {path.name} cannot be read: {error}.") from None
        if experiment.search not in SEARCHES:
            raise RunError(
                f"The experiment {path.name} searches by ‘{experiment.search:.40}’, which is not known here."
            )
        if SEARCHES[experiment.search].count(experiment) * experiment.repeats > MOST_RUNS:
            raise RunError(f"The experiment {path.name} asks for more than {MOST_RUNS:,} runs.")
        lay = content.get("document_path")
        return cls(path.parent.parent, path.name, experiment, Path(lay) if isinstance(lay, str) else None)

    def document(self) -> Document:
        """The document as it was, anew with each call; raises `RunError` where it cannot be read whole."""
        try:
            return files.read_whole(self.path / "document.netloom")
        except files.FileError as error:
            raise RunError(str(error)) from error

    @property
    def state(self) -> str:
        """Whether it waits for its turn, rests or was stopped."""
        state = self._queue().get("state")
        return state if state in STATES else WAITING

    @property
    def place(self) -> float:
        """Where it stands in the queue: the lowest first."""
        place = self._queue().get("place")
        return float(place) if isinstance(place, int | float) and not isinstance(place, bool) else 0.0

    def set_queue(self, **changes: Any) -> None:
        """Change its ``state`` or ``place``; raises `RunError` when the disk refuses."""
        atomic_write(self.path / "queue.json", to_json({**self._queue(), **changes}))

    @contextmanager
    def choosing(self) -> Iterator[None]:
        """Be the only process that chooses the next run; raises `RunError` where another one does not get done."""
        until = time.monotonic() + PATIENCE
        while True:
            try:
                holding = Holding.take(self._claims() / "choosing", "the experiment")
                break
            except RunError as error:
                if time.monotonic() > until or isinstance(error.__cause__, OSError):
                    raise
                time.sleep(0.05)
        try:
            yield
        finally:
            holding.release()

    def attend(self, cell: str) -> Holding | None:
        """Claim one run; None while another process is at it. Raises `RunError` when the disk refuses."""
        try:
            return Holding.take(self._claims() / cell, "this run")
        except RunError as error:
            if isinstance(error.__cause__, OSError):
                raise
            return None

    def remove(self) -> None:
        """Take it out of the queue for good; its runs stay."""
        shutil.rmtree(self.path, ignore_errors=True)

    def _claims(self) -> Path:
        folder = self.path / "claims"
        try:
            folder.mkdir(exist_ok=True)
        except OSError as error:
            raise disk_error("write", folder, error) from error
        return folder

    def _queue(self) -> dict[str, Any]:
        with suppress(OSError, ValueError):
            content = plain_json(read_file(self.path / "queue.json"))
            return content if isinstance(content, dict) else {}
        return {}

    def _write(self, document: bytes) -> None:
        """Fill a hidden folder and rename it, so that no half-made experiment is ever seen."""
        temporary = self.path.with_name(f".new-{self.id}-{time.time_ns()}")
        lay = {"document_path": str(self.document_path.absolute()) if self.document_path else None}
        try:
            temporary.mkdir(parents=True)
            atomic_write(temporary / "document.netloom", document)
            atomic_write(temporary / "queue.json", to_json({"state": WAITING, "place": time.time()}))
            atomic_write(temporary / "experiment.json", to_json(self.experiment.to_json() | lay, indent=1))
            temporary.rename(self.path)
            sync_folder(self.path.parent)
        except OSError as error:
            if not self.path.is_dir():  # else another process was first
                raise disk_error("write", self.path, error) from error
        finally:
            shutil.rmtree(temporary, ignore_errors=True)


def all_experiments(runs_dir: Path) -> list[ExperimentFolder]:
    """The experiments beside the runs, in the order of the queue; what cannot be read is left out."""
    found = []
    with suppress(OSError):
        for path in sorted((runs_dir / FOLDER).iterdir()):
            if not path.name.startswith("."):
                with suppress(RunError):
                    found.append(ExperimentFolder.open(path))
    return sorted(found, key=lambda folder: (folder.place, folder.id))


def _meaning(document: Document) -> bytes:
    """A document as it is written, without what it knows of its files: that may be new, the experiment is not."""
    value = files.to_json(document)
    value.pop(SECTION, None)
    return files.readable_json(value)
