from __future__ import annotations

import ast
import re

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from models.codegen.module import generate
from models.document import Document
from models.document.edits import AddNode, RemoveNodes, Rename, SetParam
from models.findings.finding import Finding
from models.network import Edge, Network, Node
from widgets.drawer import Drawer
from widgets.drawer.drawer import good_news
from widgets.theme import theme


@pytest.fixture
def document() -> Document:
    network = Network()
    for node in (
        Node("image", "Input", {"shape": [3, 32, 32]}),
        Node("conv1", "Conv2d", {"out_channels": 16, "padding": 1}),
        Node("relu1", "ReLU"),
        Node("answer", "Output"),
    ):
        network.add_node(node)
    for source, target in (("image", "conv1"), ("conv1", "relu1"), ("relu1", "answer")):
        network.insert_edge(Edge(source, "output", target, "input"))
    return Document(network)


@pytest.fixture
def drawer(qtbot: QtBot, document: Document) -> Drawer:
    widget = Drawer()
    qtbot.addWidget(widget)
    widget.set_document(document, "digits net")
    widget.resize(1040, 226)
    widget.show()
    qtbot.waitActive(widget)
    return widget


def asked(drawer: Drawer) -> list[list[str]]:
    requests: list[list[str]] = []
    drawer.selection_requested.connect(requests.append)
    return requests


def sentences(drawer: Drawer) -> list[str]:
    return [label.text() for label in drawer.problems.currentWidget().findChildren(QLabel)]


def test_it_is_ready_only_when_all_is_known(drawer: Drawer) -> None:
    drawer.set_issues([], "The data is being read.")
    assert "No problems so far. The data is being read." in sentences(drawer)
    drawer.set_issues([])
    assert "No problems. 448 parameters, ready to train." in sentences(drawer)
    drawer.set_issues([Finding("hint", "x", "conv1", "Odd.")], "The data is being read.")
    assert "The data is being read." in sentences(drawer)


def test_it_begins_with_problems(drawer: Drawer) -> None:
    assert drawer.tab() == "problems"
    assert "No problems so far. Only shapes have been checked." in sentences(drawer)
    assert good_news(None) == good_news(Document()) == "No problems. Drag a layer onto the canvas to begin."


def test_the_tab_counts_the_problems(drawer: Drawer) -> None:
    drawer.set_issues([Finding("error", "x", "conv1", "Wrong."), Finding("hint", "y", "relu1", "Odd.")])
    assert drawer._tabs["problems"].accessibleName() == "Problems, 2"
    drawer.set_issues([])
    assert drawer._tabs["problems"].accessibleName() == "Problems"


def test_a_count_without_errors_is_not_red(qtbot: QtBot, drawer: Drawer) -> None:
    drawer.set_issues([Finding("error", "x", "conv1", "Wrong.")])
    qtbot.waitUntil(lambda: drawer._tabs["problems"].width() == drawer._tabs["problems"].sizeHint().width())
    red = drawer._tabs["problems"].grab().toImage()
    drawer.set_issues([Finding("hint", "x", "conv1", "Wrong.")])
    assert drawer._tabs["problems"].grab().toImage() != red


def test_until_it_is_given_issues_it_shows_those_of_the_analysis(drawer: Drawer, document: Document) -> None:
    document.apply(SetParam("conv1", "kernel_size", 99))
    assert drawer._tabs["problems"].accessibleName() != "Problems"
    document.undo()
    assert drawer._tabs["problems"].accessibleName() == "Problems"


def test_a_clicked_problem_asks_for_its_node(qtbot: QtBot, drawer: Drawer) -> None:
    drawer.set_issues([Finding("error", "x", "conv1", "Wrong.")])
    requests = asked(drawer)
    qtbot.waitUntil(drawer.problems.rows()[0].isVisible)
    with qtbot.waitSignal(drawer.node_clicked):
        qtbot.mouseClick(drawer.problems.rows()[0], Qt.MouseButton.LeftButton, pos=QPoint(300, 30))
    assert requests == [["conv1"]]


def test_tabs_change_by_mouse_and_keyboard(qtbot: QtBot, drawer: Drawer) -> None:
    qtbot.mouseClick(drawer._tabs["layers"], Qt.MouseButton.LeftButton)
    assert drawer.tab() == "layers" and drawer.layers.isVisible()
    assert drawer.copy_table.isVisible() and not drawer.copy_code.isVisible()
    drawer._tabs["layers"].setFocus()
    qtbot.keyClick(drawer._tabs["layers"], Qt.Key.Key_Right)
    assert drawer.tab() == "code"
    assert drawer.code.isVisible()


def test_it_folds_to_its_tabs_and_unfolds(qtbot: QtBot, drawer: Drawer) -> None:
    told: list[bool] = []
    drawer.collapsed_changed.connect(told.append)
    qtbot.mouseClick(drawer._fold, Qt.MouseButton.LeftButton)
    assert drawer.is_collapsed() and drawer.maximumHeight() == 38
    qtbot.mouseClick(drawer._tabs["code"], Qt.MouseButton.LeftButton)
    assert not drawer.is_collapsed() and drawer.code.isVisible()
    assert told == [True, False]


def test_showing_a_tab_unfolds(drawer: Drawer) -> None:
    drawer.set_collapsed(True)
    drawer.show_tab("problems")
    assert not drawer.is_collapsed()
    with pytest.raises(KeyError):
        drawer.show_tab("nonsense")


def test_the_code_is_the_generated_one(drawer: Drawer, document: Document) -> None:
    drawer.show_tab("code")
    source = generate(document.network, document.analysis, "digits net")
    assert drawer.code.text() == source.text
    assert drawer.code.view.toPlainText() == source.text.rstrip("\n")
    ast.parse(drawer.code.text())


