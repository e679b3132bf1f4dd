"""Nodes that call one module: edited together, counted once, undone whole, and refused where they cannot be one."""

from __future__ import annotations

import pytest
from random_edits import chain, state

from models.analysis import Analysis
from models.document import Document
from models.document.edits import AddNode, Connect, Disconnect, RemoveNodes, Rename, SetParam
from models.document.sharing import OwnWeights, ShareWeights
from models.network import Change, Edge, NameTaken, NetworkError, Node


def twins() -> Document:
    """Linear layers of four features in a row: n1, n2 and n3, the last with a bias of none."""
    linear = {"out_features": 4}
    return chain(
        ("Input", {"shape": [4]}),
        ("Linear", linear),
        ("Linear", linear),
        ("Linear", linear | {"bias": False}),
        ("Output", {}),
    )


def shared() -> Document:
    document = twins()
    document.apply(ShareWeights("n2", "n1"))
    document.apply(ShareWeights("n3", "n1"))
    return document


def codes(document: Document) -> list[tuple[str, str]]:
    return [(issue.node, issue.code) for issue in document.analysis.issues()]


def test_weights_count_once_and_their_use_each_time() -> None:
    document = twins()
    before = document.analysis.totals()
    assert before.parameters == 20 + 20 + 16
    document.apply(ShareWeights("n2", "n1"))
    after = document.analysis.totals()
    assert (after.parameters, after.multiply_adds) == (20 + 16, before.multiply_adds)
    assert document.analysis["n2"].parameters == 20 and document.analysis.sharing() == {"n2": "n1"}
    document.undo()
    assert document.analysis.totals() == before and document.analysis.sharing() == {}


def test_who_joins_takes_on_the_settings() -> None:
    document = twins()
    document.apply(ShareWeights("n3", "n1"))
    assert document.network["n3"].params == {"out_features": 4} and document.network["n3"].attribute == "n1"
    assert document.network.partners("n1") == ("n1", "n3") == document.network.partners("n3")
    document.undo()
    assert document.network["n3"].params == {"out_features": 4, "bias": False}
    assert document.undo_label == "" and document.redo_label == "Share weights of n3 with n1"


@pytest.mark.parametrize("id", ["n1", "n2", "n3"])
def test_a_setting_is_that_of_the_module(id: str) -> None:
    document = shared()
    told = []
    document.changed.connect(told.append)
    document.apply(SetParam(id, "bias", False), merge=True)
    assert all(document.network[other].params["bias"] is False for other in ("n1", "n2", "n3"))
    assert told[0].reports == {"n1", "n2", "n3"} and not document.analysis.issues()
    document.apply(SetParam(id, "bias", SetParam.UNSET), merge=True)
    document.undo()
    assert not any("bias" in document.network[other].params for other in ("n1", "n2", "n3"))
    assert document.undo_label == "Share weights of n3 with n1"


def test_all_that_share_follow_together() -> None:
    document = shared()
    document.apply(AddNode(Node("other", "Linear", {"out_features": 4})))
    document.apply(ShareWeights("n1", "other"))
    assert {document.network[id].attribute for id in ("n1", "n2", "n3", "other")} == {"other"}
    document.undo()
    assert document.network.modules == {"n1": ("n1", "n2", "n3")}


@pytest.mark.parametrize(
    ("id", "modules"),
    [("n1", {"n2": ("n2", "n3")}), ("n2", {"n1": ("n1", "n3")}), ("n3", {"n1": ("n1", "n2")})],
)
def test_who_leaves_takes_nothing_along(id: str, modules: dict[str, tuple[str, ...]]) -> None:
    document = shared()
    before = state(document)
    document.apply(OwnWeights(id))
    assert document.network.modules == modules and document.network.partners(id) == (id,)
    assert document.analysis.totals().parameters == 40 and not document.analysis.issues()
    assert document.undo_label == f"Give {id} its own weights"
    document.undo()
    assert state(document) == before


def test_a_new_name_goes_on_to_who_shares() -> None:
    document = shared()
    document.apply(Rename("n1", "stem"))
    assert document.network.modules == {"stem": ("stem", "n2", "n3")} and document.network["stem"].module == ""
    document.apply(Rename("n2", "again"))
    assert document.network.modules == {"stem": ("stem", "again", "n3")}
    document.undo()
    document.undo()
    assert document.network.modules == {"n1": ("n1", "n2", "n3")}


