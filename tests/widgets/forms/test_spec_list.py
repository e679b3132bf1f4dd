"""Lists of specs: added, removed, switched off, reordered by drag and keyboard, each with its own small form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.specs.fields import Float, Int
from models.specs.lists import SpecList
from models.specs.spec import Registry, Spec, SpecProblem
from models.training import TrainingSettings
from widgets.forms.spec_form import SpecForm
from widgets.forms.spec_list import ListEditor
from widgets.theme import theme

STEPS: Registry[Spec] = Registry("step")
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@STEPS.register
class Flip(Spec):
    title, help = "Flip", "Turn it around."


@STEPS.register
class Crop(Spec):
    title = "Random crop"
    padding = Int(4, minimum=0, maximum=9)
    share = Float(0.5, minimum=0.0, maximum=1.0)


class Recipe(Spec):
    name = Int(1)
    steps = SpecList(STEPS, ("Flip", "Crop"), longest=4, help="What is done to each picture.")
    after = Int(2)


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    """A form that shows what it told, as a document's form does."""
    widget = SpecForm()
    qtbot.addWidget(widget)
    widget.set_spec(Recipe())

    def follow(name: str, value: Any) -> None:
        spec = widget.spec()
        assert spec is not None
        widget.set_spec(Recipe(**{**spec.settings(), name: value}))

    widget.changed.connect(follow)
    widget.resize(300, 500)
    widget.show()
    widget.activateWindow()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def editor(form: SpecForm) -> ListEditor:
    found = form.editor("steps")
    assert isinstance(found, ListEditor)
    return found


def shown(editor: ListEditor) -> list[tuple[str, bool]]:
    """What the rows say, from top to bottom."""
    QApplication.processEvents()
    rows = sorted(editor.rows, key=lambda row: row.y())
    assert rows == editor.rows
    return [(row.on.text(), row.on.isChecked()) for row in rows]


def told(form: SpecForm) -> list[Any]:
    said: list[Any] = []
    form.changed.connect(lambda name, value: said.append(value))
    return said


def choose(editor: ListEditor, title: str) -> None:
    next(action for action in editor.menu.actions() if action.text() == title).trigger()


def test_entries_are_rows_with_their_own_settings(editor: ListEditor) -> None:
    assert shown(editor) == [("Flip", True), ("Random crop", True)]
    flip, crop = editor.rows
    assert not flip.form.isVisible() and crop.form.isVisible()
    assert crop.form.editor("padding").text() == "4"
    assert not editor.nothing.isVisible()
    assert flip.on.toolTip() == "<p>Turn it around.</p>"


def test_one_is_added_and_gets_the_keyboard(form: SpecForm, editor: ListEditor) -> None:
    said = told(form)
    choose(editor, "Flip")
    assert shown(editor) == [("Flip", True), ("Random crop", True), ("Flip", True)]
    assert [entry["kind"] for entry in said[-1]] == ["Flip", "Crop", "Flip"]
    assert editor.rows[-1].on.hasFocus()


def test_a_full_list_takes_no_more(editor: ListEditor) -> None:
    choose(editor, "Flip")
    assert editor.add.isEnabled()
    choose(editor, "Flip")
    assert not editor.add.isEnabled()
    editor.rows[0].remove.click()
    assert editor.add.isEnabled()


def test_one_is_taken_away_and_the_next_gets_the_keyboard(form: SpecForm, editor: ListEditor) -> None:
    said = told(form)
    editor.rows[0].remove.click()
    assert shown(editor) == [("Random crop", True)] and editor.rows[0].remove.hasFocus()
    editor.rows[0].remove.click()
    assert said[-1] == [] and editor.nothing.isVisible() and editor.add.hasFocus()
    assert editor.nothing.text() == editor.field.empty


def test_one_is_switched_off_and_keeps_its_settings(form: SpecForm, editor: ListEditor) -> None:
    said = told(form)
    crop = editor.rows[1]
    QTest.mouseClick(crop.on, LEFT)
    assert said[-1][1] == {"kind": "Crop", "params": {}, "on": False}
    assert not crop.form.isEnabled() and shown(editor)[1] == ("Random crop", False)
    QTest.keyClick(crop.on, Qt.Key.Key_Space)
    assert "on" not in said[-1][1] and crop.form.isEnabled()


def test_the_settings_of_one_are_typed(form: SpecForm, editor: ListEditor) -> None:
    said = told(form)
    line: Any = editor.rows[1].form.editor("padding")
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "7")
    assert said[-1][1] == {"kind": "Crop", "params": {"padding": 7}}
    assert line is editor.rows[1].form.editor("padding") and line.hasFocus()


def test_one_is_moved_by_keyboard(form: SpecForm, editor: ListEditor) -> None:
    said = told(form)
    crop = editor.rows[1]
    crop.grip.setFocus()
    QTest.keyClick(crop.grip, Qt.Key.Key_Up)
    assert shown(editor) == [("Random crop", True), ("Flip", True)]
    assert [entry["kind"] for entry in said[-1]] == ["Crop", "Flip"]
    assert editor.rows[0] is crop and crop.grip.hasFocus()
    count = len(said)
    QTest.keyClick(crop.grip, Qt.Key.Key_Up)
    assert len(said) == count
    QTest.keyClick(crop.grip, Qt.Key.Key_Down)
    assert shown(editor) == [("Flip", True), ("Random crop", True)]


