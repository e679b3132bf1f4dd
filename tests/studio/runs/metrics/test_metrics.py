"""The metric log: what is written comes back, and nothing that is torn or flipped is ever read as data."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.metrics import layout
from studio.runs.metrics import writer as metric_writer
from studio.runs.metrics.reader import MetricReader, read_metrics
from studio.runs.metrics.writer import MetricWriter
from support import within

ROOT = Path(__file__).parents[4]

records = st.lists(
    st.tuples(
        st.sampled_from(["train/loss", "validation/accuracy", "läuft 🚀", ""]),
        st.integers(0, layout.LAST_STEP - 1),
        st.floats(0, layout.LAST_EPOCH),
        st.floats(),
    ),
    max_size=40,
)


def write(path: Path, count: int, series: str = "loss", start: int = 0) -> None:
    with MetricWriter(path) as writer:
        for step in range(start, start + count):
            writer.record(series, step, step / 10, step * 0.5)


@settings(max_examples=60, deadline=None)
@given(batches=st.lists(records, max_size=4), reopen=st.booleans())
def test_what_is_written_comes_back(
    tmp_path_factory: pytest.TempPathFactory, batches: list[list[tuple[str, int, float, float]]], reopen: bool
) -> None:
    path = tmp_path_factory.mktemp("metrics") / "metrics.bin"
    reader = MetricReader(path)
    writer = MetricWriter(path)
    for batch in batches:
        for series, step, epoch, value in batch:
            writer.record(series, step, epoch, value)
        writer.flush()
        if reopen:
            writer.close()
            writer = MetricWriter(path)
        new = reader.poll()
        assert set(new) == {series for series, *_ in batch}
        for name, points in new.items():
            expected = [row[1:] for row in batch if row[0] == name]
            assert points.steps.tolist() == [row[0] for row in expected]
            assert points.epochs.tolist() == [row[1] for row in expected]
            np.testing.assert_array_equal(points.values, [row[2] for row in expected])
            assert np.all(np.abs(points.times - time.time()) < 60)
        assert reader.poll() == {}
    writer.close()
    assert reader.damaged == 0


def test_nothing_before_the_file_is_there(tmp_path: Path) -> None:
    reader = MetricReader(tmp_path / "metrics.bin")
    assert reader.poll() == {}
    write(reader.path, 3)
    assert len(reader.poll()["loss"]) == 3


def test_points_appear_by_themselves_within_a_second(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_writer, "FLUSH_AFTER", 0.02)
    writer = MetricWriter(tmp_path / "metrics.bin")
    writer.record("loss", 0, 0.0, 1.0)
    assert MetricReader(writer.path).poll() == {}
    time.sleep(0.03)
    writer.record("loss", 1, 0.0, 1.0)
    assert len(MetricReader(writer.path).poll()["loss"]) == 2
    writer.close()


def test_cut_at_every_byte_gives_a_prefix_and_can_be_continued(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    for start in range(3):
        write(path, 2, f"series {start}", start * 2)
    whole = path.read_bytes()
    full = {name: points.values.tolist() for name, points in read_metrics(path).items()}
    for length in range(len(whole) + 1):
        path.write_bytes(whole[:length])
        for name, points in read_metrics(path).items():
            assert points.values.tolist() == full[name]
        write(path, 1, "after", 99)
        series = read_metrics(path)
        assert series["after"].values.tolist() == [49.5]
        assert all(series[name].values.tolist() == full[name] for name in series if name != "after")


def test_a_flipped_bit_never_changes_a_value(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    for start in range(3):
        write(path, 2, "loss", start * 2)
    whole = bytearray(path.read_bytes())
    right = {(step, step * 0.5) for step in range(6)}
    for position in range(len(whole)):
        whole[position] ^= 1 << position % 8
        path.write_bytes(whole)
        whole[position] ^= 1 << position % 8
        reader = MetricReader(path)
        if position < layout.UNIT:
            with pytest.raises(RunError, match=r"header|format"):
                reader.poll()
            continue
        found = [pair for points in reader.poll().values() for pair in zip(points.steps, points.values, strict=True)]
        assert set(found) <= right
        assert len(found) >= 4
        assert len(found) == 6 or reader.damaged or position > len(whole) - 4 * layout.UNIT


def test_damage_at_the_end_waits_and_is_passed_over_once_more_comes(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    write(path, 2)
    reader = MetricReader(path)
    reader.poll()
    with open(path, "ab") as file:
        file.write(b"\x00" * 100)
    assert reader.poll() == {}
    write(path, 1, start=7)
    assert reader.poll()["loss"].steps.tolist() == [7]


def test_a_chunk_of_garbage_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.runs.metrics.following.PIECE", 4000)
    path = tmp_path / "metrics.bin"
    write(path, 5)
    path.write_bytes(path.read_bytes() + b"\xff" * 40 * 500)
    tail = layout.block(layout.POINTS, layout.RECORD.pack(9, 1.0, 1.0, 4.5, 1, 0))
    with open(path, "ab") as file:
        file.write(tail)
    reader = MetricReader(path)
    assert reader.poll()["loss"].steps.tolist() == [0, 1, 2, 3, 4, 9]
    assert reader.damaged == 40 * 500


def test_numbers_of_a_damaged_definition_are_not_given_again(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    write(path, 2, "first")
    data = bytearray(path.read_bytes())
    data[2 * layout.UNIT + 10] ^= 1
    path.write_bytes(data)
    write(path, 2, "second")
    series = read_metrics(path)
    assert series.pop("second").steps.tolist() == [0, 1]
    assert [points.steps.tolist() for points in series.values()] == [[0, 1]]


def test_rewind_drops_what_no_longer_counts(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    early, late = MetricReader(path), MetricReader(path)
    write(path, 10)
    assert len(early.poll()["loss"]) == 10
    with MetricWriter(path) as writer:
        writer.rewind(4)
        writer.record("loss", 5, 0.5, -1.0)
    for reader in (early, late):
        points = reader.poll()["loss"]
        assert points.steps.tolist() == [0, 1, 2, 3, 4, 5] and points.values[-1] == -1.0
        assert reader.rewound == (reader is early)
        assert reader.poll() == {} and not reader.rewound


def test_a_rewind_to_a_place_tells_points_of_one_step_apart(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    reader = MetricReader(path)
    with MetricWriter(path) as writer:
        writer.record("train/loss", 4, 1.0, 0.5)
        writer.flush()
        place = writer.end
        writer.record("validation/loss", 4, 1.0, 0.7)
        writer.flush()
        assert set(reader.poll()) == {"train/loss", "validation/loss"}
        writer.rewind(4, place)
        assert set(reader.poll()) == {"train/loss"} and reader.rewound
        writer.record("validation/loss", 4, 1.0, 0.6)
    assert reader.poll()["validation/loss"].values.tolist() == [0.6]
    assert not reader.rewound
    assert read_metrics(path)["validation/loss"].values.tolist() == [0.6]


@given(st.data())
def test_pieces_give_what_reading_at_once_gives(data: st.DataObject) -> None:
    """Points are written, flushed, taken back; a reader in pieces, looking now and then, knows what a late one does."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "metrics.bin")
        reader, seen, places, step = MetricReader(path), {}, [0], 0
        for act in data.draw(st.lists(st.sampled_from(("record", "flush", "rewind", "poll")), max_size=40)):
            with MetricWriter(path) as writer:
                if act == "record":
                    step += 1
                    for name in data.draw(st.sets(st.sampled_from("abc"))):
                        writer.record(name, step, 0.0, step)
                elif act == "flush":
                    places.append(writer.end)
                elif act == "rewind":
                    writer.rewind(0, data.draw(st.sampled_from(places)))
                    places = [place for place in places if place <= writer.end]
            if act == "poll":
                _follow(reader, seen, data.draw(st.integers(1, 300)))
        _follow(reader, seen, 10_000)
        whole = {name: points.values.tolist() for name, points in read_metrics(path).items()}
        assert {name: values for name, values in seen.items() if values} == whole


