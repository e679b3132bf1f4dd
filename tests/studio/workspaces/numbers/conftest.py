"""The workspace over a document."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pytestqt.qtbot import QtBot
from waiting import idle, worked_out

from models.document import Document
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.services.settings import Settings
from studio.workspaces.numbers.workspace import NumbersWorkspace

Open = Callable[[Document], NumbersWorkspace]


@pytest.fixture
def page_of(qtbot: QtBot, own_home: None, probing: Probing) -> Iterator[Open]:
    """Makes the workspace over a document, shown."""
    made: list[NumbersWorkspace] = []

    def make(document: Document) -> NumbersWorkspace:
        controller = DocumentController()
        page = NumbersWorkspace(controller, probing, Settings())
        made.append(page)
        page.resize(1280, 700)
        controller.show_run(document, "exam")
        idle(controller)
        page.show()
        worked_out(page)
        return page

    yield make
    for page in made:
        worked_out(page)
        page.controller.close()
        page.close()
        page.deleteLater()
