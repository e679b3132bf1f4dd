"""The Predict workspace: files that are dropped get answers, in a table and one at length, that can be saved."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot
from trained_runs import DOCUMENTS, trained
from waiting import until

from models.scoring.predictions import Answering
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.exports import EXPORTS
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.services.settings import Settings
from studio.workspaces.predict.answers import Answers, place_of
from studio.workspaces.predict.exporting import of_runs
from studio.workspaces.predict.taking import EXTRA
from studio.workspaces.predict.taking.row import NOTHING as NOTHING_TYPED
from studio.workspaces.predict.taking.row import RowDialog
from studio.workspaces.predict.workspace import DROP, NOTHING, PredictWorkspace
from widgets.controls import TextField


@pytest.fixture(scope="session")
def used_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with runs on images, on numbers, and one that gives images; nobody may change it."""
    folder = tmp_path_factory.mktemp("used")
    for name in ("pictures", "tables", "images"):
        trained(DOCUMENTS[name](), folder, name)
    return folder


@pytest.fixture
def page(
    qtbot: QtBot, own_home: None, probing: Probing, used_runs: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[PredictWorkspace]:
    monkeypatch.setenv("NETLOOM_RUNS", str(used_runs))
    controller = DocumentController()
    training = TrainingController(controller, controller)
    page = PredictWorkspace(training, probing, Settings())
    qtbot.addWidget(page)
    page.resize(1280, 720)
    page.show()
    until(lambda: page.opened is not None)
    yield page
    probing.drop("predict")
    training.shutdown()
    controller.close()


def use(page: PredictWorkspace, name: str) -> None:
    """Have a run answer."""
    summaries = page.training.runs.summaries or []
    page.use(next(run.id for run in summaries if run.name == name))
    until(lambda: page.opened is not None and page.opened.folder.name == name)


def drop(page: PredictWorkspace, *paths: Path) -> None:
    """Drop files on the page, as a hand does."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    about = Qt.DropAction.CopyAction, mime, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(40, 40), *about)
    page.dragEnterEvent(enter)
    assert enter.isAccepted()
    page.dropEvent(QDropEvent(QPoint(40, 40), *about))


def test_dropped_images_are_answered_and_saved(page: PredictWorkspace, tmp_path: Path) -> None:
    use(page, "images")
    assert page.is_empty and page.empty.accessibleName() == DROP
    for number in (0, 2, 10):
        Image.new("L", (8, 8), 20 * number).save(tmp_path / f"{number}.png")
    (tmp_path / "bad.png").write_bytes(b"no image")
    drop(page, *sorted(tmp_path.glob("*.png")))
    until(lambda: page.answers is not None)
    answers = page.answers
    assert answers is not None and list(answers.names) == ["0.png", "2.png", "10.png"]
    assert not page.is_empty and any("bad.png" in note.text() for note in page.notes)
    page.table.selectRow(2)
    until(lambda: page.answer.preview.image is not None)
    assert page.answer.name.text() == "10.png" and "%" in page.answer.accessibleName()
    page.write(tmp_path / "answers.csv")
    until(lambda: (tmp_path / "answers.csv").exists())
    rows = list(csv.DictReader((tmp_path / "answers.csv").open()))
    assert [row["example"] for row in rows] == ["0.png", "2.png", "10.png"] and "probability of 9" in rows[0]
    until(lambda: any("Saved" in note.text() for note in page.notes))


def test_an_image_is_answered_with_one_that_can_be_saved(page: PredictWorkspace, tmp_path: Path) -> None:
    use(page, "pictures")
    Image.new("L", (8, 8), 200).save(tmp_path / "gray.png")
    drop(page, tmp_path / "gray.png")
    until(lambda: page.answers is not None)
    assert page.answers is not None and page.answers.header == ["Example", "Image"]
    assert page.answers.rows[0][1].startswith("1×8×8, mean ")
    (part,) = page.answers.parts(0)
    assert part.picture is not None and (part.picture.width(), part.picture.height()) == (8, 8)
    page.write_picture(part.picture, tmp_path / "given.png")
    until(lambda: (tmp_path / "given.png").exists())
    with Image.open(tmp_path / "given.png") as saved:
        assert saved.size == (8, 8)
    page.ask_where_picture(part.picture)
    dialog = page.findChild(QFileDialog)
    assert dialog is not None and dialog.windowTitle() == "Save the picture"
    dialog.reject()


def test_another_run_and_other_weights_answer_to_the_same_files(page: PredictWorkspace, tmp_path: Path) -> None:
    use(page, "tables")
    np.save(tmp_path / "x.npy", np.zeros((4, 10), np.float32))
    page.predict([tmp_path / "x.npy"])
    until(lambda: page.answers is not None)
    assert page.answers is not None and len(page.answers.rows) == 4 and page.answers.header == ["Example", "Value"]
    page.strip.checkpoint_changed.emit("last")
    assert page.answers is None
    until(lambda: page.answers is not None)
    use(page, "images")
    until(lambda: bool(page.notes))
    assert "expected examples of 1×8×8" in page.notes[0].text() and page.is_empty


def test_what_cannot_be_used_is_said_and_nothing_can_be_saved(page: PredictWorkspace, tmp_path: Path) -> None:
    use(page, "images")
    page.predict([tmp_path / "nothing.png"])
    until(lambda: bool(page.notes))
    assert "no file or folder" in page.notes[0].text()
    assert page.strip.save.isHidden() and not page.probing.is_busy


def test_the_run_that_answers_is_taken_away(page: PredictWorkspace, tmp_path: Path) -> None:
    use(page, "tables")
    opened = page.opened
    assert opened is not None
    menu = page.exporter.open_menu(page.strip.export, opened, "best")
    words = [action.text() for action in menu.actions()]
    menu.close()
    assert len(words) == len(of_runs()) and {"Model card…", "PyTorch program…", "Quantized network…"} <= {*words}
    card, quantized = EXPORTS["card"](), EXPORTS["quantized"](method="fp16")
    for export, place in ((card, "card.md"), (quantized, "a.pt"), (EXPORTS["package"](name="odd"), "package")):
        page.exporter.write(export, opened, "best", tmp_path / place)
        until(lambda: any(note.text().startswith("Wrote") for note in page.notes))
        assert (tmp_path / place).exists()
    assert (tmp_path / "package" / "odd" / "predict.py").exists(), "it is called as was asked for"
    page.exporter.write(card, opened, "best", tmp_path / "no" / "card.md")
    until(lambda: any("was not saved" in note.text() for note in page.notes))


def test_a_camera_is_offered_to_a_network_that_takes_images(
    page: PredictWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(page, "tables")
    assert page.strip.device.isHidden()
    use(page, "images")
    assert page.strip.device.isVisible() and page.strip.device.text() == "Camera…"
    monkeypatch.setitem(sys.modules, "PySide6.QtMultimedia", None)
    page.strip.device.click()
    assert [note.text() for note in page.notes] == [EXTRA]


def test_without_a_run_it_says_so(page: PredictWorkspace) -> None:
    page._show_runs([])
    assert page.is_empty and page.empty.accessibleName() == NOTHING and page.strip.isHidden()


def answered(**more: object) -> Answers:
    """Answers of two Outputs to three examples."""
    kind, price = Answering("kind", "classes", ("cat", "dog")), Answering("price", "numbers", ())
    arrays = {
        "answers.0": np.array([[[0.2], [0.8]], [[0.9], [0.1]], [[0.5], [0.5]]], np.float32),
        "answers.1": np.array([[3.0], [10.0], [7.5]], np.float32),
    }
    facts = {"names": ["a", "b", "c"], "left": [], "notes": [], "cut": False} | more
    return Answers.of(Answer(arrays, facts | {"outputs": [kind._asdict(), price._asdict()]}))


def test_answers_of_several_outputs_stand_side_by_side() -> None:
    found = answered(left=[["d", "broken"]] * 5)
    assert found.header == ["Example", "Kind class", "Kind probability", "Price value"]
    assert found.rows[0] == ["a", "dog", "0.8", "3"]
    kind, price = found.parts(1)
    assert kind.name == "kind" and kind.words == "cat, 90 %" and price.words == "10"
    assert [chance.name for chance in kind.chances] == ["cat", "dog"]
    assert found.sentence() == "Left out: d: broken; d: broken; d: broken; and 2 more"
    named = answered(left=[["d.txt", "d.txt: expected a number. Add it."], ["e.txt", "e.txt: no text."]])
    assert named.sentence() == "Left out: d.txt: expected a number. Add it; e.txt: no text"


def test_an_answer_of_another_form_is_a_sentence() -> None:
    with pytest.raises(RunError, match="could not be read"):
        Answers.of(Answer({}, {"names": ["a"]}))


def test_examples_are_found_among_the_files(tmp_path: Path) -> None:
    (tmp_path / "cat").mkdir()
    (tmp_path / "cat" / "1.png").touch()
    assert place_of("cat/1.png", [tmp_path]) == tmp_path / "cat" / "1.png"
    assert place_of("1.png", [tmp_path / "cat" / "1.png"]) == tmp_path / "cat" / "1.png"
    assert place_of("a.csv row 3", [tmp_path]) is None


def test_a_typed_row_is_answered_as_often_as_asked(page: PredictWorkspace, qtbot: QtBot) -> None:
    use(page, "tables")
    assert page.strip.typed.isVisible() and page.strip.typed.text() == "Type a row…"
    qtbot.mouseClick(page.strip.typed, Qt.MouseButton.LeftButton)
    dialog = page.findChild(RowDialog)
    assert dialog is not None and dialog.isVisible()
    name, field = next(iter(dialog.fields.items()))
    assert isinstance(field, TextField) and float(field.text()) == pytest.approx(0, abs=1), "the mean of the training"
    field.setText("many")
    dialog.act.click()
    assert dialog.said.text() == f"Expected a number in “{name}”, found “many”." and page.answers is None
    answers = []
    for value in ("0.05", "-0.05"):
        field.setText(value)
        page.answers = None
        dialog.act.click()
        until(lambda: page.answers is not None)
        assert page.answers is not None and list(page.answers.names) == ["typed.jsonl row 1"]
        answers.append(page.answers.rows[0])
    assert answers[0] != answers[1] and not dialog.said.text().startswith("Expected")
    assert page.type_row() is dialog, "one is enough"
    dialog.close_.click()
    again = page.type_row()
    assert again is not None and again.cells[name] == "-0.05", "it begins where it was left"
    for other in again.fields.values():
        assert isinstance(other, TextField)
        other.setText(" ")
    again.go()
    assert again.said.text() in {NOTHING_TYPED, f"{name}: Type something: in training no row was without it."}
    page.hide()
    assert not again.isVisible(), "it goes with the page"


def test_what_nobody_types_is_not_offered(page: PredictWorkspace) -> None:
    use(page, "images")
    assert not page.strip.typed.isVisible() and page.type_row() is None
