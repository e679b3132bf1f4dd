"""The longest pause of the window's event loop while files are slow or large, beside the same on the window's thread.

    python benchmarks/waiting.py [milliseconds of each call of the disk]

Every call that opens, forces, renames, lists or looks at a file sleeps first, as a disk far away lets one wait. A pause
is the time between two turns of a timer that wants one each millisecond; a frame has 16 ms. Each is the longest one of
a whole act, and the best of some acts, since a busy computer stops everybody now and then: the first line says for how
long where nothing is done at all.
"""

from __future__ import annotations

import builtins
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from studio.app import SWITCH_INTERVAL
from studio.services.garbage import GarbageCollector

FRAME = 16.0
LAYERS, MANY, RUNS = 1_000, 20_000, 300
REPEATS = 7
PATIENCE = 300.0
CALLS = ("open", "fsync", "replace", "stat", "scandir", "mkdir", "unlink")


@contextmanager
def slow_disk(seconds: float) -> Iterator[None]:
    """Let every call of the disk take so long."""

    def slowed(call: Callable[..., Any]) -> Callable[..., Any]:
        def wait(*arguments: Any, **named: Any) -> Any:
            time.sleep(seconds)
            return call(*arguments, **named)

        return wait

    before = {name: getattr(os, name) for name in CALLS}
    opened = builtins.open
    for name, call in before.items():
        setattr(os, name, slowed(call))
    builtins.open = io.open = slowed(opened)  # type: ignore[assignment]
    try:
        yield
    finally:
        for name, call in before.items():
            setattr(os, name, call)
        builtins.open = io.open = opened  # type: ignore[assignment]


class Pauses:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(1)
        self._timer.timeout.connect(self._turn)

    def _turn(self) -> None:
        now = time.perf_counter()
        self.longest = max(self.longest, (now - self._last) * 1000)
        self._last = now

    def best(self, begin: Callable[[], object], until: Callable[[], object]) -> float:
        """Milliseconds of the longest pause in the best of some acts, each until its end is so."""
        return min(self.during(begin, until) for _ in range(REPEATS))

    def during(self, begin: Callable[[], object], until: Callable[[], object]) -> float:
        """Milliseconds, from the call that begins something until it is so."""
        live(0.05)
        self.longest, self._last = 0.0, time.perf_counter()
        self._timer.start()
        begin()
        deadline = time.perf_counter() + PATIENCE
        while not until() and time.perf_counter() < deadline:
            QCoreApplication.processEvents()
            time.sleep(0.0002)
        live(0.05)
        self._timer.stop()
        return self.longest


