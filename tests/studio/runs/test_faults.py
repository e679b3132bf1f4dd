"""Every call to the disk fails once: what is on it afterwards is the old or the new, and the next try works."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from studio.runs.checkpoints import Checkpoints
from studio.runs.errors import RunError
from studio.runs.events import EventLog, read_events
from studio.runs.files.atomic import atomic_write
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.metrics.reader import read_metrics
from studio.runs.metrics.writer import MetricWriter

CALLS = ("open", "write", "fsync", "replace", "rename", "mkdir", "ftruncate", "lseek")
ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES)


@contextmanager
def failing(nth: int, number: int) -> Iterator[list[str]]:
    """The nth call to the disk, counted over all kinds, fails with that error; gives the calls made."""
    made: list[str] = []
    originals = {name: getattr(os, name) for name in CALLS}

    def wrapped(name: str) -> Callable[..., object]:
        def call(*arguments: object, **named: object) -> object:
            made.append(name)
            if len(made) == nth:
                raise OSError(number, os.strerror(number))
            return originals[name](*arguments, **named)

        return call

    for name in CALLS:
        setattr(os, name, wrapped(name))
    try:
        yield made
    finally:
        for name, original in originals.items():
            setattr(os, name, original)


def each_failure(action: Callable[[], object]) -> Iterator[RunError | None]:
    """Run `action` with its first call failing, then its second, and so on, until it makes no more calls than that."""
    for nth in range(1, 200):
        number = ERRORS[nth % len(ERRORS)]
        error = None
        with failing(nth, number) as made:
            try:
                action()
            except RunError as caught:
                error = caught
        if len(made) < nth:
            return
        yield error
    raise AssertionError("more calls than expected")


@pytest.mark.R3
def test_atomic_write_is_old_or_new(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_bytes(b"old")
    outcomes = []
    for error in each_failure(lambda: atomic_write(path, b"new")):
        outcomes.append(path.read_bytes())
        assert error
        assert path.read_bytes() in (b"old", b"new")
        assert os.listdir(tmp_path) == ["run.json"]
        path.write_bytes(b"old")
    assert b"old" in outcomes


@pytest.mark.R3
def test_a_run_is_created_whole_or_not_at_all(tmp_path: Path) -> None:
    failures = 0
    for error in each_failure(lambda: RunFolder.create(tmp_path / "runs", b"{}", "source", {"name": "x"})):
        failures += error is not None
        for path in (tmp_path / "runs").glob("[!.]*"):
            run = RunFolder.open(path)
            assert run.document_path.read_bytes() == b"{}"
            assert run.source_path.read_text() == "source"
            assert run.status().state == "created"
        assert not list((tmp_path / "runs").glob(".new-*"))
    assert failures > 10


def test_renaming_a_run_is_old_or_new(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "old"})
    for error in each_failure(lambda: run.rename("new")):
        assert error
        assert RunFolder.open(run.path).name in ("old", "new")
        run.rename("old")


@pytest.mark.R3
def test_checkpoints_stay_sound(tmp_path: Path) -> None:
    store = Checkpoints(tmp_path / "checkpoints")

    def write(folder: Path) -> None:
        (folder / "weights").write_bytes(b"w" * 1000)

    store.save(0, write, names=("last", "best"))
    failures = 0
    steps = iter(range(1, 1000))
    for error in each_failure(lambda: store.save(next(steps), write)):
        failures += error is not None
        sound, problems = store.newest_sound()
        assert problems == []
        assert sound
        best = store.get("best")
        assert best and best.step == 0
        assert not list(store.folder.glob(".new-*"))
    assert failures > 5


@pytest.mark.R3
def test_events_are_whole_and_go_on_afterwards(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    written = 0
    for error in each_failure(lambda: log.write("epoch", text="x" * 50)):
        written += error is None
        assert len(read_events(log.path)) == written
        log.write("epoch")
        written += 1
        events = read_events(log.path)
        assert [event["sequence"] for event in events] == list(range(written))
    log.close()


@pytest.mark.R3
def test_metrics_are_kept_until_they_are_written(tmp_path: Path) -> None:
    writer = MetricWriter(tmp_path / "metrics.bin")
    failures = 0
    for nth in range(1, 10):
        writer.record("loss", nth, 0.0, float(nth))
        with failing(nth, errno.ENOSPC) as made:
            try:
                writer.flush()
            except RunError as error:
                failures += 1
                assert "the disk is full" in str(error)
        series = read_metrics(writer.path)
        assert (series["loss"].steps.tolist() if series else []) == list(range(1, nth + (len(made) < nth)))
        writer.flush()
        assert read_metrics(writer.path)["loss"].steps.tolist() == list(range(1, nth + 1))
    assert failures >= 2
    writer.close()


def test_opening_logs_fails_with_a_sentence_and_works_afterwards(tmp_path: Path) -> None:
    with MetricWriter(tmp_path / "metrics.bin") as writer:
        writer.record("loss", 0, 0.0, 1.0)
    with EventLog(tmp_path / "events.jsonl") as log:
        log.write("started")
    for opening in (MetricWriter, EventLog):
        path = tmp_path / ("metrics.bin" if opening is MetricWriter else "events.jsonl")
        for error in each_failure(lambda opening=opening, path=path: opening(path).close()):  # type: ignore[misc]
            assert error
            assert str(path) in str(error)
    assert read_metrics(tmp_path / "metrics.bin")["loss"].values.tolist() == [1.0]
    assert [event["event"] for event in read_events(tmp_path / "events.jsonl")] == ["started"]


def test_no_file_stays_open_after_a_failure(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    for opening, name in ((MetricWriter, "metrics.bin"), (EventLog, "events.jsonl")):
        for nth in range(1, 6):
            with failing(nth, errno.EIO):
                try:
                    opening(tmp_path / name).close()
                except RunError:
                    continue
    assert len(os.listdir("/proc/self/fd")) == before


def test_deleting_a_run_moves_it_or_leaves_it(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "x"})
    with RunIndex(tmp_path) as index:
        for nth in range(1, 4):
            with failing(nth, errno.EACCES):
                try:
                    index.delete(run.id)
                except RunError as error:
                    assert "not permitted" in str(error)
            index.refresh()
            assert [row.id for row in index.runs()] + index.trash() == [run.id]
            if index.trash():
                index.restore(run.id)


@pytest.mark.parametrize("name", ["metrics.bin", "events.jsonl"])
def test_a_folder_in_the_place_of_a_log_is_named(tmp_path: Path, name: str) -> None:
    (tmp_path / name).mkdir()
    with pytest.raises(RunError, match="a folder"):
        (MetricWriter if name == "metrics.bin" else EventLog)(tmp_path / name)
