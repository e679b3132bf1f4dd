"""What lies under the pointer shows in the marks and in the cursor."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt

from models.document.remarks import AddRemarks
from models.network import Note
from widgets.canvas.gestures.hover import Hover


def test_the_cursor_tells_what_can_be_done(hand):
    note = Note("Read me", (500.0, 0.0), (200.0, 100.0))
    hand.document.apply(AddRemarks({}, {"note1": note}))
    view, card = hand.view, hand.view.scene.cards["conv1"]
    view.zoom_reset()
    hover = Hover(view)
    assert hover.look(card.place(card.outputs[0])) and view.marks.hovered == "conv1"
    assert hover.cursor(pressed=False) == Qt.CursorShape.CrossCursor and hover.cursor(pressed=True) is None
    assert hover.look(QPointF(600, 50)) and view.marks.hovered == ""
    assert hover.cursor(pressed=False) == hover.cursor(pressed=True) == Qt.CursorShape.SizeAllCursor
    assert hover.look(QPointF(700, 50)) and hover.cursor(pressed=True) == Qt.CursorShape.SizeHorCursor
    assert not hover.look(QPointF(700, 52)), "nothing else lies there"
    assert hover.look(card.rect.center()) and hover.cursor(pressed=False) is None


def test_a_wire_lights_up_until_the_pointer_leaves(open_canvas, make):
    view = open_canvas(make(input1=(0.0, 0.0), conv1=(0.0, 300.0), relu1=(0.0, 600.0))).view
    (first, *_) = view.scene.wires.values()
    hover = Hover(view)
    hover.look(first.middle())
    assert view.marks.hovered_wires == {first.edge}
    hover.leave()
    assert view.marks.hovered_wires == frozenset() and view.marks.hovered == ""
