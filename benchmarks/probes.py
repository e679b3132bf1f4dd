"""Asking a trained network: scoring against a plain loop, the way from a click to the maps, and the window meanwhile.

    python benchmarks/probes.py [folder with mnist.npz]

Scores 10,000 images of MNIST (or as many made up) by a small CNN on one thread, beside a plain batched loop over the
same bytes, network and batch size; both take turns, and the ratio is that of their best. Then the real workspace asks
the real worker: milliseconds from the key that walks to the next sample until its maps are there, and the longest pause
of the window's event loop while a run is opened, scored and walked through, by the clock and by what the window itself
computed in it, since a busy computer stops everybody now and then. The same walk through ResNet-18 at 224×224 follows.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
import torch
from PySide6.QtCore import QCoreApplication, Qt, QTimer
from PySide6.QtWidgets import QApplication

from benchmarks.networks import SMALL_CNN, Builder, resnet, row
from models.document import Document
from models.storage import files
from studio.app import SWITCH_INTERVAL
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.probes.question import Question
from studio.worker.probing.asked import Asked
from studio.worker.probing.seat import Seat
from studio.worker.process.control import Control
from studio.worker.session import train

ROOT = Path(__file__).resolve().parent.parent
IMAGES, BATCH, REPEATS, WALKS = 10_000, 256, 5, 30
FEW, LARGE = 16, 224
"""Large images that ResNet-18 learns from and is looked through with, and their side."""


def images(folder: Path, into: Path) -> Path:
    """A file with 2,000 images to train on and 10,000 to be scored."""
    if (folder / "mnist.npz").exists():
        with np.load(folder / "mnist.npz") as content:
            x, y = content["x_train"][: IMAGES + 2_000], content["y_train"][: IMAGES + 2_000]
    else:
        random = np.random.default_rng(0)
        x = random.integers(0, 256, (IMAGES + 2_000, 28, 28), np.uint8)
        y = np.arange(IMAGES + 2_000) % 10
    names = np.array([str(number) for number in y])
    np.savez(into / "images.npz", x_train=x[:2_000, None], y_train=names[:2_000], x_test=x[2_000:, None],
             y_test=names[2_000:])  # fmt: skip
    return into / "images.npz"


def large_images(into: Path) -> Path:
    """A file with a few images of the size of photographs, made up."""
    random = np.random.default_rng(0)
    x = random.integers(0, 256, (2 * FEW, 3, LARGE, LARGE), np.uint8)
    y = np.arange(2 * FEW) % 10
    np.savez(into / "large.npz", x_train=x[:FEW], y_train=y[:FEW], x_test=x[FEW:], y_test=y[FEW:])
    return into / "large.npz"


def trained(path: Path, build: Builder, runs: Path) -> RunFolder:
    """A run of a network on images."""
    run = new_run(document(path, build), None, runs)
    outcome = train(run)
    assert outcome.state == "finished", outcome
    return run


def document(path: Path, build: Builder) -> Document:
    """A network on those images."""
    training = {"epochs": 1, "batch_size": 64, "device": "cpu"}
    found, problems = files.from_json(
        build.value() | {"data": {"source": "numpy", "path": str(path)}, "training": training}
    )
    assert not problems, problems
    return found


def clocked(work: Callable[[], object]) -> float:
    """The seconds of processor time that work takes, which a busy computer changes least."""
    start = time.process_time()
    work()
    return time.process_time() - start


def score(run: RunFolder) -> tuple[float, float]:
    """The best seconds of the probe and of a plain loop, taking turns."""
    question = Question("scores", str(run.path))
    probe, asked = Seat().ask(question, Control(), lambda done, total: None)
    rows, model = asked.rows, asked.bench.model
    assert len(rows) == IMAGES
    stored = rows.parts[0].feeds[0].values
    mean, std = (torch.as_tensor(part) for part in (rows.data.mean, rows.data.std))

    def plain() -> None:
        with torch.inference_mode():
            outputs = [model((batch.float() - mean) / std) for batch in stored.split(BATCH)]
            torch.cat(outputs).argmax(1)

    def probed() -> None:
        for _ in probe.answer(Asked(question, asked.bench, Control(), lambda done, total: None)):
            pass

    torch.set_num_threads(1)
    plain()
    times = [(clocked(probed), clocked(plain)) for _ in range(REPEATS)]
    return min(first for first, _ in times), min(second for _, second in times)


@contextmanager
def pauses() -> Iterator[list[tuple[float, float]]]:
    """The milliseconds between two turns of the event loop, of which a timer wants one each millisecond: by the clock,
    and computed by the window."""
    found: list[tuple[float, float]] = []
    last = (time.perf_counter(), time.thread_time())

    def turn() -> None:
        nonlocal last
        now = (time.perf_counter(), time.thread_time())
        found.append((1000 * (now[0] - last[0]), 1000 * (now[1] - last[1])))
        last = now

    timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=1)
    timer.timeout.connect(turn)
    timer.start()
    yield found
    timer.stop()


def longest(gaps: list[tuple[float, float]]) -> str:
    """The longest pauses in words."""
    clock, own = (max(part) for part in zip(*gaps, strict=True))
    return f"longest pause of the window {clock:.0f} ms, of which it computed {own:.0f} ms at most"


def until(condition: Callable[[], object]) -> None:
    """Let the event loop go on until something is so."""
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        QCoreApplication.processEvents()
        time.sleep(0.0002)


def window(run: RunFolder, walks: int) -> None:
    """Open the run in the workspace, walk through its samples, and print what it took."""
    from studio.controllers.asking.probing import Probing
    from studio.controllers.documents import DocumentController
    from studio.controllers.training import TrainingController
    from studio.services.settings import Settings
    from studio.workspaces.inspect.inside.maps import MapsView
    from studio.workspaces.inspect.workspace import InspectWorkspace

    os.environ["NETLOOM_RUNS"] = str(run.path.parent)
    controller, probing = DocumentController(), Probing()
    probing.warm_up()
    until(lambda: probing._client.state == "ready")
    page = InspectWorkspace(TrainingController(controller, controller), probing, Settings())
    page.resize(1600, 900)
    page.inside.view.segment(MapsView.name).click()
    maps = page.inside.front
    assert isinstance(maps, MapsView)
    with pauses() as gaps:
        start = time.perf_counter()
        page.show()
        until(lambda: page.results is not None and maps.page.layers and not probing.is_busy)
        opened = time.perf_counter() - start
    print(f"  opened and scored in {opened:.2f} s; {longest(gaps)}")
    taken = []
    with pauses() as gaps:
        for _ in range(walks):
            before, start = maps.page.layers, time.perf_counter()
            page.samples.wall.choose(page.samples.wall.current + 1)
            until(lambda before=before: maps.page.layers is not before)
            taken.append(1000 * (time.perf_counter() - start))
            until(lambda: not probing.is_busy)
    print(f"  from a click to the maps {statistics.median(taken):.0f} ms (median), {max(taken):.0f} ms (longest); "
          f"{longest(gaps)}")  # fmt: skip
    probing.close()
    page.training.shutdown()
    controller.close()


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"
    with tempfile.TemporaryDirectory() as home:
        small = trained(images(folder, Path(home)), row(SMALL_CNN, [1, 28, 28]), Path(home) / "small")
        probed, plain = score(small)
        print(f"{IMAGES:,} images scored in {probed:.2f} s, by a plain loop in {plain:.2f} s: {probed / plain:.2f}×")
        large = trained(large_images(Path(home)), resnet(18, classes=10), Path(home) / "large")
        sys.setswitchinterval(SWITCH_INTERVAL)
        application = QApplication([])
        for name, run, walks in (("a small CNN", small, WALKS), ("ResNet-18 at 224×224", large, FEW - 2)):
            print(f"{name}:")
            window(run, walks)
        application.quit()


if __name__ == "__main__":
    main()
