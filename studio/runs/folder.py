"""One run: a folder with everything about it. See docs/run-folder.md."""

from __future__ import annotations

import os
import re
import shutil
import unicodedata
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from types import UnionType
from typing import Any, NamedTuple, Self

from models.storage.atomic import sync_folder
from models.storage.seal import seal
from studio.runs.checkpoints import WEIGHTS, Checkpoint, Checkpoints
from studio.runs.claims import Claim, Holding, newest_claim
from studio.runs.errors import RunError, disk_error
from studio.runs.events import EventLog, read_events
from studio.runs.files.atomic import atomic_write, to_json
from studio.runs.files.reading import plain_json, read_file
from studio.runs.health.writer import HealthWriter
from studio.runs.metrics.writer import MetricWriter
from studio.runs.status import Status, status_of
from studio.runs.table.marks import Marks, marks_from

FORMAT = 1
LONGEST_NAME = 1_000


STARTS = ("start.safetensors", "start.pt")
"""What a run calls the weights that it starts from: those of a safetensors file, and those of PyTorch."""


class Start(NamedTuple):
    """A file of weights to start from; ``is_kept`` tells that nothing is ever written into it again."""

    file: Path
    is_kept: bool


class RunFolder:
    """A run on the disk. Make one with `create` or `open`."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path = path
        self.header = header

    @cached_property
    def checkpoints(self) -> Checkpoints:
        """The weights that are kept of the run."""
        return Checkpoints(self.path / "checkpoints")

    @classmethod
    def create(
        cls, runs_dir: Path, document: bytes, source: str, header: dict[str, Any], start: Start | None = None
    ) -> Self:
        """A new run in `runs_dir`, which appears whole or not at all.

        `header` may hold name, document_path, settings, seed, device, dataset, versions, parameters and more. The
        weights of `start` become those that the run starts from, its own even when they are gone where they lie.
        Raises `RunError` when the disk refuses.
        """
        created = datetime.now().astimezone()
        name = str(header.get("name") or "Untitled")
        identity = f"{created:%Y%m%d-%H%M%S}-{_slug(name)}-{os.urandom(2).hex()}"
        stamps = {"netloom_run": FORMAT, "id": identity, "name": name, "created": created.isoformat()}
        stamps |= {"seal": seal(document, source.encode())}
        content = {**_EMPTY_HEADER, **header, **stamps}
        run = cls(runs_dir / identity, content)
        try:
            run._write_all(document, source, start)
        except OSError as error:
            raise disk_error("write", run.path, error) from error
        return run

    @classmethod
    def open(cls, path: Path) -> Self:
        """The run in the folder `path`; raises `RunError` when it isn't one or its header can't be read."""
        file = path / "run.json"
        try:
            header = plain_json(read_file(file))
        except FileNotFoundError:
            raise RunError(f"{path} is not a run: it should hold a file run.json.") from None
        except OSError as error:
            raise disk_error("read", file, error) from error
        except ValueError as error:
            raise RunError(f"The header of run {path.name} is damaged: run.json should be JSON, but {error}.") from None
        return cls(path, _checked_header(header, path))

    @property
    def id(self) -> str:
        """The name of the folder, which never changes."""
        return self.path.name

    @property
    def name(self) -> str:
        """What the user calls the run."""
        return str(self.header["name"])

    @property
    def document_path(self) -> Path:
        """The document as it was when the run began."""
        return self.path / "document.netloom"

    @property
    def source_path(self) -> Path:
        """The generated module that the run trains."""
        return self.path / "model.py"

    @property
    def metrics_path(self) -> Path:
        """The log of metrics, for `MetricReader` and `MetricWriter`."""
        return self.path / "metrics.bin"

    @property
    def events_path(self) -> Path:
        """The log of events, for `EventReader` and `EventLog`."""
        return self.path / "events.jsonl"

    @property
    def health_path(self) -> Path:
        """The log of what layers do, for `HealthReader` and `HealthWriter`."""
        return self.path / "health.bin"

    @property
    def scale_path(self) -> Path:
        """How the data is scaled, and its classes (`studio.runs.samples.scale`)."""
        return self.path / "scale.safetensors"

    @property
    def start_path(self) -> Path:
        """The weights of another run, or of a file, that this one starts from; there is no such file where it starts
        from others. Of a file of PyTorch it is named start.pt."""
        state_dict = self.path / _start_name(Path("state.pt"))
        return state_dict if state_dict.exists() else self.path / _start_name(Path(WEIGHTS))

    @property
    def samples_path(self) -> Path:
        """What single samples did, epoch by epoch (`studio.runs.samples`)."""
        return self.path / "samples.bin"

    @property
    def log_path(self) -> Path:
        """What the training process printed."""
        return self.path / "log.txt"

    def metric_writer(self) -> MetricWriter:
        """The writer of metrics; only the owner of the run may hold one."""
        return MetricWriter(self.metrics_path)

    def health_writer(self) -> HealthWriter:
        """The writer of what layers do; only the owner of the run may hold one."""
        return HealthWriter(self.health_path)

    def event_log(self) -> EventLog:
        """The writer of events; only the owner of the run may hold one."""
        return EventLog(self.events_path)

    def claim(self) -> Claim | None:
        """The claim of the process that writes this run, or wrote it last; None before any did.

        Raises `RunError` where it can't be looked at.
        """
        return newest_claim(self.path / "claims")

    def hold(self) -> Holding:
        """Make this process the only one that writes the run; raises `RunError` while another one that lives does."""
        for name in ("claims", "checkpoints"):
            if (self.path / name).is_symlink():
                raise RunError(f"{self.path / name} leads to another folder: nothing is written there.")
        return Holding.take(self.path / "claims", self.name)

    def status(self) -> Status:
        """How the run stands, from its events and whether its process lives."""
        return status_of(read_events(self.events_path), self.claim(), self.touched())

    def rename(self, name: str) -> None:
        """Give the run another name; the folder keeps its own. Raises `RunError` for an empty name or a full disk."""
        if not name.strip():
            raise RunError("A run needs a name of at least one letter.")
        self._write_header({**self.header, "name": name.strip()})

    @property
    def marks(self) -> Marks:
        """What is noted of the run."""
        return marks_from(self.header.get("marks"))

    def mark(self, marks: Marks) -> None:
        """Note other things of the run. Raises `RunError` for a full disk."""
        self._write_header({**self.header, "marks": marks.to_json()})

    def _write_header(self, header: dict[str, Any]) -> None:
        atomic_write(self.path / "run.json", to_json(header, indent=1))
        self.header = header

    def _write_all(self, document: bytes, source: str, start: Start | None) -> None:
        """Fill a hidden folder beside the final one and rename it, so that no half-made run is ever listed."""
        temporary = self.path.with_name(f".new-{self.id}")
        temporary.mkdir(parents=True)
        try:
            (temporary / "checkpoints").mkdir()
            for name, content in (("document.netloom", document), ("model.py", source.encode())):
                if content:  # a run from elsewhere may have neither
                    atomic_write(temporary / name, content)
            if start is not None:
                take = _share if start.is_kept else shutil.copyfile
                take(start.file, temporary / _start_name(start.file))
            atomic_write(temporary / "run.json", to_json(self.header, indent=1))
            with EventLog(temporary / "events.jsonl") as events:
                events.write("created")
            temporary.rename(self.path)
        finally:  # still there only where something failed
            shutil.rmtree(temporary, ignore_errors=True)
        sync_folder(self.path.parent)

    def touched(self) -> float:
        """When the newest of the logs was written to (Unix seconds), 0.0 if there is none."""
        times = [0.0]
        for path in (self.metrics_path, self.events_path):
            with suppress(OSError):
                times.append(path.stat().st_mtime)
        return max(times)


def checkpoint_to_start_from(runs_dir: Path, named: str) -> tuple[RunFolder, Checkpoint]:
    """The run and the whole checkpoint that ``start_run`` of the training's settings names: "RUN", whose best weights
    are meant (the last, where none were the best yet), "RUN/last", or "RUN/" and the folder of a checkpoint.

    Raises `RunError` with a sentence where it is not there, or damaged.
    """
    id, _, which = named.strip().partition("/")
    if not id or Path(id).name != id or not (runs_dir / id / "run.json").is_file():
        wanted = f"There is no run “{id[:60]}” to start from" if id else "No run to start from is named"
        raise RunError(f"{wanted}. Choose another under Training, or drawn weights.")
    run = RunFolder.open(runs_dir / id)
    found = run.checkpoints.called(which or "best")
    if found is None:
        gone = which and run.checkpoints.steps()
        kept = f"has no weights “{which[:40]}” any more" if gone else "has kept no weights"
        raise RunError(f"{run.name} {kept}. Start from another run.")
    found.verify()
    return run, found


def _start_name(file: Path) -> str:
    """What a run calls the weights that it starts from."""
    return STARTS[file.suffix.lower() != ".safetensors"]


def _share(file: Path, to: Path) -> None:
    """Have a second name for a file of which nothing is ever written again; a copy where the disk has no such names."""
    try:
        os.link(file, to, follow_symlinks=False)
    except (OSError, NotImplementedError):
        shutil.copyfile(file, to, follow_symlinks=False)


_EMPTY_HEADER: dict[str, Any] = {
    "document_path": None,
    "title": "",
    "class": "",
    "settings": {},
    "seed": None,
    "device": "",
    "dataset": "",
    "versions": {},
    "parameters": None,
    "experiment": {},
}


def _slug(name: str) -> str:
    """`name` in plain lowercase letters, digits and hyphens, at most 40 of them, safe as a folder name anywhere."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "run"


