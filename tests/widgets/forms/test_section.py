"""Forms whose fields stand in titled sections."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.specs.fields import Float, Int
from models.specs.spec import Spec, SpecProblem
from widgets.forms.section import Section
from widgets.forms.spec_form import SpecForm


class Course(Spec):
    """Fields in an order other than that of their sections."""

    sections = ("Speed", "Length", "Nothing")
    epochs = Int(10, section="Length")
    rate = Float(0.1, section="Speed")
    patience = Int(0, section="Length", advanced=True)
    delta = Float(0.0, section="Length", advanced=True)


@pytest.fixture
def form(qtbot: QtBot) -> SpecForm:
    form = SpecForm()
    qtbot.addWidget(form)
    form.set_spec(Course())
    form.show()
    qtbot.waitExposed(form)
    return form


def sections(form: SpecForm) -> list[Section]:
    return sorted(form.findChildren(Section), key=lambda section: section.y())


def test_sections_stand_in_their_order_and_say_what_they_fold(form: SpecForm) -> None:
    assert [(part.line.text(), part.line.words()) for part in sections(form)] == [("Speed", ""), ("Length", "2 more")]
    assert form.editor("epochs").isVisible() and not form.editor("patience").isVisible()
    assert "2 more settings" in sections(form)[1].line.accessibleName()


def test_a_heading_unfolds_by_mouse_and_keyboard(form: SpecForm, qtbot: QtBot) -> None:
    plain, length = (part.line for part in sections(form))
    assert not plain.isEnabled()
    qtbot.mouseClick(length, Qt.MouseButton.LeftButton)
    assert form.editor("patience").isVisible() and length.words() == "Fewer"
    length.setFocus()
    qtbot.keyClick(length, Qt.Key.Key_Space)
    assert not form.editor("patience").isVisible()


def test_what_is_set_wrong_or_wanted_is_unfolded(form: SpecForm) -> None:
    length = sections(form)[1]
    form.set_spec(Course(), {"delta": "x"}, [SpecProblem("delta", "Expected a number.", "x")])
    assert length.is_expanded()
    length.set_expanded(False)
    form.focus_field("patience")
    assert length.is_expanded()
    other = SpecForm()
    other.set_spec(Course(patience=3))
    assert sections(other)[1].is_expanded()
    other.deleteLater()


def test_a_widget_is_shown_in_its_section(form: SpecForm) -> None:
    picture = QLabel("curve")
    form.attach("Speed", picture)
    speed = sections(form)[0]
    assert speed.isAncestorOf(picture)
    with pytest.raises(StopIteration):
        form.attach("Nothing", QLabel())
