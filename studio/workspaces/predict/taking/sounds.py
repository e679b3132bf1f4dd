"""Samples of a microphone, as the content of a WAV file."""

from __future__ import annotations

import io
import wave

import numpy as np

RATE, WIDTH = 48_000, 2
"""Samples a second, where a device can, and bytes of each."""
LONGEST = 300
"""Seconds of a recording."""


class Recording:
    """Samples of 16 bits, one channel, as they come; what is beyond the longest recording is left out."""

    def __init__(self, rate: int) -> None:
        self.rate = rate
        self._content = bytearray()

    def add(self, samples: bytes) -> float:
        """Take samples; returns how loud they are, 0 to 1: their root mean square."""
        room = LONGEST * self.rate * WIDTH - len(self._content)
        self._content += samples[:room]
        values = np.frombuffer(samples[: len(samples) // WIDTH * WIDTH], "<i2").astype(np.float64)
        return float(np.sqrt(np.mean(np.square(values / 32_768)))) if len(values) else 0.0

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self._content) / (WIDTH * self.rate)

    @property
    def is_full(self) -> bool:
        """Whether it takes no more."""
        return self.seconds >= LONGEST

    def wav(self) -> bytes:
        """The content of a WAV file (RIFF, IBM and Microsoft 1991)."""
        file = io.BytesIO()
        with wave.open(file, "wb") as made:
            made.setnchannels(1)
            made.setsampwidth(WIDTH)
            made.setframerate(self.rate)
            made.writeframes(bytes(self._content))
        return file.getvalue()
