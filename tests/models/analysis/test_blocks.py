"""Blocks in the analysis: what a use comes to, what is told of its inside, and what no block can be."""

from __future__ import annotations

from typing import Any

import pytest
from block_networks import BOTTLENECK, conv, document_of, gated, network, node, opened, resnet, wires
from hypothesis import given, settings
from hypothesis import strategies as st

from models.analysis.blocks import DEEPEST, Block, parts_of, unfolded
from models.document import Document
from models.document.edits import AddNode, Rename, SetParam
from models.document.scopes import SetParameter
from models.network import NetworkError, Node

INPUT = node("input1", "Input", shape=[3, 32, 32])


def used(block: dict[str, Any], use: dict[str, Any], **more: Any) -> Document:
    return opened(document_of(network([INPUT, use]), **{use["kind"]: block}, **more))


def error(document: Document, id: str) -> str:
    (issue,) = document.analysis[id].issues
    assert issue.severity == "error" and len(issue.message) <= 90
    return issue.message


def test_resnet_50_drawn_with_two_blocks_has_its_published_total() -> None:
    totals = opened(resnet()).analysis.totals()
    assert totals.parameters == 25_557_032
    assert 4.08e9 < totals.multiply_adds < 4.1e9


def test_a_use_is_what_its_layers_would_be_one_by_one() -> None:
    """Shape, counts and receptive field, the first repetition with its own settings."""
    document = opened(gated())
    stage = document.analysis["stage1"]
    assert stage.shape == (8, 4, 4)
    first, second = 1 * 8 * 9 + 16 + 2 * 8 * 2, 8 * 8 * 9 + 16 + 2 * 8 * 2
    assert stage.parameters == first + second
    assert stage.multiply_adds == (72 + 0) * 16 + 576 * 16 + 2 * 32
    layers = [conv("a", "=4", 3, stride=2), conv("b", "=4", 3, padding=1), node("c", "MaxPool2d", kernel_size=2)]
    flat = opened(document_of(network([INPUT, *layers])))
    block = {"network": network([node("i", "Input"), *layers, node("o", "Output")])}
    folded = used(block, node("use1", "Part"))
    assert folded.analysis["use1"].receptive_field == flat.analysis["c"].receptive_field
    assert folded.analysis["use1"].activation_bytes == sum(flat.analysis[id].activation_bytes or 0 for id in "abc")


@settings(max_examples=20, deadline=None)
@given(st.integers(1, 6), st.integers(1, 3), st.integers(1, 3))
def test_repeating_widens_the_field_as_a_chain_does(times: int, kernel: int, stride: int) -> None:
    layer = conv("c", "=3", kernel, stride=stride, padding=1)
    block = {"network": network([node("i", "Input"), layer, node("o", "Output")])}
    chain = [layer | {"id": f"c{place}"} for place in range(times)]
    flat, folded = opened(document_of(network([INPUT, *chain]))), used(block, node("use1", "Part", repeat=times))
    assert folded.analysis["use1"]._replace(inputs=(), issues=()) == flat.analysis[f"c{times - 1}"]._replace(
        inputs=(), issues=(), parameters=times * 9 * kernel**2,
        multiply_adds=folded.analysis["use1"].multiply_adds, activation_bytes=folded.analysis["use1"].activation_bytes,
    )  # fmt: skip


def test_a_repeated_block_is_looked_into_once_or_twice() -> None:
    document = opened(resnet((3, 8, 36, 3)))
    parts = parts_of(document.analysis, document.network["stage3"])
    assert [part.times for part in parts] == [35] and parts[0].layers == 12
    kind = type(document.network["stage3"].layer)
    assert issubclass(kind, Block) and len(kind._insides) <= 2 * 4


def test_in_channels_are_those_of_the_blocks_own_input() -> None:
    document = opened(gated())
    (part,) = parts_of(document.analysis, document.network["stage2"])
    (squeeze,) = parts_of(part.inside, part.inside.network["se1"])
    assert squeeze.inside["conv1"].shape == (4, 1, 1) and squeeze.inside["conv2"].shape == (16, 1, 1)


def test_an_edit_inside_changes_every_use_and_comes_back() -> None:
    document = opened(resnet())
    before = dict(document.analysis.reports)
    document.sheet("Bottleneck").apply(SetParam("conv2", "out_channels", "=width + 1"))
    assert document.analysis["stage1"].parameters != before["stage1"].parameters
    assert document.analysis["down1"] == before["down1"]
    document.undo()
    assert document.analysis.reports == before
    document.sheet("Bottleneck").apply(SetParameter("depth", 2))
    assert isinstance(layer := document.network["stage1"].layer, Block) and "depth" in layer.fields


