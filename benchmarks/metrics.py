"""Metrics of a run: writing against a plain file write, reading the tail, reading it all; and a list of 10,000 runs.

python -m benchmarks.metrics [--records 1000000] [--runs 10000]
"""

from __future__ import annotations

import argparse
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.metric_format import RECORD
from studio.runs.metric_reader import MetricReader, read_metrics
from studio.runs.metric_writer import MetricWriter


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


def list_runs(folder: Path, count: int) -> None:
    """Time the first listing of `count` runs, a later one and a filtered one."""
    run = RunFolder.create(folder, b"{}", "", {"name": "Run", "dataset": "digits", "settings": {"epochs": 3}})
    write_metrics(run.metrics_path, 200)
    with run.event_log() as log:
        log.write("started")
        log.write("finished")
    for number in range(count - 1):
        shutil.copytree(run.path, folder / f"20260101-000000-run-{number:05d}")
    with RunIndex(folder) as index:
        print(f"{count} runs, nothing remembered   {seconds(index.refresh):8.2f} s")
    with RunIndex(folder) as index:
        print(
            f"{count} runs listed                {seconds(lambda: (index.refresh(), index.runs())):8.2f} s (limit 2 s)"
        )
        print(f"{count} runs, one page             {seconds(lambda: index.runs(limit=100)) * 1000:8.1f} ms")
        page = seconds(lambda: index.runs("00 dig", limit=100))
        print(f"{count} runs, filtered to a page   {page * 1000:8.1f} ms (limit 100 ms)")


def main() -> None:
    """Print the figures; ratios are against the plain file in the same run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=10_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        plain = min(seconds(partial(write_plain, folder / f"{n}.plain", options.records)) for n in range(3))
        own = min(seconds(partial(write_metrics, folder / f"{n}.bin", options.records)) for n in range(3))
        print(f"written: {options.records / own:,.0f} records/s, {own / plain:.2f} x a plain file")
        whole = seconds(lambda: read_metrics(folder / "0.bin"))
        print(f"read: {options.records / whole:,.0f} records/s")
        reader = MetricReader(folder / "0.bin")
        reader.poll()
        idle = seconds(lambda: [reader.poll() for _ in range(1000)]) / 1000
        print(f"poll with nothing new: {idle * 1e6:.1f} us")
        limit, latency = tail(folder)
        print(f"100 records from writer to reader: {latency * 1e6:.0f} us, {latency / limit:.1f} x a plain file")
        (folder / "runs").mkdir()
        list_runs(folder / "runs", options.runs)


if __name__ == "__main__":
    main()
