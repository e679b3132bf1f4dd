from __future__ import annotations

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from widgets.controls import ChoiceField, Field, FloatField, IntField, SearchField, TextField


def said(field: Field) -> list[object]:
    values: list[object] = []
    field.changed.connect(values.append)
    return values


def type_over(qtbot: QtBot, field: Field, text: str) -> None:
    field.selectAll()
    qtbot.keyClicks(field, text)


def wheel(widget: QWidget) -> QWheelEvent:
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(widget, event)
    return event


@pytest.fixture
def number(qtbot: QtBot) -> IntField:
    field = IntField("Kernel", 1, 64)
    qtbot.addWidget(field)
    field.set_value(3)
    field.show()
    field.setFocus()
    return field


def test_a_typed_number_is_told_shortly_after(qtbot: QtBot, number: IntField) -> None:
    values = said(number)
    type_over(qtbot, number, "16")
    qtbot.waitUntil(lambda: values == [16])
    assert number.value() == 16


def test_return_tells_at_once(qtbot: QtBot, number: IntField) -> None:
    values = said(number)
    type_over(qtbot, number, "5")
    qtbot.keyClick(number, Qt.Key.Key_Return)
    assert values == [5]


def test_nonsense_turns_red_after_a_moment_and_keeps_the_value(qtbot: QtBot, number: IntField) -> None:
    values = said(number)
    type_over(qtbot, number, "7x")
    assert number.error() == ""
    qtbot.waitUntil(lambda: number.error() != "")
    assert number.error() == "Kernel needs an integer from 1 to 64; “7x” is not."
    assert "7x" in number.toolTip()
    assert number.property("invalid") is True
    assert values == []
    assert number.value() == 3


def test_escape_brings_the_last_value_back(qtbot: QtBot, number: IntField) -> None:
    type_over(qtbot, number, "999")
    qtbot.keyClick(number, Qt.Key.Key_Escape)
    assert number.text() == "3"
    assert number.error() == ""


def test_leaving_with_nonsense_brings_the_last_value_back(qtbot: QtBot, number: IntField) -> None:
    type_over(qtbot, number, "-4")
    number.clearFocus()
    qtbot.waitUntil(lambda: number.text() == "3")
    assert number.error() == ""


def test_leaving_tells_what_was_typed(qtbot: QtBot, number: IntField) -> None:
    values = said(number)
    type_over(qtbot, number, "8")
    number.clearFocus()
    qtbot.waitUntil(lambda: values == [8])


