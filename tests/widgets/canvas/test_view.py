"""The canvas as others use it: documents come and go, selection, camera, map, tools, screen readers."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton

from models.document.edits import AddNode, RemoveNodes, Rename, SetParam
from models.document.sharing import OwnWeights, ShareWeights
from models.network import Node
from widgets.canvas import CanvasView, accessibility
from widgets.canvas.accessibility import describe
from widgets.theme import theme

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


def test_a_new_document_is_shown_whole(hand, make):
    hand.view.set_document(make())
    area = hand.view.camera.area_to_widget(hand.view.scene.bounds)
    assert hand.view.rect().contains(area.toAlignedRect())
    assert hand.view.zoom <= 1.0


def test_a_fitted_network_stays_clear_of_the_tools(hand, make):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(6))
    hand.view.set_document(make(nodes, [], **{f"relu{place}": (place * 406.0, 0.0) for place in range(6)}))
    assert hand.view.camera.area_to_widget(hand.view.scene.bounds).left() > hand.view.tools.geometry().right()


def test_a_canvas_shown_later_fits_until_the_user_looks_elsewhere(qtbot, make):
    view = CanvasView()
    qtbot.addWidget(view)
    view.set_document(make())
    view.resize(700, 500)
    view.show()
    view.resize(1200, 900)
    center = view.camera.area_to_widget(view.scene.bounds).center()
    assert abs(center.x() - 600) < 60
    view.pan(-100, 0)
    view.resize(1000, 900)
    assert view.camera.area_to_widget(view.scene.bounds).center().x() == pytest.approx(center.x() - 100, abs=1)


def test_a_canvas_made_smaller_keeps_cards_in_sight(hand, make):
    nodes = tuple((f"relu{place}", "ReLU", {}) for place in range(3))
    view = hand.view
    view.set_document(make(nodes, **{f"relu{place}": (0.0, place * 50.0) for place in range(3)}))
    for place, kept in (QPointF(1000, 400), True), (QPointF(1800, 1100), False):
        view.resize(2000, 1200)
        view.set_zoom(1.0)
        view.pan(*(place - view.camera.to_widget(view.scene.bounds.center())).toTuple())
        view.resize(600, 500)
        assert view.scene.cards_in(view.camera.area_to_scene(QRectF(view.rect())))
        assert (view.camera.area_to_widget(view.scene.bounds).center() == QPointF(300, 50)) == kept
        assert view.zoom == 1.0


def test_larger_text_enlarges_the_panels_within_the_canvas(hand):
    try:
        theme().set_scale(1.5)
        assert hand.view.rect().contains(hand.view.minimap.geometry())
        assert hand.view.rect().contains(hand.view.colors.geometry())
    finally:
        theme().set_scale(1.0)


def test_a_hundred_documents_leave_nothing_behind(hand, make):
    document = make()
    ghosts = []
    for _ in range(100):
        other = make()
        hand.view.set_document(other)
        hand.view.select_all()
        ghosts.append(weakref.ref(hand.view.scene))
        hand.view.set_document(document)
    hand.view.set_document(None)
    QApplication.processEvents()
    gc.collect()
    assert len(document.changed) == len(hand.document.changed) == 0
    assert [ghost for ghost in ghosts if ghost()] == []


def test_without_apply_edits_go_out_as_a_signal(qtbot, document):
    view = CanvasView()
    qtbot.addWidget(view)
    view.set_document(document)
    view.select({"conv1"})
    with qtbot.waitSignal(view.edit_requested) as caught:
        view.delete()
    assert isinstance(caught.args[0], RemoveNodes)
    assert "conv1" in document.network


def test_selection_leaves_with_its_card_and_follows_a_new_name(hand, qtbot):
    hand.view.select({"conv1", "nobody"})
    assert hand.view.selection() == {"conv1"}
    hand.document.apply(Rename("conv1", "stem"))
    assert hand.view.selection() == {"stem"}
    with qtbot.waitSignal(hand.view.selection_changed):
        hand.document.apply(RemoveNodes(["stem"]))
    assert hand.view.selection() == frozenset()


def test_reveal_selects_and_shows(hand):
    hand.view.pan(-5000, 0)
    hand.view.reveal("relu1")
    shown = hand.view.camera.area_to_widget(hand.view.scene.cards["relu1"].rect)
    assert hand.view.rect().contains(shown.toAlignedRect())
    hand.view.reveal("nobody")
    assert hand.view.selection() == {"relu1"}


def test_add_goes_behind_the_selected_layer(hand):
    hand.view.select({"relu1"})
    hand.view.add("Flatten")
    assert ("relu1", "flatten1") in hand.wires
    hand.view.select({"conv1"})
    hand.view.add("BatchNorm2d")
    assert {("conv1", "batchnorm1"), ("batchnorm1", "relu1")} <= hand.wires
    hand.view.select(())
    hand.view.add("Linear")
    hand.view.select(())
    hand.view.add("Linear")
    assert hand.place("linear1") != hand.place("linear2")
    assert not [edge for edge in hand.wires if "linear1" in edge]


def test_insert_kind_refuses_what_cannot_be_wired(hand, end):
    hand.view.insert_kind("Input", hand.view.scene.bounds.bottomLeft(), end("relu1", "output", True))
    assert hand.messages == ["Input starts the network and takes no input."]
    assert len(hand.ids) == 3


def test_refusals_are_spoken_near_the_pointer(hand):
    hand.view.show_refusal("<b>No</b>")
    bubble = hand.view._bubble
    assert bubble.isVisible()
    assert bubble.text() == "<b>No</b>"
    assert bubble.textFormat() == Qt.TextFormat.PlainText
    assert hand.view.rect().contains(bubble.geometry())
    hand.click(hand.at(600, 500))
    assert not bubble.isVisible()


# Map and tools


def test_the_map_leads_elsewhere(hand):
    hand.view.pan(-3000, -2000)
    mini = hand.view.minimap._map
    QTest.mouseClick(mini, LEFT, NONE, mini.rect().center())
    center = hand.view.camera.area_to_widget(hand.view.scene.bounds).center()
    assert (center.toPoint() - hand.view.rect().center()).manhattanLength() < 30
    mini.grab()


def test_the_zoom_is_shown_and_set(hand):
    hand.view.set_zoom(0.37)
    assert hand.view.minimap._label.text() == "37%"
    hand.view.minimap._label.click()
    assert hand.view.zoom == 1.0


def test_panels_stay_in_their_corners_and_keep_clicks(hand):
    hand.view.resize(700, 500)
    assert hand.view.rect().contains(hand.view.minimap.geometry())
    hand.view.select({"conv1"})
    QTest.mouseClick(hand.view.minimap, LEFT, NONE, QPoint(3, 3))
    assert hand.view.selection() == {"conv1"}


def test_panels_are_smaller_on_a_small_canvas(hand):
    large = hand.view.minimap.height(), hand.view.colors.width()
    hand.view.resize(480, 400)
    assert hand.view.minimap.height() < large[0] / 2
    assert hand.view.colors.width() < large[1]
    hand.view.resize(1000, 800)
    assert (hand.view.minimap.height(), hand.view.colors.width()) == large


def test_tools_do_what_they_say(hand, qtbot):
    buttons = {button.accessibleName().split(" (")[0]: button for button in hand.view.tools.findChildren(QToolButton)}
    with qtbot.waitSignal(hand.view.layers_requested):
        buttons["Show the table of layers"].click()
    with qtbot.waitSignal(hand.view.quick_add_requested):
        buttons["Add a layer"].click()
    buttons["Arrange all layers"].click()
    assert hand.document.undo_label == "Arrange"
    hand.view.pan(9000, 0)
    buttons["Show the whole network"].click()
    assert hand.view.rect().contains(hand.view.camera.area_to_widget(hand.view.scene.bounds).toAlignedRect())


# Screen readers


def test_a_card_has_a_sentence(hand):
    assert describe(hand.view.scene, "conv1", selected=True) == (
        "Conv2d conv1, filters 16, kernel size 3 by 3, stride 1 by 1, padding 1 by 1, bias, output 16 by 32 by 32, "
        "448 parameters, selected, from Input input1, to ReLU relu1."
    )
    hand.document.apply(SetParam("conv1", "kernel_size", 99))
    assert "error: " in describe(hand.view.scene, "conv1", selected=False)
    assert "parameters unknown" in describe(hand.view.scene, "conv1", selected=False)


def test_cards_are_a_list_in_network_order(hand, qtbot):
    model = hand.view.card_list.cards
    role = Qt.ItemDataRole.AccessibleTextRole
    words = [model.data(model.index(row), role).split(",")[0] for row in range(model.rowCount())]
    assert words == ["Input input1", "Conv2d conv1", "ReLU relu1"]
    hand.view.select({"conv1"})
    assert hand.view.card_list.currentIndex().row() == 1
    assert hand.view.accessibleDescription().startswith("Conv2d conv1")
    hand.view.select_all()
    assert hand.view.accessibleDescription() == "3 of 3 layers selected"
    hand.document.apply(RemoveNodes(["relu1"]))
    hand.view.select({"conv1"})
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    assert hand.view.card_list.currentIndex().row() == 1
    hand.view.set_document(None)
    assert model.rowCount() == 0


def test_walking_by_keyboard_moves_the_readers_focus_from_card_to_card(hand, monkeypatch):
    said = []
    monkeypatch.setattr(accessibility.QAccessible, "updateAccessibility", lambda event: said.append(event))
    hand.view.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Up):
        hand.press(key)
    rows = [event.child() for event in said if event.type() == QAccessible.Event.Focus]
    assert rows == [0, 1, 0]
    offered = QAccessible.queryAccessibleInterface(hand.view.card_list)
    names = [offered.child(row).text(QAccessible.Text.Name) for row in rows]
    assert [name.split(",")[0] for name in names] == ["Input input1", "Conv2d conv1", "Input input1"]
    assert "448 parameters" in names[1]
    assert offered.child(0).state().selected


@pytest.mark.parametrize("size", [(480, 300), (1040, 700), (2000, 1200)])
def test_sizes(hand, size):
    hand.view.resize(*size)
    hand.view.fit()
    assert not hand.view.grab().isNull()


def test_cards_follow_the_modules_that_they_share(hand):
    hand.document.apply(AddNode(Node("conv2", "Conv2d", {"padding": 1})))
    hand.document.apply(ShareWeights("conv2", "conv1"))
    assert hand.view.scene.cards["conv2"].face.module == "conv1"
    assert "shares the module conv1" in describe(hand.view.scene, "conv2", selected=False)
    hand.document.apply(Rename("conv1", "stem"))
    assert hand.view.scene.cards["conv2"].face.module == "stem"
    hand.document.apply(OwnWeights("conv2"))
    assert hand.view.scene.cards["conv2"].face.module == ""
