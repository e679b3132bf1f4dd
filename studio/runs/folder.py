"""One run: a folder with everything about it. See docs/run-folder.md."""

from __future__ import annotations

import json
import re
import secrets
import shutil
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from models.storage.atomic import sync_folder
from models.storage.process import Owner
from studio.runs.atomic import atomic_write, to_json
from studio.runs.checkpoints import Checkpoints
from studio.runs.errors import RunError, disk_error
from studio.runs.events import EventLog, read_events
from studio.runs.metric_writer import MetricWriter
from studio.runs.status import Status, status_of

FORMAT = 1


class RunFolder:
    """A run on the disk. Make one with `create` or `open`."""

    def __init__(self, path: Path, header: dict[str, Any]) -> None:
        self.path = path
        self.header = header
        self.checkpoints = Checkpoints(path / "checkpoints")

    @classmethod
    def create(cls, runs_dir: Path, document: bytes, source: str, header: dict[str, Any]) -> Self:
        """A new run in `runs_dir`, which appears whole or not at all.

        `header` may hold name, document_path, settings, seed, device, dataset, versions, parameters and more.
        Raises `RunError` when the disk refuses.
        """
        created = datetime.now().astimezone()
        name = str(header.get("name") or "Untitled")
        identity = f"{created:%Y%m%d-%H%M%S}-{_slug(name)}-{secrets.token_hex(2)}"
        stamps = {"netloom_run": FORMAT, "id": identity, "name": name, "created": created.isoformat()}
        content = {**_EMPTY_HEADER, **header, **stamps}
        run = cls(runs_dir / identity, content)
        try:
            run._write_all(document, source)
        except OSError as error:
            raise disk_error("write", run.path, error) from error
        return run

    @classmethod
    def open(cls, path: Path) -> Self:
        """The run in the folder `path`; raises `RunError` when it isn't one or its header can't be read."""
        file = path / "run.json"
        try:
            header = json.loads(file.read_bytes())
        except FileNotFoundError:
            raise RunError(f"{path} is not a run: it should hold a file run.json.") from None
        except OSError as error:
            raise disk_error("read", file, error) from error
        except (ValueError, RecursionError):
            raise RunError(f"The header of run {path.name} is damaged: run.json should be JSON.") from None
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
    def log_path(self) -> Path:
        """What the training process printed."""
        return self.path / "log.txt"

    def metric_writer(self) -> MetricWriter:
        """The writer of metrics; only the owner of the run may hold one."""
        return MetricWriter(self.metrics_path)

    def event_log(self) -> EventLog:
        """The writer of events; only the owner of the run may hold one."""
        return EventLog(self.events_path)

    def owner(self) -> Owner | None:
        """The process that writes this run, or wrote it last; None before any did."""
        return Owner.read(self.path / "process.json")

    def claim(self) -> None:
        """Make this process the owner; raises `RunError` while another one that lives writes the run."""
        owner = self.owner()
        me = Owner.current()
        if owner and owner != me and owner.is_alive():
            raise RunError(f"Run {self.name} is being written by process {owner.pid}. Stop that one first.")
        atomic_write(self.path / "process.json", to_json(me.facts(), indent=1))

    def status(self) -> Status:
        """How the run stands, from its events and whether its process lives."""
        return status_of(read_events(self.events_path), self.owner(), self.touched())

    def rename(self, name: str) -> None:
        """Give the run another name; the folder keeps its own. Raises `RunError` for an empty name or a full disk."""
        if not name.strip():
            raise RunError("A run needs a name of at least one letter.")
        header = {**self.header, "name": name.strip()}
        atomic_write(self.path / "run.json", to_json(header, indent=1))
        self.header = header

    def _write_all(self, document: bytes, source: str) -> None:
        """Fill a hidden folder beside the final one and rename it, so that no half-made run is ever listed."""
        temporary = self.path.with_name(f".new-{self.id}")
        temporary.mkdir(parents=True)
        try:
            (temporary / "checkpoints").mkdir()
            atomic_write(temporary / "document.netloom", document)
            atomic_write(temporary / "model.py", source.encode())
            atomic_write(temporary / "run.json", to_json(self.header, indent=1))
            with EventLog(temporary / "events.jsonl") as events:
                events.write("created")
            temporary.rename(self.path)
        finally:  # still there only where something failed
            shutil.rmtree(temporary, ignore_errors=True)
        sync_folder(self.path.parent)

    def touched(self) -> float:
        """When the newest of the logs was written to (Unix seconds), 0.0 if there is none."""
        logs = [path for path in (self.metrics_path, self.events_path) if path.exists()]
        return max((path.stat().st_mtime for path in logs), default=0.0)


_EMPTY_HEADER: dict[str, Any] = {
    "document_path": None,
    "title": "",
    "settings": {},
    "seed": None,
    "device": "",
    "dataset": "",
    "versions": {},
    "parameters": None,
}


def _slug(name: str) -> str:
    """`name` in plain lowercase letters, digits and hyphens, at most 40 of them, safe as a folder name anywhere."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "run"


def _checked_header(header: object, path: Path) -> dict[str, Any]:
    """`header` with what is missing filled in; raises `RunError` when it can't be a run's or is from the future."""
    if not isinstance(header, dict) or not isinstance(header.get("netloom_run"), int):
        raise RunError(f"{path} is not a run: its run.json should hold a number netloom_run.")
    if header["netloom_run"] > FORMAT:
        raise RunError(
            f"Run {path.name} has format {header['netloom_run']}, but this Netloom reads up to {FORMAT}. Update it."
        )
    content = {**_EMPTY_HEADER, **header}
    for key, kind in {"settings": dict, "versions": dict}.items():
        if not isinstance(content[key], kind):
            content[key] = {}
    content["id"] = path.name
    content["name"] = content["name"] if isinstance(content.get("name"), str) and content["name"] else path.name
    content["created"] = content["created"] if isinstance(content.get("created"), str) else ""
    return content
