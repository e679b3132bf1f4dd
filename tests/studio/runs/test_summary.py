from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.training import METRICS, Metric
from studio.runs.checkpoints import WEIGHTS
from studio.runs.folder import RunFolder
from studio.runs.summary import flatten, summarize, unreadable

plain = st.one_of(st.integers(), st.text(max_size=3), st.none(), st.booleans())
nested = st.recursive(plain, lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3), max_leaves=8)


def make(tmp_path: Path, values: list[float], **header: Any) -> RunFolder:
    run = RunFolder.create(tmp_path, b"{}", "", header)
    with run.metric_writer() as writer:
        for step, value in enumerate(values):
            writer.record("train/loss", step, step / 2, value)
            writer.record("validation/accuracy", step, step / 2, value)
    return run


@pytest.mark.parametrize("metric", [kind() for kind in METRICS.values()], ids=lambda metric: metric.kind)
def test_the_best_of_a_metric_is_what_it_says(tmp_path: Path, metric: Metric) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {})
    with run.metric_writer() as writer:
        for step, value in enumerate((0.5, 0.25, 0.75)):
            writer.record(f"validation/{metric.series}", step, step, value)
    assert summarize(run).best == {f"validation/{metric.series}": 0.75 if metric.higher_is_better else 0.25}


def test_best_and_last(tmp_path: Path) -> None:
    row = summarize(make(tmp_path, [3.0, 1.0, math.nan, 2.0, math.inf]))
    assert row.best == {"train/loss": 1.0, "validation/accuracy": 3.0}
    assert row.last == {"train/loss": math.inf, "validation/accuracy": math.inf}
    assert row.epochs == 2.0


def test_means_over_epochs_go_before_what_pieces_of_them_measured(tmp_path: Path) -> None:
    run = make(tmp_path, [3.0, 1.0, 2.0])
    with run.event_log() as log:
        for epoch, (loss, accuracy) in enumerate(((2.5, 0.5), (math.nan, 0.7), (1.5, 0.6)), 1):
            log.write("epoch", epoch=epoch, step=epoch, values={"train/loss": loss, "train/accuracy": accuracy})
    row = summarize(run)
    assert (row.best["train/loss"], row.last["train/loss"]) == (1.5, 1.5)
    assert (row.best["train/accuracy"], row.last["train/accuracy"]) == (0.7, 0.6)
    assert row.best["validation/accuracy"] == 3.0, "what no epoch tells stays as it was measured"


def test_a_run_of_nothing_but_nan(tmp_path: Path) -> None:
    row = summarize(make(tmp_path, [math.nan]))
    assert math.isnan(row.best["train/loss"])


def test_a_run_without_metrics_or_events(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {})
    run.events_path.unlink()
    row = summarize(run)
    assert (row.best, row.last, row.epochs, row.seconds, row.state) == ({}, {}, 0.0, 0.0, "created")
    assert row.name == "Untitled"


def test_a_run_that_failed_within_its_first_epoch_has_no_weights(tmp_path: Path) -> None:
    run = make(tmp_path, [3.0, math.nan])
    row = summarize(run)
    assert row.epochs == 0.5 and not row.has_weights
    run.checkpoints.save(1, lambda folder: (folder / WEIGHTS).write_bytes(b"weights"), ("last",), {})
    assert summarize(run).has_weights
    (run.checkpoints.folder / "names.json").unlink()
    (run.checkpoints.folder / "names.json").mkdir()
    assert not summarize(run).has_weights, "what cannot be read is nothing to start from"


def test_rewound_points_do_not_count(tmp_path: Path) -> None:
    run = make(tmp_path, [3.0, 2.0, 0.5])
    with run.metric_writer() as writer:
        writer.rewind(1)
        writer.record("train/loss", 2, 1.0, 1.5)
    row = summarize(run)
    assert row.best["train/loss"] == 1.5
    assert row.best["validation/accuracy"] == 3.0


def test_an_unreadable_run_has_its_time_from_its_name() -> None:
    row = unreadable("20261121-143000-exam-9f3a", "because")
    assert row.created.startswith("2026-11-21T14:30:00")
    assert (row.name, row.state, row.reason) == (row.id, "failed", "because")
    assert unreadable("notes", "x").created == ""


@given(st.dictionaries(st.sampled_from("abc"), nested, max_size=3))
def test_flattening_loses_nothing(settings: dict[str, Any]) -> None:
    flat = flatten(settings)
    assert all(not isinstance(value, dict) or value == {} for value in flat.values())
    rebuilt: dict[str, Any] = {}
    for key, value in flat.items():
        *folders, name = key.split(".")
        place = rebuilt
        for folder in folders:
            place = place.setdefault(folder, {})
        place[name] = value
    assert rebuilt == settings