def _checked_header(header: object, path: Path) -> dict[str, Any]:
    """`header` with what is missing filled in; raises `RunError` when it can't be a run's or is from the future."""
    number = header.get("netloom_run") if isinstance(header, dict) else None
    if not isinstance(header, dict) or not isinstance(number, int) or isinstance(number, bool):
        raise RunError(f"{path} is not a run: its run.json should hold a number netloom_run.")
    if number > FORMAT:
        raise RunError(f"Run {path.name} has format {number}, but this Netloom reads up to {FORMAT}. Update it.")
    content = {**_EMPTY_HEADER, **header}
    for key, kind in _KINDS.items():
        if not isinstance(content.get(key), kind):
            content[key] = _EMPTY_HEADER.get(key, "")
    for key in ("name", "title", "device", "dataset"):
        content[key] = content[key][:LONGEST_NAME]
    if "\0" in (content["document_path"] or "\0"):
        content["document_path"] = None
    content["id"] = path.name
    content["name"] = content["name"] or path.name
    return content


_KINDS: dict[str, type | UnionType] = {
    **dict.fromkeys(("name", "title", "class", "created", "device", "dataset"), str),
    **dict.fromkeys(("settings", "versions", "experiment"), dict),
    **dict.fromkeys(("seed", "parameters"), int | None),
    "document_path": str | None,
}
"""What is read from a header is of these kinds; what is of another counts as missing."""
