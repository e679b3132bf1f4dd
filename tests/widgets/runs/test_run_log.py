"""The log: events in words, the newest in sight, the oldest pushed out."""

from __future__ import annotations

from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from widgets.controls.paragraph import lay_out, leading
from widgets.runs.run_log import LONGEST, PARTS, SIZE, RunLog, sentence_of, words_left
from widgets.theme import font, theme


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
            {**epoch(4), "dropout": True},
            "Epoch 4: loss 0.5000; accuracy validation 98.1 % · training measured with dropout on",
        ),
        (
            {
                "event": "epoch",
                "epoch": 2,
                "values": {"train/loss": 1, "train/mae": 2, "validation/loss": 3, "validation/mae": 4},
            },
            "Epoch 2: loss 1.0000, validation 3.0000; mean absolute error 2.0000, validation 4.0000",
        ),
        ({"event": "started", "device": "cuda:0"}, "Started on cuda:0"),
        ({"event": "started", "device": "cpu", "processes": 2}, "Started on cpu, 2 processes"),
        ({"event": "resumed", "step": 1200}, "Resumed at step 1,200"),
        ({"event": "resumed", "after": "pause"}, "Continued"),
        ({"event": "paused"}, "Paused"),
        ({"event": "paused", "reason": "The disk is full."}, "Paused: The disk is full."),
        ({"event": "warning", "message": "Two files were skipped."}, "Two files were skipped."),
        ({"event": "note", "message": "4 of 4 weights start."}, "4 of 4 weights start."),
        ({"event": "stepping", "message": "Each step is replayed.", "way": "captured"}, "Each step is replayed."),
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


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [260, 420, 900])
def test_long_sentences_wrap_beside_their_time(log: RunLog, qtbot: QtBot, scale: float, width: int) -> None:
    theme().set_scale(scale)
    try:
        log.resize(width, 300)
        log.add([{"event": "started", "time": 1.0, "device": "cpu"}])
        log.add([{"event": "warning", "time": 1.0, "message": "Two of the images were skipped. " * 4}])
        log.add([{"event": "warning", "time": 1.0, "message": "/a/path/without/any/space" * 20}])
        face = font(SIZE)

        def room_for_all() -> bool:
            room = log.list.viewport().width() - words_left()
            heights = [log.list.visualItemRect(log.list.item(row)).height() for row in range(3)]
            lines = [lay_out(log.list.item(row).data(PARTS)[1], face, room).lineCount() for row in range(3)]
            return all(high >= count * leading(face) for high, count in zip(heights, lines, strict=True))

        qtbot.waitUntil(room_for_all)
        short, long = (log.list.visualItemRect(log.list.item(row)).height() for row in (0, 1))
        assert long > short if width < 900 else long >= short
        assert log.list.horizontalScrollBar().maximum() == 0
    finally:
        theme().set_scale(1.0)


def test_a_number_stays_with_its_percent_sign(log: RunLog) -> None:
    log.add([epoch(1)])
    assert "98.1\u00a0%" in log.list.item(0).data(PARTS)[1]
    assert "98.1 %" in log.texts()[0]


def test_before_a_run_it_says_what_will_stand_here(log: RunLog) -> None:
    assert log._empty.isVisible()
    log.show_run("run 1")
    assert log._empty.isHidden()
