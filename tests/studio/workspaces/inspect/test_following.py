"""Corrections of a run's samples as edits of the open document, wherever the run itself was corrected."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import mlp

from models.specs.corrections import Correction
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.overtime.following import Labels, correcting, label_now, same_rows

PLAIN: dict[str, Any] = {"source": "iris"}
CORRECTED: dict[str, Any] = {"source": "iris", "corrections": {"3": ["setosa", "virginica"]}}


def test_taking_back_what_the_run_corrected_is_a_correction_of_the_document() -> None:
    document = mlp(data=CORRECTED)
    assert label_now(document, CORRECTED, 3) == "virginica", "as in the run"
    document.apply(correcting(document, CORRECTED, "Relabel", Correction(3, "virginica", "setosa")))
    assert document.data == PLAIN
    assert label_now(document, CORRECTED, 3) == "setosa" and label_now(document, CORRECTED, 4) is None
    document.undo()
    assert document.data == CORRECTED


def test_a_correction_names_the_class_of_the_data_not_of_the_run() -> None:
    document = mlp(data=PLAIN)
    document.apply(correcting(document, CORRECTED, "Relabel", Correction(3, "virginica", "versicolor")))
    assert document.data["corrections"] == {"3": ["setosa", "versicolor"]}
    document.apply(correcting(document, CORRECTED, "Leave out", Correction(3, "virginica", None)))
    assert label_now(document, CORRECTED, 3) == ""


def test_a_class_of_another_target_is_corrected_beside_the_first() -> None:
    document = mlp(data=PLAIN)
    labels = Labels(np.array([0, 1]), np.array([5, 8]), "class", True, True, "color")
    document.apply(correcting(document, PLAIN, "Relabel", labels.correction(1, "red", "blue")))
    assert document.data["corrections"] == {"8@color": ["red", "blue"]}
    assert label_now(document, PLAIN, 8, "color") == "blue" and label_now(document, PLAIN, 8) is None
    document.apply(correcting(document, PLAIN, "Leave out", labels.correction(1, "red", None)))
    assert document.data["corrections"] == {"8": ["", None], "8@color": ["red", "blue"]}
    assert label_now(document, PLAIN, 8, "color") == label_now(document, PLAIN, 8) == ""


def test_rows_are_the_same_whatever_the_split_and_where_the_path_starts(tmp_path: Path) -> None:
    assert same_rows({}, None, {"source": "digits", "seed": 3, "normalize": False}, None)
    assert not same_rows({"source": "iris"}, None, {}, None)
    here = {"source": "csv", "path": "a.csv"}
    assert same_rows(here, tmp_path, {"source": "csv", "path": str(tmp_path / "a.csv")}, None)
    assert not same_rows(here, tmp_path, here, tmp_path / "other")


def test_labels_that_cannot_be_read_are_a_sentence() -> None:
    with pytest.raises(RunError, match="labels could not be read"):
        Labels.of(Answer({}, {}))
