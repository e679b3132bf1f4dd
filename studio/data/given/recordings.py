"""Recordings, frame by frame, for a network that was trained on such."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, cast

from studio.data.errors import DataError
from studio.data.formats.arrays.door import header, read_array
from studio.data.formats.npy import Place
from studio.data.frames.source import FRAME
from studio.data.frames.spectrogram import frame_count, mel_frames
from studio.data.frames.wav import wav_layout
from studio.data.frames.windows import Windows, laid_out
from studio.data.given.base import Asked, Given, Left, Piece, at_once, only_input, reason_of
from studio.data.kinds.frames import Frames

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOP = "top"
"""Under this name a training keeps up to which frequency (in hertz) its spectrograms go."""
OLD = "This run is from before it was kept how high its spectrograms go. Train it once more."


def recording(path: Path, asked: Asked) -> Given:
    """A recording: one answer for all its frames where recordings have labels, else one for each frame. Raises
    `DataError` where it is none for this network."""
    import numpy as np

    dataset = cast(Frames, asked.dataset)
    wanted = only_input(asked, "a recording")
    try:
        frames = _sound(path, dataset, asked) if path.suffix.lower() == ".wav" else _spectrogram(path)
    except (OSError, ValueError) as error:
        yield Left(asked.name(path), reason_of(error))
        return
    if not len(frames):
        yield Left(asked.name(path), "shorter than a frame")
        return
    width, bins = 2 * dataset.context + 1, frames.shape[1]
    if (width, bins) != wanted.shape:
        raise DataError(f"{path.name}: expected {wanted.words}, found {bins:,} bins. Use spectrograms as in training.")
    table, starts, groups, ends = laid_out([frames], dataset.context)
    windows, count = Windows(table, starts, groups, ends, width), at_once(wanted)
    group = "" if dataset.labels == FRAME or dataset.label_folder else asked.name(path)
    seconds = dataset.hop / 1000
    for first in range(0, len(windows), count):
        some = windows[np.arange(first, min(first + count, len(windows)))]
        names = [f"{asked.name(path)} {number * seconds:.2f} s" for number in range(first, first + len(some))]
        yield Piece(names, {wanted.id: some.read()}, group)


def _sound(path: Path, dataset: Frames, asked: Asked) -> NDArray[np.float32]:
    """The frames of a WAV file; raises `ValueError` for one that cannot be used."""
    if TOP not in asked.found:
        raise DataError(OLD)
    layout, top = wav_layout(str(path)), float(asked.found[TOP])
    if layout[2] / 2 < top:
        raise ValueError(f"{layout[2]:,} samples a second are too few: training has heard up to {top:,.0f} Hz")
    if not frame_count(layout, dataset.window, dataset.hop):
        raise ValueError("shorter than a frame")
    return mel_frames(str(path), layout, dataset.window, dataset.hop, dataset.mel_bins, dataset.log, top)


def _spectrogram(path: Path) -> NDArray[np.float32]:
    import numpy as np

    shape, dtype = header(Place(path))
    if len(shape) != 2 or dtype.kind not in "biuf":
        raise ValueError("not numbers of time × bins")
    return read_array(Place(path)).astype(np.float32)
