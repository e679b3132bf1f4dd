"""A form of a spec: its editors, what is shown of problems, what is folded, and how it is walked."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from spec_forms import Everything, line, said, type_over

from models.layers import LAYERS
from models.specs.spec import SpecProblem
from models.training import OPTIMIZERS, TrainingSettings
from widgets.forms.editors import BoolEditor, ChoiceEditor, PathEditor
from widgets.forms.lines import DimsLine, FloatLine, IntLine, TextLine
from widgets.forms.more import More
from widgets.forms.sizes import NumbersEditor, PaddingEditor
from widgets.forms.spec_form import KEPT_FORMS, SpecEditor, SpecForm
from widgets.theme import theme


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
