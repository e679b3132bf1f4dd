"""The weights of a document as the start of a training: those that fit, and a sentence for each that does not."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from worked import EXAM, exam

from models.byhand.starting import starting_weights
from models.document import Document
from models.document.edits import SetParam


def of(document: Document, section: dict[str, Any] | None = None) -> Any:
    numbers = document.content.section("numbers") if section is None else section
    return starting_weights(document.network, document.analysis, numbers)


def test_weights_that_fit_are_named_as_torch_names_them() -> None:
    found = of(exam())
    assert list(found.weights) == ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"] and not found.misfits
    assert found.weights["fc1.weight"] == EXAM["weights"]["fc1"]["weight"]


def test_a_layer_that_grew_keeps_no_weight_and_says_so() -> None:
    document = exam()
    document.apply(SetParam("fc1", "out_features", 3))
    found = of(document)
    assert list(found.weights) == ["fc2.bias"]
    assert [sentence.split(" should")[0] for sentence in found.misfits] == ["fc1.weight", "fc1.bias", "fc2.weight"]


@pytest.mark.parametrize(
    ("weights", "said"),
    [
        ({"gone": {"weight": [1]}}, "no weight “gone.weight”"),
        ({"fc1": {"bias": ["one", 2]}}, "no table of numbers"),
        ({"fc1": {"bias": [float("nan"), 2]}}, "no finite number"),
        ({"fc1": [1]}, "cannot be read"),
    ],
)
def test_what_cannot_be_a_start_is_said(weights: dict[str, Any], said: str) -> None:
    found = of(exam(), {"weights": weights})
    assert found.weights == {} and said in found.misfits[0]
    assert all(sentence.endswith(".") for sentence in found.misfits)


@given(st.sets(st.sampled_from(["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc3.bias", "fc1.scale"])))
def test_every_table_either_fits_or_is_told(names: set[str]) -> None:
    weights: dict[str, dict[str, Any]] = {}
    for name in names:
        module, _, own = name.partition(".")
        weights.setdefault(module, {})[own] = EXAM["weights"].get(module, {}).get(own, [0])
    found = of(exam(), {"weights": weights})
    assert len(found.weights) + len(found.misfits) == len(names)
