"""Answers are plain arrays and facts, whole or not there, and of bounded size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.probes import answer as answers
from studio.runs.probes.answer import Answer, read_answer, write_answer

KINDS = ("uint8", "int32", "int64", "float32", "float64")


@given(st.lists(st.tuples(st.sampled_from(KINDS), st.lists(st.integers(0, 5), max_size=4)), max_size=4))
def test_an_answer_is_read_as_it_was_written(
    tmp_path_factory: pytest.TempPathFactory, forms: list[tuple[str, list[int]]]
) -> None:
    place = tmp_path_factory.mktemp("answers") / "one.safetensors"
    arrays = {
        f"{n}/a": np.arange(np.prod(shape, dtype=int)).reshape(shape).astype(kind)
        for n, (kind, shape) in enumerate(forms)
    }
    write_answer(place, Answer(arrays, {"layers": [1, "ü"], "x": None}))
    found = read_answer(place)
    assert found.facts == {"layers": [1, "ü"], "x": None}
    assert found.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert found.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(found.arrays[name], array)


def test_arrays_may_lie_in_any_order_in_memory(tmp_path: Path) -> None:
    array = np.arange(12.0).reshape(3, 4).T[::2]
    write_answer(tmp_path / "a", Answer({"x": array}, {}))
    np.testing.assert_array_equal(read_answer(tmp_path / "a").arrays["x"], array)


def test_nothing_else_is_left_beside_an_answer(tmp_path: Path) -> None:
    write_answer(tmp_path / "a", Answer({}, {}))
    write_answer(tmp_path / "a", Answer({}, {"second": True}))
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


def test_an_answer_that_is_too_large_is_refused_by_both_sides(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_answer(tmp_path / "a", Answer({"x": np.zeros(6 << 20, np.uint8)}, {}))
    monkeypatch.setattr(answers, "LARGEST", 1 << 20)
    with pytest.raises(RunError, match="6 MB; 1 are the most"):
        write_answer(tmp_path / "b", Answer({"x": np.zeros(6 << 20, np.uint8)}, {}))
    with pytest.raises(RunError, match="holds no answer"):
        read_answer(tmp_path / "a")
    assert not (tmp_path / "b").exists()


@given(st.binary(max_size=300))
def test_bytes_are_no_answer(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    place = tmp_path_factory.mktemp("bytes") / "one"
    place.write_bytes(content)
    with pytest.raises(RunError, match="holds no answer"):
        read_answer(place)


def test_a_damaged_answer_is_refused_wherever_a_byte_flips(tmp_path: Path) -> None:
    place = tmp_path / "a"
    write_answer(place, Answer({"x": np.arange(4, dtype=np.int32)}, {"n": 1}))
    whole = place.read_bytes()
    header = 8 + int.from_bytes(whole[:8], "little")
    for at in range(header):
        place.write_bytes(whole[:at] + bytes([whole[at] ^ 0x15]) + whole[at + 1 :])
        try:
            found = read_answer(place)
        except RunError:
            continue
        assert isinstance(found.facts, dict), "what is still read is an answer"


def test_a_pipe_is_no_answer(tmp_path: Path) -> None:
    import os

    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(RunError, match="Could not read"):
        read_answer(tmp_path / "pipe")
