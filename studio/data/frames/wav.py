"""WAV files: where their samples lie, and the samples themselves. Scripts contain these functions word for word."""

from __future__ import annotations

import os
import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Layout = tuple[int, int, int, int, str]
"""Where samples begin, how many there are a channel, how many a second, channels, and their type in NumPy's letters
("i3" for 24 bits)."""


def wav_layout(path: str) -> Layout:
    """Where samples begin, how many a channel and a second, channels, their type.

    Reads integers of 8 to 32 bits and floats of 32 and 64, as RIFF (IBM and Microsoft
    1991), WAVE_FORMAT_EXTENSIBLE and RF64 (EBU Tech 3306) have them. Raises `ValueError`
    for everything else, `OSError` where the file can't be read.
    """
    size, layout, data, long = os.path.getsize(path), b"", (0, 0), 0
    with open(path, "rb") as file:
        start = file.read(12)
        if start[:4] not in (b"RIFF", b"RF64") or start[8:] != b"WAVE":
            raise ValueError("no WAV file")
        while not (layout and data[0]) and len(head := file.read(8)) == 8:
            name, length = struct.unpack("<4sI", head)
            begin = file.tell()
            if name == b"ds64":
                long = int.from_bytes(file.read(16)[8:], "little")
            if name == b"fmt ":
                layout = file.read(min(length, 40))
            if name == b"data":
                length = long if long and length == 0xFFFFFFFF else length
                data = begin, min(length, size - begin)  # of a stream it isn't known
            file.seek(begin + length)
            if length % 2 and file.read(1) != b"\0":
                file.seek(begin + length)  # some writers forget that lengths are even
    if len(layout) < 16 or not data[0]:
        raise ValueError("it ends before its samples begin")
    code, channels, rate, _, block, bits = struct.unpack("<HHIIHH", layout[:16])
    if code == 0xFFFE and len(layout) >= 26:
        code = int.from_bytes(layout[24:26], "little")
    width = block // channels if channels and block else bits // 8
    code = code if channels else 0
    types = {(1, 1): "u1", (1, 2): "i2", (1, 3): "i3", (1, 4): "i4"}
    types |= {(3, 4): "f4", (3, 8): "f8"}
    if (code, width) not in types:
        raise ValueError(f"its coding ({code}, {bits} bits) is not PCM or float; convert it, as ffmpeg does")
    if not 0 < rate <= 10_000_000:
        raise ValueError(f"a rate of {rate:,} samples a second")
    return data[0], data[1] // (channels * width), rate, channels, types[code, width]


def wav_samples(path: str, layout: Layout, first: int, count: int) -> NDArray[np.float64]:
    """Some samples from -1 to 1, all channels mixed down to one."""
    import numpy as np

    begin, _, _, channels, kind = layout
    width = channels * int(kind[1])
    content = np.fromfile(path, np.uint8, count * width, offset=begin + first * width)
    if kind == "i3":  # the upper three bytes of 32 bits
        wide = np.zeros((len(content) // 3, 4), np.uint8)
        wide[:, 1:] = content.reshape(-1, 3)
        content, kind = wide.reshape(-1), "i4"
    values = content.view(f"<{kind}").reshape(-1, channels).mean(1, dtype=np.float64)
    middle = 128.0 if kind == "u1" else 0.0
    full = 1.0 if kind[0] == "f" else 2.0 ** (8 * int(kind[1]) - 1)
    found: NDArray[np.float64] = (values - middle) / full
    return found
