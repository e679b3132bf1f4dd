"""Weights of classes, and losses with the data and the network that they are for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from documents import suited
from hypothesis import given
from hypothesis import strategies as st
from sklearn.utils.class_weight import compute_class_weight

from models.checks import Finding, findings
from models.document import Document
from models.document.edits import RemoveNodes, SetParam
from models.specs.fields import FieldError
from models.training import LOSSES
from models.training.losses.weights import given_weights, listed_weights, switch_weights, unknown_classes
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.worker.session import train
from studio.worker.training.losses import modules as own_losses

# Weights of classes


@pytest.mark.parametrize("text", ["", "balanced", "cat: 2", " cat: 2, dog : 0.5 ", "a: b: 1e-3"])
def test_class_weights_are_read(text: str) -> None:
    loss = LOSSES["CrossEntropyLoss"](class_weights=text)
    assert loss.class_weights == text.strip() and "class_weights" not in loss.arguments()


@pytest.mark.parametrize("text", ["cat", "cat:", ": 2", "cat: -1", "cat: nan", "cat: inf", "cat: 1,", "x" * 5000, 3])
def test_other_class_weights_are_refused(text: object) -> None:
    with pytest.raises(FieldError, match="expected balanced"):
        LOSSES["CrossEntropyLoss"](class_weights=text)


def test_given_weights_go_by_name() -> None:
    given_ = given_weights("cat: 2, dog: 0.5")
    assert listed_weights(given_, ("dog", "eel", "cat")) == [0.5, 1.0, 2.0]
    assert unknown_classes("cat: 2, dog: 1", ("dog",)) == ["cat"] and unknown_classes("balanced", ()) == []
    assert switch_weights([2.0, 3.0]) == [1.5] and switch_weights([1.0, 2.0, 3.0]) == [1.0, 2.0, 3.0]


@given(targets=st.lists(st.integers(0, 3), min_size=1, max_size=60))
def test_balanced_weights_are_those_of_scikit_learn(targets: list[int]) -> None:
    found = own_losses.balanced_weights(torch.tensor(targets), 4).numpy()
    present = np.unique(targets)
    share = len(present) / 4  # which counts the classes that occur alone
    wanted = share * compute_class_weight("balanced", classes=present, y=targets)
    assert found[present] == pytest.approx(wanted, rel=1e-5)


def test_balanced_switches_make_yes_and_no_weigh_alike() -> None:
    targets = torch.tensor([[1.0, 0], [0, 0], [0, 1], [0, 1]])
    assert own_losses.balanced_switches(targets).tolist() == [3.0, 1.0]
    masks = torch.zeros(2, 3, 4, 4)
    masks[0, 1, 0] = 1
    assert own_losses.balanced_switches(masks).shape == (3, 1, 1)
    assert own_losses.balanced_switches(masks)[1].item() == 7


# With data and network


def found_in(document: Document) -> list[Finding]:
    """The errors and warnings of a document with its data."""
    facts = dataset_from(document.data)[0].facts()
    return [finding for finding in findings(document, facts) if finding.severity != "hint"]


@pytest.mark.parametrize("kind", list(LOSSES))
def test_a_network_that_suits_it_has_nothing_to_mend(kind: str) -> None:
    assert not found_in(suited(kind))


@pytest.mark.parametrize("kind", [kind for kind in LOSSES if LOSSES[kind].expects])
def test_each_remedy_for_a_missing_activation_leads_to_a_run(kind: str, tmp_path: Path) -> None:
    (lacking,) = found_in(without_last(suited(kind, epochs=1)))
    assert lacking.severity == "error" and lacking.mends
    for number, mend in enumerate(lacking.mends):
        document = without_last(suited(kind, epochs=1))
        document.apply(mend.edit)
        assert not found_in(document), mend.label
        assert train(new_run(document, None, tmp_path / str(number))).state == "finished"


def without_last(document: Document) -> Document:
    """The document without the layer before its Output."""
    document.apply(RemoveNodes(["last1"], heal=True))
    return document


def test_weights_of_a_class_that_is_not_there_can_be_taken_out() -> None:
    document = suited("CrossEntropyLoss")
    settings = {"kind": "CrossEntropyLoss", "params": {"class_weights": "cat: 2", "label_smoothing": 0.1}}
    document.apply(SetParam("output1", "loss", settings))
    (finding,) = found_in(document)
    document.apply(finding.mends[0].edit)
    assert not found_in(document) and document.network["output1"].layer.loss.label_smoothing == 0.1
