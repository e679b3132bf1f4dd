"""Frames with their context as pictures: time to the right, low bins below, what is beyond a recording in blue."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from pytestqt.qtbot import QtBot
from recordings import spoken

from studio.data import dataset_from
from studio.workspaces.data.preview import preview_of
from widgets.data.sample_grid import SampleGrid
from widgets.data.samples import PADDED, Example, Part, Samples


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
    assert ((first == PADDED).all(2).all(0)).tolist() == [True, True, False, False, False]
    grid = SampleGrid()
    qtbot.addWidget(grid)
    grid.resize(400, 300)
    grid.show_samples(samples, [Example(0, 0), Example(1, 2)])
    assert not grid.picture(0).isNull() and grid.picture_size().height() >= grid.side()
