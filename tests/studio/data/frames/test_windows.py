"""Windows of frames are what an array of all of them would be."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data.formats.streamed import joined
from studio.data.frames.waves import Waves
from studio.data.frames.windows import Windows, laid_out

LENGTHS = st.lists(st.integers(1, 7), min_size=1, max_size=5)


def windows(lengths: list[int], context: int) -> tuple[Windows, list[np.ndarray]]:
    generator = np.random.default_rng(len(lengths))
    recordings = [generator.uniform(1, 2, (length, 3)).astype(np.float32) for length in lengths]
    table, starts, groups, ends = laid_out(recordings, context)
    return Windows(table, starts, groups, ends, 2 * context + 1), recordings


@given(LENGTHS, st.integers(0, 6))
def test_each_frame_has_its_neighbors_and_zeros_beyond_its_recording(lengths: list[int], context: int) -> None:
    found, recordings = windows(lengths, context)
    padded = [np.pad(frames, ((context, context), (0, 0))) for frames in recordings]
    expected = [frames[row : row + 2 * context + 1] for frames in padded for row in range(len(frames) - 2 * context)]
    np.testing.assert_array_equal(found.read(), np.stack(expected))
    assert found.shape == (sum(lengths), 2 * context + 1, 3) and found.nbytes == found.read().nbytes
    assert found.groups.tolist() == [place for place, length in enumerate(lengths) for _ in range(length)]
    for row, example in enumerate(expected):
        before, behind = found.padding(row)
        empty = ~example.any(1)
        assert (before, behind) == (empty[: context + 1].sum(), empty[context:].sum())
        np.testing.assert_array_equal(found[row], example)


def test_context_of_twelve_frames_of_28_bins_is_25_by_28_and_stored_once() -> None:
    table, starts, groups, ends = laid_out([np.ones((500, 28), np.float32)] * 4, 12)
    found = Windows(table, starts, groups, ends, 25)
    assert found.shape == (2000, 25, 28)
    assert found.frames.nbytes < found.nbytes / 22
    assert found.kept == 4 * 28 * 2000


def test_rows_of_it_are_rows_of_the_array() -> None:
    found, _ = windows([4, 6, 2], 2)
    whole = found.read()
    rows = np.array([7, 0, 11])
    np.testing.assert_array_equal(found[rows].read(), whole[rows])
    np.testing.assert_array_equal(found[3:9][::2].read(), whole[3:9:2])
    np.testing.assert_array_equal(joined([found[:5], found[5:]]).read(), whole)
    np.testing.assert_array_equal(found.sample(), whole[:, 2:3])
    room = np.empty_like(whole[rows])
    assert found[rows].read(room) is room
    with pytest.raises(IndexError):
        found[99]


def test_it_is_known_where_a_window_lies_and_how_its_wave_is_read_whatever_rows_are_taken() -> None:
    plain, _ = windows([4, 6, 2], 1)
    waves = Waves([], plain.ends, len(plain.frames))
    found = Windows(plain.frames, plain.starts, plain.groups, plain.ends, plain.width, waves)
    assert plain.waves is None
    for some in (found, joined([found[:5], found[5:]])):
        row = some[np.array([7, 0, 11])]
        assert isinstance(row, Windows) and row.waves is waves
        np.testing.assert_array_equal(row.frames[row.span(0)], plain[7])


def test_other_frames_or_other_rows_have_another_checksum() -> None:
    found, _ = windows([4, 6], 1)
    other = Windows(found.frames + 1, found.starts, found.groups, found.ends, 3)
    assert len({found.checksum(0), other.checksum(0), found[1:].checksum(0)}) == 3
    assert found.checksum(0) == found[:].checksum(0)
