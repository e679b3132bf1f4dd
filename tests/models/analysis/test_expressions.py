"""Settings that are expressions: worked out with a network's parameters and what a layer receives, edit by edit."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layer_cases import cases
from random_edits import Code, apply, chain, codes, state

from models.analysis import Analysis
from models.document import Content, Document
from models.document.edits import Batch, Connect, Disconnect, SetParam
from models.document.scopes import SetParameter
from models.kinds.layer import TensorType
from models.layers import LAYERS
from models.network import Change, Edge, Network, Node
from models.specs.fields import FieldError


def widened() -> Document:
    """Convolutions of ``width`` and twice the channels that they receive."""
    document = chain(
        ("Input", {"shape": [3, 8, 8]}),
        ("Conv2d", {"out_channels": "=width", "padding": 1}),
        ("Conv2d", {"out_channels": "=in_channels * 2", "kernel_size": 1}),
        ("Dropout", {"p": "=rate"}),
        ("Output", {}),
    )
    for name, value in (("width", 4), ("rate", 0.25)):
        document.apply(SetParameter(name, value))
    return document


def test_expressions_are_worked_out() -> None:
    document = widened()
    assert not document.analysis.issues()
    assert [document.analysis[id].shape for id in ("n1", "n2", "n4")] == [(4, 8, 8), (8, 8, 8), (8, 8, 8)]
    assert getattr(document.network["n3"].layer, "p", None) == 0.25
    assert document.analysis["n1"].parameters == 4 * 3 * 9 + 4
    assert document.network["n1"].params["out_channels"] == "=width"


def test_a_parameter_changes_what_computes_with_it_and_what_that_reaches() -> None:
    document = widened()
    told = []
    document.changed.connect(told.append)
    document.apply(SetParameter("width", 6))
    assert [document.analysis[id].shape for id in ("n1", "n2")] == [(6, 8, 8), (12, 8, 8)]
    assert told[0].network == (Change("parameters", ("n1", "n2", "n3")),)
    assert told[0].reports == {"n1", "n2", "n3", "n4"}
    document.undo()
    assert document.analysis["n2"].shape == (8, 8, 8) and document.network.parameters == {"width": 4, "rate": 0.25}


def test_in_channels_follows_what_comes_in() -> None:
    document = widened()
    document.apply(SetParam("n0", "shape", [5, 8, 8]))
    document.apply(SetParam("n1", "out_channels", "=in_channels + width"))
    assert document.analysis["n1"].shape == (9, 8, 8) and document.analysis["n2"].shape == (18, 8, 8)


def test_typing_a_parameter_is_one_undo() -> None:
    document = widened()
    for value in (1, 12, 128):
        document.apply(SetParameter("width", value), merge=True)
    document.apply(SetParameter("rate", 0.5), merge=True)
    document.undo()
    document.undo()
    assert document.network.parameters == {"width": 4, "rate": 0.25}


def test_a_parameter_that_goes_is_missed_by_name() -> None:
    document = widened()
    document.apply(SetParameter("width", SetParameter.UNSET))
    (issue,) = document.analysis.issues()
    assert (issue.node, issue.severity, issue.code) == ("n1", "error", "setting")
    assert issue.message == "Filters: expected a named number of the network, found ‘width’."
    assert document.analysis["n1"].outputs == (None,) == document.analysis["n2"].outputs
    assert document.undo_label == "Delete width"
    document.undo()
    assert not document.analysis.issues()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("=width / 8", "Filters: expected an integer, found 0.5 from =width / 8."),
        ("=wdith", "Filters: expected a named number of the network, found ‘wdith’."),
        ("=width - 4", "Filters: expected 1 or more, found 0 from =width - 4."),
        ("=word", "Filters: expected a number in word, found 'wide'."),
        ("=2 +", "Filters: expected a number or a name, found the end."),
        ("=1 // (width - 4)", "Filters: expected a divisor other than 0, found 0."),
    ],
)
def test_what_cannot_be_used_is_an_issue_in_a_sentence(written: str, message: str) -> None:
    document = widened()
    document.network.parameters["word"] = "wide"
    document.apply(SetParam("n1", "out_channels", written))
    assert [issue.message for issue in document.analysis.issues()] == [message]
    assert len(message) <= 90 and document.network["n1"].params["out_channels"] == written


def test_who_waits_for_an_input_makes_no_noise() -> None:
    document = widened()
    document.apply(Disconnect(Edge("n1", "output", "n2", "input")))
    assert [(issue.node, issue.code) for issue in document.analysis.issues()] == [("n2", "missing-input")]
    document.apply(SetParam("n1", "kernel_size", 99))
    document.apply(Connect(Edge("n1", "output", "n2", "input")))
    assert [(issue.node, issue.code) for issue in document.analysis.issues()] == [("n1", "shape")]


def test_what_has_no_input_has_no_channels() -> None:
    document = chain(("Input", {"shape": [3, "=in_channels"]}), ("Flatten", {}))
    assert [issue.message for issue in document.analysis.issues()] == [
        "Shape: expected an input that gives in_channels, found none."
    ]


def test_each_scope_has_its_own_parameters() -> None:
    nodes = [Node("a", "Input", {"shape": ["=width"]})]
    content = Content(Network([node.copy() for node in nodes], parameters={"width": 2}))
    content.add_scope("Block", Network(nodes, parameters={"width": 5}))
    document = Document(content=content)
    assert document.analysis["a"].shape == (2,) and document.analyses["Block"]["a"].shape == (5,)
    document.apply(SetParameter("width", 7).within("Block"))
    document.apply(SetParameter("width", 7).within("Block"))
    assert document.analysis["a"].shape == (2,) and document.analyses["Block"]["a"].shape == (7,)
    document.apply(SetParam("a", "shape", ["=wdith"]).within("Block"))
    assert [(issue.scope, issue.node) for issue in document.analyses["Block"].issues()] == [("Block", "a")]


@pytest.mark.parametrize(
    ("name", "value"),
    [("2x", 1), ("in_channels", 1), ("max", 1), ("", 1), ("width", "4"), ("width", True), ("width", 1e300)],
)
def test_what_can_be_no_parameter_changes_nothing(name: str, value: object) -> None:
    document = widened()
    before = state(document)
    with pytest.raises(FieldError):
        document.apply(SetParameter(name, value))
    assert state(document) == before


@pytest.mark.parametrize("kind", list(LAYERS))
def test_every_number_of_every_kind_may_be_an_expression(kind: str) -> None:
    for case in cases(kind, 12, "expressions"):
        stored = case.layer.settings(all_fields=True)
        written = {name: written_of(kind, name, value) for name, value in stored.items()}
        node = Node("a", kind, written)
        node.refresh({"one": 1, "half": 0.5})
        assert not node.problems and node.layer == case.layer, written


def written_of(kind: str, name: str, value: object) -> object:
    """A setting with an expression in place of each number, where the field computes."""
    if not LAYERS[kind].fields[name].computes:
        return value
    if isinstance(value, list):
        return [written_of(kind, name, item) for item in value]
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 10**6 or round(value, 9) != value:
        return value
    return (
        f"={value:.9f} * half * 2"
        if isinstance(value, float) and abs(value) >= 1e-3
        else (f"=(({value}) + one) - one" if isinstance(value, int) else value)
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(st.one_of(codes, st.tuples(st.sampled_from("wr"), st.integers(0, 9))), max_size=25))
def test_incremental_and_full_analysis_agree(many: list[Code | tuple[str, int]]) -> None:
    document = widened()
    for step in many:
        if len(step) == 4:
            apply(document, step)
        else:
            name, value = ("width", step[1]) if step[0] == "w" else ("rate", step[1] / 10)
            document.apply(SetParameter(name, SetParameter.UNSET if step[1] == 9 else value))
        reports = dict(document.analysis.reports)
        layers = {node.id: node.layer for node in document.network}
        assert Analysis(document.network).reports == reports
        assert {node.id: node.layer for node in document.network} == layers
    before = state(document)
    while document.undo_label:
        document.undo()
    while document.redo_label:
        document.redo()
    assert state(document) == before and Analysis(document.network).reports == document.analysis.reports


def test_a_kind_that_is_registered_anew_is_asked_anew() -> None:
    class Narrow(LAYERS["Linear"], kind="Plugged"):  # type: ignore[misc]
        def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
            return (TensorType((2,)),)

    class Wide(LAYERS["Linear"], kind="Plugged"):  # type: ignore[misc]
        def infer(self, inputs: tuple[TensorType, ...]) -> tuple[TensorType, ...]:
            return (TensorType((9,)),)

    document = chain(("Input", {"shape": [4]}), ("Plugged", {}), ("Output", {}))
    for kind, shape in ((Narrow, (2,)), (Wide, (9,))):
        LAYERS.register(kind)
        try:
            document.analysis.recompute()
            assert document.analysis["n1"].shape == shape and not document.analysis.issues()
        finally:
            LAYERS.unregister("Plugged")
        document.analysis.recompute()
        assert [issue.code for issue in document.analysis.issues()] == ["unknown-kind"]


def test_a_batch_of_parameters_is_one_step() -> None:
    document = widened()
    document.apply(Batch("Both", [SetParameter("width", 8), SetParameter("rate", 0.5)]))
    assert document.analysis["n2"].shape == (16, 8, 8)
    document.undo()
    assert document.analysis["n2"].shape == (8, 8, 8)
