"""Ready sets are asked for, downloaded and taken; data that was moved is named once and found by every document."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bad_server import serving
from data_page import in_use
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QInputDialog
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document.edits import SetSection
from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from studio.data import dataset_from
from studio.data.kept import download, notes, sets
from studio.services.settings import Settings
from studio.workspaces.data.workspace import DataWorkspace
from widgets.theme import theme


@pytest.fixture
def workspace(qtbot: QtBot, qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("NETLOOM_DATASETS", str(tmp_path / "sets"))
    monkeypatch.setattr(notes, "_file", lambda name: tmp_path / f"{name}.json")
    theme().apply(qapp)
    controller = DocumentController()
    controller.new("iris-mlp")
    idle(controller)
    found = DataWorkspace(controller, Settings())
    qtbot.addWidget(found)
    found.resize(1280, 724)
    found.show()
    settle(found)
    yield found
    found.places.close()
    controller.close()


def settle(workspace: DataWorkspace) -> None:
    until(lambda: not workspace.is_busy and not workspace.places.is_busy)


def texts(workspace: DataWorkspace) -> list[str]:
    return [note.text() for note in workspace.page.notes]


def test_a_ready_set_is_downloaded_after_its_license_was_shown(
    qtbot: QtBot, workspace: DataWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    np.savez(tmp_path / "made.npz", x=np.random.default_rng(0).normal(size=(60, 4)), y=np.arange(60) % 3)
    content = (tmp_path / "made.npz").read_bytes()
    before = dict(workspace.controller.document.data)
    with serving(content) as (server, trust):
        digest = hashlib.sha256(content).hexdigest()
        made = sets.READY["mnist"]._replace(url=server.url(), sha256=digest, size=len(content))
        monkeypatch.setitem(sets.READY, "mnist", made)
        monkeypatch.setattr(ssl, "create_default_context", lambda **_: trust)
        server.way = "other"
        qtbot.mouseClick(workspace.sources.rows["ready:mnist"], Qt.MouseButton.LeftButton)
        assert "license CC BY-SA 3.0" in texts(workspace)[0] and workspace.controller.document.data == before
        click(qtbot, workspace)
        until(lambda: "is not that file" in "".join(texts(workspace)))
        server.way = "good"
        click(qtbot, workspace)
        until(lambda: workspace.controller.document.data.get("path") == "ready:mnist")
    settle(workspace)
    assert workspace.page.title.text() == "MNIST" and workspace.preview is not None
    assert in_use(workspace) == ["ready:mnist"]
    workspace.controller.undo()
    assert workspace.controller.document.data == before


def click(qtbot: QtBot, workspace: DataWorkspace) -> None:
    qtbot.mouseClick(workspace.page.notes[0].buttons[0], Qt.MouseButton.LeftButton)


def test_a_download_that_is_canceled_is_left(qtbot: QtBot, workspace: DataWorkspace, monkeypatch: Any) -> None:
    begun: list[Callable[[int, int], None]] = []

    def slow(item: Any, progress: Callable[[int, int], None]) -> None:
        begun.append(progress)
        while True:
            progress(1, item.size)

    monkeypatch.setattr(download, "fetch", slow)
    workspace.places.download(sets.READY["mnist"])
    until(lambda: begun and workspace.page.is_loading())
    workspace.page.cancel_requested.emit()
    until(lambda: texts(workspace) == ["The download was left; it goes on where it was."])
    assert not workspace.page.is_loading()


def test_a_document_whose_set_is_not_here_offers_it(workspace: DataWorkspace) -> None:
    workspace.controller.apply(SetSection("data", {"source": "numpy", "path": "ready:california_housing"}))
    settle(workspace)
    assert "California housing is not on this computer" in texts(workspace)[0]
    assert workspace.page.notes[0].buttons[0].text() == "Download"


def test_a_set_of_hugging_face_is_asked_for_by_its_name(qtbot: QtBot, workspace: DataWorkspace) -> None:
    before = dict(workspace.controller.document.data)

    def named(text: str) -> str:
        qtbot.mouseClick(workspace.sources.rows["hub:"], Qt.MouseButton.LeftButton)
        dialog = workspace.page.findChildren(QInputDialog)[-1]
        dialog.setTextValue(text)
        dialog.accept()
        return texts(workspace)[0]

    assert named("../secret").startswith("Expected OWNER/NAME")
    told = named("https://huggingface.co/datasets/stanfordnlp/imdb")
    assert "Size and license stand at https://huggingface.co/datasets/stanfordnlp/imdb" in told
    assert workspace.page.notes[0].buttons[0].text() == "Download" and workspace.controller.document.data == before


def test_moved_data_is_named_once(workspace: DataWorkspace, tmp_path: Path) -> None:
    lines = "a,b,kind\n" + "".join(f"{row},{row % 5},{'xy'[row % 2]}\n" for row in range(30))
    for folder in ("first", "second"):
        (tmp_path / folder).mkdir()
    (tmp_path / "second" / "a.csv").write_text(lines)
    (tmp_path / "second" / "b.csv").write_text(lines)
    workspace.controller.apply(SetSection("data", {"source": "csv", "path": str(tmp_path / "first" / "a.csv")}))
    settle(workspace)
    assert workspace.preview is None
    workspace.use_file(tmp_path / "second" / "a.csv")
    settle(workspace)
    assert workspace.preview is not None
    for name in ("a.csv", "b.csv"):  # as a run of before and another document name them
        assert dataset_from({"source": "csv", "path": str(tmp_path / "first" / name)})[0].load().shape == (2,)


def test_data_that_is_elsewhere_now_keeps_its_settings(
    workspace: DataWorkspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "now").mkdir()
    lines = "a,b,kind\n" + "".join(f"{row},{row % 5},{'xy'[row % 2]}\n" for row in range(30))
    (tmp_path / "now" / "a.csv").write_text(lines)
    (tmp_path / "held.txt").write_text("1\n2\n")
    told = {"source": "csv", "target": "kind", "ignore": "b", "validation_list": str(tmp_path / "held.txt")}
    CONSENT.give(tmp_path / "held.txt")
    workspace.controller.apply(SetSection("data", {**told, "path": str(tmp_path / "gone" / "a.csv")}))
    settle(workspace)
    answers = iter([tmp_path / "now" / "a.csv"])
    monkeypatch.setattr("studio.workspaces.data.workspace.ask_place", lambda _, kind, start, take: take(next(answers)))
    choose = next(button for button in workspace.page.notes[0].buttons if button.text() == "Choose another…")
    choose.click()
    settle(workspace)
    assert workspace.controller.document.data == {**told, "path": str(tmp_path / "now" / "a.csv")}
    assert workspace.preview is not None and workspace.preview.counts == (28, 2)
    assert [key for key, row in workspace.sources.rows.items() if row.source.own] == ["own:0"]
