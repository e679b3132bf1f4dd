"""The surface: a widget that shows a scene through a camera, with a selection. It knows no gestures and no edits."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import cast

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QCursor,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QRegion,
)
from PySide6.QtWidgets import QApplication, QToolTip, QWidget

from models.document import DocumentChange, Sheet
from models.findings.finding import Finding
from models.network import Edge
from widgets.basics.facts import USUAL_FACTS
from widgets.basics.painted import painted
from widgets.canvas.accessibility import CardList, describe
from widgets.canvas.gliding import Gliding
from widgets.canvas.painting import plates
from widgets.canvas.painting.areas import gathered
from widgets.canvas.painting.backdrop import EMPTY, paint_backdrop
from widgets.canvas.painting.heat import FAMILY, MEASURED, Readings, heats
from widgets.canvas.painting.marks import Marks
from widgets.canvas.painting.paint_cards import CardPainter
from widgets.canvas.painting.paint_wires import Lit, paint_wires
from widgets.canvas.painting.plates import MARGIN
from widgets.canvas.remarks.painting import paint_ears, paint_remarks
from widgets.canvas.remarks.places import Remark, Remarks
from widgets.canvas.scene.grid import Box, area_of, box_of, stacked
from widgets.canvas.scene.measures import GAP
from widgets.canvas.scene.recall import Newcomers, Recall
from widgets.canvas.scene.scene import Scene
from widgets.canvas.scene.wire import Wire
from widgets.notes.formulas import formulas
from widgets.notes.markdown import forget
from widgets.theme import color, font, px, theme

_MOST_AREAS = 200
"""With more areas than these in view to be painted, everything is."""
_RUNNING_MS, _RUNNING_STEP = 40, 0.03


class Surface(Gliding):
    """Shows a document's network. `selection_changed` carries a frozenset of ids."""

    selection_changed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.marks = Marks()
        self.picked_wire: Edge | None = None
        self.color_by = FAMILY
        self._readings: Readings = {}
        self.facts = USUAL_FACTS
        self.picked_remark: Remark | None = None
        self._recall, self._newcomers = Recall(), Newcomers()
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
        self.look_sharp()
        self.card_list.follow(self._scene)
        self._announce_selection()
        self.show_start()

    def set_issues(self, issues: Sequence[Finding] | None) -> None:
        """Mark cards with these issues; None marks them with those of the analysis."""
        if self._scene:
            dirty = self._scene.set_issues(issues)
            self.repaint_cards(dirty, [*self._scene.changed, *map(box_of, self.remarks.renew())])

    def _follow(self, change: DocumentChange) -> None:
        self.look_sharp()
        was_empty = not self.scene.cards
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
        self.repaint_cards(dirty, [*self.scene.changed, *map(box_of, self.remarks.renew())])
        if was_empty and len(self.scene.cards) > 1:  # a network that came at once, not a first layer
            self.show_start()
        self.view_changed.emit()

    def set_readings(self, readings: Readings) -> None:
        """What a run measured of the layers, for cards that are colored by it."""
        self._readings = readings
        if self.color_by in MEASURED:
            self.set_color_by(self.color_by)

    def show_outputs(self, outputs: Mapping[str, QImage]) -> None:
        """Show on cards what their layers give for a sample, as strips by id; nothing for none."""
        if outputs or self.marks.outputs:
            self.marks.outputs = outputs
            self.update()

    def set_color_by(self, by: str) -> None:
        """Color cards by "family", or another of `heat.COLORS`."""
        self.color_by = by
        self.marks.heat = heats(self._scene, by, self._readings) if self._scene else {}
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
            self.repaint_boxes(box for wire in picked if wire for box in wire.boxes)

    def _mark(self, chosen: frozenset[str]) -> None:
        """Select these cards; they and those before look otherwise now, and so do their wires."""
        changed = chosen.symmetric_difference(self.marks.selected)
        self.marks.selected = chosen
        self._announce_selection()
        if self._scene:
            self.repaint_boxes(self._scene.boxes_of(changed))

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

    def frame_selection(self) -> None:
        """Show the selected cards, or everything if there are none."""
        if self.marks.selected:
            self.show_cards(self.marks.selected)
        else:
            self.fit()

    def reveal(self, id: str) -> None:
        """Select a card and bring it into view."""
        if self._scene and id in self._scene.cards:
            self.select({id})
            self.ensure_visible(id)

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
        self.repaint_cards(set(self.marks.running))

    # What a hand carries

    def seize(self, ids: Collection[str]) -> None:
        """Be ready for a hand that has pressed on cards and may drag them."""
        if self._is_all(ids):
            self.poise()

    def carry(self, ids: Collection[str], dx: float, dy: float) -> None:
        """Show cards elsewhere while a hand drags them."""
        if self._is_all(ids) and self.slides():
            self.scene.shift(ids, dx, dy)
            self.slide(dx, dy)
        else:
            self.look_sharp()
            self.repaint_scene(self.scene.shift(ids, dx, dy))

    def _is_all(self, ids: Collection[str]) -> bool:
        return len(ids) == len(self.scene.cards) and not self.remarks.boxes

    def put_back(self) -> None:
        """Show what was carried where it was."""
        self.look_sharp()
        self.scene.settle()
        self.update()

    # Painting

    def repaint_scene(self, area: QRectF) -> None:
        """Paint an area of the scene again, soon."""
        self.update(self._to_paint(area))
        self.repaint_boxes(map(box_of, self.remarks.renew()))

    def repaint_cards(self, ids: set[str] | None, boxes: Iterable[Box] = ()) -> None:
        """Paint cards again, and other boxes of the scene; everything if nobody knows which."""
        if ids is None or self._scene is None:
            self.update()
        else:
            cards = self._scene.cards
            if len(ids) > _MOST_AREAS:
                ids = ids & {card.id for card in self._scene.cards_in(self._seen())}
            self.repaint_boxes((*boxes, *(cards[id].box for id in ids & cards.keys())))

    def _seen(self) -> QRectF:
        """The area of the scene that is in view, with what reaches into it."""
        return self.camera.area_to_scene(QRectF(self.rect())).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    def repaint_boxes(self, boxes: Iterable[Box]) -> None:
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
        if QToolTip.isVisible() and self.underMouse():  # of a layer's note, perhaps
            at = QCursor.pos()
            QApplication.sendEvent(self, QHelpEvent(QEvent.Type.ToolTip, self.mapFromGlobal(at), at))

    def _restyle(self) -> None:
        self.look_sharp()
        plates.forget()
        self.set_color_by(self.color_by)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        self._fit_when_sized = False
        painter = QPainter(self)
        self.paint_region(painter, event.region())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setTransform(self.camera.transform)
        self.paint_above(painter)
        painter.end()

    def paint_areas(self, painter: QPainter, region: QRegion) -> None:
        areas = gathered(cast("Iterable[QRect]", region))
        for area in areas:
            paint_backdrop(painter, self.camera, QRectF(area))
        if self._scene and (self._scene.cards or self.remarks.boxes):
            self._paint_scene(painter, self._scene, [self.camera.area_to_scene(QRectF(area)) for area in areas])
        else:
            painter.setPen(color("text3"))
            painter.setFont(font(13))  # no card: it grows with the text, as all around the canvas does
            beside_tools = self.rect().adjusted(px(64), 0, -px(64), 0)
            painter.drawText(beside_tools, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, EMPTY)

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
