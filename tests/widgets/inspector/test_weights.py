"""The inspector's part in weight sharing: who shares, with whom one could, and how to part."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import Edit, RemoveNodes, SetParam
from models.document.sharing import ShareWeights
from models.network import Edge, Network, Node
from widgets.inspector import Inspector
from widgets.inspector.node_page import NodePage


def make_document() -> Document:
    linear = {"out_features": 4}
    nodes = [
        Node("a", "Input", {"shape": [4]}),
        *(Node(f"fc{number}", "Linear", dict(linear)) for number in (1, 2, 3)),
        Node("narrow", "Linear", {"out_features": 2}),
        Node("relu1", "ReLU"),
        Node("wide", "Linear", dict(linear)),
        Node("sum1", "Add"),
    ]
    wires = [("a", "fc1"), ("fc1", "fc2"), ("fc2", "fc3"), ("fc3", "narrow"), ("narrow", "wide"), ("a", "sum1")]
    return Document(Network(nodes, [Edge(one, "output", two, "input") for one, two in wires]))


@pytest.fixture
def document() -> Document:
    return make_document()


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    def apply(edit: Edit, merge: bool) -> bool:
        document.apply(edit, merge=merge)
        return True

    inspector = Inspector(apply)
    qtbot.addWidget(inspector)
    inspector.set_document(document)
    inspector.resize(328, 900)
    inspector.show()
    return inspector


@pytest.fixture
def page(inspector: Inspector) -> NodePage:
    inspector.set_selection(["fc2"])
    return inspector.node_page


def offered(page: NodePage) -> list[str]:
    page.share_menu.fill()
    return [action.text() for action in page.share_menu.actions() if action.isEnabled()]


def test_who_fits_is_offered_and_taken(document: Document, page: NodePage) -> None:
    assert not page.weights.isVisible()
    assert offered(page) == ["fc1", "fc3", "narrow"]  # `wide` would need other weights
    page.share_menu.actions()[0].trigger()
    assert document.network.modules == {"fc1": ("fc1", "fc2")}
    assert page.weights.isVisible() and page.weights.words.text() == "shared with fc1"
    assert offered(page) == ["fc3", "narrow"]


def test_parting_is_one_click_and_one_undo(document: Document, page: NodePage) -> None:
    document.apply(ShareWeights("fc2", "fc1"))
    document.apply(ShareWeights("fc3", "fc1"))
    assert page.weights.words.text() == "shared with fc1, fc3"
    page.weights.own.click()
    assert document.network.modules == {"fc1": ("fc1", "fc3")} and not page.weights.isVisible()
    document.undo()
    assert page.weights.isVisible() and page.weights.words.text() == "shared with fc1, fc3"


def test_the_row_follows_partners_that_go(document: Document, page: NodePage) -> None:
    document.apply(ShareWeights("fc2", "fc1"))
    document.apply(RemoveNodes(["fc1"]))
    assert not page.weights.isVisible()


def test_the_settings_follow_those_of_a_partner(document: Document, page: NodePage) -> None:
    document.apply(ShareWeights("fc2", "fc1"))
    document.apply(SetParam("fc1", "out_features", 7))
    assert page.form.editor("out_features").text() == "7"  # type: ignore[attr-defined]
    assert page.shapes.accessibleName() == "Input 7, output 7"
    assert [issue.code for issue in document.analysis["fc2"].issues] == ["shared-module"]


def test_layers_without_a_module_offer_nothing(document: Document, qtbot: QtBot, page: NodePage) -> None:
    page.show_node(document, "sum1", ())
    assert not page.share_menu.menuAction().isVisible()
    page.show_node(document, "relu1", ())
    assert page.share_menu.menuAction().isVisible() and offered(page) == []
