"""The surface: a widget that shows a scene through a camera, with a selection. It knows no gestures and no edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import cast

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QWidget

from models.document import DocumentChange, Sheet
from models.findings.finding import Finding
from models.network import Edge
from widgets.basics.facts import USUAL_FACTS
from widgets.basics.painted import painted
from widgets.canvas.accessibility import CardList, describe
from widgets.canvas.camera import Camera
from widgets.canvas.painting import plates
from widgets.canvas.painting.areas import gathered
from widgets.canvas.painting.backdrop import EMPTY, paint_backdrop
from widgets.canvas.painting.heat import FAMILY, heats
from widgets.canvas.painting.paint_cards import CardPainter, Marks
from widgets.canvas.painting.paint_wires import Lit, paint_wires
from widgets.canvas.painting.plates import MARGIN
from widgets.canvas.remarks.painting import paint_ears, paint_remarks
from widgets.canvas.remarks.places import Remark, Remarks
from widgets.canvas.scene.grid import Box, area_of, box_of, stacked
from widgets.canvas.scene.measures import ALL_DETAIL, GAP, LANE
from widgets.canvas.scene.recall import Newcomers, Recall
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire
from widgets.notes.formulas import formulas
from widgets.notes.markdown import forget
from widgets.theme import color, font, px, theme

_ZOOM_STEP = 1.25
_AROUND = 40.0
_MOST_AREAS = 200
"""With more areas than these in view to be painted, everything is."""
_SCROLLED = 2.0
"""How many times as large as the canvas a network may be to be shown readable instead of whole."""
_RUNNING_MS, _RUNNING_STEP = 40, 0.03


class Surface(QWidget):
    """Shows a document's network. `selection_changed` carries a frozenset of ids, `zoom_changed` the new zoom."""

    selection_changed = Signal(object)
    zoom_changed = Signal(float)
    view_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.camera = Camera()
        self.marks = Marks()
        self.picked_wire: Edge | None = None
        self.color_by = FAMILY
        self.facts = USUAL_FACTS
        self.picked_remark: Remark | None = None
        self._scene: Scene | None = None
        self._remarks: Remarks | None = None
        self._recall, self._newcomers = Recall(), Newcomers()
        self._fit_when_sized = False
        self._ticker = QTimer(self)
        self._ticker.setInterval(_RUNNING_MS)
        self._ticker.timeout.connect(self._tick)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.card_list = CardList(self)
        theme().changed.connect(self._restyle)
        formulas().drawn.connect(self._show_formulas)

    # The document

    @property
    def scene(self) -> Scene:
        """The scene; there is one whenever a document is shown."""
        assert self._scene is not None, "no document is shown"
        return self._scene

    @property
    def remarks(self) -> Remarks:
        """The frames and notes of the scene."""
        assert self._remarks is not None, "no document is shown"
        return self._remarks

    @property
    def has_scene(self) -> bool:
        """Whether a document is shown."""
        return self._scene is not None

    def set_document(self, document: Sheet | None) -> None:
        """Show another document, all of it, or none."""
        if self._scene:
            self._scene.document.changed.disconnect(self._follow)
        self._scene = Scene(document, self.facts) if document else None
        self._remarks = Remarks(self._scene) if self._scene else None
        if document:
            document.changed.connect(self._follow)
        self.picked_wire = self.picked_remark = None
        self._recall, self._newcomers = Recall(), Newcomers()
        self.marks = Marks()
        self.set_color_by(self.color_by)
        self._ticker.stop()
        self.card_list.follow(self._scene)
        self._announce_selection()
        self.show_start()

    def set_issues(self, issues: Sequence[Finding] | None) -> None:
        """Mark cards with these issues; None marks them with those of the analysis."""
        if self._scene:
            dirty = self._scene.set_issues(issues)
            self._repaint_cards(dirty, [*self._scene.changed, *map(box_of, self.remarks.renew())])

    def _follow(self, change: DocumentChange) -> None:
        dirty = self.scene.update(change, self._newcomers.after(change))
        self.card_list.follow(self._scene)
        kept = self._recall.after(change, self.selection()) & self.scene.cards.keys()
        if self.picked_wire not in self.scene.wires:
            self.picked_wire = None
        if self.picked_remark not in self.remarks.boxes:
            self.picked_remark = None
        if self.marks.hovered not in self.scene.cards:
            self.marks.hovered, self.marks.hovered_port = "", None
        self.marks.hovered_wires &= self.scene.wires.keys()
        if kept != self.marks.selected:
            self._mark(kept)
        if self.color_by != FAMILY:
            self.set_color_by(self.color_by)
        self._repaint_cards(dirty, [*self.scene.changed, *map(box_of, self.remarks.renew())])
        self.view_changed.emit()

    def set_color_by(self, by: str) -> None:
        """Color cards by "family", "parameters", "multiply_adds" or "activation_bytes"."""
        self.color_by = by
        self.marks.heat = heats(self._scene, by) if self._scene else {}
        self.update()

    def show_facts(self, facts: Iterable[str]) -> None:
        """Let cards say these things of their layers, of `FACTS`."""
        self.facts = frozenset(facts)
        if self._scene:
            self._scene.show_facts(self.facts)
            self.update()

    # Selection

    def selection(self) -> frozenset[str]:
        """The ids of the selected cards."""
        return frozenset(self.marks.selected)

    def select(self, ids: Iterable[str]) -> None:
        """Select these cards and no others; unknown ids are left out."""
        chosen = frozenset(ids) & self._scene.cards.keys() if self._scene else frozenset()
        self._pick(None)
        if chosen != self.marks.selected:
            self._mark(chosen)

    def pick_wire(self, edge: Edge) -> None:
        """Select a wire and nothing else."""
        self.select(())
        self._pick(edge)

    def _pick(self, edge: Edge | None) -> None:
        before, self.picked_wire = self.picked_wire, edge
        if self._scene:
            picked = (self._scene.wires.get(wire) for wire in (before, edge) if wire and before != edge)
            self._repaint_boxes(box for wire in picked if wire for box in wire.boxes)

    def _mark(self, chosen: frozenset[str]) -> None:
        """Select these cards; they and those before look otherwise now, and so do their wires."""
        changed = chosen.symmetric_difference(self.marks.selected)
        self.marks.selected = chosen
        self._announce_selection()
        if self._scene:
            self._repaint_boxes(self._scene.boxes_of(changed))

    def _announce_selection(self) -> None:
        self.card_list.point_at(self.selection())
        self.setAccessibleDescription(self._spoken())
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))
        self.selection_changed.emit(self.selection())

    def _spoken(self) -> str:
        """What a screen reader says of the canvas: its selected card, or how many there are."""
        selected = self.selection()
        if self._scene and len(selected) == 1:
            return describe(self._scene, *selected, selected=True)
        count = len(self._scene.cards) if self._scene else 0
        return f"{len(selected)} of {count} layers selected" if selected else f"{count} layers"

    def set_running(self, ids: Iterable[str]) -> None:
        """Show a moving bar on these cards; none stops it."""
        running = frozenset(ids)
        if running == self.marks.running:
            return
        self.marks.running = running
        if running:
            self._ticker.start()
        else:
            self._ticker.stop()
        self.update()

    def _tick(self) -> None:
        self.marks.phase = (self.marks.phase + _RUNNING_STEP) % 1.0
        self._repaint_cards(set(self.marks.running))

    # The camera

    @property
    def zoom(self) -> float:
        """1.0 is 100 %."""
        return self.camera.zoom

    def set_zoom(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom around a point of the widget, by default its middle."""
        self._fit_when_sized = False
        self.camera.zoom_to(zoom, anchor or QRectF(self.rect()).center())
        self._camera_moved()

    def zoom_in(self) -> None:
        """One step closer."""
        self.set_zoom(self.zoom * _ZOOM_STEP)

    def zoom_out(self) -> None:
        """One step back."""
        self.set_zoom(self.zoom / _ZOOM_STEP)

    def zoom_reset(self) -> None:
        """Back to 100 %."""
        self.set_zoom(1.0)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by pixels of the widget. What stays in view is moved, not painted again."""
        self._fit_when_sized = False
        x, y = self.camera.x, self.camera.y
        self.camera.pan(dx, dy)
        self._scroll(round(self.camera.x - x), round(self.camera.y - y))
        self.view_changed.emit()

    def _scroll(self, dx: int, dy: int) -> None:
        if self.floats() or abs(dx) >= self.width() or abs(dy) >= self.height():
            self.update()
            return
        self.scroll(dx, dy, self.rect())
        # The panels' own pixels were moved along: paint where they are and where they went.
        for child in self.children():
            if isinstance(child, QWidget) and child.isVisible() and child is not self.card_list:
                self.update(child.geometry())
                self.update(child.geometry().translated(dx, dy))

    def floats(self) -> bool:
        """Whether something is drawn above the cards that does not move with them."""
        return not self.has_scene or not self.scene.cards

    def show_start(self) -> None:
        """Show a network for the first time: whole, or its beginning where that is easier to read.

        A canvas that was not drawn yet does so in the size it gets.
        """
        self._fit_when_sized = True
        self.fit()
        room = self.room()
        bounds = self._scene.bounds if self._scene else QRectF()
        times = max(bounds.width() / max(room.width(), 1.0), bounds.height() / max(room.height(), 1.0))
        if self.zoom < ALL_DETAIL and times * ALL_DETAIL * theme().scale <= _SCROLLED:
            self.camera.zoom_to(ALL_DETAIL, room.center())
            shown = self.camera.area_to_widget(bounds)
            dx = max(room.left() - shown.left(), 0.0)
            self.camera.pan(dx, room.top() - shown.top())
            if self._covered():
                self.camera.pan(0, self.rooms()[-1].top() - room.top())
            self._camera_moved()

    def fit(self) -> None:
        """Show the whole network."""
        if self._scene and self._scene.cards:
            self._show_cards(self._scene.cards)
        else:
            self.camera.zoom, self.camera.x, self.camera.y = 1.0, self.width() // 2, self.height() // 3
            self._camera_moved()

    def frame_selection(self) -> None:
        """Show the selected cards, or everything if there are none."""
        if self.marks.selected:
            self._show_cards(self.marks.selected)
        else:
            self.fit()

    def reveal(self, id: str) -> None:
        """Select a card and bring it into view."""
        if self._scene and id in self._scene.cards:
            self.select({id})
            self.ensure_visible(id)

    def ensure_visible(self, id: str) -> None:
        """Move the picture as little as shows a card whole, and not beneath a panel where that can be."""
        area, panels = self.camera.area_to_widget(self.scene.cards[id].area), self.panels()
        moves = [_into(area, room) for room in self.rooms()]
        clear = [move for move in moves if not any(map(area.translated(move).intersects, panels))]
        move = (clear or moves)[0]
        if not move.isNull():
            self.pan(move.x(), move.y())

    def room(self) -> QRectF:
        """The part of the widget in which a network is shown whole."""
        return QRectF(self.rect()).adjusted(_AROUND, _AROUND, -_AROUND, -_AROUND)

    def rooms(self) -> list[QRectF]:
        """`room`, then parts of it that no panel covers."""
        return [self.room()]

    def panels(self) -> list[QRectF]:
        """What covers parts of the widget."""
        return []

    def _covered(self) -> set[str]:
        """The cards with a panel above them."""
        return {card.id for card in self.scene.cards_in(*map(self.camera.area_to_scene, self.panels()))}

    def _show_cards(self, ids: Collection[str]) -> None:
        """Show cards with their wires as large as they can be with no panel above a card."""
        scene, found = self.scene, []
        area = scene.bounds_of(ids).adjusted(0, 0, LANE, 0)
        if len(ids) == len(scene.cards):
            area |= scene.wire_bounds | self.remarks.bounds
        for room in self.rooms():
            self.camera.show(area, room)
            found.append((self._covered().isdisjoint(ids), self.camera.zoom, room))
        self.camera.show(area, max(found, key=lambda each: each[:2])[2])
        self._camera_moved()

    def _camera_moved(self) -> None:
        self.update()
        self.zoom_changed.emit(self.zoom)
        self.view_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._fit_when_sized:
            self.show_start()
        self.view_changed.emit()

    # Painting

    def repaint_scene(self, area: QRectF) -> None:
        """Paint an area of the scene again, soon."""
        self.update(self._to_paint(area))
        self._repaint_boxes(map(box_of, self.remarks.renew()))

    def _repaint_cards(self, ids: set[str] | None, boxes: Iterable[Box] = ()) -> None:
        """Paint cards again, and other boxes of the scene; everything if nobody knows which."""
        if ids is None or self._scene is None:
            self.update()
        else:
            cards = self._scene.cards
            if len(ids) > _MOST_AREAS:
                ids = ids & {card.id for card in self._scene.cards_in(self._seen())}
            self._repaint_boxes((*boxes, *(cards[id].box for id in ids & cards.keys())))

    def _seen(self) -> QRectF:
        """The area of the scene that is in view, with what reaches into it."""
        return self.camera.area_to_scene(QRectF(self.rect())).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def _repaint_boxes(self, boxes: Iterable[Box]) -> None:
        """Paint boxes of the scene again, soon, as far as they are in view."""
        left, top, right, bottom = box_of(self._seen())
        near = {box for box in boxes if box[0] < right and box[1] < bottom and box[2] > left and box[3] > top}
        shown = stacked(near, GAP)
        if len(shown) > _MOST_AREAS:
            self.update()
            return
        for part in gathered(self._to_paint(area_of(box)) & self.rect() for box in shown):
            self.update(part)

    def _to_paint(self, area: QRectF) -> QRect:
        """The pixels that an area of the scene takes, with what lies around a card."""
        margin = MARGIN + 10
        return self.camera.area_to_widget(area.adjusted(-margin, -margin, margin, margin)).toAlignedRect()

    def _show_formulas(self) -> None:
        """Paint the notes again: formulas in them are known now."""
        forget()
        if self._remarks:
            for remark, box in self._remarks.boxes.items():
                self.update(QRect() if remark.is_frame else self._to_paint(box))

    def _restyle(self) -> None:
        plates.forget()
        self.set_color_by(self.color_by)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        self._fit_when_sized = False
        painter = QPainter(self)
        areas = gathered(cast("Iterable[QRect]", event.region()))
        for area in areas:
            paint_backdrop(painter, self.camera, QRectF(area))
        if self._scene and (self._scene.cards or self.remarks.boxes):
            self._paint_scene(painter, self._scene, [self.camera.area_to_scene(QRectF(area)) for area in areas])
        else:
            painter.setPen(color("text3"))
            painter.setFont(font(13))  # no card: it grows with the text, as all around the canvas does
            beside_tools = self.rect().adjusted(px(64), 0, -px(64), 0)
            painter.drawText(beside_tools, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, EMPTY)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self.camera.transform)
        self.paint_above(painter)
        painter.end()

    def _paint_scene(self, painter: QPainter, scene: Scene, areas: list[QRectF]) -> None:
        """Wires, then cards: those that any of the areas shows. Qt clips the painter to what needs painting."""
        grown = [area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN) for area in areas]
        wires, cards = scene.wires_in(*grown), scene.cards_in(*grown)
        paint_remarks(painter, self.camera, self.remarks, areas, self.picked_remark)
        lit = self._lit(scene, wires)
        paint_wires(painter, self.camera, wires, lit)
        CardPainter(painter, self.camera, self.marks).paint(cards)
        paint_ears(painter, self.camera, (card for card in cards if scene.network[card.id].note))

    def _lit(self, scene: Scene, wires: Iterable[Wire]) -> Lit:
        """Of some wires those of selected cards; the selected wire and those under the pointer, with their ports."""
        marks, selected = self.marks, self.marks.selected
        chosen = {self.picked_wire} if self.picked_wire else set()
        marks.chosen_wires = frozenset(chosen)
        if selected:
            chosen |= {wire.edge for wire in wires if wire.edge.source in selected or wire.edge.target in selected}
        return Lit(chosen, marks.hovered_wires, scene.broken)

    def paint_above(self, painter: QPainter) -> None:
        """Draw above the cards, in scene coordinates."""


def _into(area: QRectF, room: QRectF) -> QPointF:
    """The least move that brings an area into a room; its upper left corner, where it is too large."""
    dx = max(min(0.0, room.right() - area.right()), room.left() - area.left())
    dy = max(min(0.0, room.bottom() - area.bottom()), room.top() - area.top())
    return QPointF(dx, dy)
