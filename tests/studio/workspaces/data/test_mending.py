"""Data that cannot be read: the page names what mends it as buttons, and each of them leads to data."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from data_page import WAIT
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import SetSection
from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from studio.services.settings import Settings
from studio.workspaces.data.workspace import DataWorkspace
from widgets.controls.note import SENTENCE, Note

ROWS = {
    "gaps": ["size,width,kind", *(f"{row},{row % 7},{'' if row == 3 else 'ab'[row % 2]}" for row in range(40))],
    "slip": ["size,width,kind", *(f"{row},{'ten' if row == 9 else row % 7},{'ab'[row % 2]}" for row in range(40))],
    "images": ["image,kind", *(f"{row}.png,{'ab'[row % 2]}" for row in range(12))],
}
CASES: list[tuple[str, dict[str, Any], str]] = [
    ("gaps", {}, "Set gaps to drop rows"),
    ("slip", {}, "Set ignored columns to width"),
    ("images", {}, "Set source to image_table"),
    ("slip", {"ignore": "width", "folds": 1}, "Set folds to 0"),
]


@pytest.mark.parametrize("size", [(1280, 724), (1024, 560), (900, 500)])
@pytest.mark.parametrize(("rows", "settings", "label"), CASES, ids=[label for *_, label in CASES])
def test_a_button_that_is_named_leads_to_data(
    rows: str,
    settings: dict[str, Any],
    label: str,
    size: tuple[int, int],
    qtbot: QtBot,
    controller: DocumentController,
    tmp_path: Path,
) -> None:
    for row in range(12):
        Image.new("RGB", (4, 4), (20 * row, 0, 0)).save(tmp_path / f"{row}.png")
    (tmp_path / "a.csv").write_text("\n".join(ROWS[rows]))
    CONSENT.give(tmp_path / "a.csv")
    controller.new("mlp")
    idle(controller)
    controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "a.csv"), **settings}))
    workspace = DataWorkspace(controller, Settings())
    qtbot.addWidget(workspace)
    workspace.resize(*size)
    workspace.show()
    qtbot.waitUntil(lambda: not workspace.is_busy, timeout=WAIT)
    assert workspace.preview is None
    (note,) = workspace.page.notes
    button = next(button for button in note.buttons if button.text() == label)
    assert [button.text() for button in note.buttons][-2:] == ["Choose another…", "Read again"]
    with qtbot.waitSignal(workspace.loader.loaded, timeout=WAIT):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not workspace.is_busy, timeout=WAIT)
    assert workspace.preview is not None
    controller.undo()
    assert controller.document.data == {"source": "csv", "path": str(tmp_path / "a.csv"), **settings}
    qtbot.waitUntil(lambda: not workspace.is_busy, timeout=WAIT)


@pytest.mark.parametrize("width", range(300, 900, 60))
def test_buttons_leave_a_sentence_room_at_any_width(width: int, qtbot: QtBot) -> None:
    actions = [(label, lambda: None) for label in ("Set gaps to drop rows", "Choose another…", "Read again")]
    page, note = QWidget(), Note("error", "a.csv: expected a class in row 5, found a gap. Fill it.", actions)
    column = QVBoxLayout(page)
    column.addWidget(note)
    column.addStretch(1)
    qtbot.addWidget(page)
    page.resize(width, 400)
    page.show()
    QApplication.processEvents()
    assert note.height() < 170
    assert note.label.width() >= min(SENTENCE, note.width()) - 60
