"""Views show any sheet: the canvas, the inspector, the layer table and the code, of a block as of the main network."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from models.document import Content, Document, Sheet
from models.document.edits import Edit, Rename, SetParam
from models.network import Edge, Network, Node
from widgets.canvas import CanvasView
from widgets.drawer.code_panel import CodePanel
from widgets.drawer.layers import LayerTable
from widgets.inspector import Inspector


def two_layers(features: int) -> Network:
    nodes = [Node("a", "Input", {"shape": [8]}), Node("fc1", "Linear", {"out_features": features})]
    return Network(nodes, [Edge("a", "output", "fc1", "input")])


@pytest.fixture
def document() -> Document:
    return Document(content=Content(two_layers(3), blocks={"Head": two_layers(5)}))


@pytest.fixture
def head(document: Document) -> Sheet:
    return document.sheet("Head")


def test_the_inspector_edits_the_sheet_that_it_shows(qtbot: QtBot, document: Document, head: Sheet) -> None:
    def apply(edit: Edit, merge: bool) -> bool:
        head.apply(edit, merge=merge)
        return True

    inspector = Inspector(apply)
    qtbot.addWidget(inspector)
    inspector.set_document(head)
    inspector.set_selection(["fc1"])
    page = inspector.node_page
    assert page.shapes.accessibleName() == "Input 8, output 5"
    page.form.changed.emit("out_features", 7)
    assert page.shapes.accessibleName() == "Input 8, output 7"
    assert document.network["fc1"].params == {"out_features": 3}
    document.apply(Rename("fc1", "main1"))  # a layer of that name in another network
    assert inspector.selection() == ("fc1",)
    document.undo()
    document.undo()
    assert page.shapes.accessibleName() == "Input 8, output 5"


def test_the_canvas_mirrors_the_sheet_that_it_shows(qtbot: QtBot, document: Document, head: Sheet) -> None:
    view = CanvasView()
    qtbot.addWidget(view)
    view.set_document(head)
    assert view.scene.cards["fc1"].face.shape == "5"
    document.apply(SetParam("fc1", "out_features", 4))
    assert view.scene.cards["fc1"].face.shape == "5"
    head.apply(SetParam("fc1", "out_features", 6))
    assert view.scene.cards["fc1"].face.shape == "6"


def test_table_and_code_list_the_sheet_that_they_show(qtbot: QtBot, document: Document, head: Sheet) -> None:
    table, code = LayerTable(), CodePanel()
    for view in (table, code):
        qtbot.addWidget(view)
        view.set_document(head)
    head.apply(Rename("fc1", "head1"))
    assert "head1,Linear,5" in table.text("csv") and "fc1" not in table.text("csv")
    assert "nn.Linear(8, 5)" in code.text()
    document.apply(Rename("fc1", "other1"))
    assert "other1" not in table.text("csv") and "head1" in code.text()
