"""The scale that is kept with a run: as it was, missing, and damaged."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer, write_answer
from studio.runs.samples.scale import Scale, read_scale, write_scale


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "scale.safetensors"
    assert read_scale(path) is None
    ends = np.array([[[0.5]]], np.float32), np.array([[[2.0]]], np.float32)
    features, middles = {"words": ("age", "sex=f")}, {"words": np.array([3.5, 0.0], np.float32)}
    more = {"words": ("<padding>", "<unknown>", "a")}, {"image": (0.0, 16.0)}, {"top": 4000.0}
    outputs = {"kind": ("cat", "dog"), "price": None}
    write_scale(path, Scale({"image": ends, "words": None}, outputs, features, middles, {}, *more))
    found = read_scale(path)
    assert found is not None and found.outputs == {"kind": ("cat", "dog"), "price": None}
    assert found.inputs["words"] is None and found.inputs["image"] is not None
    for mine, other in zip(ends, found.inputs["image"], strict=True):
        np.testing.assert_array_equal(mine, other)
    assert found.features == features
    assert (found.vocabularies, found.spans, found.found) == more
    np.testing.assert_array_equal(found.middles["words"], middles["words"])


@pytest.mark.parametrize(
    ("arrays", "facts"),
    [
        ({}, {}),
        ({}, {"inputs": ["a"], "outputs": []}),
        ({}, {"inputs": 3, "outputs": {}}),
        ({"mean.0": np.zeros(2), "std.0": np.ones(3)}, {"inputs": ["a"], "outputs": {}}),
        ({"mean.0": np.zeros(2), "std.0": np.zeros(2)}, {"inputs": ["a"], "outputs": {}}),
        ({"middle.0": np.full(2, np.nan)}, {"inputs": ["a"], "outputs": {}}),
        ({"middle.0": np.zeros((2, 2))}, {"inputs": ["a"], "outputs": {}}),
        ({}, {"inputs": [], "outputs": {}, "vocabularies": {"a": 3}}),
        ({}, {"inputs": [], "outputs": {}, "spans": {"a": [1]}}),
        ({}, {"inputs": [], "outputs": {}, "found": {"top": [1.0]}}),
        ({"mean.0": np.full(2, np.nan), "std.0": np.ones(2)}, {"inputs": ["a"], "outputs": {}}),
    ],
)
def test_what_is_no_scale_is_a_sentence(tmp_path: Path, arrays: dict, facts: dict) -> None:
    path = tmp_path / "scale.safetensors"
    write_answer(path, Answer(arrays, facts))
    with pytest.raises(RunError, match="holds no scale"):
        read_scale(path)
