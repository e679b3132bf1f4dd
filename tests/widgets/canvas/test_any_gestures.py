"""Any sequence of gestures: the canvas shows what the network is, and every gesture is one undo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from models.document import Document
from models.document.edits import AddNode, Batch, Disconnect, RemoveNodes, Rename
from models.network import Node
from models.storage.files import to_json
from widgets.basics.deeds import close_menus
from widgets.canvas import KIND_MIME
from widgets.canvas.scene.scene import Scene

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
SHIFT = Qt.KeyboardModifier.ShiftModifier
KINDS = ("Conv2d", "ReLU", "Add", "Input", "Output", "Linear")
CHANGES: dict[str, Callable[[Document, str], None]] = {
    "undo": lambda document, id: document.undo(),
    "redo": lambda document, id: document.redo(),
    "remove": lambda document, id: document.apply(RemoveNodes([id], heal=True)),
    "rename": lambda document, id: document.apply(Rename(id, document.network.free_id("other1"))),
    "add": lambda document, id: document.apply(AddNode(Node(document.network.free_id("added1"), "ReLU"))),
    "cut": lambda document, id: document.apply(Batch("Cut", [Disconnect(edge) for edge in document.network.edges])),
}
"""What may happen beneath a hand: another view, a file that changed, an undo."""
HELD = ["card", "port", "box"]
spots = st.builds(QPoint, st.integers(80, 980), st.integers(60, 780))
picks = st.integers(0, 30)
acts = st.one_of(
    st.tuples(st.just("drop"), st.sampled_from(KINDS), spots),
    st.tuples(st.just("drag"), picks, spots),
    st.tuples(st.just("wire"), picks, picks),
    st.tuples(st.just("box"), spots, spots),
    st.tuples(st.just("key"), st.sampled_from(["delete", "gap", "duplicate", "nudge", "arrange", "undo", "redo"])),
    st.tuples(st.just("escape"), picks, spots),
    st.tuples(
        st.just("beneath"), picks, spots, st.sampled_from(["card", "port", "box"]), st.sampled_from(list(CHANGES))
    ),
)


def perform(hand: Any, act: tuple[Any, ...]) -> None:
    """Do one thing as a hand would."""
    name, *rest = act
    before = set(hand.ids)
    if name == "drop":
        _drop(hand, *rest)
        for id in set(hand.ids) - before:
            covers_nothing(hand, id)
    elif name == "key":
        _press(hand, rest[0])
    elif name == "box":
        hand.drag(*rest, held=SHIFT)
    elif hand.ids:
        card = hand.ids[rest[0] % len(hand.ids)]
        if name == "wire" and hand.view.scene.cards[card].outputs:
            other = hand.ids[rest[1] % len(hand.ids)]
            hand.drag(hand.port(card), hand.body(other))
        elif name == "drag":
            count = len(hand.document._undo)
            hand.drag(hand.body(card), rest[1])
            if len(hand.document._undo) > count:
                covers_nothing(hand, card)
        elif name == "escape":
            hand.drag(hand.body(card), rest[1], release=False)
            hand.press(Qt.Key.Key_Escape)
            QTest.mouseRelease(hand.view, LEFT, NONE, rest[1])
        elif name == "beneath":
            _change_beneath(hand, card, *rest[1:])


def covers_nothing(hand: Any, id: str) -> None:
    """A card that was dropped lies on no other."""
    cards = hand.view.scene.cards
    assert not [other for other in cards if other != id and cards[other].area.intersects(cards[id].area)]


def _change_beneath(hand: Any, card: str, end: QPoint, what: str, change: str) -> None:
    """Something changes the network while the hand holds a card, a wire or a box; then the hand lets go."""
    port = what == "port" and hand.view.scene.cards[card].outputs
    start = hand.port(card) if port else QPoint(90, 70) if what == "box" else hand.body(card)
    hand.drag(start, end, release=False)
    CHANGES[change](hand.document, card)
    QTest.mouseMove(hand.view, end + QPoint(3, 3))
    hand.view.grab()
    QTest.mouseRelease(hand.view, LEFT, NONE, end)


def _drop(hand: Any, kind: str, point: QPoint) -> None:
    data = QMimeData()
    data.setData(KIND_MIME, kind.encode())
    copy = Qt.DropAction.CopyAction
    QApplication.sendEvent(hand.view, QDragEnterEvent(point, copy, data, LEFT, NONE))
    QApplication.sendEvent(hand.view, QDropEvent(QPointF(point), copy, data, LEFT, NONE))
    QApplication.processEvents()
    close_menus(hand.view)  # on a card it is asked what is to become of both


def _press(hand: Any, name: str) -> None:
    acts = {
        "delete": lambda: hand.press(Qt.Key.Key_Delete),
        "gap": lambda: hand.press(Qt.Key.Key_Delete, SHIFT),
        "duplicate": lambda: hand.press(Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier),
        "nudge": lambda: hand.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier),
        "arrange": lambda: hand.press(Qt.Key.Key_L),
        "undo": hand.document.undo,
        "redo": hand.document.redo,
    }
    acts[name]()


def shows_the_network(hand: Any) -> None:
    """The scene is what a scene made anew would be, and nothing is left of a gesture."""
    scene, anew = hand.view.scene, Scene(hand.document)
    anew.new = scene.new
    anew.rebuild()
    assert list(scene.cards) == list(anew.cards) == hand.ids
    assert {id: card.rect for id, card in scene.cards.items()} == {id: card.rect for id, card in anew.cards.items()}
    assert {id: card.ports for id, card in scene.cards.items()} == {id: card.ports for id, card in anew.cards.items()}
    assert {e: wire.points for e, wire in scene.wires.items()} == {e: wire.points for e, wire in anew.wires.items()}
    assert scene.wires.keys() == set(hand.document.network.edges)
    assert hand.view.selection() <= set(hand.ids)
    assert hand.view.gesture is None
    assert not hand.view.marks.targets and not hand.view.marks.refused
    assert scene.bounds == anew.bounds


@pytest.fixture
def fresh(open_canvas, make):
    """A canvas that each example starts anew."""
    hand = open_canvas(make())

    def begin() -> Any:
        document = make()
        hand.document = document
        hand.view._apply = lambda edit: _made(hand, edit)
        hand.view.set_document(document)
        hand.view.camera.zoom, hand.view.camera.x, hand.view.camera.y = 1.0, 300, 100
        return hand

    return begin


def _made(hand: Any, edit: Any) -> bool:
    try:
        hand.document.apply(edit)
    except ValueError:
        return False
    return True


def test_any_gestures_leave_canvas_and_network_equal(fresh):
    @settings(max_examples=15)
    @given(st.lists(acts, max_size=6))
    def check(sequence):
        hand = fresh()
        for act in sequence:
            before, label = to_json(hand.document), hand.document.undo_label
            perform(hand, act)
            shows_the_network(hand)
            if act[0] == "escape":
                assert to_json(hand.document) == before
                assert hand.document.undo_label == label

    check()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("what", HELD)
def test_a_change_beneath_a_gesture_ends_it(hand, what, change):
    hand.document.apply(AddNode(Node("added1", "ReLU", {}, (400.0, 300.0))))
    perform(hand, ("beneath", hand.ids.index("added1"), QPoint(520, 330), what, change))
    shows_the_network(hand)


def test_a_layer_chosen_by_keyboard_may_go(hand):
    hand.view.select({"conv1"})
    hand.press(Qt.Key.Key_C)
    assert hand.view.gesture is not None
    hand.document.apply(RemoveNodes(["relu1"]))
    hand.press(Qt.Key.Key_Return)
    shows_the_network(hand)


def test_every_gesture_is_one_undo(fresh):
    @settings(max_examples=15)
    @given(st.lists(acts, min_size=1, max_size=6))
    def check(sequence):
        hand = fresh()
        for act in sequence:
            if act[0] == "beneath" or act in (("key", "undo"), ("key", "redo")):
                continue
            before, count = to_json(hand.document), len(hand.document._undo)
            perform(hand, act)
            made = len(hand.document._undo) - count
            assert made in (0, 1)
            after = to_json(hand.document)
            assert made or after == before
            if made:
                hand.document.undo()
                assert to_json(hand.document) == before
                hand.document.redo()
                assert to_json(hand.document) == after
            shows_the_network(hand)

    check()


def test_escape_takes_a_pan_back(hand):
    x, y = hand.view.camera.x, hand.view.camera.y
    hand.drag(QPoint(500, 500), QPoint(540, 470), button=Qt.MouseButton.MiddleButton, release=False)
    assert (hand.view.camera.x, hand.view.camera.y) == (x + 40, y - 30)
    hand.press(Qt.Key.Key_Escape)
    assert (hand.view.camera.x, hand.view.camera.y) == (x, y)
    QTest.mouseRelease(hand.view, Qt.MouseButton.MiddleButton, NONE, QPoint(540, 470))
    assert (hand.view.camera.x, hand.view.camera.y) == (x, y)
