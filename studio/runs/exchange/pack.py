"""One file for one run: its document, source, logs and best weights, without a path of this computer.

    NAME.netloomrun = zip of document.netloom, model.py, run.json, events.jsonl, metrics.bin, weights.safetensors,
                      weights.json {"step", "facts"}, and start.safetensors (or start.pt) where it started from other
                      weights; only run.json must be there

Nothing of it runs on being opened: the run becomes a folder like those that were made here, without a seal.
"""

from __future__ import annotations

import re
import secrets
import shutil
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from models.storage.atomic import reason, sync_folder
from studio.runs.checkpoints import WEIGHTS, Checkpoint
from studio.runs.errors import RunError, disk_error
from studio.runs.events import read_events
from studio.runs.exchange.private import without_paths
from studio.runs.files.atomic import atomic_write, to_json
from studio.runs.files.reading import open_plain, plain_json, read_file
from studio.runs.folder import STARTS, RunFolder

SUFFIX = ".netloomrun"
ABOUT_WEIGHTS = "weights.json"
LARGEST = {
    "run.json": 2**24, "document.netloom": 2**25, "model.py": 2**26, "events.jsonl": 2**30, "metrics.bin": 2**32,
    "scale.safetensors": 2**27, WEIGHTS: 2**36, ABOUT_WEIGHTS: 2**24, **dict.fromkeys(STARTS, 2**36),
}  # fmt: skip
"""What a file may hold, and how many bytes of each."""
PIECE = 2**20
_ID = re.compile(r"\d{8}-\d{6}-[a-z0-9-]{1,60}-[0-9a-f]{4}")
_PRIVATE = ("document_path", "seal")


def pack(run: RunFolder, target: Path) -> None:
    """Write a run into one file, whole or not at all. Raises `RunError`."""
    temporary = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in _texts(run).items():
                archive.writestr(name, content)
            _add(archive, run.metrics_path, "metrics.bin", zipfile.ZIP_DEFLATED)
            _add(archive, run.scale_path, run.scale_path.name, zipfile.ZIP_DEFLATED)
            _add(archive, run.start_path, run.start_path.name, zipfile.ZIP_STORED)
            if (kept := run.checkpoints.get("best") or run.checkpoints.get("last")) is not None:
                _add_weights(archive, kept)
        temporary.replace(target)
        sync_folder(target.parent)
    except OSError as error:
        raise disk_error("write", target, error) from error
    finally:
        temporary.unlink(missing_ok=True)


def unpack(file: Path, runs_dir: Path) -> RunFolder:
    """Make a run of a file: a new folder, or the one that holds this very run already. Raises `RunError`."""
    with _opened(file) as archive:
        header = _header(archive, file)
        identity = str(header.get("id", ""))
        identity = (
            identity if _ID.fullmatch(identity) else f"{datetime.now():%Y%m%d-%H%M%S}-sent-{secrets.token_hex(2)}"
        )
        if (runs_dir / identity).exists():
            if _is_the_same(archive, runs_dir / identity):
                return RunFolder.open(runs_dir / identity)
            identity = f"{identity[:-4]}{secrets.token_hex(2)}"
        path = runs_dir / identity
        temporary = runs_dir / f".new-{identity}"
        try:
            temporary.mkdir(parents=True)
            _fill(archive, temporary, {**header, "id": identity})
            temporary.rename(path)
            sync_folder(runs_dir)
        except OSError as error:
            raise disk_error("write", path, error) from error
        finally:  # still there only where something failed
            shutil.rmtree(temporary, ignore_errors=True)
    return RunFolder.open(path)


# Packing


def _texts(run: RunFolder) -> dict[str, bytes]:
    """The files that may name places on this computer, without these."""
    header = {name: without_paths(value) for name, value in run.header.items() if name not in _PRIVATE}
    lines = [to_json(without_paths(event)) for event in read_events(run.events_path)]
    found = {"run.json": to_json(header, indent=1), "events.jsonl": b"".join(line + b"\n" for line in lines)}
    if (source := _read(run.source_path)) is not None:
        found["model.py"] = source
    if (document := _read(run.document_path)) is not None:
        found["document.netloom"] = _sent_document(document)
    return found


def _sent_document(content: bytes) -> bytes:
    """The document with the names of its data alone; one that is no JSON is sent as it is."""
    from models.storage.files import format_json

    try:
        document = plain_json(content)
    except ValueError:
        return content
    if not isinstance(document, dict) or document.get("data") == without_paths(document.get("data")):
        return content
    return format_json({**document, "data": without_paths(document["data"])})