def live(seconds: float) -> None:
    """Let the event loop go on for a while."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QCoreApplication.processEvents()
        time.sleep(0.0002)


def make_runs(folder: Path) -> None:
    """Runs to be listed, each with some points."""
    from studio.runs.folder import RunFolder

    for number in range(RUNS):
        run = RunFolder.create(folder, b"{}", "", {"name": f"run {number}", "settings": {"epochs": 3}})
        grow(run, 1, 30)
        with run.event_log() as events:
            events.write("started", device="cpu")
            events.write("finished")


def grow(run: Any, start: int, count: int) -> None:
    """Add points to a run."""
    with run.metric_writer() as writer:
        for step in range(start, start + count):
            writer.record("train/loss", step, float(step), 1 / step)


def report(name: str, apart: float, together: float) -> bool:
    """Print one line; whether the loop went on within a frame."""
    print(
        f"{name:<24} {apart:6.1f} ms = {apart / FRAME:4.2f} frames"
        f"     on the window's thread {together:8.1f} ms = {together / FRAME:6.1f} frames",
        flush=True,
    )
    return apart <= FRAME


def documents(pauses: Pauses, folder: Path, seconds: float) -> Iterator[bool]:
    """Opening, saving and exporting."""
    from benchmarks.networks import chain
    from models.codegen.module import generate
    from models.storage import files
    from studio.controllers.documents import DocumentController
    from studio.controllers.exporting import Exporter

    path, other, module = (folder / name for name in ("network.netloom", "other.netloom", "model.py"))
    path.write_bytes(files.format_json(chain(LAYERS).value()))
    controller = DocumentController()
    exporter = Exporter(None, controller)  # type: ignore[arg-type]

    def idle() -> bool:
        return not controller.opening and not controller.is_saving

    def write_module() -> None:
        document = controller.document
        module.write_text(generate(document.network, document.analysis, "network").text)

    acts: list[tuple[str, Callable[[], object], Callable[[], object], Callable[[], object]]] = [
        (f"open {LAYERS:,} layers", lambda: controller.open(path), idle, lambda: files.read(path)),
        ("save", controller.save, idle, lambda: files.write(controller.document, other)),
        ("save as", lambda: controller.save_as(other), idle, lambda: files.write(controller.document, path)),
        ("export", lambda: exporter.write_module(module), lambda: not exporter.is_busy, write_module),
    ]
    with slow_disk(seconds):
        for name, begin, until, alone in acts:
            yield report(name, pauses.best(begin, until), pauses.during(alone, lambda: True))
    exporter.close()
    controller.close()


def large_documents(pauses: Pauses, folder: Path) -> Iterator[bool]:
    """What is saved, exported or trained of a large document, taken while the window lives, and edits meanwhile."""
    from benchmarks.networks import chain
    from models.document import FrozenContent
    from models.document.edits import Move
    from models.storage import files
    from studio.controllers.documents import DocumentController

    document, _ = files.from_json(chain(MANY).value())
    frozen: list[FrozenContent] = []
    apart = pauses.best(lambda: frozen.append(FrozenContent(document.content)), lambda: True)
    yield report(f"take {MANY:,} layers", apart, pauses.during(lambda: files.to_json(document), lambda: True))
    frozen.clear()
    path = folder / "large.netloom"
    files.write(document, path)
    controller = DocumentController()
    controller.open(path)
    pauses.during(lambda: None, lambda: not controller.opening)

    def save_and_edit() -> None:
        controller.save_as(path)
        for delay in range(5, 200, 5):
            QTimer.singleShot(delay, lambda: controller.apply(Move({"input1": (0.0, 0.0)})))

    apart = pauses.best(save_and_edit, lambda: not controller.is_saving)
    yield report("edit while it is saved", apart, pauses.during(lambda: files.write(document, path), lambda: True))
    controller.close()


def runs(pauses: Pauses, folder: Path, seconds: float) -> Iterator[bool]:
    """The list of runs, and following one."""
    from studio.controllers.run_follower import RunFollower
    from studio.controllers.run_list import RunList
    from studio.runs.folder import RunFolder
    from studio.runs.index import RunIndex
    from studio.runs.metrics.reader import MetricReader

    kept = folder / "runs"
    make_runs(kept)
    lists: list[RunList] = []

    def look() -> None:
        for file in kept.glob(".index*"):
            file.unlink()
        lists.append(RunList(kept))
        lists[-1].refresh()

    def index() -> None:
        with RunIndex(kept) as found:
            found.rebuild()
            found.runs()

    with slow_disk(seconds / 50):  # it takes thousands of calls
        apart = pauses.best(look, lambda: len(lists[-1].summaries or []) == RUNS and not lists[-1].is_busy)
        yield report(f"first look at {RUNS} runs", apart, pauses.during(index, lambda: True))
    for listed in lists:
        listed.close()
    run = RunFolder.create(folder, b"{}", "", {"name": "run"})
    grow(run, 1, 20_000)
    followers: list[RunFollower] = []

    def follow() -> None:
        followers.append(RunFollower(run.path, live=False))
        followers[-1].poll()

    with slow_disk(seconds):
        apart = pauses.best(follow, lambda: not followers[-1].is_reading)
        yield report("follow a run", apart, pauses.during(MetricReader(run.metrics_path).poll, lambda: True))


def main() -> int:
    """Measure and print; exit code 1 if the loop paused for more than a frame."""
    seconds = float(sys.argv[1]) / 1000 if len(sys.argv) > 1 else 0.05
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {f"XDG_{name}_HOME": home for name in ("CONFIG", "DATA", "STATE", "CACHE")}
        sys.setswitchinterval(SWITCH_INTERVAL)
        application = QApplication([])
        garbage = GarbageCollector()  # as the window has it
        pauses = Pauses()
        idle = [pauses.during(lambda: None, lambda: True) for _ in range(REPEATS * 5)]
        print(
            f"each call of the disk takes {seconds * 1000:.0f} ms; idle, the loop pauses for {max(idle):.1f} ms at most"
        )
        folder = Path(home)
        met = [*documents(pauses, folder, seconds), *large_documents(pauses, folder), *runs(pauses, folder, seconds)]
        garbage.stop()
        application.quit()
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
