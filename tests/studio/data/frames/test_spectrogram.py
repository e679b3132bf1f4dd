from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from recordings import tone, wav

from studio.data.frames.spectrogram import frame_count, mel_filters, mel_frames
from studio.data.frames.wav import Layout, wav_layout


def written(path: Path, samples: np.ndarray, rate: int = 8000) -> tuple[str, Layout]:
    path.write_bytes(wav(samples, "f4", rate))
    return str(path), wav_layout(str(path))


@pytest.mark.parametrize(("rate", "hertz"), [(8000, 440.0), (8000, 2000.0), (44_100, 440.0), (16_000, 3000.0)])
def test_a_tone_is_loudest_in_its_band_whatever_the_rate(rate: int, hertz: float, tmp_path: Path) -> None:
    path, layout = written(tmp_path / "a.wav", tone(hertz, 0.3, rate), rate)
    frames = mel_frames(path, layout, 25.0, 10.0, 20, True, 4000.0)
    mel = 2595 * np.log10(1 + np.array([hertz, 4000.0]) / 700)
    assert set(frames.argmax(1)) <= {round(21 * mel[0] / mel[1]) - 1 + near for near in (-1, 0, 1)}
    assert frames.shape == (frame_count(layout, 25.0, 10.0), 20) == (28, 20)


def test_power_is_that_of_the_formula(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 400).astype(np.float32).astype(np.float64)
    path, layout = written(tmp_path / "a.wav", samples)
    found = mel_frames(path, layout, 25.0, 10.0, 5, False, 4000.0)
    shape = np.hanning(201)[:200]
    for place in range(len(found)):
        power = np.abs(np.fft.rfft(shape * samples[80 * place : 80 * place + 200], 256)) ** 2 / shape.sum() ** 2
        np.testing.assert_allclose(found[place], power @ mel_filters(8000, 256, 5, 4000.0), rtol=1e-6)


def test_silence_is_zero_and_ten_decibels_are_one(tmp_path: Path) -> None:
    loud, soft = tone(1000.0), tone(1000.0) / np.sqrt(10)
    frames = [
        mel_frames(*written(tmp_path / "a.wav", samples), 25.0, 10.0, 10, True, 4000.0)
        for samples in (loud, soft, 0 * loud)
    ]
    best = frames[0][3].argmax()
    assert frames[0][3, best] - frames[1][3, best] == pytest.approx(1.0, abs=1e-5)
    assert not frames[2].any()


def test_long_recordings_are_the_same_in_pieces(tmp_path: Path) -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, 90_000)
    whole = mel_frames(*written(tmp_path / "a.wav", samples), 25.0, 10.0, 4, True, 4000.0)
    tail = mel_frames(*written(tmp_path / "b.wav", samples[80 * 1000 :]), 25.0, 10.0, 4, True, 4000.0)
    assert len(whole) > 1024
    np.testing.assert_allclose(whole[1000:], tail, rtol=1e-6)
