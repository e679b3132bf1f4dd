"""The list of runs as the window knows it: read on a thread, told when it changed, in the order of the index."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from waiting import until

from studio.controllers.run_list import RunList
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex


@pytest.fixture
def runs(qtbot: QtBot, tmp_path: Path) -> Iterator[RunList]:
    runs = RunList(tmp_path / "runs")
    yield runs
    runs.close()


def make(runs: RunList, name: str) -> RunFolder:
    return RunFolder.create(runs.folder, b"{}", "", {"name": name})


def names(runs: RunList) -> list[str]:
    """After another look."""
    runs.refresh()
    until(lambda: not runs.is_busy)
    assert runs.summaries is not None
    return [run.name for run in runs.summaries]


def test_nothing_is_known_before_the_first_look_and_an_empty_list_is_told(runs: RunList) -> None:
    told: list[object] = []
    runs.changed.connect(told.append)
    assert runs.summaries is None
    assert names(runs) == [] and told == [[]]


def test_a_list_is_told_when_it_changed_alone(runs: RunList) -> None:
    told: list[int] = []
    runs.changed.connect(lambda summaries: told.append(len(summaries)))
    first = make(runs, "first")
    assert names(runs) == ["first"]
    assert names(runs) == ["first"]
    make(runs, "second")
    assert sorted(names(runs)) == ["first", "second"]
    shutil.rmtree(first.path)
    assert names(runs) == ["second"]
    assert told == [1, 2, 1]


def test_many_requests_at_once_are_one_look(runs: RunList) -> None:
    make(runs, "first")
    for _ in range(50):
        runs.refresh()
    assert names(runs) == ["first"]


def test_what_another_window_read_first_is_told_too(runs: RunList) -> None:
    assert names(runs) == []
    make(runs, "first")
    with RunIndex(runs.folder) as other:
        other.refresh()
    assert names(runs) == ["first"]


def test_runs_are_renamed_deleted_and_restored_in_the_order_of_the_requests(runs: RunList) -> None:
    run = make(runs, "first")
    told: list[tuple[list[str], str]] = []
    runs.rename(run.id, "better")
    runs.rename(run.id, "best")
    runs.delete([run.id], lambda *those: told.append(those))
    assert names(runs) == [] and told == [([run.id], "")]
    runs.restore(run.id)
    assert names(runs) == ["best"]


def test_several_runs_are_gone_before_anybody_is_told_of_one(runs: RunList) -> None:
    ids = [make(runs, name).id for name in ("first", "second", "third")]
    assert len(names(runs)) == 3
    lengths: list[int] = []
    told: list[tuple[list[str], str]] = []
    runs.changed.connect(lambda summaries: lengths.append(len(summaries)))
    runs.delete([ids[0], "no such run", ids[2]], lambda *those: told.append(those))
    assert names(runs) == ["second"] and lengths == [1]
    ((gone, problem),) = told
    assert gone == [ids[0], ids[2]] and "no such run" in problem, "one that cannot be deleted keeps none from it"


def test_what_cannot_be_done_is_a_sentence(runs: RunList) -> None:
    sentences: list[str] = []
    told: list[object] = []
    runs.failed.connect(sentences.append)
    runs.delete(["no such run"], lambda *those: told.append(those))
    runs.rename("no such run", "name")
    assert names(runs) == []
    assert len(sentences) == 2 and not told
    assert all("no run" in text or "not a run" in text for text in sentences)


def test_a_folder_that_cannot_be_made_is_a_sentence(qtbot: QtBot, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    runs = RunList(tmp_path / "file" / "runs")
    sentences: list[str] = []
    runs.failed.connect(sentences.append)
    runs.refresh()
    until(lambda: sentences)
    assert runs.summaries is None
    runs.close()
