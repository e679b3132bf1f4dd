"""The checkpoints of a run: whole or absent, checked by digest, the one before kept until a newer one is safe.

    checkpoints/names.json           {"last": "step-000000500", "previous": "step-000000400", "best": "step-000000400"}
    checkpoints/step-000000500/      the files that the trainer wrote, and
        manifest.json                {"step": 500, "facts": {...}, "files": {"weights.safetensors": {"size", "sha256"}},
                                     "sum": SHA-256 of the rest}

A folder is filled under a hidden name, forced to the disk and renamed; then `names.json` is replaced in one step.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.storage.atomic import sync_folder
from studio.runs.errors import RunError, disk_error
from studio.runs.files.atomic import atomic_write, sync_file, to_json
from studio.runs.files.reading import open_plain, plain_json, read_file

WEIGHTS = "weights.safetensors"
"""In a checkpoint: the parameters and buffers of the network by their names in its `state_dict`."""
_MANIFEST = "manifest.json"
_NAMES = "names.json"
_FOLDER = re.compile(r"step-\d{12,19}-\d{3}")
_FILE = re.compile(r"\w[\w.-]{0,99}", re.ASCII)


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

    def identity(self) -> str:
        """A digest that no other content has; raises `RunError` where the manifest is damaged."""
        return _sum(_manifest(self.path))


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
        """The checkpoint of that name, not yet verified; None if there is none or it is damaged."""
        target = self._names_found().get(name)
        return None if target is None else self._open(self.folder / target)

    def let_be(self, name: str, other: str) -> bool:
        """Have a name stand for the checkpoint of another; False where there is none. Raises `RunError`."""
        target = self._names_found().get(other)
        if target is None:
            return False
        try:
            self._point(target, (name,))
        except OSError as error:
            raise disk_error("write", self.folder, error) from error
        return True

    def steps(self) -> dict[str, int]:
        """The step of the checkpoint of each name, unread. Raises `RunError` where the folder can't be read."""
        return {name: int(folder.split("-")[1]) for name, folder in self._names_found().items()}

    def at(self, folder: str) -> Checkpoint | None:
        """The checkpoint in a folder of that name, not yet verified; None if it is gone or damaged."""
        return next((self._open(path) for path in self._folders() if path.name == folder), None)

    def called(self, name: str) -> Checkpoint | None:
        """The checkpoint of a name or in a folder, not yet verified; the last stands for a best that is not there yet.

        None if there is none or it is damaged.
        """
        if name.startswith("step-"):
            return self.at(name)
        return self.get(name) or (self.get("last") if name == "best" else None)

    def newest_sound(self) -> tuple[Checkpoint | None, list[str]]:
        """The first of last, previous, best and the rest that is whole and unchanged, and why those before aren't.

        Raises `RunError` where the folder can't be read.
        """
        problems = []
        names = self._names_found()
        named_first = [self.folder / names[name] for name in ("last", "previous", "best") if name in names]
        for path in dict.fromkeys(named_first + sorted(self._folders(), reverse=True)):
            try:
                checkpoint = _checkpoint(path)
                checkpoint.verify()
            except RunError as error:
                problems.append(str(error))
                continue
            return checkpoint, problems
        return None, problems

    def _fill(self, step: int, write: Callable[[Path], None], facts: dict[str, Any]) -> Path:
        self.folder.mkdir(exist_ok=True)  # without its parents: a run that was moved leaves no ghost behind
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
        taken = [int(path.name[-3:]) for path in self.folder.glob(f"{stem}-???") if path.name[-3:].isdecimal()]
        return self.folder / f"{stem}-{(max(taken, default=-1) + 1) % 1000:03d}"

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
        """What each name stands for; raises `OSError` where that is written but can't be read just now."""
        known = {path.name for path in self._folders()}
        with suppress(FileNotFoundError, ValueError):
            content = plain_json(read_file(self.folder / _NAMES))
            if isinstance(content, dict):
                return {name: to for name, to in content.items() if isinstance(to, str) and to in known}
        return dict(zip(("last", "previous"), sorted(known, reverse=True), strict=False))

    def _names_found(self) -> dict[str, str]:
        try:
            return self._names()
        except OSError as error:
            raise disk_error("read", self.folder / _NAMES, error) from error

    def _folders(self) -> list[Path]:
        try:
            with os.scandir(self.folder) as entries:
                return [Path(e.path) for e in entries if _FOLDER.fullmatch(e.name) and e.is_dir(follow_symlinks=False)]
        except FileNotFoundError:
            return []
        except OSError as error:
            raise disk_error("read", self.folder, error) from error

    def _open(self, path: Path) -> Checkpoint | None:
        try:
            return _checkpoint(path)
        except RunError:
            return None


def _checkpoint(path: Path) -> Checkpoint:
    manifest = _manifest(path)
    return Checkpoint(path, manifest["step"], manifest["facts"])


def _manifest(path: Path) -> dict[str, Any]:
    """The content of a manifest, without its sum; raises `RunError` unless all of it is as it was written."""
    try:
        content = plain_json(read_file(path / _MANIFEST))
    except (OSError, ValueError):
        content = None
    if not isinstance(content, dict) or content.pop("sum", None) != _sum(content) or not _is_sound(content):
        raise RunError(f"Checkpoint {path.name} is damaged: its {_MANIFEST} is missing or unreadable.")
    return content


def _is_sound(content: dict[str, Any]) -> bool:
    if set(content) != {"step", "facts", "files"} or type(content["step"]) is not int or content["step"] < 0:
        return False
    files = content["files"]
    return isinstance(content["facts"], dict) and isinstance(files, dict) and all(map(_is_entry, files.items()))


def _is_entry(entry: tuple[str, Any]) -> bool:
    name, facts = entry
    return _FILE.fullmatch(name) is not None and isinstance(facts, dict) and set(facts) == {"size", "sha256"}


def _sum(content: dict[str, Any]) -> str:
    import hashlib  # here: it takes OpenSSL with it, which the first window has no need of

    return hashlib.sha256(to_json(content)).hexdigest()


def _digest(path: Path) -> dict[str, Any]:
    import hashlib

    with open_plain(path) as file:
        return {"size": os.fstat(file.fileno()).st_size, "sha256": hashlib.file_digest(file, "sha256").hexdigest()}
