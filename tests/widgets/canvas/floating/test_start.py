"""An empty canvas offers what the data begins with, at a click, and only while it is empty."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from models.checks import findings
from models.data import Facts
from models.document import Document
from models.document.edits import Edit
from widgets.canvas import CanvasView
from widgets.theme import theme

IRIS = Facts.simple("Iris", (4,), ("setosa", "virginica"), (), 150)


@pytest.fixture
def document() -> Document:
    return Document(data={"source": "iris"})


@pytest.fixture
def canvas(qtbot: QtBot, document: Document) -> CanvasView:
    def apply(edit: Edit) -> bool:
        document.apply(edit)
        return True

    view = CanvasView(apply)
    qtbot.addWidget(view)
    view.resize(800, 600)
    view.set_document(document)
    view.show()
    qtbot.waitExposed(view)
    return view


def test_data_that_is_known_is_offered_and_taken(qtbot: QtBot, document: Document, canvas: CanvasView) -> None:
    canvas.set_issues(findings(document))
    assert canvas.start.isHidden()
    canvas.set_issues(findings(document, IRIS))
    assert canvas.start.isVisible() and canvas.start.text() == "Create Input and Output for this data"
    qtbot.mouseClick(canvas.start, Qt.MouseButton.LeftButton)
    assert [node.kind for node in document.network] == ["Input", "Output"] and canvas.start.isHidden()
    document.undo()
    canvas.set_issues(findings(document, IRIS))
    assert canvas.start.isVisible()


@pytest.mark.parametrize("scale", [1.0, 1.5])
def test_the_offer_stands_beneath_the_middle(document: Document, canvas: CanvasView, scale: float) -> None:
    theme().set_scale(scale)
    canvas.set_issues(findings(document, IRIS))
    room, button = canvas.room().toRect(), canvas.start.geometry()
    assert room.contains(button) and button.top() > room.center().y()
    assert abs(button.center().x() - room.center().x()) <= 1
    theme().set_scale(1.0)
