"""TensorBoard's files: what we write another reader reads, what others write becomes runs, the rest is refused."""

from __future__ import annotations

import io
import math
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.events import read_events
from studio.runs.exchange.records import (
    BadRecord,
    Scalar,
    masked_crc,
    record,
    records,
    scalar_event,
    scalars,
    version_event,
)
from studio.runs.exchange.tensorboard import holds_event_files, is_event_file, open_events, series_name, write_events
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.summary import summarize
from support import scaled

floats = st.floats(width=32, allow_nan=False)


def test_the_checksum_is_castagnoli() -> None:
    """The check value of CRC-32C for the digits 1 to 9 is 0xE3069283 (RFC 3720, appendix B.4)."""
    value = 0xE3069283
    assert masked_crc(b"123456789") == (((value >> 15) | (value << 17)) + 0xA282EAD8) & 0xFFFFFFFF


@given(
    st.lists(st.builds(Scalar, st.text(min_size=1, max_size=20), st.integers(0, 2**62), st.floats(0, 2**31), floats))
)
def test_scalars_come_back_as_they_were(found: list[Scalar]) -> None:
    content = b"".join(map(record, [version_event(1.0), *map(scalar_event, found)]))
    assert [scalar for data in records(io.BytesIO(content)) for scalar in scalars(data)] == found


def test_what_is_too_large_for_32_bits_is_infinite() -> None:
    (data,) = records(io.BytesIO(record(scalar_event(Scalar("x", 1, 1.0, 1e300)))))
    assert [scalar.value for scalar in scalars(data)] == [math.inf]


def test_newer_writers_keep_scalars_as_tensors() -> None:
    def sized(data: bytes) -> bytes:
        return bytes((len(data),)) + data

    for tensor in (
        b"\x08\x01" + b"\x22" + sized(struct.pack("<f", 0.5)),  # float, its bytes
        b"\x08\x01" + b"\x2a" + sized(struct.pack("<f", 0.5)),  # float_val, packed
        b"\x08\x02" + b"\x31" + struct.pack("<d", 0.5),  # double_val
    ):
        value = b"\x0a" + sized(b"loss") + b"\x42" + sized(tensor)
        event = b"\x09" + struct.pack("<d", 2.0) + b"\x10\x07" + b"\x2a" + sized(b"\x0a" + sized(value))
        assert list(scalars(event)) == [Scalar("loss", 7, 2.0, 0.5)]


def test_a_run_written_and_opened_again_has_the_same_points(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path / "runs", b"", "", {"name": "a/b: c"})
    with run.metric_writer() as writer:
        for step in range(1, 9):
            for name in ("train/loss", "validation/accuracy", "learning_rate"):
                writer.record(name, step, step / 4, 0.1 * step, at=1e9 + step / 7)
    file = write_events(run, tmp_path / "board")
    assert is_event_file(file) and holds_event_files(tmp_path / "board")
    (again,) = open_events(tmp_path / "board", tmp_path / "others")
    before, after = read_metrics(run.metrics_path), read_metrics(again.metrics_path)
    assert before.keys() == after.keys()
    for name, points in before.items():
        assert after[name].steps.tolist() == points.steps.tolist()
        assert after[name].values.tolist() == pytest.approx(points.values.tolist())
        assert after[name].times.tolist() == points.times.tolist()
    row = summarize(again)
    assert row.state == "finished" and row.best["validation/accuracy"] == pytest.approx(0.8)


def test_each_folder_of_a_log_becomes_a_run(tmp_path: Path) -> None:
    for number in (1, 2):
        run = RunFolder.create(tmp_path / "runs", b"", "", {"name": f"try {number}"})
        with run.metric_writer() as writer:
            writer.record("validation/loss", 1, 1.0, 0.5)
        write_events(run, tmp_path / "board")
    names = sorted(run.name for run in open_events(tmp_path / "board", tmp_path / "others"))
    assert [name[:5] for name in names] == ["try-1", "try-2"]


@pytest.mark.parametrize(
    ("tag", "series"),
    [("Loss/train", "train/loss"), ("val_acc", "validation/accuracy"), ("train/loss", "train/loss"),
     ("epoch", "epoch"), ("Loss/Test", "Loss/Test"), ("learning_rate", "learning_rate"), ("eval/f1", "validation/f1")],
)  # fmt: skip
def test_tags_as_people_choose_them_are_known_series(tag: str, series: str) -> None:
    assert series_name(tag) == series


def test_a_damaged_end_costs_what_lies_behind_it(tmp_path: Path) -> None:
    events = [record(scalar_event(Scalar("loss", step, 1.0, 0.5))) for step in range(5)]
    content = bytearray(record(version_event(1.0)) + b"".join(events))
    content[-3] ^= 1
    file = tmp_path / "events.out.tfevents.1.x"
    file.write_bytes(content)
    (run,) = open_events(file, tmp_path / "runs")
    assert len(read_metrics(run.metrics_path)["loss"]) == 4
    assert any("is damaged" in event.get("message", "") for event in read_events(run.events_path))
    file.write_bytes(content[:-30])
    (torn,) = open_events(file, tmp_path / "runs")
    assert len(read_metrics(torn.metrics_path)["loss"]) == 4
    assert not any(event["event"] == "warning" for event in read_events(torn.events_path)), "it may still be written"


@pytest.mark.parametrize("content", [b"", b"no events at all, just a text of some length", bytes(200)])
def test_what_holds_no_scalars_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "events.out.tfevents.1.x"
    file.write_bytes(content)
    with pytest.raises(RunError, match=r"holds no scalars|is damaged"):
        open_events(file, tmp_path / "runs")
    with pytest.raises(RunError, match="holds no event files"):
        open_events(tmp_path / "nothing", tmp_path / "runs")


@settings(max_examples=scaled(5_000))
@given(st.binary(max_size=60))
def test_any_bytes_are_scalars_or_refused(data: bytes) -> None:
    for use in (lambda: list(scalars(data)), lambda: list(records(io.BytesIO(data)))):
        try:
            found = use()
        except BadRecord:
            continue
        assert all(isinstance(item, Scalar | bytes) for item in found)
