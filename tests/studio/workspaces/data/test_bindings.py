"""Which columns each Input and Output takes and may take, as the Data workspace offers them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from documents import Layers, chain

from models.data import ColumnFacts
from models.document import Document
from models.document.edits import AddNode, SetSection
from models.network import Node
from studio.workspaces.data.bindings import bindings_of, bound_for, rebound, types_of

ARRAYS = (ColumnFacts("image", (4, 4)), ColumnFacts("age", (1,)), ColumnFacts("label", (), role="target"))
TABLE = (ColumnFacts("*", (3,)), ColumnFacts("age", (1,)), ColumnFacts("kind", (1,), role="target"))


def document(*ids: str, **data: object) -> Document:
    """Inputs of names in small letters, Outputs of names in capitals."""
    found = Document()
    for id in ids:
        found.apply(AddNode(Node(id, "Input" if id.islower() else "Output", {})))
    found.apply(SetSection("data", {"source": "numpy", **data}))
    return found


def test_those_that_suggest_themselves_for_a_side_come_first() -> None:
    first, second = bindings_of(document("i", "O"), ARRAYS)
    assert (first.side, first.id, first.column) == ("inputs", "i", "")
    assert first.offered == (("", "The usual one"), ("image", "image  4×4"), ("age", "age  1"), ("label", "label"))
    assert [name for name, _ in second.offered] == ["", "label", "image", "age"]


def test_all_others_of_a_table_are_no_target_and_groups_stay_on_offer() -> None:
    rows = bindings_of(document("i", "j", "O", inputs={"i": "age, kind", "j": "*"}), TABLE)
    assert [row.column for row in rows] == ["age, kind", "*", ""]
    assert rows[0].offered[0] == ("", "Not chosen") and rows[0].offered[-1] == ("age, kind", "age, kind")
    assert ("*", "all others") in rows[1].offered and "*" not in dict(rows[2].offered)


@pytest.mark.parametrize("columns", [(), ARRAYS[1:], TABLE])
def test_the_simple_case_has_nothing_to_choose(columns: tuple[ColumnFacts, ...]) -> None:
    assert bindings_of(document("i", "O"), columns) == []


def test_what_suggests_itself_fills_what_is_missing() -> None:
    found = bound_for(document("i", "j", "O", inputs={"j": "image"}), ARRAYS)
    assert found is not None
    assert (found["inputs"], found["targets"]) == ({"i": "age", "j": "image"}, {"O": "label"})
    whole = document("i", "j", "O", inputs=found["inputs"], targets=found["targets"])
    assert bound_for(whole, ARRAYS) is None and bound_for(whole, ()) is None


def test_binding_to_nothing_leaves_no_trace() -> None:
    data = rebound({}, "inputs", "i", "age")
    assert data == {"source": "digits", "inputs": {"i": "age"}}
    assert rebound(data, "inputs", "i", "") == {"source": "digits"}
    assert rebound({"inputs": 3}, "targets", "O", "y") == {"source": "digits", "inputs": 3, "targets": {"O": "y"}}


def test_columns_of_a_table_are_taken_as_they_look_or_as_somebody_says() -> None:
    columns = (
        ColumnFacts("*", (5,)),
        ColumnFacts("sex", (2,), taken="category", about="2 categories"),
        ColumnFacts("name", (1,), taken="left out"),
        ColumnFacts("kind", (1,), role="target", taken="category"),
    )
    sex, name = types_of(document("i", "O", types={"name": "category"}), columns)
    assert (sex.side, sex.id, sex.column, sex.about) == ("types", "sex", "", "2 categories")
    assert sex.offered[0] == ("", "Category (auto)") and ("left out", "Left out") in sex.offered
    assert name.column == "category" and name.offered[0] == ("", "Auto")
    assert rebound({"source": "csv"}, "types", "sex", "number") == {"source": "csv", "types": {"sex": "number"}}
    assert types_of(document("i", "O"), [columns[1]] * 101) == []


@pytest.mark.parametrize("kinds", [("ReLU",), ("Flatten", "ReLU")])
def test_what_is_fed_in_may_be_what_is_to_be_given(kinds: tuple[str, ...]) -> None:
    images = ColumnFacts("x", (1, 8, 8)), ColumnFacts("y", (), ("a", "b"), role="target")
    middle: Layers = [(f"n{place}", kind, {}) for place, kind in enumerate(kinds)]
    ends = ("i", "Input", {"shape": [1, 8, 8]}), ("O", "Output", {})
    keeps = chain([ends[0], *middle, ends[1]], data={"source": "numpy"})
    (row,) = bindings_of(keeps, images)
    assert (row.side, row.id) == ("targets", "O")
    assert row.offered == (("", "The usual one"), ("y", "y"), ("x", "The input itself  1×8×8"))
    tokens = replace(images[0], tokens=True), images[1]
    streamed = replace(images[0], streamed=True), images[1]
    assert bindings_of(keeps, tokens) == bindings_of(keeps, streamed) == []
    tells = chain([ends[0], *middle, ("fc", "Linear", {"out_features": 2}), ends[1]], data={"source": "numpy"})
    assert bindings_of(tells, images) == []
