"""The analysis: shapes, counts, receptive fields and issues; what is not known stays unknown; never an exception."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import KINDS, Code, apply, chain, codes

from models.analysis import Analysis, Issue, reports
from models.document import Document
from models.document.edits import AddNode, Connect, Disconnect, RemoveNodes, Rename, SetParam
from models.network import Change, Edge, Network, Node
from models.storage import templates

EXAM = {
    "input1": ((3, 32, 32), 0), "conv1": ((16, 32, 32), 448), "relu1": ((16, 32, 32), 0), "pool1": ((16, 16, 16), 0),
    "bn1": ((16, 16, 16), 32), "conv2": ((16, 16, 16), 2_320), "relu2": ((16, 16, 16), 0), "pool2": ((16, 8, 8), 0),
    "flatten1": ((1024,), 0), "fc1": ((10,), 10_250), "output1": ((10,), 0),
}  # fmt: skip


def codes_of(document: Document) -> list[tuple[str, str]]:
    return [(issue.node, issue.code) for issue in document.analysis.issues()]


def test_the_network_of_a_course_exam() -> None:
    analysis = templates.load("exam-cnn").analysis
    assert {id: (analysis[id].shape, analysis[id].parameters) for id in analysis.order} == EXAM
    assert analysis.totals().parameters == 13_050 and analysis.issues() == []
    assert analysis["conv1"].multiply_adds == 16 * 32 * 32 * 27
    assert analysis["bn1"].buffers == 33
    # Input, then each layer's output; the Output holds nothing of its own.
    sizes = [3 * 32 * 32, *[16 * 32 * 32] * 2, *[16 * 16 * 16] * 4, *[16 * 8 * 8] * 2, 10]
    assert analysis.totals().activation_bytes == 4 * sum(sizes) and analysis["output1"].activation_bytes == 0


def test_a_pointwise_convolution_has_four_parameters() -> None:
    pointwise = ("Conv2d", {"out_channels": 1, "kernel_size": 1})
    assert chain(("Input", {"shape": [3, 256, 256]}), pointwise).analysis["n1"].parameters == 4


def test_receptive_fields_grow_with_kernels_and_strides() -> None:
    analysis = templates.load("exam-cnn").analysis
    found = {id: analysis[id].receptive_field for id in analysis.order}
    assert found["conv1"][:2] == ((3, 3), (1, 1))
    assert found["pool1"][:2] == ((4, 4), (2, 2))
    assert found["conv2"][:2] == ((8, 8), (2, 2))
    assert found["pool2"][:2] == ((10, 10), (4, 4))
    assert found["flatten1"] is None and found["fc1"] is None


def test_a_merge_sees_what_its_widest_branch_sees() -> None:
    document = chain(("Input", {"shape": [3, 8, 8]}), ("Conv2d", {"out_channels": 3, "padding": 1}), ("Add", {}))
    document.apply(Connect(Edge("n0", "output", "n2", "input")))
    assert document.analysis["n2"].receptive_field[:2] == ((3, 3), (1, 1))


def test_branches_of_different_stride_have_no_common_field() -> None:
    strided = ("Conv2d", {"out_channels": 3, "kernel_size": 1, "stride": 1})
    document = chain(("Input", {"shape": [3, 8, 8]}), ("AvgPool2d", {"kernel_size": 2}), ("Upsample", {}), ("Add", {}))
    document.apply(AddNode(Node("side", *strided)))
    document.apply(Connect(Edge("n0", "output", "side", "input")))
    document.apply(Connect(Edge("side", "output", "n3", "input")))
    assert document.analysis["n3"].shape == (3, 8, 8) and document.analysis["n3"].receptive_field is None


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        (chain(("Linear", {})), [("n0", "missing-input")]),
        (chain(("Input", {}), ("Zork", {}), ("Output", {})), [("n1", "unknown-kind")]),
        (chain(("Input", {}), ("Linaer", {})), [("n1", "unknown-kind")]),
        (chain(("Input", {}), ("Conv2d", {"kernel_size": 0}), ("Output", {})), [("n1", "setting")]),
        (chain(("Input", {}), ("Conv2d", {"color": 1}), ("Output", {})), [("n1", "setting")]),
        (chain(("Input", {"shape": [5]}), ("Conv2d", {}), ("Output", {})), [("n1", "shape")]),
        (chain(("Input", {"shape": [1, 4, 4]}), ("Conv2d", {"kernel_size": 9})), [("n1", "shape")]),
        (chain(("Input", {"shape": [1, 4, 4]}), ("Conv2d", {"out_channels": 10**9}), ("Flatten", {}), ("Linear",
          {"out_features": 2**31 - 1})), [("n3", "shape")]),
    ],
)  # fmt: skip
def test_each_mistake_is_named_and_pinned(document: Document, expected: list[tuple[str, str]]) -> None:
    assert codes_of(document) == expected
    for issue in document.analysis.issues():
        assert len(issue.message) <= 90, issue.message


def test_a_similar_kind_is_suggested() -> None:
    document = chain(("Input", {}), ("Linaer", {}))
    assert document.analysis.issues()[0].detail == "Did you mean Linear?"


def test_what_lies_behind_a_mistake_is_unknown_and_not_blamed() -> None:
    document = chain(("Input", {"shape": [5]}), ("Conv2d", {}), ("ReLU", {}), ("Output", {}))
    assert codes_of(document) == [("n1", "shape")]
    assert document.analysis["n2"].shape is None and document.analysis["n2"].parameters is None
    assert document.analysis.totals().uncounted == ("n1", "n2", "n3")


def test_a_setting_that_was_refused_is_not_replaced_by_a_guess() -> None:
    document = chain(("Input", {}), ("Conv2d", {"out_channels": "many"}))
    assert document.analysis["n1"].shape is None


def test_an_unknown_node_has_an_unknown_report() -> None:
    assert Analysis(Network())["nowhere"] == reports.UNKNOWN
    assert reports.UNKNOWN.shape is None and not reports.UNKNOWN.keeps_shape


def test_loops_are_told_from_what_lies_behind_them() -> None:
    nodes = [Node(id, kind) for id, kind in (("a", "Add"), ("b", "ReLU"), ("c", "ReLU"), ("d", "ReLU"))]
    wires = [Edge(*ends) for ends in (
        ("a", "output", "b", "input"), ("b", "output", "a", "input"), ("b", "output", "c", "input"),
        ("d", "output", "d", "input"),
    )]  # fmt: skip
    document = Document(Network(nodes, wires))
    assert sorted(codes_of(document)) == [("a", "cycle"), ("b", "cycle"), ("d", "cycle")]
    told = {issue.node: (issue.message, issue.found) for issue in document.analysis.issues()}
    assert told["a"] == ("This layer is part of a loop: b leads back to it.", "a wire from b")
    assert told["d"] == ("This layer is part of a loop: it feeds itself.", "a wire from d")
    document.apply(Disconnect(wires[1]))
    assert sorted(codes_of(document)) == [("a", "missing-input"), ("d", "cycle")]


def test_of_several_loops_each_layer_names_its_own() -> None:
    pairs = ["ab", "ba", "bc", "cd", "dc"]
    edges = [Edge(source, "output", target, "input") for source, target in pairs]
    document = Document(Network([Node(id, "Add") for id in "abcd"], edges))
    found = {issue.node: issue.found[-1] for issue in document.analysis.issues()}
    assert found == {"a": "b", "b": "a", "c": "d", "d": "c"}  # not b for c: from there no way leads back
    document.apply(Disconnect(edges[-1]))
    assert [issue.node for issue in document.analysis.issues() if issue.code == "cycle"] == ["a", "b"]
    assert document.analysis.reports == Analysis(document.network).reports


def test_wires_that_cannot_be_are_named() -> None:
    nodes = [Node("a", "Input"), Node("b", "ReLU"), Node("c", "ReLU")]
    wires = [
        Edge("a", "output", "b", "input"), Edge("c", "output", "b", "input"), Edge("a", "hidden", "c", "input"),
        Edge("a", "output", "c", "other"),
    ]  # fmt: skip
    found = Analysis(Network(nodes, wires)).issues()
    assert sorted((issue.node, issue.code) for issue in found) == [
        ("b", "occupied"), ("c", "no-such-port"), ("c", "no-such-port"),
    ]  # fmt: skip
    assert all(len(issue.message) <= 90 for issue in found)


def test_an_optional_input_before_a_wired_one_is_missed() -> None:
    """Attention takes query, key, value by number: a value without a key would pass for the key."""
    document = chain(("Input", {"shape": [5, 8]}), ("MultiheadAttention", {"num_heads": 2}))
    assert codes_of(document) == []
    document.apply(Connect(Edge("n0", "output", "n1", "value")))
    assert codes_of(document) == [("n1", "missing-input")]
    document.apply(Connect(Edge("n0", "output", "n1", "key")))
    assert codes_of(document) == []


def test_wires_to_nowhere_do_no_harm() -> None:
    network = Network([Node("a", "ReLU")], [Edge("gone", "output", "a", "input"), Edge("a", "output", "x", "input")])
    assert [issue.code for issue in Analysis(network).issues()] == ["no-such-port"]


def test_several_outputs_are_told_apart() -> None:
    document = chain(("Input", {"shape": [7, 5]}), ("LSTM", {"hidden_size": 3}))
    ports = document.network["n1"].outputs
    assert len(document.analysis["n1"].outputs) == len(ports) > 1
    document.apply(AddNode(Node("last", "Identity")))
    document.apply(Connect(Edge("n1", ports[1], "last", "input")))
    assert document.analysis["last"].shape == document.analysis["n1"].outputs[1].shape  # type: ignore[union-attr]


def test_only_what_an_edit_reaches_is_looked_at() -> None:
    document = templates.load("exam-cnn")
    before = dict(document.analysis.reports)
    changed = document.analysis.update([Change("params", ("fc1",))])
    assert changed == frozenset()
    document.apply(SetParam("fc1", "out_features", 3))
    kept = [id for id, report in document.analysis.reports.items() if report is before[id]]
    assert set(kept) == set(before) - {"fc1", "output1"}


def test_moving_is_no_change() -> None:
    document = templates.load("exam-cnn")
    assert document.analysis.update([Change("moved", ("conv1",))]) == frozenset()


def test_renaming_and_removing_leave_no_reports_behind() -> None:
    document = chain(("Input", {}), ("ReLU", {}), ("Output", {}))
    document.apply(Rename("n1", "act"))
    assert set(document.analysis.reports) == {"n0", "act", "n2"} == set(document.analysis.order)
    document.apply(RemoveNodes(["act"], heal=True))
    assert set(document.analysis.reports) == {"n0", "n2"}
    assert document.analysis["n2"].shape == (3, 32, 32)


def test_equal_layers_are_asked_once() -> None:
    reports.forget()
    first = templates.load("exam-cnn").analysis["conv1"]
    assert templates.load("exam-cnn").analysis["conv1"] is first
    reports.forget()
    assert templates.load("exam-cnn").analysis["conv1"] is not first


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    reports.forget()
    monkeypatch.setattr(reports, "_LIMIT", 8)
    for features in range(1, 40):
        assert chain(("Input", {"shape": [features]}), ("Linear", {})).analysis["n1"].parameters == 10 * features + 10
        assert len(reports._ANSWERS) <= 9


def test_suggestions_for_invented_kinds_are_bounded() -> None:
    document = chain(*[(f"Linea{number}", {}) for number in range(400)])
    found = [issue for issue in document.analysis.issues() if issue.detail.startswith("Did you mean")]
    assert len(found) == 50


@st.composite
def any_network(draw: st.DrawFn) -> Document:
    """Nodes of any kind and wires between any of them, loops and strays included."""
    chosen = draw(st.lists(st.sampled_from(KINDS), min_size=1, max_size=8))
    nodes = [Node(f"n{place}", kind, dict(params)) for place, (kind, params) in enumerate(chosen)]
    ends = st.sampled_from(nodes)
    ports = st.sampled_from(["output", "input", "hidden", "h_n"])
    wires = draw(st.lists(st.builds(lambda a, p, b, q: Edge(a.id, p, b.id, q), ends, ports, ends, ports), max_size=12))
    return Document(Network(nodes, dict.fromkeys(wires)))


@settings(max_examples=150, deadline=None)
@given(any_network(), st.lists(codes, max_size=8))
def test_nothing_makes_it_raise_and_updates_equal_a_fresh_start(document: Document, many: list[Code]) -> None:
    for code in many:
        apply(document, code)
        fresh = Analysis(document.network)
        assert document.analysis.reports == fresh.reports
    assert set(document.analysis.order) == set(document.network.nodes)
    for issue in document.analysis.issues():
        assert isinstance(issue, Issue) and len(issue.message) <= 90 and issue.severity in {"error", "warning"}
        assert issue.expected and issue.found and issue.node in document.network
