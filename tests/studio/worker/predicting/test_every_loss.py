"""A network that was trained with any loss predicts for a file of new examples, number by number or class by class."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from documents import suited
from trained_runs import Asking, asking, trained

from models.scoring.predictions import Answering, whole
from models.training import LOSSES

__all__ = ["asking"]
KEYS = {
    "classes": {"class", "probability", "probabilities"},
    "binary": {"class", "probability", "probabilities"},
    "numbers": {"value"},
    "embedding": {"embedding"},
    "sequence": {"class", "probability", "probabilities"},
}


@pytest.mark.parametrize("loss", LOSSES)
def test_it_predicts_for_new_examples(loss: str, asking: Asking, tmp_path: Path) -> None:
    document = suited(loss, epochs=1)
    run = trained(document, tmp_path / "runs")
    shape = document.analysis["input1"].shape
    assert shape is not None
    np.save(tmp_path / "new.npy", np.random.default_rng(0).normal(size=(6, *shape)).astype(np.float32))
    answer = asking.ask("predictions", run, files=[str(tmp_path / "new.npy")])
    how = [Answering(**{**item, "places": tuple(item["places"])}) for item in answer.facts["outputs"]]
    found = [whole(outputs, how) for outputs in zip(answer.arrays["answers.0"], strict=True)]
    assert len(found) == 6
    for each in found:
        assert KEYS[LOSSES[loss].answers] <= each.keys() | {"probability"}
        values = np.array(each.get("value", each.get("embedding", each.get("probability"))), dtype=float)
        assert np.isfinite(values).all()


@pytest.mark.parametrize("loss", [kind.kind for kind in LOSSES.values() if kind.answers == "numbers"])
def test_as_many_numbers_are_predicted_as_targets_have(loss: str, asking: Asking, tmp_path: Path) -> None:
    run = trained(suited(loss, epochs=1), tmp_path / "runs")
    count = {"KLDivLoss": 3, "CosineLoss": 3}.get(loss, 1)
    np.save(tmp_path / "new.npy", np.zeros((2, 5 if count == 3 else 10), np.float32))
    answer = asking.ask("predictions", run, files=[str(tmp_path / "new.npy")])
    assert answer.arrays["answers.0"].reshape(2, -1).shape == (2, count)
    assert answer.facts["outputs"][0]["places"] == ([3] if count == 3 else [])
