"""What is typed into a form: numbers, sizes, texts and files, told while they are valid."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot
from spec_forms import Everything, line, said, type_over

from widgets.forms.sizes import NumbersEditor, PaddingEditor
from widgets.forms.spec_form import SpecForm


def test_each_valid_number_is_told_while_it_is_typed(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    type_over(qtbot, line(form, "rate"), "0.25")
    assert changes == [("rate", 0.2), ("rate", 0.25)]
    assert form.spec() == Everything(rate=0.25)


def test_nonsense_keeps_the_last_value_and_turns_red_after_a_moment(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    type_over(qtbot, line(form, "count"), "x")
    assert line(form, "count").error() == ""
    qtbot.waitUntil(lambda: line(form, "count").error() != "")
    assert line(form, "count").error() == "Count: expected a number, found 'x'."
    assert line(form, "count").property("invalid") is True
    assert changes == []
    assert form.spec() == Everything()


def test_a_number_outside_the_bounds_says_which(qtbot: QtBot, form: SpecForm) -> None:
    type_over(qtbot, line(form, "count"), "0")
    qtbot.waitUntil(lambda: line(form, "count").error() == "Count: expected 1 or more, found 0.")


def test_leaving_a_field_brings_the_last_valid_value_back(qtbot: QtBot, form: SpecForm) -> None:
    type_over(qtbot, line(form, "count"), "x")
    line(form, "rate").setFocus()
    assert line(form, "count").text() == "4"
    assert line(form, "count").error() == ""


def test_escape_brings_the_last_valid_value_back(qtbot: QtBot, form: SpecForm) -> None:
    type_over(qtbot, line(form, "count"), "7x")
    qtbot.keyClick(line(form, "count"), Qt.Key.Key_Escape)
    assert line(form, "count").text() == "7"


def test_the_arrows_step_inside_the_bounds(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    line(form, "count").setFocus()
    for _ in range(9):
        qtbot.keyClick(line(form, "count"), Qt.Key.Key_Up)
    assert changes[-1] == ("count", 9)
    line(form, "rate").set_value(1.0)
    qtbot.keyClick(line(form, "rate"), Qt.Key.Key_Up)
    assert form.spec() == Everything(count=9)


def test_empty_stands_for_nothing_where_that_is_allowed(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    type_over(qtbot, line(form, "limit"), "5")
    line(form, "limit").selectAll()
    qtbot.keyClick(line(form, "limit"), Qt.Key.Key_Delete)
    assert changes == [("limit", 5), ("limit", None)]
    type_over(qtbot, line(form, "slope"), "0,5")
    assert changes[-1] == ("slope", 0.5)


def test_a_shape_is_typed_with_crosses(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    assert line(form, "shape").text() == "3×8"
    type_over(qtbot, line(form, "shape"), "1x28x28")
    assert changes[-1] == ("shape", [1, 28, 28])


def test_a_switch_and_a_choice_tell(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    qtbot.mouseClick(line(form, "bias").switch, Qt.MouseButton.LeftButton)
    line(form, "mode").setFocus()
    qtbot.keyClick(line(form, "mode"), Qt.Key.Key_Down)
    assert changes == [("bias", False), ("mode", "b")]


def test_text_is_told_as_it_is(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    text = "<b>‮x😀"
    line(form, "words").setFocus()
    line(form, "words").insert(text)
    line(form, "words").textEdited.emit(line(form, "words").text())
    assert changes == [("words", text)]


def test_a_picked_file_is_told(form: SpecForm) -> None:
    changes = said(form)
    line(form, "source").pick("/data/digits.npz")
    line(form, "source").pick("/data/digits.npz")
    assert changes == [("source", "/data/digits.npz")]
    assert line(form, "source").line.text() == "/data/digits.npz"


def test_linked_numbers_change_together(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    editor: NumbersEditor = line(form, "kernel_size")
    type_over(qtbot, editor.lines[0], "5")
    assert changes == [("kernel_size", 5)]
    assert editor.lines[1].text() == "5"


def test_unlinked_numbers_change_alone(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    editor: NumbersEditor = line(form, "kernel_size")
    qtbot.mouseClick(editor.link, Qt.MouseButton.LeftButton)
    type_over(qtbot, editor.lines[1], "7")
    assert changes == [("kernel_size", [3, 7])]
    qtbot.mouseClick(editor.link, Qt.MouseButton.LeftButton)
    assert changes[-1] == ("kernel_size", 3)


def test_different_numbers_come_unlinked(form: SpecForm) -> None:
    form.set_spec(Everything(stride=[1, 2]))
    editor: NumbersEditor = line(form, "stride")
    assert not editor.linked()
    assert [part.isVisible() for part in editor.lines] == [True, True]


def test_while_linked_one_number_stands_for_all_but_the_first_size(form: SpecForm) -> None:
    assert [part.isVisible() for part in line(form, "kernel_size").lines] == [True, True]
    assert [part.isVisible() for part in line(form, "stride").lines] == [True, False]


def test_an_optional_size_may_be_emptied(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    editor: NumbersEditor = line(form, "step")
    type_over(qtbot, editor.lines[0], "2")
    editor.lines[0].selectAll()
    qtbot.keyClick(editor.lines[0], Qt.Key.Key_Backspace)
    assert changes == [("step", 2), ("step", None)]


def test_same_padding_follows_the_kernel(qtbot: QtBot, form: SpecForm) -> None:
    changes = said(form)
    editor: PaddingEditor = line(form, "padding")
    assert editor.choice.value() == "off"
    qtbot.mouseClick(editor.choice.segment("same"), Qt.MouseButton.LeftButton)
    assert changes == [("padding", "same")]
    assert editor.lines[0].text() == "1"
    type_over(qtbot, line(form, "kernel_size").lines[0], "5")
    assert editor.lines[0].text() == "2"
    qtbot.mouseClick(editor.choice.segment("off"), Qt.MouseButton.LeftButton)
    assert changes[-1] == ("padding", 0)


def test_padding_that_keeps_the_size_counts_as_same(qtbot: QtBot, form: SpecForm) -> None:
    editor: PaddingEditor = line(form, "padding")
    form.set_spec(Everything(padding=1))
    assert editor.choice.value() == "same"
    form.set_spec(Everything(padding=2))
    assert editor.choice.value() == ""
    form.set_spec(Everything(padding="same", kernel_size=2))
    assert editor.lines[0].text() == "same"


def test_with_a_stride_same_writes_the_numbers(qtbot: QtBot, form: SpecForm) -> None:
    form.set_spec(Everything(stride=2, kernel_size=5))
    changes = said(form)
    qtbot.mouseClick(line(form, "padding").choice.segment("same"), Qt.MouseButton.LeftButton)
    assert changes == [("padding", 2)]
