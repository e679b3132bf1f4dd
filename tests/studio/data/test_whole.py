"""All examples of a data set in one part, for a network that is trained already."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.data import DATASETS, DataError, dataset_from


@pytest.mark.parametrize("source", [kind.kind for kind in DATASETS.values() if kind.is_bundled])
def test_the_whole_holds_what_the_parts_hold(source: str) -> None:
    dataset, _ = dataset_from({"source": source})
    parts, whole = dataset.load(), dataset.load_whole()
    for id, column in parts.targets.items():
        together = np.concatenate(column.parts)
        assert len(whole.target(id).train) == len(together) and whole.target(id).classes == column.classes
        np.testing.assert_array_equal(np.sort(whole.target(id).train, axis=0), np.sort(together, axis=0))
    assert all(column.train is column.validation for column in whole.inputs.values())


def test_one_example_is_whole_but_cannot_be_split(tmp_path: Path) -> None:
    np.savez(tmp_path / "one.npz", x=np.ones((1, 3), np.float32), y=np.array(["a"]))
    dataset, _ = dataset_from({"source": "numpy", "path": str(tmp_path / "one.npz")})
    assert len(dataset.load_whole().first_target.train) == 1
    with pytest.raises(DataError, match="two classes or more"):
        dataset.load()
