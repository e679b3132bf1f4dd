"""The health of layers on the disk: what is written comes back, and what is torn, foreign or gone back on does not."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.health.reader import HealthReader, read_health
from studio.runs.health.record import MEASURES, Health
from studio.runs.health.writer import PLACE, HealthWriter
from studio.runs.metrics import layout
from studio.runs.metrics.writer import MetricWriter

LAYERS = ("fc1", "relu1")
ROW = [float(number) for number in range(2 * len(MEASURES))]


def write(path: Path, *steps: int, layers: tuple[str, ...] = LAYERS) -> None:
    with HealthWriter(path) as writer:
        for step in steps:
            writer.record(layers, step, step / 10, [step + value for value in ROW][: len(layers) * len(MEASURES)])


def steps_of(path: Path) -> list[int]:
    health = read_health(path)
    return health.steps.tolist() if health else []


@given(rows=st.lists(st.lists(st.floats(width=32), min_size=len(MEASURES), max_size=len(MEASURES)), max_size=6))
def test_what_is_written_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: list[list[float]]) -> None:
    path = tmp_path_factory.mktemp("health") / "health.bin"
    reader, parts = HealthReader(path), []
    writer = HealthWriter(path)
    for step, row in enumerate(rows):
        writer.record(("only",), step, step / 2, row)
        if step % 2:
            writer.flush()
            parts += [part for part in [reader.poll()] if part]
    writer.close()
    parts += [part for part in [reader.poll()] if part]
    assert bool(parts) == bool(rows)
    if parts:
        health = Health.joined(parts)
        assert (health.layers, health.measures, len(health)) == (("only",), MEASURES, len(rows))
        assert health.epochs.tolist() == [step / 2 for step in range(len(rows))]
        np.testing.assert_array_equal(health.values[:, 0], np.array(rows, np.float32))


def test_a_measure_is_a_table_of_moments_and_layers(tmp_path: Path) -> None:
    write(tmp_path / "h", 0, 50)
    health = read_health(tmp_path / "h")
    assert health is not None
    assert health.measure("gradient").tolist() == [[0, 8], [50, 58]]
    assert health.measure("update ratio") == pytest.approx(np.array([[2 / 1, 10 / 9], [52 / 51, 60 / 59]]))
    assert np.isnan(health.measure("something newer")).all()


def test_a_torn_end_is_cut_off_and_writing_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "h"
    write(path, 0, 50)
    content = path.read_bytes()
    for length in range(0, len(content), 13):
        path.write_bytes(content[:length])
        before = steps_of(path)
        assert before == [0, 50][: len(before)]
        write(path, 100)
        assert steps_of(path) == [*before, 100]


def test_a_run_that_went_back_forgets_what_came_after(tmp_path: Path) -> None:
    path = tmp_path / "h"
    reader = HealthReader(path)
    write(path, 0)
    with HealthWriter(path) as writer:
        end = writer.end
        writer.record(LAYERS, 50, 5.0, ROW)
        writer.flush()
        first = reader.poll()
        assert first and len(first) == 2
        writer.rewind(30, end)
        writer.record(LAYERS, 40, 4.0, ROW)
    again = reader.poll()
    assert reader.rewound and again and again.steps.tolist() == [0, 40]
    with HealthWriter(path) as writer:  # by a checkpoint of a version that did not note how long this file was
        writer.rewind(10)
    assert steps_of(path) == [0]


def test_other_layers_begin_a_table_of_their_own(tmp_path: Path) -> None:
    write(tmp_path / "h", 0, 50)
    write(tmp_path / "h", 100, layers=("fc1",))
    health = read_health(tmp_path / "h")
    assert health and health.layers == ("fc1",) and health.steps.tolist() == [100]


@pytest.mark.parametrize(
    "content",
    [b"{", b"[]", b"{}", b'{"layers": [], "measures": []}', b'{"layers": [1], "measures": ["a"]}', b'{"layers": "ab"}',
     json.dumps({"layers": ["a"], "measures": ["m"] * 101}).encode()],
)  # fmt: skip
def test_layers_that_are_none_are_damage(tmp_path: Path, content: bytes) -> None:
    sample = layout.block(layout.SAMPLE, PLACE.pack(0, 0.0, 0.0) + bytes(4))
    (tmp_path / "h").write_bytes(layout.file_header() + layout.block(layout.LAYERS, content) + sample)
    reader = HealthReader(tmp_path / "h")
    assert reader.poll() is None and reader.damaged


@pytest.mark.parametrize("place", [(-1, 0.0, 0.0), (1 << 60, 0.0, 0.0), (0, float("nan"), 0.0), (0, 0.0, float("inf"))])
def test_places_that_are_none_are_damage(tmp_path: Path, place: tuple[int, float, float]) -> None:
    write(tmp_path / "h", 0)
    block = layout.block(layout.SAMPLE, PLACE.pack(*place) + bytes(4 * len(ROW)))
    (tmp_path / "h").write_bytes((tmp_path / "h").read_bytes() + block)
    reader = HealthReader(tmp_path / "h")
    found = reader.poll()
    assert found and len(found) == 1 and reader.damaged


def test_a_run_without_health_has_none_and_a_foreign_file_says_so(tmp_path: Path) -> None:
    assert read_health(tmp_path / "none") is None
    with MetricWriter(tmp_path / "metrics") as writer:
        writer.record("loss", 0, 0.0, 1.0)
    assert read_health(tmp_path / "metrics") is None
    (tmp_path / "text").write_bytes(b"x" * 100)
    with pytest.raises(RunError, match="damaged or something else"):
        read_health(tmp_path / "text")
