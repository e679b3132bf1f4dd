from __future__ import annotations

import time

import pytest
from block_networks import gated, opened
from PySide6.QtCore import QAbstractItemModel, QPoint, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import AddNode, Connect, RemoveNodes, Rename, SetParam
from models.document.sharing import OwnWeights, ShareWeights
from models.network import Edge, Network, Node
from support import within
from widgets.drawer.layer_model import HEADERS, LayerModel
from widgets.drawer.layers import LayerTable
from widgets.theme import theme


def make_document(count: int = 0) -> Document:
    network = Network()
    nodes = [
        Node("image", "Input", {"shape": [3, 32, 32]}),
        Node("conv1", "Conv2d", {"out_channels": 16, "padding": 1}),
        Node("relu1", "ReLU"),
        Node("odd1", "=Sparkle"),
    ]
    nodes += [Node(f"act{place}", "ReLU") for place in range(count)]
    for node in nodes:
        network.add_node(node)
    for source, target in (("image", "conv1"), ("conv1", "relu1")):
        network.insert_edge(Edge(source, "output", target, "input"))
    return Document(network)


@pytest.fixture
def document() -> Document:
    return make_document()


@pytest.fixture
def layers(qtbot: QtBot, document: Document) -> LayerTable:
    widget = LayerTable()
    qtbot.addWidget(widget)
    widget.set_document(document)
    widget.resize(1040, 240)
    widget.show()
    qtbot.waitActive(widget)
    return widget


def row(layers: LayerTable, id: str) -> list[str]:
    place = layers.model.place(id)
    return [str(layers.model.index(place, column).data()) for column in range(len(HEADERS))]


def asked(layers: LayerTable) -> list[list[str]]:
    requests: list[list[str]] = []
    layers.selection_requested.connect(requests.append)
    return requests


def test_rows_read_as_an_exam_lays_them_out(layers: LayerTable) -> None:
    assert row(layers, "conv1") == ["conv1", "Conv2d", "16", "32×32", "16", "3×3", "448", "442.4 k", "3×3"]
    assert row(layers, "relu1")[2:] == ["16", "32×32", "—", "—", "—", "—", "3×3"]
    assert row(layers, "odd1")[2:] == ["?", "?", "—", "—", "?", "?", "—"]


def test_the_model_keeps_qts_rules(qtbot: QtBot, document: Document) -> None:
    model = LayerModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_document(document)
    model.sort(6)
    model.set_document(None)
    assert isinstance(tester.model(), QAbstractItemModel)
    assert model.rowCount() == 0


def test_a_sum_that_is_wider_than_its_column_has_the_empty_ones_before_it(layers: LayerTable) -> None:
    header = layers.table.horizontalHeader()
    place = layers._totals._place(6)
    assert place.left() == header.sectionViewportPosition(2) and place.width() > 2 * header.sectionSize(6)
    assert layers._totals._place(7).left() >= header.sectionViewportPosition(7)


def test_the_totals_stand_beneath(layers: LayerTable, document: Document) -> None:
    assert [cell.shown for cell in layers.model.totals()][6:8] == ["448", "442.4 k"]
    assert "Parameters 448" in layers._totals.accessibleName()
    document.apply(SetParam("conv1", "bias", False))
    assert "Parameters 432" in layers._totals.accessibleName()


def test_an_edit_changes_the_row(layers: LayerTable, document: Document) -> None:
    document.apply(SetParam("conv1", "out_channels", 8))
    assert row(layers, "conv1")[2] == "8"
    assert row(layers, "relu1")[2] == "8"


def test_added_removed_and_renamed_rows(layers: LayerTable, document: Document) -> None:
    document.apply(AddNode(Node("fc1", "Linear")))
    assert layers.model.place("fc1") >= 0
    document.apply(RemoveNodes(["relu1"]))
    assert layers.model.place("relu1") == -1
    layers.set_selection(["conv1"])
    document.apply(Rename("conv1", "stem"))
    assert layers.selected() == ["stem"]
    document.undo()
    assert layers.selected() == ["conv1"]


def test_a_click_on_a_heading_sorts_with_the_unknown_last(qtbot: QtBot, layers: LayerTable) -> None:
    header = layers.table.horizontalHeader()

    def click(column: int) -> None:
        spot = header.rect().center()
        spot.setX(header.sectionViewportPosition(column) + 20)
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    click(6)
    assert layers.model.ids()[-2:] == ["conv1", "odd1"]
    click(6)
    assert layers.model.ids()[0] == "conv1"
    assert layers.model.ids()[-1] == "odd1"
    click(6)
    assert layers.model.ids()[0] == "image", "a third click brings network order back"
    click(0)
    assert layers.model.ids() == sorted(layers.model.ids())


def test_an_edit_that_changes_the_order_sorts_again(layers: LayerTable, document: Document) -> None:
    document.apply(AddNode(Node("conv2", "Conv2d", {"out_channels": 4})))
    layers.table.sortByColumn(4, Qt.SortOrder.DescendingOrder)
    assert layers.model.ids()[:2] == ["conv1", "conv2"]
    document.apply(SetParam("conv2", "out_channels", 99))
    assert layers.model.ids()[:2] == ["conv2", "conv1"]


