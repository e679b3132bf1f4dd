from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from models.specs.fields import Bool, Choice, Field, Text
from widgets.forms.editors import BoolEditor, ChoiceEditor, ListedEditor, PathEditor, editor_for


def named(field: Field[Any], name: str = "thing") -> Field[Any]:
    field.__set_name__(object, name)
    return field


def dialog_of(editor: QWidget) -> QFileDialog | None:
    found = [dialog for dialog in editor.findChildren(QFileDialog) if dialog.isVisible()]
    return found[0] if found else None


@pytest.mark.parametrize("folder", [False, True])
def test_a_path_is_picked_in_a_dialog(qtbot: QtBot, tmp_path: Any, folder: bool) -> None:
    editor = editor_for(named(Text("", path=True, folder=folder)))
    assert isinstance(editor, PathEditor)
    qtbot.addWidget(editor)
    editor.show()
    qtbot.mouseClick(editor.browse, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog_of(editor) is not None)
    dialog = dialog_of(editor)
    assert dialog is not None
    wanted = QFileDialog.FileMode.Directory if folder else QFileDialog.FileMode.ExistingFile
    assert dialog.fileMode() == wanted
    with qtbot.waitSignal(editor.changed) as signal:
        dialog.fileSelected.emit(str(tmp_path))
    assert signal.args == [str(tmp_path)]
    dialog.reject()
    qtbot.waitUntil(lambda: dialog_of(editor) is None)


def test_a_path_can_be_typed(qtbot: QtBot) -> None:
    editor = editor_for(named(Text("", path=True)))
    qtbot.addWidget(editor)
    values: list[object] = []
    editor.changed.connect(values.append)  # type: ignore[attr-defined]
    qtbot.keyClicks(editor.line, "ab")  # type: ignore[attr-defined]
    assert values == ["a", "ab"]


def test_a_choice_shows_what_is_wrong_with_what_was_found(qtbot: QtBot) -> None:
    editor = editor_for(named(Choice("a", ("a", "b"))))
    assert isinstance(editor, ChoiceEditor)
    qtbot.addWidget(editor)
    editor.set_tip("What it is for.")
    editor.show_found("c", "Thing: expected one of a, b, found 'c'.")
    assert editor.property("invalid") is True
    assert "found" in editor.toolTip() and editor.accessibleDescription() == editor.error()
    editor.set_value("b")
    assert editor.error() == "" and editor.value() == "b"
    assert "What it is for." in editor.toolTip()


def test_setting_a_switch_tells_nothing(qtbot: QtBot) -> None:
    editor = editor_for(named(Bool(False), "bias"))
    assert isinstance(editor, BoolEditor)
    qtbot.addWidget(editor)
    with qtbot.assertNotEmitted(editor.changed):
        editor.set_value(True)
    with qtbot.waitSignal(editor.changed) as signal:
        qtbot.keyClick(editor.switch, Qt.Key.Key_Space)
    assert signal.args == [False]


def test_a_long_hint_is_cut_and_told_by_its_tip(qtbot: QtBot) -> None:
    editor = BoolEditor(named(Bool(True), "bias"))
    qtbot.addWidget(editor)
    editor.set_hint("Turn the bias off in all ten convolutions")
    assert editor.hint.text().endswith("…")
    assert editor.hint.accessibleName() == "Turn the bias off in all ten convolutions"
    assert "ten convolutions" in editor.hint.toolTip()


def test_a_field_of_an_unknown_sort_is_text(qtbot: QtBot) -> None:
    class Odd(Text):
        pass

    editor = editor_for(named(Odd("x")))
    qtbot.addWidget(editor)
    assert editor.accessibleName() == "Thing"


def test_listed_text_is_chosen_among_what_is_offered_and_keeps_what_is_not(qtbot: QtBot) -> None:
    editor = editor_for(named(Text("", listed=True)))
    assert isinstance(editor, ListedEditor)
    qtbot.addWidget(editor)
    values: list[object] = []
    editor.changed.connect(values.append)
    editor.set_value("gone/last")
    assert editor.value() == editor.currentText() == "gone/last"
    editor.offer([("a/best", "first, best"), ("b/best", "second, best")])
    words = [editor.itemText(place) for place in range(editor.count())]
    assert words == ["gone/last", "none", "first, best", "second, best"] and editor.value() == "gone/last"
    editor.set_value("b/best")
    assert editor.currentText() == "second, best" and editor.count() == 3 and values == []
    editor.show()
    editor.setFocus()
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert values == ["a/best", ""]
