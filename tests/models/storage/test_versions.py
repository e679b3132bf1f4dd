"""Versions of the format: what each holds, how old a document is written, and that old ones keep their meaning."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_edits import Code, apply, chain, codes, state

from models.document import Content, Document
from models.document.edits import SetParam
from models.document.scopes import AddScope, SetParameter
from models.document.sharing import ShareWeights
from models.network import Edge, Network, Node
from models.storage import files, migrations
from models.storage.writing import network_to_json

LINEAR = {"out_features": 4}


def twins() -> Document:
    return chain(("Input", {"shape": [4]}), ("Linear", LINEAR), ("Linear", {"out_features": 5}), ("Output", {}))


def version(document: Document) -> Any:
    return files.to_json(document)["netloom"]


def again(document: Document) -> Document:
    """The document saved and opened, which gives the same bytes and no problem."""
    content = state(document)
    opened, problems = files.parse(content)
    assert problems == [] and state(opened) == content
    return opened


def test_a_document_is_as_old_as_it_can_be() -> None:
    document = twins()
    assert version(document) == 1
    for edit in (
        SetParameter("width", 3),
        SetParam("n1", "out_features", "=2"),
        SetParam("n3", "loss", {"kind": "CrossEntropyLoss", "params": {"label_smoothing": "=0.1"}}),
        ShareWeights("n1", "n2"),
        AddScope("Head", Network()),
    ):
        document.apply(edit)
        assert version(document) == 2, edit.label
        document.undo()
        assert version(document) == 1, edit.label


def test_parameters_and_expressions_come_back() -> None:
    document = twins()
    document.apply(SetParameter("width", 3))
    document.apply(SetParameter("rate", 0.5))
    document.apply(SetParam("n1", "out_features", "=width * 2"))
    assert state(document).startswith(
        b'{"netloom": 2,\n "network": {"parameters": {"width": 3, "rate": 0.5},\n  "nodes": ['
    )
    opened = again(document)
    assert opened.network.parameters == {"width": 3, "rate": 0.5} and opened.analysis["n1"].shape == (6,)


def test_shared_settings_are_written_once() -> None:
    document = twins()
    document.apply(ShareWeights("n2", "n1"))
    nodes = network_to_json(document.network)["nodes"]
    assert nodes[1] == {"id": "n1", "kind": "Linear", "params": LINEAR}
    assert nodes[2] == {"id": "n2", "kind": "Linear", "module": "n1"}
    opened = again(document)
    assert opened.network["n2"].params == LINEAR and opened.analysis.totals().parameters == 20
    opened.network["n2"].params["bias"] = False
    assert "bias" not in opened.network["n1"].params


def test_settings_that_differ_are_kept() -> None:
    nodes = [Node("a", "Linear", LINEAR), Node("b", "Linear", module="a"), Node("c", "ReLU", module="a")]
    opened = again(Document(Network(nodes)))
    assert [opened.network[id].params for id in "abc"] == [LINEAR, {}, {}]
    assert [issue.node for issue in opened.analysis.issues() if issue.code == "shared-module"] == ["b", "c"]


def test_blocks_come_back_one_layer_a_line() -> None:
    head = Network([Node("a", "Input", {"shape": ["=width"]}), Node("b", "ReLU")], parameters={"width": 2})
    head.insert_edge(Edge("a", "output", "b", "input"))
    document = Document(content=Content(twins().network, blocks={"Head": head, "Empty": Network(extra={"later": 1})}))
    opened = again(document)
    assert list(opened.content.networks) == ["", "Head", "Empty"]
    assert opened.analyses["Head"]["b"].shape == (2,) and opened.content["Empty"].extra == {"later": 1}
    assert b'"Head": {"parameters": {"width": 2},\n   "network": {"nodes": [\n     {"id": "a",' in state(document)
    json.loads(state(document))


def read(value: dict[str, Any]) -> tuple[Document, list[str]]:
    document, problems = files.from_json(value)
    return document, [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("network", "sentence"),
    [
        ({"parameters": [1]}, "‘parameters’ was left out"),
        ({"nodes": [{"id": "a", "kind": "ReLU", "module": 5}]}, "a does not share its weights: no module is called 5."),
        ({"nodes": [{"id": "a", "kind": "ReLU", "module": "class"}]}, "‘class’ is no name of a module"),
        ({"nodes": [{"id": "a", "kind": "ReLU", "module": "x.y"}]}, "‘x.y’ is no name of a module"),
    ],
)
def test_what_cannot_be_used_is_named(network: dict[str, Any], sentence: str) -> None:
    document, problems = read({"netloom": 2, "network": network})
    assert len(problems) == 1 and sentence in problems[0]
    assert all(node.module == "" for node in document.network)


def test_parameters_that_no_expression_can_use_are_kept() -> None:
    parameters = {"2x": 1, "width": "4", "": None}
    document, problems = read({"netloom": 2, "network": {"parameters": parameters}})
    assert problems == [] and document.network.parameters == parameters
    assert files.to_json(document)["network"]["parameters"] == parameters


@pytest.mark.parametrize("blocks", [{"": {}}, {"Head": [1]}, [1]])
def test_blocks_that_are_none_are_named(blocks: object) -> None:
    document, (problem,) = read({"netloom": 2, "network": {}, "blocks": blocks})
    assert "left out" in problem and list(document.content.networks) == [""]


def test_a_module_follows_a_layer_that_gets_another_name() -> None:
    nodes = [{"id": "2x", "kind": "Linear", "params": LINEAR}, {"id": "b", "kind": "Linear", "module": "2x"}]
    document, _ = read({"netloom": 2, "network": {"nodes": nodes}})
    assert document.network.modules == {"x1": ("x1", "b")} and document.network["b"].params == LINEAR


def test_a_made_up_name_is_that_of_no_module() -> None:
    nodes = [{"id": "", "kind": "Linear"}, {"id": "b", "kind": "Linear", "module": "linear1"}]
    document, _ = read({"netloom": 2, "network": {"nodes": nodes}})
    assert list(document.network.nodes) == ["linear2", "b"]


def test_what_version_1_did_not_know_keeps_having_no_meaning() -> None:
    nodes = [{"id": "a", "kind": "ReLU"}, {"id": "b", "kind": "ReLU", "module": "a", "module_": 1}]
    value = {"netloom": 1, "network": {"parameters": {"width": 1}, "nodes": nodes}, "blocks": {"Head": {}}}
    document, problems = read(value)
    assert problems == [] and document.network.modules == {} and document.network.parameters == {}
    written = files.to_json(document)
    assert written["netloom"] == 1 and written["blocks_"] == {"Head": {}}
    assert written["network"]["parameters_"] == {"width": 1}
    assert written["network"]["nodes"][1] == {"id": "b", "kind": "ReLU", "module__": "a", "module_": 1}


@pytest.mark.parametrize("network", [None, 5, {"nodes": 5}, {"nodes": [5, {"module": 1}]}])
def test_damaged_documents_of_version_1_open(network: object) -> None:
    files.from_json({"netloom": 1, "network": network})


DECAYS = {"optimizer": {"kind": "SGD", "params": {"weight_decay": 0.1}}}


@pytest.mark.parametrize("training", [DECAYS, {"optimizer": "AdamW"}, {"optimizer": {"kind": "AdamW"}}])
@pytest.mark.parametrize("number", [1, 2])
def test_weight_decay_of_before_acts_on_all_weights_and_goes_on_doing_so(number: int, training: Any) -> None:
    document, problems = read({"netloom": number, "network": {}, "training": training})
    assert problems == [] and document.training == training | {"weight_decay_on": "all"}
    assert version(document) == 1
    document.content.set_section("training", training)
    assert version(document) == 3 and again(document).training == training


@pytest.mark.parametrize(
    "training", [{}, {"optimizer": "SGD"}, 5, {"optimizer": 3}, DECAYS | {"weight_decay_on": "all"}]
)
def test_where_nothing_decays_nothing_is_added(training: Any) -> None:
    document, _ = read({"netloom": 2, "network": {}, "training": training})
    assert document.training == (training if isinstance(training, dict) else {})
    assert version(document) == 1


def test_every_version_has_its_way_to_the_next() -> None:
    assert set(migrations.MIGRATIONS) == set(range(1, migrations.VERSION))
    assert max(migrations.NEW) == migrations.VERSION


def test_too_many_layers_in_blocks_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(files.MOST_ENTRIES, "nodes", 3)
    half = {"nodes": [{"id": id, "kind": "ReLU"} for id in "ab"]}
    with pytest.raises(files.FileError, match="4 nodes"):
        files.from_json({"netloom": 2, "network": half, "blocks": {"Head": half}})


@settings(max_examples=60, deadline=None)
@given(st.lists(codes, max_size=30))
def test_whatever_was_edited_comes_back(many: list[Code]) -> None:
    document = twins()
    for code in many:
        apply(document, code)
    opened = again(document)
    assert opened.analysis.reports == document.analysis.reports
    assert opened.network.modules == document.network.modules
