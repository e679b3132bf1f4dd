"""Samples over time with real runs: lists, curves, corrections as undoable edits, and the slider over epochs."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from documents import mlp, regression, two_ended
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot
from trained_runs import trained
from waiting import inspected, until

from models.document.edits import SetSection
from models.scoring.over_time import LISTS
from studio.data import dataset_from
from studio.runs.folder import checkpoint_to_start_from
from studio.workspaces.inspect.overtime import following
from studio.workspaces.inspect.overtime.side import ANSWERED, OVER_TIME
from studio.workspaces.inspect.results import Before
from studio.workspaces.inspect.workspace import InspectWorkspace

Open = Callable[..., InspectWorkspace]


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs of three epochs and one that followed no samples."""
    folder = tmp_path_factory.mktemp("over-time")
    trained(mlp(epochs=3), folder, "iris")
    trained(regression(epochs=3), folder, "numbers")
    trained(mlp(epochs=1, samples_over_time=False), folder, "off")
    trained(mlp(epochs=1), folder, "old").samples_path.unlink()
    return folder


@pytest.fixture
def over_time(page_of: Open, runs: Path) -> Open:
    """The page with samples over time in front, and the data of the run in the open document."""

    def make(name: str, data: str = "iris") -> InspectWorkspace:
        page = page_of(runs, name)
        page.training.documents.apply(SetSection("data", {"source": data}))
        page.side.views[0].segment(OVER_TIME).click()
        inspected(page)
        return page

    return make


def test_likely_wrong_labels_come_first_and_every_list_is_shown(over_time: Open) -> None:
    page = over_time("iris")
    card = page.side.over_time
    assert page.side.currentWidget() is card and card.course is not None and card.course.strangers is not None
    for name, (_, order, _) in LISTS.items():
        card.lists.set_value(name)
        card.lists.changed.emit(name)
        inspected(page)
        assert list(card.wall.rows) == order(card.course).tolist()
        card.grab()
        if not len(card.wall.rows):
            assert card.empty._label.text().startswith("No samples like these")
    card.lists.set_value("wrong")
    card.lists.changed.emit("wrong")
    inspected(page)
    assert len(card.detail.near.looks) == 5 and all(look is not None for look, _ in card.detail.near.looks)
    assert card.detail.curve.points is not None and len(card.detail.curve.points.x) == 3
    page.side.views[1].segment(ANSWERED).click()
    assert page.side.currentWidget() is page.samples
    assert page.side.panels() == (page.samples.wall, page.samples.detail)


def test_long_names_of_classes_are_told_apart_wherever_there_is_little_room(page_of: Open, tmp_path: Path) -> None:
    chance = np.random.default_rng(5)
    names = np.array([f"A kind of flower that is called number {place}" for place in range(3)])
    np.savez(tmp_path / "flowers.npz", x=chance.normal(size=(60, 4)).astype(np.float32), y=names[np.arange(60) % 3])
    data = {"source": "numpy", "path": str(tmp_path / "flowers.npz")}
    trained(mlp(epochs=2, data=data), tmp_path / "runs", "flowers")
    page = page_of(tmp_path / "runs", "flowers")
    page.training.documents.apply(SetSection("data", data))
    page.samples.wall.setFocus()
    inspected(page)
    title = page.samples.detail.title
    assert re.fullmatch(r"\d, sample [\d,]+", title.text()) and "A kind of flower" in title.toolTip()
    assert [page.samples.truth.itemText(place) for place in range(4)] == ["All classes", "0", "1", "2"]
    page.side.views[0].segment(OVER_TIME).click()
    inspected(page)
    card = page.side.over_time
    assert card._caption(0).answer in ("0", "1", "2")
    assert re.fullmatch(r"\d, sample [\d,]+", card.detail.title.text())
    assert card.detail.label.itemText(1) == "1" and card.detail.label.itemData(1) == names[1]
    card.detail.label.set_value(str(names[2]))
    card.detail.relabel.click()
    assert card._after(card.current) in (None, names[2])


