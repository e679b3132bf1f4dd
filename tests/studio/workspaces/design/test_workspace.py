"""The Design workspace: one selection and one truth in four views."""

from __future__ import annotations

from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import RemoveNodes, Rename, SetParam
from models.storage import files
from studio.help.steps import steps
from studio.window.main_window import MainWindow
from studio.workspaces.design.workspace import DesignWorkspace


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "exam.netloom"
    files.write(mlp(), file)
    return file


@pytest.fixture
def design(window: MainWindow, path: Path) -> DesignWorkspace:
    window.open(path)
    idle(window)
    QApplication.processEvents()
    return window.design


def kinds(design: DesignWorkspace) -> list[str]:
    return [node.kind for node in design.controller.document.network]


def test_a_document_appears_in_every_view(design: DesignWorkspace) -> None:
    assert "class Exam(" in design.drawer.code.text()
    design.drawer.show_tab("layers")
    assert design.drawer.layers.model.rowCount() == 5


def test_selection_goes_everywhere_and_back(design: DesignWorkspace) -> None:
    design.select(["fc1"])
    assert design.canvas.selection() == {"fc1"}
    assert design.inspector.node_page.isVisible()
    design.drawer.selection_requested.emit(["fc2"])
    assert design.canvas.selection() == {"fc2"}
    design.canvas.select({"relu1"})
    design.canvas.selection_changed.emit(frozenset({"relu1"}))
    assert design.drawer._ids == ("relu1",)


def test_escape_leads_from_the_panels_back_to_the_canvas(qtbot: QtBot, design: DesignWorkspace) -> None:
    design.canvas.activated.emit("fc1")
    field = design.window().focusWidget()
    assert design.inspector.isAncestorOf(field)
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert design.window().focusWidget() is design.canvas
    assert design.canvas.selection() == {"fc1"}


def test_what_is_not_there_cannot_be_selected(design: DesignWorkspace) -> None:
    design.select(["fc1", "ghost"])
    assert design.canvas.selection() == {"fc1"}


def test_a_rename_keeps_the_selection(design: DesignWorkspace) -> None:
    design.select(["fc1"])
    design.controller.apply(Rename("fc1", "hidden"))
    assert design.canvas.selection() == {"hidden"}
    design.controller.undo()
    assert design.canvas.selection() == {"fc1"}


def test_a_removed_layer_is_not_selected_any_more(design: DesignWorkspace) -> None:
    design.select(["relu1"])
    design.controller.apply(RemoveNodes(["relu1"], heal=True))
    assert design.canvas.selection() == frozenset()
    design.controller.undo()
    assert "relu1" in design.controller.document.network


def test_a_kind_from_the_palette_goes_behind_the_selection(design: DesignWorkspace) -> None:
    design.select(["relu1"])
    design.palette_panel.chosen.emit("Dropout")
    network = design.controller.document.network
    (new,) = [node.id for node in network if node.kind == "Dropout"]
    assert [edge.target for edge in network.edges_from("relu1")] == [new]
    assert [edge.target for edge in network.edges_from(new)] == ["fc2"]
    design.controller.undo()
    assert "Dropout" not in kinds(design)


def test_quick_add_inserts_what_is_chosen(design: DesignWorkspace) -> None:
    design._open_quick_add(QPointF(400, 400), design.mapToGlobal(QPoint(300, 300)), None)
    design.quick_add.chosen.emit("Sigmoid")
    assert "Sigmoid" in kinds(design)
    design.quick_add.hide()


def test_problems_show_the_node(design: DesignWorkspace, qtbot: QtBot) -> None:
    design.controller.apply(RemoveNodes(["relu1"], heal=False))
    with qtbot.waitSignal(design.controller.issues_changed):
        pass
    first = next(issue for issue in design.controller.issues if issue.severity == "error")
    design.drawer.show_tab("code")
    design.show_problems(first.node)
    assert design.drawer.tab() == "problems"
    assert design.canvas.selection() == {first.node}


def test_a_mend_mends(design: DesignWorkspace, qtbot: QtBot) -> None:
    design.controller.apply(SetParam("relu1", "inplace", True))
    design.controller.apply(RemoveNodes(["output1"], heal=True))
    with qtbot.waitSignal(design.controller.issues_changed):
        pass
    mends = [(issue, issue.mends[0]) for issue in design.controller.issues if issue.mends]
    assert mends
    issue, mend = mends[0]
    with qtbot.waitSignal(design.controller.issues_changed):
        design.drawer.mend_requested.emit(mend)
    assert issue.code not in {other.code for other in design.controller.issues if other.node == issue.node}


