"""Sound as frames of a mel spectrogram. Scripts contain these functions word for word."""

from __future__ import annotations

from typing import TYPE_CHECKING

from studio.data.frames.wav import Layout, wav_samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def frame_lengths(rate: int, window: float, hop: float) -> tuple[int, int]:
    """Samples in a window and from one to the next, of milliseconds."""
    return max(2, round(rate * window / 1000)), max(1, round(rate * hop / 1000))


def frame_count(layout: Layout, window: float, hop: float) -> int:
    """How many whole windows a recording holds."""
    length, step = frame_lengths(layout[2], window, hop)
    return max(0, 1 + (layout[1] - length) // step)


def mel_filters(rate: int, size: int, bins: int, top: float) -> NDArray[np.float64]:
    """Triangles over the frequencies of a Fourier transform of that size, one a column.

    Their peaks lie evenly from 0 to `top` hertz on the mel scale, 2595·log10(1 + f/700)
    (O'Shaughnessy 1987).
    """
    import numpy as np

    highest = 2595 * np.log10(1 + top / 700)
    edges = 700 * (10 ** (np.linspace(0, highest, bins + 2) / 2595) - 1)
    hertz = np.arange(size // 2 + 1)[:, None] * rate / size
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    return np.maximum(0.0, np.minimum(rising, falling))


def mel_frames(
    path: str, layout: Layout, window: float, hop: float, bins: int, log: bool, top: float
) -> NDArray[np.float32]:
    """The frames of a recording, time × bins: the power in each mel band.

    With `log` its logarithm to base 10, counted from 1e-10 of a full wave, which is 0:
    silence is 0, and 10 dB more are 1 more.
    """
    import numpy as np

    rate = layout[2]
    length, step = frame_lengths(rate, window, hop)
    size = 1 << length.bit_length()
    filters = mel_filters(rate, size, bins, top)
    shape = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)  # Hann's
    frames = np.empty((frame_count(layout, window, hop), bins), np.float32)
    for first in range(0, len(frames), 1024):
        count = min(1024, len(frames) - first)
        wanted = (count - 1) * step + length
        samples = wav_samples(path, layout, first * step, wanted)
        if len(samples) < wanted:
            raise ValueError("it became shorter while it was read")
        pieces = np.lib.stride_tricks.sliding_window_view(samples, length)[::step]
        power = np.abs(np.fft.rfft(pieces * shape, size)) ** 2 / shape.sum() ** 2
        found = power @ filters
        frames[first : first + count] = np.log10(np.maximum(found, 1e-10)) + 10 if log else found
    return frames
