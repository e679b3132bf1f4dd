"""Files of arrays as all who read them agree on them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from studio.data import DATASETS, Data


def read(path: Path, **settings: Any) -> Data:
    """What a file holds, as load, facts and script agree on it to the bit."""
    dataset, names = DATASETS["numpy"](path=str(path), **settings), dict[str, Any]()
    data = dataset.load()
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y)
    for mine, theirs in zip(ours, names["load_data"](), strict=False):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    assert dataset.facts() == data.facts()
    return data
