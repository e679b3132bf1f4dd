"""Markdown of strangers: no HTML, no images, nothing fetched, at a bounded cost."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtGui import QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QApplication

from models.network.remarks import LONGEST_NOTE
from support import in_time
from widgets.notes.markdown import plain_markdown, rendered


def document(text: str) -> QTextDocument:
    return rendered(text, 240.0, "dark", "")


def has_picture(found: QTextDocument) -> bool:
    formats = found.allFormats()
    return any(form.isImageFormat() or form.hasProperty(QTextFormat.Property.ImageName) for form in formats)


def test_what_people_write_looks_like_it(qapp: QApplication) -> None:
    found = document("# Why\n\nSome **bold** words, `code`:\n\n- one\n- two\n\n[link](https://x.org)")
    assert found.toPlainText() == "Why\nSome bold words, code:\none\ntwo\nlink"
    cursor, weights = QTextCursor(found), set[int]()
    while cursor.movePosition(QTextCursor.MoveOperation.NextCharacter):
        weights.add(cursor.charFormat().fontWeight())
    assert weights == {400, 600}


def test_formulas_are_shown_as_code(qapp: QApplication) -> None:
    assert document("of $y = x^2$ and\n\n$$\\frac{1}{2}$$").toPlainText() == "of y = x^2 and\n\\frac{1}{2}"
    assert document("costs $5 or 6$ at most, 7 $ too").toPlainText() == "costs 5 or 6 at most, 7 $ too"


@pytest.mark.parametrize(
    "text",
    [
        "![x](file:///etc/passwd)", "![x](https://example.org/x.png)", "![x][y]\n\n[y]: /etc/passwd", "!![x](y)",
        '<img src="/etc/passwd">', "<script>alert(1)</script>", "<!-- x -->",
    ],
)  # fmt: skip
def test_nothing_is_loaded_and_html_is_text(qapp: QApplication, text: str) -> None:
    found = document(text)
    assert not has_picture(found)
    if text.startswith("<"):
        assert found.toPlainText() == text


def test_a_pipe_named_as_picture_is_not_read(qapp: QApplication, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert not has_picture(document(f"![x]({tmp_path / 'pipe'})\n\n![x](<file://{tmp_path / 'pipe'}>)"))


HALF = LONGEST_NOTE // 2
HOSTILE = [
    ">" * LONGEST_NOTE, "- " * HALF, "1. " * (LONGEST_NOTE // 3), "[" * LONGEST_NOTE, "*_" * HALF, "`" * LONGEST_NOTE,
    "|a" * HALF, "|a|b|\n|-|-|\n" * 800, "$x$" * 3000, "#" * LONGEST_NOTE, "&#0;" * 2500, "\0" * 100,
    "  " * 300 + "- x\n" * 1000, "~~" * HALF, "<a>" * 3000, "![" * HALF,
]  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_texts_cost_little(qapp: QApplication, text: str) -> None:
    began = time.perf_counter()
    document(text)
    assert in_time(time.perf_counter() - began, 1.0)


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="*_`#>-[]()!$|~<> \n1.ax\\&", max_size=200))
def test_any_text_can_be_shown(qapp: QApplication, text: str) -> None:
    assert len(plain_markdown(text)) <= 3 * len(text) + 4
    assert not has_picture(document(text))
