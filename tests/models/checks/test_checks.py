"""Every finding is found where it should be and nowhere else, and every mend removes what it is offered for."""

from __future__ import annotations

import time
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, chain, codes, state

from models.checks import Finding, findings, findings_about, is_about
from models.data import Facts, Unreadable
from models.document import Document
from models.document.edits import AddNode, Connect, Disconnect, RemoveNodes, SetParam, SetSection
from models.findings.computer import Devices
from models.layers import LAYERS
from models.network import Edge, Network, NetworkError, Node
from models.network.names import stems
from models.storage import files, templates
from models.training import OPTIMIZERS
from support import ROOT, in_time

OUT = ("Output", {})
BINARY = ("Output", {"loss": {"kind": "BCEWithLogitsLoss"}})


def image(*shape: int) -> tuple[str, dict[str, Any]]:
    return "Input", {"shape": list(shape)}


WORDS = ("Input", {"shape": [8], "dtype": "int"})

FOUND: list[tuple[str, str, str, list[Any]]] = [
    ("linear-on-image", "n1", "Insert Flatten, Insert global average pool", [image(1, 8, 8), ("Linear", {}), OUT]),
    ("linear-on-image", "n1", "Insert Flatten, Insert global average pool", [image(2, 4, 4, 4), ("Linear", {}), OUT]),
    ("channels-pooled", "n1", "", [image(3, 8, 8), ("MaxPool3d", {}), OUT]),
    ("channels-pooled", "n1", "", [image(8, 8), ("AdaptiveAvgPool2d", {}), OUT]),
    ("channels-pooled", "n1", "", [image(64), ("AvgPool1d", {}), OUT]),
    ("too-large", "n1", "", [image(3, 8, 8), ("Conv2d", {"out_channels": 10**9}), OUT]),
    ("too-large", "n1", "", [WORDS, ("Embedding", {"num_embeddings": 10**8, "embedding_dim": 1000}), OUT]),
    ("too-large", "n0", "", [image(3, 10**5, 10**5), ("AdaptiveAvgPool2d", {}), OUT]),
    ("shape", "n1", "Set padding 2", [image(1, 4, 4), ("Conv2d", {"kernel_size": 7}), OUT]),
    ("shape", "n1", "Set padding 0×1", [image(1, 9, 2), ("Conv2d", {"kernel_size": [3, 4]}), OUT]),
    ("shape", "n1", "Set padding 1", [image(1, 1, 1), ("MaxPool2d", {"kernel_size": 3}), OUT]),
    ("shape", "n1", "", [image(1, 2, 2), ("MaxPool2d", {"kernel_size": 3, "dilation": 5}), OUT]),
    ("shape", "n1", "Reshape to 1×8×8", [image(64), ("Conv2d", {}), OUT]),
    ("shape", "n1", "", [image(63), ("Conv2d", {}), OUT]),
    ("shape", "n2", "Remove n1, Reshape to 1×8×8", [image(1, 8, 8), ("Flatten", {}), ("Conv2d", {}), OUT]),
    ("shape", "n1", "Reshape to 7×1", [image(7), ("LSTM", {}), OUT]),
    ("shape", "n1", "Reshape to 1×7", [image(7), ("Conv1d", {}), OUT]),
    ("shape", "n1", "Set 1 group", [image(3, 8, 8), ("Conv2d", {"groups": 2}), OUT]),
    ("shape", "n1", "Set 2 groups", [image(4, 8), ("GroupNorm", {"num_groups": 3}), OUT]),
    ("shape", "n1", "Set 2 heads", [image(8, 10), ("TransformerEncoderLayer", {"nhead": 3}), OUT]),
    ("shape", "n1", "Set stride 1", [image(3, 8, 8), ("Conv2d", {"padding": "same", "stride": 2}), OUT]),
    ("shape", "n1", "Insert Embedding, Let Input give decimal numbers", [WORDS, ("Linear", {}), OUT]),
    ("setting", "n1", "Use the default", [image(3, 8, 8), ("Conv2d", {"bias": "perhaps"}), OUT]),
    ("setting", "n1", "Remove the setting", [image(3, 8, 8), ("Conv2d", {"color": 2}), OUT]),
    ("no-input", "", "Add Input", [("ReLU", {}), OUT]),
    ("no-output", "", "Add Output", [image(3), ("ReLU", {})]),
    ("applied-twice", "n2", "Remove n2", [image(4), ("Linear", {}), ("Softmax", {}), OUT]),
    ("applied-twice", "n2", "Remove n2", [image(4), ("Linear", {}), ("Sigmoid", {}), BINARY]),
    ("one-sided-scores", "n2", "Remove n2", [image(4), ("Linear", {}), ("Sigmoid", {}), OUT]),
    ("one-sided-scores", "n2", "Remove n2", [image(4), ("Linear", {}), ("ReLU", {}), OUT]),
    ("canceled-bias", "n1", "Turn bias off", [image(3, 8, 8), ("Conv2d", {}), ("BatchNorm2d", {}), OUT]),
    ("canceled-bias", "n1", "Turn bias off", [image(5), ("Linear", {}), ("BatchNorm1d", {}), OUT]),
    ("no-activation", "n1", "Insert ReLU", [image(4), ("Linear", {}), ("Dropout", {}), ("Linear", {}), OUT]),
]  # fmt: skip


