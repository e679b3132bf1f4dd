"""What is kept for other documents: a block from its menu, found by search there; a network as a template."""

from __future__ import annotations

from pathlib import Path

import pytest
from block_networks import gated, opened
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.blocks import own
from models.storage import files, shelf, templates
from studio.services.message import Message
from studio.window.main_window import MainWindow
from studio.workspaces.design.workspace import DesignWorkspace
from widgets.canvas.editing.menus import deeds


@pytest.fixture(autouse=True)
def own_shelf(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is kept by others."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))


@pytest.fixture
def design(own_shelf: None, window: MainWindow, tmp_path: Path) -> DesignWorkspace:
    files.write(opened(gated()), tmp_path / "gated.netloom")
    window.open(tmp_path / "gated.netloom")
    idle(window)
    return window.design


@pytest.fixture
def said(design: DesignWorkspace) -> list[Message]:
    found: list[Message] = []
    design.controller.said.connect(found.append)
    return found


def test_a_block_is_kept_from_its_menu_and_offered_in_another_document(
    window: MainWindow, design: DesignWorkspace, said: list[Message]
) -> None:
    design.canvas.select({"fc1"})
    assert "block" not in {deed.part for deed in deeds(design.canvas)}
    design.canvas.select({"stage1"})
    (keep, _) = [deed for deed in deeds(design.canvas) if deed.part == "block"]
    keep.run()
    until(lambda: "Gated" in design.canvas.library)
    assert said[-1].text == "Gated is in your library."
    keep.run()
    until(lambda: len(said) == 2)
    assert "already" in said[-1].text
    window.new()
    until(lambda: not len(design.sheet.network))
    assert "Gated" in [block.kind for block in design._blocks()]
    design._add_kind("Gated")
    assert {"Gated", "Excite"} <= set(design.controller.document.content.networks)
    (command,) = [one for one in window._finds() if one.name == "forget-block Gated"]
    command.run()
    until(lambda: "Gated" not in design.canvas.library)


def test_a_block_goes_into_a_file_and_comes_out_of_it(
    design: DesignWorkspace, said: list[Message], tmp_path: Path
) -> None:
    own.share(design.controller.document, "Gated", tmp_path / "shared.netloom")
    design.shelf.take_in(tmp_path / "shared.netloom")
    until(lambda: "Gated" in design.canvas.library)
    design.shelf.take_in(tmp_path / "missing.netloom")
    until(lambda: len(said) == 2)
    assert said[-1].kind == "error"


def test_a_network_becomes_a_template_on_the_welcome_page(
    qtbot: QtBot, window: MainWindow, design: DesignWorkspace, said: list[Message]
) -> None:
    window.commands.run("save-template")
    until(lambda: bool(said))
    assert shelf.kept(shelf.TEMPLATES).keys() == {"gated"} and "gated" in said[-1].text
    window.show_welcome()
    until(lambda: any(card.template.name == "gated" for card in window.welcome._cards))
    assert templates.load("gated").content.networks.keys() == {"", "Gated", "Excite"}
