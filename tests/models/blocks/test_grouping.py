"""Layers made into a block and back: the network computes what it did, and every step can be undone."""

from __future__ import annotations

import pytest
from block_networks import conv, document_of, gated, network, node, opened
from random_edits import state

from models.blocks import group, ungroup
from models.document import Document
from models.document.edits import AddNode, SetParam
from models.network import NetworkError, Node

RESIDUAL = network(
    [node("in1", "Input", shape=[4, 8, 8]), conv("a", "=width", 3, padding=1), node("b", "ReLU"),
     conv("c", "=width"), node("add", "Add"), node("end", "Output")], ["in1", "add"],
) | {"parameters": {"width": 4}}  # fmt: skip


def residual() -> Document:
    return opened(document_of(RESIDUAL))


def totals(document: Document) -> tuple[int, int, int]:
    found = document.analysis.totals()
    assert found.uncounted == () and not [issue for issue in document.analysis.issues() if issue.severity == "error"]
    return found.parameters, found.multiply_adds, found.activation_bytes


@pytest.mark.parametrize("chosen", ["abc", "bc", ["a", "b", "c", "add"], ["c", "add"], "b"])
def test_a_block_computes_what_its_layers_did_and_comes_apart_again(chosen: str) -> None:
    document = residual()
    before, bytes_before = totals(document), state(document)
    edit, use = group(document, document, set(chosen))
    document.apply(edit)
    assert totals(document) == before and document.analysis["end"].shape == (4, 8, 8)
    assert len(document.network) == 6 - len(chosen) + 1 and document.network[use].kind in document.content.networks
    grouped = state(document)
    back, ids = ungroup(document, document, use)
    document.apply(back)
    assert sorted(ids) == sorted(chosen) and totals(document) == before and len(document.content.networks) == 1
    document.undo()
    assert state(document) == grouped
    document.undo()
    assert state(document) == bytes_before


def test_parameters_come_along_and_stay_tied() -> None:
    document = residual()
    edit, use = group(document, document, {"a", "b", "c"})
    document.apply(edit)
    assert document.content["Block1"].parameters == {"width": 4} and document.network[use].params == {"width": "=width"}


def test_a_definition_that_is_used_elsewhere_stays() -> None:
    document = opened(gated())
    edit, _ = ungroup(document, document, "stage2")
    document.apply(edit)
    assert "Gated" in document.content.networks and document.network["se1"].kind == "Excite"
    assert document.network["conv1"].params["out_channels"] == 16


def test_blocks_are_made_within_blocks() -> None:
    document = opened(gated())
    before = document.analysis["stage1"]
    sheet = document.sheet("Gated")
    edit, use = group(document, sheet, {"bn1", "relu1"})
    document.apply(edit)
    assert document.analysis["stage1"] == before and document.content["Gated"][use].kind == "Block1"


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        (set(), "Select the layers"),
        ({"in1", "a"}, "in1 begins or ends the network"),
        ({"a", "c"}, "A way leaves these layers and comes back into c"),
    ],
)
def test_what_can_be_no_block_says_why(chosen: set[str], sentence: str) -> None:
    document = residual()
    with pytest.raises(NetworkError, match=sentence):
        group(document, document, chosen)


def test_layers_without_wires_and_other_sizes_are_no_block() -> None:
    document = residual()
    document.apply(AddNode(Node("alone", "ReLU")))
    with pytest.raises(NetworkError, match="needs a wire into it"):
        group(document, document, {"alone"})
    document.apply(SetParam("a", "out_channels", "=in_channels"))
    with pytest.raises(NetworkError, match="computes with in_channels"):
        group(document, document, {"a"})


def test_what_repeats_or_is_none_does_not_come_apart() -> None:
    document = opened(gated())
    with pytest.raises(NetworkError, match="repeats 2 times"):
        ungroup(document, document, "stage1")
    with pytest.raises(NetworkError, match="is no block"):
        ungroup(document, document, "fc1")
