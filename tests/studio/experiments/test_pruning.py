"""Hopeless runs are known by what half of the finished ones were at the same epoch."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp

from studio.experiments.pruning import Watch, course_of, is_hopeless
from studio.running.launch import new_run
from studio.runs.folder import RunFolder

OTHERS = [[0.1 * start + 0.1 * epoch for epoch in range(10)] for start in range(5)]


@pytest.mark.parametrize(
    ("course", "hopeless"),
    [([], False), ([0.0], False), ([0.0, 0.1], True), ([0.0, 0.4], False), ([0.0] * 9 + [2.0], False),
     ([0.0] * 11, False)],
)  # fmt: skip
def test_a_run_below_the_median_is_hopeless(course: list[float], hopeless: bool) -> None:
    assert is_hopeless(course, OTHERS, lower=False) is hopeless
    turned = [[-value for value in other] for other in OTHERS]
    assert is_hopeless([-value for value in course], turned, lower=True) is hopeless


def test_few_finished_runs_say_nothing() -> None:
    assert not is_hopeless([0.0, 0.0], OTHERS[:3], lower=False)


def record(folder: Path, values: list[float]) -> RunFolder:
    run = new_run(mlp(), None, folder)
    with run.event_log() as log:
        for epoch, value in enumerate(values):
            log.write("epoch", epoch=epoch + 1, values={"validation/accuracy": value})
    return run


def test_a_watch_follows_the_logs(tmp_path: Path) -> None:
    finished = [record(tmp_path, [0.2, 0.5, 0.8, 0.9]) for _ in range(4)]
    going, watch = record(tmp_path, [0.3]), Watch()
    assert watch.reason(going, finished, "validation/accuracy", False) == ""
    with going.event_log() as log:
        log.write("epoch", epoch=2, values={"validation/accuracy": 0.31})
    assert watch.reason(going, finished, "", False) == ""
    sentence = watch.reason(going, finished, "validation/accuracy", False)
    assert sentence.startswith("Given up after epoch 2") and len(sentence) <= 90
    assert watch.reason(going, finished, "validation/accuracy", False) == ""


def test_a_course_is_the_best_so_far() -> None:
    events = [{"event": "epoch", "values": {"m": value}} for value in (0.5, float("nan"), 0.3, 0.7)]
    assert course_of(events, "m", lower=False) == [0.5, 0.5, 0.7]
    assert course_of(events, "m", lower=True) == [0.5, 0.3, 0.3]
