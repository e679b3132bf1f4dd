"""A large CSV file, opened as data, against pyarrow reading it alone; and a folder of very many images, listed.

    python benchmarks/tables.py [--rows 1000000] [--columns 20] [--images 100000] [--turns 3]

The table holds random numbers and a class. Opening it is all that the program does: what the file is like, types, gaps,
float32, the split, mean and standard deviation, equal rows in both parts. In turns; the ratio is that of the medians
(goal ≤ 1.5). The images are links to a hundred files; seconds until they are listed with their classes (goal ≤ 3).
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
import pyarrow as pa
from PIL import Image
from pyarrow import csv

from studio.data import DATASETS


def write_table(path: Path, rows: int, columns: int) -> None:
    """A table of numbers with five decimals, and a class."""
    generator = np.random.default_rng(0)
    found = {f"c{place}": generator.normal(size=rows).round(5) for place in range(columns - 1)}
    csv.write_csv(pa.table(found | {"class": generator.integers(0, 2, rows)}), path)


def write_images(root: Path, count: int) -> None:
    """A hundred classes of links to an image each."""
    for number in range(100):
        folder = root / "images" / f"class{number}"
        folder.mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(folder / "0.png")
        for place in range(1, count // 100):
            os.link(folder / "0.png", folder / f"{place}.png")


def seconds(work: Callable[[], object]) -> float:
    """How long it takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    for name, value in (("rows", 1_000_000), ("columns", 20), ("images", 100_000), ("turns", 3)):
        parser.add_argument(f"--{name}", type=int, default=value)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_table(folder / "a.csv", given.rows, given.columns)
        dataset = DATASETS["csv"](path=str(folder / "a.csv"))
        alone, ours = [], []
        for _ in range(given.turns):
            alone.append(seconds(lambda: csv.read_csv(folder / "a.csv")))
            ours.append(seconds(dataset.load))
        print(f"{given.rows:,} rows of {given.columns} columns: pyarrow alone {median(alone):.2f} s, opened as data "
              f"{median(ours):.2f} s, ratio {median(ours) / median(alone):.2f} (goal 1.5)")  # fmt: skip
        write_images(folder, given.images)
        images = DATASETS["image_folder"](path=str(folder / "images"), size=[8, 8])
        print(f"{given.images:,} images listed in {seconds(images.facts):.2f} s (goal 3)")


if __name__ == "__main__":
    main()