def test_the_code_is_written_only_while_it_is_looked_at(qtbot: QtBot, drawer: Drawer, document: Document) -> None:
    assert drawer.code.view.toPlainText() == ""
    drawer.show_tab("code")
    assert "16" in drawer.code.view.toPlainText()
    document.apply(SetParam("conv1", "out_channels", 23))
    assert "23" not in drawer.code.view.toPlainText(), "it waits until the typing stops"
    qtbot.waitUntil(lambda: "23" in drawer.code.view.toPlainText())
    drawer.show_tab("layers")
    document.apply(SetParam("conv1", "out_channels", 29))
    qtbot.wait(200)
    assert "29" not in drawer.code.view.toPlainText()
    drawer.show_tab("code")
    assert "29" in drawer.code.view.toPlainText()


def test_moving_a_card_writes_no_code(drawer: Drawer, document: Document) -> None:
    from models.document.edits import Move

    drawer.show_tab("code")
    document.apply(Move({"conv1": (10.0, 20.0)}))
    assert not drawer.code._timer.isActive()


def test_the_selection_is_marked_in_layers_and_code(drawer: Drawer, document: Document) -> None:
    drawer.set_selection(["conv1"])
    drawer.show_tab("layers")
    assert drawer.layers.selected() == ["conv1"]
    drawer.show_tab("code")
    source = generate(document.network, document.analysis, "digits net")
    assert drawer.code.view.marked_lines() == set(source.lines["conv1"])


def test_the_marks_follow_a_rename(qtbot: QtBot, drawer: Drawer, document: Document) -> None:
    drawer.show_tab("code")
    drawer.set_selection(["conv1"])
    document.apply(Rename("conv1", "stem"))
    qtbot.waitUntil(lambda: "stem" in drawer.code.view.toPlainText())
    assert drawer.code.view.marked_lines()


def test_a_line_of_code_selects_its_node(qtbot: QtBot, drawer: Drawer, document: Document) -> None:
    drawer.show_tab("code")
    requests = asked(drawer)
    line = generate(document.network, document.analysis, "digits net").lines["conv1"][0]
    drawer.code.view.line_clicked.emit(line)
    drawer.code.view.line_clicked.emit(1)
    assert requests == [["conv1"]]


def test_code_is_copied_and_exported(qtbot: QtBot, drawer: Drawer) -> None:
    drawer.show_tab("code")
    qtbot.mouseClick(drawer.copy_code, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == drawer.code.text()
    with qtbot.waitSignal(drawer.export_requested):
        qtbot.mouseClick(drawer.export_code, Qt.MouseButton.LeftButton)


def test_the_class_is_called_after_the_title(drawer: Drawer) -> None:
    drawer.set_title("road signs")
    assert "class RoadSigns" in drawer.code.text()


def test_the_table_offers_its_copies(qtbot: QtBot, drawer: Drawer) -> None:
    drawer.show_tab("layers")
    qtbot.mouseClick(drawer.copy_table, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(drawer.layers.copy_menu.isVisible)
    drawer.layers.copy_menu.close()


def test_a_node_that_is_gone_is_forgotten(drawer: Drawer, document: Document) -> None:
    drawer.set_selection(["relu1"])
    document.apply(RemoveNodes(["relu1"]))
    document.apply(AddNode(Node("relu1", "ReLU")))
    drawer.show_tab("layers")
    assert drawer._ids == ()


def test_no_document_empties_everything(drawer: Drawer, document: Document) -> None:
    drawer.show_tab("layers")
    drawer.set_document(None)
    assert len(document.changed) == 0
    assert drawer.layers.model.rowCount() == 0
    assert drawer.code.text() == ""


def test_it_is_drawn_with_large_text_in_both_themes(drawer: Drawer) -> None:
    before = theme().mode
    try:
        for mode in ("dark", "light"):
            theme().set_mode(mode)
            theme().set_scale(1.5)
            for name in ("problems", "layers", "code"):
                drawer.show_tab(name)
                assert not drawer.grab().isNull()
            theme().set_scale(1.0)
    finally:
        theme().set_scale(1.0)
        theme().set_mode(before)


def test_nothing_stays_behind(qtbot: QtBot, document: Document) -> None:
    for place in range(12):
        widget = Drawer()
        widget.set_document(document)
        widget.show_tab(("problems", "layers", "code")[place % 3])
        widget.deleteLater()
    qtbot.waitUntil(lambda: len(document.changed) == 0)


@pytest.mark.parametrize("scale", [1.0, 1.5])
@pytest.mark.parametrize("width", [420, 480, 600, 1040])
def test_buttons_keep_their_words_where_there_is_room_and_are_never_cut(
    qtbot: QtBot, drawer: Drawer, scale: float, width: int
) -> None:
    theme().set_scale(scale)
    try:
        drawer.resize(width, 226)
        drawer.show_tab("code")
        buttons = drawer.copy_code, drawer.export_code
        qtbot.waitUntil(lambda: all(button.width() >= button.sizeHint().width() for button in buttons))
        for button, words in zip(buttons, ("Copy", "Export…"), strict=True):
            assert button.text() in ("", words)
            assert button.accessibleName() == words
            assert words in (button.text(), re.sub("<.*?>", "", button.toolTip()))
            assert drawer.rect().contains(button.mapTo(drawer, button.rect().bottomRight()))
        if width == 1040:
            assert drawer.copy_code.text() == "Copy"
    finally:
        theme().set_scale(1.0)
