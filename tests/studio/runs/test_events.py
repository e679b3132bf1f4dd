from __future__ import annotations

import json
import math
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.events import EventLog, EventReader, read_events

facts = st.dictionaries(
    st.sampled_from(["number", "loss", "text", "more"]),
    st.one_of(st.text(), st.integers(-(2**53), 2**53), st.floats(allow_nan=False, allow_infinity=False)),
)


@settings(max_examples=50, deadline=None)
@given(batches=st.lists(st.lists(facts, max_size=4), max_size=4))
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[dict[str, Any]]]
) -> None:
    path = tmp_path_factory.mktemp("events") / "events.jsonl"
    reader = EventReader(path)
    sequence = 0
    for batch in batches:
        with EventLog(path) as log:
            for item in batch:
                log.write("epoch", **item)
        new = reader.poll()
        assert [{key: event[key] for key in item} for event, item in zip(new, batch, strict=True)] == batch
        assert [event["sequence"] for event in new] == list(range(sequence, sequence + len(batch)))
        sequence += len(batch)
    assert reader.damaged == 0


def test_cut_at_every_byte_gives_a_prefix_and_can_be_continued(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        for number in range(3):
            log.write("epoch", number=number, text="ü\n")
    whole = path.read_bytes()
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        before = read_events(path)
        assert [event["number"] for event in before] == list(range(len(before)))
        with EventLog(path) as log:
            log.write("resumed")
        after = read_events(path)
        assert after[:-1] == before
        assert (after[-1]["event"], after[-1]["sequence"]) == ("resumed", len(before))


def test_a_line_is_only_read_when_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.write("started")
        log.write("paused")
    whole = path.read_bytes()
    reader = EventReader(path)
    seen = []
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        seen += [event["event"] for event in reader.poll()]
    assert seen == ["started", "paused"]


@pytest.mark.parametrize("line", [b"\xff\xfe", b"[]", b"{}", b'{"event": 3}', b"[" * 100_000, b'{"event":"x"}', b"nul"])
def test_lines_that_are_no_events_are_passed_over_and_counted(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "events.jsonl"
    with EventLog(path) as log:
        log.write("started")
    with open(path, "ab") as file:
        file.write(line + b"\n")
    with EventLog(path) as log:
        log.write("finished")
    reader = EventReader(path)
    assert [event["event"] for event in reader.poll()] == ["started", "finished"]
    assert reader.damaged == 1


def test_numbers_that_json_lacks_are_written_as_text(tmp_path: Path) -> None:
    with EventLog(tmp_path / "events.jsonl") as log:
        log.write("nan", loss=float("nan"), others=[float("inf"), -float("inf")])
    (event,) = read_events(tmp_path / "events.jsonl")
    assert event["loss"] == "NaN"
    assert event["others"] == ["Infinity", "-Infinity"]


def test_facts_never_replace_the_stamps(tmp_path: Path) -> None:
    with EventLog(tmp_path / "events.jsonl") as log:
        log.write("started", sequence=77, time="never")
    (event,) = read_events(tmp_path / "events.jsonl")
    assert event["sequence"] == 0
    assert isinstance(event["time"], float)


def test_a_closed_log_and_a_missing_folder_say_so(tmp_path: Path) -> None:
    log = EventLog(tmp_path / "events.jsonl")
    log.close()
    log.close()
    with pytest.raises(RunError, match="already closed"):
        log.write("started")
    with pytest.raises(RunError, match="folder does not exist"):
        EventLog(tmp_path / "nowhere" / "events.jsonl")
    assert read_events(tmp_path / "nowhere" / "events.jsonl") == []


def test_epochs_that_are_gone_through_once_more_are_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    early = EventReader(path)
    with EventLog(path) as log:
        for number in (1, 2):
            log.write("epoch", epoch=number)
        kept = log.sequence - 1
        log.write("warning", message="Odd.")
        assert len(early.poll()) == 3
        log.write("resumed", keeps=kept)
        for reader in (early, EventReader(path)):
            assert [event["event"] for event in reader.poll()] == ["epoch", "warning", "resumed"]
            assert reader.rewound == (reader is early)
        log.write("epoch", epoch=2)
    assert [event["epoch"] for event in early.poll()] == [2] and not early.rewound
    assert [event["epoch"] for event in read_events(path) if event["event"] == "epoch"] == [1, 2]


@given(st.data())
def test_pieces_give_what_reading_at_once_gives(data: st.DataObject) -> None:
    with TemporaryDirectory() as folder, EventLog(Path(folder, "events.jsonl")) as log:
        reader, seen = EventReader(log.path), list[dict[str, Any]]()
        for act in data.draw(st.lists(st.sampled_from(("epoch", "resumed", "warning", "poll")), max_size=40)):
            if act == "poll":
                follow(reader, seen, data.draw(st.integers(1, 300)))
            elif act == "resumed":
                log.write(act, keeps=data.draw(st.integers(0, log.sequence)))
            else:
                log.write(act)
        follow(reader, seen, 10_000)
        assert seen == read_events(log.path)


def follow(reader: EventReader, seen: list[dict[str, Any]], most: int) -> None:
    while True:
        new = reader.poll(most)
        if reader.rewound:
            seen.clear()
        seen += new
        if not reader.is_behind:
            return


@pytest.mark.parametrize(
    ("fact", "kept"),
    [
        ({"values": [1]}, {"values": {}}),
        ({"values": {"a": 1, "b": "-Infinity", "c": [], "d": None, "e": "x"}}, {"values": {"a": 1.0, "b": -math.inf}}),
        ({"epoch": {}}, {}),
        ({"epoch": -1}, {}),
        ({"reason": 7, "message": ["x"], "device": None}, {}),
        ({"keeps": 1.5}, {}),
        ({"other": [1, {"a": None}]}, {"other": [1, {"a": None}]}),
    ],
)
def test_facts_of_another_kind_are_left_out(tmp_path: Path, fact: dict[str, Any], kept: dict[str, Any]) -> None:
    line = {"event": "epoch", "sequence": 0, "time": 1.0}
    (tmp_path / "events.jsonl").write_text(json.dumps({**line, **fact}) + "\n")
    assert read_events(tmp_path / "events.jsonl") == [{**line, **kept}]


@pytest.mark.parametrize(
    "line",
    [
        "[]", "7", "{}", '{"event": 3}', '{"event": "epoch", "sequence": -1, "time": 1}',
        '{"event": "epoch", "sequence": 0, "time": 1e300}', '{"event": "epoch", "sequence": 0, "time": NaN}',
        '{"event": "epoch", "sequence": 0, "time": 1, "x": Infinity}',
        '{"event": "epoch", "sequence": true, "time": 1}',
        '{"event": "epoch", "sequence": 0, "time": 1, "x": ' + "[" * 50 + "]" * 50 + "}", "[" * 100_000,
        '{"event": "epoch", "sequence": 0, "time": 1, "x": ' + "9" * 5_000 + "}", "x" * 3_000_000,
    ],
)  # fmt: skip
def test_lines_that_are_no_events_are_counted(tmp_path: Path, line: str) -> None:
    (tmp_path / "events.jsonl").write_text(line + "\n")
    with EventLog(tmp_path / "events.jsonl") as log:
        log.write("started")
    reader = EventReader(tmp_path / "events.jsonl")
    assert [event["event"] for event in reader.poll()] == ["started"]
    assert reader.damaged == 1
