"""The bars of the classes: how they are drawn, named, read and chosen."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from data_views import HOSTILE, shown
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.data.bars import Bar
from widgets.data.class_bars import MOST_BARS, ClassBars
from widgets.theme import theme


def bars(count: int = 4) -> list[Bar]:
    return [Bar(f"class {place}", 80 + place, 20) for place in range(count)]


def test_bars_stack_training_and_validation(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(), classes=True)
    training, validation, _ = chart.plot._stacks
    assert list(training.opts["height"]) == [80, 81, 82, 83]
    assert list(validation.opts["y0"]) == [80, 81, 82, 83]
    assert [label.text() for label in chart.counts if label.isVisible()] == ["training 326", "validation 80"]
    assert [item.textItem.toPlainText() for item in chart.plot._counts] == ["100", "101", "102", "103"]


def test_a_class_with_few_examples_is_remarked_on(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", [*bars(), Bar(HOSTILE, 5, 1)], classes=True)
    assert chart.remark.text() == f"{HOSTILE} has the fewest examples"
    assert not chart.remark.isHidden()
    chart.show_bars("Rows per target value", [*bars(), Bar("4 to 5", 5, 1)], classes=False)
    assert chart.remark.isHidden()


def test_a_narrow_card_keeps_its_title_and_tells_the_remark_by_its_icon(qtbot: QtBot) -> None:
    card = ClassBars()
    qtbot.addWidget(card)
    bars = [Bar(f"Species {place} of the northern hemisphere", 8 if place else 2, 2) for place in range(6)]
    card.show_bars("Rows per class", bars, classes=True)
    card.show()
    for width, worded in ((900, True), (360, False)):
        card.resize(width, 200)
        assert card.remark.isVisible() is worded and card.remark_icon.isVisible()
        assert card.title.width() >= card.title.sizeHint().width(), "no title in …"
    assert "has the fewest examples" in card.remark_icon.toolTip()


def test_names_are_shown_as_written(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", [Bar("<b>x</b>", 5, 1), Bar("y\nz", 5, 1)], classes=True)
    assert [name for _, name in chart.plot._names()] == ["<b>x</b>", "y z"]


def test_classes_that_begin_alike_are_told_apart(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    alike = [Bar(f"Product category {number:02}", 5, 1) for number in range(60)]
    chart.show_bars("Rows per class", alike, classes=True)
    names = [name for _, name in chart.plot._names()]
    assert len(set(names)) == len(names) > 10 and names[0] == "00"
    chart.show_bars("Rows per class", alike[:2], classes=True)
    assert chart.plot._names()[0][1] == "Product category 00"


def test_classes_of_which_some_begin_alike_are_told_apart(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    kinds = ("Species number {} of the valley", "Common tree sort {}")
    chart.show_bars("Rows per class", [Bar(kinds[place % 2].format(place), 5, 1) for place in range(60)], classes=True)
    places, names = zip(*chart.plot._names(), strict=True)
    assert len(set(names)) == len(names) > 5, names
    assert 1 < places[0] < places[1] - places[0], "the first name has room on its left"
    assert all(re.match(r"[SC]\. \d+", name) for name in names), names


def test_ranges_are_marked_where_they_end(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    ends = [f"{100_000 * place:,}" for place in range(10)]
    ranges = [Bar(f"{low} to {high}", 5, 1, (low, high)) for low, high in pairwise(ends)]
    chart.show_bars("Rows per target value", ranges, classes=False)
    names = chart.plot._names()
    assert names[0] == (0.0, "0") and all(ends[int(place)] == name for place, name in names)


def test_counts_have_room_above_the_highest_bar(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart, 500, 170)
    chart.show_bars("Images per class", bars(), classes=True)
    chart.grab()
    tallest = chart.plot._counts[-1]
    assert tallest.mapRectToScene(tallest.boundingRect()).top() >= -1


def test_no_label_of_the_axis_is_cut_at_the_top(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart, 900, 420)
    for total in (9_344, 9_999):
        chart.show_bars("Pixels per class", [Bar("0", total, 0), Bar("1", 816, 0)], classes=True)
        heights = [value for value, _ in chart.plot.left._tickLevels[0]]
        chart.grab()
        tops = [chart.plot.view.mapViewToScene(QPointF(0, value)).y() for value in heights]
        assert len(tops) > 1 and min(tops) >= 8


def test_so_many_classes_are_cut_and_said(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(MOST_BARS + 50), classes=True)
    assert len(chart.plot.bars) == MOST_BARS
    assert chart.remark.text() == f"The first {MOST_BARS} of {MOST_BARS + 50} classes"
    assert chart.plot._counts == []
    assert len(chart.plot._names()) < MOST_BARS


def point_at(chart: ClassBars, bar: int) -> QPoint:
    spot = chart.plot.view.mapViewToScene(QPointF(bar + 0.5, 10))
    return chart.plot.mapFromScene(spot)


def test_a_click_on_a_bar_chooses_its_class(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(), classes=True)
    chart.grab()
    chosen: list[int] = []
    chart.chosen.connect(chosen.append)
    qtbot.mouseClick(chart.plot.viewport(), Qt.MouseButton.LeftButton, pos=point_at(chart, 2))
    assert chosen == [2]


def test_the_pointer_reads_a_bar(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(), classes=True)
    chart.grab()
    spot = QPointF(point_at(chart, 1))
    none = Qt.MouseButton.NoButton
    event = QMouseEvent(QMouseEvent.Type.MouseMove, spot, spot, none, none, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(chart.plot.viewport(), event)
    assert chart.readout.text() == "class 1: 81 training, 20 validation"


def test_the_keyboard_reads_and_chooses_bars(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(), classes=True)
    chosen: list[int] = []
    chart.chosen.connect(chosen.append)
    chart.plot.setFocus()
    for _ in range(9):
        qtbot.keyClick(chart.plot, Qt.Key.Key_Right)
    qtbot.keyClick(chart.plot, Qt.Key.Key_Left)
    assert chart.readout.text().startswith("class 2:")
    qtbot.keyClick(chart.plot, Qt.Key.Key_Return)
    assert chosen == [2]


def test_bars_are_told_to_those_who_cannot_see_them(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(), classes=True)
    assert chart.plot.accessibleName() == "Images per class"
    assert "class 3: 83 training, 20 validation" in chart.plot.accessibleDescription()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_charts_follow_the_theme(qtbot: QtBot, mode: str) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", bars(), classes=True)
    theme().set_mode(mode)  # type: ignore[arg-type]
    theme().set_scale(1.5)
    image = chart.plot.grab().toImage()
    assert image.pixelColor(2, 2).name() == theme().color("panel").name()


def test_no_bars_are_fine(qtbot: QtBot) -> None:
    chart = ClassBars()
    shown(qtbot, chart)
    chart.show_bars("Images per class", [], classes=True)
    chart.grab()
    qtbot.keyClick(chart.plot, Qt.Key.Key_Right)
