"""From an Output with each loss to a run: whatever is found, following the first remedy leads to a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import Layers, chain

from models.checks import Finding, findings, findings_about
from models.document import Document
from models.training import LOSSES
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.worker.session import train

MOST_STEPS = 8
generator = np.random.default_rng(0)


def found(document: Document) -> list[Finding]:
    """What keeps a document from being trained."""
    dataset, _ = dataset_from(dict(document.data))
    every = [*findings(document), *findings_about(document, dataset.facts())]
    return [finding for finding in every if finding.stops_training]


def follow(document: Document) -> list[str]:
    """Take the first remedy of the first problem until there is none; gives what was said."""
    said = []
    for _ in range(MOST_STEPS):
        if not (problems := found(document)):
            return said
        said.append(problems[0].message)
        assert problems[0].mends, said
        document.apply(problems[0].mends[0].edit)
    raise AssertionError(said)


def beginning(loss: str, shape: list[int], data: dict[str, Any]) -> Document:
    layers: Layers = [("input1", "Input", {"shape": shape}), ("fc1", "Linear", {})]
    return chain([*layers, ("output1", "Output", {"loss": {"kind": loss}})], data=data, epochs=1)


PLAIN = {
    "classes": ([4], {"source": "iris"}),
    "binary": ([30], {"source": "breast_cancer"}),
    "numbers": ([10], {"source": "diabetes"}),
}


@pytest.mark.parametrize("loss", [kind.kind for kind in LOSSES.values() if kind.answers != "sequence"])
def test_its_remedies_lead_to_a_training(loss: str, tmp_path: Path) -> None:
    document = beginning(loss, *PLAIN[LOSSES[loss].targets])
    said = follow(document)
    assert len(said) == len(set(said)) and all(len(sentence) <= 90 for sentence in said)
    assert train(new_run(document, None, tmp_path)).state == "finished"


def test_labels_that_are_ordered_need_several_from_the_first_sentence_on() -> None:
    document = beginning("MultiLabelMarginLoss", *PLAIN["binary"])
    said = follow(document)
    assert "one yes or no has but one. Use BCEWithLogitsLoss." in said[0]
    assert document.network["output1"].params["loss"]["kind"] == "BCEWithLogitsLoss"


@pytest.mark.parametrize("loss", ["CosineLoss", "KLDivLoss"])
def test_what_one_number_cannot_teach_is_said(loss: str) -> None:
    document = beginning(loss, *PLAIN["numbers"])
    document.apply(found(document)[0].mends[0].edit)
    for count, is_said in ((1, True), (2, False)):
        layers: Layers = [("input1", "Input", {"shape": [10]}), ("fc1", "Linear", {"out_features": count})]
        own = chain([*layers, ("output1", "Output", {"loss": {"kind": loss}})])
        said = [finding for finding in findings(own) if "of one there is nothing to learn" in finding.message]
        assert bool(said) == is_said
        for finding in said:
            own.apply(finding.mends[0].edit)
            assert not [item for item in findings(own) if "nothing to learn" in item.message]


def sequences(folder: Path, targets: np.ndarray) -> dict[str, Any]:
    """Arrays of 5 × 12 numbers an example, and a sequence of classes each."""
    x = generator.normal(size=(len(targets), 5, 12)).astype(np.float32)
    np.savez(folder / "read.npz", x=x, y=targets)
    return {"source": "numpy", "path": str(folder / "read.npz")}


def reader(data: dict[str, Any], classes: int) -> Document:
    conv = {"out_channels": classes, "kernel_size": 3}
    layers: Layers = [("input1", "Input", {"shape": [5, 12]}), ("conv1", "Conv1d", conv)]
    return chain([*layers, ("output1", "Output", {"loss": {"kind": "CTCLoss"}})], data=data, epochs=1)


def test_a_blank_that_no_target_has_is_missed_and_the_remedy_works(tmp_path: Path) -> None:
    targets = generator.integers(1, 4, (60, 3))
    (problem,) = found(reader(sequences(tmp_path, targets), 3))
    assert problem.message == "CTC takes class 0 as its blank, and no target has one. Let one end in 0."
    assert not problem.mends
    targets[0, -1] = 0
    document = reader(sequences(tmp_path, targets), 4)
    assert found(document) == []
    assert train(new_run(document, None, tmp_path / "runs")).state == "finished"


def test_a_sequence_is_read_of_the_steps_that_there_are(tmp_path: Path) -> None:
    targets = generator.integers(1, 4, (60, 3)) * (np.arange(3) < generator.integers(1, 4, (60, 1)))
    data = sequences(tmp_path, targets)
    ends = ("output1", "Output", {"loss": {"kind": "CTCLoss"}})
    bare = chain([("input1", "Input", {"shape": [5, 12]}), ends], data=data, epochs=1)
    (first,) = [item for item in found(bare) if item.node == "output1"]
    assert first.message == "Output gives 5×12; NumPy arrays has 4 classes. Set the last layer to 4×12."
    assert first.mends[0].label == "Insert Conv1d of 4"
    bare.apply(first.mends[0].edit)
    assert found(bare) == []
    assert bare.analysis["output1"].shape == (4, 12)
    assert train(new_run(bare, None, tmp_path / "runs")).state == "finished"
    other = reader(data, 9)
    follow(other)
    assert other.network["conv1"].params["out_channels"] == 4


def test_classes_that_are_no_sequences_are_learned_by_cross_entropy(tmp_path: Path) -> None:
    document = beginning("CTCLoss", *PLAIN["classes"])
    assert "CTC reads sequences of classes" in follow(document)[0]
    assert document.network["output1"].params["loss"]["kind"] == "CrossEntropyLoss"
    assert train(new_run(document, None, tmp_path)).state == "finished"
