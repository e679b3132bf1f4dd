"""What recording the health of layers costs: a step that is looked at against a plain one, and whole runs.

    python benchmarks/health.py [--pairs N]

The first figure of a network is what one sample costs in steps, plain steps and steps that are looked at taking turns
within one training. Divided by the steps between two samples it is the share of the time. The second is the same
run with the health of layers and without, taking turns; it has all the noise of two runs.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import torch

from benchmarks.networks import SMALL_CNN, Builder, Layers
from benchmarks.training import MLP
from models.document import Document
from models.storage.files import from_json
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.worker import session
from studio.worker.training.monitor import Monitor
from studio.worker.training.plan import make_plan
from studio.worker.training.trainer import Tick, Trainer

GOAL = 0.02
SIGMOIDS: Layers = [
    ("flatten1", "Flatten", {}),
    *(
        layer
        for number in range(1, 9)
        for layer in (
            (f"fc{number}", "Linear", {"out_features": 32}),
            (f"sigmoid{number}", "Sigmoid", {}),
        )
    ),
    ("fc9", "Linear", {"out_features": 10}),
]
NETWORKS: dict[str, tuple[Layers, tuple[int, ...], int]] = {
    "8 sigmoid layers of 32": (SIGMOIDS, (1, 8, 8), 32),
    "MLP 256-128": (MLP, (1, 8, 8), 128),
    "CNN 16-32": (SMALL_CNN, (1, 8, 8), 128),
}


class Always(Monitor):
    """Looks at every second step."""

    def is_due(self, step: int) -> bool:
        """Every second step."""
        return step % 2 == 0


def document_of(layers: Layers, shape: tuple[int, ...], batch: int, epochs: int, health: bool) -> Document:
    """A document that trains on the digits."""
    build = Builder()
    for id, kind, params in (("input1", "Input", {"shape": [*shape]}), *layers, ("output1", "Output", {})):
        build.add(id, kind, **params)
    training = {"epochs": epochs, "batch_size": batch, "device": "cpu", "health": health}
    document, problems = from_json(build.value() | {"data": {"source": "digits"}, "training": training})
    assert not problems, problems
    return document


def sample_in_steps(document: Document, folder: Path) -> float:
    """What a sample costs, in plain steps: medians over steps of either sort of one training."""
    run = new_run(document, None, folder)
    data = dataset_from(document.data)[0].load()
    trainer = Trainer(make_plan(document, run.source_path.read_text(), run.source_path, data, torch.device("cpu")))
    trainer.monitor = Always(trainer.plan.layers, trainer.plan.batches)
    looked, plain = [], []
    for step, seconds in enumerate(_steps(trainer)):
        (plain if step % 2 else looked).append(seconds)
    return median(looked) / median(plain) - 1


def _steps(trainer: Trainer) -> Iterator[float]:
    """The processor's seconds of each step, with what is brought over: a busy computer does not lengthen them."""
    events = trainer.run()
    while True:
        start = time.process_time()
        event = next(events, None)
        trainer.monitor.drain()
        if event is None:
            return
        if event is Tick.STEP:
            yield time.process_time() - start


def seconds_of(document: Document, folder: Path) -> float:
    """The processor's seconds of a whole run."""
    run = new_run(document, None, folder)
    start = time.process_time()
    assert session.train(run).state == "finished"
    return time.process_time() - start


def main() -> int:
    """Measure all networks; the exit status is 1 if one misses the goal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=5, help="turns of whole runs")
    arguments = parser.parse_args()
    met = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for title, (layers, shape, batch) in NETWORKS.items():
            document = document_of(layers, shape, batch, 40, True)
            cost = sample_in_steps(document, folder)
            every = Monitor([], -(-1437 // batch)).every
            met &= cost / every <= GOAL
            print(f"{title}: a sample costs {cost:.2f} steps, every {every}: {cost / every:.2%} (goal ≤ {GOAL:.0%})")
            without = document_of(layers, shape, batch, 40, False)
            pairs = [(seconds_of(document, folder), seconds_of(without, folder)) for _ in range(arguments.pairs)]
            ratio = median(one / other for one, other in pairs)
            print(f"  whole runs with / without: {ratio:.3f}", flush=True)
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
