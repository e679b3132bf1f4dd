"""How long a checkpoint holds up the training: the longest pause between two steps, written beside it and at once.

    python benchmarks/checkpoints.py [--width N] [--pairs N]

A perceptron of three wide layers with Adam (three numbers a weight go into a checkpoint) trains with a checkpoint every
few tenths of a second, once as the product writes them and once with the training waiting for each, in turns.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.networks import Layers, row
from models.storage.files import from_json
from studio.running.launch import new_run
from studio.worker import saver
from studio.worker.driver import Driver
from studio.worker.process.control import Control
from studio.worker.session import Session
from studio.worker.training.trainer import Event, Tick

SECONDS = 8.0


class Paused(Driver):
    """A driver that notes the longest time between two steps, and how many checkpoints there were."""

    longest, last, saved = 0.0, 0.0, 0

    def _between(self, event: Event, now: float) -> object:  # type: ignore[override]
        if event is Tick.STEP and Paused.last:
            Paused.longest = max(Paused.longest, now - Paused.last)
        ending = super()._between(event, now)
        Paused.last = now if event is Tick.STEP else 0.0
        return ending


def longest_pause(width: int, folder: Path, *, beside: bool) -> tuple[float, int]:
    """The longest pause of a run in seconds, and how many checkpoints it wrote."""
    layers: Layers = [("flatten1", "Flatten", {})]
    for number in (1, 2, 3):
        layers += [(f"fc{number}", "Linear", {"out_features": width}), (f"relu{number}", "ReLU", {})]
    value = row([*layers, ("fc4", "Linear", {"out_features": 10})], [1, 8, 8]).value()
    value["data"] = {"source": "digits"}
    value["training"] = {"epochs": 10_000, "batch_size": 32, "optimizer": "Adam", "device": "cpu", "health": False}
    document, _ = from_json(value)
    control, saves, began = Control(), [0], time.perf_counter()

    def listen(event: str, facts: object) -> None:
        saves[0] += event == "checkpoint"
        if time.perf_counter() - began > SECONDS:
            control.stop()

    Paused.longest = Paused.last = 0.0
    plain = saver.Saver.save_beside
    saver.Saver.save_beside = plain if beside else saver.Saver.save  # type: ignore[method-assign]
    try:
        outcome = Session(new_run(document, None, folder), "", control, listen, False).run(resuming=False)
    finally:
        saver.Saver.save_beside = plain  # type: ignore[method-assign]
    assert outcome.state == "stopped", outcome
    return Paused.longest, saves[0]


def main() -> int:
    """Measure in turns and print the ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--width", type=int, default=2048)
    parser.add_argument("--pairs", type=int, default=3)
    arguments = parser.parse_args()
    saver.FIRST_SAVE, saver.SAVE_EVERY, saver.SAVE_SHARE = 0.3, 0.3, 1.0
    import studio.worker.session as session

    session.Driver = Paused  # type: ignore[misc]
    ratios = []
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(arguments.pairs):
            (beside, some), (at_once, others) = (
                longest_pause(arguments.width, Path(folder), beside=kind) for kind in (True, False)
            )
            ratios.append(at_once / beside)
            print(f"beside: {1000 * beside:,.0f} ms ({some} checkpoints), at once: {1000 * at_once:,.0f} ms ({others})")
    print(f"longest pause at once / beside: {median(ratios):.1f}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
