"""The log: events in words, the newest in sight, the oldest pushed out."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from widgets.run_log import LONGEST, RunLog, sentence_of


@pytest.fixture
def log(qtbot: QtBot) -> RunLog:
    log = RunLog()
    qtbot.addWidget(log)
    log.resize(500, 200)
    log.show()
    return log


def epoch(number: int) -> dict[str, Any]:
    values = {"train/loss": 0.5, "validation/accuracy": 0.981}
    return {"event": "epoch", "time": 1_700_000_000.0 + number, "epoch": number, "values": values}


@pytest.mark.parametrize(
    ("event", "sentence"),
    [
        (epoch(3), "Epoch 3: loss 0.5000; accuracy validation 98.1 %"),
        ({"event": "epoch", "epoch": 1, "values": {"train/loss": None}}, "Epoch 1: loss ?"),
        (
            {
                "event": "epoch",
                "epoch": 2,
                "values": {"train/loss": 1, "train/mae": 2, "validation/loss": 3, "validation/mae": 4},
            },
            "Epoch 2: loss 1.0000, validation 3.0000; mae 2.0000, validation 4.0000",
        ),
        ({"event": "started", "device": "cuda:0"}, "Started on cuda:0"),
        ({"event": "resumed", "step": 1200}, "Resumed at step 1,200"),
        ({"event": "resumed", "after": "pause"}, "Continued"),
        ({"event": "paused"}, "Paused"),
        ({"event": "paused", "reason": "The disk is full."}, "Paused: The disk is full."),
        ({"event": "warning", "message": "Two files were skipped."}, "Two files were skipped."),
        ({"event": "failed", "reason": "The loss became NaN."}, "Failed: The loss became NaN."),
        ({"event": "stopped", "reason": ""}, "Stopped"),
        ({"event": "interrupted", "reason": "The window was closed."}, "Interrupted: The window was closed."),
        ({"event": "finished"}, "Finished"),
        ({"event": "nan", "loss": "nan", "epoch": 2, "step": 7}, "The loss became nan in epoch 2, step 7"),
        ({"event": "created"}, ""),
        ({"event": "checkpoint"}, ""),
        ({}, ""),
    ],
)
def test_events_in_words(event: dict[str, Any], sentence: str) -> None:
    assert sentence_of(event) == sentence


def test_rows_have_times_and_only_what_says_something(log: RunLog) -> None:
    log.add([{"event": "created", "time": 1.0}, epoch(1), {"event": "finished", "time": 1.0}])
    assert len(log.texts()) == 2
    assert log.texts()[0].endswith("Epoch 1: loss 0.5000; accuracy validation 98.1 %")
    assert log.texts()[0][2] == log.texts()[0][5] == ":"


def test_a_new_run_begins_a_new_log(log: RunLog) -> None:
    log.show_run("run 1")
    log.add([epoch(1)])
    log.show_run("run 2")
    assert log.texts() == []
    assert log.list.accessibleName() == "Log of run 2"
    log.set_run("better")
    assert log.list.accessibleName() == "Log of better"


def test_the_newest_stays_in_sight_unless_one_reads_above(log: RunLog) -> None:
    log.add([epoch(number) for number in range(100)])
    bar = log.list.verticalScrollBar()
    assert bar.value() == bar.maximum() > 0
    log.add([epoch(100)])
    assert bar.value() == bar.maximum()
    bar.setValue(3)
    log.add([epoch(101)])
    assert bar.value() == 3


def test_only_so_many_rows_are_kept(log: RunLog) -> None:
    log.add([epoch(number) for number in range(LONGEST + 500)])
    log.add([epoch(9999)])
    assert len(log.texts()) == LONGEST
    assert "Epoch 9,999" in log.texts()[-1]


def test_markup_in_messages_stays_text(log: RunLog) -> None:
    log.add([{"event": "warning", "time": 1.0, "message": "<b>bold</b> & <img src=x>"}])
    assert log.texts()[0].endswith("<b>bold</b> & <img src=x>")


@pytest.mark.parametrize("kind", ["failed", "nan", "warning", "finished"])
def test_what_matters_has_an_icon(log: RunLog, kind: str) -> None:
    log.add([{"event": kind, "time": 1.0, "message": "so"}])
    assert not log.list.item(0).icon().isNull()
    log.add([epoch(1)])
    assert log.list.item(1).icon().isNull()
