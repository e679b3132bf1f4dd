"""A layer of another kind in the place of one: what is kept, what goes, and that it is one undo."""

from __future__ import annotations

from typing import Any

import pytest
from random_edits import chain, state

from models.document import Document
from models.document.edits import AddNode, Connect, Rename
from models.document.replacing import Replace, kept_settings, replacing
from models.document.sharing import ShareWeights
from models.layers import LAYERS
from models.network import Edge, Node


def between(kind: str, params: dict[str, Any] | None = None) -> Document:
    """One layer between an Input and an Output."""
    return chain(("Input", {"shape": [3, 8, 8]}), (kind, params or {}), ("Output", {}))


@pytest.mark.parametrize(
    ("before", "params", "after", "kept"),
    [
        ("Conv2d", {"out_channels": 7, "kernel_size": 5, "padding": "same"}, "Conv1d", {"out_channels": 7,
         "kernel_size": 5, "padding": "same"}),
        ("Conv2d", {"kernel_size": [3, 3], "stride": [1, 2]}, "Conv1d", {"kernel_size": 3}),
        ("Conv2d", {"kernel_size": [3, 3]}, "Conv3d", {"kernel_size": 3}),
        ("Conv2d", {"padding": "same"}, "ConvTranspose2d", {}),
        ("Conv2d", {"kernel_size": 5, "padding": 2, "bias": False}, "MaxPool2d", {"kernel_size": 5, "padding": 2}),
        ("Linear", {"out_features": 12, "bias": False}, "Conv2d", {"out_channels": 12, "bias": False}),
        ("Linear", {"out_features": "=width"}, "LSTM", {"hidden_size": "=width"}),
        ("Linear", {}, "Conv2d", {"out_channels": 10}),
        ("Conv2d", {}, "Conv3d", {}),
        ("Dropout", {"p": 0.25}, "AlphaDropout", {"p": 0.25}),
        ("Zork", {"p": 0.25, "depth": 3}, "Dropout", {"p": 0.25}),
        ("Dropout", {"p": 0.25}, "Zork", {"p": 0.25}),
        ("Linear", {"out_features": "nonsense"}, "Linear", {}),
    ],
)  # fmt: skip
def test_settings_that_both_know_are_kept(before: str, params: dict, after: str, kept: dict) -> None:
    assert kept_settings(Node("a", before, params), after) == kept


@pytest.mark.parametrize("kind", list(LAYERS))
def test_any_kind_can_take_the_place_of_any_other(kind: str) -> None:
    document = between("Conv2d", {"out_channels": 5})
    before = state(document)
    for other in ("LSTM", "Add", "Input", "Output", "MultiheadAttention", kind):
        document.apply(Replace("n1", other))
    assert document.network["n1"].kind == kind and not document.network["n1"].problems
    for _ in range(6):
        document.undo()
    assert state(document) == before


def test_wires_place_and_order_are_kept() -> None:
    document = between("Conv2d")
    edges, order = list(document.network.edges), list(document.network.nodes)
    document.apply(Replace("n1", "MaxPool2d"))
    assert document.network.edges == edges and list(document.network.nodes) == order
    assert document.network["n1"].position == (0, 72)


def test_a_layer_of_one_input_keeps_the_first_wire_of_a_merge() -> None:
    document = chain(("Input", {}), ("ReLU", {}), ("Add", {}), ("Output", {}))
    document.apply(Connect(Edge("n0", "output", "n2", "input")))
    document.apply(Replace("n2", "Tanh"))
    assert [edge.source for edge in document.network.edges_into("n2")] == ["n1"]
    document.undo()
    assert [edge.source for edge in document.network.edges_into("n2")] == ["n1", "n0"]


def test_ports_are_matched_by_name_and_else_by_order() -> None:
    document = chain(("Input", {"shape": [5, 4]}), ("LSTM", {}), ("Output", {}))
    document.apply(AddNode(Node("out2", "Output")))
    document.apply(Connect(Edge("n1", "c_n", "out2", "input")))
    document.apply(Replace("n1", "GRU"))
    assert [edge.source_port for edge in document.network.edges_from("n1")] == ["output"]
    document.apply(Replace("n1", "MultiheadAttention"))
    assert [edge.target_port for edge in document.network.edges_into("n1")] == ["query"]


def test_a_made_up_name_follows_the_kind_and_a_chosen_one_stays() -> None:
    document = between("ReLU")
    document.apply(Rename("n1", "relu1"))
    document.apply(Replace("relu1", "GELU"))
    assert list(document.network.nodes) == ["n0", "gelu1", "n2"]
    document.apply(Rename("gelu1", "gate"))
    document.apply(Replace("gate", "Sigmoid"))
    assert list(document.network.nodes) == ["n0", "gate", "n2"]
    document.apply(AddNode(Node("conv4", "Conv2d")))
    document.apply(Replace("conv4", "Conv1d"))
    assert "conv4" in document.network


@pytest.mark.parametrize("id", ["n1", "n2"])
def test_what_shared_its_weights_has_its_own(id: str) -> None:
    document = chain(("Input", {"shape": [4]}), ("Linear", {}), ("Linear", {}), ("Linear", {}))
    document.apply(ShareWeights("n2", "n1"))
    document.apply(ShareWeights("n3", "n1"))
    before = state(document)
    document.apply(Replace(id, "Bilinear"))
    assert document.network.partners(id) == (id,)
    assert len(document.network.partners("n3")) == 2
    document.undo()
    assert state(document) == before


def test_several_are_replaced_at_once() -> None:
    document = chain(("ReLU", {}), ("ReLU", {}), ("Tanh", {}))
    edit, parts = replacing(["n0", "n1"], "GELU")
    document.apply(edit)
    assert [node.kind for node in document.network] == ["GELU", "GELU", "Tanh"]
    assert [part.new for part in parts] == ["n0", "n1"] and document.undo_label == "Replace 2 layers by GELU"