def test_a_label_is_corrected_by_an_undoable_edit_of_the_document(qtbot: QtBot, over_time: Open) -> None:
    page = over_time("iris")
    card, documents = page.side.over_time, page.training.documents
    row = card.current
    assert card.labels is not None
    raw, truth = str(card.labels.rows[row]), page.about.class_name(int(card.labels.truth[row]))  # type: ignore[union-attr]
    other = next(name for name in page.about.classes if name != truth)  # type: ignore[union-attr]
    card.detail.label.set_value(other)
    qtbot.mouseClick(card.detail.relabel, Qt.MouseButton.LeftButton)
    assert documents.document.data == {"source": "iris", "corrections": {raw: [truth, other]}}
    assert documents.document.undo_label == f"Relabel sample {row + 1:,}"
    assert card._caption(row).figure == f"→ {other}" and card.detail.state.text().startswith(f"Relabeled as {other}.")
    assert not card.detail.retrain.isHidden()
    qtbot.mouseClick(card.detail.leave_out, Qt.MouseButton.LeftButton)
    assert documents.document.data["corrections"] == {raw: [truth, None]}
    assert card._caption(row).figure == "left out" and not card.detail.leave_out.isEnabled()
    found = dataset_from(documents.document.data)[0].load()
    assert found.rows is not None and int(raw) not in np.concatenate(found.rows)
    documents.undo()
    documents.undo()
    assert documents.document.data == {"source": "iris"}
    assert card._caption(row).figure == "" and card.detail.retrain.isHidden()


def test_no_class_is_given_that_the_sample_has(qtbot: QtBot, over_time: Open) -> None:
    page = over_time("iris")
    card, documents = page.side.over_time, page.training.documents
    detail, about = card.detail, page.about
    assert card.labels is not None and about is not None
    truth = about.class_name(int(card.labels.truth[card.current]))
    other = next(name for name in about.classes if name != truth)
    detail.label.set_value(truth)
    assert not detail.relabel.isEnabled()
    qtbot.mouseClick(detail.relabel, Qt.MouseButton.LeftButton)
    assert documents.document.data == {"source": "iris"}
    detail.label.set_value(other)
    qtbot.mouseClick(detail.relabel, Qt.MouseButton.LeftButton)
    assert detail.label.value() == other and not detail.relabel.isEnabled()
    detail.label.set_value(truth)  # back to what it was
    qtbot.mouseClick(detail.relabel, Qt.MouseButton.LeftButton)
    assert documents.document.data == {"source": "iris"} and detail.retrain.isHidden()


def test_the_class_that_is_proposed_is_another_where_neighbors_have_one(over_time: Open) -> None:
    page = over_time("iris")
    card, about = page.side.over_time, page.about
    assert about is not None and card.labels is not None
    names, seen = list(about.classes), set()
    for row in card.near:
        present = about.class_name(int(card.labels.truth[row]))
        near = {names[int(number)] for number in card.labels.truth[card.near[row]]}
        card.current = row
        proposed = card._proposed(names, present)
        assert proposed in near and (proposed != present or near == {present})
        seen.add(len(near) > 1)
    assert seen


def test_of_another_document_nothing_is_corrected(over_time: Open) -> None:
    page = over_time("iris", "digits")
    detail = page.side.over_time.detail
    assert detail.state.text() == following.OTHER_DATA
    assert not detail.relabel.isEnabled() and not detail.leave_out.isEnabled()
    asked: list[str] = []
    page.training.trained_opened.connect(lambda document, title: asked.append(document.data["source"]))
    detail.own.click()
    until(lambda: asked)
    assert asked == ["iris"], "the file is gone, so it is the document that was trained"
    page.training.documents.apply(SetSection("data", {"source": "iris", "seed": 9}))
    assert detail.relabel.isEnabled() and detail.leave_out.isEnabled() and detail.own.isHidden()