def _follow(reader: MetricReader, seen: dict[str, list[float]], most: int) -> None:
    while True:
        new = reader.poll(most)
        if reader.rewound:
            seen.clear()
        for name, points in new.items():
            seen.setdefault(name, []).extend(points.values.tolist())
        if not reader.is_behind:
            return


def test_a_file_begun_anew_is_read_from_the_start(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    reader = MetricReader(path)
    write(path, 10)
    reader.poll()
    path.unlink()
    write(path, 2, "other")
    assert {name: len(points) for name, points in reader.poll().items()} == {"other": 2}
    assert reader.rewound


@pytest.mark.parametrize("content", [b"PK\x03\x04" * 20, b"\0" * 40, b"{}" * 40])
def test_another_file_is_refused_by_reader_and_writer_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "metrics.bin"
    path.write_bytes(content)
    for use in (lambda: MetricReader(path).poll(), lambda: MetricWriter(path)):
        with pytest.raises(RunError, match="should begin with the header"):
            use()
    assert path.read_bytes() == content


def test_a_newer_format_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    header = layout._sealed(layout._FILE_HEADER.pack(layout.FILE_MAGIC, 9, layout.UNIT, 0))
    path.write_bytes(header)
    with pytest.raises(RunError, match="has format 9, but this Netloom reads format 1"):
        MetricReader(path).poll()


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'{"id": "x", "name": 3}', b"[" * 9999, b'{"step": 1e999}', b'{"step":1' + b"0" * 30 + b"}"]
)
@pytest.mark.parametrize("kind", [layout.DEFINITION, layout.REWIND, 77])
def test_hostile_blocks_with_right_checksums_are_ignored(tmp_path: Path, kind: int, payload: bytes) -> None:
    path = tmp_path / "metrics.bin"
    write(path, 2)
    with open(path, "ab") as file:
        file.write(layout.block(kind, payload))
    write(path, 1, start=5)
    assert read_metrics(path)["loss"].steps.tolist() == [0, 1, 5]


