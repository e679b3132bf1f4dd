from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut, QTextCursor
from pytestqt.qtbot import QtBot

from models.sources import offers
from widgets.drawer.code_editor import CodeEditor, indent_of

SOURCE = "class Net:\n    def forward(self, x):\n        x = self.conv1(x)\n        return x"


@pytest.fixture
def editor(qtbot: QtBot) -> CodeEditor:
    widget = CodeEditor()
    qtbot.addWidget(widget)
    widget.resize(700, 190)
    widget.show()
    widget.set_text(SOURCE)
    qtbot.waitActive(widget)
    widget.setFocus()
    return widget


def stand(editor: CodeEditor, line: int, column: int, to: int | None = None) -> None:
    """Put the cursor into a line, from 1, with everything selected to the start of another."""
    cursor = editor.textCursor()
    cursor.setPosition(editor.document().findBlockByNumber(line - 1).position() + column)
    if to is not None:
        mode = QTextCursor.MoveMode.KeepAnchor
        cursor.setPosition(editor.document().findBlockByNumber(to - 1).position(), mode)
    editor.setTextCursor(cursor)


def lines(editor: CodeEditor) -> list[str]:
    return editor.toPlainText().split("\n")


def test_a_new_line_begins_as_far_in_or_further_behind_a_colon(qtbot: QtBot, editor: CodeEditor) -> None:
    stand(editor, 3, 25)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.keyClicks(editor, "y = 1")
    assert lines(editor)[3] == "        y = 1"
    stand(editor, 2, len(lines(editor)[1]))
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    assert editor.textCursor().positionInBlock() == 8


def test_tab_and_backtab_move_lines(qtbot: QtBot, editor: CodeEditor) -> None:
    stand(editor, 3, 0, to=4)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert [indent_of(line) for line in lines(editor)] == [0, 4, 12, 12]
    qtbot.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.toPlainText() == SOURCE
    stand(editor, 1, 5)
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert lines(editor)[0] == "class    Net:"


def test_backspace_in_front_of_a_line_goes_a_step_out(qtbot: QtBot, editor: CodeEditor) -> None:
    stand(editor, 3, 8)
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert indent_of(lines(editor)[2]) == 4
    stand(editor, 3, 5)
    qtbot.keyClick(editor, Qt.Key.Key_Backspace)
    assert lines(editor)[2] == "     = self.conv1(x)", "behind a letter it takes that alone"


def test_only_a_person_edits(qtbot: QtBot, editor: CodeEditor) -> None:
    with qtbot.assertNotEmitted(editor.edited):
        editor.set_text(SOURCE.replace("conv1", "stem"))
    with qtbot.waitSignal(editor.edited):
        qtbot.keyClicks(editor, "#")


def test_text_from_elsewhere_leaves_the_cursor_where_it_stands(editor: CodeEditor) -> None:
    stand(editor, 4, 12)
    editor.set_text("# first\n" + SOURCE.replace("conv1", "a_longer_name"))
    cursor = editor.textCursor()
    assert cursor.block().text() == "        return x" and cursor.positionInBlock() == 12
    editor.set_text(SOURCE)
    assert editor.textCursor().block().text() == "        return x"
    for text in ("", "a", "a\nb", "b", "x\na\nb", ""):
        editor.set_text(text)
        assert editor.toPlainText() == text


def test_the_line_that_somebody_writes_stays_in_its_row(editor: CodeEditor) -> None:
    lines = [f"x{number} = {number}" for number in range(200)]
    editor.set_text("\n".join(lines))
    stand(editor, 105, 2)
    editor.verticalScrollBar().setValue(100)
    editor.set_text("\n".join(["# one", "# two", *lines]))
    assert editor.verticalScrollBar().value() == 102 and editor.textCursor().blockNumber() == 106


def test_what_was_typed_is_undone_here_and_what_was_taken_over_elsewhere(qtbot: QtBot, editor: CodeEditor) -> None:
    undone: list[bool] = []
    QShortcut("Ctrl+Z", editor.window(), lambda: undone.append(True))
    stand(editor, 1, 0)
    qtbot.keyClicks(editor, "zz")
    qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == SOURCE and not undone
    editor.set_text(SOURCE + "\n")
    qtbot.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert undone and editor.toPlainText() == SOURCE + "\n"


def test_what_fits_is_offered_and_a_single_one_is_written(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.offers = offers
    editor.set_text("self.a = nn.LazyX")
    stand(editor, 1, len("self.a = nn."))
    menu = editor.offer()
    assert menu is not None and len(menu.actions()) > 3
    menu.actions()[1].trigger()
    menu.close()
    assert editor.toPlainText() == f"self.a = nn.{menu.actions()[1].text()}LazyX"
    editor.set_text("x = nn.Softmax2")
    stand(editor, 1, len("x = nn.Softmax2"))
    qtbot.keyClick(editor, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert editor.toPlainText() == "x = nn.Softmax2d"


def test_search_is_the_windows(qtbot: QtBot, editor: CodeEditor) -> None:
    searched: list[bool] = []
    QShortcut("Ctrl+K", editor.window(), lambda: searched.append(True))
    qtbot.keyClick(editor, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
    assert searched and editor.toPlainText() == SOURCE


def test_what_is_only_to_be_read_stays(qtbot: QtBot, editor: CodeEditor) -> None:
    editor.set_editable(False)
    qtbot.keyClicks(editor, "xyz")
    qtbot.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.toPlainText() == SOURCE


def test_problems_are_marked_with_their_reason(editor: CodeEditor) -> None:
    before = editor.grab().toImage()
    editor.mark_problems({3: "self.conv1 is not made in __init__."})
    assert editor.grab().toImage() != before
    editor.mark_problems({})
    assert editor.grab().toImage() == before
