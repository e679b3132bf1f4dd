"""What lies in areas that scroll is brought into view through all of them."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from widgets.basics.showing import bring_into_view


def inside(widget: QWidget, above: int) -> QScrollArea:
    """An area with a widget far down in it."""
    content, area = QWidget(), QScrollArea()
    column = QVBoxLayout(content)
    column.addSpacing(above)
    column.addWidget(widget)
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFixedSize(200, 200)
    return area


def test_all_areas_around_scroll(qtbot: QtBot) -> None:
    label = QLabel("here")
    inner = inside(label, 900)
    outer = inside(inner, 900)
    qtbot.addWidget(outer)
    outer.show()
    assert label.visibleRegion().isEmpty()
    bring_into_view(label)
    assert not label.visibleRegion().isEmpty()
