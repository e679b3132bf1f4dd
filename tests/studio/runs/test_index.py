from __future__ import annotations

import json
import os
import shutil
import sqlite3
import threading
from pathlib import Path
from typing import Any

import pytest

from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.index import Batch, RunIndex
from studio.runs.summary import RunSummary, Tally, summarize
from support import clocked, within


def make(runs_dir: Path, name: str, event: str | None = "finished", **header: Any) -> RunFolder:
    run = RunFolder.create(runs_dir, b"{}", "", {"name": name, **header})
    with run.metric_writer() as writer:
        for step, value in enumerate((0.9, 0.2, 0.4)):
            writer.record("train/loss", step, (step + 1) / 1.0, value)
            writer.record("validation/accuracy", step, (step + 1) / 1.0, 1 - value)
    with run.event_log() as log:
        log.write("started")
        if event:
            log.write(event)
    return run


def test_runs_are_summarized(tmp_path: Path) -> None:
    run = make(tmp_path, "First", dataset="digits", device="cpu", parameters=10, settings={"lr": 0.1})
    with RunIndex(tmp_path) as index:
        assert index.refresh()
        assert not index.refresh()
        (row,) = index.runs()
    assert (row.id, row.name, row.state, row.dataset, row.device) == (run.id, "First", "finished", "digits", "cpu")
    assert row.best == {"train/loss": 0.2, "validation/accuracy": pytest.approx(0.8)}
    assert row.last == {"train/loss": 0.4, "validation/accuracy": pytest.approx(0.6)}
    assert row.epochs == 3.0
    assert row.parameters == 10
    assert row.settings == {"lr": 0.1}
    assert row.created == run.header["created"]
    assert row.seconds > 0


def test_filter_sort_and_page(tmp_path: Path) -> None:
    for name, dataset, event in (("B two", "digits", "failed"), ("A one", "iris", "finished"), ("Ünder", "iris", None)):
        make(tmp_path, name, event, dataset=dataset)
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert {run.name for run in index.runs("IRIS")} == {"A one", "Ünder"}
        assert [run.name for run in index.runs("iris ün")] == ["Ünder"]
        assert [run.name for run in index.runs(state="failed")] == ["B two"]
        assert [run.name for run in index.runs(sort="name", descending=False)] == ["A one", "B two", "Ünder"]
        assert [run.name for run in index.runs(sort="name", descending=False, limit=1, offset=1)] == ["B two"]
        assert index.count("iris") == 2
        assert index.runs("%") == index.runs("' OR 1=1 --") == []
        with pytest.raises(RunError, match="not by id; DROP TABLE runs"):
            index.runs(sort="id; DROP TABLE runs")


def test_changes_are_noticed(tmp_path: Path) -> None:
    run = make(tmp_path, "First", None)
    other = make(tmp_path, "Other")
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert index.runs(state="interrupted")[0].id == run.id
        holding = run.hold()
        with run.event_log() as log:
            log.write("resumed")
        assert index.refresh()
        assert index.runs(state="running")[0].id == run.id
        holding.release()
        shutil.rmtree(other.path)
        index.refresh()
        assert [row.id for row in index.runs()] == [run.id]


def test_rename_delete_restore(tmp_path: Path) -> None:
    run = make(tmp_path, "First")
    with RunIndex(tmp_path) as index:
        index.refresh()
        index.rename(run.id, "Second")
        assert index.runs()[0].name == "Second"
        index.delete(run.id)
        assert index.runs() == []
        assert index.trash() == [run.id]
        index.restore(run.id)
        assert index.runs()[0].name == "Second"
        index.delete(run.id)
        index.empty_trash()
        assert index.trash() == []
        with pytest.raises(RunError, match="There is no run"):
            index.restore(run.id)


def test_a_run_being_trained_is_not_deleted(tmp_path: Path) -> None:
    run = make(tmp_path, "First", None)
    holding = run.hold()
    with RunIndex(tmp_path) as index:
        with pytest.raises(RunError, match="Stop it before deleting"):
            index.delete(run.id)
        holding.release()
        index.delete(run.id)


