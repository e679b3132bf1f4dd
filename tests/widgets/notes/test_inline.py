"""Formulas in the lines of a note: on the baseline of the words, within the note, code where they cannot be drawn."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QApplication

from widgets.notes import formulas as all_formulas
from widgets.notes.inline import reason_at
from widgets.notes.markdown import MOST, context, draw_now, forget, formulas_in, looks_as_written, rendered
from widgets.notes.typesetting import MISSING
from widgets.theme import theme

pytest.importorskip("ziamath")
pytestmark = pytest.mark.usefixtures("qapp")
WIDTH, ZOOM = 240.0, 4
OBJECT = "\ufffc"


def document(text: str, width: float = WIDTH) -> QTextDocument:
    draw_now(text)
    found = rendered(text, width, theme().palette.name, "")
    found.size()  # lays it out: before, its lines are no lines
    return found


def rows_of_ink(text: str) -> list[int]:
    """The rows of pixels in which something is painted."""
    image = QImage(round(WIDTH) * ZOOM, 100 * ZOOM, QImage.Format.Format_ARGB32)
    image.fill(QColor(theme().palette.raised))
    painter = QPainter(image)
    painter.scale(ZOOM, ZOOM)
    document(text).documentLayout().draw(painter, context("text1", "accent"))
    painter.end()
    plain = image.pixelColor(image.width() - 1, 0)
    return [y for y in range(image.height()) if any(image.pixelColor(x, y) != plain for x in range(0, 60 * ZOOM))]


FAR = "\u2003" * 8 + "H"
"""A letter far to the right, so that all lines have the ascent of words."""


@pytest.mark.parametrize("formula", ["x", "x^2", "E"])
def test_a_formula_stands_on_the_baseline_of_the_words(qapp: QApplication, formula: str) -> None:
    theme().apply(qapp)
    assert abs(rows_of_ink(f"${formula}${FAR}")[-1] - rows_of_ink(f"x{FAR}")[-1]) <= ZOOM // 2


@pytest.mark.parametrize("below", ["y_{j_k}", r"\frac{x}{y}", r"\frac{\frac{x}{y}}{\frac{x}{y}}"])
def test_so_does_one_that_hangs_lower_than_words(qapp: QApplication, below: str) -> None:
    """What hangs below is invisible here, so that the lowest ink is on the baseline."""
    theme().apply(qapp)
    formula = rf"$x\phantom{{{below}}}${FAR}"
    lines = [document(text).begin().layout().lineAt(0) for text in (formula, f"x{FAR}")]
    moved = (lines[0].ascent() - lines[1].ascent()) * ZOOM
    assert rows_of_ink(formula)[-1] - rows_of_ink(f"x{FAR}")[-1] == pytest.approx(moved, abs=ZOOM // 2)


@pytest.mark.parametrize("end", ["  \n", "\n\n"])
def test_the_next_line_keeps_away_from_what_hangs_low(qapp: QApplication, end: str) -> None:
    theme().apply(qapp)
    fraction = r"\frac{x}{y_{j_k}}"
    assert rows_of_ink(f"${fraction}$")[-1] < rows_of_ink(rf"$\phantom{{{fraction}}}${end}x")[0]


def test_none_is_wider_than_its_note() -> None:
    found = document("$" + "+".join("abcdefghijklmnopqrstuvwxyz") + "$", 100.0)
    assert found.idealWidth() <= 100.5


def test_a_formula_with_a_line_of_its_own_is_in_the_middle_of_it() -> None:
    found = document("One\n$$x = 1$$\ntwo $$y$$ three")
    assert found.toPlainText() == f"One\n{OBJECT}\ntwo {OBJECT} three"
    assert found.findBlockByNumber(1).layout().lineAt(0).naturalTextRect().center().x() == pytest.approx(WIDTH / 2, 0.1)


def test_code_keeps_its_dollars() -> None:
    assert document("`$x$` and\n\n```\n$y$\n```").toPlainText().split() == ["$x$", "and", "$y$"]
    assert not formulas_in("`$x$` costs $5")
    assert formulas_in("$x$ and\n$$y \n z$$") == {("x", False), ("y z", True)}


def test_a_broken_one_is_code_that_says_why() -> None:
    found = document(r"$\frac{1$ and $x$")
    assert found.toPlainText() == rf"\frac{{1 and {OBJECT}"
    line = found.begin().layout().lineAt(0)
    middle = QPointF(line.cursorToX(3)[0], line.height() / 2)
    assert reason_at(found, middle) == "This formula has an error: a brace is missing."
    assert not reason_at(found, QPointF(line.cursorToX(10)[0], line.height() / 2))
    assert not reason_at(found, QPointF(5, 90))


def test_without_the_extra_it_is_code_that_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(all_formulas.formulas(), "possible", False)
    forget()
    found = document("$x^2$")
    assert found.toPlainText() == "x^2" and reason_at(found, QPointF(4, 6)) == MISSING
    forget()


def test_of_very_many_some_are_drawn() -> None:
    found = document("$x$ " * (MOST + 50)).toPlainText().split()
    assert found == [OBJECT] * MOST + ["x"] * 50


@pytest.mark.parametrize(
    ("text", "plain"), [("Why this?\nThat.", True), ("", True), ("**Why**", False), ("$x$", False), ("- a", False)]
)
def test_a_text_that_looks_as_it_is_written_is_told_apart(text: str, plain: bool) -> None:
    draw_now(text)
    assert looks_as_written(text) == plain