def same(first: Finding, second: Finding) -> bool:
    return (first.code, first.node, first.message) == (second.code, second.node, second.message)


@pytest.mark.parametrize(("code", "node", "labels", "layers"), FOUND)
def test_a_finding_is_found_and_its_mends_mend(code: str, node: str, labels: str, layers: list[Any]) -> None:
    document = chain(*layers)
    before = state(document)
    found = [issue for issue in findings(document) if (issue.code, issue.node) == (code, node)]
    assert len(found) == 1
    assert ", ".join(mend.label for mend in found[0].mends) == labels
    for mend in found[0].mends:
        document.apply(mend.edit)
        assert not any(same(issue, found[0]) for issue in findings(document)), mend.label
        places = [item.position for item in document.network]
        assert None not in places and len(set(places)) == len(places), "cards lie on one another"
        document.undo()
        assert state(document) == before


@pytest.mark.parametrize("name", [template.name for template in templates.available()])
def test_templates_have_no_findings(name: str) -> None:
    assert findings(templates.load(name)) == []


@pytest.mark.parametrize(
    "layers",
    [
        [image(4), ("Linear", {}), OUT],
        [image(5, 4), ("Linear", {}), OUT],
        [image(4), ("Linear", {}), ("Softmax", {}), ("Output", {"loss": {"kind": "MSELoss"}})],
        [image(4), ("Linear", {}), ("ReLU", {}), ("Output", {"loss": {"kind": "L1Loss"}})],
        [image(3, 8, 8), ("Conv2d", {"bias": False}), ("BatchNorm2d", {}), OUT],
        [image(3, 8, 8), ("Conv2d", {}), ("ReLU", {}), ("BatchNorm2d", {}), OUT],
        [image(4), ("Linear", {}), ("Tanh", {}), ("Linear", {}), OUT],
    ],
)
def test_sound_networks_have_no_findings(layers: list[Any]) -> None:
    assert findings(chain(*layers)) == []


def test_canceled_biases_come_as_one_hint() -> None:
    pair = [("Conv2d", {"out_channels": 4, "padding": 1}), ("BatchNorm2d", {}), ("ReLU", {})]
    document = chain(image(3, 8, 8), *pair, *pair, *pair, ("Flatten", {}), ("Tanh", {}), OUT)
    found = findings(document)
    assert [issue.severity for issue in found] == ["hint"]
    assert "n1 and 2 more" in found[0].message and "12 fewer parameters" in found[0].detail
    before = document.analysis.totals().parameters
    document.apply(found[0].mends[0].edit)
    assert findings(document) == [] and document.analysis.totals().parameters == before - 12


def test_a_bias_that_another_layer_reads_is_not_canceled() -> None:
    document = chain(image(3, 8, 8), ("Conv2d", {"out_channels": 3}), ("BatchNorm2d", {}), ("Add", {}), OUT)
    document.apply(Connect(Edge("n1", "output", "n3", "input")))
    assert findings(document) == []


@pytest.mark.parametrize(
    ("params", "mended"),
    [
        ({"out_channels": 6, "padding": 1}, {"out_channels": 6, "kernel_size": 1}),
        ({"out_channels": 6, "padding": 1, "stride": 2}, {"out_channels": 6, "kernel_size": 1, "stride": 2}),
        ({"padding": 1, "stride": [2, 1]}, {"out_channels": 16, "kernel_size": 1, "stride": [2, 1]}),
        ({"out_channels": 6}, None),
    ],
)
def test_a_skip_is_projected_to_fit(params: dict[str, Any], mended: dict[str, Any] | None) -> None:
    document = chain(image(3, 9, 9), ("Conv2d", params), ("Add", {}), ("Flatten", {}), OUT)
    document.apply(Connect(Edge("n0", "output", "n2", "input")))
    (issue,) = findings(document)
    if mended is None:
        assert issue.mends == ()
        return
    document.apply(issue.mends[0].edit)
    assert findings(document) == [] and document.network["conv1"].params == mended