@pytest.mark.parametrize("identity", ["", ".", "..", "../other", "/etc", "nothing"])
def test_ids_reach_no_other_folder(tmp_path: Path, identity: str) -> None:
    (tmp_path / "other").mkdir()
    runs_dir = tmp_path / "runs"
    with RunIndex(runs_dir) as index:
        for action in (index.delete, index.restore, index.open):
            with pytest.raises(RunError, match="There is no run"):
                action(identity)
    assert (tmp_path / "other").is_dir()


def test_unreadable_runs_are_listed_with_the_reason(tmp_path: Path) -> None:
    run = make(tmp_path, "First")
    (run.path / "run.json").write_bytes(b"torn")
    headless = make(tmp_path, "Header gone")
    (headless.path / "run.json").unlink()
    broken = make(tmp_path, "Metrics gone")
    broken.metrics_path.write_bytes(b"x" * 100)
    with RunIndex(tmp_path) as index:
        index.refresh()
        rows = {row.id: row for row in index.runs()}
    assert "damaged" in rows[run.id].reason
    assert rows[run.id].created
    assert "is not a run" in rows[headless.id].reason
    assert "should begin with the header" in rows[broken.id].reason
    assert rows[broken.id].best == {}


def test_folders_without_any_file_of_a_run_are_only_counted(tmp_path: Path) -> None:
    run = make(tmp_path, "First")
    (tmp_path / "notes" / "deeper").mkdir(parents=True)
    (tmp_path / "notes" / "document.netloom").write_text("{}")
    (tmp_path / "empty").mkdir()
    (tmp_path / "file").write_text("")
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert [row.id for row in index.runs()] == [run.id] and index.others == 2
        shutil.copy(run.path / "run.json", tmp_path / "empty" / "run.json")
        assert index.refresh() and index.count() == 2 and index.others == 1


def test_hostile_headers_are_stored(tmp_path: Path) -> None:
    run = make(tmp_path, "First")
    header = {"netloom_run": 1, "name": "\ud800<b>", "parameters": 10**40, "dataset": [1], "settings": {"a": {}}}
    (run.path / "run.json").write_text(json.dumps(header))
    with run.metric_writer() as writer:
        writer.record("train/loss", 9, float("nan"), 7.0)
        writer.record("train/loss", 9, 3.0, float("nan"))
    with RunIndex(tmp_path) as index:
        index.refresh()
        (row,) = index.runs()
    assert row.name == "?<b>"
    assert row.parameters is None
    assert row.epochs == 3.0
    assert row.best["train/loss"] == 0.2
    assert row.last["train/loss"] != row.last["train/loss"]


def test_runs_cut_off_in_the_making_are_cleared_away_later(tmp_path: Path) -> None:
    old, new = tmp_path / ".new-old", tmp_path / ".new-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "run.json").write_text("{}")
    os.utime(old, (0, 0))
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert index.runs() == []
    assert (old.exists(), new.exists()) == (False, True)


@pytest.mark.parametrize("content", [b"not a database" * 100, b""])
def test_a_damaged_cache_is_rebuilt(tmp_path: Path, content: bytes) -> None:
    make(tmp_path, "First")
    with RunIndex(tmp_path) as index:
        index.refresh()
    (tmp_path / ".index.sqlite").write_bytes(content)
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert index.count() == 1
        index.rebuild()
        assert index.count() == 1


def test_a_cache_of_another_version_is_rebuilt(tmp_path: Path) -> None:
    make(tmp_path, "First")
    database = sqlite3.connect(tmp_path / ".index.sqlite")
    database.executescript("CREATE TABLE runs (x); PRAGMA user_version = 99;")
    database.close()
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert index.count() == 1


def test_threads_share_an_index_and_processes_a_folder(tmp_path: Path) -> None:
    for number in range(3):
        make(tmp_path, str(number))
    first, second = RunIndex(tmp_path), RunIndex(tmp_path)
    failures: list[Exception] = []

    def work(index: RunIndex) -> None:
        try:
            for _ in range(20):
                index.rebuild()
                index.runs("x")
        except RunError as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(index,)) for index in (first, second, first)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert first.count() == 3
    first.close()
    second.close()


