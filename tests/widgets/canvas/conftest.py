"""A canvas in a window, over a document whose edits are made for real."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import Edit
from models.network import Edge, Network, Node
from widgets.canvas import CanvasView
from widgets.canvas.scene.card import End

Make = Callable[..., Document]
SMALL = (("input1", "Input", {"shape": [3, 32, 32]}), ("conv1", "Conv2d", {"padding": 1}), ("relu1", "ReLU", {}))


def make_document(
    nodes: tuple[tuple[str, str, dict[str, Any]], ...] = SMALL,
    wires: list[tuple[str, str]] | None = None,
    **places: Any,
) -> Document:
    """A chain of nodes (or the wires given), at the places given by id."""
    network = Network(Node(id, kind, dict(params), places.get(id)) for id, kind, params in nodes)
    pairs = wires if wires is not None else list(zip(network.nodes, list(network.nodes)[1:], strict=False))
    for source, target in pairs:
        port = network[target].inputs[0].name
        network.insert_edge(Edge(source, network[source].outputs[0], target, port))
    return Document(network)


@pytest.fixture
def document() -> Document:
    """Input, Conv2d and ReLU in a column."""
    return make_document(input1=(0.0, 0.0), conv1=(0.0, 72.0), relu1=(0.0, 144.0))


class Hand:
    """Mouse and keyboard on a canvas, in scene coordinates; keeps what the canvas said."""

    def __init__(self, view: CanvasView, document: Document) -> None:
        self.view = view
        self.document = document
        self.messages: list[str] = []
        view.message.connect(self.messages.append)

    def at(self, x: float, y: float) -> QPoint:
        """A point of the widget over a place of the scene."""
        return self.view.camera.to_widget(QPointF(x, y)).toPoint()

    def port(self, id: str, output: bool = True, index: int = 0) -> QPoint:
        """The widget point of a port."""
        card = self.view.scene.cards[id]
        place = card.place((card.outputs if output else card.inputs)[index])
        return self.at(place.x(), place.y())

    def body(self, id: str) -> QPoint:
        """A point on a card away from ports."""
        rect = self.view.scene.cards[id].rect
        return self.at(rect.left() + 60, rect.center().y())

    def click(self, point: QPoint, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press and release."""
        QTest.mouseClick(self.view, Qt.MouseButton.LeftButton, held, point)

    def drag(
        self,
        start: QPoint,
        end: QPoint,
        *,
        button: Qt.MouseButton = Qt.MouseButton.LeftButton,
        held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
        release: bool = True,
    ) -> None:
        """Press, move in steps, release."""
        QTest.mousePress(self.view, button, held, start)
        for step in range(1, 6):
            # `QTest.mouseMove` holds no keys.
            place = QPointF(start + (end - start) * step / 5)
            spot = QPointF(self.view.mapToGlobal(place))
            QApplication.sendEvent(self.view, QMouseEvent(QEvent.Type.MouseMove, place, spot, button, button, held))
        if release:
            QTest.mouseRelease(self.view, button, held, end)

    def press(self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key."""
        QTest.keyClick(self.view, key, held)

    @property
    def ids(self) -> list[str]:
        """The node ids in document order."""
        return list(self.document.network.nodes)

    @property
    def wires(self) -> set[tuple[str, str]]:
        """The wires by node."""
        return {(edge.source, edge.target) for edge in self.document.network.edges}

    def place(self, id: str) -> tuple[float, float]:
        """Where a card lies."""
        corner = self.view.scene.cards[id].rect.topLeft()
        return corner.x(), corner.y()


Open = Callable[[Document], Hand]


@pytest.fixture
def open_canvas(qtbot: QtBot) -> Iterator[Open]:
    """Show a document on a canvas of 1000×800 at 100 %, with the scene's origin at (300, 100)."""

    def show(document: Document) -> Hand:
        hand: list[Hand] = []

        def apply(edit: Edit) -> bool:
            try:
                document.apply(edit)
            except ValueError as error:
                hand[0].view.show_refusal(str(error))
                return False
            return True

        view = CanvasView(apply)
        qtbot.addWidget(view)
        view.resize(1000, 800)
        hand.append(Hand(view, document))
        view.show()
        view.activateWindow()
        view.setFocus()
        qtbot.waitExposed(view)
        view.set_document(document)
        view.camera.zoom, view.camera.x, view.camera.y = 1.0, 300, 100
        view.update()
        return hand[0]

    yield show


@pytest.fixture
def hand(open_canvas: Open, document: Document) -> Hand:
    """The small document, shown."""
    return open_canvas(document)


@pytest.fixture
def make() -> Make:
    """Build documents."""
    return make_document


@pytest.fixture
def end() -> type[End]:
    """The class of wire ends."""
    return End
