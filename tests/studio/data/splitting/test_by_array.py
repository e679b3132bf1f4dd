"""Rows of arrays parted by an array beside them: groups and times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data, DataError, Dataset

ROWS = 40
SPEAKERS = np.arange(ROWS) % 8
TIMES = np.random.default_rng(0).permutation(ROWS) / 4


def arrays(folder: Path, **more: Any) -> Dataset:
    settings = {name: more.pop(name) for name in ("group", "time", "validation", "inputs", "targets") if name in more}
    content = {"x": np.arange(ROWS)[:, None] * [1.0, 2.0], "y": SPEAKERS % 2, "speaker": SPEAKERS, "when": TIMES}
    np.savez(folder / "a.npz", **(content | more))
    return DATASETS["numpy"](path="a.npz", normalize=False, **settings)


def agreed(dataset: Dataset, folder: Path) -> Data:
    """The data as load, facts and script agree on it."""
    data = dataset.load(folder)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    x, y, x_validation, y_validation, *_ = names["load_data"]()
    for mine, theirs in zip((data.train, data.validation), ((x, y), (x_validation, y_validation)), strict=True):
        plain = [side["a"] if isinstance(side, dict) else side for side in theirs]
        np.testing.assert_array_equal(mine.x, plain[0], strict=True)
        np.testing.assert_array_equal(mine.y, plain[1], strict=True)
    assert dataset.facts(folder) == data.facts()
    return data


@pytest.mark.parametrize("speakers", [SPEAKERS, SPEAKERS[:, None], SPEAKERS / 2, SPEAKERS.astype(str)])
@pytest.mark.parametrize("bound", [{}, {"inputs": {"a": "x", "b": "when"}}])
def test_a_speaker_is_in_one_part(speakers: np.ndarray, bound: dict[str, Any], tmp_path: Path) -> None:
    data = agreed(arrays(tmp_path, speaker=speakers, group="speaker", validation=0.25, **bound), tmp_path)
    assert data.rows is not None
    training, validation = (set(SPEAKERS[rows].tolist()) for rows in data.rows)
    assert len(validation) == 2 and len(training) == 6 and not training & validation


def test_the_latest_are_validation(tmp_path: Path) -> None:
    data = agreed(arrays(tmp_path, time="when", validation=7), tmp_path)
    assert data.rows is not None
    assert sorted(TIMES[data.rows[1]]) == sorted(TIMES)[-7:]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"group": "doctor"}, "expected an array “doctor” to part the rows by, found x, y, speaker, when"),
        ({"group": "speaker", "speaker": np.zeros(ROWS)}, "expected two groups or more in column “speaker”, found one"),
        ({"group": "speaker", "speaker": np.zeros(9)}, "expected a value for each of 40 rows"),
        ({"group": "speaker", "speaker": np.zeros((ROWS, 2))}, "expected a value for each of 40 rows"),
        ({"time": "when", "when": SPEAKERS.astype(str)}, "expected numbers as times in column “when”, found text"),
        ({"time": "when", "when": np.where(TIMES > 5, np.nan, TIMES)}, "found NaN or infinite ones"),
        ({"time": "when", "group": "speaker"}, "expected a group or a time column"),
        ({"group": "speaker", "x_test": np.ones((4, 2)), "y_test": SPEAKERS[:4] % 2}, "a validation part of its own"),
    ],
)
def test_what_does_not_fit_is_a_sentence(settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    dataset = arrays(tmp_path, **settings)
    for ask in (dataset.facts, dataset.load, dataset.script_source):
        with pytest.raises(DataError) as caught:
            ask(tmp_path)
        assert message in str(caught.value)
