"""Layers that are left out: they stay, with their settings, and what comes in at their first input goes out again."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
from codegen_networks import random_network
from documents import Layers, chain

from models.analysis import Analysis
from models.checks import findings
from models.codegen.module import generate
from models.document import Document
from models.document.bypass import SetBypassed, toggled
from models.document.edits import AddNode, Connect, RemoveNodes, SetParam
from models.document.sharing import ShareWeights
from models.layers import LAYERS
from models.network import Edge, Network, NetworkError, Node, without_bypassed
from models.storage import files
from models.storage.writing import to_json

LAYERS_IN_A_ROW: Layers = [
    ("input1", "Input", {"shape": [2, 8, 8]}),
    ("conv1", "Conv2d", {"out_channels": 4, "padding": 1}),
    ("bn1", "BatchNorm2d", {}),
    ("conv2", "Conv2d", {"out_channels": 4, "padding": 1, "bias": False}),
    ("flatten1", "Flatten", {}),
    ("fc1", "Linear", {"out_features": 10}),
    ("soft1", "Softmax", {}),
    ("output1", "Output", {}),
]


@pytest.fixture
def document() -> Document:
    return chain(LAYERS_IN_A_ROW)


def bypass(document: Document, *ids: str) -> None:
    document.apply(toggled(document.network, document.analysis, ids))


def test_it_is_left_out_of_counts_code_and_checks_and_stays_where_it_is(document: Document) -> None:
    before = document.analysis.totals()
    assert any(found.node == "soft1" or "oftmax" in found.message for found in findings(document))
    bypass(document, "conv2", "soft1")
    report, totals = document.analysis["conv2"], document.analysis.totals()
    assert (report.parameters, report.multiply_adds, report.activation_bytes) == (0, 0, 0)
    assert report.shape == (4, 8, 8) and not document.analysis.issues()
    assert before.parameters - totals.parameters == 4 * 4 * 9
    source = generate(document.network, document.analysis)
    assert not source.left_out and "conv2" not in source.text and "Sequential" in source.text
    assert not any("oftmax" in found.message for found in findings(document))
    layer = document.network["conv2"].own_layer
    assert layer is not None and layer.settings() == {"out_channels": 4, "padding": 1, "bias": False}
    bypass(document, "conv2", "soft1")
    assert document.analysis.totals() == before and not document.network["conv2"].bypassed


def test_settings_can_be_changed_meanwhile_and_undone(document: Document) -> None:
    bypass(document, "conv2")
    document.apply(SetParam("conv2", "kernel_size", 5))
    assert document.network["conv2"].bypassed and document.network["conv2"].params["kernel_size"] == 5
    document.undo()
    document.undo()
    assert not document.network["conv2"].bypassed and document.analysis["conv2"].parameters == 144
    document.redo()
    assert document.network["conv2"].bypassed and document.analysis["conv2"].parameters == 0


@pytest.mark.parametrize(
    ("ids", "reason"),
    [
        (("fc1",), "output1 would get 256 in place of 10."),
        (("flatten1",), "output1 would get 4×8×10 in place of 10."),
        (("input1",), "input1 starts the network: there is nothing that could pass through."),
        (("output1",), "output1 ends the network: there is nothing that could pass through."),
    ],
)
def test_it_is_refused_with_the_reason_where_shapes_would_break(
    document: Document, ids: tuple[str, ...], reason: str
) -> None:
    with pytest.raises(NetworkError) as refusal:
        toggled(document.network, document.analysis, ids)
    assert str(refusal.value) == reason
    assert not any(node.bypassed for node in document.network)


def test_a_sum_that_would_not_fit_and_a_port_without_a_counterpart_are_reasons(document: Document) -> None:
    document.apply(AddNode(Node("add1", "Add")))
    for source in ("input1", "conv1"):
        document.network.insert_edge(Edge(source, "output", "add1", "input"))
    document.network.set_params("conv1", {"out_channels": 2, "padding": 1})
    document.analysis.recompute()
    bypass(document, "conv1")
    bypass(document, "conv1")
    document.apply(SetParam("conv1", "padding", 0))
    document.apply(RemoveNodes(["add1"]))

    lstm = chain([("input1", "Input", {"shape": [5, 64]}), ("lstm1", "LSTM", {}), ("flatten1", "Flatten", {})])
    lstm.apply(AddNode(Node("flatten2", "Flatten")))
    lstm.apply(Connect(Edge("lstm1", "h_n", "flatten2", "input")))
    with pytest.raises(NetworkError, match="flatten2 takes the h_n of lstm1"):
        bypass(lstm, "lstm1")


def test_it_survives_the_file_and_older_programs_refuse_it(document: Document, tmp_path: Path) -> None:
    assert to_json(document)["netloom"] < 4
    bypass(document, "conv2")
    value = to_json(document)
    assert value["netloom"] == 4
    assert [node["id"] for node in value["network"]["nodes"] if node.get("bypass")] == ["conv2"]
    files.write(document, tmp_path / "n.netloom")
    again, problems = files.read(tmp_path / "n.netloom")
    assert not problems and again.network["conv2"].bypassed
    assert again.analysis.totals() == document.analysis.totals()


@pytest.mark.parametrize("wrong", [1, "yes", None, []])
def test_nonsense_in_a_file_bypasses_nothing(wrong: Any) -> None:
    value = {"netloom": 4, "network": {"nodes": [{"id": "a", "kind": "ReLU", "bypass": wrong}], "edges": []}}
    document, problems = files.from_json(value)
    assert not document.network["a"].bypassed and len(problems) == 1


def test_before_version_4_it_had_no_meaning() -> None:
    nodes = [{"id": "a", "kind": "ReLU", "bypass": True}]
    value = {"netloom": 3, "network": {"nodes": nodes}, "blocks": {"B": {"nodes": nodes}}}
    document, problems = files.from_json(value)
    assert not problems
    for network in document.content.networks.values():
        assert not network["a"].bypassed and network["a"].extra == {"bypass_": True}


def test_who_shares_a_module_keeps_it_and_is_counted() -> None:
    document = chain(
        [("input1", "Input", {"shape": [8]})]
        + [(f"fc{number}", "Linear", {"out_features": 8}) for number in (1, 2)]
        + [("output1", "Output", {})]
    )
    document.apply(ShareWeights("fc2", "fc1"))
    assert document.analysis.totals().parameters == 72
    bypass(document, "fc1")
    assert document.analysis.totals().parameters == 72 and not document.analysis.issues()
    text = generate(document.network, document.analysis).text
    assert "as fc1" not in text and text.count("nn.Linear") == 1


def test_random_networks_compute_what_they_would_without_the_nodes() -> None:
    """Of the bypassed layers of a random network each hands on its first wire, as if it were deleted."""
    looked_at = 0
    for seed in range(30):
        network, _ = random_network(seed)
        rng = Random(seed)
        chosen = [node.id for node in network if node.inputs and node.outputs and rng.random() < 0.4]
        for id in chosen:
            network.set_bypassed(id, True)
        after = Analysis(network)
        healed = without_bypassed(network)
        assert not set(chosen) & healed.nodes.keys() and all(id in network.nodes for id in chosen)
        alone = Analysis(healed)
        for id in healed.nodes:
            if not after[id].issues:
                looked_at += 1
                assert alone[id].outputs == after[id].outputs, (seed, id)
        assert alone.totals().parameters == after.totals().parameters
    assert looked_at > 50


def test_a_loop_and_a_free_input_lead_nowhere() -> None:
    nodes = [Node(id, "ReLU", bypassed=id != "c") for id in "abc"]
    edges = [Edge("a", "output", "b", "input"), Edge("b", "output", "a", "input"), Edge("b", "output", "c", "input")]
    assert not without_bypassed(Network(nodes, edges)).edges
    assert not without_bypassed(Network(nodes, edges[2:])).edges


def test_an_unknown_kind_is_no_way_through() -> None:
    network = Network([Node("a", "Nonsense", bypassed=True)])
    assert without_bypassed(network) is network
    with pytest.raises(NetworkError, match="unknown kind"):
        toggled(Network([Node("a", "Nonsense")]), Analysis(Network([Node("a", "Nonsense")])), ["a"])


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if LAYERS[kind].inputs and LAYERS[kind].outputs])
def test_every_kind_can_be_bypassed(kind: str) -> None:
    document = Document(Network([Node("a", kind)]))
    document.apply(SetBypassed(["a"], True))
    node = document.network["a"]
    assert node.outputs == LAYERS[kind].outputs[:1] and len(node.inputs) == len(LAYERS[kind].inputs)
    assert type(node.own_layer) is LAYERS[kind] and not node.problems
    document.undo()
    assert type(node.layer) is LAYERS[kind]
