from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtWidgets import QApplication

from models.kinds.layer import Formula, Step
from widgets.explain.boxes import Box, Fraction, Result, Row, TextBox, break_lines, formula_boxes, spoken
from widgets.theme import color

HEIGHT = Formula(
    "Output height",
    "H_out",
    (Step("32", "size"), Step(" + 2·"), Step("1", "padding"), Step(" − "), Step("3", "kernel")),
    "32",
    (Step("1", "stride"),),
    (Step(" + 1"),),
)
COUNT = Formula("Parameters", "", (Step("16", "channels"), Step(" · ("), Step("3", "kernel"), Step("·3)")), "144")


def test_a_formula_is_read_aloud_as_it_is_written() -> None:
    assert spoken(HEIGHT) == "H out = ⌊(32 + 2·1 − 3) / 1⌋ + 1 = 32"
    assert spoken(COUNT) == "16 · (3·3) = 144"


def test_a_ceiling_is_read_as_one() -> None:
    rounded = Formula("x", "", (Step("3"),), "2", (Step("2"),), rounding="ceil")
    assert spoken(rounded) == "⌈(3) / 2⌉ = 2"


def test_a_fraction_stands_between_the_symbol_and_the_result(qapp: QApplication) -> None:
    boxes = formula_boxes(HEIGHT)
    fraction = next(box for box in boxes if isinstance(box, Fraction))
    assert fraction.width > max(fraction.above.width, fraction.below.width)
    assert fraction.ascent > fraction.above.ascent
    last = boxes[-1]
    assert isinstance(last, Row) and isinstance(last.boxes[-1], Result)


def test_numbers_carry_the_colors_of_their_roles(qapp: QApplication) -> None:
    fraction = next(box for box in formula_boxes(HEIGHT) if isinstance(box, Fraction))
    assert isinstance(fraction.above, Row)
    inks = {box.text: box.ink for box in fraction.above.boxes if isinstance(box, TextBox)}
    assert inks["3"] == color("Convolution")
    assert inks["1"] == color("Activation")
    assert inks[" − "] == color("text2")


def test_a_short_formula_takes_one_line(qapp: QApplication) -> None:
    assert len(break_lines(formula_boxes(COUNT), 300)) == 1


def test_a_long_formula_is_broken_before_its_signs(qapp: QApplication) -> None:
    terms = tuple(Step(text) for number in range(12) for text in (" + ", f"{number * 1000:,}"))[1:]
    lines = break_lines(formula_boxes(Formula("Sum", "", terms, "1")), 120)
    assert len(lines) > 2
    assert all(line.width <= 120 for line in lines)


def test_even_one_term_wider_than_the_line_is_broken(qapp: QApplication) -> None:
    terms = tuple(Step(text) for number in range(40) for text in ("·", "1,000"))[1:]
    lines = break_lines(formula_boxes(Formula("Product", "", terms, "1")), 150)
    assert all(line.width <= 150 for line in lines[:-1])


@pytest.mark.parametrize("width", [60, 120, 256])
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(texts=st.lists(st.sampled_from(["16", " + ", "·", " · (", ")", "1,048,576", "3"]), min_size=1, max_size=40))
def test_breaking_loses_and_reorders_nothing(qapp: QApplication, width: int, texts: list[str]) -> None:
    formula = Formula("x", "", tuple(Step(text) for text in texts), "7")
    lines = break_lines(formula_boxes(formula), width)
    assert "".join(_texts(lines)) == "".join(texts) + " = 7"


def _texts(boxes: list[Row]) -> list[str]:
    found: list[str] = []

    def walk(box: Box) -> None:
        if isinstance(box, Row):
            for part in box.boxes:
                walk(part)
        elif isinstance(box, Result):
            walk(box.text)
        elif isinstance(box, TextBox):
            found.append(box.text)

    for box in boxes:
        walk(box)
    return found