def test_a_click_on_a_row_asks_for_its_node(qtbot: QtBot, layers: LayerTable) -> None:
    requests = asked(layers)
    spot = layers.table.visualRect(layers.model.index(layers.model.place("relu1"), 2)).center()
    qtbot.mouseClick(layers.table.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert requests == [["relu1"]]


def test_the_keyboard_walks_and_extends(qtbot: QtBot, layers: LayerTable) -> None:
    requests = asked(layers)
    layers.table.setFocus()
    layers.table.setCurrentIndex(layers.model.index(0, 0))
    qtbot.keyClick(layers.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    assert requests[-1] == layers.model.ids()[:2]


def test_a_selection_made_elsewhere_is_shown_and_not_asked_for(layers: LayerTable) -> None:
    requests = asked(layers)
    layers.set_selection(["relu1", "conv1", "gone"])
    assert sorted(layers.selected()) == ["conv1", "relu1"]
    layers.set_selection([])
    assert layers.selected() == []
    assert requests == []


def test_the_selection_survives_sorting(layers: LayerTable) -> None:
    layers.set_selection(["relu1"])
    layers.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    assert layers.selected() == ["relu1"]


def test_out_of_sight_it_waits_and_then_catches_up(layers: LayerTable, document: Document) -> None:
    layers.hide()
    document.apply(SetParam("conv1", "out_channels", 2))
    layers.set_selection(["conv1"])
    layers.show()
    assert row(layers, "conv1")[2] == "2"
    assert layers.selected() == ["conv1"]


def test_it_is_copied_as_csv_markdown_and_latex(qtbot: QtBot, layers: LayerTable) -> None:
    clipboard = QGuiApplication.clipboard()
    for action, start in zip(layers.copy_menu.actions(), ("Layer,Type", "| Layer | Type", r"\begin"), strict=True):
        action.trigger()
        assert clipboard.text().startswith(start)
    assert "442368" in layers.text("csv"), "copies carry exact numbers"
    assert "'=Sparkle" in layers.text("csv")
    assert layers.text("csv").splitlines()[-1].startswith("Total,4 layers")


def test_chosen_rows_are_copied_alone(qtbot: QtBot, layers: LayerTable) -> None:
    layers.set_selection(["conv1", "relu1"])
    layers.table.setFocus()
    qtbot.keyClick(layers.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    lines = QGuiApplication.clipboard().text().splitlines()
    assert [line.split(",")[0] for line in lines] == ["Layer", "conv1", "relu1"]


def test_columns_share_the_width_and_scroll_when_narrow(qtbot: QtBot, layers: LayerTable) -> None:
    qtbot.waitUntil(lambda: layers.table.horizontalScrollBar().maximum() == 0)
    layers.resize(480, 240)
    qtbot.waitUntil(lambda: layers.table.horizontalScrollBar().maximum() > 0)


def test_it_is_drawn_in_both_themes_and_large(qtbot: QtBot, layers: LayerTable) -> None:
    layers.set_selection(["conv1"])
    before = theme().mode
    try:
        for mode in ("dark", "light"):
            theme().set_mode(mode)
            image = layers.grab().toImage()
            soft = QColor(theme().palette.accent_soft).rgb()
            pixels = {image.pixel(x, y) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)}
            assert soft in pixels
        theme().set_scale(1.5)
        assert layers.table.verticalHeader().defaultSectionSize() == 39
    finally:
        theme().set_scale(1.0)
        theme().set_mode(before)


def test_five_thousand_layers_are_shown_at_once(qtbot: QtBot) -> None:
    def show() -> float:
        widget = LayerTable()
        qtbot.addWidget(widget)
        widget.resize(1040, 240)
        widget.show()
        document = make_document(5000)
        start = time.perf_counter()
        widget.set_document(document)
        widget.grab()
        widget.set_selection(list(document.network.nodes))
        taken = time.perf_counter() - start
        assert len(widget.selected()) == 5004
        return taken

    within(1.0, show)


def test_headings_explain_themselves(layers: LayerTable) -> None:
    tip = layers.model.headerData(7, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
    assert "Multiply-add" in str(tip)
    assert layers.model.headerData(0, Qt.Orientation.Vertical) is None


def test_nothing_stays_behind(qtbot: QtBot, document: Document) -> None:
    for _ in range(100):
        widget = LayerTable()
        widget.set_document(document)
        widget.deleteLater()
    qtbot.waitUntil(lambda: len(document.changed) == 0)


def test_a_row_that_was_just_added_and_chosen_comes_into_view(qtbot: QtBot, layers: LayerTable) -> None:
    document = make_document(40)
    layers.set_document(document)
    document.apply(AddNode(Node("last1", "ReLU")))
    layers.set_selection(["last1"])

    def is_in_view() -> bool:
        area = layers.table.visualRect(layers.model.index(layers.model.place("last1"), 0))
        return layers.table.viewport().rect().contains(area)

    qtbot.waitUntil(is_in_view, timeout=60_000)
    layers.hide()
    layers.set_selection(["image"])
    layers.set_selection(["last1"])
    layers.table.scrollToTop()
    layers.show()
    qtbot.waitUntil(is_in_view, timeout=60_000)


def test_shared_weights_stand_where_they_are_first_called(document: Document, layers: LayerTable) -> None:
    column = HEADERS.index("Parameters")
    for id in ("conv2", "conv3"):
        document.apply(AddNode(Node(id, "Conv2d", {"out_channels": 16, "padding": 1})))
        document.apply(Connect(Edge("image", "output", id, "input")))
        document.apply(ShareWeights(id, "conv1"))
    assert [row(layers, f"conv{number}")[column] for number in (1, 2, 3)] == ["448", "as conv1", "as conv1"]
    assert layers.model.cells("conv2")[column].exact == "0"
    document.apply(OwnWeights("conv1"))
    assert [row(layers, f"conv{number}")[column] for number in (1, 2, 3)] == ["448", "448", "as conv2"]
    document.undo()
    document.apply(RemoveNodes(["conv1"]))
    assert [row(layers, f"conv{number}")[column] for number in (2, 3)] == ["448", "as conv2"]


# Blocks


@pytest.fixture
def blocks(layers: LayerTable) -> LayerTable:
    layers.set_document(opened(gated()))
    layers.table.setCurrentIndex(layers.model.index(layers.model.place("stage1"), 0))
    return layers


def test_blocks_unfold_and_fold_by_keys(blocks: LayerTable, qtbot: QtBot) -> None:
    folded = list(blocks.model.ids())
    assert blocks.model.cells("stage1")[1].shown == "Gated ×2"
    qtbot.keyClick(blocks.table, Qt.Key.Key_Right)
    inner = ["input1", "conv1", "bn1", "relu1", "se1", "output1"]
    assert blocks.model.ids()[1:8] == ["stage1", *(f"stage1/{id}" for id in inner)]
    assert [cell.shown for cell in blocks.model.cells("stage1/conv1")[:4]] == ["conv1", "Conv2d", "8", "4×4"]
    assert blocks.model.cells("stage1/conv1")[0].exact == "stage1/conv1"
    blocks.table.setCurrentIndex(blocks.model.index(blocks.model.place("stage1/se1"), 0))
    qtbot.keyClick(blocks.table, Qt.Key.Key_Right)
    assert "stage1/se1/pool1" in blocks.model.ids()
    for _ in range(2):  # the inner block, then the way up
        qtbot.keyClick(blocks.table, Qt.Key.Key_Left)
    assert blocks.model.ids() == folded
    assert blocks.table.currentIndex().row() == blocks.model.place("stage1")


def test_rows_within_a_block_stand_for_it_and_can_be_walked(blocks: LayerTable, qtbot: QtBot) -> None:
    asked: list[list[str]] = []
    blocks.selection_requested.connect(lambda ids: (asked.append(ids), blocks.set_selection(ids)))
    qtbot.keyClick(blocks.table, Qt.Key.Key_Right)
    for _ in range(3):
        qtbot.keyClick(blocks.table, Qt.Key.Key_Down)
    assert blocks.table.currentIndex().data() == "bn1" and asked[-1] == ["stage1"]
    assert blocks.selected() == ["stage1"]


def test_a_click_on_the_chevron_unfolds(blocks: LayerTable, qtbot: QtBot) -> None:
    area = blocks.table.visualRect(blocks.model.index(blocks.model.place("stage2"), 0))
    for there in (True, False):
        place = area.topLeft() + QPoint(20, 8)
        qtbot.mouseClick(blocks.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert ("stage2/conv1" in blocks.model.ids()) is there


def test_unfolded_layers_follow_edits_within_the_block(blocks: LayerTable, qtbot: QtBot) -> None:
    qtbot.keyClick(blocks.table, Qt.Key.Key_Right)
    document = blocks._following.document
    assert isinstance(document, Document)
    document.apply(SetParam("conv1", "kernel_size", 5).within("Gated"))
    assert blocks.model.cells("stage1/conv1")[5].shown == "5×5"
    document.apply(RemoveNodes(["relu1"], heal=True).within("Gated"))
    assert "stage1/relu1" not in blocks.model.ids()
    document.apply(RemoveNodes(["stage1"], heal=True))
    assert not any(id.startswith("stage1") for id in blocks.model.ids())


def test_sorted_rows_keep_their_layers_below_them(blocks: LayerTable, qtbot: QtBot) -> None:
    qtbot.keyClick(blocks.table, Qt.Key.Key_Right)
    blocks.table.sortByColumn(HEADERS.index("Parameters"), Qt.SortOrder.DescendingOrder)
    at = blocks.model.place("stage1")
    assert blocks.model.ids()[at + 1] == "stage1/input1"
