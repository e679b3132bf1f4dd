from __future__ import annotations

import ast
import tokenize
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QTextCursor
from pytestqt.qtbot import QtBot

from widgets.drawer.code_view import ROW, CodeView, docstring_lines, spans
from widgets.theme import color, px, theme

SOURCE = '''"""A network.

Two lines that hold a class and the number 12.
"""

from torch import nn


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 16, padding=1)  # 16×32×32
        self.name = "it's # not a comment"
'''


@pytest.fixture
def view(qtbot: QtBot) -> CodeView:
    widget = CodeView()
    qtbot.addWidget(widget)
    widget.resize(700, 190)
    widget.show()
    qtbot.waitActive(widget)
    return widget


def parts(line: str, inside: bool = False) -> dict[str, str]:
    return {line[start : start + length]: what for start, length, what in spans(line, inside)}


def test_a_line_of_layers_has_its_parts() -> None:
    found = parts("        self.conv1 = nn.Conv2d(3, 16, padding=1)  # 16×32×32")
    assert found["Conv2d"] == "call"
    assert found["16"] == found["3"] == "number"
    assert found["# 16×32×32"] == "comment"
    assert "self" not in found


def test_words_strings_and_definitions() -> None:
    found = parts('    def forward(self, x): return "a # b", None, 1.5e-3')
    assert found["def"] == found["return"] == found["None"] == "keyword"
    assert found["forward"] == "call"
    assert found['"a # b"'] == "string"
    assert found["1.5e-3"] == "number"


def test_names_that_hold_digits_are_no_numbers() -> None:
    assert "1" not in parts("conv1 = x2")


def test_docstrings_go_on_over_lines() -> None:
    inside = docstring_lines(SOURCE.split("\n"))
    assert inside[:5] == [False, True, True, True, False]
    assert parts("a class and the number 12.", inside=True) == {"a class and the number 12.": "string"}
    assert parts('end""" + 3', inside=True) == {'end"""': "string", "3": "number"}


@given(st.text(max_size=80))
def test_parts_never_overlap_nor_leave_the_line(line: str) -> None:
    for inside in (False, True):
        end = 0
        for start, length, _ in spans(line, inside):
            assert start >= end
            end = start + length
        assert end <= len(line)


def test_comments_are_those_that_python_sees() -> None:
    ast.parse(SOURCE)
    lines = SOURCE.split("\n")
    inside = docstring_lines(lines)
    ours = {(place + 1, start) for place, line in enumerate(lines) for start, _, what in spans(line, inside[place])
            if what == "comment"}  # fmt: skip
    tokens = tokenize.generate_tokens(StringIO(SOURCE).readline)
    assert ours == {token.start for token in tokens if token.type == tokenize.COMMENT}


def shown(view: CodeView, token: str) -> bool:
    image = view.viewport().grab().toImage()
    wanted = QColor(color(token)).rgb()
    return any(image.pixel(x, y) == wanted for x in range(image.width()) for y in range(image.height()))


def test_lines_in_sight_are_colored(qtbot: QtBot, view: CodeView) -> None:
    view.set_text(SOURCE)
    block = view.document().findBlockByNumber(0)
    assert block.layout().formats()
    assert block.layout().formats()[0].format.foreground().color() == color("Pooling")


def test_colors_follow_the_theme(view: CodeView) -> None:
    before = theme().mode
    view.set_text(SOURCE)
    try:
        for mode in ("light", "dark"):
            theme().set_mode(mode)
            formats = view.document().findBlockByNumber(0).layout().formats()
            assert formats[0].format.foreground().color() == color("Pooling")
    finally:
        theme().set_mode(before)


def test_lines_out_of_sight_cost_nothing_until_they_are_scrolled_to(qtbot: QtBot, view: CodeView) -> None:
    view.set_text("\n".join(["x = nn.Linear(1, 2)"] * 20_000))
    assert not view.document().findBlockByNumber(15_000).layout().formats()
    view.verticalScrollBar().setValue(14_999)
    assert view.document().findBlockByNumber(15_000).layout().formats()


