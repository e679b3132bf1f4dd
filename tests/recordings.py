"""WAV files as programs write them, and as they should not."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

KINDS = ("u1", "i2", "i3", "i4", "f4", "f8")


def coded(samples: NDArray[Any], kind: str) -> bytes:
    """Samples from -1 to 1 (N, or N × channels) as bytes of that type."""
    if kind[0] == "f":
        return samples.astype(f"<{kind}").tobytes()
    if kind == "u1":
        return (np.round(samples * 127) + 128).astype(np.uint8).tobytes()
    bits = 8 * int(kind[1])
    whole = np.round(samples * (2.0 ** (bits - 1) - 1)).astype("<i4")
    if kind == "i3":
        return whole.reshape(-1, 1).view(np.uint8)[:, :3].tobytes()
    return whole.astype(f"<{kind}").tobytes()


def chunk(name: bytes, content: bytes, size: int | None = None) -> bytes:
    """A chunk, padded to an even length; ``size`` is what its head says, if that is to be another."""
    return name + struct.pack("<I", len(content) if size is None else size) + content + b"\0" * (len(content) % 2)


def head(kind: str = "i2", rate: int = 8000, channels: int = 1, code: int = 0, extra: bytes = b"") -> bytes:
    """What describes samples."""
    width = int(kind[1])
    code = code or (3 if kind[0] == "f" else 1)
    found = struct.pack("<HHIIHH", code, channels, rate, rate * width * channels, width * channels, 8 * width)
    return chunk(b"fmt ", found + extra)


def riff(*chunks: bytes, name: bytes = b"RIFF") -> bytes:
    content = b"WAVE" + b"".join(chunks)
    return name + struct.pack("<I", len(content)) + content


def wav(samples: NDArray[Any], kind: str = "i2", rate: int = 8000) -> bytes:
    """A plain WAV file."""
    channels = 1 if samples.ndim == 1 else samples.shape[1]
    return riff(head(kind, rate, channels), chunk(b"data", coded(samples, kind)))


def tone(hertz: float, seconds: float = 0.2, rate: int = 8000) -> NDArray[np.float64]:
    """A sine of half the full height."""
    return 0.5 * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)


def spoken(folder: Path, each: int = 5) -> dict[str, Any]:
    """A folder of short recordings of a low and a high tone, named by what they are; gives the settings."""
    generator = np.random.default_rng(0)
    for name, hertz in (("low", 300.0), ("high", 1500.0)):
        for number in range(each):
            samples = tone(hertz, 0.06 + 0.01 * number) + generator.normal(
                0, 0.01, round(8000 * (0.06 + 0.01 * number))
            )
            (folder / f"{name}_{number}.wav").write_bytes(wav(samples.clip(-1, 1)))
    return {"source": "frames", "path": ".", "context": 2, "mel_bins": 6}
