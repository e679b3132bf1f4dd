"""Frames with their context as pictures: time to the right, low bins below, what is beyond a recording in blue;
above sound its wave."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot
from recordings import spoken

from studio.data import dataset_from
from studio.data.frames.waves import COLUMNS
from studio.data.frames.windows import are_windows
from studio.workspaces.data.preview import preview_of
from widgets.basics.sound import PADDED, ROWS_A_BIN, SILENCE, WAVE
from widgets.data.sample_grid import SampleGrid
from widgets.data.samples import Example, Part, Samples


def windows(x: np.ndarray, before: int = 0, behind: int = 0) -> Samples:
    part = Part("training", x, np.zeros(len(x), np.int64))
    return Samples((part,), ("a", "b"), span=(0.0, 10.0), padding=lambda example: (before, behind))


def test_time_goes_to_the_right_and_low_bins_lie_at_the_bottom() -> None:
    frames = np.zeros((1, 5, 3), np.float32)
    frames[0, 1, 0] = 10.0
    samples = windows(frames)
    picture = samples.picture(Example(0, 0), 70)
    assert picture.shape == (3, 5, 3) and samples.sides == (3, 5)
    assert picture[2, 1].tolist() == [255] * 3 and picture.sum() == 3 * 255


def test_the_zeros_around_a_recording_are_drawn_as_what_no_frame_is() -> None:
    picture = windows(np.full((1, 5, 3), 5.0, np.float32), 2, 1).picture(Example(0, 0), 70)
    blue = (picture == PADDED).all(2)
    assert blue.all(0).tolist() == [True, True, False, False, True] and not blue[:, 2:4].any()


def test_real_recordings_say_where_they_end(qtbot: QtBot, tmp_path: Path) -> None:
    dataset, _ = dataset_from(spoken(tmp_path))
    preview = preview_of(dataset, dataset.load(tmp_path))
    samples = preview.view().samples
    assert samples.form == "images" and samples.noun == "frames"
    assert preview.line.startswith(f"{sum(preview.counts)} frames · 5×6 · 2 classes")
    first = samples.picture(Example(0, 0), 70)
    assert ((first == PADDED).all(2).all(0)).tolist() == [True] * 2 * COLUMNS + [False] * 3 * COLUMNS
    assert first.shape == (*samples.sides, 3)
    grid = SampleGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 300)
    grid.show_samples(samples, [Example(0, 0), Example(1, 2)])
    assert not grid.picture(0).isNull() and grid.picture_size().height() >= grid.side()
    shown = grid.picture(0).toImage()
    middle = [shown.pixelColor(round(0.75 * shown.width()), row).getRgb()[:3] for row in range(shown.height())]
    gray = [color for color in middle if len(set(color)) == 1 and any(color)]
    assert WAVE in middle and gray and middle.index(WAVE) < middle.index(gray[0])


def test_a_wave_stands_above_its_spectrogram_column_by_column() -> None:
    frames = np.zeros((1, 3, 4), np.float32)
    frames[0, 1] = 10.0
    ends = np.array([[0, 0], [-1, 1], [0, 1], [0, 0], [0, 0], [0, 0]], np.float32)
    samples = replace(windows(frames, behind=1), wave=lambda example: ends)
    picture = samples.picture(Example(0, 0), 70)
    wave, below = picture[:16], picture[16:]
    lit = (wave == WAVE).all(2).sum(0).tolist()
    assert picture.shape == (*samples.sides, 3) == (16 + 4 * ROWS_A_BIN, 6, 3)
    assert lit[:4] == [2, 16, 9, 2] and (wave[:, :4] == SILENCE).all(2).sum(0).tolist() == [14, 0, 7, 14]
    assert (wave[:8, 2] == WAVE).all() and (picture[:, 4:] == PADDED).all()
    assert (below[:, 2:4] == 255).all() and (below[:, :2] == 0).all()


def test_the_samples_of_sound_show_its_wave_and_those_of_stored_spectrograms_none(tmp_path: Path) -> None:
    dataset, _ = dataset_from({**spoken(tmp_path), "context": 0, "test": 0.2})
    data = dataset.load(tmp_path)
    samples = preview_of(dataset, data).view().samples
    assert samples.wave is not None and len(samples.parts) == 3
    for part, x in enumerate(next(iter(data.inputs.values())).every):
        assert are_windows(x)
        waves = np.stack([samples.wave(Example(part, row)) for row in range(len(x))])
        for recording in np.unique(x.groups):
            assert np.abs(waves[x.groups == recording]).max() == 1
    spectrograms = tmp_path / "stored"
    spectrograms.mkdir()
    for name in ("low_1", "high_1", "low_2", "high_2"):
        np.save(spectrograms / f"{name}.npy", np.random.default_rng(0).uniform(0, 1, (9, 6)))
    stored, _ = dataset_from({"source": "frames", "path": "stored", "context": 2, "validation": 0.5})
    plain = preview_of(stored, stored.load(tmp_path)).view().samples
    assert plain.wave is None and plain.picture(Example(0, 0), 70).shape == (6, 5, 3)


def test_recordings_that_have_gone_since_are_shown_without_a_wave(tmp_path: Path) -> None:
    dataset, _ = dataset_from(spoken(tmp_path))
    data = dataset.load(tmp_path)
    (tmp_path / "low_0.wav").unlink()
    samples = preview_of(dataset, data).view().samples
    assert samples.wave is None and samples.picture(Example(0, 0), 70).shape == (6, 5, 3)
