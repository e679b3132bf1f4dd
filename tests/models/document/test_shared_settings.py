"""Settings that several layers share: which, where they differ, set in one undo, copied from one layer to others."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.document import Document
from models.document.shared_settings import (
    copied,
    mixed_fields,
    pasted,
    reset_all,
    set_in_all,
    shared_fields,
)
from models.kinds.layer import OF_WEIGHTS
from models.layers import LAYERS
from models.network import Network, Node


def network(*layers: tuple[str, dict[str, Any]]) -> tuple[Document, list[Node]]:
    made = [Node(f"n{place}", kind, dict(params)) for place, (kind, params) in enumerate(layers)]
    document = Document(Network(made))
    return document, list(document.network)


CONVS = (
    ("Conv2d", {"out_channels": 16, "padding": 1}),
    ("Conv2d", {"out_channels": 32, "bias": False}),
    ("Conv2d", {"out_channels": "=8 * 2", "padding": 1}),
)


def test_layers_of_one_kind_share_all_fields() -> None:
    _, nodes = network(*CONVS)
    assert shared_fields(nodes) == list(LAYERS["Conv2d"].fields)


@pytest.mark.parametrize("kind", LAYERS)
def test_every_kind_shares_its_fields_with_itself(kind: str) -> None:
    assert shared_fields([Node("a", kind), Node("b", kind)]) == list(LAYERS[kind].fields)


@pytest.mark.parametrize(
    ("kinds", "shared"),
    [
        (("Linear", "Conv2d"), {"bias", *OF_WEIGHTS}),
        (("Conv1d", "Conv2d"), {"out_channels", "groups", "bias", "padding_mode", *OF_WEIGHTS}),
        (("Dropout", "Dropout2d"), {"p"}),
        (("ReLU", "Conv2d"), set()),
        (("Embedding", "LSTM"), set(OF_WEIGHTS) - {"bias_init"}),
        (("Nothing", "Nothing"), set()),
        (("Conv2d", "Nothing"), set()),
    ],
)
def test_other_kinds_share_what_means_the_same(kinds: tuple[str, str], shared: set[str]) -> None:
    assert set(shared_fields([Node("a", kinds[0]), Node("b", kinds[1])])) == shared


def test_nothing_shares_nothing() -> None:
    assert shared_fields([]) == []


def test_mixed_is_what_differs_expressions_by_their_text() -> None:
    _, nodes = network(*CONVS)
    assert mixed_fields(nodes, shared_fields(nodes)) == ["out_channels", "padding", "bias"]
    assert mixed_fields([nodes[0], nodes[2]], shared_fields(nodes)) == ["out_channels"]
    assert mixed_fields(nodes[:1], shared_fields(nodes)) == []


def test_typing_in_a_shared_field_is_one_undo() -> None:
    document, nodes = network(*CONVS)
    before = [dict(node.params) for node in nodes]
    for value in (1, 12, 128):
        document.apply(set_in_all(nodes, "out_channels", value), merge=True)
    assert [node.params["out_channels"] for node in document.network] == [128] * 3
    assert document.undo_label == "Set out_channels of 3 layers"
    document.undo()
    assert [node.params for node in document.network] == before and not document.undo_label
    document.redo()
    assert [node.params["out_channels"] for node in document.network] == [128] * 3


def test_another_field_or_other_layers_are_another_undo() -> None:
    document, nodes = network(*CONVS)
    document.apply(set_in_all(nodes, "out_channels", 8), merge=True)
    document.apply(set_in_all(nodes, "groups", 2), merge=True)
    document.apply(set_in_all(nodes[:2], "groups", 4), merge=True)
    for label in ("Set groups of 2 layers", "Set groups of 3 layers", "Set out_channels of 3 layers"):
        assert document.undo_label == label
        document.undo()
    assert not document.undo_label


def test_layers_that_share_weights_come_back_as_they_were() -> None:
    document, nodes = network(*CONVS[:2])
    nodes[1].module = nodes[0].id
    before = [dict(node.params) for node in nodes]
    document.apply(set_in_all(nodes, "out_channels", 4), merge=True)
    document.apply(set_in_all(nodes, "out_channels", 5), merge=True)
    document.undo()
    assert [node.params for node in document.network] == before


def test_reset_takes_settings_away() -> None:
    document, nodes = network(*CONVS)
    document.apply(reset_all(nodes, ["padding", "bias"]))
    assert [sorted(node.params) for node in document.network] == [["out_channels"]] * 3
    document.undo()
    assert document.network[nodes[1].id].params["bias"] is False


def test_pasting_makes_layers_alike_as_far_as_they_share_settings() -> None:
    document, nodes = network(*CONVS, ("Conv1d", {"stride": 3}), ("ReLU", {}))
    edit = pasted(copied(nodes[1]), nodes)
    assert edit is not None and edit.label == "Paste settings"
    document.apply(edit)
    params = [node.params for node in document.network]
    assert params[0] == params[1] == params[2] == {"out_channels": 32, "bias": False}
    assert params[3]["out_channels"] == 32 and params[3]["bias"] is False and "stride" not in params[3]
    document.undo()
    assert document.network[nodes[0].id].params == CONVS[0][1]


def test_expressions_are_pasted_as_they_were_typed() -> None:
    document, nodes = network(*CONVS)
    edit = pasted(copied(nodes[2]), nodes[:1])
    assert edit is not None
    document.apply(edit)
    assert document.network[nodes[0].id].params["out_channels"] == "=8 * 2"


def test_what_a_field_does_not_take_is_not_pasted() -> None:
    _, nodes = network(("Linear", {"out_features": 4}))
    text = json.dumps({"netloom settings": "Linear", "params": {"out_features": -3, "bias": "maybe"}})
    assert pasted(text, nodes) is None


@pytest.mark.parametrize(
    "text",
    ["", "hello", "[]", '{"netloom settings": "Nothing", "params": {}}', '{"netloom settings": 3, "params": 4}',
     '{"netloom settings": "Linear", "params": []}', '"netloom settings"', "[" * 100_000 + '"netloom settings"'],
)  # fmt: skip
def test_a_clipboard_of_something_else_is_left_alone(text: str) -> None:
    _, nodes = network(("Linear", {"out_features": 4}))
    assert pasted(text, nodes) is None


@given(
    st.text() | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists, max_leaves=5).map(json.dumps)
)
def test_any_clipboard_is_read_or_left_alone(text: str) -> None:
    _, nodes = network(("Linear", {"out_features": 4}))
    for clip in (text, json.dumps({"netloom settings": "Linear", "params": {"out_features": text}})):
        assert pasted(clip, nodes) is None or text.startswith("=")


def test_pasting_what_is_there_already_is_no_edit() -> None:
    _, nodes = network(*CONVS[:1])
    assert pasted(copied(nodes[0]), nodes) is None