def test_a_layer_that_leads_nowhere() -> None:
    document = chain(image(4), ("Linear", {}), OUT)
    document.apply(AddNode(Node("side", "ReLU")))
    document.apply(Connect(Edge("n1", "output", "side", "input")))
    found = findings(document)
    assert [(issue.code, issue.node) for issue in found] == [("leads-nowhere", "side")]
    document.apply(found[0].mends[0].edit)
    assert findings(document) == []


def test_a_layer_that_leads_nowhere_is_led_to_the_only_place_that_waits() -> None:
    document = chain(image(4), ("Linear", {"out_features": 2}))
    document.apply(AddNode(Node("end", "Output")))
    nowhere = next(issue for issue in findings(document) if issue.code == "leads-nowhere")
    assert [mend.label for mend in nowhere.mends] == ["Connect n1 to end", "Remove n1"]
    document.apply(nowhere.mends[0].edit)
    assert findings(document) == []


def test_no_wire_is_proposed_to_one_of_several_places_or_round_about() -> None:
    document = chain(image(4), ("Linear", {}))
    for id in ("one", "two"):
        document.apply(AddNode(Node(id, "Output")))
    nowhere = next(issue for issue in findings(document) if issue.code == "leads-nowhere")
    assert [mend.label for mend in nowhere.mends] == ["Remove n1"]
    # The only place that waits is one that the layer itself hangs on.
    ring = chain(image(4), ("Add", {}), OUT)
    ring.apply(AddNode(Node("first", "ReLU")))
    ring.apply(AddNode(Node("last", "ReLU")))
    ring.apply(Connect(Edge("first", "output", "last", "input")))
    (nowhere,) = [issue for issue in findings(ring) if issue.code == "leads-nowhere"]
    assert [mend.label for mend in nowhere.mends][-1] == "Remove last"
    assert not any(mend.label.startswith("Connect") for mend in nowhere.mends)


def test_a_wire_too_many() -> None:
    nodes = [Node("a", "Input", {"shape": [4]}), Node("b", "Linear"), Node("c", "Output")]
    wires = [Edge("a", "output", "b", "input"), Edge("b", "output", "c", "input"), Edge("a", "output", "c", "input")]
    document = Document(Network(nodes, wires))
    found = findings(document)
    assert [issue.code for issue in found] == ["occupied"]
    document.apply(found[0].mends[0].edit)
    assert findings(document) == []


def test_training_settings_that_cannot_be_read() -> None:
    document = chain(image(4), ("Linear", {}), OUT)
    document.content.sections["training"] = {"epochs": "many", "mood": 1, "batch_size": 16}
    found = findings(document)
    assert [(issue.code, issue.severity) for issue in found] == [
        ("training-setting", "error"), ("training-setting", "warning"),
    ]  # fmt: skip
    for issue in found:
        document.apply(issue.mends[0].edit)
    document.apply(findings(document)[0].mends[0].edit)
    assert findings(document) == [] and document.training == {"batch_size": 16}


def test_a_mend_in_a_merge_keeps_the_order_of_its_inputs() -> None:
    document = chain(image(2, 4, 4), ("Linear", {"out_features": 3}), ("Concat", {}), OUT)
    document.apply(RemoveNodes(["n1"], heal=False))
    document.apply(AddNode(Node("fc", "Linear", {"out_features": 4})))
    for source in ("fc", "n0"):
        document.apply(Connect(Edge(source, "output", "n2", "input")))
    document.apply(Connect(Edge("n0", "output", "fc", "input")))
    issue = next(issue for issue in findings(document) if issue.code == "linear-on-image")
    document.apply(issue.mends[0].edit)
    assert [edge.source for edge in document.network.edges_into("n2")] == ["fc", "n0"]


def test_cards_make_room_for_an_inserted_layer() -> None:
    document = chain(image(1, 8, 8), ("Linear", {}), OUT)
    document.apply(AddNode(Node("far", "ReLU", {}, (900, 72))))
    issue = next(issue for issue in findings(document) if issue.code == "linear-on-image")
    document.apply(issue.mends[0].edit)
    assert {id: document.network[id].position for id in document.network.nodes} == {
        "n0": (0, 0), "flatten1": (0, 72), "n1": (0, 144), "n2": (0, 216), "far": (900, 72),
    }  # fmt: skip


