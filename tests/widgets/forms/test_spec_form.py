from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.layers import LAYERS
from models.specs.fields import (
    Bool,
    Choice,
    Dims,
    Float,
    Int,
    OptionalFloat,
    OptionalInt,
    OptionalSize,
    Padding,
    Size,
    Text,
)
from models.specs.spec import Spec, SpecProblem
from models.training import OPTIMIZERS, TrainingSettings
from widgets.forms.editors import BoolEditor, ChoiceEditor, PathEditor
from widgets.forms.lines import DimsLine, FloatLine, IntLine, TextLine
from widgets.forms.more import More
from widgets.forms.sizes import NumbersEditor, PaddingEditor
from widgets.forms.spec_form import KEPT_FORMS, SpecEditor, SpecForm
from widgets.theme import theme


class Everything(Spec):
    """One field of each sort."""

    rank = 2
    count = Int(4, minimum=1, maximum=9, help="How many.")
    limit = OptionalInt(None, minimum=0)
    rate = Float(0.1, above=0.0, maximum=1.0)
    slope = OptionalFloat(None, minimum=0.0)
    bias = Bool(True)
    mode = Choice("a", ("a", "b"))
    words = Text("")
    source = Text("", path=True)
    kernel_size = Size(default=3)
    stride = Size(default=1)
    step = OptionalSize()
    padding = Padding()
    shape = Dims((3, 8))
    rare = Int(0, advanced=True)


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    widget = SpecForm()
    qtbot.addWidget(widget)
    widget.set_spec(Everything())
    widget.resize(300, 900)
    widget.show()
    qtbot.waitActive(widget)
    return widget


def said(form: SpecForm) -> list[tuple[str, Any]]:
    changes: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: changes.append((name, value)))
    return changes


def type_over(qtbot: QtBot, line: QWidget, text: str) -> None:
    line.setFocus()
    line.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, text)


def line(form: SpecForm, name: str) -> Any:
    return form.editor(name)


def test_each_field_has_the_editor_of_its_kind(form: SpecForm) -> None:
    kinds = {
        "count": IntLine, "limit": IntLine, "rate": FloatLine, "slope": FloatLine, "bias": BoolEditor,
        "mode": ChoiceEditor, "words": TextLine, "source": PathEditor, "kernel_size": NumbersEditor,
        "step": NumbersEditor, "padding": PaddingEditor, "shape": DimsLine, "rare": IntLine,
    }  # fmt: skip
    assert {name: type(form.editor(name)) for name in kinds} == kinds


def test_every_registered_kind_has_a_form(qtbot: QtBot) -> None:
    form = SpecForm()
    qtbot.addWidget(form)
    for kind in (*LAYERS.values(), *OPTIMIZERS.values(), TrainingSettings):
        form.set_spec(kind())
        assert all(form.editor(name) for name in kind.fields)


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


def test_a_setting_that_cannot_be_used_is_shown_in_red(form: SpecForm) -> None:
    params = {"count": "many", "rare": -3, "bias": "maybe", "kernel_size": "big"}
    spec, problems = Everything.read(params)
    form.set_spec(spec, params, problems)
    assert line(form, "count").text() == "many"
    assert line(form, "count").error().startswith("Count: expected")
    assert line(form, "kernel_size").error() and line(form, "bias").error()
    assert line(form, "rare").isVisible(), "a wrong setting must not hide among the folded ones"
    form.set_spec(Everything())
    assert line(form, "count").error() == ""
    assert line(form, "count").text() == "4"


def test_rare_settings_are_folded_unless_they_are_set(qtbot: QtBot, form: SpecForm) -> None:
    assert not line(form, "rare").isVisible()
    form.set_spec(None)
    form.set_spec(Everything(rare=2))
    qtbot.waitUntil(lambda: line(form, "rare").isVisible())


def test_the_rare_ones_unfold_by_mouse_and_keyboard(qtbot: QtBot, form: SpecForm) -> None:
    more = form.findChild(More)
    qtbot.mouseClick(more.line, Qt.MouseButton.LeftButton)
    assert more.is_expanded() and line(form, "rare").isVisible()
    more.line.setFocus()
    qtbot.keyClick(more.line, Qt.Key.Key_Space)
    assert not line(form, "rare").isVisible()
    assert not more.grab().isNull()


def test_one_setting_is_reset_by_the_menu_of_its_label(form: SpecForm) -> None:
    form.set_spec(Everything(count=9))
    changes = said(form)
    label = next(child for child in form.findChildren(QWidget) if child.actions() and "How many." in child.toolTip())
    label.actions()[0].trigger()
    assert changes == [("count", 4)]


def test_a_field_can_be_focused_even_while_folded(qtbot: QtBot, form: SpecForm) -> None:
    form.focus_field("rare")
    qtbot.waitUntil(line(form, "rare").hasFocus)


def test_reset_brings_every_default_back(form: SpecForm) -> None:
    form.set_spec(Everything(count=9, padding=2, mode="b"))
    changes = said(form)
    form.reset()
    assert changes == [("count", 4), ("mode", "a"), ("padding", 0)]
    assert form.spec() == Everything()
    assert line(form, "count").text() == "4"


def test_what_is_being_typed_survives_an_update_to_the_same_value(qtbot: QtBot, form: SpecForm) -> None:
    form.changed.connect(lambda name, value: form.set_spec(form.spec()))
    type_over(qtbot, line(form, "rate"), "0.50")
    assert line(form, "rate").text() == "0.50"
    assert line(form, "rate").hasFocus()


