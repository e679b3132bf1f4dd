"""The table of runs over the whole page, and what is done with several of them, in the real window."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QInputDialog
from train_page import settle
from waiting import until

from models.storage import files
from studio.runs.checkpoints import WEIGHTS
from studio.runs.exchange.pack import unpack
from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train.workspace import TrainWorkspace


def make(runs_dir: Path, number: int, lr: float, seed: int) -> RunFolder:
    settings = {"epochs": 3, "optimizer": {"kind": "SGD", "params": {"lr": lr}}, "seed": seed}
    header = {"name": f"run {number}", "title": "exam", "settings": settings, "dataset": "digits"}
    run = RunFolder.create(runs_dir, files.format_json(files.to_json(mlp())), "class Exam: ...", header)
    with run.metric_writer() as writer, run.event_log() as log:
        log.write("started", device="cpu")
        writer.record("validation/accuracy", 1, 1.0, 0.5 + lr + seed / 100)
        log.write("finished")
    return run


@pytest.fixture
def runs(window: MainWindow) -> list[RunFolder]:
    """Two rates with two seeds each, and one alone."""
    asked = [(1, 0.1, 0), (2, 0.1, 1), (3, 0.3, 0), (4, 0.3, 1), (5, 0.4, 0)]
    found = [make(window.training.runs_dir, *each) for each in asked]
    for run in found[:-1]:
        run.checkpoints.save(20, lambda folder: (folder / WEIGHTS).write_bytes(b"weights"), ("last", "best"))
    return found


@pytest.fixture
def train(window: MainWindow, runs: list[RunFolder]) -> TrainWorkspace:
    window.resize(1400, 900)
    workspace = window.show_workspace("train")
    assert isinstance(workspace, TrainWorkspace)
    settle(workspace)
    workspace.show_page("table")
    return workspace


def names(train: TrainWorkspace) -> list[str]:
    rows = train.page.table.rows
    return [rows.text(row, 0) for row in range(rows.rowCount())]


def column(train: TrainWorkspace, key: str) -> list[str]:
    rows = train.page.table.rows
    place = [head.key for head in rows.heads].index(key)
    return [rows.text(row, place) for row in range(rows.rowCount())]


def test_seeds_stand_under_their_mean_and_what_differs_comes_first(train: TrainWorkspace) -> None:
    assert names(train) == ["run 5", "2 seeds", "run 4", "run 3", "2 seeds", "run 2", "run 1"]
    heads = [head.key for head in train.page.table.rows.heads]
    assert heads[:4] == ["name", "optimizer.lr", "seed", "accuracy"] and heads.index("epochs") > heads.index("accuracy")
    assert column(train, "accuracy")[1] == "80.5 % ± 0.7 %" and column(train, "optimizer.lr")[1] == "0.3"


def test_folding_sorting_and_other_groups(train: TrainWorkspace) -> None:
    group = train.page.table.rows.lines[1].id
    train.page.table.folded.emit(group)
    assert names(train) == ["run 5", "2 seeds", "2 seeds", "run 2", "run 1"]
    train.page.sort_by("accuracy")
    assert [text for text in names(train) if text != "2 seeds"] == ["run 5", "run 2", "run 1"]
    train.page.sort_by("accuracy")
    assert names(train)[0] == "2 seeds"
    train.page.sort_by("accuracy")
    train.page.grouping.set_value("")
    train.page.show_rows()
    assert names(train) == ["run 5", "run 4", "run 3", "run 2", "run 1"]
    train.page.grouping.set_value("optimizer.lr")
    train.page.show_rows()
    assert "optimizer.lr 0.3 · 2" in names(train)


def test_list_and_table_show_what_is_looked_for(train: TrainWorkspace) -> None:
    train.panel.search.setText("lr > 0.2 and accuracy > 79%")
    assert names(train) == ["run 5", "2 seeds", "run 4", "run 3"]
    assert {row.name for row in train.panel.list.runs.rows} == {"run 5", "2 seeds"}
    assert train.page.count.text() == "3 of 5 runs"
    train.panel.search.setText("lr >")
    assert "must be" in train.panel.complaint.text() and train.page.count.text() == "3 of 5 runs"
    train.panel.search.setText("nothing like it")
    assert train.panel.empty.isVisible() and not train.page.table.isVisible()
    train.panel.search.clear()
    assert train.page.count.text() == "5 runs" and train.panel.complaint.isHidden()


def test_a_group_is_drawn_as_one_in_one_color_and_taken_apart(train: TrainWorkspace, runs: list[RunFolder]) -> None:
    group = next(line.id for line in train.page.table.rows.lines if line.members)
    train.page.table.toggled.emit(group)
    settle(train)
    assert set(train.curves.colors) == {runs[2].id, runs[3].id} and len(set(train.curves.colors.values())) == 1
    assert group in train.page.table.rows.shown
    train.show_page("charts")
    assert train.bar.bands.isVisible() and train.bar.bands.isChecked()
    train.bar.bands.click()
    settle(train)
    assert len(set(train.curves.colors.values())) == 1 or not train.curves.loss._plot.groups
    assert not train.curves.loss._plot.groups
    kept = json.loads(train.settings.text("train/charts"))
    assert kept[""]["bands"] is False
    train.panel.toggle(f"group:{runs[2].id}")
    assert not train.curves.colors


def test_runs_that_are_drawn_together_are_named_once(train: TrainWorkspace, runs: list[RunFolder]) -> None:
    train.curves.remove(next(iter(train.curves.colors), ""))
    told: list[int] = []
    train.panel.changed.connect(lambda: told.append(len(train.curves.colors)))
    ids = [run.id for run in runs]
    train.panel.toggle_all(ids[:3])
    settle(train)
    train.panel.toggle_all(ids)
    settle(train)
    assert set(train.curves.colors) == set(ids) and {3, 5} == set(told), "never with only some of them"
    assert train.panel.shown == train.training.runs_dir / ids[-1]
    told.clear()
    train.panel.toggle_all(ids)
    assert not train.curves.colors and told == [0]


def test_rows_of_the_list_fold(train: TrainWorkspace) -> None:
    rows = train.panel.list.runs
    assert [row.name for row in rows.rows] == ["run 5", "2 seeds", "2 seeds"]
    assert rows.rows[1].value == "80.5 % ± 0.7"
    train.panel.list.folded.emit(rows.rows[1].id)
    assert [row.name for row in rows.rows] == ["run 5", "2 seeds", "run 4", "run 3", "2 seeds"]
    assert rows.rows[2].inside


def test_stars_tags_notes_and_colors(train: TrainWorkspace, runs: list[RunFolder], window: MainWindow) -> None:
    acts, ids = train.panel.acts, [runs[0].id, runs[4].id]
    acts.star([runs[0].id], True)
    acts.ask_tags(ids)
    answer(window, "wide,  good one")
    settle(train)
    assert [run.tags for run in train.panel.book.known.summaries if run.id in ids] == [("wide", "good one")] * 2
    assert train.panel.book.found[0].id == runs[0].id, "those with a star come first"
    acts.ask_tags(ids)
    answer(window, "good one")
    acts.ask_note([runs[4].id])
    answer(window, "keep this")
    train.panel.toggle(runs[4].id)
    acts.color([runs[4].id], 3)
    settle(train)
    row = next(run for run in train.panel.book.known.summaries if run.id == runs[4].id)
    assert row.tags == ("good one",) and row.note == "keep this" and train.curves.colors[row.id] == 3
    train.panel.search.setText('tags:"good one" note:keep')
    assert [run.id for run in train.panel.book.found] == [row.id]


def answer(window: MainWindow, text: str) -> None:
    """Type into the question that is asked."""
    (dialog,) = [each for each in window.findChildren(QInputDialog) if each.isVisible()]
    dialog.setTextValue(text)
    dialog.accept()
    until(lambda: not dialog.isVisible())


def test_several_runs_are_deleted_and_taken_back(
    train: TrainWorkspace, window: MainWindow, runs: list[RunFolder]
) -> None:
    train.panel.toggle(runs[4].id)
    train.page.table.choose({runs[4].id, next(line.id for line in train.page.table.rows.lines if line.members)})
    QTest.keyClick(train.page.table, Qt.Key.Key_Delete)
    settle(train)
    assert len(train.panel.book.known.summaries) == 2 and "Deleted 3 runs" in window.banner.text()
    assert not train.curves.colors
    dict(window.messages._present.actions)["Undo"]()
    settle(train)
    assert len(train.panel.book.known.summaries) == 5


def test_what_cannot_be_deleted_is_said_beside_what_was(
    train: TrainWorkspace, window: MainWindow, runs: list[RunFolder]
) -> None:
    shutil.rmtree(runs[1].path)  # by another program, a moment ago
    train.panel.acts.delete([runs[0].id, runs[1].id, runs[2].id])
    settle(train)
    said = window.banner.text()
    assert said.startswith("Deleted 2 runs. ") and runs[1].id in said
    assert dict(window.messages._present.actions).keys() == {"Undo"}


def test_the_menu_of_one_and_of_several(train: TrainWorkspace, runs: list[RunFolder]) -> None:
    one = [deed.text for deed in train.panel.deeds_for([runs[0].id])]
    assert {"Open the network as trained", "Use its settings for the next run", "Star", "Export run…", "Delete"} <= set(
        one
    )
    two = [deed.text for deed in train.panel.deeds_for([runs[0].id, runs[1].id])]
    assert {"Compare the two", "Tags…", "Delete 2 runs"} <= set(two)
    asked: list[list[Path]] = []
    train.panel.compare_requested.connect(asked.append)
    next(deed for deed in train.panel.deeds_for([runs[1].id, runs[0].id]) if deed.text == "Compare the two").run()
    assert asked == [[runs[0].path, runs[1].path]]


def test_a_run_is_sent_as_a_file_and_the_table_as_csv(
    train: TrainWorkspace, window: MainWindow, runs: list[RunFolder], tmp_path: Path
) -> None:
    train.panel.acts.write(runs[0].id, tmp_path / "one.netloomrun")
    settle(train)
    assert unpack(tmp_path / "one.netloomrun", tmp_path / "others").name == "run 1"
    assert "Saved one.netloomrun" in window.banner.text()
    train.panel.acts.write(runs[0].id, tmp_path / "nowhere" / "one.netloomrun")
    settle(train)
    assert "Could not write" in window.banner.text()
    lines = train.page.as_csv().splitlines()
    assert len(lines) == 6 and lines[0].startswith("id,name,optimizer.lr,seed,accuracy")


def test_keys_of_the_table(train: TrainWorkspace, runs: list[RunFolder]) -> None:
    table = train.page.table
    opened: list[str] = []
    table.opened.disconnect()
    table.opened.connect(opened.append)
    table.choose({runs[4].id}, runs[4].id)
    QTest.keyClick(table, Qt.Key.Key_Space)
    assert list(train.curves.colors) == [runs[4].id]
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened == [runs[4].id]
    index = table.rows.index(0, 0)
    assert "on the charts" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_the_table_is_a_command(train: TrainWorkspace, window: MainWindow) -> None:
    train.show_page("charts")
    window.commands.run("run-table")
    assert train.page.isVisible() and train.page.table.hasFocus()


def test_the_next_run_goes_on_from_the_weights_of_a_run_with_other_settings(
    train: TrainWorkspace, window: MainWindow, runs: list[RunFolder]
) -> None:
    before = dict(window.controller.document.training)
    deeds = {deed.words: deed for deed in train.panel.acts.deeds([runs[0].id])}
    assert deeds["Start from: best weights"].possible
    deeds["Start from: last weights"].run()
    named = {"start_from": "run", "start_run": f"{runs[0].id}/last"}
    assert window.controller.document.training == before | named
    chosen = train.form.editor("start_run")
    assert chosen.currentText().endswith(", last") and chosen.value() == named["start_run"]  # type: ignore[attr-defined]
    window.controller.undo()
    assert window.controller.document.training == before
    both = {deed.words: deed for deed in train.panel.acts.deeds([runs[0].id, runs[1].id])}
    assert not both["Start from: last weights"].possible
    without = {deed.words: deed for deed in train.panel.acts.deeds([runs[-1].id])}
    assert not without["Start from: best weights"].possible and not without["Prune…"].possible, "without weights"
    assert deeds["Prune…"].possible
    assert not [text for text in map(chosen.itemText, range(chosen.count())) if text.startswith(runs[-1].name)]  # type: ignore[attr-defined]
