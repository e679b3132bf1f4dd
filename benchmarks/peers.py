"""Training throughput beside Lightning, skorch and Keras on torch, all in turns within one process.

    python benchmarks/peers.py [mnist.npz] [--turns N] [--environment FOLDER]

The peers live in an environment of their own: the folder, which is made on the first call and sees the packages of this
one, so that all train with the same torch. An MLP and a small CNN train on images of 1×28×28 (made up, or those of the
file): Netloom whole runs as always, with run folder, curves, events and checkpoints; the peers the same module, with
Adam, normalized tensors in memory, accuracy of validation each epoch, and no logs or checkpoints. The ratios are
medians over the turns.
"""

from __future__ import annotations

import argparse
import logging
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import warnings
from collections.abc import Callable
from importlib import import_module
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from benchmarks.networks import SMALL_CNN
from benchmarks.training import BATCH, MLP, Bench, made_up

PEERS = ("lightning", "skorch", "keras")
RATE, AT_ONCE = 0.001, 256


class Peers(Bench):
    """A network on one data set, trained by Netloom and by each peer."""

    @property
    def arrays(self) -> tuple[np.ndarray, ...]:
        """Training and validation, normalized, as all peers get them."""
        x, x_test = (((part - self.mean) / self.std).astype(np.float32) for part in (self.x, self.x_test))
        return x, self.y.astype(np.int64), x_test, self.y_test.astype(np.int64)

    def lightning(self) -> float:
        """Seconds of the epochs by Lightning."""
        lightning: Any = import_module("lightning")
        model = self._model()

        class Module(lightning.LightningModule):  # type: ignore[misc]
            """The network with the steps that Lightning asks for."""

            def __init__(self) -> None:
                super().__init__()
                self.model = model

            def training_step(self, batch: Any, _: int) -> torch.Tensor:
                return nn.functional.cross_entropy(self.model(batch[0]), batch[1])

            def validation_step(self, batch: Any, _: int) -> None:
                right = (self.model(batch[0]).argmax(1) == batch[1]).float().mean()
                self.log("accuracy", right, batch_size=len(batch[1]))

            def configure_optimizers(self) -> torch.optim.Optimizer:
                return torch.optim.Adam(self.model.parameters(), RATE)

        x, y, x_test, y_test = map(torch.from_numpy, self.arrays)
        training = DataLoader(TensorDataset(x, y), BATCH, shuffle=True)
        held_out = DataLoader(TensorDataset(x_test, y_test), AT_ONCE)
        quiet = dict.fromkeys(("logger", "enable_checkpointing", "enable_progress_bar", "enable_model_summary"), False)
        trainer = lightning.Trainer(max_epochs=self.epochs, accelerator="cpu", num_sanity_val_steps=0, **quiet)
        start = time.perf_counter()
        trainer.fit(Module(), training, held_out)
        return time.perf_counter() - start

    def skorch(self) -> float:
        """Seconds of the epochs by skorch."""
        skorch, helper, dataset = map(import_module, ("skorch", "skorch.helper", "skorch.dataset"))
        x, y, x_test, y_test = self.arrays
        network = skorch.NeuralNetClassifier(
            self._model(),
            criterion=nn.CrossEntropyLoss,
            optimizer=torch.optim.Adam,
            lr=RATE,
            max_epochs=self.epochs,
            batch_size=BATCH,
            iterator_train__shuffle=True,
            iterator_valid__batch_size=AT_ONCE,
            train_split=helper.predefined_split(dataset.Dataset(x_test, y_test)),
            verbose=0,
        )
        start = time.perf_counter()
        network.fit(x, y)
        return time.perf_counter() - start

    def keras(self) -> float:
        """Seconds of the epochs by Keras on torch."""
        keras: Any = import_module("keras")
        wrapper = import_module("keras.layers").TorchModuleWrapper
        model = keras.Sequential([keras.Input((1, 28, 28)), wrapper(self._model(), output_shape=(None, 10))])
        loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile(keras.optimizers.Adam(RATE), loss, metrics=["accuracy"])
        x, y, x_test, y_test = self.arrays
        start = time.perf_counter()
        held_out = {"validation_data": (x_test, y_test), "validation_batch_size": AT_ONCE}
        model.fit(x, y, batch_size=BATCH, epochs=self.epochs, verbose=0, **held_out)
        return time.perf_counter() - start


def measure(name: str, bench: Peers, turns: int) -> bool:
    """Print the ratios of one network; whether Netloom is ahead of all."""
    ways: dict[str, Callable[[], float]] = {"netloom": bench.netloom, **{peer: getattr(bench, peer) for peer in PEERS}}
    for way in ways.values():  # warm
        way()
    order = list(ways)
    rounds = []
    for turn in range(turns):
        place = turn % len(order)
        rounds.append({way: ways[way]() for way in order[place:] + order[:place]})
    ahead = True
    for peer in PEERS:
        ratio = median(seconds[peer] / seconds["netloom"] for seconds in rounds)
        speed = bench.epochs * len(bench.x) / median(seconds[peer] for seconds in rounds)
        print(f"{name}: Netloom / {peer} {version(peer)}: {ratio:.2f} (goal > 1), {speed:,.0f} samples/s", flush=True)
        ahead &= ratio > 1
    return ahead


def environment(folder: Path) -> Path:
    """The Python of an environment with the peers, made where there is none."""
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    is_new = not python.exists()
    if is_new:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    ask = [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    packages = subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip()
    Path(packages, "beside.pth").write_text(sysconfig.get_paths()["purelib"])  # an older one may name what is gone
    if is_new:
        subprocess.run([str(python), "-m", "pip", "install", "-q", *PEERS], check=True)
    return python


def main() -> int:
    """Measure both networks; the exit status is 1 where a peer is ahead."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, help="a file as mnist.npz, with x_train, y_train, x_test, y_test")
    parser.add_argument("--turns", type=int, default=5)
    parser.add_argument("--environment", type=Path, default=Path(tempfile.gettempdir(), "netloom-peers"))
    arguments = parser.parse_args()
    if not all(map(find_spec, PEERS)):
        command = [str(environment(arguments.environment)), __file__, *sys.argv[1:]]
        return subprocess.run(command, env={**os.environ, "KERAS_BACKEND": "torch"}, check=False).returncode
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = arguments.file or made_up(folder)
        print(f"{torch.get_num_threads()} threads, torch {torch.__version__}, batches of {BATCH}", flush=True)
        met = [
            measure("MLP", Peers(MLP, file, folder, 30_000, 2), arguments.turns),
            measure("CNN", Peers(SMALL_CNN, file, folder, 6_000, 2), arguments.turns),
        ]
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main())
