"""Formulas set as in a book: in the window and on paper."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from models.byhand.functions import Call, exp, greatest, root, softmax, tanh
from models.byhand.pen import Line
from models.byhand.report import Part
from models.byhand.terms import Leaf, Term, Truth, total
from widgets.numbers.formula import MOST, FormulaView
from widgets.numbers.sheet import as_pdf
from widgets.numbers.typeset import Typesetter, height_of, paint_rows, widest

INK, STRONG = QColor("black"), QColor("blue")
X, Y = Leaf("x₁⁽²⁾", 0.5, "value/x/1/0"), Leaf("∂L/∂y₂", -1e-9, "gradient/y/0/1")
TERMS: dict[str, Term] = {
    "sum": X + Y - X,
    "product": X * (Y + 1) * -X,
    "fraction": (X + 1) / (Y * X),
    "power": (X - Y) ** 2,
    "root": root(X + 1e-5),
    "function": tanh(exp(X)),
    "bars": Call("abs", Y),
    "largest": greatest(*[X] * 40),
    "truth": Truth("", X, " > 0", 1.0),
    "softmax": softmax([X, Y], 0, [X, Y]),
    "long": total([X * Y] * 60),
}


@pytest.fixture
def setter(qapp: object) -> Typesetter:
    return Typesetter(INK, STRONG)


def painted(term: Term, setter: Typesetter, width: float = 900) -> QImage:
    rows = setter.line(Line("z₁", term, term.value), width)
    image = QImage(1000, 400, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_rows(painter, rows, 0, 0, 3)
    painter.end()
    return image


def inked(image: QImage) -> np.ndarray:
    """Rows and columns of a picture that hold ink."""
    pixels = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.width(), 4)[..., :3]
    return np.argwhere(pixels.min(-1) < 128)


@pytest.mark.parametrize("name", TERMS)
def test_every_kind_of_term_is_set_within_its_box(name: str, setter: Typesetter) -> None:
    rows = setter.line(Line("z₁", TERMS[name], TERMS[name].value), 900)
    ink = inked(painted(TERMS[name], setter))
    assert len(ink) > 20
    assert ink[:, 0].max() <= height_of(rows, 3) + 1 and ink[:, 1].max() <= widest(rows) + 1


@pytest.mark.parametrize("name", TERMS)
@pytest.mark.parametrize("width", [60, 140, 260])
def test_nothing_is_wider_than_the_room_as_long_as_it_can_be_parted(name: str, width: int, setter: Typesetter) -> None:
    rows = setter.line(Line("z₁", TERMS[name], TERMS[name].value), width)
    assert widest(rows) <= max(width, 90), "a name or a number alone may be wider"
    wide = setter.line(Line("z₁", (1 + TERMS["long"]) / (TERMS["long"] + 2), 1.5), width)
    assert widest(wide) <= max(width, 90)


@given(st.floats(150, 1200))
def test_a_sum_is_broken_between_its_terms_and_never_wider_than_the_room(width: float) -> None:
    rows = Typesetter(INK, STRONG).line(Line("z₁", TERMS["long"], 1.5), width)
    assert widest(rows) <= width
    assert (len(rows) == 1) == (width > 5000)


def test_a_line_that_fits_is_one_row_and_else_one_for_each_form(setter: Typesetter) -> None:
    line = Line("z₁", X + 1, 1.5)
    assert len(setter.line(line, 900)) == 1
    assert len(setter.line(line, 100)) == 3
    assert len(setter.line(line, 100, whole=False)) == 1


def test_a_formula_shows_names_numbers_and_value_but_no_number_that_is_hidden(qtbot: QtBot) -> None:
    view = FormulaView()
    qtbot.addWidget(view)
    line = Line("z₁", X * 2 + 1, 2.0)
    view.show_lines([line])
    assert view.text() == "z₁ = x₁⁽²⁾·2 + 1 = 0.5·2 + 1 = 2"
    view.show_lines([line, line], hidden=[True, False])
    assert view.text().split("\n")[0] == "z₁ = x₁⁽²⁾·2 + 1"
    view.show_lines([], "It is given.")
    assert view.text() == "It is given."


def test_a_formula_is_as_high_as_its_rows_at_any_width(qtbot: QtBot) -> None:
    view = FormulaView()
    qtbot.addWidget(view)
    view.show_lines([Line("z₁", TERMS["long"], 2.0)])
    view.show()
    heights = []
    for width in (900, 400, 200):
        view.resize(width, 50)
        heights.append(view.sizeHint().height())
    assert heights == sorted(heights) and heights[0] < heights[-1]


def test_of_many_steps_the_last_are_shown_and_the_others_counted(qtbot: QtBot) -> None:
    view = FormulaView()
    qtbot.addWidget(view)
    view.show_lines([Line(f"s{number}", X, 0.5) for number in range(MOST + 5)])
    assert "5 steps before these" in view.text() and f"s{MOST + 4}" in view.text() and "s4 =" not in view.text()


def report(count: int) -> Iterator[Part]:
    yield Part("title", "A lesson")
    yield Part("section", "Forward")
    for number in range(count):
        yield Part("table", f"fc{number} (Linear)", np.arange(6.0).reshape(2, 3), [(0, 1)])
        yield Part("line", "", line=Line("z₁", TERMS["fraction"], 1.5))
        yield Part("line", "", line=Line("z₂", TERMS["long"], 1.5), whole=False)
        yield Part("said", "and 12 more numbers in the same way.")
    yield Part("table", "large", np.zeros((40, 40)))


def streams(content: bytes) -> bytes:
    """What the streams of a PDF hold, unpacked."""
    found = b""
    for part in content.split(b"stream\n")[1:]:
        body = part.split(b"endstream")[0]
        try:
            found += zlib.decompress(body)
        except zlib.error:
            found += body
    return found


def test_a_report_becomes_a_pdf_of_as_many_pages_as_it_takes(qapp: object, tmp_path: Path) -> None:
    short, long = as_pdf(report(1), "A lesson"), as_pdf(report(12), "A lesson")
    assert short.startswith(b"%PDF-") and short.rstrip().endswith(b"%%EOF")
    assert short.count(b"/Type /Page\n") == 1 and long.count(b"/Type /Page\n") > 2
    assert b"/MediaBox [0 0 595" in short, "A4"
    assert b" Tf" in streams(short), "text stays text"


def test_paper_does_not_follow_the_text_size_of_the_window(qapp: object) -> None:
    from widgets.theme import theme

    plain = as_pdf(report(6), "A lesson").count(b"/Type /Page\n")
    theme().set_scale(1.5)
    try:
        assert abs(as_pdf(report(6), "A lesson").count(b"/Type /Page\n") - plain) <= 1
    finally:
        theme().set_scale(1.0)
