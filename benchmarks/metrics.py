"""Metrics of a run: writing against a plain file write, reading the tail, reading it all, at once and in pieces.

python -m benchmarks.metrics [--records 1000000]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from studio.runs.metrics.layout import RECORD
from studio.runs.metrics.reader import MetricReader, read_metrics
from studio.runs.metrics.writer import MetricWriter


def seconds(action: Callable[[], object]) -> float:
    """How long `action` takes."""
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def write_plain(path: Path, count: int) -> None:
    """The limit: the same packed records through an ordinary buffered file."""
    with open(path, "wb") as file:
        for step in range(count):
            file.write(RECORD.pack(step, 0.5, time.time(), 0.25, 0, 0))


def write_metrics(path: Path, count: int) -> None:
    """The same records through the metric writer."""
    with MetricWriter(path) as writer:
        for step in range(count):
            writer.record("train/loss", step, 0.5, 0.25)


def tail(folder: Path, polls: int = 300, points: int = 100) -> tuple[float, float]:
    """Median seconds of append and read of `points` new records: plain file, metric log (in a log of any length)."""
    writer, reader = MetricWriter(folder / "tail.bin"), MetricReader(folder / "tail.bin")
    plain, own = [], []
    with open(folder / "plain.bin", "wb") as out, open(folder / "plain.bin", "rb") as back:
        for _ in range(polls):
            data = b"".join(RECORD.pack(step, 0.5, 0.0, 0.25, 0, 0) for step in range(points))
            start = time.perf_counter()
            out.write(data)
            out.flush()
            back.read()
            plain.append(time.perf_counter() - start)
            for step in range(points):
                writer.record("train/loss", step, 0.5, 0.25)
            start = time.perf_counter()
            writer.flush()
            reader.poll()
            own.append(time.perf_counter() - start)
    writer.close()
    return statistics.median(plain), statistics.median(own)


def read_in_pieces(path: Path, most: int = 1 << 20) -> list[float]:
    """Seconds that each piece of a long log takes, looking for rewinds in all of it included."""
    reader, taken = MetricReader(path), []
    while not taken or reader.is_behind:
        taken.append(seconds(lambda: reader.poll(most)))
    return taken


def main() -> None:
    """Print the figures; ratios are against the plain file in the same run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = min(seconds(partial(write_plain, folder / f"{n}.plain", options.records)) for n in range(3))
        own = min(seconds(partial(write_metrics, folder / f"{n}.bin", options.records)) for n in range(3))
        print(f"written: {options.records / own:,.0f} records/s, {own / plain:.2f} x a plain file")
        whole = seconds(lambda: read_metrics(folder / "0.bin"))
        print(f"read: {options.records / whole:,.0f} records/s")
        pieces = read_in_pieces(folder / "0.bin")
        print(f"in pieces: {max(pieces) * 1000:.1f} ms at most a piece, {sum(pieces) / whole:.2f} x at once")
        reader = MetricReader(folder / "0.bin")
        reader.poll()
        idle = seconds(lambda: [reader.poll() for _ in range(1000)]) / 1000
        print(f"poll with nothing new: {idle * 1e6:.1f} us")
        limit, latency = tail(folder)
        print(f"100 records from writer to reader: {latency * 1e6:.0f} us, {latency / limit:.1f} x a plain file")


if __name__ == "__main__":
    main()
