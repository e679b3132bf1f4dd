"""Inspect: runs of every kind are scored, chosen samples looked at layer by layer, and played with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from documents import cnn, mlp
from inspect_page import Open, said, view
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from trained_runs import DOCUMENTS, trained
from waiting import inspected

from studio.running.launch import new_run
from studio.workspaces.inspect import exporting
from studio.workspaces.inspect.workspace import NOTHING, InspectWorkspace
from widgets.inspection.inside.layer_maps import Spot
from widgets.theme import Menu

TABLES = {
    "images": ["matrix", "calibration"],
    "tables": ["predicted", "residuals", "columns"],
    "classes": ["matrix", "calibration", "columns"],
    "points": ["matrix", "roc", "precision", "calibration", "columns"],
    "switch": ["matrix", "roc", "precision", "calibration", "columns"],
    "tokens": ["matrix", "calibration"],
    "pictures": ["predicted", "residuals"],
    "mixed": ["matrix", "roc", "precision", "calibration"],
    "written": ["matrix", "roc", "precision", "calibration"],
}
CLASSES, NUMBERS = "sample,position,truth,answer,certainty,loss", "sample,output,truth,answer,loss"
"""The first lines of what is taken away."""


def table(page: InspectWorkspace, name: str) -> None:
    page.tables.view.set_value(name)
    page.tables.view.changed.emit(name)
    inspected(page)


def test_without_runs_it_says_how_to_get_one(page_of: Open, tmp_path: Path) -> None:
    page = page_of(tmp_path / "none")
    assert page.is_empty and page.empty._label.text() == NOTHING
    assert not page.strip.isVisible() and page.panels() == (page.strip,)


def test_the_newest_run_of_the_open_document_is_looked_at_first(page_of: Open, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}.netloom" for name in ("own", "other")]
    own, other = (new_run(cnn(), path, tmp_path / "runs").id for path in paths)
    page = page_of(tmp_path / "runs")
    for path, shown in ((None, other), (paths[0], own), (tmp_path / "never trained.netloom", own), (paths[1], other)):
        page.hide()
        page.controller.path = path  # type: ignore[attr-defined]
        page.show()
        inspected(page)
        assert page.strip.run.value() == shown


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_kind_of_run_is_scored_and_shown_in_all_views(page_of: Open, all_runs: Path, name: str) -> None:
    page = page_of(all_runs, name)
    remarks = 2 if name == "written" else 0  # texts that are cut, rows that are there twice
    assert page.results is not None and len(said(page)) == remarks, said(page)
    assert page.strip._facts[0].fact.value
    assert page.samples.wall.current == 0 and page.samples.detail.title.text()
    tables = [page.tables.view.itemData(place) for place in range(page.tables.view.count())]
    assert tables == TABLES[name], "those that make sense"
    for value in tables:
        table(page, value)
        page.tables.grab()
    for value, shown in page.inside.views.items():
        if not shown.suits(page.results.about):
            assert page.inside.view.segment(value).isHidden()
            continue
        view(page, value)
        page.inside.grab()
    assert len(said(page)) == remarks, said(page)
    lines = exporting.table_of(page.results).splitlines()
    answered = page.results.answered
    numbers = answered.each(answered.truth).shape[1]
    positions = page.results.positions if page.results.has_classes else numbers
    assert lines[0] == (CLASSES if page.results.has_classes else NUMBERS)
    assert len(lines) == positions * page.results.count + 1
    assert positions == 1 or lines[positions + 1].startswith("2,1,")
    assert (
        page.inside.views["maps"].page.layers
        and page.inside.views["spreads"].page.layers
        and page.inside.views["space"].page.points is not None
    )


def test_what_is_clicked_while_a_run_is_opened_is_shown_once_it_is_read(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    ids = {run.name: run.id for run in page.training.runs.summaries or ()}
    page.inspect(ids["classes"])
    for control, name in (
        (page.strip.part, "training"),
        (page.inside.view, "filters"),
        (page.side.views[0], "over time"),
    ):
        control.segment(name).click()
    assert page.subject is not None and page.subject.run.name == ids["images"], "it is still being opened"
    inspected(page)
    assert page.subject.run.name == ids["classes"] and page.subject.part == page.strip.part.value() == "training"
    assert page.results is not None and page.results.count == page.results.about.counts[0]
    assert page.side.currentWidget() is page.side.over_time
    page.inspect(ids["images"])
    inspected(page)
    assert page.subject.part == page.strip.part.value() == "validation", "the next one begins as usual"
    page.inspect(ids["classes"])
    page.strip.part.segment("other").click()
    inspected(page)
    menu = page.findChild(Menu)
    assert menu is not None and [action.text() for action in menu.actions()] == ["A file…", "A folder of images…"]
    assert page.strip.part.value() == "validation"
    menu.close()


def test_a_cell_an_order_and_a_class_choose_samples_and_all_classes_bring_the_rest_back(
    page_of: Open, all_runs: Path
) -> None:
    page = page_of(all_runs, "images")
    assert page.results is not None
    counts = page.results.confusion.counts.copy()
    np.fill_diagonal(counts, 0)
    truth, answer = np.unravel_index(counts.argmax(), counts.shape)
    page.tables.matrix.choose((int(truth), int(answer)))
    inspected(page)
    rows = page.samples.wall.rows
    assert len(rows) == counts[truth, answer]
    answered = page.results.answered
    assert all(answered.truth[row] == truth and answered.answer[row] == answer for row in rows)
    assert "read as" in page.samples.words.text()
    page.samples.truth.set_value("any")
    page.samples.truth.changed.emit("any")
    inspected(page)
    assert len(page.samples.wall.rows) == page.results.count and page.tables.matrix.cell is None
    page.samples.order.set_value("certain")
    page.samples.order.changed.emit("certain")
    inspected(page)
    wrong = int((~page.results.answered.right()).sum())
    assert len(page.samples.wall.rows) == wrong
    page.samples.truth.set_value("3")
    page.samples.truth.changed.emit("3")
    inspected(page)
    assert all(page.results.answered.truth[row] == 3 for row in page.samples.wall.rows)


def test_walking_shows_the_sample_what_was_thought_and_the_maps(page_of: Open, all_runs: Path, qtbot: QtBot) -> None:
    page = page_of(all_runs, "images")
    view(page, "maps")
    before = page.inside.views["maps"].page.layers[1].pictures.copy()
    qtbot.keyClick(page.samples.wall, Qt.Key.Key_Right)
    inspected(page)
    row = page.samples.wall.rows[1]
    assert page.samples.current == page.inside.sample == row
    assert f"sample {row + 1:,}" in page.samples.detail.title.text()
    chances = page.samples.detail.chances.rows
    assert page.results is not None and page.results.about.classes[page.results.answered.answer[row]] == chances[0].name
    assert not np.array_equal(page.inside.views["maps"].page.layers[1].pictures, before)
    assert page.samples.detail.looked.heat is not None


def test_where_it_looked_can_be_found_in_every_way_that_is_offered(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    method = page.samples.detail.method
    for name in [method.itemData(place) for place in range(method.count())]:
        method.set_value(name)
        method.changed.emit(name)
        inspected(page)
        assert page.samples.detail.looked.heat is not None, name
    method.set_value("integrated_gradients")
    method.changed.emit("integrated_gradients")
    inspected(page)
    assert "the score grew by" in page.samples.detail.note.text()


def test_a_value_shows_what_it_sees_and_a_layer_is_looked_at_alone(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    view(page, "maps")
    page.inside.views["maps"].page.pointed.emit(Spot(("pool1", 2, 1, 3)))
    frame = page.samples.detail.picture.frame
    assert frame is not None and frame.getRect() == (5, 1, 4, 4), "padding 1, kernel 3, then pooled by 2"
    page.inside.views["maps"].page.pointed.emit(Spot(("fc1", 0, 0, 0)))
    assert page.samples.detail.picture.frame is None
    assert len(page.inside.views["maps"].page.layers) > 3
    page.inside.views["maps"].page.layer_chosen.emit("conv1")
    inspected(page)
    assert [layer.id for layer in page.inside.views["maps"].page.layers] == [
        "conv1"
    ] and page.inside.layer.value() == "conv1"
    page.inside.views["maps"].page.layer_chosen.emit("conv1")
    inspected(page)
    assert len(page.inside.views["maps"].page.layers) > 3


def test_playing_changes_the_answer_and_can_be_taken_back(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    view(page, "play")
    play = page.inside.views["play"]
    before = play.chances.rows
    play.brightness.slider.setValue(-90)
    inspected(page)
    assert play.chances.rows != before
    play.again.click()
    inspected(page)
    assert play.chances.rows == before
    play.source.segment("sketch").click()
    play.pad.values[2:6, 3] = 1
    play.pad.drawn.emit()
    inspected(page)
    assert play.line.text() == "Your sketch" and play.chances.rows != before
    assert isinstance(play.picture.look, QImage) and play.picture.look.pixelColor(3, 3).red() == 255


def test_training_data_other_weights_and_a_second_look(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "images")
    page.strip.part.segment("training").click()
    inspected(page)
    assert page.results is not None and page.results.count == 1438
    page.strip.checkpoint_changed.emit("last")
    inspected(page)
    assert page.wanted is not None and page.wanted.checkpoint == "last" and page.results.count == 1438
    assert page.subject is not None and page.subject.checkpoint.startswith("step-")


def test_what_is_kept_apart_can_be_looked_at_where_there_is_some(page_of: Open, all_runs: Path, tmp_path: Path) -> None:
    page = page_of(all_runs, "classes")
    assert page.strip.part.segment("test").isHidden()
    trained(mlp(data={"source": "iris", "test": 30}, epochs=1), tmp_path / "runs", "apart")
    page = page_of(tmp_path / "runs", "apart")
    page.strip.part.segment("test").click()
    inspected(page)
    assert page.results is not None and page.results.count == 30 and page.samples.words.text() == "30"
    view(page, "maps")
    assert all("equals a training example" in text for text in said(page))


def test_a_file_is_scored_with_the_classes_of_the_run(page_of: Open, all_runs: Path, tmp_path: Path) -> None:
    page = page_of(all_runs, "images")
    x = np.random.default_rng(0).integers(0, 16, (20, 1, 8, 8)).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", x=x, y=np.array([str(n % 10) for n in range(20)]))
    page.use_file(tmp_path / "mine.npz")
    inspected(page)
    assert page.results is not None and page.results.count == 20, said(page)
    assert page.strip.part.value() == "other"
    page.use_file(tmp_path / "mine.odd")
    assert "no data that can be read" in said(page)[0]
