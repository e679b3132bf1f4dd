"""A chart of one run in a theme that stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.charts.chart import Chart
from widgets.theme import theme


@pytest.fixture(autouse=True)
def plain_theme(qapp: QApplication) -> Iterator[None]:
    theme().apply(qapp)
    theme().set_mode("dark")
    yield
    theme().set_mode("system")
    theme().set_scale(1.0)


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    chart = Chart("Loss")
    qtbot.addWidget(chart)
    chart.resize(480, 320)
    for series in ("training", "validation"):
        chart.curve("a", series, 0, "run 1")
    return chart
