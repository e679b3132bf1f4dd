"""The Data page over a document whose edits are made for real."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from data_page import Open, settle
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetSection
from studio.controllers.documents import DocumentController
from studio.services.settings import Settings
from studio.workspaces.data.workspace import DataWorkspace
from widgets.theme import theme


@pytest.fixture
def controller(qapp: QApplication) -> Iterator[DocumentController]:
    theme().apply(qapp)
    found = DocumentController()
    yield found
    found.close()
    theme().set_scale(1.0)
    theme().set_mode("system")


@pytest.fixture
def open_workspace(qtbot: QtBot, controller: DocumentController) -> Open:
    def open(template: str | None = "digits-cnn", data: dict[str, Any] | None = None) -> DataWorkspace:
        controller.new(template)
        idle(controller)
        if data is not None:
            controller.apply(SetSection("data", data))
        workspace = DataWorkspace(controller, Settings())
        qtbot.addWidget(workspace)
        workspace.resize(1280, 724)
        workspace.show()
        settle(qtbot, workspace)
        return workspace

    return open
