"""Frames of a recording as a picture: the spectrogram, and above it the wave. No Qt, and numpy when it is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PADDED = (58, 84, 140)
"""Red, green and blue of what is beyond a recording: a color that no power has."""
WAVE, SILENCE = (91, 200, 175), (30, 33, 40)
"""Red, green and blue of a wave and of what lies around it."""
ROWS_A_BIN = 2
"""Rows of a picture that a bin has below a wave, which has several columns for each frame."""
LEAST_ROWS = 16
"""Rows that a wave needs to be one."""


def sound_sides(bins: int, columns: int) -> tuple[int, int]:
    """Height and width of a picture with a wave of so many columns."""
    return ROWS_A_BIN * bins + _wave_rows(bins), columns


def spectrogram(frames: NDArray[Any], span: tuple[float, float], padding: tuple[int, int]) -> NDArray[np.uint8]:
    """Frames × bins as height × width × 3: low bins at the bottom, time to the right. Frames beyond the recording, so
    many before and behind, are zeros and drawn in blue."""
    import numpy as np

    low, high = span
    before, behind = padding
    gray = np.clip((frames - low) * (255.0 / (high - low) if high > low else 0.0), 0, 255).astype(np.uint8)
    picture = np.repeat(gray.T[::-1, :, None], 3, axis=2)
    picture[:, :before] = PADDED
    picture[:, len(frames) - behind :] = PADDED
    return picture


def below_wave(drawn: NDArray[np.uint8], ends: NDArray[np.floating], padding: tuple[int, int]) -> NDArray[np.uint8]:
    """A spectrogram with its wave above, of which ``ends`` are the lowest and the highest value of each column; beyond
    the recording both are blue."""
    import numpy as np

    before, behind = padding
    bins, frames = drawn.shape[:2]
    rows, fine = _wave_rows(bins), len(ends) // frames
    height = 1 - (2 * np.arange(rows)[:, None] + 1) / rows
    reach = 1 / rows  # half a row, so that silence is a line
    lit = (height >= ends[:, 0] - reach) & (height <= ends[:, 1] + reach)
    wave = np.where(lit[..., None], WAVE, SILENCE).astype(np.uint8)
    wave[:, : before * fine] = PADDED
    wave[:, (frames - behind) * fine :] = PADDED
    return np.concatenate((wave, drawn.repeat(ROWS_A_BIN, 0).repeat(fine, 1)))


def _wave_rows(bins: int) -> int:
    """How high a wave is above so many bins: a third of the picture."""
    return max(LEAST_ROWS, bins)
