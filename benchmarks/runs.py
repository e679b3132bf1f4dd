"""The list of many runs: the first look, later ones, queries; as ratios to asking the system for the same files' facts.

python -m benchmarks.runs [--runs 10000]
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from models.find import Condition
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.table.columns import columns_of, in_order
from studio.runs.table.facts import RunFacts, facts_of
from studio.runs.table.seeds import groups_of

FILES = ("run.json", "events.jsonl", "metrics.bin")


def make_runs(folder: Path, count: int) -> None:
    """So many runs of 50 epochs."""
    settings = {"epochs": 50, "seed": 1, "optimizer": {"kind": "SGD", "params": {"lr": 0.1}}}
    run = RunFolder.create(
        folder, b"{}", "class Net: ...\n", {"name": "Run", "dataset": "digits", "settings": settings}
    )
    with run.metric_writer() as writer, run.event_log() as log:
        log.write("started")
        for epoch in range(1, 51):
            for name in ("train/loss", "train/accuracy", "validation/loss", "validation/accuracy"):
                writer.record(name, epoch * 10, float(epoch), 0.5)
            log.write("epoch", epoch=epoch, values={"validation/loss": 0.5, "validation/accuracy": 0.5})
        log.write("finished")
    for number in range(count - 1):
        copy = folder / f"20260101-000000-run-{number:05d}"
        copy.mkdir()
        for name in (*FILES, "model.py"):
            shutil.copyfile(run.path / name, copy / name)


def chosen(asked: str, names: list[str], facts: list[RunFacts]) -> list[RunFacts]:
    """The rows that meet a condition, which is read anew."""
    condition = Condition(asked, names)
    return [row for row in facts if condition(row)]


def walk(folder: Path) -> None:
    """The least that a look at all runs can do."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                for name in FILES:
                    os.stat(f"{entry.path}/{name}")


def seconds(action: Callable[[], object], times: int = 3) -> float:
    """The shortest that `action` took."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        action()
        taken.append(time.perf_counter() - start)
    return min(taken)


def forget(folder: Path) -> None:
    """Throw the list of runs away, as if it had never been read."""
    for file in folder.glob(".index.sqlite*"):
        file.unlink()


def longest_wait(work: Callable[[], object]) -> float:
    """The longest that a thread which does nothing but look at the clock was held up by work on another (seconds)."""
    longest, before = 0.0, time.perf_counter()
    thread = threading.Thread(target=work)
    thread.start()
    while thread.is_alive():
        time.sleep(0.001)
        longest = max(longest, time.perf_counter() - before)
        before = time.perf_counter()
    return longest


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    count = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_runs(folder, count)
        limit = seconds(lambda: walk(folder))

        def told(what: str, taken: float, most: str = "") -> None:
            print(f"{what:36} {taken * 1000:9.1f} ms {taken / limit:7.2f} x {most}")

        print(f"{count:,} runs, beside a walk over their files: {limit * 1000:.1f} ms")
        waits: list[float] = []
        with RunIndex(folder) as index:
            from_logs = seconds(lambda: waits.append(longest_wait(index.refresh)), 1)
            told("all read for the first time, by logs", from_logs)
        forget(folder)
        with RunIndex(folder) as index:
            from_digests = seconds(lambda: waits.append(longest_wait(index.refresh)), 1)
            told("the same by what ended runs keep", from_digests, "(limit 2 s)")
            print(f"so {from_logs / from_digests:.1f} times as fast")
            told("another thread waits meanwhile", max(waits))
        with RunIndex(folder) as index:
            told("listed again", seconds(lambda: (index.refresh(), index.runs())), "(limit 2 s)")
            told("nothing changed", seconds(index.refresh))
            told("all rows", seconds(index.runs))
            told("a page of 100", seconds(lambda: index.runs(limit=100)))
            told("filtered: a thousand", seconds(lambda: index.runs("digits run-00")), "(limit 100 ms)")
            told("filtered: ten", seconds(lambda: index.runs("digits run-0000")), "(limit 100 ms)")
            runs = index.runs()
        facts = [facts_of(run) for run in runs]
        told("every row of the table", seconds(lambda: [facts_of(run) for run in runs]), "(limit 2 s)")
        told("its columns", seconds(lambda: columns_of(facts)))
        told("its groups of seeds", seconds(lambda: groups_of(runs)))
        names = [column.key for column in columns_of(facts)]
        for asked in ("lr > 0.01 and accuracy > 0.45", "digits run-00", "not (epochs < 10 or loss > 3) sgd"):
            told(f"‘{asked}’", seconds(partial(chosen, asked, names, facts)), "(limit 100 ms)")
        told("sorted by a column", seconds(lambda: in_order(facts, "accuracy", descending=True)), "(limit 100 ms)")


if __name__ == "__main__":
    main()