def test_errors_come_first_then_network_order() -> None:
    document = chain(image(1, 8, 8), ("Linear", {"color": 1}), ("Softmax", {}), OUT)
    document.apply(SetParam("n2", "dim", "none"))
    found = findings(document)
    assert [issue.severity for issue in found] == sorted(
        (issue.severity for issue in found), key=["error", "warning", "hint"].index
    )
    assert found[0].node == "n2"


def test_layers_are_named_after_their_kind() -> None:
    assert [stems(kind)[0] for kind in ("Conv2d", "AdaptiveAvgPool2d", "ReLU", "LSTM", "Linear", "BatchNorm1d")] == [
        "conv", "adaptiveavgpool", "relu", "lstm", "linear", "batchnorm",
    ]  # fmt: skip
    assert all(stems(kind)[0].isidentifier() for kind in LAYERS)


@settings(max_examples=150, deadline=None)
@given(st.lists(codes, max_size=25))
def test_findings_never_raise_and_every_mend_can_be_applied(many: list[Code]) -> None:
    document = chain(image(3, 8, 8), ("Conv2d", {}), ("BatchNorm2d", {}), ("Flatten", {}), ("Linear", {}), OUT)
    for code in many:
        apply(document, code)
    before = state(document)
    for issue in findings(document):
        assert len(issue.message) <= 90 and issue.severity in {"error", "warning", "hint"}
        assert issue.message.endswith((".", "…"))
        for mend in issue.mends:
            assert len(mend.label) <= 60
            document.apply(mend.edit)
            assert not any(same(other, issue) for other in findings(document)), (issue, mend.label)
            document.undo()
            assert state(document) == before


def test_a_bias_along_another_dimension_than_the_channels_is_not_canceled() -> None:
    steps = chain(image(6, 5), ("Linear", {}), ("BatchNorm1d", {}), ("Flatten", {}), ("Linear", {}), OUT)
    gates = chain(image(6, 5), ("LSTM", {}), ("BatchNorm1d", {}), ("Flatten", {}), ("Linear", {}), OUT)
    assert findings(steps) == findings(gates) == []


def test_only_what_one_kind_of_knowledge_tells_can_be_asked_for() -> None:
    document = chain(image(5), ("Linear", {}), ("Softmax", {}), OUT)
    document.apply(SetSection("data", {"source": "iris"}))
    facts = Facts.simple("Iris", (4,), tuple("abcdefghij"), (), 150)
    (finding,) = findings_about(document, facts)
    assert finding.code == "data-input" and is_about(finding, Facts) and not is_about(finding, Unreadable, Devices)
    assert {other.code for other in findings(document, facts)} == {"data-input", "applied-twice"}
    assert not any(is_about(other, Facts) for other in findings(document))


def test_data_that_nobody_chose_is_no_error() -> None:
    facts = Facts.simple("Digits", (1, 8, 8), tuple("0123456789"), (), 150)
    document = chain(image(5), ("Linear", {}), OUT)
    (finding,) = findings(document, facts)
    assert (finding.severity, finding.stops_training, finding.node) == ("hint", True, "")
    assert finding.message == "No data is chosen for n0, which takes 5."
    assert finding.detail == "Choose it in Data. Digits, used until then, has 1×8×8." and not finding.mends
    document.apply(SetSection("data", {"source": "digits"}))
    assert [other.severity for other in findings(document, facts)] == ["error"]


def test_what_keeps_a_training_from_beginning_need_not_be_an_error() -> None:
    (empty,) = findings(Document())
    assert (empty.severity, empty.stops_training) == ("hint", True)
    twice = chain(image(4), ("Linear", {}), ("Softmax", {}), OUT)
    assert [finding.stops_training for finding in findings(twice)] == [False]


def test_a_mend_whose_wire_is_gone_says_so() -> None:
    document = chain(image(1, 8, 8), ("Linear", {}), OUT)
    mend = findings(document)[0].mends[0]
    document.apply(RemoveNodes(["n1"]))
    with pytest.raises(NetworkError, match="gone already"):
        document.apply(mend.edit)


def test_thousands_of_findings_take_no_time() -> None:
    document = chain(image(1, 8, 8), *[("Linear", {"out_features": 8})] * 3_000, OUT)
    start = time.process_time()
    assert len(findings(document)) == 5_999
    assert in_time(time.process_time() - start, 1)


