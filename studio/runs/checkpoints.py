"""The checkpoints of a run: whole or absent, checked by digest, the one before kept until a newer one is safe.

    checkpoints/names.json           {"last": "step-000000500", "previous": "step-000000400", "best": "step-000000400"}
    checkpoints/step-000000500/      the files that the trainer wrote, and
        manifest.json                {"step": 500, "facts": {...}, "files": {"weights.safetensors": {"size", "sha256"}},
                                     "sum": SHA-256 of the rest}

A folder is filled under a hidden name, forced to the disk and renamed; then `names.json` is replaced in one step.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.storage.atomic import sync_folder
from studio.runs.atomic import atomic_write, sync_file, to_json
from studio.runs.errors import RunError, disk_error

_MANIFEST = "manifest.json"
_NAMES = "names.json"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One whole checkpoint: its folder, the step it was taken at, and what the trainer noted (metrics, epoch, ...)."""

    path: Path
    step: int
    facts: dict[str, Any]

    def verify(self) -> None:
        """Compare every file with its digest; raises `RunError` naming the first that differs."""
        for name, expected in _manifest(self.path)["files"].items():
            try:
                found = _digest(self.path / name)
            except FileNotFoundError as error:
                raise RunError(f"Checkpoint {self.path.name} is damaged: {name} is missing.") from error
            except OSError as error:
                raise disk_error("read", self.path / name, error) from error
            if found != expected:
                raise RunError(
                    f"Checkpoint {self.path.name} is damaged: {name} has changed since it was written "
                    f"({expected['size']} bytes expected, {found['size']} found, or other content)."
                )


class Checkpoints:
    """The checkpoints in one folder, by name: "last", "previous" and "best"."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def save(
        self,
        step: int,
        write: Callable[[Path], None],
        names: Iterable[str] = ("last",),
        facts: dict[str, Any] | None = None,
    ) -> Checkpoint:
        """Have `write` put files into a new folder and make it the checkpoint of those `names`.

        The "last" of before becomes "previous". Raises `RunError` when the disk refuses; the checkpoints of before
        then stay as they were.
        """
        try:
            path = self._fill(step, write, facts or {})
            self._point(path.name, tuple(names))
        except OSError as error:
            raise disk_error("write", self.folder, error) from error
        return Checkpoint(path, step, facts or {})

    def get(self, name: str) -> Checkpoint | None:
        """The checkpoint of that name, not yet verified; None if there is none or its folder is unreadable."""
        target = self._names().get(name)
        return None if target is None else self._open(self.folder / target)

    def newest_sound(self) -> tuple[Checkpoint | None, list[str]]:
        """The first of last, previous, best and the rest that is whole and unchanged, and why those before aren't."""
        problems = []
        names = self._names()
        named_first = [self.folder / names[name] for name in ("last", "previous", "best") if name in names]
        for path in dict.fromkeys(named_first + sorted(self._folders(), reverse=True)):
            try:
                manifest = _manifest(path)
                checkpoint = Checkpoint(path, manifest["step"], manifest["facts"])
                checkpoint.verify()
            except RunError as error:
                problems.append(str(error))
                continue
            return checkpoint, problems
        return None, problems

    def _fill(self, step: int, write: Callable[[Path], None], facts: dict[str, Any]) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".new-", dir=self.folder))
        try:
            write(temporary)
            files = {path.name: _digest(path) for path in sorted(temporary.iterdir())}
            for name in files:
                sync_file(temporary / name)
            content = {"step": step, "facts": facts, "files": files}
            atomic_write(temporary / _MANIFEST, to_json({**content, "sum": _sum(content)}, indent=1))
            path = self._free_path(step)
            temporary.rename(path)
        finally:  # still there only where something failed
            shutil.rmtree(temporary, ignore_errors=True)
        sync_folder(self.folder)
        return path

    def _free_path(self, step: int) -> Path:
        """A folder name that sorts by step, then by order of writing."""
        stem = f"step-{step:012d}"
        taken = [path for path in self._folders() if path.name.startswith(stem)]
        return self.folder / f"{stem}-{max((int(path.name[-3:]) for path in taken), default=-1) + 1:03d}"

    def _point(self, target: str, names: tuple[str, ...]) -> None:
        before = self._names()
        after = {**before, **dict.fromkeys(names, target)}
        if "last" in names and "last" in before:
            after["previous"] = before["last"]
        atomic_write(self.folder / _NAMES, to_json(after, indent=1))
        for path in self._folders():
            if path.name not in after.values():
                shutil.rmtree(path, ignore_errors=True)
        for path in self.folder.glob(".new-*"):
            shutil.rmtree(path, ignore_errors=True)

    def _names(self) -> dict[str, str]:
        try:
            content = json.loads((self.folder / _NAMES).read_bytes())
        except (OSError, ValueError, RecursionError):
            content = None
        if isinstance(content, dict):
            known = {path.name for path in self._folders()}
            return {name: target for name, target in content.items() if target in known}
        newest_first = sorted((path.name for path in self._folders()), reverse=True)
        return dict(zip(("last", "previous"), newest_first, strict=False))

    def _folders(self) -> list[Path]:
        return [path for path in self.folder.glob("step-*") if path.name[-3:].isdigit() and path.is_dir()]

    def _open(self, path: Path) -> Checkpoint | None:
        try:
            manifest = _manifest(path)
        except RunError:
            return None
        return Checkpoint(path, manifest["step"], manifest["facts"])


def _manifest(path: Path) -> dict[str, Any]:
    try:
        content = json.loads((path / _MANIFEST).read_bytes())
        expected = content.pop("sum", None)  # that of a checkpoint from before there were sums has none
        sound = expected in (None, _sum(content)) and set(content) == {"step", "facts", "files"}
        sound = sound and isinstance(content["step"], int) and isinstance(content["facts"], dict)
        sound = sound and all({"size", "sha256"} == set(facts) for facts in content["files"].values())
        sound = sound and all(Path(name).name == name for name in content["files"])
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        sound = False
    if not sound:
        raise RunError(f"Checkpoint {path.name} is damaged: its {_MANIFEST} is missing or unreadable.")
    return dict(content)


def _sum(content: dict[str, Any]) -> str:
    return hashlib.sha256(to_json(content)).hexdigest()


def _digest(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        return {"size": path.stat().st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
