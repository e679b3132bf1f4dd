"""Where things are in the window: rows of the palette, cards and ports of the canvas, editors of the inspector."""

from __future__ import annotations

from driver import Driver
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QLineEdit, QTreeView, QWidget

from models.network import Edge
from studio.workspaces.train.workspace import TrainWorkspace
from widgets.canvas.scene.card import Card


def train_workspace(driver: Driver) -> TrainWorkspace:
    """The Train workspace."""
    found = driver.window.workspace("train")
    assert isinstance(found, TrainWorkspace)
    return found


def palette_row(driver: Driver, kind: str) -> QPoint:
    """Find a kind by typing its name into the search, and give the place of its row on the screen."""
    palette = driver.window.design.palette_panel
    driver.replace_text(palette.search, kind)
    tree = palette.findChild(QTreeView)
    assert tree is not None
    model = tree.model()

    def row() -> QPoint | None:
        index = model.index(0, 0)
        while index.isValid():
            if index.data() == kind or kind in [index.data(role) for role in range(256, 262)]:
                return tree.viewport().mapToGlobal(tree.visualRect(index).center())
            index = tree.indexBelow(index)
        return None

    found: QPoint = driver.until(row, f"{kind} in the palette")
    return found


def drag_kind(driver: Driver, kind: str, target: QPoint) -> str:
    """Drag a kind from the palette to a point of the screen; returns the id that the new layer got."""
    network = driver.window.controller.document.network
    before = set(network.nodes)
    driver.drag(palette_row(driver, kind), target)
    added: set[str] = driver.until(lambda: set(network.nodes) - before, f"{kind} on the canvas")
    return next(iter(added))


def card(driver: Driver, id: str) -> Card:
    """The card of a node."""
    return driver.window.design.canvas.scene.cards[id]


def card_place(driver: Driver, id: str) -> QPoint:
    """Where a card's left part is on the screen."""
    canvas = driver.window.design.canvas
    rect = card(driver, id).rect
    point = rect.center()
    point.setX(rect.left() + rect.width() * 0.3)
    return canvas.mapToGlobal(canvas.camera.to_widget(point).toPoint())


def port_place(driver: Driver, id: str, *, output: bool, number: int = 0) -> QPoint:
    """Where a port of a card is on the screen."""
    canvas = driver.window.design.canvas
    found = card(driver, id)
    port = (found.outputs if output else found.inputs)[number]
    return canvas.mapToGlobal(canvas.camera.to_widget(found.place(port)).toPoint())


def wire_middle(driver: Driver, source: str, target: str) -> QPoint:
    """The middle of a straight wire between two cards."""
    start, end = port_place(driver, source, output=True), port_place(driver, target, output=False)
    return QPoint((start.x() + end.x()) // 2, (start.y() + end.y()) // 2)


def wire(driver: Driver, source: str, target: str) -> None:
    """Draw a wire by hand from the output of one card to the input of another, unless it is there."""
    network = driver.window.controller.document.network
    edge = Edge(source, network[source].outputs[0], target, network[target].inputs[0].name)
    if edge not in network.edges:
        driver.drag(port_place(driver, source, output=True), port_place(driver, target, output=False))
        driver.until(lambda: edge in network.edges, f"a wire from {source} to {target}")


def set_field(driver: Driver, id: str, name: str, text: str) -> None:
    """Select a card by clicking it, and type a value into one of its fields."""
    driver.click(card_place(driver, id))
    inspector = driver.window.design.inspector
    driver.until(lambda: inspector.selection() == (id,), f"{id} in the inspector")
    driver.replace_text(editor(driver, name), text)
    driver.key("Return")


def editor(driver: Driver, name: str) -> QWidget:
    """Where the value of a field of the selected node is typed; the first line where there is one a dimension."""
    found: QWidget = driver.window.design.inspector.node_page.form.editor(name)
    return found if isinstance(found, QLineEdit) else found.findChild(QLineEdit) or found
