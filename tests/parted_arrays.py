"""Arrays whose rows can be parted in every way, and what load, facts and script agree on of them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from studio.data import DATASETS, Data, Dataset

ROWS = 40
SPEAKERS = np.arange(ROWS) % 8
TIMES = np.random.default_rng(0).permutation(ROWS) / 4


def arrays(folder: Path, **more: Any) -> Dataset:
    settings = {name: more.pop(name) for name in DATASETS["numpy"].fields if name in more}
    content = {"x": np.arange(ROWS)[:, None] * [1.0, 2.0], "y": SPEAKERS % 2, "speaker": SPEAKERS, "when": TIMES}
    np.savez(folder / "a.npz", **(content | more))
    return DATASETS["numpy"](path="a.npz", normalize=False, **settings)


def agreed(dataset: Dataset, folder: Path) -> Data:
    """The data as load, facts and script agree on it."""
    data = dataset.load(folder)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    x, y, x_validation, y_validation, _, _, *test = names["load_data"]()
    parts = [*data.splits, *([data.test] if data.test else [])]
    for mine, theirs in zip(parts, ((x, y), (x_validation, y_validation), *([test] if test else [])), strict=True):
        plain = [side["a"] if isinstance(side, dict) else side for side in theirs]
        np.testing.assert_array_equal(mine.x, plain[0], strict=True)
        np.testing.assert_array_equal(mine.y, plain[1], strict=True)
    told = dataset.facts(folder)
    assert told == replace(data.facts(), examples=told.examples)
    assert told.examples in (None, sum(data.sizes.values()))
    return data
