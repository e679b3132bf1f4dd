"""Blocks in the Design workspace: made, opened in place, left again, with one undo stack."""

from __future__ import annotations

from pathlib import Path

import pytest
from block_networks import gated, opened
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document.edits import RemoveNodes, SetParam
from models.network import Edge
from models.storage import files
from studio.window.main_window import MainWindow
from studio.workspaces.design.workspace import DesignWorkspace


@pytest.fixture
def design(window: MainWindow, tmp_path: Path) -> DesignWorkspace:
    files.write(opened(gated()), tmp_path / "gated.netloom")
    window.open(tmp_path / "gated.netloom")
    idle(window)
    QApplication.processEvents()
    return window.design


def test_blocks_open_in_place_and_escape_leads_up(qtbot: QtBot, design: DesignWorkspace) -> None:
    design.canvas.select({"stage1"})
    design.canvas.setFocus()
    qtbot.keyClick(design.canvas, Qt.Key.Key_Return)
    assert design.sheet.scope == "Gated" and design.breadcrumbs.isVisible()
    assert set(design.canvas.scene.cards) == {"input1", "conv1", "bn1", "relu1", "se1", "output1"}
    design.canvas.activated.emit("se1")
    assert design.sheet.scope == "Excite"
    design.canvas.request(SetParam("conv1", "bias", True))
    assert design.controller.document.content["Excite"]["conv1"].params["bias"] is True
    for scope, selected in (("Gated", {"se1"}), ("", {"stage1"})):
        design.canvas.select(())
        qtbot.keyClick(design.canvas, Qt.Key.Key_Escape)
        assert design.sheet.scope == scope and design.canvas.selection() == selected
    assert not design.breadcrumbs.isVisible()


def test_the_view_leaves_a_block_whose_use_goes(design: DesignWorkspace) -> None:
    design.canvas.activated.emit("stage2")
    design.canvas.activated.emit("se1")
    design.controller.apply(RemoveNodes(["stage2"]))
    assert design.sheet is design.controller.document


def test_layers_become_a_block_and_come_apart(qtbot: QtBot, design: DesignWorkspace) -> None:
    design.canvas.setFocus()
    design.canvas.select({"flat1", "fc1"})
    qtbot.keyClick(design.canvas, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier)
    (use,) = design.canvas.selection()
    assert design.controller.document.network[use].kind == "Block1"
    qtbot.keyClick(design.canvas, Qt.Key.Key_G, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
    assert design.canvas.selection() == {"flat1", "fc1"}
    design.canvas.select({"input1"})
    design.canvas.group()
    assert "Block1" not in design.controller.document.content.networks


def test_cards_say_how_often_a_block_repeats(design: DesignWorkspace) -> None:
    assert design.canvas.scene.cards["stage1"].face.kind == "Gated ×2"
    assert design.canvas.scene.cards["stage2"].face.kind == "Gated"


def test_blocks_are_offered_where_they_may_be(design: DesignWorkspace) -> None:
    design.palette_panel.search.setText("gated")
    assert design.palette_panel.kinds_in_sight()[0] == "Gated"
    design.canvas.select({"stage2"})
    design.canvas.quick_add()
    offers = {offer.kind.kind: offer for offer in design.quick_add.offers()}
    assert offers["Gated"].shape == "8×4×4" and offers["Excite"].shape == "16×4×4"
    design.quick_add.chosen.emit("Excite")
    (added,) = design.canvas.selection()
    assert Edge("stage2", "output1", added, "input1") in design.controller.document.network.edges
    design.canvas.activated.emit(added)
    design.canvas.quick_add()
    assert not {"Excite", "Gated"} & set(design.quick_add.kinds()), "neither may be part of itself"


def test_a_block_of_the_library_brings_its_definition(design: DesignWorkspace) -> None:
    until(lambda: design.canvas.library, "the library")
    document = design.controller.document
    design.canvas.select({"stage2"})
    design.canvas.quick_add()
    offers = {offer.kind.kind: offer for offer in design.quick_add.offers()}
    assert offers["SqueezeExcite"].shape == "16×4×4" and "EncoderPreNorm" in offers and offers["EncoderPreNorm"].refusal
    design.quick_add.chosen.emit("SqueezeExcite")
    (added,) = design.canvas.selection()
    assert list(document.content.networks) == ["", "Gated", "Excite", "SqueezeExcite"]
    assert document.analysis[added].shape == (16, 4, 4) and document.undo_label == "Insert SqueezeExcite"
    design.canvas.quick_add()
    assert design.quick_add.kinds().count("SqueezeExcite") == 1
    document.undo()
    assert "SqueezeExcite" not in document.content.networks and added not in document.network


def test_a_layer_becomes_a_block_of_the_library(design: DesignWorkspace) -> None:
    until(lambda: design.canvas.library, "the library")
    document = design.controller.document
    design.canvas.replace("BasicBlock", ["stage2"])
    (block,) = design.canvas.selection()
    assert document.network[block].kind == "BasicBlock" and document.analysis[block].shape == (8, 4, 4)
    assert Edge(block, "output1", "flat1", "input") in document.network.edges
    document.undo()
    assert list(document.content.networks) == ["", "Gated", "Excite"]


def test_a_problem_inside_of_a_block_leads_there_and_is_mended_there(design: DesignWorkspace) -> None:
    document = design.controller.document
    document.apply(SetParam("conv1", "kernel_size", 3).within("Excite"))
    until(lambda: any(issue.inner for issue in design.controller.issues))
    (row,) = [row for row in design.drawer.problems.rows() if "se1" in row.accessibleName()]
    assert design.canvas.scene.cards["stage1"].face.caption.startswith("se1/conv1: Kernel 3 is larger")
    row.clicked.emit("stage1/se1/conv1")
    assert design.sheet.scope == "Excite" and design.canvas.selection() == {"conv1"}
    gist = design.canvas.scene.cards["conv1"].gist
    assert gist.problem is not None and gist.problem.message.startswith("Kernel 3 is larger")
    design.canvas.mend_requested.emit(gist.problem)
    assert document.content["Excite"]["conv1"].params["padding"] == 1


def test_the_ports_of_a_block_say_nothing_of_their_own(design: DesignWorkspace) -> None:
    design.canvas.activated.emit("stage2")
    faces = {id: card.face for id, card in design.canvas.scene.cards.items()}
    assert (faces["input1"].detail, faces["input1"].shape) == ("", "8×4×4")
    assert (faces["output1"].detail == "" and "8" in faces["conv1"].detail) or "16" in faces["conv1"].detail
    for id in ("input1", "output1"):
        design.canvas.select({id})
        assert design.inspector.node_page.form.spec() is None
    design.go_back(0)
    design.canvas.select({"input1"})
    assert design.inspector.node_page.form.spec() is not None
