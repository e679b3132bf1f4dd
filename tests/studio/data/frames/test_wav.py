"""WAV files as they occur: every coding, and headers that programs write though they should not."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest
from recordings import KINDS, chunk, coded, head, riff, tone, wav

from studio.data.frames.wav import wav_layout, wav_samples

SAMPLES = tone(440.0, 0.05)
PCM = coded(SAMPLES, "i2")
GUID = struct.pack("<HHIH", 22, 16, 4, 1) + b"\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"


def read(path: Path, content: bytes) -> np.ndarray:
    path.write_bytes(content)
    layout = wav_layout(str(path))
    return wav_samples(str(path), layout, 0, layout[1])


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 3])
def test_samples_of_each_coding_are_those_that_were_written(kind: str, channels: int, tmp_path: Path) -> None:
    samples = np.stack([SAMPLES * (1 - 0.2 * place) for place in range(channels)], 1)
    path = tmp_path / "a.wav"
    found = read(path, wav(samples, kind, 22_050))
    step = {"u1": 2**-7, "i2": 2**-15, "i3": 2**-23, "i4": 2**-31, "f4": 2**-24, "f8": 0}[kind]
    np.testing.assert_allclose(found, samples.mean(1), atol=1.6 * step)
    layout = wav_layout(str(path))
    assert layout[1:4] == (len(SAMPLES), 22_050, channels)
    np.testing.assert_array_equal(wav_samples(str(path), layout, 10, 7), found[10:17])


ODD_ONES = {
    "extensible": riff(head(code=0xFFFE, extra=GUID), chunk(b"data", PCM)),
    "extensible with more behind": riff(head(code=0xFFFE, extra=GUID + b"12345678"), chunk(b"data", PCM)),
    "a longer description": riff(head(extra=b"\0\0"), chunk(b"data", PCM)),
    "a list of odd length before": riff(head(), chunk(b"LIST", b"abc"), chunk(b"data", PCM)),
    "without the byte that pads": riff(head(), chunk(b"LIST", b"abc")[:-1], chunk(b"data", PCM)),
    "samples before their description": riff(chunk(b"data", PCM), head()),
    "a stream of unknown length": riff(head(), chunk(b"data", PCM, 0xFFFFFFFF)),
    "cut off": riff(head(), chunk(b"data", PCM, 2 * len(PCM))),
    "a list behind": riff(head(), chunk(b"data", PCM), chunk(b"LIST", b"a" * 40)),
    "RF64": riff(
        chunk(b"ds64", struct.pack("<QQQI", 0, len(PCM), 0, 0)),
        head(),
        chunk(b"data", PCM, 0xFFFFFFFF) + chunk(b"LIST", b"a" * 40),
        name=b"RF64",
    ),
    "garbage behind": riff(head(), chunk(b"data", PCM)) + b"_PMX",
}


@pytest.mark.parametrize("name", ODD_ONES)
def test_what_programs_write_is_read(name: str, tmp_path: Path) -> None:
    np.testing.assert_array_equal(read(tmp_path / "a.wav", ODD_ONES[name]), read(tmp_path / "b.wav", wav(SAMPLES)))


REFUSED = {
    "empty": b"",
    "something else": b"OggS" + bytes(60),
    "big-endian": b"RIFX" + riff(head(), chunk(b"data", PCM))[4:],
    "only its first bytes": riff(head()),
    "no description": riff(chunk(b"data", PCM)),
    "half a description": riff(chunk(b"fmt ", b"\1\0\1\0"), chunk(b"data", PCM)),
    "MP3 inside": riff(head(code=0x55), chunk(b"data", PCM)),
    "no channels": riff(head(channels=0), chunk(b"data", PCM)),
    "no rate": riff(head(rate=0), chunk(b"data", PCM)),
    "chunks that lead nowhere": riff(*[chunk(b"junk", b"")] * 50),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_holds_no_samples_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(REFUSED[name])
    with pytest.raises(ValueError, match=r"\w{4}"):
        wav_layout(str(path))


@pytest.mark.parametrize("seed", range(40))
def test_flipped_bytes_are_read_or_refused(seed: int, tmp_path: Path) -> None:
    generator = np.random.default_rng(seed)
    content = bytearray(ODD_ONES["extensible"])
    for place in generator.integers(0, 80, 3):
        content[place] = generator.integers(256)
    path = tmp_path / "a.wav"
    path.write_bytes(content[: generator.integers(12, len(content))])
    try:
        layout = wav_layout(str(path))
    except ValueError:
        return
    assert len(wav_samples(str(path), layout, 0, layout[1])) == layout[1]
