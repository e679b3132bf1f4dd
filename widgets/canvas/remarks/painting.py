"""Painting frames and notes, which lie beneath wires and cards."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen, QTextDocument

from models.network import Frame, Note
from widgets.canvas.camera import Camera
from widgets.canvas.remarks.places import HEADER, Remark, Remarks
from widgets.canvas.scene.card import Card
from widgets.canvas.scene.measures import BLOCKS_BELOW
from widgets.controls.base import escape_tip
from widgets.notes.inline import reason_at
from widgets.notes.markdown import context, rendered
from widgets.theme import color, theme, tint
from widgets.theme.fonts import make_font

SHADES = {
    "gray": "text3", "blue": "hint", "green": "good", "yellow": "warning", "red": "error_text", "purple": "Attention",
}  # fmt: skip
"""The token of each color."""
FRAME_RADIUS, NOTE_RADIUS, PAD = 14.0, 8.0, 12.0
_TITLE = 13
_LEAST_TITLE = 11.0
"""Pixels of the screen that the title of a frame has at least."""
_EAR = 12.0


def paint_remarks(
    painter: QPainter, camera: Camera, remarks: Remarks, seen: list[QRectF], picked: Remark | None
) -> None:
    """Paint what any of the areas of the scene shows; the painter comes untransformed and leaves so."""
    shown = [(remark, box) for remark, box in remarks.boxes.items() if any(map(box.intersects, seen))]
    if not shown:
        return
    painter.save()
    painter.setTransform(camera.transform, True)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for remark, box in shown:
        if remark.is_frame:
            _paint_frame(painter, camera, remarks.frame(remark), box, picked == remark)
        else:
            _paint_note(painter, camera, remarks.note(remark), box, picked == remark)
    painter.restore()


def _pen(token: str, picked: bool) -> QPen:
    return QPen(color("accent"), 2) if picked else QPen(tint(token, 0.55), 1)


def _paint_frame(painter: QPainter, camera: Camera, frame: Frame, box: QRectF, picked: bool) -> None:
    token = SHADES[frame.color]
    painter.setPen(_pen(token, picked))
    painter.setBrush(tint(token, 0.07))
    painter.drawRoundedRect(box, FRAME_RADIUS, FRAME_RADIUS)
    # From far away a title keeps the size of the screen, as long as it has room.
    size = max(_TITLE, round(_LEAST_TITLE / max(camera.zoom, 0.05)))
    face = make_font(size, 600, False)
    title = QFontMetricsF(face).elidedText(frame.title, Qt.TextElideMode.ElideRight, box.width() - 2 * PAD)
    painter.setFont(face)
    painter.setPen(color(token))
    height = max(HEADER, size * 1.6)
    painter.drawText(
        QRectF(box.left() + PAD, box.top(), box.width() - 2 * PAD, min(height, box.height())),
        Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine,
        title,
    )


def _paint_note(painter: QPainter, camera: Camera, note: Note, box: QRectF, picked: bool) -> None:
    token = SHADES[note.color]
    painter.setPen(_pen(token, picked))
    painter.setBrush(color("raised"))
    painter.drawRoundedRect(box, NOTE_RADIUS, NOTE_RADIUS)
    painter.setBrush(tint(token, 0.10))
    painter.drawRoundedRect(box, NOTE_RADIUS, NOTE_RADIUS)
    if camera.zoom < BLOCKS_BELOW:
        return
    inner, document = _inside(box), _document(note, box)
    painter.save()
    painter.setClipRect(inner, Qt.ClipOperation.IntersectClip)
    painter.translate(inner.topLeft())
    found = context("text1", "accent")
    found.clip = QRectF(QPointF(), inner.size())
    document.documentLayout().draw(painter, found)
    painter.restore()


def _inside(box: QRectF) -> QRectF:
    return box.adjusted(PAD, PAD - 2, -PAD, -PAD + 2)


def _document(note: Note, box: QRectF) -> QTextDocument:
    return rendered(note.text, _inside(box).width(), theme().palette.name, "")


def remark_hint(remarks: Remarks, point: QPointF) -> str:
    """A tool tip for a point in a note: why a formula there is shown as code; "" for nothing."""
    for remark, box in remarks.boxes.items():
        if not remark.is_frame and _inside(box).contains(point):
            return escape_tip(reason_at(_document(remarks.note(remark), box), point - _inside(box).topLeft()))
    return ""


def paint_ears(painter: QPainter, camera: Camera, cards: Iterable[Card]) -> None:
    """Fold a corner of the cards of which something is said; too small to see, nobody is asked."""
    cards = list(cards) if camera.zoom >= BLOCKS_BELOW else []
    if not cards:
        return
    painter.save()
    painter.setTransform(camera.transform)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color("warning"))
    for card in cards:
        corner = card.rect.bottomLeft()
        steps = (1.0, -_EAR - 1), (_EAR + 1, -1.0), (3.0, -1.0), (1.0, -3.0)
        painter.drawPolygon([corner + QPointF(*step) for step in steps])
    painter.restore()
