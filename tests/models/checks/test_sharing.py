"""Findings where layers share weights: mends for layers that cannot be one, and hints that count a module once."""

from __future__ import annotations

from random_edits import chain

from models.checks import findings
from models.document import Document
from models.document.edits import SetParam
from models.document.sharing import ShareWeights
from models.findings.finding import Finding
from models.network import Node


def of(document: Document, code: str) -> list[Finding]:
    return [finding for finding in findings(document) if finding.code == code]


def twins(**second: object) -> Document:
    document = chain(
        ("Input", {"shape": [4]}), ("Linear", {"out_features": 4}), ("ReLU", {}), ("Linear", second), ("Output", {})
    )
    document.network.set_module("n3", "n1")
    document.analysis.recompute()
    return document


def test_settings_that_differ_may_be_taken_over() -> None:
    document = twins(out_features=3, bias=False)
    (finding,) = of(document, "shared-module")
    assert [mend.label for mend in finding.mends] == ["Take the settings of n1", "Give n3 its own weights"]
    document.apply(finding.mends[0].edit)
    assert document.network["n3"].params == {"out_features": 4} == document.network["n1"].params
    assert not of(document, "shared-module")
    document.undo()
    document.apply(finding.mends[1].edit)
    assert document.network["n3"].params == {"out_features": 3, "bias": False}
    assert not of(document, "shared-module")


def test_inputs_that_differ_are_only_parted() -> None:
    document = twins(out_features=4)
    document.apply(SetParam("n0", "shape", [6]))
    (finding,) = of(document, "shared-module")
    assert [mend.label for mend in finding.mends] == ["Give n3 its own weights"]


def test_a_missing_number_is_added_with_the_usual_value() -> None:
    document = chain(("Input", {"shape": ["=size", "=size"]}), ("Linear", {"out_features": "=width"}), ("Output", {}))
    first, second = (finding for finding in findings(document) if finding.code == "setting")
    assert [mend.label for mend in first.mends] == ["Add size = 1"]
    assert [mend.label for mend in second.mends] == ["Add width = 10"]
    for finding in (first, second):
        document.apply(finding.mends[0].edit)
    assert document.network.parameters == {"size": 1, "width": 10} and not document.analysis.issues()


def test_where_no_number_helps_none_is_offered() -> None:
    document = chain(("Input", {"dtype": "=width"}), ("Flatten", {}), ("Linear", {"out_features": "=in_channels / 7"}))
    assert [finding.mends for finding in findings(document) if finding.code == "setting"] == [()]
    document.apply(SetParam("n0", "dtype", "float"))
    assert [finding.mends for finding in findings(document) if finding.code == "setting"] == [()]


def test_a_shared_bias_is_canceled_only_if_it_is_everywhere() -> None:
    document = chain(
        ("Input", {"shape": [3, 8, 8]}),
        ("Conv2d", {"out_channels": 3}),
        ("BatchNorm2d", {}),
        ("Conv2d", {"out_channels": 3}),
        ("BatchNorm2d", {}),
        ("Output", {}),
    )
    (before,) = of(document, "canceled-bias")
    document.apply(ShareWeights("n3", "n1"))
    (after,) = of(document, "canceled-bias")
    assert "6 fewer" in before.detail and "3 fewer" in after.detail
    document.network.add_node(Node("again", "Conv2d", {"out_channels": 3}, module="n1"))
    document.analysis.recompute()
    assert not of(document, "canceled-bias")
