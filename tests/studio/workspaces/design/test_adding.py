"""The Design workspace while a layer is searched for, what it remembers, and how the keyboard walks through it."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from waiting import idle, until

from models.document.edits import Rename, SetSection
from models.storage import files
from studio.window.main_window import MainWindow
from studio.workspaces.design.workspace import DesignWorkspace
from widgets.canvas.editing.requests import Goal, Instead
from widgets.canvas.scene.card import End


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "exam.netloom"
    files.write(mlp(), file)
    return file


@pytest.fixture
def design(window: MainWindow, path: Path) -> DesignWorkspace:
    window.open(path)
    idle(window)
    QApplication.processEvents()
    return window.design


def wires(design: DesignWorkspace) -> set[tuple[str, str]]:
    return {(edge.source, edge.target) for edge in design.controller.document.network.edges}


def ask(design: DesignWorkspace, target: Goal | None) -> None:
    design.canvas.quick_add_requested.emit(QPointF(0, 500), design.canvas.mapToGlobal(QPoint(300, 300)), target)


def test_the_wire_hangs_while_a_layer_is_searched(design: DesignWorkspace) -> None:
    ask(design, End("relu1", "output", True))
    assert design.quick_add.isVisible() and design.canvas.floats()
    design.quick_add.chosen.emit("Dropout")
    assert not design.canvas.floats()
    assert ("relu1", "dropout1") in wires(design)


def test_a_canceled_search_takes_the_wire_away_and_changes_nothing(design: DesignWorkspace) -> None:
    before = wires(design)
    ask(design, End("relu1", "output", True))
    design.quick_add.cancel()
    assert not design.canvas.floats() and wires(design) == before
    assert design.window().focusWidget() is design.canvas


def test_behind_a_layer_shapes_are_shown_and_the_wire_takes_the_layer(design: DesignWorkspace) -> None:
    into = design.controller.document.network.edges_from("relu1")[0]
    ask(design, into)
    shapes = {offer.kind.kind: offer.shape for offer in design.quick_add.offers()}
    assert shapes["Dropout"] == "16"
    assert not design.canvas.floats(), "nothing hangs where the wire is there already"
    design.quick_add.chosen.emit("Dropout")
    assert {("relu1", "dropout1"), ("dropout1", into.target)} <= wires(design)
    assert ("relu1", into.target) not in wires(design)


def test_a_layer_is_replaced_by_one_that_is_searched_for(design: DesignWorkspace) -> None:
    ask(design, Instead(("relu1",)))
    shapes = {offer.kind.kind: offer.shape for offer in design.quick_add.offers()}
    assert shapes["GELU"] == "16" and not design.canvas.floats()
    assert design.quick_add._where.text() == "instead of relu1"
    design.quick_add.chosen.emit("GELU")
    network = design.controller.document.network
    assert "relu1" not in network and design.canvas.selection() == {"gelu1"} == set(design.inspector.selection())
    assert ("fc1", "gelu1") in wires(design)
    design.controller.undo()
    assert "relu1" in network
    ask(design, Instead(("relu1", "fc1")))
    assert design.quick_add._where.text() == "instead of 2 layers"


@pytest.mark.parametrize(("data", "shape"), [({"source": "iris"}, (4,)), ({}, (3, 32, 32))])
def test_an_input_goes_with_data_that_was_chosen(window: MainWindow, data: dict[str, str], shape: object) -> None:
    window.new()
    idle(window)
    if data:
        window.controller.apply(SetSection("data", data))
    until(lambda: bool(window.controller.knowledge.known) or not data, "the facts of the data")
    window.show_workspace("design")
    window.design.canvas.add("Input")
    (node,) = window.controller.document.network
    assert node.layer and node.layer.shape == shape


def test_the_inspector_shows_what_took_the_place_under_the_same_name(design: DesignWorkspace) -> None:
    design.controller.apply(Rename("relu1", "gate"))
    design.select(["gate"])
    design.canvas.replace("Dropout", ["gate"])
    assert design.canvas.selection() == {"gate"} == set(design.inspector.selection())
    assert design.inspector.node_page.form.spec().kind == "Dropout"
    design.controller.undo()
    assert design.inspector.node_page.form.spec().kind == "ReLU"


@pytest.mark.parametrize("keyboard", [True, False])
def test_a_row_of_layers_offers_what_its_card_does(design: DesignWorkspace, keyboard: bool) -> None:
    design.show_problems()
    design.drawer.show_tab("layers")
    table = design.drawer.layers.table
    QApplication.processEvents()
    design.select(["relu1"])
    reasons = QContextMenuEvent.Reason
    spot = table.visualRect(table.currentIndex()).center()
    event = QContextMenuEvent(reasons.Keyboard if keyboard else reasons.Mouse, spot, table.mapToGlobal(spot))
    QApplication.sendEvent(table.viewport(), event)
    menu = next(menu for menu in design.findChildren(QMenu) if menu.isVisible())
    entries = {action.text().split("\t")[0]: action for action in menu.actions()}
    assert [action.text() for action in entries["Copy as"].menu().actions()] == ["CSV", "Markdown", "LaTeX"]
    entries["Delete"].trigger()
    menu.close()
    QApplication.processEvents()
    assert "relu1" not in design.controller.document.network
    assert design.window().focusWidget() is design.canvas


def test_another_document_closes_the_search(window: MainWindow, design: DesignWorkspace, path: Path) -> None:
    ask(design, End("relu1", "output", True))
    window.open(path)
    idle(window)
    assert not design.quick_add.isVisible() and not design.canvas.floats()


def test_outputs_run_while_the_open_network_is_trained(design: DesignWorkspace) -> None:
    design.show_training(True)
    assert design.canvas.marks.running == {"output1"}
    design.show_training(False)
    assert design.canvas.marks.running == frozenset()


@pytest.mark.parametrize("families", [["Recurrent", "Pooling"], []])
def test_unfolded_families_are_remembered(window: MainWindow, design: DesignWorkspace, families: list[str]) -> None:
    design.palette_panel.set_expanded_families(families)
    design.save_state()
    again = DesignWorkspace(design.controller, window.settings)
    assert again.palette_panel.expanded_families() == sorted(families)
    again.canvas.set_document(None)
    again.inspector.set_document(None)
    again.drawer.set_document(None, "")
    again.deleteLater()


def test_tab_walks_from_the_inspector_to_the_drawer(design: DesignWorkspace) -> None:
    """Palette, canvas, inspector, drawer: as F6 walks, and as the eye does."""
    design.select(["fc1"])
    parts: list[QWidget] = []
    widget = design.palette_panel.search.nextInFocusChain()
    while widget is not None and widget is not design.palette_panel.search:
        part = next((panel for panel in design.panels() if panel is widget or panel.isAncestorOf(widget)), None)
        if part and part not in parts:
            parts.append(part)
        widget = widget.nextInFocusChain()
    order = [panel for panel in design.panels() if panel is not design.palette_panel]
    assert [part for part in parts if part is not design.palette_panel] == order
