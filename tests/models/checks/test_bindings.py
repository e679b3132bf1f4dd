"""Which column goes where: what is found in networks of several ends, and what one click makes of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp, two_ended

from models.checks import findings
from models.data import ColumnFacts, Facts
from models.document import Document
from models.document.edits import SetParam, SetSection

COLUMNS = (
    *(ColumnFacts(name, (4,)) for name in ("image", "facts", "other")),
    ColumnFacts("label", (), ("a", "b", "c"), role="target"),
)


def codes(document: Document, facts: Facts | None = None) -> list[str]:
    mine = {"unbound-input", "output-without-target", "bound-to-nothing", "nothing-weighs"}
    return [finding.code for finding in findings(document, facts) if finding.code in mine]


def known(inputs: tuple[str, ...] = (), targets: tuple[str, ...] = ()) -> Facts:
    """Facts in which these ids are bound."""
    return Facts(
        "Arrays",
        dict.fromkeys(inputs, COLUMNS[0]) or {"": COLUMNS[0]},
        dict.fromkeys(targets, COLUMNS[3]) or {"": COLUMNS[3]},
        100,
        columns=COLUMNS,
    )


def test_one_input_and_one_output_need_no_binding() -> None:
    assert codes(mlp(), known()) == []


@pytest.mark.parametrize(
    ("inputs", "targets", "expected"),
    [
        (("picture", "size"), ("kind", "price"), []),
        (("picture",), ("kind", "price"), ["unbound-input"]),
        (("picture", "size"), (), ["output-without-target"] * 2),
        ((), ("price",), ["unbound-input"] * 2 + ["output-without-target"]),
    ],
)
def test_each_of_several_needs_its_column(
    tmp_path: Path, inputs: tuple[str, ...], targets: tuple[str, ...], expected: list[str]
) -> None:
    assert sorted(codes(two_ended(tmp_path), known(inputs, targets))) == sorted(expected)


def test_a_binding_keeps_what_is_bound_and_takes_columns_of_the_side_first(tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    document.apply(SetSection("data", {"source": "numpy", "inputs": {"size": "other"}}))
    found = {finding.code: finding for finding in findings(document, known(("size",)))}
    (mend,) = found["unbound-input"].mends
    document.apply(mend.edit)
    assert document.data["inputs"] == {"size": "other", "picture": "image"}
    (mend,) = found["output-without-target"].mends
    document.undo()
    document.apply(mend.edit)
    assert document.data["targets"] == {"kind": "label", "price": "facts"}


def test_too_few_columns_offer_no_mend(tmp_path: Path) -> None:
    few = Facts.simple("Digits", (4,), ("a", "b"), (), 100)
    found = [finding for finding in findings(two_ended(tmp_path), few) if finding.code == "unbound-input"]
    assert len(found) == 2 and not any(finding.mends for finding in found)


def test_without_a_choice_of_data_it_is_a_hint_that_keeps_training_from_beginning(tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    document.apply(SetSection("data", {}))
    (found, _) = [finding for finding in findings(document, known()) if finding.code == "unbound-input"]
    assert found.severity == "hint" and found.stops_training


def test_bindings_of_layers_that_are_gone_are_forgotten_and_a_lone_one_is_meant(tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    document.apply(SetSection("data", document.data | {"inputs": {**document.data["inputs"], "old": "other"}}))
    assert codes(document) == ["bound-to-nothing"]
    (mend,) = next(finding for finding in findings(document) if finding.code == "bound-to-nothing").mends
    document.apply(mend.edit)
    assert document.data["inputs"] == {"picture": "image", "size": "facts"} and codes(document) == []
    alone = mlp()
    alone.apply(SetSection("data", {"source": "iris", "inputs": {"old": "x"}}))
    assert codes(alone) == []


def test_one_weight_of_several_is_enough(tmp_path: Path) -> None:
    document = two_ended(tmp_path)
    document.apply(SetParam("kind", "weight", 0))
    assert codes(document) == []
    document.apply(SetParam("price", "weight", 0))
    assert codes(document) == ["nothing-weighs"]
