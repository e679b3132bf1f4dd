"""What happened in a run lies where it happened, as soon as the points around it are known."""

from __future__ import annotations

from typing import Any

import numpy as np

from studio.runs.metrics.reader import Points
from studio.workspaces.train.charts.happened import MOST, SIGNS, RunHappenings
from widgets.charts.painting.happenings import KINDS


def points(first: int, last: int) -> Points:
    steps = np.arange(first, last + 1)
    return Points(steps, steps / 10, 100.0 + steps, np.zeros(len(steps)))


def epochs(places: Points) -> np.ndarray:
    return places.epochs


def event(what: str, time: float, **facts: Any) -> dict[str, Any]:
    return {"event": what, "time": time, **facts}


def test_every_sign_can_be_drawn() -> None:
    assert set(SIGNS.values()) <= KINDS


def test_a_pause_lies_between_the_points_around_it() -> None:
    happened = RunHappenings()
    happened.hear([event("started", 100.0), event("paused", 105.0, reason=""), event("resumed", 105.5)])
    assert happened.told(epochs) == [], "nothing is known of where"
    happened.measured(points(0, 3))
    assert [each.x for each in happened.told(epochs)] == [0.3, 0.3], "so far at the last point"
    happened.measured(points(4, 9))
    assert [(round(each.x, 3), each.kind, each.text) for each in happened.told(epochs)] == [
        (0.5, "paused", "Paused."),
        (0.55, "resumed", "Resumed."),
    ]


def test_an_end_has_its_reason_and_checkpoints_their_steps() -> None:
    happened = RunHappenings()
    happened.measured(points(0, 20))
    happened.hear([event("stopped", 130.0, reason="Early."), event("warning", 110.0, message="Slow.")])
    happened.keep({"last": 20, "best": 5, "previous": 10})
    told = happened.told(epochs)
    assert [(each.x, each.kind) for each in told] == [
        (0.5, "checkpoint"),
        (1.0, "warning"),
        (2.0, "checkpoint"),
        (2.0, "stopped"),
    ]
    assert told[-1].text == "Stopped: Early."
    happened.keep({"last": 20, "best": 20})
    assert [each.text for each in happened.told(epochs) if each.kind == "checkpoint"] == [
        "Checkpoint: the best weights"
    ]


def test_what_happened_lies_at_one_moment_whatever_x_is() -> None:
    happened = RunHappenings()
    happened.measured(points(0, 9))
    happened.hear([event("paused", 105.0), event("finished", 109.0)])
    for x, place in ((lambda found: found.steps, 5.0), (lambda found: found.times, 105.0), (epochs, 0.5)):
        assert [each.x for each in happened.told(x)] == [place], "the usual end has no sign"


def test_a_run_that_stopped_early_says_so_where_it_ended() -> None:
    happened = RunHappenings()
    happened.measured(points(0, 20))
    happened.hear([event("finished", 120.0, reason="Stopped early: loss was not better for 3 epochs.")])
    (told,) = happened.told(epochs)
    assert told == (2.0, "stopped", "Stopped early: loss was not better for 3 epochs.")


def test_a_log_of_any_length_tells_a_bounded_number_of_things() -> None:
    happened = RunHappenings()
    happened.hear([event("warning", 100.0 + number, message="x") for number in range(10 * MOST)])
    for start in range(0, 40_000, 400):
        happened.measured(points(start, start + 399))
    assert len(happened.told(epochs)) == MOST
    assert len(happened._track) <= 200 * MOST
