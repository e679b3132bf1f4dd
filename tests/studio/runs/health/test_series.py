"""The health of layers as series: of each layer that has weights."""

from __future__ import annotations

import numpy as np

from studio.runs.health.record import MEASURES, Health
from studio.runs.health.series import MOST_LAYERS, series_of


def health(layers: int, missing: int = 0) -> Health:
    steps = np.arange(3)
    values = np.ones((3, layers, len(MEASURES)), np.float32)
    values[:, :, MEASURES.index("gradient")] = np.arange(1, layers + 1)
    values[:, :, MEASURES.index("weight")] = 4.0
    values[:, layers - missing :, :] = np.nan
    return Health(tuple(f"l{n}" for n in range(layers)), MEASURES, steps, steps / 2, 100.0 + steps, values)


def test_layers_have_series_and_those_without_weights_none() -> None:
    found = series_of(health(3, missing=1))
    assert set(found) == {
        "gradient_norm/l0", "gradient_norm/l1", "update_ratio/l0", "update_ratio/l1",
    }  # fmt: skip
    assert found["gradient_norm/l1"].values.tolist() == [2.0] * 3
    assert found["update_ratio/l0"].values.tolist() == [0.25] * 3
    assert found["gradient_norm/l0"].times.tolist() == [100.0, 101.0, 102.0]


def test_of_very_many_layers_and_of_none_there_is_nothing() -> None:
    assert series_of(health(MOST_LAYERS + 1)) == {}
    assert series_of(health(2, missing=2)) == {}
