"""The window: pages, an unexpected error, and what it remembers."""

from __future__ import annotations

from pathlib import Path

import pytest
from asked import MakeWindow, edit
from documents import chain
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import idle

from models.storage import files
from studio.services import errors
from studio.window.main_window import MainWindow

# Pages


def test_first_start_shows_the_welcome_screen_alone(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.welcome
    assert not window.top_bar.isVisible() and not window.status.isVisible()
    assert not window.banner.isVisible()


def test_first_start_fits_the_screen(make_window: MakeWindow) -> None:
    window = make_window(room=QSize())
    room = window.screen().availableSize()
    assert window.height() <= max(room.height(), window.minimumHeight())
    assert window.width() <= max(room.width(), window.minimumWidth())


@pytest.mark.parametrize("name", ["data", "design", "train"])
def test_workspaces_come_to_the_front(window: MainWindow, name: str, qtbot: QtBot) -> None:
    window.commands[f"show-{name}"].trigger()
    assert window.pages.currentWidget() is window.workspace(name)
    assert window.top_bar.workspaces.value() == name
    assert window.top_bar.isVisible() and window.status.isVisible()
    if name == "data":
        qtbot.waitUntil(lambda: not window.workspace("data").is_busy)


def test_welcome_returns_with_the_document_behind_it(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    window.top_bar.home.click()
    assert window.pages.currentWidget() is window.welcome
    window.show_workspace("design")
    assert window.controller.path == path


def test_f6_walks_through_all_parts_and_back(window: MainWindow) -> None:
    window.new("mlp")
    idle(window)
    window.design.select(["fc1"])
    parts = [window.top_bar, *window.design.panels(), window.status]
    window.top_bar.menu_button.setFocus()
    for part in [*parts[1:], parts[0]]:
        window.walk_panels()
        assert part.isAncestorOf(window.focusWidget()) or part is window.focusWidget(), part
    for part in reversed(parts):
        window.walk_panels(-1)
        assert part.isAncestorOf(window.focusWidget()) or part is window.focusWidget(), part


def test_f6_comes_back_to_a_page_whose_parts_are_not_there_yet(window: MainWindow) -> None:
    page = window.show_workspace("inspect")
    window.top_bar.menu_button.setFocus()
    window.walk_panels()
    assert page.isAncestorOf(window.focusWidget())


def test_f6_passes_over_parts_without_anything_to_focus(window: MainWindow) -> None:
    window.new()
    seen = set()
    for _ in range(8):
        window.walk_panels()
        seen.add(window.focusWidget())
    assert len(seen) >= 4


def test_a_run_that_is_resumed_at_the_start_is_shown(window: MainWindow) -> None:
    assert window.pages.currentWidget() is window.welcome
    window.training.run_started.emit(Path("run"))
    assert window.pages.currentWidget() is window.workspace("train")
    window.show_workspace("design")
    window.training.run_started.emit(Path("run"))
    assert window.pages.currentWidget() is window.design


# Training from the bar


def test_train_with_errors_opens_problems_at_the_first(window: MainWindow, tmp_path: Path) -> None:
    layers = [("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}), ("output1", "Output", {})]
    files.write(chain(layers), tmp_path / "wrong.netloom")
    window.open(tmp_path / "wrong.netloom")
    idle(window)
    assert window.controller.errors
    window.design.drawer.show_tab("code")
    window.show_workspace("train")
    window.train()
    assert window.pages.currentWidget() is window.design
    assert not window.training.is_training
    assert window.design.drawer.tab() == "problems"
    assert window.design.canvas.selection() == {"conv1"}


# Unexpected errors


@pytest.mark.qt_no_exception_capture
def test_an_unexpected_error_becomes_a_sentence_and_the_window_lives_on(
    window: MainWindow, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.excepthook", lambda *_: None)
    monkeypatch.setattr("threading.excepthook", lambda *_: None)
    errors.install()
    window.commands.actions["arrange"].triggered.disconnect()
    window.commands.actions["arrange"].triggered.connect(lambda: {}["missing"])
    window.commands["arrange"].trigger()
    assert "Something unexpected went wrong (KeyError)" in window.banner.text()
    assert "missing" in errors.log_path().read_text()
    assert "KeyError" in capsys.readouterr().err
    window.new("mlp")
    idle(window)
    assert window.pages.currentWidget() is window.design


# State


def test_place_and_panels_are_remembered(make_window: MakeWindow) -> None:
    window = make_window()
    window.new("mlp")
    idle(window)
    window.resize(1024, 640)
    QApplication.processEvents()
    window.design._columns.setSizes([205, 480, 339])
    QApplication.processEvents()
    sizes = window.design._columns.sizes()
    window.close()
    again = make_window()
    again.new("mlp")
    idle(again)
    QApplication.processEvents()
    assert again.design._columns.sizes() == sizes
    assert again.size() == window.size()


def test_totals_follow_the_edits(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    before = window.status.parameters.text()
    edit(window, 500)
    assert window.status.parameters.text() != before
    window.controller.undo()
    assert window.status.parameters.text() == before


def test_undo_and_redo_buttons_say_what_they_do(window: MainWindow, path: Path) -> None:
    window.open(path)
    idle(window)
    assert not window.top_bar.undo.isEnabled()
    edit(window)
    assert window.top_bar.undo.isEnabled() and not window.top_bar.redo.isEnabled()
    window.top_bar.undo.click()
    assert window.controller.document.network["fc1"].params["out_features"] == 16
    assert window.top_bar.redo.isEnabled()
