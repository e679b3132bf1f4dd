"""Wrapped text: every line in sight, with room between them, and nothing of it read as markup."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.controls import Label, Paragraph
from widgets.theme import theme

SENTENCE = "Every output value takes one filter's multiplications, which is why the count grows with the area."
HARD = ["", "word", "w" * 300, "one\ntwo\nthree", "שלום עולם " * 12, "<b>bold</b> & <img src=x> 😀 " * 6, "a " * 200]


@pytest.fixture(params=[1.0, 1.5])
def scale(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[float]:
    theme().apply(qapp)
    theme().set_scale(request.param)
    yield request.param
    theme().set_scale(1.0)


def ink_rows(widget: QWidget) -> list[int]:
    """The rows of pixels that something is drawn in."""
    picture = widget.grab().toImage()
    empty = picture.pixel(0, 0)
    ratio = round(picture.devicePixelRatio())
    return [
        y
        for y in range(0, picture.height(), ratio)
        if any(picture.pixel(x, y) != empty for x in range(picture.width()))
    ]


def test_lines_have_more_room_than_a_label_gives_them(qtbot: QtBot, scale: float) -> None:
    paragraph, label = Paragraph(SENTENCE), Label(SENTENCE)
    label.setWordWrap(True)
    for widget in (paragraph, label):
        qtbot.addWidget(widget)
    assert paragraph.heightForWidth(220) >= label.heightForWidth(220) * 1.15


@pytest.mark.parametrize("text", HARD)
@pytest.mark.parametrize("width", [60, 200, 600])
def test_the_height_that_is_asked_for_holds_every_line(qtbot: QtBot, scale: float, text: str, width: int) -> None:
    paragraph = Paragraph(text)
    qtbot.addWidget(paragraph)
    paragraph.resize(width, paragraph.heightForWidth(width))
    assert paragraph.heightForWidth(width) == paragraph.line_count() * paragraph.line_height()
    layout = paragraph._lay_out(width)
    for place in range(layout.lineCount()):
        line = layout.lineAt(place)
        assert line.naturalTextWidth() <= width + 0.5 or line.textLength() <= 2
        assert line.y() >= -1
        assert line.y() + line.height() <= paragraph.height() + 1


def test_a_column_gives_it_the_height_for_its_width(qtbot: QtBot, scale: float) -> None:
    column = QWidget()
    qtbot.addWidget(column)
    paragraph, below = Paragraph(SENTENCE), Label("below")
    layout = QVBoxLayout(column)
    layout.addWidget(paragraph)
    layout.addWidget(below)
    layout.addStretch()
    column.resize(240, 400)
    column.show()
    qtbot.waitUntil(lambda: paragraph.height() == paragraph.heightForWidth(paragraph.width()))
    assert below.y() >= paragraph.geometry().bottom()
    paragraph.setText("short")
    qtbot.waitUntil(lambda: paragraph.height() == paragraph.line_height())


def test_markup_is_shown_as_it_is_written(qtbot: QtBot) -> None:
    plain, tagged = Paragraph("bold"), Paragraph("<b>bold</b>")
    for widget in (plain, tagged):
        qtbot.addWidget(widget)
    assert tagged.sizeHint().width() > plain.sizeHint().width()
    assert tagged.textFormat() == Qt.TextFormat.PlainText


def test_lines_stand_at_the_top_or_in_the_middle(qtbot: QtBot) -> None:
    paragraph = Paragraph("one line")
    qtbot.addWidget(paragraph)
    paragraph.resize(200, 101)
    rows = ink_rows(paragraph)
    assert abs((rows[0] + rows[-1]) / 2 - 50) < 6
    paragraph.setAlignment(Qt.AlignmentFlag.AlignTop)
    assert ink_rows(paragraph)[-1] < 24


def test_padding_is_kept_around_the_lines(qtbot: QtBot) -> None:
    paragraph = Paragraph(SENTENCE)
    qtbot.addWidget(paragraph)
    bare = paragraph.heightForWidth(200)
    paragraph.set_padding(10, 5, 10, 7)
    assert paragraph.heightForWidth(220) == bare + 12