def _read(path: Path) -> bytes | None:
    try:
        return read_file(path, LARGEST[path.name])
    except FileNotFoundError:
        return None
    except ValueError as error:
        raise RunError(f"Could not read {path}: {error}.") from error


def _add(archive: zipfile.ZipFile, path: Path, name: str, method: int) -> None:
    """Add a file piece by piece; nothing where there is none."""
    try:
        source = open_plain(path)
    except FileNotFoundError:
        return
    about = zipfile.ZipInfo(name)
    about.compress_type = method
    with source, archive.open(about, "w", force_zip64=True) as target:
        shutil.copyfileobj(source, target, PIECE)


def _add_weights(archive: zipfile.ZipFile, kept: Checkpoint) -> None:
    kept.verify()
    if not (kept.path / WEIGHTS).is_file():
        return
    _add(archive, kept.path / WEIGHTS, WEIGHTS, zipfile.ZIP_STORED)
    archive.writestr(ABOUT_WEIGHTS, to_json({"step": kept.step, "facts": without_paths(kept.facts)}))


# Unpacking


@contextmanager
def _opened(file: Path) -> Iterator[zipfile.ZipFile]:
    """The file for reading; what is wrong with it, now or later, is a `RunError`."""
    try:
        with open_plain(file) as content, zipfile.ZipFile(content) as archive:
            names = [entry.filename for entry in archive.infolist()]
            if len(names) != len(set(names)) or not set(names) <= set(LARGEST):
                raise RunError(f"{file.name} is no run that Netloom has sent: it holds other files.")
            yield archive
    except OSError as error:
        raise RunError(f"Could not read {file.name}: {reason(error)}.") from error
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise RunError(f"{file.name} is damaged, or no run that Netloom has sent.") from error
    except zlib.error as error:
        raise RunError(f"{file.name} is damaged: it cannot be decompressed.") from error


def _header(archive: zipfile.ZipFile, file: Path) -> dict[str, Any]:
    if "run.json" not in archive.namelist():
        raise RunError(f"{file.name} is no run that Netloom has sent: it should hold a run.json.")
    header = plain_json(_content(archive, "run.json"))
    if not isinstance(header, dict):
        raise RunError(f"{file.name} is damaged: its run.json should be an object.")
    return {name: value for name, value in header.items() if name not in _PRIVATE}


def _is_the_same(archive: zipfile.ZipFile, path: Path) -> bool:
    """Whether a folder holds what was sent already: the same points."""
    if "metrics.bin" not in archive.namelist():
        return not (path / "metrics.bin").exists()
    with suppress(FileNotFoundError), open_plain(path / "metrics.bin") as known, archive.open("metrics.bin") as sent:
        return all(piece == known.read(PIECE) for piece in iter(lambda: sent.read(PIECE), b"")) and not known.read(1)
    return False


def _fill(archive: zipfile.ZipFile, folder: Path, header: dict[str, Any]) -> None:
    (folder / "checkpoints").mkdir()
    for name in ("document.netloom", "model.py", "events.jsonl", "metrics.bin", "scale.safetensors", *STARTS):
        if name in archive.namelist():
            with open(folder / name, "xb") as target:
                _copy(archive, name, target)
    atomic_write(folder / "run.json", to_json(header, indent=1))
    run = RunFolder.open(folder)  # a header of a later version is refused before it is listed
    if WEIGHTS in archive.namelist():
        about = plain_json(_content(archive, ABOUT_WEIGHTS)) if ABOUT_WEIGHTS in archive.namelist() else {}
        step, facts = (about.get("step"), about.get("facts")) if isinstance(about, dict) else (0, {})
        known_step = step if isinstance(step, int) and 0 <= step < 2**53 else 0
        run.checkpoints.save(
            known_step, _weights_of(archive), ("last", "best"), facts if isinstance(facts, dict) else {}
        )


def _weights_of(archive: zipfile.ZipFile) -> Callable[[Path], None]:
    def write(folder: Path) -> None:
        with open(folder / WEIGHTS, "xb") as target:
            _copy(archive, WEIGHTS, target)

    return write


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as source:
        content = source.read(LARGEST[name] + 1)
    if len(content) > LARGEST[name]:
        raise RunError(f"{name} in this run is larger than {LARGEST[name]:,} bytes.")
    return content


def _copy(archive: zipfile.ZipFile, name: str, target: IO[bytes]) -> None:
    """Decompress one file, at most as much as it may hold."""
    left = LARGEST[name]
    with archive.open(name) as source:
        while piece := source.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise RunError(f"{name} in this run is larger than {LARGEST[name]:,} bytes.")
            target.write(piece)
