"""Layers over time: what is drawn is what was measured, and the pointer and the keys read it."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from pytestqt.qtbot import QtBot

from widgets.basics.heat import SCALES, shade
from widgets.runs.health_strips import NOTHING, Course, HealthStrips

NAN = float("nan")
COURSE = Course(
    ("fc1", "fc2", "last"),
    np.array([0.0, 1.0, 2.0, 3.0]),
    np.array([[1e-7, 0.01, 1e3], [1e-7, 0.01, 1e3], [1e-7, NAN, 1e3], [1e-5, 0.01, 10.0]], np.float32),
)


@pytest.fixture
def card(qtbot: QtBot) -> HealthStrips:
    made = HealthStrips()
    qtbot.addWidget(made)
    made.resize(500, 300)
    made.show_course(COURSE, "run 1")
    made.show()
    return made


def point(card: HealthStrips, share: float, layer: int) -> QPoint:
    area, height = card.strips._area()
    return QPoint(round(area.left() + share * area.width()), round(area.top() + (layer + 0.5) * height))


def test_each_place_has_the_color_of_its_value(card: HealthStrips) -> None:
    picture = card.strips.grab().toImage()
    scale = SCALES["gradient"]
    for layer, value in enumerate((1e-7, 0.01, 1e3)):
        assert picture.pixelColor(point(card, 0.2, layer)) == shade(scale.level(value))
    assert picture.pixelColor(point(card, 0.8, 1)) not in (shade(0.0), shade(-1.0))  # nothing was measured there


def test_the_pointer_reads_a_value(card: HealthStrips, qtbot: QtBot) -> None:
    qtbot.mouseMove(card.strips, point(card, 0.5, 0))
    assert card.strips.reading() == "fc1 at epoch 1.0: 1e-7"
    assert card.strips.accessibleDescription() == "fc1 at epoch 1.0: 1e-7"
    qtbot.mouseMove(card.strips, point(card, 0.8, 1))
    assert card.strips.reading() == ""
    qtbot.mouseMove(card.strips, QPoint(2, 2))
    assert card.strips.reading() == ""


def test_the_keys_read_values_too(card: HealthStrips, qtbot: QtBot) -> None:
    qtbot.keyClick(card.strips, Qt.Key.Key_Down)
    assert card.strips.reading() == "fc2 at epoch 3.0: 0.01"
    qtbot.keyClick(card.strips, Qt.Key.Key_Down)
    for _ in range(9):
        qtbot.keyClick(card.strips, Qt.Key.Key_Left)
    assert card.strips.reading() == "last at epoch 0.0: 1,000"
    card.strips.grab()


def test_what_is_chosen_is_told_and_named(card: HealthStrips, qtbot: QtBot) -> None:
    assert card.measure == "gradient"
    with qtbot.waitSignal(card.measure_chosen) as chosen:
        card.choice.setCurrentIndex(card.choice.findData("silent"))
        card.choice.activated.emit(card.choice.currentIndex())
    assert chosen.args == ["silent"]
    card.show_course(COURSE, "run 1")
    assert card._title.text() == "Dead units per layer"
    assert "fc2" in card.strips.accessibleDescription()


def test_nothing_recorded_is_said(card: HealthStrips, qtbot: QtBot) -> None:
    card.show_course(NOTHING, "")
    assert card.strips.accessibleDescription() == "Nothing was recorded of this run’s layers."
    card.say("It was off.")
    assert card.strips.accessibleDescription() == "It was off."
    card.strips.grab()
    qtbot.keyClick(card.strips, Qt.Key.Key_Left)
    qtbot.mouseMove(card.strips, QPoint(200, 20))
    assert card.strips.reading() == ""


@pytest.mark.parametrize("count", [1, 40, 900])
def test_any_number_of_layers_has_room(card: HealthStrips, count: int) -> None:
    course = Course(tuple(f"layer{at}" for at in range(count)), np.array([2.0]), np.full((1, count), 0.5, np.float32))
    card.show_course(course, "")
    card.strips.grab()
    area, height = card.strips._area()
    assert height > 0 and area.bottom() <= card.strips.height()


def test_after_one_look_the_axis_has_a_beginning_and_no_end(card: HealthStrips) -> None:
    def written(course: Course) -> bool:
        """Whether something stands below the right end of the strips."""
        card.show_course(course, "")
        picture = card.strips.grab().toImage()
        area, _ = card.strips._area()
        place = QRect(round(area.right()) - 30, round(area.bottom()) + 3, 30, 14)
        found = {
            picture.pixel(x, y) for x in range(place.left(), place.right()) for y in range(place.top(), place.bottom())
        }
        return len(found) > 1

    assert written(COURSE)
    assert not written(Course(COURSE.layers, COURSE.epochs[:1], COURSE.values[:1]))