def drag(editor: ListEditor, place: int, to: int, *, release: bool = True) -> None:
    """Drag a row to where another lies."""
    grip, other = editor.rows[place].grip, editor.rows[to]
    QTest.mousePress(grip, LEFT, NONE, grip.rect().center())
    end = other.mapToGlobal(other.rect().center() + QPoint(0, 2 if to > place else -2))
    for step in range(1, 6):
        start = grip.mapToGlobal(grip.rect().center())
        QTest.mouseMove(grip, grip.mapFromGlobal(start + (end - start) * step / 5))
        QApplication.processEvents()
    if release:
        QTest.mouseRelease(grip, LEFT, NONE, grip.mapFromGlobal(end))


def test_one_is_moved_by_a_drag_and_told_once(form: SpecForm, editor: ListEditor) -> None:
    choose(editor, "Flip")
    said = told(form)
    drag(editor, 0, 2)
    assert [entry["kind"] for entry in said[-1]] == ["Crop", "Flip", "Flip"] and len(said) == 1
    assert [text for text, _ in shown(editor)] == ["Random crop", "Flip", "Flip"]
    drag(editor, 2, 0)
    assert [text for text, _ in shown(editor)] == ["Flip", "Random crop", "Flip"]


def test_escape_puts_a_dragged_one_back(form: SpecForm, editor: ListEditor) -> None:
    said = told(form)
    drag(editor, 0, 1, release=False)
    assert [text for text, _ in shown(editor)] == ["Random crop", "Flip"]
    grip = editor.rows[1].grip
    QTest.keyClick(grip, Qt.Key.Key_Escape)
    QTest.mouseRelease(grip, LEFT, NONE, grip.rect().center())
    assert [text for text, _ in shown(editor)] == ["Flip", "Random crop"] and said == []


def test_it_is_walked_by_tab_from_row_to_row(form: SpecForm, editor: ListEditor) -> None:
    editor.rows[1].grip.setFocus()
    QTest.keyClick(editor.rows[1].grip, Qt.Key.Key_Up)
    editor.add.setFocus(Qt.FocusReason.TabFocusReason)
    walked = []
    for _ in range(9):
        QTest.keyClick(form.focusWidget(), Qt.Key.Key_Tab)
        walked.append(form.focusWidget())
    first, second = editor.rows
    settings = [first.form.editor("padding"), first.form.editor("share")]
    expected = [first.grip, first.on, first.remove, *settings, second.grip, second.on, second.remove]
    assert walked[:8] == expected


def test_everything_has_a_name_that_tells_which_it_is(editor: ListEditor) -> None:
    def name(widget: Any) -> str:
        return QAccessible.queryAccessibleInterface(widget).text(QAccessible.Text.Name)

    flip, crop = editor.rows
    assert name(flip.on) == "Flip, 1 of 2" and name(crop.on) == "Random crop, 2 of 2"
    assert name(crop.grip).startswith("Move Random crop") and name(crop.remove) == "Remove Random crop"
    assert name(editor.add) == "Add to steps"


def test_a_list_that_cannot_be_used_says_why(form: SpecForm, editor: ListEditor) -> None:
    problem = SpecProblem("steps", "Steps: expected one of Flip, Crop, found 'Spin'.", ["Spin"])
    form.set_spec(Recipe(), {"steps": ["Spin"]}, [problem])
    assert "Spin" in editor.error() and "Spin" in editor.add.toolTip()
    form.set_spec(Recipe())
    assert not editor.error()


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(["add", "crop", "remove", "switch", "up", "down"]), st.integers(0, 5))))
def test_whatever_is_done_rows_and_list_agree(form: SpecForm, editor: ListEditor, acts: list[tuple[str, int]]) -> None:
    form.set_spec(Recipe())
    for what, number in acts:
        row = editor.rows[number % len(editor.rows)] if editor.rows else None
        if what in ("add", "crop") and editor.add.isEnabled():
            choose(editor, "Flip" if what == "add" else "Random crop")
        elif row and what == "remove":
            row.remove.click()
        elif row and what == "switch":
            row.on.click()
        elif row and what in ("up", "down"):
            QTest.keyClick(row.grip, Qt.Key.Key_Up if what == "up" else Qt.Key.Key_Down)
        spec = form.spec()
        assert isinstance(spec, Recipe) and editor.value() == spec.steps
        assert shown(editor) == [(entry.spec.title, entry.on) for entry in spec.steps]


def test_the_metrics_of_a_training_are_such_a_list(qtbot: QtBot) -> None:
    form = SpecForm()
    qtbot.addWidget(form)
    form.set_spec(TrainingSettings(metrics=["Accuracy", {"kind": "TopKAccuracy", "params": {"k": 3}}]))
    form.resize(284, 700)
    form.show()
    editor: Any = form.editor("metrics")
    assert [row.on.text() for row in editor.rows] == ["Accuracy", "Top-k accuracy"]
    said = told(form)
    QTest.keyClick(editor.rows[1].grip, Qt.Key.Key_Up)
    assert said[-1] == [
        {"kind": "TopKAccuracy", "params": {"k": 3}},
        {"kind": "Accuracy", "params": {}},
    ]


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_it_fits_a_narrow_panel(qtbot: QtBot, form: SpecForm, editor: ListEditor, scale: float) -> None:
    theme().set_scale(scale)
    try:
        form.resize(round(284 * scale), 600)
        QApplication.processEvents()
        for row in editor.rows:
            assert row.remove.geometry().right() <= row.width() and row.geometry().right() <= editor.width()
            assert row.on.width() >= row.on.sizeHint().width()
    finally:
        theme().set_scale(1.0)
