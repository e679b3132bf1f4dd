"""The small picture of the learning rate."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from models.training import SCHEDULES, TrainingSettings
from widgets.runs.schedule_preview import SchedulePreview
from widgets.theme import color, px, theme


@pytest.fixture
def preview(qtbot: QtBot) -> SchedulePreview:
    preview = SchedulePreview()
    qtbot.addWidget(preview)
    preview.resize(260, 54)
    preview.show()
    return preview


def settings(**values: object) -> TrainingSettings:
    made, problems = TrainingSettings.read(values)
    assert not problems
    return made


def heights(preview: SchedulePreview) -> list[int]:
    """How high the line is at each column, from the left; columns without a line are left out."""
    picture = preview.grab().toImage()
    line = color("accent")
    found = []
    for x in range(picture.width()):
        column = [picture.pixelColor(x, y) for y in range(picture.height())]
        hits = [
            y for y, pixel in enumerate(column)
            if abs(pixel.red() - line.red()) + abs(pixel.green() - line.green()) + abs(pixel.blue() - line.blue()) < 60
        ]  # fmt: skip
        if hits:
            found.append(picture.height() - min(hits))
    return found


def test_a_constant_rate_is_level(preview: SchedulePreview) -> None:
    preview.show_schedule(settings(optimizer={"kind": "SGD", "params": {"lr": 0.1}}, epochs=5))
    assert preview.accessibleName() == "Learning rate from 0.1 to 0.1"
    assert len(set(heights(preview))) == 1


@pytest.mark.parametrize("kind", [kind for kind in SCHEDULES if not SCHEDULES[kind].stays()])
def test_every_other_schedule_falls(preview: SchedulePreview, kind: str) -> None:
    preview.show_schedule(settings(schedule={"kind": kind}, epochs=100))
    found = heights(preview)
    assert max(found) > found[-1]
    assert len(found) > 150


def test_a_rate_that_moves_with_updates_is_drawn_once_their_number_is_known(preview: SchedulePreview) -> None:
    moving = settings(schedule={"kind": "StepLR", "params": {"step_size": 40}}, schedule_by="update", epochs=10)
    preview.show_schedule(moving)
    assert preview.accessibleName() == "Drawn once the data has been read."
    assert not heights(preview)
    preview.show_schedule(moving, 12)
    assert preview.accessibleName() == "Learning rate from 0.001 to 1e-05"
    preview.show_schedule(settings(warmup=60, epochs=10), 12)
    found = heights(preview)
    assert found[0] < found[-1] == max(found)


@pytest.mark.parametrize(("epochs", "last"), [(10, 0.0001), (500, 2e-06)])
def test_the_last_rate_is_that_of_the_last_epoch(preview: SchedulePreview, epochs: int, last: float) -> None:
    preview.show_schedule(settings(epochs=epochs, schedule="PolynomialLR"))
    assert preview.accessibleName() == f"Learning rate from 0.001 to {last:g}"


@pytest.mark.parametrize("epochs", [1, 2, 100_000])
def test_any_number_of_epochs_can_be_drawn(preview: SchedulePreview, epochs: int) -> None:
    preview.show_schedule(settings(epochs=epochs, schedule={"kind": "CosineAnnealingLR"}))
    assert heights(preview)
    assert preview.accessibleName().startswith("Learning rate from ")


def test_nothing_to_draw_is_an_empty_field(preview: SchedulePreview) -> None:
    assert heights(preview) == []


def test_the_line_stays_below_its_numbers_in_large_text(preview: SchedulePreview) -> None:
    constant = settings(optimizer={"kind": "SGD", "params": {"lr": 0.1}})
    preview.show_schedule(constant)
    theme().set_scale(1.5)
    try:
        assert preview.height() - max(heights(preview)) >= px(20) - 2
    finally:
        theme().set_scale(1.0)
