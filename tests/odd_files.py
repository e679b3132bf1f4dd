"""Files as people have them: what a table holds, and images in folders."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from studio.data import DATASETS, Data


def read(path: Path, **settings: Any) -> Data:
    """What a file holds, as load and script agree on it."""
    dataset = DATASETS["csv"](path=str(path), **settings)
    data, names = dataset.load(), dict[str, Any]()
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    np.testing.assert_array_equal(data.train.x, names["load_data"]()[0], strict=True)
    assert dataset.facts() == data.facts()
    return data


def images(folder: Path, *names: str) -> None:
    """Save an image of 5×6 pixels under each name."""
    for number, name in enumerate(names):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(number).integers(0, 255, (5, 6, 3), np.uint8)
        Image.fromarray(pixels).save(place)
