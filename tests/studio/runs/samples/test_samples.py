"""What a run keeps of single samples: written, torn, damaged, cut back, and read without trust."""

from __future__ import annotations

import struct
import zlib
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.files.atomic import to_json
from studio.runs.samples import layout
from studio.runs.samples.layout import Answers, Layout, stride_for
from studio.runs.samples.reader import SampleLog, read_samples, whole_floats
from studio.runs.samples.writer import SampleWriter

BOTH = (Answers("kind", "classes", 3, 2), Answers("price", "numbers", 3, 1))
KEPT = Layout(samples=11, has_right=True, answers=BOTH, data="0badcafe")


def halves(values: np.ndarray) -> bytes:
    """Floats as their upper halves, cut off."""
    return (values.astype(np.float32).view(np.uint32) >> 16).astype("<u2").tobytes()


def payload(epoch: int, kept: Layout = KEPT) -> bytes:
    """An epoch whose every part is told from others."""
    right = np.arange(kept.samples) % (epoch + 1) == 0
    classes = np.arange(6, dtype="<u2") + 1000 * epoch
    losses, prices = halves(np.arange(kept.samples) + epoch), halves(np.arange(3) * -0.5)
    return losses + np.packbits(right, bitorder="little").tobytes() + classes.tobytes() + prices


def write(path: Path, epochs: range, done: int = 0, kept: Layout = KEPT) -> bool:
    """Write epochs; gives whether the file began anew."""
    writer = SampleWriter(path, kept, done)
    for epoch in epochs:
        writer.append(epoch, payload(epoch, kept))
    writer.close()
    return writer.begins_anew


def read(path: Path) -> SampleLog:
    found = read_samples(path)
    assert found is not None
    return found


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "samples.bin"
    assert read_samples(path) is None
    write(path, range(1, 4))
    log = read(path)
    assert log.layout == KEPT and log.epochs.tolist() == [1, 2, 3]
    assert whole_floats(log.loss_halves)[2].tolist() == [float(n + 3) for n in range(11)]
    assert log.right().shape == (3, 11) and log.right()[1].tolist() == [n % 3 == 0 for n in range(11)]
    assert log.answers_at(1, "kind").tolist() == list(range(2000, 2006))
    assert log.answers_at(1, "price").tolist() == [0.0, -0.5, -1.0]
    assert log.answers() == BOTH[0] and log.answers("other") is None


@given(cut=st.integers(0, 500))
def test_a_torn_end_costs_the_epochs_that_it_tears(tmp_path_factory: pytest.TempPathFactory, cut: int) -> None:
    path = tmp_path_factory.mktemp("torn") / "samples.bin"
    write(path, range(1, 5))
    whole = path.read_bytes()
    start = len(layout.header(KEPT))
    path.write_bytes(whole[: max(start, len(whole) - cut)])
    kept = (len(path.read_bytes()) - start) // KEPT.record
    assert read(path).epochs.tolist() == list(range(1, kept + 1))
    assert not write(path, range(kept + 1, 5), done=kept)
    assert path.read_bytes() == whole


def test_epochs_that_are_gone_through_again_are_cut_off(tmp_path: Path) -> None:
    path = tmp_path / "samples.bin"
    write(path, range(1, 5))
    whole = path.read_bytes()
    write(path, range(3, 5), done=2)
    assert path.read_bytes() == whole


def test_a_damaged_epoch_ends_what_is_read(tmp_path: Path) -> None:
    path = tmp_path / "samples.bin"
    write(path, range(1, 5))
    content = bytearray(path.read_bytes())
    content[len(layout.header(KEPT)) + 2 * KEPT.record + 20] ^= 1
    path.write_bytes(content)
    assert read(path).epochs.tolist() == [1, 2]


def test_another_layout_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "samples.bin"
    write(path, range(1, 3))
    other = Layout(samples=11, has_right=True, answers=BOTH, data="other")
    assert write(path, range(1, 2), done=2, kept=other)
    assert read(path).layout == other and read(path).epochs.tolist() == [1]


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89NLMETR\n" + bytes(40), layout.header(KEPT)[:30], layout.header(KEPT).replace(b"classes", b"clusses")],
)
def test_what_is_no_such_file_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "samples.bin"
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"samples.bin cannot be read: .* Train once more"):
        read_samples(path)


@pytest.mark.parametrize("change", [{"samples": 1 << 40}, {"answers": [{"form": "odd"}]}, {"stride": "x"}, None])
def test_a_header_that_asks_for_too_much_is_refused(change: dict[str, object] | None) -> None:
    content = to_json(None if change is None else asdict(KEPT) | change)
    head = struct.pack("<8sIII", layout.MAGIC, 1, len(content), zlib.crc32(content))
    with pytest.raises(ValueError, match="header"):
        layout.read_header(head + content)


def test_a_layout_that_keeps_nothing_has_no_epochs(tmp_path: Path) -> None:
    kept = Layout(skipped="Switched off.", unanswered="Switched off.")
    assert not any(kept.keeps(epoch, 5) for epoch in range(1, 6))
    write(tmp_path / "samples.bin", range(0), kept=kept)
    log = read(tmp_path / "samples.bin")
    assert log.layout.skipped == "Switched off." and not len(log.epochs) and not log.loss_halves.size


def test_long_runs_keep_some_epochs_and_the_last() -> None:
    assert stride_for(1_000, 100) == 1
    stride = stride_for(212_500, 1_000)
    kept = Layout(samples=100_000, has_right=True, stride=stride)
    epochs = [epoch for epoch in range(1, 1_001) if kept.keeps(epoch, 1_000)]
    assert epochs[0] == 1 and epochs[-1] == 1_000
    assert 0.7 * layout.MOST_BYTES < len(epochs) * kept.record < 1.01 * layout.MOST_BYTES
