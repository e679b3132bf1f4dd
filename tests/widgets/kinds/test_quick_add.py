from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.document import Document
from models.kinds.layer import Layer, TensorType
from models.layers import LAYERS
from models.network import Edge, Network, Node
from widgets.kinds.quick_add import ROW, QuickAdd, offer
from widgets.theme import theme


@pytest.fixture
def document() -> Document:
    network = Network()
    for node in (
        Node("image", "Input", {"shape": [3, 32, 32]}),
        Node("conv1", "Conv2d", {"out_channels": 16, "padding": 1}),
        Node("lstm", "LSTM"),
    ):
        network.add_node(node)
    network.insert_edge(Edge("image", "output", "conv1", "input"))
    return Document(network)


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(900, 700)
    widget.show()
    qtbot.waitActive(widget)
    return widget


@pytest.fixture
def popup(host: QWidget) -> QuickAdd:
    return QuickAdd(host)


def open_after(popup: QuickAdd, host: QWidget, document: Document, after: str = "conv1") -> None:
    popup.open_at(host.mapToGlobal(QPoint(450, 100)), document, after)


def shapes(popup: QuickAdd) -> dict[str, str]:
    return {item.kind.kind: item.shape for item in popup.offers()}


def test_each_layer_shows_the_shape_it_would_give(popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    shown = shapes(popup)
    assert shown["MaxPool2d"] == "16×16×16"
    assert shown["Flatten"] == "16384"
    assert shown["ReLU"] == "16×32×32"
    assert "Input" in {item.kind.kind for item in popup.offers() if item.refusal}


def test_what_does_not_fit_comes_last_and_says_why(popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    refused = [bool(item.refusal) for item in popup.offers()]
    assert refused == sorted(refused)
    reason = next(item.refusal for item in popup.offers() if item.kind.kind == "Conv1d")
    assert "Conv1d" in reason and len(reason) <= 90


def test_what_fits_but_is_meant_for_other_input_comes_after_what_suits(
    popup: QuickAdd, host: QWidget, document: Document
) -> None:
    open_after(popup, host, document)
    places = {item.kind.kind: place for place, item in enumerate(popup.offers())}
    suiting = [places[kind] for kind in ("Conv2d", "MaxPool2d", "AvgPool2d", "Flatten", "ReLU", "BatchNorm2d")]
    for kind in ("MaxPool3d", "AvgPool3d", "AdaptiveAvgPool3d", "Linear"):
        assert max(suiting) < places[kind] < places["Conv3d"], "Conv3d is refused"


def test_kinds_with_further_inputs_and_unknown_types_promise_nothing() -> None:
    several = next(kind for kind in LAYERS.values() if sum(not port.optional for port in kind().inputs) > 1)
    assert offer(several, TensorType((4, 8)), True).shape == "?"
    assert offer(LAYERS["Linear"], None, True).shape == "?"
    assert offer(LAYERS["Linear"], None, False).shape == ""


def test_every_kind_can_be_offered_after_every_rank() -> None:
    for shape in ((), (10,), (3, 8), (3, 8, 8), (3, 8, 8, 8)):
        for kind in LAYERS.values():
            for dtype in ("float", "int"):
                item = offer(kind, TensorType(shape, dtype), True)
                assert item.shape or item.refusal


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("add", "Add"),  # ZeroPad2d fits, and is “add” in “padding” alone
        ("concat", "Concat"),
        ("linear", "Linear"),  # does not fit: a convolution comes before; ReLU is a rectified linear unit
        ("batchnorm1d", "BatchNorm1d"),
        ("Fully connected", "Linear"),
        ("conv", "Conv2d"),  # of what begins so, the first that fits
        ("lin", "Linear"),
        ("dense", "Linear"),
    ],
)
def test_what_is_called_so_comes_first(
    popup: QuickAdd, host: QWidget, document: Document, text: str, first: str
) -> None:
    popup.open_at(host.mapToGlobal(QPoint(200, 80)), document, "conv1")
    popup.search.setText(text)
    assert popup.kinds()[0] == first


@pytest.mark.parametrize("kind", [kind for kind in LAYERS.values() if any(port.variadic for port in kind().inputs)])
def test_merges_ask_for_one_more_input(popup: QuickAdd, host: QWidget, document: Document, kind: type[Layer]) -> None:
    popup.open_at(host.mapToGlobal(QPoint(200, 80)), document, "conv1")
    popup.search.setText(kind.kind)
    merge = popup.offers()[0]
    assert merge.kind is kind and not merge.refusal
    assert merge.shape == "+1 input"


def test_without_a_node_before_it_no_shapes_are_shown(popup: QuickAdd, host: QWidget) -> None:
    popup.open_at(host.mapToGlobal(QPoint(450, 100)))
    assert set(shapes(popup).values()) == {""}
    assert popup.kinds()[0] == next(iter(LAYERS)) or "Input" in popup.kinds()


