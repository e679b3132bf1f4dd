"""Pictures as arrays: asking Qt for one pixel after another takes a test half a second."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage


def pixels(picture: QImage) -> NDArray[np.uint32]:
    """The colors of a picture, ``0xAARRGGBB``, by row and column."""
    plain = picture.convertToFormat(QImage.Format.Format_ARGB32)
    return np.frombuffer(plain.constBits(), np.uint32).reshape(plain.height(), plain.width()).copy()


def names(picture: QImage) -> set[str]:
    """The colors in a picture, as ``#rrggbb``."""
    return {f"#{code & 0xFFFFFF:06x}" for code in np.unique(pixels(picture)).tolist()}
