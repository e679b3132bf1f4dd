"""Inspect on a small screen: cards beneath one another, controls in a line of their own, nothing cut at the side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from studio.workspaces.inspect.card import TitledCard
from studio.workspaces.inspect.workspace import NARROW, InspectWorkspace
from widgets.controls import Button

Open = Callable[..., InspectWorkspace]


def test_samples_stand_beneath_the_tables_where_there_is_no_room_beside(page_of: Open, all_runs: Path) -> None:
    page = page_of(all_runs, "classes")
    assert page._columns.orientation() == Qt.Orientation.Horizontal
    page.setMinimumSize(1, 1)  # as the window, whose own is what counts
    page.resize(NARROW - 50, 420)
    QApplication.processEvents()
    assert page._columns.orientation() == Qt.Orientation.Vertical
    for card in (page.tables, page.side, page.inside):
        assert card.mapTo(page, QPoint(card.width(), 0)).x() <= page.width()
    page.resize(1280, 720)
    QApplication.processEvents()
    assert page._columns.orientation() == Qt.Orientation.Horizontal
    assert page.tables.y() == page.side.y()


def test_controls_take_a_line_of_their_own_where_one_has_no_room_for_all(qtbot: QtBot) -> None:
    card = TitledCard("Samples")
    qtbot.addWidget(card)
    card.setMinimumSize(1, 1)  # as in an area that scrolls, where its hint counts
    button = Button("A choice with many words")
    card.choices.addWidget(QLabel("What is seen of it"))
    card.controls.addWidget(button)
    card.resize(600, 200)
    card.show()
    QApplication.processEvents()
    assert abs(button.geometry().center().y() - card.title.geometry().center().y()) <= 2
    assert card.minimumSizeHint().width() < 400
    card.resize(card.minimumSizeHint().width(), 200)
    qtbot.waitUntil(lambda: button.y() > card.title.geometry().bottom())
    assert card.rect().contains(button.geometry())
    card.resize(600, 200)
    qtbot.waitUntil(lambda: button.y() < card.title.geometry().bottom())


def test_a_control_that_comes_later_has_room_as_well(qtbot: QtBot) -> None:
    card = TitledCard("Samples")
    qtbot.addWidget(card)
    card.setMinimumSize(1, 1)  # as in an area that scrolls, where its hint counts
    card.controls.addWidget(Button("First"))
    card.resize(260, 200)
    card.show()
    later = Button("Another choice with many words")
    card.controls.addWidget(later)
    qtbot.waitUntil(lambda: later.y() > card.title.geometry().bottom())
