"""TensorBoard's event files: runs are written into them, and scalars in them become runs."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from models.storage.atomic import replace_file
from studio.runs.errors import RunError, disk_error
from studio.runs.exchange.records import BadRecord, Scalar, record, records, scalar_event, scalars, version_event
from studio.runs.files.reading import open_plain
from studio.runs.folder import RunFolder
from studio.runs.metrics.layout import LAST_STEP
from studio.runs.metrics.reader import MOST_SERIES, read_metrics

MARK = "tfevents"
MOST_LOOKED_AT, MOST_LOOKED_AT_BELOW = 200, 20
"""Entries of a folder, and folders in it, that are looked at before it is opened."""
MOST_FILES, MOST_SCALARS = 1_000, 20_000_000
LATEST = 32_503_680_000.0
_PART = {"train": "train", "training": "train", "val": "validation", "valid": "validation", "validation": "validation",
         "dev": "validation", "eval": "validation"}  # fmt: skip


def is_event_file(path: Path) -> bool:
    """Whether a file is one of TensorBoard's, by its name."""
    return MARK in path.name.split(".")


def holds_event_files(path: Path) -> bool:
    """Whether a folder holds such files, itself or one level below."""
    try:
        entries = list(islice(path.iterdir(), MOST_LOOKED_AT)) if path.is_dir() else []
        below = [entry for entry in entries if entry.is_dir()][:MOST_LOOKED_AT_BELOW]
        return any(map(is_event_file, chain(entries, *(islice(each.iterdir(), MOST_LOOKED_AT) for each in below))))
    except OSError:
        return False


# Writing


def write_events(run: RunFolder, folder: Path) -> Path:
    """Write every point of a run into a folder of its name; gives the file. Raises `RunError`."""
    target = folder / _plain(run.name, run.id) / f"events.out.{MARK}.{run.id}.netloom"
    content = b"".join(map(record, _events(run)))
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        replace_file(target, content)
    except OSError as error:
        raise disk_error("write", target, error) from error
    return target


def _events(run: RunFolder) -> Iterator[bytes]:
    series = read_metrics(run.metrics_path)
    first = min((float(points.times[0]) for points in series.values()), default=0.0)
    yield version_event(first)
    for tag, points in series.items():
        for step, time, value in zip(points.steps.tolist(), points.times.tolist(), points.values.tolist(), strict=True):
            yield scalar_event(Scalar(tag, step, time, value))


def _plain(name: str, id: str) -> str:
    """A name that is a folder's anywhere, told from those of other runs by the end of the id."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '-', name).strip('-.')[:60] or 'run'}-{id[-4:]}"


# Reading


def open_events(path: Path, runs_dir: Path) -> list[RunFolder]:
    """Make a run of a file, or one of each folder with such files: the folder itself, or those in it.

    Raises `RunError` where nothing in it can be used; other files that are damaged only end where the damage begins.
    """
    groups = _groups(path)
    if not groups:
        raise RunError(f"{path.name} holds no event files of TensorBoard.")
    made = [run for folder, files in groups.items() if (run := _run_of(folder, files, runs_dir)) is not None]
    if not made:
        raise RunError(f"{path.name} holds no scalars: there is nothing to draw.")
    return made


def _groups(path: Path) -> dict[Path, list[Path]]:
    if path.is_file():
        return {path: [path]} if is_event_file(path) else {}
    found = sorted(file for pattern in ("*", "*/*") for file in path.glob(pattern) if is_event_file(file))
    groups: dict[Path, list[Path]] = {}
    for file in found[:MOST_FILES]:
        groups.setdefault(file.parent, []).append(file)
    return groups


def _run_of(name: Path, files: list[Path], runs_dir: Path) -> RunFolder | None:
    """A run with the scalars of some files in order, None if there are none. Raises `RunError`."""
    series: dict[str, list[Scalar]] = {}
    damage = ""
    for file in files:
        damage = _read(file, series) or damage
    if not series:
        if damage:
            raise RunError(damage)
        return None
    title = name.parent.name if name.is_file() else name.name
    run = RunFolder.create(runs_dir, b"", "", {"name": title or "TensorBoard", "title": title})
    with run.metric_writer() as writer, run.event_log() as log:
        for tag, found in series.items():
            for scalar in sorted(found, key=lambda scalar: scalar.step):
                writer.record(tag, scalar.step, float(scalar.step), scalar.value, at=scalar.time)
        if damage:
            log.write("warning", message=damage)
        log.write("finished", reason="Read from event files of TensorBoard.")
    return run


def _read(file: Path, series: dict[str, list[Scalar]]) -> str:
    """Gather the scalars of a file; a sentence where it is damaged, and what was read before that stays."""
    count = sum(map(len, series.values()))
    try:
        with open_plain(file) as content:
            for data in records(content):
                for scalar in scalars(data):
                    tag = series_name(scalar.tag)
                    if _is_sound(scalar) and count < MOST_SCALARS and (tag in series or len(series) < MOST_SERIES):
                        series.setdefault(tag, []).append(scalar)
                        count += 1
    except BadRecord as error:
        return f"{file.name} is damaged, or no event file of TensorBoard: {error}."
    except OSError as error:
        return str(disk_error("read", file, error))
    return ""


def _is_sound(scalar: Scalar) -> bool:
    return 0 <= scalar.step < min(LAST_STEP, 10**9) and math.isfinite(scalar.time) and 0 <= scalar.time < LATEST


def series_name(tag: str) -> str:
    """A tag as Netloom calls the series: ``Loss/val`` and ``val_loss`` are validation/loss."""
    words = re.split(r"[/_]", tag.lower(), maxsplit=1)
    if len(words) == 2:
        for part, name in (words, words[::-1]):
            if part in _PART and name:
                return f"{_PART[part]}/{'accuracy' if name == 'acc' else name}"
    return tag