def test_a_hint_is_offered_beside_a_switch(qtbot: QtBot, form: SpecForm) -> None:
    form.set_hints({"bias": ("Turn bias off", "It is canceled.")})
    editor: BoolEditor = line(form, "bias")
    assert editor.hint.isVisible()
    with qtbot.waitSignal(form.hint_clicked) as signal:
        qtbot.mouseClick(editor.hint, Qt.MouseButton.LeftButton)
    assert signal.args == ["bias"]
    form.set_hints({})
    assert not editor.hint.isVisible()


def test_skipped_fields_are_left_out(form: SpecForm) -> None:
    form.set_spec(Everything(), skip=["mode"])
    with pytest.raises(KeyError):
        form.editor("mode")


def test_a_nested_spec_changes_kind_and_settings(qtbot: QtBot) -> None:
    form = SpecForm()
    qtbot.addWidget(form)
    form.set_spec(TrainingSettings())
    form.resize(300, 900)
    form.show()
    changes = said(form)
    nested = form.editor("optimizer")
    assert isinstance(nested, SpecEditor)
    nested.choice.setCurrentIndex(nested.choice.findData("SGD"))
    nested.choice.activated.emit(nested.choice.currentIndex())
    assert changes == [("optimizer", {"kind": "SGD", "params": {}})]
    type_over(qtbot, nested.form.editor("momentum"), "0.9")
    assert changes[-1] == ("optimizer", {"kind": "SGD", "params": {"momentum": 0.9}})
    again, problems = TrainingSettings.read({"optimizer": changes[-1][1]})
    assert not problems
    form.set_spec(again)
    assert nested.choice.value() == "SGD"


def test_a_problem_of_a_nested_spec_is_shown_on_its_kind(qtbot: QtBot) -> None:
    form = SpecForm()
    qtbot.addWidget(form)
    params = {"optimizer": {"kind": "Magic"}}
    spec, problems = TrainingSettings.read(params)
    form.set_spec(spec, params, problems)
    assert "expected one of" in form.editor("optimizer").choice.error()  # type: ignore[attr-defined]


def test_labels_carry_help_and_names(form: SpecForm) -> None:
    assert line(form, "count").accessibleName() == "Count"
    assert "How many." in line(form, "count").toolTip()
    assert line(form, "kernel_size").lines[1].accessibleName() == "Kernel size, width"


def test_it_can_be_walked_by_tab(qtbot: QtBot, form: SpecForm) -> None:
    line(form, "count").setFocus()
    qtbot.keyClick(line(form, "count"), Qt.Key.Key_Tab)
    assert line(form, "limit").hasFocus()
    assert line(form, "limit").selectedText() == line(form, "limit").text()


def test_it_fits_the_inspector_with_large_text_in_both_themes(qtbot: QtBot, form: SpecForm) -> None:
    before = theme().mode
    try:
        for mode in ("dark", "light"):
            for scale in (1.0, 1.5):
                theme().set_mode(mode)
                theme().set_scale(scale)
                form.set_spec(Everything(padding=[1, 2], stride=[1, 2]))
                qtbot.waitUntil(lambda scale=scale: form.minimumSizeHint().width() <= 288 * scale)
                form.layout().activate()
                form.resize(round(288 * scale), 900)
                edge = line(form, "padding").lines[1]
                qtbot.waitUntil(lambda edge=edge: edge.mapTo(form, QPoint(edge.width(), 0)).x() <= form.width())
                assert form.width() == round(288 * scale)
    finally:
        theme().set_scale(1.0)
        theme().set_mode(before)


def test_unknown_problems_do_no_harm(form: SpecForm) -> None:
    form.set_spec(Everything(), {"odd": 1}, [SpecProblem("odd", "No setting ‘odd’.", 1)])
    form.set_spec(None)
    assert form.spec() is None
    form.reset()


def test_the_widgets_of_the_last_kinds_are_kept(form: SpecForm) -> None:
    before = form.editor("count")
    form.set_spec(LAYERS["Linear"]())
    form.set_spec(Everything(count=7))
    assert form.editor("count") is before
    assert line(form, "count").text() == "7"
    for kind in list(LAYERS.values())[: KEPT_FORMS + 1]:
        form.set_spec(kind())
    assert len(form.findChildren(More)) <= KEPT_FORMS + 1
    form.set_spec(Everything())
    assert form.editor("count") is not before


def test_nothing_stays_behind(qtbot: QtBot) -> None:
    for _ in range(12):
        form = SpecForm()
        form.set_spec(Everything())
        form.set_spec(TrainingSettings())
        form.deleteLater()
    # Left-over widgets, timers and threads fail every test of windows.


def test_settings_stand_in_the_order_of_pytorch(qtbot: QtBot) -> None:
    """Filters, kernel, stride, padding, then the bias: as in the design, too."""
    form = SpecForm()
    qtbot.addWidget(form)
    form.set_spec(LAYERS["Conv2d"]())
    form.show()
    heights = {name: form.editor(name).mapTo(form, QPoint(0, 0)).y() for name in ("out_channels", "kernel_size")}
    heights |= {name: form.editor(name).mapTo(form, QPoint(0, 0)).y() for name in ("stride", "padding", "bias")}
    assert sorted(heights, key=lambda name: heights[name]) == list(heights)