def test_the_inside_is_seen_as_in_the_first_use() -> None:
    document = opened(resnet())
    assert document.analyses["Bottleneck"]["conv1"].shape == (64, 56, 56)
    document.look_from("Bottleneck", ("", "stage4"))
    assert document.analyses["Bottleneck"]["conv1"].shape == (512, 7, 7)
    document.apply(SetParam("stage4", "width", 256))
    assert error(document, "stage4").startswith("add1: ")
    assert document.analyses["Bottleneck"]["conv1"].shape == (256, 7, 7)


def test_fields_inside_are_those_of_the_whole_network() -> None:
    block = network([node("a", "Input"), conv("b", 4, 3), conv("c", 4, 3, stride=2), node("d", "Output")])
    main = [
        node("start", "Input", shape=[3, 64, 64]),
        conv("y", 4, 5, stride=2),
        node("u", "Pair", repeat=2),
        node("v", "Pair"),
    ]
    document = opened(document_of(network(main), Pair={"network": block}))
    analysis = document.analysis
    sizes = {}
    for use in "uv":
        inside = unfolded(analysis, use)
        assert inside is not None
        sizes[use] = [inside[id].receptive_field.size[0] for id in "abc"]  # type: ignore[union-attr]
    # The first repetition of two; then what the chain of all of them sees.
    assert sizes == {"u": [5, 9, 13], "v": [29, 45, 61]}
    assert analysis["v"].receptive_field == inside["c"].receptive_field  # type: ignore[index]
    assert unfolded(analysis, "y") is None
    # Opened from a use, the block shows the same.
    document.look_from("Pair", ("", "v"))
    assert document.analyses["Pair"]["c"].receptive_field == analysis["v"].receptive_field
    document.look_from("Pair", ("", "u"))
    assert document.analyses["Pair"]["b"].receptive_field == ((9, 9), (2, 2), (0, 0))


def test_ports_follow_the_names_inside() -> None:
    document = opened(gated())
    document.sheet("Gated").apply(Rename("input1", "image"))
    assert [edge.target_port for edge in document.network.edges_into("stage1")] == ["image"]
    assert document.analysis["stage1"].shape == (8, 4, 4)
    document.undo()
    assert [edge.target_port for edge in document.network.edges_into("stage1")] == ["input1"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"conv1": "=width // (stride - 1)"}, "conv1: Filters: expected a divisor other than 0, found 0."),
        ({"conv1": "=widht"}, "conv1: Filters: expected a named number of the network, found ‘widht’."),
        ({"conv1": "=1; import os"}, "conv1: Filters: expected a number, a name or a sign, found ';'."),
    ],
)
def test_errors_inside_are_told_with_their_path(change: dict[str, str], sentence: str) -> None:
    value = resnet()
    for item in value["blocks"]["Bottleneck"]["network"]["nodes"]:
        if item["id"] in change:
            item["params"]["out_channels"] = change[item["id"]]
    document = opened(value)
    assert error(document, "stage1") == sentence
    assert document.analysis["stage1"].issues[0].inner == "conv1"


def test_the_path_leads_through_blocks_in_blocks() -> None:
    value = gated()
    value["blocks"]["Excite"]["network"]["nodes"][2]["params"]["kernel_size"] = 3
    (issue,) = opened(value).analysis["stage1"].issues
    assert issue.inner == "se1/conv1" and issue.message.startswith("se1/conv1: Kernel 3 is larger")


@pytest.mark.parametrize("times", [10**9, 1001, 0, -1, "three", 1.5, None, "=lost"])
def test_impossible_repetitions_are_named_on_the_node(times: object) -> None:
    value = resnet()
    value["network"]["nodes"][6]["repeat"] = times
    assert error(opened(value), "stage1").startswith("Repeat: expected")


