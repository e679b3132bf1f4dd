"""Axes and smoothing are remembered by document, and by chart."""

from __future__ import annotations

import json

import pytest
from pytestqt.qtbot import QtBot

from studio.services.settings import Settings
from studio.workspaces.train.chart_looks import KEY, MOST_DOCUMENTS, ChartLooks
from widgets.charts.card import Look
from widgets.charts.chart import Chart


@pytest.fixture
def chart(qtbot: QtBot) -> Chart:
    chart = Chart("Loss")
    qtbot.addWidget(chart)
    return chart


def test_each_document_has_its_looks(chart: Chart) -> None:
    settings = Settings()
    looks = ChartLooks(settings)
    looks.show_document("/a")
    chart.set_look(Look(True, True, 0.05))
    looks.keep("loss", chart)
    looks.show_document("/b")
    looks.dress("loss", chart)
    assert chart.look == Look()
    settings.flush()
    later = ChartLooks(Settings())
    later.show_document("/a")
    later.dress("accuracy", chart)
    assert chart.look == Look()
    later.dress("loss", chart)
    assert chart.look == Look(True, True, 0.05)


@pytest.mark.parametrize(
    "kept", ["", "{", "7", '{"/a": 3}', '{"/a": {"loss": [1, true, "x"]}}', '{"/a": {"loss": [true]}}']
)
def test_what_makes_no_sense_is_forgotten(chart: Chart, kept: str) -> None:
    settings = Settings()
    settings.set_text(KEY, kept)
    looks = ChartLooks(settings)
    looks.show_document("/a")
    looks.dress("loss", chart)
    assert chart.look == Look()
    looks.keep("loss", chart)
    settings.flush()


def test_only_the_latest_documents_are_remembered(chart: Chart) -> None:
    settings = Settings()
    looks = ChartLooks(settings)
    for number in range(MOST_DOCUMENTS + 5):
        looks.show_document(f"/{number}")
        looks.keep("loss", chart)
    kept = list(json.loads(settings.text(KEY)))
    assert len(kept) == MOST_DOCUMENTS and kept[-1] == f"/{MOST_DOCUMENTS + 4}"
    settings.flush()
