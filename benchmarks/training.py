"""Training throughput with all telemetry, against the best hand-written loop and the usual DataLoader script.

    python benchmarks/training.py [mnist.npz] [--pairs N]

An MLP and a small CNN on 60,000 images of 1×28×28 bytes (made up, or those of the file). Netloom trains whole runs as
always: run folder, curves, events, validation, checkpoints. The best loop does the same steps with resident tensors,
fused Adam and channels-last weights; the usual script takes single examples from a `Dataset` through a `DataLoader`.
The three take turns, and the ratios are medians over the turns. The last line is the share of a run's time that goes
into telemetry: metrics, curves, events and checkpoints (the median of three runs). What is written beside the training
counts by what it computes: nobody waits for that disk.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch import nn

from benchmarks.networks import SMALL_CNN, Layers, row
from models.storage.files import from_json, to_json
from studio.running.launch import new_run
from studio.worker import session
from studio.worker.recorder import Recorder
from studio.worker.saver import Saver
from studio.worker.training.metrics import Meter
from studio.worker.training.plan import load_model
from studio.worker.training.trainer import Trainer

BATCH = 128
Places = list[tuple[type, str]]
TELEMETRY: Places = [
    *((Meter, name) for name in ("add", "add_many", "drain")),
    (Trainer, "collect"),
    *((Recorder, name) for name in ("measure", "flush", "end_epoch", "force")),
    *((Saver, name) for name in ("save", "keep_if_best")),
]
"""Everything but the steps and the validation themselves."""
GOAL_BEST, GOAL_USUAL, GOAL_TELEMETRY = 1.0, 1.5, 0.01

MLP: Layers = [
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 256}),
    ("relu1", "ReLU", {}),
    ("fc2", "Linear", {"out_features": 128}),
    ("relu2", "ReLU", {}),
    ("fc3", "Linear", {"out_features": 10}),
]


class Images(torch.utils.data.Dataset[tuple[torch.Tensor, int]]):
    """The usual data set: one example at a time, scaled and normalized as it is asked for."""

    def __init__(self, x: np.ndarray, y: np.ndarray, mean: float, std: float) -> None:
        self.x, self.y, self.mean, self.std = x, y, mean, std

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, index: int) -> tuple[torch.Tensor, int]:
        return (torch.from_numpy(self.x[index]).float() - self.mean) / self.std, int(self.y[index])


class Bench:
    """One network on one data set, trained in three ways for some epochs each time."""

    def __init__(self, layers: Layers, file: Path, folder: Path, examples: int, epochs: int) -> None:
        with np.load(file) as arrays:
            self.x, self.y = arrays["x_train"][:examples], arrays["y_train"][:examples]
            self.x_test, self.y_test = arrays["x_test"][: examples // 6], arrays["y_test"][: examples // 6]
        part = folder / f"part-{examples}.npz"
        np.savez(part, x_train=self.x, y_train=self.y, x_test=self.x_test, y_test=self.y_test)
        self.folder, self.epochs = folder, epochs
        build = row(layers, [1, 28, 28])
        training = {"epochs": epochs, "batch_size": BATCH, "optimizer": "Adam", "device": "cpu"}
        data = {"source": "numpy", "path": str(part)}
        self.document, _ = from_json(build.value() | {"data": data, "training": training})
        self.x, self.x_test = self.x[:, None], self.x_test[:, None]
        self.mean, self.std = float(self.x.mean()), float(self.x.std())
        self.has_planes = any(kind == "Conv2d" for _, kind, _ in layers)

    def netloom(self) -> float:
        """Seconds of a run between its start and the end of its last epoch."""
        times: dict[str, float] = {}
        run = new_run(self.document, None, self.folder)
        outcome = session.train(run, listener=lambda event, _: times.update({event: time.perf_counter()}))
        assert outcome.state == "finished", outcome
        return times["epoch"] - times["started"]

    def best(self) -> float:
        """Seconds of the same epochs by hand."""
        torch.manual_seed(0)
        model = self._model()
        if self.has_planes:
            model = model.to(memory_format=torch.channels_last)
        x, y, x_test, y_test = map(torch.from_numpy, (self.x, self.y.astype(np.int64), self.x_test, self.y_test))
        optimizer, loss_function = torch.optim.Adam(model.parameters(), fused=True), nn.CrossEntropyLoss()
        start = time.perf_counter()
        for _ in range(self.epochs):
            model.train()
            for batch in torch.randperm(len(x)).split(BATCH):
                inputs = x[batch].float().sub_(self.mean).div_(self.std)
                loss = loss_function(model(inputs), y[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            self._validate(model, zip(x_test.split(256), y_test.split(256), strict=True), scale=True)
        return time.perf_counter() - start

    def usual(self) -> float:
        """Seconds of the same epochs as tutorials write it."""
        torch.manual_seed(0)
        model = self._model()
        loaders = [
            torch.utils.data.DataLoader(Images(x, y, self.mean, self.std), size, shuffle=shuffle)
            for x, y, size, shuffle in ((self.x, self.y, BATCH, True), (self.x_test, self.y_test, 256, False))
        ]
        optimizer, loss_function = torch.optim.Adam(model.parameters()), nn.CrossEntropyLoss()
        start = time.perf_counter()
        total = 0.0
        for _ in range(self.epochs):
            model.train()
            for inputs, targets in loaders[0]:
                optimizer.zero_grad()
                loss = loss_function(model(inputs), targets)
                loss.backward()
                optimizer.step()
                total += loss.item()
            self._validate(model, loaders[1])
        return time.perf_counter() - start

    def _model(self) -> nn.Module:
        path = new_run(self.document, None, self.folder).source_path
        return load_model(path.read_text(), path)

    def _validate(self, model: nn.Module, batches: Iterable[Any], *, scale: bool = False) -> float:
        model.eval()
        correct = 0
        with torch.inference_mode():
            for inputs, targets in batches:
                inputs = inputs.float().sub_(self.mean).div_(self.std) if scale else inputs
                correct += int((model(inputs).argmax(1) == targets).sum())
        return correct / len(self.y_test)

    def share(self, places: Places) -> float:
        """The share of a run's time that is spent in these places."""
        spent = [0.0]
        times: dict[str, float] = {}
        longer = from_json(to_json(self.document) | {"training": self.document.training | {"epochs": 5 * self.epochs}})
        run = new_run(longer[0], None, self.folder)
        with timed(spent, places):
            session.train(run, listener=lambda event, _: times.setdefault(event, time.perf_counter()))
        return spent[0] / (times["finished"] - times["started"])


