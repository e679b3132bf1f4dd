"""Forms whose fields stand in titled sections."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.specs.fields import Float, Int
from models.specs.spec import Spec, SpecProblem
from widgets.controls import shows_ring
from widgets.forms.section import Section
from widgets.forms.spec_form import SpecForm
from widgets.theme import color, px


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


def test_the_ring_of_the_keyboard_leaves_the_words_of_a_heading_free(form: SpecForm, qtbot: QtBot) -> None:
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    heading = sections(form)[1].line
    form.editor("epochs").setFocus()
    words = color("text1").rgb()

    def first_dark() -> int:
        image = heading.grab().toImage()
        found = [x for x in range(image.width()) for y in range(image.height()) if image.pixel(x, y) == words]
        return round(min(found) / image.devicePixelRatio())

    before = first_dark()
    heading.setFocus(Qt.FocusReason.TabFocusReason)
    assert shows_ring(heading) and first_dark() >= before + px(6)
