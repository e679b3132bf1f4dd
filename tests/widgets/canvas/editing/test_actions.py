"""Every action: by its keys and by its menu, one undo where it edits, and nothing where it cannot."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QGuiApplication, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from models.checks import findings
from models.document.edits import Move
from models.document.remarks import SetFrame, SetNote
from models.network import Edge, Frame, Note
from models.storage.files import to_json
from widgets.canvas.editing.actions import ACTIONS, CANVAS, CARD, CARDS, FRAME, NOTE, WIRE, by_keys
from widgets.canvas.editing.menus import deeds
from widgets.canvas.editing.requests import Instead
from widgets.canvas.gestures.keyboard_connect import KeyboardConnect
from widgets.canvas.remarks.places import Remark

DIRECT = Qt.FindChildOption.FindDirectChildrenOnly
WIRED = Edge("conv1", "output", "relu1", "input")
SUBJECTS = {CANVAS: (), CARD: ("conv1",), CARDS: ("input1", "conv1"), WIRE: (), FRAME: (), NOTE: ()}
REMARKS = {FRAME: Remark("frame1", True), NOTE: Remark("note1", False)}
EACH = [(action, about) for action in ACTIONS for about in action.on]


@pytest.fixture
def loose(open_canvas, make):
    """Three cards that lie crooked, the pointer elsewhere."""
    hand = open_canvas(make(input1=(0.0, 0.0), conv1=(40.0, 96.0), relu1=(0.0, 208.0)))
    QCursor.setPos(hand.view.mapToGlobal(QPoint(-50, -50)))
    QGuiApplication.clipboard().clear()
    return hand


def choose(hand, about: str) -> None:
    """Select what an action is about."""
    hand.view.select(SUBJECTS[about])
    if about == WIRE:
        hand.view.pick_wire(WIRED)
    if about in REMARKS:
        hand.view.pick_remark(REMARKS[about])


def open_menu(hand, point: QPoint, reason=QContextMenuEvent.Reason.Mouse) -> QMenu:
    """A right click, or the menu key."""
    QApplication.sendEvent(hand.view, QContextMenuEvent(reason, point, hand.view.mapToGlobal(point)))
    QApplication.processEvents()
    return hand.view.findChildren(QMenu, options=DIRECT)[-1]


def actions_of(menu: QMenu) -> dict[str, object]:
    """The actions of a menu and its submenus by their words, submenus as “Align: Left edges”."""
    found = {}
    for action in menu.actions():
        if action.menu():
            found |= {f"{action.text()}: {inner.text().split(chr(9))[0]}": inner for inner in action.menu().actions()}
        elif not action.isSeparator():
            found[action.text().split("\t")[0]] = action
    return found


@pytest.mark.parametrize(("action", "about"), EACH, ids=lambda item: getattr(item, "name", item))
def test_an_action_by_menu_and_by_keys_does_the_same_in_one_undo(loose, qtbot, action, about):
    loose.view.select({"relu1"})
    loose.view.copy()
    loose.document.apply(SetFrame("frame1", Frame("Frame"), ["relu1"]))
    loose.document.apply(SetNote("note1", Note("Note", (500.0, 0.0))))
    before = to_json(loose.document)
    after = []
    for way in ("menu", "keys"):
        choose(loose, about)
        count = len(loose.document._undo)
        if way == "menu":
            menu = open_menu(loose, QPoint(), QContextMenuEvent.Reason.Keyboard)
            words = f"{action.submenu}: {action.text}" if action.submenu else action.text
            actions_of(menu)[words].trigger()
            menu.close()
            QApplication.processEvents()
        else:
            keys = QKeySequence(action.keys[0])[0]
            QTest.keyClick(loose.view, keys.key(), keys.keyboardModifiers())
        made = len(loose.document._undo) - count
        assert made in (0, 1)
        after.append((to_json(loose.document), loose.view.selection(), type(loose.view.gesture)))
        loose.view.cancel_gesture()
        for editor in (loose.view._editor, loose.view._writing):
            if editor:
                editor.finish()
        if made:
            loose.document.undo()
        assert to_json(loose.document) == before
    assert after[0] == after[1]


def test_keys_of_one_canvas_mean_one_thing():
    for keys, action in by_keys().items():
        texts = {other.text for other in ACTIONS if keys in other.keys and set(other.on) & set(action.on)}
        assert len(texts) == 1, (keys, texts)
        assert QKeySequence(keys).toString() == keys, "as Qt writes them"


EDITING = {"align-left", "align-top", "distribute-across", "stack-down", "duplicate", "cut", "delete", "delete-gap"}


@pytest.mark.parametrize("name", sorted(EDITING))
def test_lining_up_and_copying_edit_the_network(loose, name):
    action = next(action for action in ACTIONS if action.name == name)
    choose(loose, CARDS)
    before = to_json(loose.document)
    action.run(loose.view, None)
    assert to_json(loose.document) != before
    loose.document.undo()
    assert to_json(loose.document) == before


def test_lining_up_needs_several(loose):
    loose.view.select({"conv1"})
    loose.press(Qt.Key.Key_A, Qt.KeyboardModifier.AltModifier)
    assert loose.messages == ["Select several layers first."] and loose.document.undo_label == ""


# Where the menus open


def test_a_right_click_selects_what_it_is_about(hand):
    for point, selected, words in (
        (hand.body("conv1"), {"conv1"}, "Rename"),
        (hand.at(600, 500), set(), "Paste"),
    ):
        menu = open_menu(hand, point)
        assert hand.view.selection() == selected and words in actions_of(menu)
        menu.close()


def test_a_right_click_on_one_of_several_keeps_them(hand):
    hand.view.select({"conv1", "relu1"})
    menu = open_menu(hand, hand.body("conv1"))
    assert hand.view.selection() == {"conv1", "relu1"} and "Align: Left edges" in actions_of(menu)
    menu.close()


def test_a_right_click_on_a_wire_offers_what_is_done_with_wires(hand):
    hand.document.apply(_move("relu1", (0.0, 300.0)))
    menu = open_menu(hand, hand.at(148, 200))
    assert hand.view.picked_wire == WIRED
    words = actions_of(menu)
    assert {"Insert a layer…", "Remove the wire", "Go to conv1", "Go to relu1"} <= set(words)
    words["Go to relu1"].trigger()
    QApplication.processEvents()
    assert hand.view.selection() == {"relu1"}
    menu.close()


@pytest.mark.parametrize(("output", "wired"), [(True, True), (False, True), (True, False)])
def test_a_right_click_on_a_port_offers_what_is_done_with_its_wires(hand, qtbot, output, wired):
    id = "conv1" if wired else "relu1"
    menu = open_menu(hand, hand.port(id, output=output))
    words = actions_of(menu)
    assert ("Remove its wire" in words) == wired and ("Connect to…" in words) == output
    if wired:
        words["Remove its wire"].trigger()
        QApplication.processEvents()
        assert hand.wires == ({("input1", "conv1")} if output else {("conv1", "relu1")})
    else:
        with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
            words["Add a layer after it…"].trigger()
        assert caught.args[2].node == "relu1"
    menu.close()


@pytest.mark.parametrize("wired", [True, False])
def test_a_layer_is_added_before_an_input(hand, qtbot, wired):
    if not wired:
        hand.view.pick_wire(WIRED)
        hand.view.delete()
    menu = open_menu(hand, hand.port("relu1", output=False))
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        actions_of(menu)["Add a layer before it…"].trigger()
    menu.close()
    hand.view.insert_kind("Dropout", caught.args[0], caught.args[2])
    assert hand.wires == {("input1", "conv1"), ("dropout1", "relu1")} | ({("conv1", "dropout1")} if wired else set())


def test_a_port_is_connected_from_its_menu(open_canvas, make, qtbot):
    nodes = (("lstm1", "LSTM", {}), ("relu1", "ReLU", {}))
    hand = open_canvas(make(nodes, [], lstm1=(0.0, 0.0), relu1=(0.0, 200.0)))
    menu = open_menu(hand, hand.port("lstm1", index=1))
    actions_of(menu)["Connect to…"].trigger()
    qtbot.waitUntil(lambda: isinstance(hand.view.gesture, KeyboardConnect))
    menu.close()
    hand.press(Qt.Key.Key_Return)
    assert hand.document.network.edges == [Edge("lstm1", "h_n", "relu1", "input")]


def test_what_mends_a_card_comes_first(open_canvas, make):
    nodes = (("input1", "Input", {"shape": [4]}), ("conv1", "Conv2d", {}))
    hand = open_canvas(make(nodes, input1=(0.0, 0.0), conv1=(0.0, 100.0)))
    hand.view.set_issues(findings(hand.document))
    hand.view.select({"conv1"})
    first = next(deeds(hand.view))
    assert first.text.startswith("Fix: ")
    first.run()
    assert hand.document.undo_label


def test_the_menu_key_opens_the_menu_beside_what_is_selected(hand):
    hand.view.select({"conv1"})
    menu = open_menu(hand, QPoint(3, 3), QContextMenuEvent.Reason.Keyboard)
    lies = hand.view.camera.area_to_widget(hand.view.scene.cards["conv1"].area)
    assert hand.view.mapFromGlobal(menu.pos()) == lies.bottomLeft().toPoint()
    assert menu.activeAction() is menu.actions()[0]
    menu.close()


def test_shift_f10_opens_it_too_and_not_twice(hand):
    hand.view.select({"conv1"})
    for _ in range(2):
        hand.press(Qt.Key.Key_F10, Qt.KeyboardModifier.ShiftModifier)
    (menu,) = hand.view.findChildren(QMenu, options=DIRECT)
    assert "Rename" in actions_of(menu)
    menu.close()


def test_a_menu_closes_when_what_it_is_about_changes(hand, make):
    for change in (lambda: hand.document.apply(_move("relu1", (0.0, 300.0))), lambda: hand.view.set_document(make())):
        menu = open_menu(hand, hand.body("conv1"))
        change()
        assert menu.isHidden()


def test_the_right_button_that_gives_a_gesture_up_opens_no_menu(hand):
    hand.drag(hand.body("relu1"), hand.body("relu1") + QPoint(60, 40), release=False)
    point = hand.body("conv1")
    QTest.mousePress(hand.view, Qt.MouseButton.RightButton, pos=point)
    assert hand.view.gesture is None and hand.place("relu1") == (0.0, 208.0 - 64.0)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, hand.view.mapToGlobal(point))
    QApplication.sendEvent(hand.view, event)
    assert not hand.view.findChildren(QMenu)
    open_menu(hand, point).close()


def test_the_panels_on_the_canvas_have_no_menu_of_it(hand):
    for panel in (hand.view.tools, hand.view.minimap, hand.view.colors):
        spot = panel.rect().topLeft() + QPoint(8, 8)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, spot, panel.mapToGlobal(spot))
        QApplication.sendEvent(panel, event)
        assert event.isAccepted() and not hand.view.findChildren(QMenu, options=DIRECT)


def test_a_canvas_without_a_document_has_no_menu(hand):
    hand.view.set_document(None)
    QApplication.sendEvent(hand.view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, QPoint(9, 9), QPoint(9, 9)))
    assert not hand.view.findChildren(QMenu)


# What some of them do


def test_paste_puts_copies_at_the_pointer(hand):
    hand.view.select({"relu1"})
    hand.view.copy()
    QCursor.setPos(hand.view.mapToGlobal(hand.at(500, 400)))
    hand.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert hand.place("relu2") == (352.0, 384.0), "its middle on the pointer, on the grid"
    hand.view.paste(hand.view.scene.cards["conv1"].rect.center())
    rects = [card.rect for card in hand.view.scene.cards.values()]
    assert not any(rects[-1].intersects(rect) for rect in rects[:-1])


def test_a_kind_is_asked_for_and_takes_the_place_of_what_is_selected(hand, qtbot):
    hand.view.select({"relu1", "conv1"})
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        hand.press(Qt.Key.Key_R)
    assert caught.args[2] == Instead(("conv1", "relu1"))
    hand.view.insert_kind("GELU", caught.args[0], caught.args[2])
    assert [node.kind for node in hand.document.network] == ["Input", "GELU", "GELU"]
    assert hand.view.selection() == {"gelu1", "gelu2"}
    hand.document.undo()
    assert hand.ids == ["input1", "conv1", "relu1"] and hand.document.undo_label == ""


def test_a_higher_card_in_the_place_of_one_pushes_what_lies_close_below(open_canvas, make):
    nodes = (("input1", "Input", {}), ("relu1", "ReLU", {}), ("relu2", "ReLU", {}))
    hand = open_canvas(make(nodes, input1=(0.0, 0.0), relu1=(0.0, 72.0), relu2=(0.0, 122.0)))
    hand.view.replace("Conv2d", ["relu1"])
    assert hand.place("conv1") == (0.0, 72.0) and hand.place("relu2") == (0.0, 144.0)
    hand.document.undo()
    assert hand.place("relu2") == (0.0, 122.0)


def test_the_wires_of_a_card_are_selected_in_turn_and_their_end_is_moved_by_keyboard(open_canvas, make):
    nodes = (("input1", "Input", {}), ("relu1", "ReLU", {}), ("tanh1", "Tanh", {}), ("gelu1", "GELU", {}))
    wires = [("input1", "relu1"), ("relu1", "tanh1")]
    places = {"input1": (0.0, 0.0), "relu1": (0.0, 100.0), "tanh1": (0.0, 200.0), "gelu1": (400.0, 100.0)}
    hand = open_canvas(make(nodes, wires, **places))
    hand.view.select({"relu1"})
    picked = []
    for _ in range(3):
        hand.press(Qt.Key.Key_W)
        picked.append((hand.view.picked_wire.source, hand.view.picked_wire.target))
    assert picked == [("relu1", "tanh1"), ("input1", "relu1"), ("relu1", "tanh1")]
    hand.press(Qt.Key.Key_C)
    assert hand.view.gesture.target == "gelu1"
    hand.press(Qt.Key.Key_Return)
    assert hand.wires == {("input1", "relu1"), ("relu1", "gelu1")} and hand.document.undo_label == "Move wire"
    hand.view.select({"tanh1"})
    hand.press(Qt.Key.Key_W)
    assert hand.messages[-1] == "tanh1 has no wire."


def test_tab_puts_a_layer_into_the_selected_wire(hand, qtbot):
    hand.view.pick_wire(WIRED)
    with qtbot.waitSignal(hand.view.quick_add_requested) as caught:
        hand.press(Qt.Key.Key_Tab)
    assert caught.args[2] == WIRED


def _move(id, place):
    return Move({id: place})
