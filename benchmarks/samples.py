"""What it costs to keep every training sample's loss and every validation answer of each epoch.

    python benchmarks/samples.py [mnist.npz]

The MLP and the small CNN of `benchmarks/training.py` on images of MNIST (or as many made up). Prints the share of a
run's time that keeping takes, by the clock around its parts (the median of three runs); the exit status is 1 above 1%.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.networks import SMALL_CNN
from benchmarks.training import MLP, Bench, Places, made_up
from studio.runs.samples.writer import SampleWriter
from studio.worker.training.watch import Watch

GOAL, TURNS = 0.01, 3
KEEPING: Places = [
    *((Watch, name) for name in ("begin", "take", "begin_validation", "take_validation", "finish")),
    *((SampleWriter, name) for name in ("append", "sync", "close")),
]


def main() -> int:
    """Measure both networks."""
    met = True
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        file = Path(sys.argv[1]) if len(sys.argv) > 1 else made_up(folder)
        for title, layers, examples, epochs in (("MLP", MLP, 60_000, 1), ("CNN", SMALL_CNN, 12_000, 1)):
            bench = Bench(layers, file, folder, examples, epochs)
            share = median(bench.share(KEEPING) for _ in range(TURNS))
            met = met and share <= GOAL
            print(f"{title}, {examples:,} samples: {share:.2%} of a run (goal ≤ {GOAL:.0%})")
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
