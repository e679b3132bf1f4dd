"""Copy, cut and paste; and what is pasted by mistake."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication

from models.network import Edge, NetworkError
from widgets.canvas import NETWORK_MIME
from widgets.canvas.editing.clipboard import NOT_A_NETWORK, copied, pasted

CTRL = Qt.KeyboardModifier.ControlModifier


def test_copy_and_paste_keep_settings_and_wires(hand):
    hand.view.select({"conv1", "relu1"})
    hand.press(Qt.Key.Key_C, CTRL)
    hand.press(Qt.Key.Key_V, CTRL)
    assert hand.ids == ["input1", "conv1", "relu1", "conv2", "relu2"]
    assert hand.document.network["conv2"].params == {"padding": 1}
    assert Edge("conv2", "output", "relu2", "input") in hand.document.network.edges
    assert hand.view.selection() == {"conv2", "relu2"}
    assert hand.place("conv2") != hand.place("conv1")
    hand.press(Qt.Key.Key_V, CTRL)
    assert hand.place("conv3") not in (hand.place("conv1"), hand.place("conv2"))
    hand.document.undo()
    hand.document.undo()
    assert hand.ids == ["input1", "conv1", "relu1"]


def test_the_clipboard_holds_a_document_as_text(hand):
    data = copied(hand.view.scene, {"conv1", "relu1"})
    content = json.loads(data.text())
    assert content["netloom"] == 1
    assert [node["id"] for node in content["network"]["nodes"]] == ["conv1", "relu1"]
    assert content["network"]["edges"] == [["conv1", "relu1"]]
    assert bytes(data.data(NETWORK_MIME).data()).decode() == data.text()


def test_cut_heals_and_paste_brings_back(hand):
    hand.view.select({"conv1"})
    hand.press(Qt.Key.Key_X, CTRL)
    assert hand.wires == {("input1", "relu1")}
    hand.press(Qt.Key.Key_V, CTRL)
    assert hand.ids == ["input1", "relu1", "conv1"]


def test_copying_nothing_leaves_the_clipboard_alone(hand):
    QGuiApplication.clipboard().setText("mine")
    assert not hand.view.copy()
    assert QGuiApplication.clipboard().text() == "mine"


GARBAGE = [
    "",
    "hello",
    "[]",
    "null",
    "3",
    '{"netloom": 1}',
    '{"netloom": 99, "network": {}}',
    '{"network": {"nodes": 3}}',
    '{"network": {"nodes": []}}',
    '{"network": {"nodes": [1, null, "x"]}}',
    "[" * 5000,
    "\x00\x01",
    "<b>bold</b>",
]


@pytest.mark.parametrize("text", GARBAGE)
def test_what_is_no_network_is_not_pasted(hand, text):
    QGuiApplication.clipboard().setText(text)
    hand.press(Qt.Key.Key_V, CTRL)
    assert hand.messages == [NOT_A_NETWORK]
    assert hand.ids == ["input1", "conv1", "relu1"]
    assert hand.document.undo_label == ""


def test_binary_under_the_own_type_is_refused_too():
    data = QMimeData()
    data.setData(NETWORK_MIME, b"\xff\xfe\x00garbage")
    with pytest.raises(NetworkError, match="not a network"):
        pasted(data)
    with pytest.raises(NetworkError, match="not a network"):
        pasted(None)


def test_a_network_with_unknown_kinds_and_names_pastes(hand):
    text = '{"network": {"nodes": [{"id": "a b", "kind": "Nope", "later": 1}], "edges": [["a b", "gone"]]}}'
    QGuiApplication.clipboard().setText(text)
    hand.view.paste()
    node = hand.document.network[hand.ids[-1]]
    assert (node.kind, node.extra) == ("Nope", {"later": 1})
    assert hand.view.scene.cards[node.id].face.detail == "unknown layer"


def test_paste_far_away_lands_in_view(hand):
    hand.view.select({"conv1"})
    hand.view.copy()
    hand.view.pan(-20_000, 0)
    hand.view.paste()
    shown = hand.view.camera.area_to_widget(hand.view.scene.cards["conv2"].rect)
    assert hand.view.rect().intersects(shown.toAlignedRect())