def test_marked_lines_are_shown_and_scrolled_to(view: CodeView) -> None:
    view.set_text("\n".join(f"line_{place} = 1" for place in range(500)))
    view.mark_lines([300])
    assert view.marked_lines() == {300}
    first = view.firstVisibleBlock().blockNumber()
    assert first < 299 < first + 20
    assert shown(view, "accent_soft")
    view.mark_lines([])
    assert not shown(view, "accent_soft")


def test_a_mark_in_sight_does_not_scroll(view: CodeView) -> None:
    view.set_text("\n".join(["a = 1"] * 100))
    view.mark_lines([3])
    assert view.verticalScrollBar().value() == 0


def test_marks_beyond_the_end_are_ignored(view: CodeView) -> None:
    view.set_text("a = 1")
    before = view.grab().toImage()
    view.mark_lines([99])
    assert view.grab().toImage() == before


def test_a_click_and_enter_tell_the_line(qtbot: QtBot, view: CodeView) -> None:
    view.set_text(SOURCE)
    lines: list[int] = []
    view.line_clicked.connect(lines.append)
    height = px(ROW)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, int(height * 2.5)))
    qtbot.keyClick(view, Qt.Key.Key_Return)
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert lines == [3, 3, 4]


def test_selecting_text_is_no_click(qtbot: QtBot, view: CodeView) -> None:
    view.set_text(SOURCE)
    lines: list[int] = []
    view.line_clicked.connect(lines.append)
    cursor = view.textCursor()
    cursor.movePosition(QTextCursor.MoveOperation.Down, QTextCursor.MoveMode.KeepAnchor, 2)
    view.setTextCursor(cursor)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 5))
    qtbot.mouseMove(view.viewport(), QPoint(90, 40))
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(90, 40))
    assert lines == [] or view.textCursor().hasSelection() is False


def test_other_text_stays_at_the_same_place(view: CodeView) -> None:
    view.set_text("\n".join(["a = 1"] * 300))
    view.verticalScrollBar().setValue(100)
    view.set_text("\n".join(["b = 1"] * 301))
    assert view.verticalScrollBar().value() == 100


def test_it_cannot_be_written_to(qtbot: QtBot, view: CodeView) -> None:
    view.set_text("a = 1")
    qtbot.keyClicks(view, "xyz")
    assert view.toPlainText() == "a = 1"


def test_the_gutter_grows_with_the_numbers(view: CodeView) -> None:
    view.set_text("a")
    narrow = view.gutter_width()
    view.set_text("\n".join("a" * 5000))
    assert view.gutter_width() > narrow


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_rows_are_22_high_and_marked_as_a_whole(view: CodeView, qtbot: QtBot, scale: float) -> None:
    theme().set_scale(scale)
    try:
        view.set_text(SOURCE)
        view.mark_lines([3])
        rows = list(view._visible_blocks())
        height = round(22 * scale)
        assert [round(top - rows[0][1]) for _, top, _ in rows] == [height * place for place in range(len(rows))]
        picture = view.viewport().grab().toImage()
        ratio = round(picture.devicePixelRatio())
        right = picture.width() - ratio
        marked = [picture.pixelColor(right, (height * place + height // 2) * ratio) for place in (1, 2, 3)]
        assert [found == color("accent_soft") for found in marked] == [False, True, False]
        for edge in (height * 2 + 1, height * 3 - 2):
            assert picture.pixelColor(right, edge * ratio) == color("accent_soft")
    finally:
        theme().set_scale(1.0)


def test_the_last_line_can_be_reached(view: CodeView) -> None:
    view.set_text("\n".join(f"line_{number} = {number}" for number in range(1, 301)))
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    block, top, height = list(view._visible_blocks())[-1]
    assert block.blockNumber() == 299
    assert top + height <= view.viewport().height() + 4