def test_a_module_outlives_the_node_that_it_is_called_after() -> None:
    document = shared()
    before = state(document)
    document.apply(RemoveNodes(["n1"], heal=True))
    assert document.network.modules == {"n1": ("n2", "n3")} and document.analysis.totals().parameters == 20
    assert document.network.free_id("n1") != "n1"
    with pytest.raises(NameTaken, match="weights of n2 are called ‘n1’"):
        document.apply(Rename("n0", "n1"))
    document.apply(OwnWeights("n2"))
    document.apply(OwnWeights("n3"))
    assert document.network.modules == {} and document.network.free_id("n1") == "n1"
    for _ in range(3):
        document.undo()
    assert state(document) == before and document.network.partners("n2") == ("n1", "n2", "n3")


@pytest.mark.parametrize(
    ("edit", "sentence"),
    [
        (ShareWeights("n2", "n1"), "share their weights already"),
        (ShareWeights("n1", "n2"), "share their weights already"),
        (ShareWeights("n1", "n4"), "n1 is a Linear: it cannot call what n4 calls"),
        (ShareWeights("n0", "n1"), "n0 is a Input"),
        (ShareWeights("gone", "n1"), "no layer called ‘gone’"),
        (OwnWeights("n4"), "its own weights already"),
    ],
)
def test_what_cannot_be_changes_nothing(edit: ShareWeights | OwnWeights, sentence: str) -> None:
    document = shared()
    before = state(document)
    with pytest.raises(NetworkError, match=sentence):
        document.apply(edit)
    assert state(document) == before


def test_kinds_without_a_module_do_not_share() -> None:
    document = Document()
    for id in ("a", "b"):
        document.apply(AddNode(Node(id, "Add")))
    with pytest.raises(NetworkError, match="cannot call"):
        document.apply(ShareWeights("a", "b"))


def test_kinds_without_weights_may_share() -> None:
    document = chain(("Input", {"shape": [4]}), ("Dropout", {"p": 0.2}), ("Dropout", {}), ("Output", {}))
    document.apply(ShareWeights("n2", "n1"))
    assert document.network["n2"].params == {"p": 0.2} and not document.analysis.issues()


def test_inputs_that_need_other_weights_are_an_issue_where_they_differ() -> None:
    document = shared()
    document.apply(SetParam("n0", "shape", [6]))
    assert codes(document) == [("n2", "shared-module"), ("n3", "shared-module")]
    (issue, _) = document.analysis.issues()
    assert issue.message == "weight would be 4×4 here, but in n1 it is 4×6." and issue.severity == "error"
    assert document.analysis["n4"].shape == (4,)  # what flows on is known all the same
    document.apply(Disconnect(Edge("n0", "output", "n1", "input")))
    assert codes(document) == [("n1", "missing-input")]
    document.apply(Connect(Edge("n0", "output", "n1", "input")))
    assert codes(document) == [("n2", "shared-module"), ("n3", "shared-module")]
    document.apply(RemoveNodes(["n1"], heal=True))
    assert codes(document) == [("n3", "shared-module")]
    document.undo()
    document.apply(SetParam("n0", "shape", [4]))
    assert codes(document) == []


@pytest.mark.parametrize(
    ("node", "message"),
    [
        (Node("n9", "ReLU", module="n1"), "Shares the weights of n1, which is a Linear."),
        (Node("n9", "Linear", {"out_features": 7}, module="n1"), "Shares the weights of n1, but out_features differs."),
    ],
)
def test_a_file_may_claim_what_cannot_be(node: Node, message: str) -> None:
    document = twins()
    document.apply(AddNode(node))
    document.apply(Connect(Edge("n3", "output", "n9", "input")))
    assert [issue.message for issue in document.analysis["n9"].issues] == [message]
    assert document.analysis["n9"].parameters is not None
    assert Analysis(document.network).reports == document.analysis.reports


def test_a_new_name_of_a_module_is_told_of_who_calls_it() -> None:
    document, told = shared(), []
    document.changed.connect(told.append)
    document.apply(Rename("n1", "stem"))
    assert told[0].network == (Change("renamed", ("n1", "stem")), Change("module", ("n2", "n3")))


def test_sharing_is_told_as_a_change() -> None:
    document = twins()
    told = []
    document.changed.connect(told.append)
    document.apply(ShareWeights("n2", "n1"))
    document.apply(OwnWeights("n2"))
    assert [change.network for change in told] == [(Change("module", ("n2",)),)] * 2
