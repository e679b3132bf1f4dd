"""The page of several layers: the fields they share, mixed values shown as such, each edit one undo for all."""

from __future__ import annotations

from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from models.document import Document
from models.document.edits import Edit
from models.network import Network, Node
from widgets.controls import ChoiceField
from widgets.forms.editors import BoolEditor
from widgets.inspector import Inspector
from widgets.inspector.selection_page import SelectionPage


@pytest.fixture
def document() -> Document:
    layers = (
        Node("image", "Input", {"shape": [3, 32, 32]}),
        Node("conv1", "Conv2d", {"out_channels": 8, "padding": 1}),
        Node("conv2", "Conv2d", {"out_channels": 32, "bias": False, "padding_mode": "reflect"}),
        Node("fc1", "Linear", {"out_features": 10}),
        Node("relu1", "ReLU"),
        Node("odd1", "Sparkle"),
        Node("out1", "Output", {"loss": {"kind": "MSELoss"}}),
        Node("out2", "Output"),
    )
    return Document(Network(layers))


@pytest.fixture
def inspector(qtbot: QtBot, document: Document) -> Inspector:
    def apply(edit: Edit, merge: bool) -> bool:
        document.apply(edit, merge=merge)
        return True

    widget = Inspector(apply)
    qtbot.addWidget(widget)
    widget.set_document(document)
    widget.resize(328, 700)
    widget.show()
    qtbot.waitActive(widget)
    return widget


@pytest.fixture
def page(inspector: Inspector) -> SelectionPage:
    inspector.set_selection(["conv2", "conv1"])
    return inspector.selection_page


def editor(page: SelectionPage, name: str) -> Any:
    return page.form.editor(name)


def type_over(qtbot: QtBot, line: QWidget, text: str) -> None:
    line.setFocus()
    line.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, text)


def test_values_that_differ_are_shown_as_mixed(page: SelectionPage) -> None:
    mixed = [name for name in ("out_channels", "kernel_size", "stride", "padding") if editor(page, name).is_mixed()]
    assert mixed == ["out_channels", "padding"]
    assert cast(BoolEditor, editor(page, "bias")).switch.is_mixed()
    assert cast(ChoiceField, editor(page, "padding_mode")).is_mixed()
    assert editor(page, "kernel_size").lines[0].text() == "3"


def test_typing_sets_all_at_once_in_one_undo(qtbot: QtBot, document: Document, page: SelectionPage) -> None:
    type_over(qtbot, editor(page, "out_channels"), "128")
    network = document.network
    assert [network[id].params["out_channels"] for id in ("conv1", "conv2")] == [128, 128]
    assert not editor(page, "out_channels").is_mixed() and editor(page, "out_channels").text() == "128"
    assert editor(page, "padding").is_mixed()
    document.undo()
    assert [network[id].params["out_channels"] for id in ("conv1", "conv2")] == [8, 32]
    assert editor(page, "out_channels").is_mixed() and not document.undo_label


def test_a_mixed_switch_turns_all_on(qtbot: QtBot, document: Document, page: SelectionPage) -> None:
    switch = editor(page, "bias").switch
    qtbot.mouseClick(switch, Qt.MouseButton.LeftButton)
    assert document.network["conv1"].layer.bias and document.network["conv2"].layer.bias  # type: ignore[union-attr]
    assert switch.isChecked() and not switch.is_mixed()


def test_sizes_and_words_are_set_for_all(qtbot: QtBot, document: Document, page: SelectionPage) -> None:
    type_over(qtbot, editor(page, "padding").lines[0], "2")
    choice = editor(page, "padding_mode")
    choice.setCurrentIndex(choice.findData("zeros"))
    choice.activated.emit(choice.currentIndex())
    for id in ("conv1", "conv2"):
        layer = document.network[id].layer
        assert layer is not None and (layer.padding, layer.padding_mode) == ((2, 2), "zeros")  # type: ignore[attr-defined]


def test_only_what_all_have_is_offered(inspector: Inspector) -> None:
    inspector.set_selection(["conv1", "fc1"])
    page = inspector.selection_page
    assert page.form.isVisible() and editor(page, "bias").isVisible()
    with pytest.raises(KeyError):
        editor(page, "kernel_size")
    inspector.set_selection(["conv1", "relu1"])
    assert not page.form.isVisible() and page.nothing.isVisible()
    inspector.set_selection(["conv1", "odd1"])
    assert page.nothing.isVisible()


def test_other_losses_are_chosen_for_all(document: Document, inspector: Inspector) -> None:
    inspector.set_selection(["out1", "out2"])
    loss = editor(inspector.selection_page, "loss")
    assert loss.choice.is_mixed() and loss.form.isHidden()
    loss.choice.changed.emit("CrossEntropyLoss")
    kinds = [document.network[id].layer.loss.kind for id in ("out1", "out2")]  # type: ignore[union-attr]
    assert kinds == ["CrossEntropyLoss"] * 2 and not loss.choice.is_mixed()


def test_reset_is_for_all_and_one_undo(qtbot: QtBot, document: Document, page: SelectionPage) -> None:
    before = [dict(document.network[id].params) for id in ("conv1", "conv2")]
    qtbot.mouseClick(page.reset, Qt.MouseButton.LeftButton)
    assert [document.network[id].params for id in ("conv1", "conv2")] == [{}, {}] and not page.reset.isEnabled()
    document.undo()
    assert [document.network[id].params for id in ("conv1", "conv2")] == before


def test_settings_are_copied_from_one_and_pasted_into_several(document: Document, inspector: Inspector) -> None:
    inspector.set_selection(["conv2"])
    menu = inspector.node_page.menu
    menu.aboutToShow.emit()
    assert menu.copy.isEnabled()
    menu.copy.trigger()
    inspector.set_selection(["conv1", "fc1"])
    menu = inspector.selection_page.settings_menu
    menu.aboutToShow.emit()
    assert menu.paste.isEnabled() and not menu.copy.isEnabled()
    menu.paste.trigger()
    assert document.network["conv1"].params == document.network["conv2"].params
    assert document.network["fc1"].params == {"out_features": 10, "bias": False}
    document.undo()
    assert document.network["fc1"].params == {"out_features": 10}
    QGuiApplication.clipboard().setText("something else")
    menu.aboutToShow.emit()
    assert not menu.paste.isEnabled()


def test_a_short_page_does_not_scroll_as_far_as_a_long_one(qtbot: QtBot, inspector: Inspector) -> None:
    inspector.resize(328, 420)
    inspector.set_selection(["conv1"])
    bar = inspector.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    bar.setValue(bar.maximum())
    inspector.set_selection(["odd1"])
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    assert bar.value() == 0
