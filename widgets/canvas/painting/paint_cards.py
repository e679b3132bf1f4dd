"""Painting cards, with the detail that the zoom leaves room for."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen, QPixmap, QTransform

from models.analysis.issues import MISSING_INPUT
from models.network import Edge
from widgets.canvas.camera import Camera
from widgets.canvas.painting import text
from widgets.canvas.painting.heat import Heat
from widgets.canvas.painting.marks import Marks
from widgets.canvas.painting.plates import (
    MARGIN,
    SMALL_MARGIN,
    Look,
    PlainPort,
    block,
    block_size,
    family_token,
    is_vector,
    paint_icon,
    paint_plate,
    paint_port,
    plate,
    small,
    small_strip,
    strip,
)
from widgets.canvas.scene.card import Card, Port
from widgets.canvas.scene.face import Face
from widgets.canvas.scene.measures import (
    ALL_DETAIL,
    BARS_BELOW,
    BLOCKS_BELOW,
    CARD_WIDTH,
    CHIP_RADIUS,
    FULL_HEIGHT,
    FULL_RADIUS,
    GAP,
    PORT_FREE,
    PORT_HOVER,
    PORT_STEP,
    PORT_WIRED,
    SLIM_RADIUS,
)
from widgets.theme import color, theme, tint

STRIP_DETAIL = 2
"""Pixels of a strip for one of a card at 100 %."""


class CardPainter:
    """Paints cards for one camera. Call `paint` with an untransformed painter; it leaves it untransformed."""

    def __init__(self, painter: QPainter, camera: Camera, marks: Marks) -> None:
        self._painter = painter
        self._camera = camera
        self._marks = marks
        self._scale = camera.scale
        self._ratio = painter.device().devicePixelRatioF()
        self._vector = is_vector(painter)
        styles = (text.TITLE, text.PLAIN, text.STRONG, text.MEDIUM)
        self._title, self._plain, self._strong, self._medium = (text.legible(style, camera.zoom) for style in styles)

    def paint(self, cards: Iterable[Card]) -> None:
        """Paint cards in order."""
        zoom = self._camera.zoom
        if zoom < BARS_BELOW:
            self._paint_bars(cards)
            return
        self._painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if zoom < BLOCKS_BELOW:
            self._paint_blocks(cards)
            return
        if zoom < ALL_DETAIL:
            self._paint_small(cards)
            return
        for card in cards:
            self._paint_full(card)
        self._painter.resetTransform()

    def _paint_ring(self, x: float, y: float, width: float, height: float, radius: float) -> None:
        """What a search lights up, in pixels of the widget: a ring a little way off the card's own line."""
        self._painter.setPen(QPen(color("warning"), 2))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._painter.drawRoundedRect(QRectF(x - 4, y - 4, width + 8, height + 8), radius + 4, radius + 4)

    # 70 % and up: everything

    def _paint_full(self, card: Card) -> None:
        painter, face, scale = self._painter, self._said(card), self._scale
        plain, marked = self._split_ports(card)
        x = round(card.rect.x() * scale + self._camera.x)
        y = round(card.rect.y() * scale + self._camera.y)
        if face.problem:
            painter.setTransform(QTransform(scale, 0, 0, scale, x, y))
            self._paint_strip(card)
        if self._vector:
            painter.setTransform(QTransform(scale, 0, 0, scale, x, y))
            paint_plate(painter, self._look(card), scale)
        painter.resetTransform()
        if not self._vector:
            corner = QPointF(x - MARGIN * scale, y - MARGIN * scale)
            painter.drawPixmap(corner, plate(self._look(card), plain, scale, self._ratio))
        if card.id in self._marks.found:
            self._paint_ring(x, y, CARD_WIDTH * scale, card.height * scale, FULL_RADIUS * scale)
        painter.setTransform(QTransform(scale, 0, 0, scale, x, y))
        write = self._slim_text if face.slim else self._full_text
        write(face, self._marks.heat.get(card.id), self._marks.outputs.get(card.id))
        if card.id in self._marks.running:
            self._paint_running(card)
        self._paint_badge(face)
        self._name_ports(card)
        self._paint_ports(card, marked)

    def _said(self, card: Card) -> Face:
        """What a card says, without sizes and counts where they are not wanted."""
        face = card.face
        return face if self._marks.numbers else face._replace(detail="", amount="", shape="", changes_shape=False)

    def _look(self, card: Card) -> Look:
        face, marks = card.face, self._marks
        wrong = face.problem is not None or card.id == marks.refused
        chosen, hovered = card.id in marks.selected or card.id == marks.target, card.id == marks.hovered
        shade = heat.shade if (heat := marks.heat.get(card.id)) else ""
        warns = face.problem is not None
        return Look(face.family, face.icon, face.slim, chosen, hovered, wrong, warns, shade, face.bypassed)

    def _full_text(self, face: Face, heat: Heat | None, output: QImage | None) -> None:
        painter, amount = self._painter, "" if output else heat.text if heat else face.weights
        first = 18.0 if face.detail or amount or output else FULL_HEIGHT / 2
        left = self._shape(face, first) - 8
        painter.setPen(color("text1"))
        kind = text.fitting(face.kind, self._title, left - 55)
        text.draw(painter, 55, first, kind, self._title)
        after = 55 + text.width(kind, self._title) + 8
        right = CARD_WIDTH - 17
        if output:
            right = self._paint_output(output, 55, right, 40)
        amount = text.elided(amount, text.PLAIN, right - 55)
        if amount:
            text.draw_right(painter, right, 37, amount, self._plain)
            right -= text.width(amount, self._plain) + 8
        below = right - 55 if first < FULL_HEIGHT / 2 else 0.0
        name, detail = text.beside_or_below(face.name, face.detail, self._plain, left - after, below)
        painter.setPen(color("text3"))
        text.draw(painter, after, first, name, self._plain)
        painter.setPen(color("text2"))
        text.draw(painter, 55, 37, detail, self._plain)

    def _slim_text(self, face: Face, heat: Heat | None, output: QImage | None) -> None:
        painter = self._painter
        left = self._shape(face, 16.0) - 8
        kind = text.fitting(face.kind, self._title, left - 40)
        after = 40 + text.width(kind, self._title) + 8
        if output:
            left = self._paint_output(output, after, left, 16)
        painter.setPen(color("text1"))
        text.draw(painter, 40, 16, kind, self._title)
        painter.setPen(color("text3"))
        aside = text.in_parts(heat.text if heat else face.aside, self._plain, left - after)
        text.draw(painter, after, 16, aside, self._plain)

    def _paint_output(self, image: QImage, left: float, right: float, middle: float) -> float:
        """What the layer gives, as far as there is room up to ``right``; returns where it begins, with room before."""
        painter, card = self._painter, self._painter.transform()
        whole, height = image.width() / STRIP_DETAIL, image.height() / STRIP_DETAIL
        width = max(min(whole, right - left), 0.0)
        place = QRectF(right - width, middle - height / 2, width, height)
        if self._vector:
            cut = (whole - width) * STRIP_DETAIL
            painter.drawImage(place, image, QRectF(image.rect()).adjusted(cut, 0, 0, 0))
            return place.left() - 8
        # Untransformed and in whole pixels, so that they are copied: at 100 % there are dozens of cards.
        picture = strip(image, self._scale / STRIP_DETAIL, self._ratio)
        shown = picture.rect().adjusted(round(picture.width() * (1 - width / whole)), 0, 0, 0)
        painter.resetTransform()
        painter.drawPixmap(card.map(place.topLeft()).toPoint(), picture, shown)
        painter.setTransform(card)
        return place.left() - 8

    def _shape(self, face: Face, middle: float) -> float:
        """The shape at the right, in a chip where it changes; returns its left edge."""
        painter = self._painter
        right = CARD_WIDTH - 17
        style = self._strong if face.changes_shape else self._plain
        left = right - text.width(face.shape, style)
        if face.changes_shape:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color("chip"))
            painter.drawRoundedRect(QRectF(left - 7, middle - 10, right - left + 14, 20), CHIP_RADIUS, CHIP_RADIUS)
            left -= 7
        painter.setPen(color("text1" if face.changes_shape else "text3"))
        text.draw_right(painter, right, middle, face.shape, style)
        return left

    def _paint_strip(self, card: Card) -> None:
        """The red strip below a card; the card itself covers its upper end."""
        painter = self._painter
        radius = SLIM_RADIUS if card.face.slim else FULL_RADIUS
        height = card.rect.height()
        lower = QRectF(0.75, height - 2 * radius, CARD_WIDTH - 1.5, card.height - height + 2 * radius - 0.75)
        painter.setPen(QPen(color("error_line"), 1.5))
        painter.setBrush(color("error_soft"))
        painter.drawRoundedRect(lower, radius, radius)
        middle = height + (card.height - height) / 2
        room = CARD_WIDTH - 32
        button = card.fix_button.translated(-card.rect.topLeft())
        if not button.isEmpty():
            room = button.left() - 24
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(tint("error_line", 0.35 if theme().is_dark else 0.22))
            painter.drawRoundedRect(button, 5, 5)
            painter.setPen(color("text1"))
            text.draw_centered(painter, button.center().x(), middle, "Fix", self._strong)
        painter.setPen(color("error_text"))
        text.draw(painter, 16, middle, text.elided(card.face.caption, self._medium, room), self._medium)

    def _paint_badge(self, face: Face) -> None:
        if face.problem:
            paint_icon(self._painter, "err", "error_text", QPointF(CARD_WIDTH, 0), 16, self._scale * self._ratio)
        elif face.warns:
            self._painter.setPen(Qt.PenStyle.NoPen)
            self._painter.setBrush(color("canvas"))
            self._painter.drawEllipse(QPointF(CARD_WIDTH, 0), 9, 9)
            paint_icon(self._painter, "warn", "warning", QPointF(CARD_WIDTH, 0), 15, self._scale * self._ratio)

    def _paint_running(self, card: Card) -> None:
        painter = self._painter
        radius = SLIM_RADIUS if card.face.slim else FULL_RADIUS
        shape = QPainterPath()
        shape.addRoundedRect(QRectF(1, 1, CARD_WIDTH - 2, card.rect.height() - 2), radius, radius)
        bar = QPainterPath()
        bar.addRect(self._marks.phase * (CARD_WIDTH + 84) - 84, card.rect.height() - 4, 84, 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color("accent"))
        painter.drawPath(shape.intersected(bar))

    # Ports

    def _split_ports(self, card: Card) -> tuple[tuple[PlainPort, ...], tuple[Port, ...]]:
        """The ports of a card on which nothing is to be seen but whether they are wired, and those that are marked."""
        ports, marks = card.ports, self._marks
        if self._vector or card.gist.problem or card.id in marks.selected:
            return (), ports
        marked: tuple[Port, ...] = ()
        if marks.hovered_port or marks.targets or marks.chosen_wires or marks.hovered_wires:
            marked = tuple([port for port in ports if self._is_marked(port)])
        plain = [port for port in ports if port not in marked] if marked else ports
        return tuple([PlainPort(port.offset, port.end.output, port.edge is not None) for port in plain]), marked

    def _is_marked(self, port: Port) -> bool:
        """Whether the pointer, a wire that is drawn or one that stands out marks a port."""
        marks = self._marks
        hot = marks.hovered_port is not None and port.end == marks.hovered_port.end
        return hot or port.end in marks.targets or self._is_end(port, marks.chosen_wires | marks.hovered_wires)

    def _paint_ports(self, card: Card, ports: Iterable[Port]) -> None:
        height = card.height
        accent = card.id in self._marks.selected
        for port in ports:
            wired = port.edge is not None
            hot = self._marks.hovered_port is not None and port.end == self._marks.hovered_port.end
            possible = port.end in self._marks.targets
            radius = PORT_HOVER if hot or possible else PORT_WIRED if wired else PORT_FREE
            lit = self._is_end(port, self._marks.chosen_wires)
            line = self._port_color(card, port, accent or hot or possible or lit)
            if not lit and self._is_end(port, self._marks.hovered_wires):
                line = color("text1")
            place = QPointF(CARD_WIDTH / 2 + port.offset, height if port.end.output else 0.0)
            paint_port(self._painter, place, line, radius, filled=wired or hot)

    def _name_ports(self, card: Card) -> None:
        """Ports have their names beside them where a layer has several that differ; a wire there goes beneath."""
        style = text.legible(text.SMALL, self._scale)
        for ports, lift in ((card.inputs, -9.0), (card.outputs, 9.0)):
            if len(ports) < 2 or len({port.end.port for port in ports}) < 2:
                continue
            self._painter.setPen(color("text3"))
            for port in ports:
                place = card.place(port) - card.rect.topLeft()
                name = text.elided(port.end.port, style, PORT_STEP - 12)
                left, middle = place.x() + 7, place.y() + lift
                beneath = QRectF(left - 2, middle - 5, text.width(name, style) + 4, 10)
                self._painter.fillRect(beneath, color("canvas"))
                text.draw(self._painter, left, middle, name, style)

    @staticmethod
    def _is_end(port: Port, wires: Collection[Edge]) -> bool:
        """Whether one of some wires ends at a port."""
        if not wires:
            return False
        return port.edge in wires or (port.end.output and any(port.end[:2] == edge[:2] for edge in wires))

    def _port_color(self, card: Card, port: Port, accent: bool) -> QColor:
        problem = card.face.problem
        broken = problem is not None and problem.code in ("shape", MISSING_INPUT) and not port.end.output
        return color("error_line" if broken else "accent" if accent else "wire")

    # 40 to 70 %: tile, type and shape at a constant 11 px

    def _paint_small(self, cards: Iterable[Card]) -> None:
        draw, scale, left, top, ratio = (
            self._painter.drawPixmap,
            self._scale,
            self._camera.x,
            self._camera.y,
            self._ratio,
        )
        margin = round(SMALL_MARGIN * theme().scale)
        for card in cards:
            picture = small(self._look(card), card.face.kind, card.face.shape, card.face.warns, scale, ratio)
            x, y = round(card.rect.x() * scale + left), round(card.rect.y() * scale + top)
            if problem := card.gist.problem:
                strip = card.strip
                size = card.rect.width() * scale, strip.height() * scale
                below = round(strip.y() * scale + top)
                draw(x, below, small_strip(card.face.caption, bool(problem.mends), *size, ratio))
            draw(x - margin, y - margin, picture)
            if card.id in self._marks.found:
                self._paint_ring(x, y, card.rect.width() * self._scale, card.rect.height() * self._scale, 6)

    # 20 to 40 %: a block in the family's color with its name

    def _paint_blocks(self, cards: Iterable[Card]) -> None:
        """One picture a card, shared by all of a kind: at this zoom a thousand cards may be in view."""
        draw, scale, left, top = self._painter.drawPixmap, self._scale, self._camera.x, self._camera.y
        grow = GAP * scale / 2 - 1
        size = {slim: block_size(slim, scale, grow) for slim in (True, False)}
        top -= max(0.0, grow)
        pictures: dict[tuple[str, str, bool, Heat | None], QPixmap] = {}
        outlined, heat = [], self._marks.heat
        marked = {*self._marks.selected, *self._marks.found, self._marks.hovered}
        for card in cards:
            gist, rect = card.gist, card.rect
            key = (gist.kind, gist.family, gist.slim, heat.get(card.id) if heat else None)
            picture = pictures.get(key)
            if picture is None:
                picture = pictures[key] = block(gist.kind, self._fill(card), *size[gist.slim], self._ratio)
            draw(round(rect.x() * scale + left), round(rect.y() * scale + top), picture)
            if gist.problem or card.id in marked:
                outlined.append((card, size[gist.slim]))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        for card, (width, height) in outlined:
            x, y = round(card.rect.x() * scale + left), round(card.rect.y() * scale + top)
            strip = card.strip.height() * scale
            self._painter.fillRect(QRectF(x, y + height, width, strip), color("error_soft"))
            self._painter.setPen(self._outline(card))
            self._painter.drawRoundedRect(QRectF(x, y, width, height + strip), 3, 3)

    def _outline(self, card: Card) -> QPen:
        if card.id in self._marks.selected:
            return QPen(color("text1"), 2)
        if card.id in self._marks.found:
            return QPen(color("warning"), 3)
        return QPen(color("error_line"), 2) if card.gist.problem else QPen(color("text3"), 1)

    def _fill(self, card: Card) -> str:
        """The token of a block's color: that of its number if cards are colored by one, else of its family."""
        heat = self._marks.heat.get(card.id)
        return heat.shade if heat else family_token(card.gist.family)

    # Below 20 %: bars

    def _paint_bars(self, cards: Iterable[Card]) -> None:
        painter, heat = self._painter, self._marks.heat
        bars: dict[str, list[QRectF]] = {}
        shades: dict[str, list[QRectF]] = {}
        marked: dict[str, list[QRectF]] = {"error_line": [], "warning": [], "accent": []}
        special = {*self._marks.selected, *self._marks.found}
        for card in cards:  # thousands: each look-up counts
            gist = card.gist
            if heat and card.id in heat:
                shades.setdefault(heat[card.id].shade, []).append(card.rect)
            elif gist.family in bars:
                bars[gist.family].append(card.rect)
            else:
                bars[gist.family] = [card.rect]
            if gist.problem or card.id in special:
                selected, found = card.id in self._marks.selected, card.id in self._marks.found
                marked["accent" if selected else "warning" if found else "error_line"].append(card.area)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setTransform(self._camera.transform)
        painter.setPen(Qt.PenStyle.NoPen)
        for token, rects in [*((family_token(family), rects) for family, rects in bars.items()), *shades.items()]:
            painter.setBrush(color(token))
            painter.drawRects(rects)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for token, rects in marked.items():
            pen = QPen(color(token), 2)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.drawRects([rect.adjusted(-12, -12, 12, 12) for rect in rects])
        painter.resetTransform()
