"""The canvas: a surface that can be worked on with hand and keyboard. It asks for edits and never makes one itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from models.document import DocumentChange, Sheet
from models.document.edits import Edit
from models.findings.finding import Finding
from models.network import Edge
from widgets.basics.deeds import Deed, close_menus, open_menu
from widgets.canvas.editing.keys import handle_key
from widgets.canvas.editing.menus import deeds, deeds_at, place_of_menu
from widgets.canvas.floating.bubble import Bubble
from widgets.canvas.floating.hints import hint_at
from widgets.canvas.floating.panels import Panels
from widgets.canvas.gestures.base import Gesture
from widgets.canvas.gestures.box import BoxGesture
from widgets.canvas.gestures.connect import ConnectGesture, paint_loose_wire
from widgets.canvas.gestures.drop import KIND_MIME, DropGesture
from widgets.canvas.gestures.edge import EdgePan
from widgets.canvas.gestures.hover import Hover
from widgets.canvas.gestures.keyboard_connect import KeyboardConnect
from widgets.canvas.gestures.move import MoveGesture
from widgets.canvas.gestures.pan import PanGesture
from widgets.canvas.gestures.remark import gesture_for
from widgets.canvas.remarking import Remarking
from widgets.canvas.remarks.painting import remark_hint
from widgets.canvas.scene.card import End
from widgets.canvas.scene.measures import BLOCKS_BELOW
from widgets.canvas.wheel import turn_wheel
from widgets.theme import theme


class CanvasView(Remarking):
    """The node canvas.

    ``apply`` makes an edit and tells whether it was made (a refusal comes back through `show_refusal`); without it
    `edit_requested` carries every edit. `quick_add_requested` carries a scene position, a global position and the
    `Goal` of the new layer, or None; answer by `hang_wire` while the search is open, then by `insert_kind`.
    """

    mend_requested = Signal(object)
    layers_requested = Signal()

    def __init__(self, apply: Callable[[Edit], bool] | None = None, parent: QWidget | None = None) -> None:
        super().__init__(apply, parent)
        self._gesture: Gesture | None = None
        self._space = self._gave_up = False
        self._hover = Hover(self)
        self._held = QPointF(), Qt.KeyboardModifier.NoModifier
        self._edge = EdgePan(self._pan_on, self)
        self._bubble = Bubble(self)
        self._panels = panels = Panels(self)
        self.tools, self.minimap, self.colors = panels.tools, panels.minimap, panels.colors
        self.finder, self.start = panels.finder, panels.start
        self.finder.closed.connect(self.setFocus)
        self.colors.field.changed.connect(self.set_color_by)
        self.start.taken.connect(lambda mend: self.request(mend.edit))
        self.setAcceptDrops(True)
        self.setAccessibleName("Canvas")
        self.tools.add_requested.connect(self.quick_add)
        self.tools.arrange_requested.connect(self.arrange)
        self.tools.layers_requested.connect(self.layers_requested)
        self.tools.fit_requested.connect(self.fit)
        theme().changed.connect(self._place_panels)

    def set_document(self, document: Sheet | None) -> None:
        self.cancel_gesture()
        close_menus(self)
        self.finder.end()
        self._hanging = None
        self._panels.show(document is not None)
        super().set_document(document)

    def _follow(self, change: DocumentChange) -> None:
        super()._follow(change)
        if change.network:
            self._bubble.hide()
            close_menus(self)
        if len(self.scene.network):
            self.start.offer(())
        # What the hand holds may be gone, or lie elsewhere.
        if change.network and not isinstance(self._gesture, PanGesture):
            self.cancel_gesture()

    # Saying something

    def show_refusal(self, text: str) -> None:
        """Say why something could not be done, at the pointer."""
        pointer = self.mapFromGlobal(QCursor.pos())
        near = pointer if self.rect().contains(pointer) else self.rect().center()
        cards = self.scene.cards_in(self.camera.area_to_scene(QRectF(self.rect()))) if self.has_scene else []
        self._bubble.say(text, near, [self.camera.area_to_widget(card.area) for card in cards])
        self.message.emit(text)

    def set_issues(self, issues: Sequence[Finding] | None) -> None:
        super().set_issues(issues)
        self.finder.look()
        self.start.offer((issues or ()) if self.has_scene and not len(self.scene.network) else ())
        self._place_panels()

    def find_layers(self) -> None:
        """Search for layers of the network."""
        self.finder.begin()

    # Gestures

    @property
    def gesture(self) -> Gesture | None:
        """What the hand is doing now."""
        return self._gesture

    def begin(self, gesture: Gesture) -> None:
        """Start a gesture, ending any other."""
        self.cancel_gesture()
        self._gesture = gesture
        self._edge.stop()
        self._show_cursor()

    def cancel_gesture(self) -> bool:
        """End the gesture and leave everything as it was; returns whether there was one."""
        gesture, self._gesture = self._gesture, None
        self._edge.stop()
        if gesture:
            gesture.cancel()
            self._show_cursor()
        return gesture is not None

    def _finish(self, gesture: Gesture, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        self._gesture = None
        self._edge.stop()
        gesture.finish(point, modifiers)
        self._show_cursor()
        self.update()

    def connect_mode(self) -> None:
        """Connect the selected card by keyboard, or move the end of the selected wire."""
        if wire := self.picked_wire:
            self.connect_from(End(wire.source, wire.source_port, True), wire)
            return
        if len(self.selection()) != 1:
            self.show_refusal("Select one layer first; C then connects it to another.")
            return
        (id,) = self.selection()
        if not self.scene.network[id].outputs:
            self.show_refusal(f"{id} ends the network and has no output.")
        else:
            self.connect_from(End(id, self.scene.network[id].outputs[0], True))

    def connect_from(self, end: End, taken: Edge | None = None) -> None:
        """Connect an output by keyboard."""
        if len(self.scene.cards) > 1:
            self.begin(KeyboardConnect(self, end, taken))

    def _drag_to(self, place: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        """The gesture goes on with the pointer at a place of the widget."""
        if self._gesture:
            self._held = place, modifiers
            if self._gesture.pans:
                self._edge.follow(place, self.rect())
            self._gesture.move(self.camera.to_scene(place), modifiers)

    def _pan_on(self, dx: float, dy: float) -> None:
        """The pointer rests at the edge: the picture moves beneath it."""
        if self._gesture:
            place, modifiers = self._held
            self.pan(dx, dy)
            self._gesture.move(self.camera.to_scene(place), modifiers)

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self._bubble.hide()
        if not self.has_scene:
            return
        point, button = self.camera.to_scene(event.position()), event.button()
        if button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._space):
            self.begin(PanGesture(self, point))
        elif button == Qt.MouseButton.LeftButton:
            self._press(point, event.modifiers())
        elif button == Qt.MouseButton.RightButton:
            self._gave_up = self.cancel_gesture()

    def _press(self, point: QPointF, modifiers: Qt.KeyboardModifier) -> None:
        scene = self.scene
        port = scene.port_at(point, self.reach) if self.zoom >= BLOCKS_BELOW else None
        card = scene.card_at(point)
        if card and self.zoom >= BLOCKS_BELOW and card.fix_button.contains(point):
            self.cancel_gesture()
            self.mend_requested.emit(card.gist.problem)
        elif port:
            self.begin(ConnectGesture.from_port(self, point, port))
        elif card:
            self.begin(MoveGesture(self, point, card.id, modifiers))
        elif wire := scene.wire_at(point, self.wire_reach):
            self.begin(ConnectGesture.from_wire(self, point, wire.edge))
        elif grip := self.remarks.at(point, self.camera.scale):
            self.pick_remark(grip.remark)
            self.begin(gesture_for(self, point, grip))
        else:
            self.begin(BoxGesture(self, point, modifiers))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.has_scene:
            return
        if self._bubble.geometry().contains(event.position().toPoint()):
            self._bubble.hide()
        if self._gesture:
            self._drag_to(event.position(), event.modifiers())
        elif self._hover.look(self.camera.to_scene(event.position())):
            self._show_cursor()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._gesture and not isinstance(self._gesture, KeyboardConnect):
            self._finish(self._gesture, self.camera.to_scene(event.position()), event.modifiers())

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if not self.has_scene or event.button() != Qt.MouseButton.LeftButton:
            return
        point = self.camera.to_scene(event.position())
        card = self.scene.card_at(point)
        self.cancel_gesture()
        if card and card.fix_button.contains(point):
            return
        if card:
            self.activated.emit(card.id)
        elif grip := self.remarks.at(point, self.camera.scale):
            self.pick_remark(grip.remark)
            self.edit_remark()
        else:
            wire = self.scene.wire_at(point, self.reach / 2)
            self.ask_for_layer(point, wire.edge if wire else None)

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._bubble.hide()
        turn_wheel(self, event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.glide(self.zoom * (1 + event.value()), event.position())
            return True
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            self._show_hint(event)
            return True
        # Tab searches layers here; F6 leaves the canvas.
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Tab:
            self.keyPressEvent(event)
            return True
        return super().event(event)

    # Menus

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._bubble.hide()
        gave_up, self._gave_up = self._gave_up or self.cancel_gesture(), False
        if not self.has_scene or gave_up:
            return  # that was what the button was for
        if event.reason() == QContextMenuEvent.Reason.Mouse:
            point = self.camera.to_scene(QPointF(event.pos()))
            open_menu(self, deeds_at(self, point), event.globalPos())
        else:
            self.open_menu()

    def open_menu(self) -> None:
        """Open the menu of what is selected, beside it, unless one is open."""
        if QApplication.activePopupWidget() is None:
            open_menu(self, deeds(self), self.mapToGlobal(place_of_menu(self).toPoint()))

    def deeds(self) -> list[Deed]:
        """What can be done with what is selected."""
        return list(deeds(self)) if self.has_scene else []

    def offer(self, choices: Sequence[Deed], point: QPointF) -> None:
        """Let one of several things be chosen at a place of the scene."""
        # Later: the system may still be busy with what was dropped.
        place = self.mapToGlobal(self.camera.to_widget(point).toPoint())
        QTimer.singleShot(0, self, lambda: open_menu(self, choices, place))

    # Keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._bubble.hide()
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = True
            self._show_cursor()
        elif event.key() == Qt.Key.Key_Escape and self.cancel_gesture():
            pass
        elif event.key() == Qt.Key.Key_Escape and not (self.selection() or self.picked_wire or self.picked_remark):
            event.ignore()  # whoever shows the canvas may go back to where one came from
        elif isinstance(self._gesture, KeyboardConnect):
            if not self._gesture.key(event.key()):
                self._gesture = None
                self.update()
        elif self._gesture or not handle_key(self, event):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space = False
            self._show_cursor()
        super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._space = False
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.cancel_gesture()
        super().focusOutEvent(event)

    # Dropping

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.has_scene and event.mimeData().hasFormat(KIND_MIME):
            kind = bytes(event.mimeData().data(KIND_MIME).data()).decode("utf-8", "replace")
            self.begin(DropGesture(self, self.camera.to_scene(event.position()), kind))
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if isinstance(self._gesture, DropGesture):
            self._drag_to(event.position(), event.modifiers())
            event.acceptProposedAction()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.cancel_gesture()

    def dropEvent(self, event: QDropEvent) -> None:
        if isinstance(self._gesture, DropGesture):
            event.acceptProposedAction()
            self._finish(self._gesture, self.camera.to_scene(event.position()), event.modifiers())
            self.setFocus(Qt.FocusReason.OtherFocusReason)

    # Looks

    def leaveEvent(self, event: QEvent) -> None:
        self._hover.leave()
        super().leaveEvent(event)

    def room(self) -> QRectF:
        return super().room().adjusted(self.tools.width(), 0, 0, 0)

    def rooms(self) -> list[QRectF]:
        return self._panels.rooms(self.room())

    def panels(self) -> list[QRectF]:
        return self._panels.areas()

    def _show_hint(self, event: QHelpEvent) -> None:
        point = self.camera.to_scene(QPointF(event.pos()))
        ports = self.zoom >= BLOCKS_BELOW
        hint = ""
        if self.has_scene and not self._gesture:
            hint = hint_at(self.scene, point, self.reach, ports=ports) or remark_hint(self.remarks, point)
        QToolTip.showText(event.globalPos(), hint, self)

    def _show_cursor(self) -> None:
        shape = self._gesture.cursor if self._gesture else Qt.CursorShape.OpenHandCursor if self._space else None
        if shape is None:
            shape = self._hover.cursor(pressed=self._gesture is not None)
        self.setCursor(shape) if shape is not None else self.unsetCursor()

    def floats(self) -> bool:
        gesture = self._gesture is not None and not isinstance(self._gesture, PanGesture)
        return super().floats() or gesture or self._hanging is not None

    def paint_above(self, painter: QPainter) -> None:
        super().paint_above(painter)
        if self._gesture:
            self._gesture.paint(painter)
        elif self._hanging and (start := self.scene.place_of(self._hanging[0])):
            end, place = self._hanging
            paint_loose_wire(painter, start, place, end.output, "")

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._place_panels()
        super().resizeEvent(event)

    def _place_panels(self) -> None:
        # A slot of this widget, so that Qt lets go of it with the widget.
        self._panels.place()
