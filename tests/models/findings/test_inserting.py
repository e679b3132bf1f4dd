"""A last layer is put in where none has a size of its own, and what is put in trains."""

from __future__ import annotations

import pytest
from documents import Layers, chain

from studio.data import dataset_from
from studio.running.preflight import preflight

IMAGE: Layers = [("input1", "Input", {"shape": [1, 8, 8]})]
OUTPUT: Layers = [("output1", "Output", {})]
CASES: dict[str, tuple[Layers, str]] = {
    "a row": ([*IMAGE, ("flatten1", "Flatten", {})], "Insert Linear of 10"),
    "planes": ([*IMAGE, ("pool1", "MaxPool2d", {})], "Insert Flatten and Linear of 10"),
}


@pytest.mark.parametrize("name", CASES)
def test_a_decider_is_inserted_and_nothing_stands_in_the_way(name: str) -> None:
    layers, label = CASES[name]
    document = chain([*layers, *OUTPUT], "digits")
    found = [finding for finding in preflight(document, None) if finding.stops_training]
    mend = next(mend for finding in found for mend in finding.mends if mend.label == label)
    document.apply(mend.edit)
    assert not [finding for finding in preflight(document, None) if finding.stops_training]
    assert document.analysis["output1"].shape == (10,)
    assert dataset_from(document.data)[0].facts().targets
    document.undo()
    assert [node.id for node in document.network] == [id for id, _, _ in (*layers, *OUTPUT)]


def test_a_layer_with_a_size_of_its_own_is_set_instead() -> None:
    document = chain([*IMAGE, ("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 7}), *OUTPUT], "digits")
    (finding,) = [finding for finding in preflight(document, None) if finding.stops_training]
    assert [mend.label for mend in finding.mends] == ["Set features of fc1 to 10"]
