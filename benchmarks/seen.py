"""What is seen of a data set (`netloom data`) against loading it, and the memory that it takes.

    python benchmarks/seen.py [--rows 100000] [--columns 20] [--images 20000] [--turns 3]

A table of random numbers, and images of 28×28. Looking is counts, histograms, correlations, ranges, and examples that
are there twice, equal or nearly. In turns; the ratio is that of the medians. Memory is the peak of what looking
allocates, over the bytes of the data (goal ≤ 1, so that both together are ≤ 2).
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np

from studio.data import DATASETS
from studio.data.seen.look import seen


def write(root: Path, rows: int, columns: int, images: int) -> dict[str, str]:
    """A table and images, with two classes each, by the kind of data set that reads them."""
    generator = np.random.default_rng(0)
    table = np.column_stack([generator.normal(size=(rows, columns)).round(5), generator.integers(0, 2, rows)])
    np.savetxt(root / "table.csv", table, "%g", ",", header=",".join(f"c{n}" for n in range(columns + 1)), comments="")
    x = generator.integers(0, 256, (images, 1, 28, 28), dtype=np.uint8)
    np.savez(root / "images.npz", x=x, y=generator.integers(0, 2, images))
    return {"csv": str(root / "table.csv"), "numpy": str(root / "images.npz")}


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in (("rows", 100_000), ("columns", 20), ("images", 20_000), ("turns", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for kind, path in write(Path(folder), given.rows, given.columns, given.images).items():
            dataset = DATASETS[kind](path=path)
            loads, looks = [], []
            for _ in range(given.turns):
                loads.append(seconds(dataset.load))
                data = dataset.load()
                looks.append(seconds(lambda data=data: seen(data, "")))
            tracemalloc.start()
            seen(data, "")
            share = tracemalloc.get_traced_memory()[1] / data.size
            tracemalloc.stop()
            load, look = median(loads), median(looks)
            print(
                f"{kind}: loading {load:.3f} s, looking {look:.3f} s: {look / load:.2f}; memory {share:.2f} of the data"
            )


if __name__ == "__main__":
    main()