def test_a_closed_writer_says_so(tmp_path: Path) -> None:
    writer = MetricWriter(tmp_path / "metrics.bin")
    writer.close()
    writer.close()
    writer.record("loss", 0, 0.0, 0.0)
    with pytest.raises(RunError, match="already closed"):
        writer.flush()


@pytest.fixture
def file_size_limit() -> Callable[[int], None]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_a_readable_file_and_the_points_in_memory(
    tmp_path: Path, file_size_limit: Callable[[int], None]
) -> None:
    path = tmp_path / "metrics.bin"
    writer = MetricWriter(path)
    for step in range(10):
        writer.record("loss", step, 0.0, float(step))
    writer.flush()
    file_size_limit(path.stat().st_size + 100)
    for step in range(10, 20):
        writer.record("loss", step, 0.0, float(step))
    with pytest.raises(RunError, match=r"Could not write .*metrics\.bin"):
        writer.flush()
    assert read_metrics(path)["loss"].steps.tolist() == list(range(10))
    file_size_limit(1_000_000)
    writer.close()
    assert read_metrics(path)["loss"].steps.tolist() == list(range(20))


def test_a_full_device_is_named(tmp_path: Path) -> None:
    path = tmp_path / "metrics.bin"
    path.symlink_to("/dev/full")
    with pytest.raises(RunError):
        MetricWriter(path)


WRITER = """
import sys, time
from pathlib import Path
from tempfile import TemporaryDirectory
from studio.runs.metrics.writer import MetricWriter
writer = MetricWriter(Path(sys.argv[1]))
print("ready", flush=True)
step = 0
while True:
    writer.record("loss", step, 0.0, time.time())
    step += 1
    time.sleep(0.0002)
"""


@pytest.mark.parametrize("after", [0.2, 0.9])
def test_kill_loses_at_most_one_second(tmp_path: Path, after: float) -> None:
    path = tmp_path / "metrics.bin"

    def kill() -> float:
        """Seconds between the last point that is left, or the beginning, and the end."""
        path.unlink(missing_ok=True)
        process = subprocess.Popen([sys.executable, "-c", WRITER, path], cwd=ROOT, stdout=subprocess.PIPE)
        assert process.stdout and process.stdout.readline() == b"ready\n"
        began = time.time()
        time.sleep(after)
        os.kill(process.pid, signal.SIGKILL)
        killed = time.time()
        process.wait()
        process.stdout.close()
        points = read_metrics(path).get("loss")
        if points is None:
            return killed - began
        assert points.steps.tolist() == list(range(len(points)))
        return float(killed - points.times[-1])

    within(1.0, kill)


def test_a_large_log_is_written_in_blocks_of_bounded_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metric_writer, "FLUSH_AFTER", 1e9)
    path = tmp_path / "metrics.bin"
    write(path, 150_000)
    assert len(read_metrics(path)["loss"]) == 150_000
    path.write_bytes(path.read_bytes()[:-1])
    assert len(read_metrics(path)["loss"]) == 2 * metric_writer.MAX_BLOCK_RECORDS


FAST_WRITER = """
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from studio.runs.metrics.writer import MetricWriter
with MetricWriter(Path(sys.argv[1])) as writer:
    for step in range(200_000):
        writer.record(f"series {step % 3}", step, 0.0, float(step))
        if step % (1 + step // 20) == 0:
            writer.flush()
"""


def test_a_live_log_is_followed_without_gaps(tmp_path: Path) -> None:
    reader = MetricReader(tmp_path / "metrics.bin")
    process = subprocess.Popen([sys.executable, "-c", FAST_WRITER, reader.path], cwd=ROOT)
    seen: dict[str, list[int]] = {}
    running = True
    while running:
        running = process.poll() is None
        for name, points in reader.poll().items():
            assert points.values.tolist() == points.steps.tolist()
            seen.setdefault(name, []).extend(points.steps.tolist())
    assert process.returncode == 0
    assert seen == {f"series {i}": list(range(i, 200_000, 3)) for i in range(3)}
    assert reader.damaged == 0