def test_updates_come_in_batches_and_may_be_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.runs.index.BATCH_SECONDS", 0.0)
    made = sorted((make(tmp_path, str(number)).id for number in range(4)), reverse=True)
    with RunIndex(tmp_path) as index:
        updates = index.updates()
        assert next(updates) == Batch([], [], 0, 4)
        first = next(updates)
        assert [run.id for run in first.runs] == made[:1] and (first.done, first.total) == (1, 4)
        assert [run.id for run in index.runs()] == made[:1]
        updates.close()
        rest = list(index.updates())
        assert [run.id for batch in rest for run in batch.runs] == made[1:]
        assert list(index.updates()) == [Batch([], [], 0, 0)]
        shutil.rmtree(tmp_path / made[0])
        assert list(index.updates()) == [Batch([], made[:1], 0, 0)]
        assert [run.id for run in index.runs()] == made[1:]


def test_a_live_run_counts_as_changed_only_where_it_changed(tmp_path: Path) -> None:
    run = make(tmp_path, "Live", None)
    holding = run.hold()
    with RunIndex(tmp_path) as index:
        assert index.refresh() and not index.refresh()
        with run.metric_writer() as writer:
            writer.record("train/loss", 3, 4.0, 0.1)
        assert index.refresh()
        assert index.runs()[0].best["train/loss"] == 0.1 and index.runs()[0].epochs == 4.0
        with run.metric_writer() as writer:
            writer.rewind(2, 0)
        assert index.refresh() and index.runs()[0].best == {}
        holding.release()
        assert index.refresh() and index.runs()[0].state == "interrupted"


def test_who_asks_never_waits_for_folders_being_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "Slow")
    reading, go_on = threading.Event(), threading.Event()

    def slow(run: RunFolder, tally: Tally, *, keeps: bool) -> RunSummary:
        reading.set()
        go_on.wait(60)
        return summarize(run, tally, keeps=keeps)

    monkeypatch.setattr("studio.runs.index.summarize", slow)
    with RunIndex(tmp_path) as index:
        thread = threading.Thread(target=index.refresh)
        thread.start()
        reading.wait(60)
        assert index.runs() == [] and index.count() == 0
        go_on.set()
        thread.join()
        assert index.count() == 1


def test_a_closed_list_says_so_to_any_thread(tmp_path: Path) -> None:
    make(tmp_path, "First")
    index = RunIndex(tmp_path)
    updates = index.updates()
    next(updates)
    index.close()
    index.close()
    for use in (index.runs, index.count, index.refresh, lambda: list(updates)):
        with pytest.raises(RunError, match="is closed already"):
            use()


def test_rows_that_no_index_wrote_are_read_again(tmp_path: Path) -> None:
    make(tmp_path, "First")
    for column, value in (("settings", "[" * 100), ("best", "[]"), ("name", 7), ("epochs", "x"), ("last", '{"a": []}')):
        with RunIndex(tmp_path) as index:
            index.refresh()
        database = sqlite3.connect(tmp_path / ".index.sqlite")
        database.execute(f"UPDATE runs SET {column} = ?", (value,))
        database.commit()
        database.close()
        with RunIndex(tmp_path) as index:
            with pytest.raises(RunError, match="was damaged; it is rebuilt next time"):
                index.runs()
            index.refresh()
            assert [run.name for run in index.runs()] == ["First"]


@pytest.mark.R28
@pytest.mark.slow
def test_a_thousand_runs_are_listed_at_once(tmp_path: Path) -> None:
    template = make(tmp_path, "Template", dataset="digits", settings={"epochs": 3})
    for number in range(1000):
        shutil.copytree(template.path, tmp_path / f"20260101-000000-run-{number:04d}")
    with RunIndex(tmp_path) as index:
        index.refresh()

    def open_and_list() -> float:
        with RunIndex(tmp_path) as index:
            taken = clocked(index.refresh)
            assert len(index.runs()) == 1001
            return taken

    within(1.0, open_and_list)  # 0.2 s is the share of 10,000 in 2 s; this machine may be busy