def test_typing_searches_and_enter_adds(qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    qtbot.waitUntil(popup.search.hasFocus)
    qtbot.keyClicks(popup.search, "pool")
    assert all("pool" in kind.lower() for kind in popup.kinds())
    with qtbot.waitSignal(popup.chosen) as signal:
        qtbot.keyClick(popup.search, Qt.Key.Key_Return)
    assert signal.args == [popup.kinds()[0]]
    assert not popup.isVisible()


def test_the_arrows_walk_and_stop_at_the_ends(qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    qtbot.keyClicks(popup.search, "maxpool")
    qtbot.keyClick(popup.search, Qt.Key.Key_Up)
    assert popup.list.currentIndex().row() == 0
    qtbot.keyClick(popup.search, Qt.Key.Key_Down)
    assert popup.list.currentIndex().row() == 1
    for _ in range(30):
        qtbot.keyClick(popup.search, Qt.Key.Key_PageDown)
    assert popup.list.currentIndex().row() == len(popup.kinds()) - 1


def test_escape_cancels(qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    with qtbot.waitSignal(popup.canceled):
        qtbot.keyClick(popup.search, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_it_closes_when_the_keyboard_goes_elsewhere(
    qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document
) -> None:
    host.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    open_after(popup, host, document)
    qtbot.waitUntil(popup.search.hasFocus)
    with qtbot.waitSignal(popup.canceled):
        host.setFocus(Qt.FocusReason.MouseFocusReason)
    assert not popup.isVisible()


def test_a_click_adds(qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    qtbot.keyClicks(popup.search, "relu")
    area = popup.list.visualRect(popup.list.model().index(0, 0))
    with qtbot.waitSignal(popup.chosen) as signal:
        qtbot.mouseClick(popup.list.viewport(), Qt.MouseButton.LeftButton, pos=area.center())
    assert signal.args == ["ReLU"]


def test_nothing_found_names_the_closest(qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    qtbot.keyClicks(popup.search, "Linaer")
    assert popup.kinds() == ["Linear"]
    qtbot.keyClicks(popup.search, "@@@@@@@@@")
    assert popup.kinds() == []
    with qtbot.assertNotEmitted(popup.chosen):
        qtbot.keyClick(popup.search, Qt.Key.Key_Return)


def test_it_stays_inside_its_parent(popup: QuickAdd, host: QWidget, document: Document) -> None:
    for spot in (QPoint(0, 0), QPoint(899, 699), QPoint(5000, -5000)):
        popup.open_at(host.mapToGlobal(spot), document, "conv1")
        assert host.rect().contains(popup.geometry())


def test_the_anchor_is_where_the_wire_ends(popup: QuickAdd, host: QWidget, document: Document) -> None:
    popup.open_at(host.mapToGlobal(QPoint(450, 100)), document, "conv1")
    assert popup.anchor() == QPoint(450, 100)


def test_a_port_other_than_the_first_can_be_continued(popup: QuickAdd, host: QWidget, document: Document) -> None:
    document.network.insert_edge(Edge("conv1", "output", "lstm", "input"))
    names = document.network["lstm"].outputs
    popup.open_at(host.mapToGlobal(QPoint(10, 10)), document, "lstm", names[-1])
    assert popup.offers()


def test_both_themes_and_large_text_draw_it(qtbot: QtBot, popup: QuickAdd, host: QWidget, document: Document) -> None:
    open_after(popup, host, document)
    theme().set_scale(1.5)
    try:
        assert popup.width() == 474 + 2 * 21
        assert not popup.grab().isNull()
    finally:
        theme().set_scale(1.0)
    assert popup.accessibleName() == "Add a layer"


def test_what_goes_on_is_offered_before_what_ends(popup: QuickAdd, host: QWidget, document: Document) -> None:
    """Enter straight away must not close the network; asked for by name, Output comes first."""
    open_after(popup, host, document)
    fitting = [item.kind.kind for item in popup.offers() if not item.refusal]
    assert fitting[-1] == "Output" and fitting[0] != "Output"
    popup.search.setText("output")
    assert popup.kinds()[0] == "Output"


def test_without_a_wire_the_order_is_that_of_the_palette(popup: QuickAdd, host: QWidget) -> None:
    popup.open_at(host.mapToGlobal(QPoint(450, 100)))
    assert set(popup.kinds()[:2]) == {"Input", "Output"}


def test_in_a_low_parent_it_has_fewer_rows_and_keeps_its_keys(
    popup: QuickAdd, host: QWidget, document: Document
) -> None:
    open_after(popup, host, document)
    tall = popup.height()
    popup.cancel()
    host.resize(900, 330)
    open_after(popup, host, document)
    assert popup.height() < tall and host.rect().contains(popup.geometry())
    assert popup.list.height() >= 2 * ROW
    assert popup.rect().contains(popup._foot.geometry())
