"""Dragging frames and notes by their bodies, and resizing them by their edges."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt

from models.document.remarks import SetFrame, SetNote
from models.network.remarks import LEAST_MARGINS, SMALLEST_NOTE
from widgets.canvas.editing.requests import pinned
from widgets.canvas.editing.snapping import snapped
from widgets.canvas.gestures.base import Gesture, Stage
from widgets.canvas.remarks.places import Grip

_THRESHOLD = 4.0
_SHAPES = {
    (0, 0): Qt.CursorShape.SizeAllCursor, (1, 1): Qt.CursorShape.SizeFDiagCursor,
    (-1, -1): Qt.CursorShape.SizeFDiagCursor,
    (1, -1): Qt.CursorShape.SizeBDiagCursor, (-1, 1): Qt.CursorShape.SizeBDiagCursor,
    (1, 0): Qt.CursorShape.SizeHorCursor, (-1, 0): Qt.CursorShape.SizeHorCursor,
    (0, 1): Qt.CursorShape.SizeVerCursor, (0, -1): Qt.CursorShape.SizeVerCursor,
}  # fmt: skip


def cursor_of(grip: Grip) -> Qt.CursorShape:
    """The cursor over a part of a frame or note."""
    return _SHAPES[grip.across, grip.down]


def gesture_for(stage: Stage, origin: QPointF, grip: Grip) -> Gesture:
    """The gesture that a press there begins."""
    if grip.part == "body" and grip.remark.is_frame:
        return MoveFrame(stage, origin, grip)
    return Reshape(stage, origin, grip)


class _Drag(Gesture):
    """A drag that begins once the pointer has gone a little way."""

    pans = True

    def __init__(self, stage: Stage, origin: QPointF, grip: Grip) -> None:
        super().__init__(stage, origin)
        self.grip = grip
        self.dragging = False

    def move(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        delta = point - self.origin
        if self.dragging or max(abs(delta.x()), abs(delta.y())) * self.stage.camera.scale >= _THRESHOLD:
            self.dragging = True
            self.drag(QPointF(snapped(delta.x()), snapped(delta.y())))

    def drag(self, by: QPointF) -> None:
        """The pointer is so far from where it was pressed, on the grid."""
        raise NotImplementedError


class MoveFrame(_Drag):
    """Drags a frame by its title, and its layers with it; released, it becomes one `Move`."""

    def __init__(self, stage: Stage, origin: QPointF, grip: Grip) -> None:
        super().__init__(stage, origin, grip)
        self._ids = stage.remarks.members(grip.remark)
        self._moved = QPointF()

    def drag(self, by: QPointF) -> None:
        step, self._moved = by - self._moved, by
        if not step.isNull():
            self.stage.carry(self._ids, step.x(), step.y())

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        scene = self.stage.scene
        places = {id: (scene.cards[id].rect.x(), scene.cards[id].rect.y()) for id in self._ids if id in scene.cards}
        if self._moved.isNull() or not self.stage.request(pinned(scene, places)):
            self.cancel()

    def cancel(self) -> None:
        if self.dragging:
            self.stage.put_back()


class Reshape(_Drag):
    """Moves a note, or resizes a note or a frame; released, it becomes one edit.

    A frame that is resized goes around the layers that lie in it then.
    """

    def __init__(self, stage: Stage, origin: QPointF, grip: Grip) -> None:
        super().__init__(stage, origin, grip)
        self._start = QRectF(stage.remarks.boxes[grip.remark])

    def drag(self, by: QPointF) -> None:
        self.stage.remarks.held = {self.grip.remark: self._dragged(by)}
        self.stage.update()

    def _dragged(self, by: QPointF) -> QRectF:
        grip, box = self.grip, QRectF(self._start)
        if grip.part == "body":
            return box.translated(by)
        width, height = SMALLEST_NOTE
        if grip.across > 0:
            box.setRight(max(box.right() + by.x(), box.left() + width))
        elif grip.across < 0:
            box.setLeft(min(box.left() + by.x(), box.right() - width))
        if grip.down > 0:
            box.setBottom(max(box.bottom() + by.y(), box.top() + height))
        elif grip.down < 0:
            box.setTop(min(box.top() + by.y(), box.bottom() - height))
        return box

    def finish(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        remark, remarks = self.grip.remark, self.stage.remarks
        box, remarks.held = remarks.held.get(remark), {}
        if box is not None and box != self._start:
            if remark.is_frame:
                self._frame(box)
            else:
                place, size = (box.x(), box.y()), (box.width(), box.height())
                self.stage.request(SetNote(remark.name, remarks.note(remark)._replace(position=place, size=size)))
        self.stage.update()

    def _frame(self, box: QRectF) -> None:
        remark, remarks = self.grip.remark, self.stage.remarks
        ids = remarks.inside(box)
        if not ids:
            self.stage.show_refusal("A frame lies around one layer at least.")
            return
        around = remarks.around(ids)
        room = (
            around.left() - box.left(),
            around.top() - box.top(),
            box.right() - around.right(),
            box.bottom() - around.bottom(),
        )
        left, top, right, bottom = map(max, room, LEAST_MARGINS)
        self.stage.request(
            SetFrame(remark.name, remarks.frame(remark)._replace(margins=(left, top, right, bottom)), ids)
        )

    def cancel(self) -> None:
        self.stage.remarks.held = {}
        self.stage.update()