def test_enter_on_a_card_goes_to_its_fields(window: MainWindow, design: DesignWorkspace) -> None:
    design.canvas.activated.emit("fc1")
    # The window's own focus: whether the window is the active one is the affair of the desktop.
    focus = design.window().focusWidget()
    assert focus is not None
    assert design.inspector.isAncestorOf(focus)


def test_space_for_the_canvas_is_never_lost(window: MainWindow, design: DesignWorkspace) -> None:
    window.resize(1024, 640)
    QApplication.processEvents()
    assert design.canvas.width() >= 480
    for panel in design.panels():
        assert panel.isVisible() and panel.width() > 0


def test_another_document_empties_the_selection(window: MainWindow, design: DesignWorkspace) -> None:
    design.select(["fc1"])
    window.new("exam-cnn")
    idle(window)
    assert design.canvas.selection() == frozenset()
    assert "13,050" in window.status.parameters.text()


def test_the_canvas_has_the_keyboard_when_it_comes_to_the_front(window: MainWindow, design: DesignWorkspace) -> None:
    window.show_welcome()
    window.show_workspace("design")
    assert window.focusWidget() is design.canvas
    assert window.focusPolicy() != Qt.FocusPolicy.TabFocus


def test_on_a_small_screen_the_palette_gives_way_and_the_canvas_keeps_its_tools(
    design: DesignWorkspace, window: MainWindow
) -> None:
    window.resize(853, 440)
    QApplication.processEvents()
    assert (window.width(), window.height()) == (853, 440)
    assert not design.palette_panel.isVisible() and design.palette_panel not in window.pages.panels()
    assert design.canvas.rect().contains(design.canvas._panels.tools.geometry())
    for part in (design.canvas, design.inspector, design.drawer):
        assert design.rect().contains(part.geometry().translated(part.parentWidget().mapTo(design, QPoint())))
    window.resize(1024, 600)
    QApplication.processEvents()
    assert design.palette_panel.isVisible()


def test_the_tour_shows_the_canvas_where_there_is_no_room_for_the_palette(
    design: DesignWorkspace, window: MainWindow
) -> None:
    first = steps(design, window.top_bar)[0]
    assert first.part() is design.palette_panel
    window.resize(853, 440)
    QApplication.processEvents()
    assert first.part() is design.canvas


def test_a_palette_that_gave_way_comes_back_as_wide_as_it_was(design: DesignWorkspace, window: MainWindow) -> None:
    window.resize(1440, 900)
    QApplication.processEvents()
    design._columns.setSizes([260, 800, 380])
    wide = design._columns.sizes()[0]
    window.resize(853, 440)
    QApplication.processEvents()
    design.save_state()
    window.resize(1440, 900)
    QApplication.processEvents()
    assert abs(design._columns.sizes()[0] - wide) <= 2


def test_a_folded_drawer_leaves_its_room_to_the_canvas(design: DesignWorkspace, window: MainWindow) -> None:
    window.resize(1280, 800)
    QApplication.processEvents()
    drawer, above = design.drawer, design.canvas.height()
    height = drawer.height()
    for _ in range(2):
        drawer.set_collapsed(True)
        QApplication.processEvents()
        assert drawer.height() == drawer.minimumHeight() < height
        assert design.canvas.height() == above + height - drawer.height()
        assert drawer.geometry().bottom() <= design.rect().bottom()
        drawer.show_tab("code")
        QApplication.processEvents()
        assert (drawer.height(), design.canvas.height()) == (height, above)


def test_a_drawer_that_was_folded_opens_after_a_start(design: DesignWorkspace, window: MainWindow) -> None:
    window.resize(1280, 800)
    QApplication.processEvents()
    design.drawer.set_collapsed(True)
    design.save_state()
    again = DesignWorkspace(window.controller, window.settings)
    again.resize(design.size())
    again.show()
    QApplication.processEvents()
    assert again.drawer.is_collapsed() and again.canvas.height() > 600
    again.drawer.show_tab("layers")
    QApplication.processEvents()
    assert again.drawer.height() >= 120 and again.canvas.height() > 300
    again.close()
    again.deleteLater()
