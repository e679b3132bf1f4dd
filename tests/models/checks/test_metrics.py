"""Metrics that are asked for where no Output can measure them, and by classes that there are not."""

from __future__ import annotations

import pytest
from documents import chain

from models.checks import findings, findings_about
from models.data import ColumnFacts, Facts
from models.document import Document


def document(loss: str, **training: object) -> Document:
    return chain(
        [("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {}), ("output1", "Output", {"loss": {"kind": loss}})],
        **training,
    )


def facts_of(shape: tuple[int, ...], classes: tuple[str, ...] | None) -> Facts:
    return Facts("Flowers", {"": ColumnFacts("x", (4,))}, {"": ColumnFacts("y", shape, classes, role="target")}, 100)


@pytest.mark.parametrize(
    ("loss", "watched", "is_said"),
    [
        ("CrossEntropyLoss", "mae", True),
        ("MSELoss", "mae", False),
        ("BCEWithLogitsLoss", "accuracy", False),
        ("BCEWithLogitsLoss", "psnr", False),  # of images it can
        ("HingeEmbeddingLoss", "psnr", True),
    ],
)
def test_what_is_watched_must_be_measured(loss: str, watched: str, is_said: bool) -> None:
    said = [item.message for item in findings(document(loss, watched=watched))]
    assert (f"No Output can measure {watched}, which is to be watched." in said) == is_said


@pytest.mark.parametrize(
    ("shape", "classes", "last"),
    [((), ("a", "b", "c"), 2), ((), ("a", "b"), 1), ((5,), None, 4), ((1, 8, 8), None, 1), ((8, 8), ("a", "b"), 1)],
)
def test_a_class_to_measure_must_be_there(shape: tuple[int, ...], classes: tuple[str, ...] | None, last: int) -> None:
    for over in (last, last + 1):
        asked = {"kind": "Recall", "params": {"over": str(over)}}
        kept = {"kind": "F1Score", "params": {"over": "micro"}}
        own = document("BCEWithLogitsLoss", metrics=[kept, asked])
        found = [
            item for item in findings_about(own, facts_of(shape, classes)) if "is to be measured of" in item.message
        ]
        assert bool(found) == (over > last)
        for finding in found:
            assert finding.message == f"Flowers has classes 0 to {last}; Recall is to be measured of {over}."
            (mend,) = finding.mends
            own.apply(mend.edit)
            assert own.training["metrics"] == [{"kind": "F1Score", "params": {}}, {"kind": "Recall", "params": {}}]
            assert not [item for item in findings_about(own, facts_of(shape, classes)) if "measured of" in item.message]