def test_what_repeats_must_take_what_it_gives() -> None:
    block = {"network": network([node("i", "Input"), conv("c", "=3", 9), node("o", "Output")])}
    assert error(used(block, node("use1", "Part", repeat=5)), "use1").startswith(
        "Repetition 4 does not fit behind 3: c: "
    )
    two = {"network": {"nodes": [node("a", "Input"), node("b", "Input"), node("add", "Add"), node("o", "Output")],
                       "edges": [["a", "add"], ["b", "add"], ["add", "o"]]}}  # fmt: skip
    main = {"nodes": [INPUT, node("use1", "Total", repeat=2)], "edges": [["input1", "use1"], ["input1", "use1:b"]]}
    document = opened(document_of(main, Total=two))
    assert error(document, "use1") == "Only a block with one Input and one Output repeats; Total has others."
    document.apply(SetParam("use1", "repeat", 1))
    assert document.analysis["use1"].shape == (3, 32, 32)


def test_more_layers_than_a_document_may_have_are_refused_at_once() -> None:
    blocks = {f"B{place}": {"network": network([node("i", "Input"), node("b", f"B{place + 1}", repeat=1000),
                                                node("o", "Output")])} for place in range(3)}  # fmt: skip
    leaf = {"network": network([node("i", "Input"), node("r", "ReLU"), node("o", "Output")])}
    document = opened(document_of(network([INPUT, node("use1", "B0")]), **blocks, B3=leaf))
    assert error(document, "use1") == "b/b: B2 would have over 100,000 layers. Repeat it less often."


def test_a_block_inside_itself_is_refused_with_the_way() -> None:
    document = opened(gated())
    with pytest.raises(NetworkError, match="Excite cannot hold itself: Excite ▸ Gated ▸ Excite"):
        document.apply(AddNode(Node("again", "Gated")).within("Excite"))
    value = gated()
    value["blocks"]["Excite"]["network"]["nodes"].append(node("again", "Gated"))
    assert "cannot hold itself" in error(opened(value), "stage1")


def test_blocks_nested_a_hundred_deep_are_a_sentence() -> None:
    blocks = {f"B{place}": {"network": network([node("i", "Input"), node("b", f"B{place + 1}"), node("o", "Output")])}
              for place in range(99)}  # fmt: skip
    blocks["B99"] = {"network": network([node("i", "Input"), node("b", "ReLU"), node("o", "Output")])}
    main = network([INPUT, node("use1", "B0")])
    assert error(opened(document_of(main, **blocks)), "use1").endswith(f"more than {DEEPEST} levels deep.")
    main["nodes"][1]["kind"] = f"B{100 - DEEPEST}"
    assert opened(document_of(main, **blocks)).analysis["use1"].shape == (3, 32, 32)


@pytest.mark.parametrize(
    ("block", "sentence"),
    [
        ({"network": {"nodes": [node("i", "Input")], "edges": []}}, "Part has no output. Open it and add one."),
        (BOTTLENECK | {"parameters": {"width": 1, "window": 3}}, "Part: expected another name than ‘window’"),
        (BOTTLENECK | {"parameters": {"width": "4"}}, "Part: expected a number within"),
    ],
)
def test_definitions_that_cannot_be_used_say_why(block: dict[str, Any], sentence: str) -> None:
    document = used(block, node("use1", "Part"))
    assert any(issue.message.startswith(sentence) for issue in document.analysis["use1"].issues)


def test_settings_that_a_block_does_not_have_are_kept_and_named() -> None:
    document = used(BOTTLENECK, node("use1", "Part", repeat=2, first={"lost": 1}, depth=4))
    texts = [issue.message for issue in document.analysis["use1"].issues]
    assert texts == ["First differs: expected width, stride, found 'lost'.",
                     "Part has no setting ‘depth’; it is kept unused."]  # fmt: skip


def test_a_definition_that_nothing_uses_keeps_the_shapes_of_its_inputs() -> None:
    document = opened(document_of(network([INPUT]), Part={"network": network([INPUT, node("r", "ReLU")])}))
    assert document.analyses["Part"]["r"].shape == (3, 32, 32)


def test_several_outputs_are_ports_by_their_ids() -> None:
    nodes = [node("i", "Input"), conv("c", "=5"), node("left", "Output"), node("right", "Output")]
    split = {"network": {"nodes": nodes,
                         "edges": [*wires("i", "left"), *wires("i", "c", "right")]}}  # fmt: skip
    main = {
        "nodes": [INPUT, node("use1", "Parting"), node("r", "ReLU")],
        "edges": [["input1", "use1"], ["use1:right", "r"]],
    }
    assert opened(document_of(main, Parting=split)).analysis["r"].shape == (5, 32, 32)
