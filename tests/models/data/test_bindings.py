"""Which column goes where, and that it goes along when a node gets another name."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from models.data import ColumnFacts, renamed, suggested
from models.document import Document
from models.document.edits import AddNode, Rename
from models.network import Node

NAMES = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=5)


@given(inputs=NAMES, outputs=NAMES, columns=NAMES, others=NAMES)
def test_a_suggestion_binds_each_id_to_a_column_of_its_own(
    inputs: list[str], outputs: list[str], columns: list[str], others: list[str]
) -> None:
    offered = [ColumnFacts(name, ()) for name in columns] + [ColumnFacts(name, (), role="target") for name in others]
    found = suggested(offered, {}, inputs, outputs)
    for side, ids, names in (("inputs", inputs, columns), ("targets", outputs, others)):
        assert len(found[side]) == min(len(ids), len(names))
        assert set(found[side]) <= set(ids) and set(found[side].values()) <= set(names)
        assert len(set(found[side].values())) == len(found[side])
        assert all(found[side][id] == id for id in ids if id in names)


def test_what_is_bound_stays_and_what_the_network_lacks_goes() -> None:
    offered = [ColumnFacts("x", ()), ColumnFacts("z", ()), ColumnFacts("y", (), role="target")]
    present = {"inputs": {"b": "z", "gone": "x"}, "targets": "nonsense"}
    assert suggested(offered, present, ["a", "b"], ["c"]) == {"inputs": {"a": "x", "b": "z"}, "targets": {"c": "y"}}


@given(NAMES, NAMES)
def test_a_name_and_back_is_nothing(ids: list[str], others: list[str]) -> None:
    data = {"source": "digits", "inputs": dict.fromkeys(ids, "x"), "targets": dict.fromkeys(others, "y")}
    there = renamed(data, "a", "new")
    assert list(there["inputs"]) == ["new" if id == "a" else id for id in ids]
    assert renamed(there, "new", "a") == data


def test_renaming_a_node_takes_its_column_along() -> None:
    document = Document()
    document.apply(AddNode(Node("input1", "Input", {"shape": [3]})))
    document.content.set_section("data", {"source": "iris", "inputs": {"input1": "x"}})
    document.apply(Rename("input1", "flowers"))
    assert document.data["inputs"] == {"flowers": "x"}
    document.undo()
    assert document.data["inputs"] == {"input1": "x"}
    document.redo()
    assert document.data["inputs"] == {"flowers": "x"}
