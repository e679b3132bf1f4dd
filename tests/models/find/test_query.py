"""Finding layers: what each form of a term finds, and what is said of one that means nothing."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.checks import findings
from models.document import Document
from models.find import QueryError, find
from models.layers import LAYERS
from models.network import Edge, Network, Node

CHAIN = [
    Node("input1", "Input", {"shape": [3, 64, 64]}),
    Node("stem", "Conv2d", {"out_channels": 64, "kernel_size": 7, "padding": 3, "bias": False}),
    Node("norm1", "BatchNorm2d"),
    Node("relu1", "ReLU"),
    Node("wide", "Conv2d", {"out_channels": 128, "kernel_size": [3, 5]}),
    Node("drop", "Dropout", {"p": 0.25}),
    Node("flatten1", "Flatten"),
    Node("linear1", "Linear", {"out_features": 10}),
    Node("output1", "Output"),
    Node("alone", "Conv2d", {"out_channels": 8}),
]


@pytest.fixture(scope="module")
def document() -> Document:
    network = Network(node.copy() for node in CHAIN)
    for source, target in pairwise(CHAIN[:-1]):
        network.insert_edge(Edge(source.id, source.outputs[0], target.id, target.inputs[0].name))
    return Document(network)


def found(document: Document, text: str) -> list[str]:
    return find(document, text, lambda id: document.analysis[id].issues)


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", []),
        ("   ", []),
        ("conv", ["stem", "wide", "alone"]),
        ("CONV", ["stem", "wide", "alone"]),
        ("linear", ["linear1"]),
        ("kind:conv out>=128", ["wide"]),
        ("kind:conv out<128", ["stem", "alone"]),
        ("out_channels=64", ["stem"]),
        ("out=10", ["linear1"]),
        ("out!=10 -kind:conv", []),
        ("name:st", ["stem"]),
        ("name=st", []),
        ("family:norm", ["norm1"]),
        ("shape:64x64", ["input1", "stem", "norm1", "relu1"]),
        ("shape=3×64×64", ["input1"]),
        ("kernel=7", ["stem"]),
        ("kernel>=5", ["stem", "wide"]),
        ("padding=3", ["stem"]),
        ("p=0.25", ["drop"]),
        ("bias=false", ["stem"]),
        ("bias!=false", ["wide", "linear1", "alone"]),
        ("problem:", ["alone"]),
        ("problem:error", ["alone"]),
        ("conv -problem:", ["stem", "wide"]),
        ("-conv kind:-", []),
        ("parameters>1M", ["linear1"]),
        ("parameters>1M kind:linear", ["linear1"]),
        ("receptive>=9", ["wide", "drop"]),
        ('"no such words"', []),
    ],
)
def test_a_search_finds(document, text, ids):
    assert sorted(found(document, text)) == sorted(ids)


def test_what_was_found_is_in_network_order(document):
    order = list(document.analysis.order)
    assert found(document, "name:1") == [id for id in order if "1" in id]


def test_every_setting_of_every_kind_can_be_asked_for(document):
    for kind in LAYERS.values():
        for name in kind.fields:
            found(document, f"{name}=1")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("color=red", "No layer has a setting ‘color’"),
        ("out>=many", "expected a number after >=, found ‘many’"),
        ("name>3", "compares numbers"),
        ("out>=", "what ‘out’ must be"),
        ("x" * 60 + ":1", "No layer has a setting"),
    ],
)
def test_what_means_nothing_is_said(document, text, says):
    with pytest.raises(QueryError, match=says) as caught:
        found(document, text)
    assert len(str(caught.value)) <= 90


def test_an_expression_is_asked_by_its_value():
    network = Network([Node("a", "Conv2d", {"out_channels": "=width * 2"})], parameters={"width": 16})
    assert found(Document(network), "out=32") == ["a"]


def test_findings_of_data_and_settings_count_as_problems(document):
    issues: dict[str, list[object]] = {}
    for finding in findings(document):
        issues.setdefault(finding.node, []).append(finding)
    told = find(document, "problem:", lambda id: issues.get(id, ()))
    assert set(told) == set(issues) - {""}


@given(st.text(max_size=60))
def test_whatever_is_typed_finds_or_says_why(text):
    document = Document(Network(node.copy() for node in CHAIN[:3]))
    try:
        assert set(found(document, text)) <= {node.id for node in CHAIN[:3]}
    except QueryError as error:
        assert str(error)


@given(st.sampled_from(["conv", "kind:norm", "out>=64", "kernel=7", "problem:", "shape:64", "parameters<100"]))
def test_a_minus_finds_the_others(text):
    document = Document(Network(node.copy() for node in CHAIN))
    whole = list(document.analysis.order)
    with_it, without = found(document, text), found(document, f"-{text}")
    assert sorted(with_it + without) == sorted(whole)