def test_numbers_are_followed_and_left_out_but_not_relabeled(over_time: Open) -> None:
    page = over_time("numbers", "diabetes")
    card = page.side.over_time
    assert [card.lists.itemData(place) for place in range(card.lists.count())] == ["wrong"]
    assert card.detail.relabel.isHidden() and card.detail.leave_out.isEnabled()
    assert card.detail.state.text() == following.NO_CLASSES
    card.detail.leave_out.click()
    assert list(page.training.documents.document.data["corrections"].values()) == [["", None]]


@pytest.mark.parametrize(("name", "words"), [("off", "Samples over time were switched off"), ("old", "before samples")])
def test_a_run_that_followed_no_samples_says_why(over_time: Open, name: str, words: str) -> None:
    page = over_time(name)
    assert words in page.side.over_time.empty._label.text() and words in page.tables.unplayed.text()
    assert page.tables.epoch.isHidden() and not page.tables.unplayed.isHidden()


def test_data_that_has_changed_since_is_said(page_of: Open, runs: Path) -> None:
    page = page_of(runs, "iris")
    assert page.opened is not None
    assert "has 99 training samples now, this run had 120" in following.why_not(page.opened, 99)


def test_the_slider_shows_each_epoch_in_the_same_order(page_of: Open, runs: Path) -> None:
    page = page_of(runs, "iris")
    tables, results = page.tables, page.results
    assert results is not None and tables.replay is not None and tables.replay.epochs == [1, 2, 3]
    tables.order.set_value("clustered")
    tables.order.changed.emit("clustered")
    inspected(page)
    order = list(tables.matrix.order)
    for place in (0, 1, 2):
        tables.epoch.slider.setValue(place)
        inspected(page)
        answers = tables.replay.answers(place)
        assert tables.matrix.confusion is not None and tables.matrix.order == order
        assert tables.matrix.confusion.accuracy == np.mean(answers == results.answered.truth)
        assert tables.epoch._value.text().startswith(f"{place + 1} of 3, ")
    tables.epoch.slider.setValue(0)
    inspected(page)
    tables.matrix.choose((0, 1))
    inspected(page)
    early = tables.replay.answers(0)
    expected = np.flatnonzero((results.answered.truth == order[0]) & (early == order[1]))
    assert sorted(page.samples.wall.rows) == expected.tolist() if len(expected) else not len(page.samples.wall.rows)
    assert page.samples.words.text().endswith("in epoch 1")
    tables.epoch.slider.setValue(3)
    inspected(page)
    assert tables.matrix.confusion is results.confusion and tables.matrix.cell == (0, 1)
    assert tables.epoch._value.text() == "these weights" and page.samples.wanted.answers is None


def test_the_slider_moves_the_points_of_numbers(page_of: Open, runs: Path) -> None:
    page = page_of(runs, "numbers")
    replay = page.tables.replay
    assert replay is not None and not page.tables.epoch.isHidden()
    page.tables.epoch.slider.setValue(0)
    inspected(page)
    points = page.tables.plot.points
    assert points is not None
    np.testing.assert_allclose(points.y, replay.answers(0)[:, 0])


def test_other_parts_have_no_epochs(page_of: Open, runs: Path) -> None:
    page = page_of(runs, "iris")
    page.strip.part.segment("training").click()
    inspected(page)
    assert page.tables.replay is None and page.tables.epoch.isHidden() and page.tables.unplayed.isHidden()


def test_it_goes_on_from_the_weights_that_are_looked_at_or_trains_again(qtbot: QtBot, over_time: Open) -> None:
    page = over_time("iris")
    documents, detail, begun = page.training.documents, page.side.over_time.detail, []
    page.training.train = lambda: begun.append(dict(documents.document.training))  # type: ignore[method-assign]
    page.side.over_time._controller.apply(SetSection("training", {"epochs": 2}))
    qtbot.mouseClick(detail.leave_out, Qt.MouseButton.LeftButton)
    assert not detail.go_on.isHidden()
    detail.go_on.click()
    named = begun[-1].pop("start_run")
    assert begun[-1] == {"epochs": 2, "start_from": "run"}
    run, checkpoint = checkpoint_to_start_from(page.training.runs_dir, named)
    assert page.subject is not None and (run.path, checkpoint.path.name) == (page.subject.run, page.subject.checkpoint)
    detail.go_on.click()
    assert documents.document.undo_label == "Start from a run's weights"
    detail.retrain.click()
    assert begun[-1] == {"epochs": 2, "start_from": "drawn"}
    detail.retrain.click()
    documents.undo()
    assert documents.document.training["start_run"] == named
    assert page._before is not None and page._before.run.path == run.path