def test_keys_step_inside_the_range(qtbot: QtBot, number: IntField) -> None:
    values = said(number)
    qtbot.keyClick(number, Qt.Key.Key_Up)
    qtbot.keyClick(number, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    for _ in range(3):
        qtbot.keyClick(number, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert values == [4, 14, 4, 1]


def test_the_chevrons_step(qtbot: QtBot, number: IntField) -> None:
    values = said(number)
    qtbot.mouseClick(number, Qt.MouseButton.LeftButton, pos=QPoint(number.width() - 6, 5))
    qtbot.mouseClick(number, Qt.MouseButton.LeftButton, pos=QPoint(number.width() - 6, number.height() - 5))
    assert values == [4, 3]


def test_the_wheel_steps_only_with_focus(qtbot: QtBot, number: IntField) -> None:
    number.clearFocus()
    assert not wheel(number).isAccepted()
    assert number.value() == 3
    number.setFocus()
    qtbot.waitUntil(number.hasFocus)
    wheel(number)
    assert number.value() == 4


def test_setting_a_value_tells_nobody_and_clears_the_error(number: IntField) -> None:
    values = said(number)
    number.set_error("Kernel 3 is larger than the 2×2 input.")
    number.set_value(9)
    assert values == []
    assert number.text() == "9"
    assert number.error() == ""


def test_markup_in_an_error_is_shown_as_written(number: IntField) -> None:
    number.set_error("<b>x</b>")
    assert "&lt;b&gt;" in number.toolTip()


def test_an_optional_number_may_be_empty(qtbot: QtBot) -> None:
    field = IntField("Limit", 1, optional=True)
    qtbot.addWidget(field)
    assert field.read("") is None
    with pytest.raises(ValueError, match="integer, 1 or more; “0” is not"):
        field.read("0")
    with pytest.raises(ValueError, match="it is empty"):
        IntField("Limit").read(" ")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=st.integers(-(10**18), 10**18))
def test_whole_numbers_survive_writing_and_reading(qapp: QApplication, value: int) -> None:
    field = IntField("n")
    assert field.read(field.write(value)) == value
    assert field.read(f"{value:,}") == value


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(value=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_survive_writing_and_reading_to_12_digits(qapp: QApplication, value: float) -> None:
    field = FloatField("x")
    again = field.read(field.write(value))
    assert isinstance(again, float)
    assert math.isclose(again, value, rel_tol=1e-11, abs_tol=0)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(text=st.text())
def test_any_text_is_a_number_or_a_sentence(qapp: QApplication, text: str) -> None:
    for field in (IntField("n", 0, 9), FloatField("n", 0, 9)):
        try:
            value = field.read(text)
        except ValueError as problem:
            assert str(problem).startswith("n needs")
        else:
            assert isinstance(value, int | float)
            assert 0 <= value <= 9


@pytest.mark.parametrize(
    ("start", "count", "stepped"),
    [
        (0.05, 1, 0.06),
        (0.9, 1, 1.0),
        (0.1, -1, 0.09),
        (0.0005, -1, 0.0004),
        (0, 1, 0.01),
        (1e-5, 1, 2e-5),
        (-0.5, 1, -0.4),
    ],
)
def test_a_step_is_one_unit_of_the_first_digit(qtbot: QtBot, start: float, count: int, stepped: float) -> None:
    field = FloatField("Learning rate")
    qtbot.addWidget(field)
    field.set_value(start)
    field.step(count)
    assert field.value() == stepped


def test_a_comma_is_a_decimal_point_and_infinity_no_number(qtbot: QtBot) -> None:
    field = FloatField("x")
    qtbot.addWidget(field)
    assert field.read("0,05") == 0.05
    for text in ("nan", "inf", "1,000.5.2", ""):
        with pytest.raises(ValueError, match="needs a number"):
            field.read(text)


def test_words_are_checked(qtbot: QtBot) -> None:
    field = TextField("Name", lambda text: None if text.isidentifier() else f"“{text}” is no name.")
    qtbot.addWidget(field)
    field.set_value("conv1")
    field.show()
    field.setFocus()
    values = said(field)
    type_over(qtbot, field, "1 2")
    qtbot.waitUntil(lambda: field.error() == "“1 2” is no name.")
    type_over(qtbot, field, "conv2")
    qtbot.waitUntil(lambda: values == ["conv2"])
    assert field.error() == ""


def test_a_choice_tells_what_the_user_chose(qtbot: QtBot) -> None:
    field = ChoiceField("Schedule", [("constant", "Constant"), ("cosine", "Cosine")])
    qtbot.addWidget(field)
    values: list[str] = []
    field.changed.connect(values.append)
    field.set_value("cosine")
    field.set_value("no such thing")
    assert field.value() == "cosine"
    assert values == []
    field.show()
    field.setFocus()
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert values == ["constant"]
    field.set_options(["constant", "step"])
    assert field.value() == "constant"


def test_a_choice_without_focus_leaves_the_wheel_to_the_panel(qtbot: QtBot) -> None:
    field = ChoiceField("Schedule", ["a", "b"])
    qtbot.addWidget(field)
    assert not wheel(field).isAccepted()
    assert field.value() == "a"


def test_escape_empties_the_search(qtbot: QtBot) -> None:
    field = SearchField("Search layers", "Tab")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "conv")
    assert field.text() == "conv"
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""
    assert field.accessibleName() == "Search layers"


def test_what_is_too_long_shows_its_beginning(qtbot: QtBot) -> None:
    line = TextField("Name")
    qtbot.addWidget(line)
    line.set_value("first_" * 20)
    assert line.cursorPosition() == 0


def test_a_choice_that_was_mixed_offers_its_first_option_again(qtbot: QtBot) -> None:
    choice = ChoiceField("Mode", ["a", "b"])
    qtbot.addWidget(choice)
    assert choice.value() == "a" and not choice.is_mixed()
    choice.show_mixed()
    assert choice.value() == "" and choice.is_mixed() and choice.placeholderText()
    choice.set_options(["c", "d"])
    assert choice.value() == "c" and not choice.is_mixed()


def test_a_choice_shows_where_names_differ(qtbot: QtBot) -> None:
    kinds = [f"validation accuracy of the class {place}" for place in (1, 2)]
    field = ChoiceField("Series", [*kinds, "loss of the whole network in validation"])
    qtbot.addWidget(field)
    field.resize(140, 28)
    shown = [field.fitting(field.itemText(place), 100) for place in range(3)]
    assert shown[0] != shown[1] and shown[0].endswith("1") and shown[1].endswith("2")
    assert shown[2].startswith("loss") and shown[2].endswith("…")
    assert field.fitting("loss", 100) == "loss"
    field.grab()