@contextmanager
def timed(spent: list[float], places: Places, settle: Callable[[], object] = lambda: None) -> Iterator[None]:
    """Add up the time within some methods, the outermost call alone; ``settle`` waits for what was asked before.

    On other threads than this one, which trains, what they compute counts, not what they wait for.
    """
    depth: Counter[int] = Counter()
    trains = threading.get_ident()

    def watch(owner: type, name: str) -> Callable[[], None]:
        plain = getattr(owner, name)

        def timing(*arguments: Any, **settings: Any) -> Any:
            if threading.current_thread() is not threading.main_thread():
                return plain(*arguments, **settings)  # beside the training
            own = threading.get_ident()
            now = time.perf_counter if own == trains else time.thread_time
            depth[own] += 1
            settle()
            start = now()
            try:
                return plain(*arguments, **settings)
            finally:
                depth[own] -= 1
                if not depth[own]:
                    spent[0] += now() - start

        setattr(owner, name, timing)
        return lambda: setattr(owner, name, plain)

    undo = [watch(owner, name) for owner, name in places]
    try:
        yield
    finally:
        for action in undo:
            action()


def made_up(folder: Path) -> Path:
    """A file as MNIST's, of random images."""
    generator = np.random.default_rng(0)
    arrays = {
        f"{what}_{part}": generator.integers(0, high, (size, *shape), dtype=np.uint8)
        for part, size in (("train", 60_000), ("test", 10_000))
        for what, high, shape in (("x", 256, (28, 28)), ("y", 10, ()))
    }
    np.savez(folder / "synthetic.npz", **arrays)
    return folder / "synthetic.npz"


def measure(name: str, bench: Bench, pairs: int) -> bool:
    """Print the ratios of one network; returns whether all goals are met."""
    ways = {"Netloom": bench.netloom, "best loop": bench.best, "DataLoader script": bench.usual}
    bench.netloom(), bench.best()  # warm
    rounds = []
    for turn in range(pairs):
        order = list(ways)[turn % 3 :] + list(ways)[: turn % 3]
        seconds = {way: ways[way]() for way in order}
        rounds.append(seconds)
    speeds = {way: bench.epochs * len(bench.x) / median(turn[way] for turn in rounds) for way in ways}
    best = median(turn["best loop"] / turn["Netloom"] for turn in rounds)
    usual = median(turn["DataLoader script"] / turn["Netloom"] for turn in rounds)
    telemetry = median(bench.share(TELEMETRY) for _ in range(3))
    print(f"{name}: " + ", ".join(f"{way} {speed:,.0f} samples/s" for way, speed in speeds.items()))
    print(f"  Netloom / best hand-written loop: {best:.3f} (goal ≥ {GOAL_BEST})")
    print(f"  Netloom / DataLoader script:      {usual:.2f} (goal ≥ {GOAL_USUAL})")
    print(f"  telemetry, share of the run:      {telemetry:.2%} (goal ≤ {GOAL_TELEMETRY:.0%})")
    return best >= GOAL_BEST and usual >= GOAL_USUAL and telemetry <= GOAL_TELEMETRY


def main() -> int:
    """Measure both networks; the exit status is 1 if a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a file as mnist.npz, with x_train, y_train, x_test, y_test")
    parser.add_argument("--pairs", type=int, default=7, help="turns; the ratios are medians over them")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = arguments.file or made_up(folder)
        print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, batches of {BATCH}")
        met = [
            measure("MLP", Bench(MLP, file, folder, 60_000, 3), arguments.pairs),
            measure("CNN", Bench(SMALL_CNN, file, folder, 12_000, 2), arguments.pairs),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
