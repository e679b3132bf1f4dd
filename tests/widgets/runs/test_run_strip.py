"""The strip over the charts: numbers as words, buttons that ask."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot

from widgets.runs.progress import Progress
from widgets.runs.run_strip import RunStrip


@pytest.fixture
def strip(qtbot: QtBot) -> RunStrip:
    strip = RunStrip()
    qtbot.addWidget(strip)
    strip.resize(1200, 60)
    strip.show()
    return strip


def test_without_a_run_it_says_how_to_start_one(strip: RunStrip) -> None:
    assert strip.name.text() == "No run yet"
    assert "Ctrl+Enter" in strip.state.text()
    assert strip.pause.isHidden() and strip.stop.isHidden()
    assert strip.bar.isHidden() and strip.left.isHidden() and strip.speed.isHidden()
    strip.show_progress(Progress(0.5, 20, 10, 900, None, None))
    assert strip.bar.isVisible() and strip.left.isVisible() and strip.speed.isVisible()


def test_progress_in_words(strip: RunStrip) -> None:
    strip.show_progress(Progress(6.5, 20, 292, 900, 13_610.4, 75.0))
    assert strip.epoch.text() == "Epoch 7 of 20"
    assert strip.batch.text() == "batch 22 of 45"
    assert strip.percent.text() == "32 %"
    assert strip.bar.value() == round(292 / 900 * strip.bar.STEPS)
    assert strip.speed.accessibleName() == "Speed 13,610 examples/s"
    assert strip.left.accessibleName().startswith("Time left 1")


def test_what_is_not_known_is_a_dash(strip: RunStrip) -> None:
    strip.show_progress(Progress(0.0, 20, 0, 900, None, None))
    assert strip.left.accessibleName() == "Time left –"
    assert strip.speed.accessibleName() == "Speed –"


def test_the_end_is_the_end(strip: RunStrip) -> None:
    strip.show_progress(Progress(20.0, 20, 900, 900, 1.0, 0.0))
    assert strip.epoch.text() == "Epoch 20 of 20"
    assert strip.batch.text() == "batch 45 of 45"
    assert strip.percent.text() == "100 %"


def test_buttons_are_there_while_something_runs(strip: RunStrip) -> None:
    strip.show_buttons(running=True, paused=False)
    assert (strip.pause.text(), strip.pause.isVisible(), strip.stop.isVisible()) == ("Pause", True, True)
    strip.show_buttons(running=True, paused=True)
    assert strip.pause.text() == "Continue"
    strip.show_buttons(running=False, paused=False)
    assert strip.pause.isHidden() and strip.stop.isHidden()


def test_buttons_ask(strip: RunStrip, qtbot: QtBot) -> None:
    strip.show_buttons(running=True, paused=False)
    with qtbot.waitSignals([strip.pause_requested, strip.stop_requested]):
        strip.pause.click()
        strip.stop.click()


def test_long_names_give_way_to_the_buttons(strip: RunStrip) -> None:
    strip.show_run("a very long name " * 40, "Training")
    strip.show_buttons(running=True, paused=False)
    strip.show_progress(Progress(1.0, 2, 45, 90, 1234567.0, 4000.0))
    strip.resize(1024, 60)
    strip.grab()
    for widget in (strip.stop, strip.pause, strip.left, strip.speed):
        assert strip.rect().contains(widget.geometry()), widget


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(epochs=st.integers(0, 10_000), per_epoch=st.integers(0, 5000), part=st.floats(0, 1))
def test_no_progress_is_beyond_its_end(strip: RunStrip, epochs: int, per_epoch: int, part: float) -> None:
    steps = epochs * per_epoch
    step = round(part * steps)
    strip.show_progress(Progress(part * epochs, epochs, step, steps, None, None))
    done, total = strip.batch.text().replace(",", "").removeprefix("batch ").split(" of ")
    assert int(done) <= int(total)
    assert 0 <= int(strip.percent.text().rstrip("%")) <= 100
    epoch, of = strip.epoch.text().replace(",", "").removeprefix("Epoch ").split(" of ")
    assert int(epoch) <= int(of) == epochs


def test_a_run_that_is_over_has_no_time_left(strip: RunStrip) -> None:
    strip.show_progress(Progress(3.5, 20, 157, 900, 5000.0, 60.0))
    strip.show_buttons(running=True, paused=False)
    assert strip.left.accessibleName() != "Time left –"
    strip.show_buttons(running=False, paused=False)
    assert strip.left.accessibleName() == "Time left –"