@pytest.mark.parametrize("loop", [["Dropout", "Dropout"], ["Linear"], ["Dropout", "Linear"]])
def test_linear_layers_before_a_loop_are_looked_at_once(loop: list[str]) -> None:
    ids = [f"n{place}" for place in range(len(loop))]
    nodes = [Node("input1", "Input", {"shape": [4]}), Node("fc1", "Linear")]
    nodes += [Node(id, kind) for id, kind in zip(ids, loop, strict=True)]
    path = ["input1", "fc1", *ids, ids[0]]
    network = Network(nodes, [Edge(before, "output", after, "input") for before, after in pairwise(path)])
    assert "no-activation" not in {issue.code for issue in findings(Document(network))}


def test_messages_about_layers_with_long_names_fit_their_lines() -> None:
    network = Network()
    names = ["input1", *(f"{letter * 60}1" for letter in "abc"), "output1"]
    for name, kind in zip(names, ["Input", "Linear", "Linear", "BatchNorm1d", "Output"], strict=True):
        network.add_node(Node(name, kind, {"shape": [4]} if kind == "Input" else {}))
    for before, after in pairwise(names):
        network.insert_edge(Edge(before, "output", after, "input"))
    issues = findings(Document(network))
    assert {"no-activation", "canceled-bias"} <= {issue.code for issue in issues}
    assert all(len(issue.message) <= 90 for issue in issues)


def test_a_bottleneck_between_linear_layers_has_a_rank_and_may_stay() -> None:
    layers = [("Linear", {"out_features": 10}), ("Linear", {"out_features": 40})]
    (found,) = findings(chain(image(100), *layers, OUT))
    assert found.detail == "Its rank is 10, as 100→10→40 has it: fine where that is meant."
    assert [mend.label for mend in found.mends] == ["Insert ReLU"]


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"kind": "SGD", "params": {"lr": 5}}, "The learning rate 5 is high for SGD; usual are 0.001 to 0.3."),
        ({"kind": "Adam", "params": {"lr": 3}}, "The learning rate 3 is high for Adam; usual are 1e-05 to 0.01."),
        ({"kind": "Adam", "params": {"lr": 1e-8}}, "The learning rate 1e-08 is low for Adam; usual are 1e-05 to 0.01."),
        ({"kind": "Adam", "params": {"eps": 1.0}}, "Eps 1 of Adam is far from what works; usual: 1e-8."),
        ({"kind": "SGD", "params": {"momentum": 0.999}}, "Momentum 0.999 of SGD is far from what works; usual: 0.9."),
    ],
)
def test_settings_of_optimizers_are_told_the_usual_range(settings: dict[str, Any], message: str) -> None:
    document = chain(image(4), ("Linear", {}), OUT)
    document.apply(SetSection("training", {"optimizer": settings}))
    (found,) = findings(document)
    assert (found.severity, found.message) == ("warning", message)
    document.apply(found.mends[0].edit)
    assert findings(document) == []


@pytest.mark.parametrize("kind", list(OPTIMIZERS))
def test_the_settings_that_an_optimizer_comes_with_are_usual(kind: str) -> None:
    document = chain(image(4), ("Linear", {}), OUT)
    document.apply(SetSection("training", {"optimizer": kind}))
    assert findings(document) == []


def test_a_linear_layer_without_an_input_has_no_rank_yet() -> None:
    document = chain(image(4), ("Linear", {}), ("Linear", {}), OUT)
    document.apply(Disconnect(Edge("n0", "output", "n1", "input")))
    assert "no-activation" not in {finding.code for finding in findings(document) if "rank" in finding.detail}


def test_eight_sigmoids_leave_a_quarter_each() -> None:
    sigmoids = [layer for _ in range(8) for layer in (("Linear", {}), ("Sigmoid", {}))]
    (found,) = findings(chain(image(4), *sigmoids, ("Linear", {}), OUT))
    assert found.message == "8 saturating activations in a row leave 1.5e-05 of a gradient, at most."
    four = [layer for _ in range(4) for layer in (("Linear", {}), ("Sigmoid", {}))]
    assert findings(chain(image(4), *four, ("Linear", {}), OUT)) == []


@pytest.mark.parametrize("name", [path.stem for path in sorted((ROOT / "resources" / "blocks").glob("*.netloom"))])
def test_blocks_of_the_library_have_no_findings(name: str) -> None:
    document, _ = files.read(ROOT / "resources" / "blocks" / f"{name}.netloom")
    assert findings(document) == []
