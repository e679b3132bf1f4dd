"""Runs as rows: best values, notes, and a live run kept up to date without reading it again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from studio.runs.folder import RunFolder
from studio.runs.summary import RunSummary, summarize
from studio.workspaces.train.run_rows import after, best_text, row_of


def summary(**values: Any) -> RunSummary:
    blank: dict[str, Any] = {
        "id": "a", "name": "run 14", "created": "", "state": "finished", "reason": "", "dataset": "digits",
        "device": "cpu", "epochs": 20.0, "seconds": 3.0, "parameters": 10, "document_path": "", "settings": {},
        "best": {}, "last": {}, "title": "exam",
    }  # fmt: skip
    return RunSummary(**(blank | values))


ADAM = {"optimizer": {"kind": "Adam", "params": {"lr": 0.003}}, "schedule": {"kind": "ConstantLR"}, "epochs": 20}


def test_a_row_says_what_a_reader_looks_for() -> None:
    row = row_of(summary(settings=ADAM, best={"validation/accuracy": 0.9811, "validation/loss": 0.07}))
    assert row == ("a", "run 14", "Adam 0.003 · exam", "finished", "98.1 %", "20 of 20", "", False, False, (), False)


def test_a_schedule_is_named_unless_it_is_constant() -> None:
    row = row_of(summary(settings=ADAM | {"schedule": {"kind": "CosineAnnealingLR"}}))
    assert row.note == "Adam 0.003 · CosineAnnealingLR · exam"


@pytest.mark.parametrize(
    ("params", "note"),
    [
        ({}, "SGD 0.001 · exam"),
        ({"lr": 0.1, "momentum": 0.9, "nesterov": True}, "SGD 0.1 · momentum 0.9 · nesterov · exam"),
        ({"momentum": "much"}, "SGD 0.001 · exam"),
    ],
)
def test_what_was_set_of_the_optimizer_is_told(params: dict[str, Any], note: str) -> None:
    assert row_of(summary(settings={"optimizer": {"kind": "SGD", "params": params}})).note == note


@pytest.mark.parametrize(
    "settings", [{}, {"optimizer": "Adam"}, {"optimizer": {"kind": "SGD", "params": 7}}, {"epochs": "x"}]
)
def test_damaged_settings_make_a_plain_row(settings: dict[str, Any]) -> None:
    row = row_of(summary(settings=settings, title="", epochs=2.25))
    assert row.detail == "2.25"
    assert "exam" not in row.note


@pytest.mark.parametrize(
    ("best", "text"),
    [
        ({}, "–"),
        ({"train/loss": 0.1}, "–"),
        ({"validation/loss": 0.12345}, "0.1235"),
        ({"validation/loss": 0.1, "validation/mae": 44.123}, "44.12"),
        ({"validation/loss": 0.1, "validation/accuracy": 1.0}, "100.0 %"),
    ],
)
def test_the_best_value_is_the_metric_or_else_the_loss(best: dict[str, float], text: str) -> None:
    assert best_text(best) == text


def epoch(number: int, **values: float | None) -> dict[str, Any]:
    named = {f"validation/{name}": value for name, value in values.items()}
    return {"event": "epoch", "epoch": number, "values": named}


def test_a_live_summary_keeps_the_best_of_each() -> None:
    events = [epoch(1, loss=0.5, accuracy=0.8), epoch(2, loss=0.7, accuracy=0.9), epoch(3, loss=0.6, accuracy=0.85)]
    live = after(summary(epochs=0.0, state="created"), [{"event": "started"}, *events])
    assert live.best == {"validation/loss": 0.5, "validation/accuracy": 0.9}
    assert (live.epochs, live.state) == (3.0, "running")


def test_values_that_are_no_numbers_are_passed_over() -> None:
    live = after(summary(), [epoch(1, loss=float("nan"), accuracy=None)])
    assert live.best == {}


@pytest.mark.parametrize(
    ("event", "state"), [("paused", "paused"), ("resumed", "running"), ("warning", "created"), ("finished", "created")]
)
def test_states(event: str, state: str) -> None:
    assert after(summary(state="created"), [{"event": event}]).state == state


def test_following_gives_what_reading_would(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "run 1", "title": "exam"})
    run.hold()
    before = summarize(run)
    writer = run.metric_writer()
    told = []
    with run.event_log() as log:
        log.write("started")
        told.append({"event": "started"})
        for number, (loss, accuracy) in enumerate([(0.5, 0.8), (0.3, 0.9), (0.4, 0.95)], start=1):
            values = {"validation/loss": loss, "validation/accuracy": accuracy}
            for name, value in values.items():
                writer.record(name, number * 10, float(number), value)
            log.write("epoch", epoch=number, values=values)
            told.append({"event": "epoch", "epoch": number, "values": values})
    writer.close()
    assert row_of(after(before, told)) == row_of(summarize(run))
