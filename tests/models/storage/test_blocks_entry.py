"""Blocks in files: the format to the letter, and nothing lost on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from block_networks import document_of, gated, network, node, opened, resnet

from models.storage import files


@pytest.mark.parametrize("value", [gated(), resnet()], ids=["gated", "resnet"])
def test_what_is_read_is_written_back(value: dict[str, Any]) -> None:
    assert files.to_json(opened(value)) == value
    text = files.format_json(files.to_json(opened(value)))
    assert json.loads(text) == value and files.format_json(files.to_json(files.parse(text)[0])) == text


def test_the_entries_of_a_use_lie_beside_its_settings() -> None:
    document = opened(gated())
    assert document.network["stage1"].params == {"repeat": 2, "first": {"stride": 2}}
    written = files.to_json(document)["network"]["nodes"][1]
    assert written == {"id": "stage1", "kind": "Gated", "repeat": 2, "first": {"stride": 2}}


def test_a_file_without_blocks_needs_no_newer_version() -> None:
    assert files.to_json(opened({"netloom": 1, "network": network([node("a", "ReLU")])}))["netloom"] == 1
    assert files.to_json(opened(gated()))["netloom"] == 2


def test_a_use_without_its_definition_is_kept_as_it_is() -> None:
    value = gated()
    del value["blocks"]
    value["netloom"] = 1
    document = opened(value)
    assert document.analysis["stage1"].issues[0].code == "unknown-kind"
    assert files.to_json(document) == value


def test_a_definition_that_lies_flat_is_read_as_well() -> None:
    flat = {"parameters": {"width": 2}, **network([node("i", "Input"), node("r", "ReLU"), node("o", "Output")])}
    document = opened(document_of(network([node("a", "Input"), node("b", "Part")]), Part=flat))
    assert document.analysis["b"].shape == (3, 32, 32) and document.content["Part"].parameters == {"width": 2}


def test_a_block_called_like_a_layer_keeps_its_meaning_under_another_name() -> None:
    """A later version may have a layer of the name that somebody gave a block."""
    part = {"network": network([node("i", "Input"), node("r", "Linear", out_features=7), node("o", "Output")])}
    outer = {"network": network([node("i", "Input"), node("s", "Softmax"), node("o", "Output")])}
    main = network([node("a", "Input", shape=[4]), node("b", "Softmax"), node("c", "Outer")])
    document, problems = files.from_json(document_of(main, Softmax=part, Outer=outer))
    (problem,) = problems
    assert problem.message == "The block Softmax is now called SoftmaxBlock: there is a layer of that name."
    assert not problem.lost
    assert document.analysis["b"].shape == document.analysis["c"].shape == (7,)
    again = files.to_json(document)
    assert set(again["blocks"]) == {"SoftmaxBlock", "Outer"} and files.from_json(again)[1] == []