def test_after_a_correction_it_can_be_undone_at_once_and_the_way_on_is_in_sight(qtbot: QtBot, over_time: Open) -> None:
    page = over_time("iris")
    card, detail = page.side.over_time, page.side.over_time.detail
    qtbot.mouseClick(detail.leave_out, Qt.MouseButton.LeftButton)
    assert page.focusWidget() is card.wall, "not the field for remarks, which undoes its own text"

    def in_sight() -> bool:
        area = detail.retrain.rect().translated(detail.retrain.mapTo(detail.viewport(), QPoint()))
        return bool(detail.viewport().rect().contains(area))

    until(in_sight)
    page.resize(1280, 560)
    until(in_sight, "the way on in a lower window")
    detail.verticalScrollBar().setValue(0)
    card.wall.choose_row(card.wall.rows[1])
    until(lambda: detail.verticalScrollBar().value() == 0, "the head of another sample")


def test_training_again_from_the_training_part_compares_that_part(page_of: Open, runs: Path) -> None:
    page = page_of(runs, "iris")
    page.strip.part.segment("training").click()
    inspected(page)
    page.training.train = lambda: None  # type: ignore[method-assign]
    page.side.retrain_requested.emit()
    assert page.training.runs.summaries is not None
    another = next(run.id for run in page.training.runs.summaries if run.name == "off")
    page.training.run_ended.emit(page.training.runs_dir / another)
    inspected(page)
    assert page.strip.run.value() == another and page.strip.part.value() == "training"
    assert any("iris before, and this run: accuracy" in note.label.text() for note in page._notes)


def test_what_a_run_was_before_stands_beside_it(page_of: Open, runs: Path) -> None:
    page = page_of(runs, "iris")
    assert page.results is not None and page.subject is not None and page.opened is not None
    facts = page.results.facts()
    before = Before(page.opened.folder, page.subject.part, facts)
    assert before.beside(page.subject, facts) == ""
    other = replace(page.subject, run=page.subject.run.with_name("other"))
    assert before.beside(other, facts).startswith(f"iris before, and this run: accuracy {facts[0].value} → ")
    assert before.beside(replace(other, part="training"), facts) == ""
    assert page.training.runs.summaries is not None
    another = next(run.id for run in page.training.runs.summaries if run.name == "off")
    page.training.train = lambda: None  # type: ignore[method-assign]
    page.side.retrain_requested.emit()
    page.training.run_ended.emit(page.training.runs_dir / another)
    inspected(page)
    assert page.strip.run.value() == another, "what was trained from here is shown when it ends"
    assert any("iris before, and this run: accuracy" in note.label.text() for note in page._notes)
    page.training.run_ended.emit(before.run.path)
    inspected(page)
    assert page.strip.run.value() == another, "any other run stays where it is"


def test_every_input_of_a_sample_is_seen(page_of: Open, tmp_path: Path) -> None:
    trained(two_ended(tmp_path, epochs=1), tmp_path / "runs", "both")
    page = page_of(tmp_path / "runs", "both")
    page.side.views[0].segment(OVER_TIME).click()
    inspected(page)
    card = page.side.over_time
    assert not card.input.isHidden() and card.input.count() == 2
    assert isinstance(card.wall.look(card.current), QImage)
    card.input.set_value(card.input.itemData(1))
    card.input.changed.emit(card.input.itemData(1))
    inspected(page)
    look = card.wall.look(card.current)
    assert isinstance(look, tuple) and len(look) == 3 and card.detail.picture.look == look
