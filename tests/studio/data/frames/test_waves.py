"""The wave of a recording: the lowest and the highest sample of each column are those of its file."""

from __future__ import annotations

import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from recordings import KINDS, wav

from studio.data.frames import waves
from studio.data.frames.spectrogram import frame_count, frame_lengths
from studio.data.frames.wav import wav_layout
from studio.data.frames.waves import COLUMNS, Waves, wave_ends, waves_along


def by_hand(samples: np.ndarray, count: int, length: int, step: int) -> np.ndarray:
    """The same, column by column: each from its beginning to that of the next, but at least one sample."""
    edges = [number * step // COLUMNS + (length - step) // 2 for number in range(COLUMNS * count + 1)]
    edges = [min(max(edge, 0), len(samples)) for edge in edges]
    found = []
    for first, end in pairwise(edges):
        first = min(first, edges[-1] - 1)
        piece = samples[first : max(end, first + 1)]
        found.append((piece.min(), piece.max()))
    return np.array(found).reshape(count, COLUMNS, 2)


@pytest.mark.parametrize("kind", KINDS)
def test_the_ends_are_those_of_the_samples_in_the_file(kind: str, tmp_path: Path) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 3000)
    (tmp_path / "a.wav").write_bytes(wav(samples, kind))
    path = str(tmp_path / "a.wav")
    found = wave_ends(path, wav_layout(path), 25.0, 10.0)
    assert found.shape == (36, COLUMNS, 2)
    np.testing.assert_allclose(found, by_hand(samples, 36, 200, 80), atol=0.012 if kind == "u1" else 0.001)


def test_python_reads_the_same_samples(tmp_path: Path) -> None:
    """The standard library's reader as a second opinion on a whole file of 16 bits."""
    (tmp_path / "a.wav").write_bytes(wav(np.random.default_rng(1).uniform(-1, 1, 800)))
    with wave.open(str(tmp_path / "a.wav")) as file:
        whole = np.frombuffer(file.readframes(800), "<i2") / 2**15
    found = wave_ends(str(tmp_path / "a.wav"), wav_layout(str(tmp_path / "a.wav")), 10.0, 10.0)
    columns = whole.reshape(-1, COLUMNS, 20)
    np.testing.assert_array_equal(found[..., 0], columns.min(2).astype(np.float16))
    np.testing.assert_array_equal(found[..., 1], columns.max(2).astype(np.float16))


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(2, 900), window=st.floats(1, 40), hop=st.floats(0.1, 60), at_once=st.integers(1, 9))
def test_every_window_and_hop_has_columns_within_the_file(
    size: int, window: float, hop: float, at_once: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However few frames are read at one time, and where a hop is longer than its window or shorter than a column."""
    path = str(tmp_path / "a.wav")
    samples = np.random.default_rng(size).uniform(-1, 1, size).astype(np.float32)
    Path(path).write_bytes(wav(samples, "f4", 4000))
    layout, (length, step) = wav_layout(path), frame_lengths(4000, window, hop)
    count = frame_count(layout, window, hop)
    monkeypatch.setattr(waves, "AT_ONCE", at_once)
    found = wave_ends(path, layout, window, hop)
    assert found.shape == (count, COLUMNS, 2) and (found[..., 0] <= found[..., 1]).all()
    if step >= COLUMNS and step <= length:
        np.testing.assert_allclose(found, by_hand(samples, count, length, step), atol=0.001)


def test_what_is_louder_than_a_full_wave_is_one(tmp_path: Path) -> None:
    (tmp_path / "a.wav").write_bytes(wav(np.array([-9e9, 9e9] * 400), "f8"))
    found = wave_ends(str(tmp_path / "a.wav"), wav_layout(str(tmp_path / "a.wav")), 10.0, 10.0)
    assert (found == [-1, 1]).all()


def test_a_file_that_became_shorter_is_said(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(wav(np.zeros(800)))
    layout = wav_layout(str(path))
    path.write_bytes(path.read_bytes()[:500])
    with pytest.raises(ValueError, match="became shorter"):
        wave_ends(str(path), layout, 10.0, 10.0)


def test_every_recording_has_its_full_height_and_silence_around_it(tmp_path: Path) -> None:
    sounds = []
    for name, size, value in (("a", 160, 0.5), ("b", 80, -0.25), ("c", 80, 0.0)):
        path = str(tmp_path / name)
        Path(path).write_bytes(wav(np.full(size, value), "f4"))
        sounds.append((path, wav_layout(path), 10.0, 10.0))
    found = waves_along(sounds, np.array([[1, 3], [4, 5], [6, 7]]), 8)
    assert found[:, 0, 0].tolist() == found[:, 3, 1].tolist() == [0, 1, 1, 0, -1, 0, 0, 0]


def test_the_wave_of_a_window_is_that_of_its_recording_alone(tmp_path: Path) -> None:
    sounds = []
    for name, value in (("a", 0.5), ("b", -0.25)):
        path = str(tmp_path / name)
        Path(path).write_bytes(wav(np.full(160, value), "f4"))
        sounds.append((path, wav_layout(path), 10.0, 10.0))
    ends = np.array([[1, 3], [4, 6]])
    waves = Waves(sounds, ends, 7)
    for group, start in ((0, 0), (0, 1), (1, 3), (1, 4)):
        first, end = ends[group].tolist()
        whole = waves()[start : start + 3].copy()
        whole[[not first <= place < end for place in range(start, start + 3)]] = 0
        np.testing.assert_array_equal(waves.of(group, slice(start, start + 3)), whole.reshape(-1, 2))
    assert waves() is waves()
    (tmp_path / "b").unlink()
    with pytest.raises(FileNotFoundError):
        Waves(sounds, ends, 7).of(1, slice(3, 6))
