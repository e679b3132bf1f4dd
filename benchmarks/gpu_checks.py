"""What a graphics card can break, tried on whole runs; `benchmarks/gpu.py` prints it behind its table."""

from __future__ import annotations

import gc
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import torch

from benchmarks.networks import Layers, document, resnet, row
from benchmarks.training import TELEMETRY, timed
from models.document import Document
from models.findings.memory import memory_of
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.worker import session
from studio.worker.devices import resolve
from studio.worker.process.control import Control
from studio.worker.saver import Saver
from studio.worker.training.plan import make_plan
from studio.worker.training.trainer import Diverged, Tick, Trainer

STEPS, IMAGES = 50, 20_000
IMAGE = 3 * 32 * 32 + 8
"""Bytes of an image and its class on the card."""
SMALL: Layers = [
    *(("conv1", "Conv2d", {"out_channels": 8, "kernel_size": 3, "padding": 1}), ("bn1", "BatchNorm2d", {})),
    *(("relu1", "ReLU", {}), ("pool1", "MaxPool2d", {}), ("flatten1", "Flatten", {})),
    ("fc1", "Linear", {"out_features": 10}),
]


class Checks:
    """Runs on one device in a folder of their own; each check gives a line and whether it holds."""

    def __init__(self, device: torch.device, folder: Path) -> None:
        self.device, self.folder = resolve(str(device)), folder
        self.before = self.allocated()

    def digits(self, **training: Any) -> Document:
        """A small CNN on the bundled digits."""
        settings = {"epochs": 4, "batch_size": 64, "seed": 3, **training}
        return document(row(SMALL, [1, 8, 8]), data={"source": "digits"}, training=settings)

    def images(self, **training: Any) -> Document:
        """A ResNet-18 on synthetic images of 3×32×32."""
        path = self.folder / "images.npz"
        if not path.exists():
            x = np.random.default_rng(0).integers(0, 256, (IMAGES, 3, 32, 32), dtype=np.uint8)
            np.savez(path, x=x, y=np.arange(IMAGES) % 10)
        settings = {"batch_size": 256, **training}
        return document(resnet(18, 10, small=True), data={"source": "numpy", "path": str(path)}, training=settings)

    def drawn(self, **training: Any) -> Document:
        """A small CNN on as many synthetic images of 1×28×28 as MNIST has."""
        path = self.folder / "drawn.npz"
        if not path.exists():
            x = np.random.default_rng(0).integers(0, 256, (60_000, 1, 28, 28), dtype=np.uint8)
            np.savez(path, x=x, y=np.arange(60_000) % 10)
        settings = {"batch_size": 128, **training}
        return document(row(SMALL, [1, 28, 28]), data={"source": "numpy", "path": str(path)}, training=settings)

    def run_of(self, made: Document) -> RunFolder:
        """A new run on the device."""
        return new_run(made, None, self.folder, device=str(self.device))

    def losses(self, device: torch.device, optimizer: Any) -> np.ndarray:
        """The losses of the first steps, in true float32."""
        made = self.digits(optimizer=optimizer)
        run = self.run_of(made)
        plan = make_plan(made, run.source_path.read_text(), run.source_path, dataset_from(made.data)[0].load(), device)
        trainer, losses = Trainer(plan), []
        for event in trainer.run():
            if event is Tick.STEP:
                trainer.collect()
                losses.append(trainer.recent.losses[0])
            assert not isinstance(event, Diverged)
            if len(losses) > STEPS:
                break
        return np.diff(np.array([0.0, *losses])) / 64

    def same_as_on_the_cpu(self) -> tuple[str, bool]:
        """Losses over 50 steps, captured on the way."""
        worst = 0.0
        before = torch.backends.cudnn.allow_tf32
        torch.backends.cudnn.allow_tf32 = False
        for optimizer in ({"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}, {"kind": "Adam", "params": {}}):
            own, other = self.losses(self.device, optimizer), self.losses(torch.device("cpu"), optimizer)
            worst = max(worst, float(np.abs(own - other)[:STEPS].max()))
        torch.backends.cudnn.allow_tf32 = before
        return f"losses of {STEPS} steps differ from the CPU's by {worst:.1e} at most (goal 1e-3)", worst <= 1e-3

    def bad_loss_is_caught(self) -> tuple[str, bool]:
        """A rate that is far too large ends the run, with the weights before it."""
        run = self.run_of(self.digits(optimizer={"kind": "SGD", "params": {"lr": 1e30}}, epochs=30))
        outcome = session.train(run)
        return f"a rate of 1e30: {outcome.reason}", outcome.state == "failed" and "not taken" in outcome.reason

    def stops_soon(self) -> tuple[str, bool]:
        """The time from the word to stop to the last step, and to the end of the run with its checkpoint."""
        made = self.images(epochs=1000)
        control, told, last = Control(), [0.0], [0.0]
        running = session.Session(self.run_of(made), str(self.device), control, None, False)

        def stop() -> None:
            while running.ticks < 60:
                time.sleep(0.01)
            time.sleep(0.7)
            told[0] = last[0] = time.perf_counter()
            control.stop()
            before = running.ticks
            while not ended.wait(0.001):
                if running.ticks != before:
                    before, last[0] = running.ticks, time.perf_counter()

        ended = threading.Event()
        thread = threading.Thread(target=stop)
        thread.start()
        outcome = running.run(resuming=False)
        over = time.perf_counter()
        ended.set()
        thread.join()
        heard, written = 1000 * (last[0] - told[0]), 1000 * (over - told[0])
        line = f"ResNet-18 stops {heard:.0f} ms after the word (goal 100); with its checkpoint written {written:.0f} ms"
        return line, outcome.state == "stopped" and heard <= 100

    def memory_is_as_told(self) -> tuple[str, bool]:
        """What a document says that its training takes, beside the most that a ResNet-18 took of the card."""
        if self.device.type != "cuda":
            return "memory as told: not tried on a CPU.", True
        made = self.images(updates=12, cuda_graph=False)
        before = self.allocated()
        torch.cuda.reset_peak_memory_stats(self.device)
        outcome = session.train(self.run_of(made))
        taken = torch.cuda.max_memory_allocated(self.device) - before - IMAGES * IMAGE
        told = memory_of(made).total
        ratio = f"{told / taken:.2f} (goal 0.85 to 1.15)"
        line = f"ResNet-18 takes {taken / 1e6:,.0f} MB, told were {told / 1e6:,.0f}: {ratio}"
        return line, outcome.state == "finished" and 0.85 <= told / taken <= 1.15

    def telemetry_is_small(self) -> tuple[str, bool]:
        """The share of a run that goes into metrics, curves, events and checkpoints, beside the device's own work. What
        ends a run, its last checkpoint, is no share: it takes as long after an hour."""
        runs = {"a small CNN": self.digits(epochs=100)}
        if self.device.type == "cuda":
            runs = {"a small CNN": self.drawn(epochs=40), "ResNet-18": self.images(epochs=16, precision="bfloat16")}
        shares = {name: self.telemetry_of(made) for name, made in runs.items()}
        told = ", ".join(f"{share:.2%} of {name}" for name, share in shares.items())
        return f"telemetry takes {told} (goal 1%)", max(shares.values()) <= 0.01

    def telemetry_of(self, made: Document) -> float:
        """Its share of one run."""
        spent, times = [0.0], dict[str, float]()
        within = [place for place in TELEMETRY if place != (Saver, "save")]
        with timed(spent, within, lambda: synchronize(self.device)):
            session.train(self.run_of(made), listener=lambda event, _: times.setdefault(event, time.perf_counter()))
        return spent[0] / (times["finished"] - times["started"])

    def memory_runs_out(self) -> tuple[str, bool]:
        """Values that are more than the card holds end a run with a sentence; the next run in the process trains."""
        wide: Layers = [("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 200_000})]
        wide += [(f"tanh{place}", "Tanh", {}) for place in range(1, 161)]
        wide.append(("fc2", "Linear", {"out_features": 10}))
        settings = {"epochs": 1, "batch_size": 1400}
        made = document(row(wide, [1, 8, 8]), data={"source": "digits"}, training=settings)
        first = session.train(self.run_of(made)) if self.device.type == "cuda" else None
        second = session.train(self.run_of(self.digits()))
        said = first.reason if first else "not tried on a CPU."
        good = first is None or (first.state == "failed" and "memory" in first.reason)
        return f"memory runs out: {said} The next run {second.state}.", good and second.state == "finished"

    def allocated(self) -> int:
        """Bytes of the card that are in use."""
        gc.collect()
        return torch.cuda.memory_allocated(self.device) if self.device.type == "cuda" else 0

    def nothing_is_left(self) -> tuple[str, bool]:
        """Memory of the card and processes after all runs of these checks."""
        left, children = self.allocated() - self.before, psutil.Process().children()
        found = f"left behind: {left / 1e6:.1f} MB on the device, {len(children)} processes"
        return found, left < 100e6 and not children


def synchronize(device: torch.device) -> None:
    """Wait for all work on the device."""
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def check_all(device: torch.device, folder: Path) -> int:
    """Print each check; returns how many failed."""
    failures = 0
    with tempfile.TemporaryDirectory(dir=folder) as own:
        checks = Checks(device, Path(own))
        every: list[Callable[[], tuple[str, bool]]] = [
            *(checks.same_as_on_the_cpu, checks.bad_loss_is_caught, checks.stops_soon, checks.memory_is_as_told),
            *(checks.telemetry_is_small, checks.memory_runs_out, checks.nothing_is_left),
        ]
        for check in every:
            line, holds = check()
            failures += not holds
            print(f"{'ok  ' if holds else 'FAIL'} {line}", flush=True)
    return failures
