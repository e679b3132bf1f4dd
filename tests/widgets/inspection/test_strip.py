"""The strip above what is inspected."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from widgets.inspection.strip import Fact, InspectStrip
from widgets.theme import theme


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    """With the window's own letters."""
    theme().apply(qapp)


@pytest.mark.parametrize("epoch", ["8", "287", "1,000", "10,000"])
def test_the_epoch_of_a_checkpoint_is_told_whole(qtbot: QtBot, epoch: str) -> None:
    strip = InspectStrip()
    qtbot.addWidget(strip)
    strip.resize(1280, 60)
    strip.checkpoint.set_options([("best", f"Best, epoch {epoch}"), ("last", f"Last, epoch {epoch}")])
    strip.show_facts([Fact("Accuracy", "92.5 %", "185 of 200"), Fact("Loss", "0.1625")])
    strip.show()
    qtbot.waitExposed(strip)
    for place in range(2):
        text = strip.checkpoint.itemText(place)
        assert strip.checkpoint.fitting(text, strip.checkpoint.room()) == text
