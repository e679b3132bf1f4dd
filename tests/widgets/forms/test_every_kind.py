"""The form of every kind there is: layers, optimizers, schedules, losses, data sets. A kind is tested by being
registered. What leaves a form as it is asks one form after another, since making it is what takes time."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QStyle, QStyleOptionComboBox, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from models.layers import LAYERS
from models.specs.spec import Spec
from models.training import OPTIMIZERS, SCHEDULES, TrainingSettings
from models.training.losses import LOSSES
from studio.data import DATASETS
from widgets.controls import Switch
from widgets.controls.fields import Field as FieldEdit
from widgets.forms.lines import Prompt
from widgets.forms.spec_form import SpecForm
from widgets.theme import theme

INSPECTOR = 288
"""Width that the inspector gives its form, in pixels of the design."""
TALLEST = 4000
"""Pixels: no form is to be squeezed."""
KINDS: list[type[Spec]] = [
    kind for registry in (LAYERS, OPTIMIZERS, SCHEDULES, LOSSES, DATASETS) for kind in registry.values() if kind.fields
]
KINDS.append(TrainingSettings)
NONSENSE = "§ no such thing §"


@pytest.fixture
def large(qapp: QApplication) -> Iterator[float]:
    """Text half as large again."""
    theme().apply(qapp)
    theme().set_scale(1.5)
    yield 1.5
    theme().set_scale(1.0)


Make = Callable[..., SpecForm]


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Make]:
    """Makes the form of a kind as it comes, with everything unfolded, in a panel as wide as the inspector."""
    panels: list[QWidget] = []

    def form_of(kind: type[Spec], scale: float = 1.0) -> SpecForm:
        panel = QWidget()
        panels.append(panel)
        form = SpecForm()
        column = QVBoxLayout(panel)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(form)
        column.addStretch()
        form.set_spec(kind())
        for part in (form, *form.findChildren(SpecForm)):
            for fold in part._folds.values():
                fold.set_expanded(True)
        panel.resize(round(INSPECTOR * scale), TALLEST)
        panel.show()
        qtbot.waitExposed(panel)
        qtbot.waitUntil(lambda: form.height() >= form.sizeHint().height())
        return form

    yield form_of
    for panel in panels:
        panel.close()
        panel.deleteLater()


def controls(form: SpecForm) -> list[QWidget]:
    """What takes the keyboard, in sight."""
    takes = Qt.FocusPolicy.TabFocus
    return [part for part in form.findChildren(QWidget) if part.isVisible() and part.focusPolicy() & takes]


def lines(form: SpecForm) -> list[QLineEdit]:
    return [part for part in form.findChildren(QLineEdit) if part.isVisible()]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_control_is_named_in_sight_and_reached_by_tab(qtbot: QtBot, make: Make, kind: type[Spec]) -> None:
    form = make(kind)
    _has_a_name_and_says_what_it_is_for(form, kind)
    _is_not_cut(form, INSPECTOR)
    _is_walked_down_by_tab(qtbot, form)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nothing_is_cut_in_large_text(make: Make, kind: type[Spec], large: float) -> None:
    _is_not_cut(make(kind, large), round(INSPECTOR * large))


def _has_a_name_and_says_what_it_is_for(form: SpecForm, kind: type[Spec]) -> None:
    assert controls(form)
    for control in controls(form):
        assert QAccessible.queryAccessibleInterface(control).text(QAccessible.Text.Name).strip(), control
    for name, field in kind.fields.items():
        if field.help:
            editor = form.editor(name)
            tips = [part.toolTip() for part in (editor, *editor.findChildren(QWidget))]
            assert any(tips), name


def _is_not_cut(form: SpecForm, width: int) -> None:
    assert form.width() <= width + 1
    for part in form.findChildren(QWidget):
        if part.isVisible():
            right = part.mapTo(form, part.rect().topRight()).x()
            assert right <= form.width(), part
    for line in lines(form):
        assert line.height() >= line.fontMetrics().height()
        assert line.fontMetrics().horizontalAdvance(line.text()) <= line.width() - 12, line.text()
    for choice in (part for part in form.findChildren(QComboBox) if part.isVisible()):
        option = QStyleOptionComboBox()
        choice.initStyleOption(option)
        control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = choice.style().subControlRect(control, option, part, choice).width()
        assert choice.fontMetrics().horizontalAdvance(choice.currentText()) <= room, choice.currentText()


def _is_walked_down_by_tab(qtbot: QtBot, form: SpecForm) -> None:
    qtbot.waitActive(form.window())
    wanted = controls(form)
    wanted[0].setFocus(Qt.FocusReason.TabFocusReason)
    met: list[QWidget] = []
    for _ in wanted:
        now = form.window().focusWidget()
        if now is None or now in met:
            break
        met.append(now)
        qtbot.keyClick(now, Qt.Key.Key_Tab)
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)  # what was unfolded has asked for its room
    rows = [part.mapTo(form, part.rect().center()).y() for part in met]
    assert set(met) == set(wanted)
    # A row's switch and its numbers may stand a few pixels apart.
    assert all(lower > upper - 8 for upper, lower in itertools.pairwise(rows)), rows


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nonsense_keeps_the_last_valid_value_and_switches_turn_by_the_space_bar(
    qtbot: QtBot, make: Make, kind: type[Spec]
) -> None:
    form = make(kind)
    told: list[tuple[str, Any]] = []
    form.changed.connect(lambda name, value: told.append((name, value)))
    _takes_no_nonsense(qtbot, form, told)
    _turns_by_the_space_bar_and_tells_once(qtbot, form, told)


def _takes_no_nonsense(qtbot: QtBot, form: SpecForm, told: list[tuple[str, Any]]) -> None:
    before = form.spec()
    for line in lines(form):
        if not (isinstance(line, FieldEdit) and isinstance(line, Prompt)) or _reads(line, NONSENSE):
            continue  # free text
        written = line.text()
        line.setFocus()
        line.selectAll()
        qtbot.keyClicks(line, NONSENSE)
        assert form.spec() == before and told == []
        qtbot.keyClick(line, Qt.Key.Key_Escape)
        assert line.text() == written and line.error() == ""


def _reads(line: FieldEdit, text: str) -> bool:
    try:
        line.read(text)
    except ValueError:
        return False
    return True


def _turns_by_the_space_bar_and_tells_once(qtbot: QtBot, form: SpecForm, told: list[tuple[str, Any]]) -> None:
    for switch in (part for part in form.findChildren(Switch) if part.isVisible() and part.isEnabled()):
        was, count = switch.isChecked(), len(told)
        qtbot.keyClick(switch, Qt.Key.Key_Space)
        # Where two settings exclude each other, the form keeps the one that is valid.
        assert switch.isChecked() is not was
        assert len(told) - count <= 1
