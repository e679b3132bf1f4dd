"""Rows of arrays parted by an array beside them: groups and times."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from parted_arrays import ROWS, SPEAKERS, TIMES, agreed, arrays

from studio.data import DataError


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
