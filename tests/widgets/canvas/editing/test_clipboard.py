"""Copy, cut and paste; and what is pasted by mistake."""

from __future__ import annotations

import json

import pytest
from block_networks import gated, opened
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QGuiApplication

from models.document import Document
from models.document.edits import Rename, SetParam
from models.document.replacing import replacing
from models.document.scopes import SetParameter
from models.document.sharing import ShareWeights
from models.network import Edge, Network, NetworkError, Node
from models.storage import files
from widgets.canvas import NETWORK_MIME
from widgets.canvas.editing.clipboard import NOT_A_NETWORK, copied, pasted
from widgets.canvas.editing.requests import add_copies, replace

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


def share_two(hand):
    """conv1 and a second convolution that calls the same module."""
    hand.view.select({"conv1"})
    hand.view.duplicate()
    hand.document.apply(ShareWeights("conv2", "conv1"))


def test_copies_share_among_themselves(hand):
    share_two(hand)
    hand.view.select({"conv1", "conv2"})
    hand.view.duplicate()
    assert hand.document.network.modules == {"conv1": ("conv1", "conv2"), "conv3": ("conv3", "conv4")}
    hand.document.undo()
    assert hand.document.network.modules == {"conv1": ("conv1", "conv2")}


def test_a_single_copy_has_weights_of_its_own(hand):
    share_two(hand)
    hand.view.select({"conv2"})
    hand.view.duplicate()
    assert hand.document.network["conv3"].params == {"padding": 1}
    assert hand.document.network.partners("conv3") == ("conv3",)


def test_no_copy_takes_the_name_of_a_module(hand):
    share_two(hand)
    hand.document.apply(Rename("conv2", "again"))
    hand.view.select({"conv1"})
    hand.press(Qt.Key.Key_X, CTRL)
    hand.press(Qt.Key.Key_V, CTRL)
    assert "conv1" not in hand.document.network and hand.document.network.partners("again") == ("again",)


def test_parameters_come_along_where_there_are_none(hand):
    hand.document.apply(SetParameter("width", 4))
    hand.document.apply(SetParameter("depth", 9))
    hand.document.apply(SetParam("conv1", "out_channels", "=width"))
    hand.view.select({"conv1"})
    hand.view.copy()
    hand.view.set_document(other := Document(Network([Node("a", "Input")])))
    hand.document.apply(SetParameter("width", 5))
    assert json.loads(QGuiApplication.clipboard().text())["netloom"] == 2
    edit, ids, _ = add_copies(hand.view.scene, pasted(QGuiApplication.clipboard().mimeData()), (0, 0))
    other.apply(edit)
    assert other.network.parameters == {"width": 4} and other.network[ids[0]].params["out_channels"] == "=width"
    other.undo()
    assert other.network.parameters == {}


def test_a_parameter_that_is_there_stays_as_it_is(hand):
    hand.document.apply(SetParameter("width", 4))
    hand.document.apply(SetParam("conv1", "out_channels", "=width"))
    hand.view.select({"conv1"})
    hand.view.copy()
    hand.document.apply(SetParameter("width", 6))
    hand.view.paste()
    assert hand.document.network.parameters == {"width": 6}
    assert hand.document.network["conv2"].layer.out_channels == 6


def copied_blocks():
    """A network of blocks on the clipboard, as another document has put it there; and that document."""
    QGuiApplication.clipboard().setText(files.format_json(gated()).decode())
    return opened(gated())


def test_definitions_come_along_and_go_with_an_undo(hand):
    source = copied_blocks()
    hand.view.paste()
    assert list(hand.document.content.networks) == ["", "Excite", "Gated"]
    assert hand.document.network["stage1"].params == source.network["stage1"].params and hand.messages == []
    assert hand.document.analysis["output1"].inputs == source.analysis["output1"].inputs
    hand.view.paste()
    assert len(hand.document.content.networks) == 3 and "stage3" in hand.document.network
    hand.document.undo()
    hand.document.undo()
    assert list(hand.document.content.networks) == [""] and hand.ids == ["input1", "conv1", "relu1"]


def test_a_name_that_means_something_else_gets_another_and_says_so(hand):
    copied_blocks()
    hand.view.paste()
    hand.document.apply(SetParam("conv1", "bias", True).within("Excite"))
    hand.view.paste()
    content = hand.document.content
    assert list(content.networks) == ["", "Excite", "Gated", "Excite2", "Gated2"]
    assert content["Gated2"]["se1"].kind == "Excite2" and hand.document.network["stage3"].kind == "Gated2"
    assert hand.messages == ["This document has other blocks of that name. Pasted as Excite2, Gated2."]
    hand.view.paste()
    assert len(content.networks) == 5, "what was pasted before is used again"


def test_blocks_are_duplicated_with_their_wires(hand):
    hand.view.set_document(document := opened(gated()))
    hand.view.select({"stage1", "stage2"})
    edit, ids, renamed = add_copies(hand.view.scene, pasted(copied(hand.view.scene, hand.view.selection())), (0, 0))
    document.apply(edit)
    assert (ids, renamed) == (["stage3", "stage4"], {}) and list(document.content.networks) == ["", "Gated", "Excite"]
    assert Edge("stage3", "output1", "stage4", "input1") in document.network.edges


def test_a_layer_is_replaced_by_a_block(hand):
    hand.view.set_document(document := opened(gated()))
    edit, (part,) = replace(hand.view.scene, ["flat1"], "Excite", document.network.kinds)
    document.apply(edit)
    assert Edge("stage2", "output1", part.new, "input1") in document.network.edges
    document.undo()
    with pytest.raises(NetworkError, match="cannot hold itself"):
        document.apply(replacing(["relu1"], "Gated")[0].within("Excite"))
    assert document.content["Excite"]["relu1"].kind == "ReLU"
