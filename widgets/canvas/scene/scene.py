"""The scene: cards and wires that mirror a document. It follows every change and can be built anew at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QPointF, QRectF

from models.checks.finding import Finding, with_mends
from models.document import Document, DocumentChange
from models.network import Edge
from widgets.canvas.scene.card import Card, End, Port
from widgets.canvas.scene.face import make_face
from widgets.canvas.scene.grid import Grid
from widgets.canvas.scene.measures import CARD_WIDTH, PORT_HIT, WIRE_HIT
from widgets.canvas.scene.placement import place
from widgets.canvas.scene.routing import Router
from widgets.canvas.scene.wire import Wire

_STRUCTURE = {"added", "removed", "renamed", "moved", "connected", "disconnected", "reset"}
_DROP_REACH = 24.0
"""How near to a wire something must be dropped to go into it."""
_HANG_REACH = 48.0
"""How far below a free output a new card may be dropped to hang from it."""


class Scene:
    """Cards by id in document order, and wires in document order. ``version`` grows with every change."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.network = document.network
        self.cards: dict[str, Card] = {}
        self.wires: dict[Edge, Wire] = {}
        self.version = 0
        self._card_grid: Grid | None = None
        self._wire_grid: Grid | None = None
        self._refusing: set[str] = set()
        self._issues: dict[str, list[Finding]] | None = None
        self.rebuild()

    # Following the model

    def rebuild(self) -> None:
        """Make everything anew from the model."""
        self.cards = {}
        self._renew_cards(self.network.nodes)
        self._lay_out()

    def update(self, change: DocumentChange) -> set[str] | None:
        """Follow a change; returns the ids of cards to paint again, or None if anything may have moved."""
        structure = any(item.what in _STRUCTURE for item in change.network)
        ids = {id for item in change.network if item.what != "moved" for id in item.nodes} | change.reports
        if structure:
            nodes = self.network.nodes
            self.cards = {id: self.cards[id] for id in nodes if id in self.cards}
            resized = self._renew_cards(id for id in nodes if id in ids or id not in self.cards)
            self.cards = {id: self.cards[id] for id in nodes}
        else:
            resized = self._renew_cards(id for id in ids if id in self.network.nodes)
        self.version += 1
        if structure or resized:
            self._lay_out()
            return None
        return ids

    def set_issues(self, issues: Iterable[Finding] | None) -> set[str] | None:
        """Show these issues in place of those of the analysis; returns what `update` returns."""
        before = self._issues
        self._issues = None if issues is None else _by_node(issues)
        ids = set(self.network.nodes) if before is None or self._issues is None else _changed(before, self._issues)
        resized = self._renew_cards(id for id in ids if id in self.network.nodes)
        self.version += 1
        if resized:
            self._lay_out()
            return None
        return ids

    def _renew_cards(self, ids: Iterable[str]) -> bool:
        resized = False
        for id in ids:
            node, report = self.network.nodes[id], self.document.analysis[id]
            issues = list(map(with_mends, report.issues)) if self._issues is None else self._issues.get(id, ())
            face = make_face(node, report, issues, len(self.network.edges_into(id)))
            card = self.cards.get(id)
            if card is None:
                self.cards[id] = Card(id, face)
                resized = True
            else:
                resized |= card.set_face(face)
            if face.problem is not None and face.problem.code == "shape":
                self._refusing.add(id)
            else:
                self._refusing.discard(id)
        self._refusing &= self.cards.keys()
        return resized

    def _lay_out(self) -> None:
        heights = {id: card.height for id, card in self.cards.items()}
        for id, (x, y) in place(self.network, self.document.analysis, heights).items():
            self.cards[id].rect.moveTo(x, y)
        self._route()

    def _route(self) -> None:
        self._router = Router(self.cards, self.network)
        self.wires = self._router.route_all(self.network.edges, self.wires)
        self._card_grid = self._wire_grid = None
        self.version += 1

    # Previews of a drag: the model knows nothing of them

    def shift(self, ids: Collection[str], dx: float, dy: float) -> QRectF:
        """Move cards on the canvas alone, their wires with them; returns the area to paint again."""
        area = QRectF()
        chosen = set(ids)
        for number, card in enumerate(self.cards.values()):
            if card.id in chosen:
                area |= card.area
                card.rect.translate(dx, dy)
                area |= card.area
                self._cards_at.put(number, card.box)
        for number, edge in enumerate(self.wires):
            if edge.source in chosen or edge.target in chosen:
                area |= self.wires[edge].bounds
                self.wires[edge] = wire = self._router.follow(edge)
                area |= wire.bounds
                self._wires_at.put(number, wire.box)
        self.version += 1
        return area

    def settle(self) -> None:
        """Put every card back where the model says."""
        self._lay_out()

    # Questions

    @property
    def _cards_at(self) -> Grid:
        if self._card_grid is None:
            self._card_grid = Grid(card.box for card in self.cards.values())
        return self._card_grid

    @property
    def _wires_at(self) -> Grid:
        if self._wire_grid is None:
            self._wire_grid = Grid(wire.box for wire in self.wires.values())
        return self._wire_grid

    @property
    def broken(self) -> set[Edge]:
        """Wires into cards that refuse what they bring."""
        return {
            edge for id in self._refusing for edge in self.network.edges_into(id) if _is_broken(edge, self.cards[id])
        }

    @property
    def bounds(self) -> QRectF:
        """The area of all cards."""
        return self._cards_at.hull

    @property
    def wire_bounds(self) -> QRectF:
        """The area of all wires."""
        return self._wires_at.hull

    def bounds_of(self, ids: Iterable[str]) -> QRectF:
        """The area of some cards."""
        area = QRectF()
        for id in ids:
            area |= self.cards[id].area
        return area

    def cards_in(self, *areas: QRectF) -> list[Card]:
        """Cards that one of the areas touches, in painting order."""
        cards = list(self.cards.values())
        return [cards[number] for number in self._cards_at.within(areas)]

    def wires_in(self, *areas: QRectF) -> list[Wire]:
        """Wires that one of the areas touches."""
        wires = list(self.wires.values())
        return [wires[number] for number in self._wires_at.within(areas)]

    def card_at(self, point: QPointF) -> Card | None:
        """The topmost card at a point."""
        near = self.cards_in(QRectF(point.x() - 0.5, point.y() - 0.5, 1, 1))
        return next((card for card in reversed(near) if card.area.contains(point)), None)

    def port_at(self, point: QPointF, reach: float = PORT_HIT / 2) -> Port | None:
        """The nearest port within reach of a point."""
        best, found = reach, None
        for card in self.cards_in(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)):
            for port in card.ports:
                off = card.place(port) - point
                distance = max(abs(off.x()), abs(off.y()))
                if distance <= best:
                    best, found = distance, port
        return found

    def wire_at(self, point: QPointF, reach: float = WIRE_HIT / 2) -> Wire | None:
        """The nearest wire within reach of a point."""
        near = self.wires_in(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach))
        found = min(near, key=lambda wire: wire.distance(point), default=None)
        return found if found and found.distance(point) <= reach else None

    def wire_for_drop(self, point: QPointF) -> Wire | None:
        """The wire into which something dropped at a point goes: a near one, or that between two stacked cards."""
        near = self.wire_at(point, _DROP_REACH)
        if near:
            return near
        for wire in self.wires.values():
            (x, top), (_, bottom) = wire.points[0], wire.points[-1]
            if len(wire.lines) == 1 and abs(x - point.x()) < CARD_WIDTH / 2 and top - 4 <= point.y() <= bottom + 4:
                return wire
        return None

    def card_above(self, area: QRectF) -> Card | None:
        """The nearest card just above an area whose output is free; a new card dropped there hangs from it."""
        middle = area.adjusted(CARD_WIDTH / 4, 0, -CARD_WIDTH / 4, 0)
        strip = middle.adjusted(0, -_HANG_REACH, 0, -area.height() / 2)
        above = [
            card
            for card in self.cards_in(strip)
            if card.outputs and card.outputs[0].edge is None and card.area.bottom() < area.center().y()
        ]
        return max(above, key=lambda card: card.area.bottom(), default=None)

    def place_of(self, end: End) -> QPointF | None:
        """Where an end lies; None if the node or its port is gone."""
        card = self.cards.get(end.node)
        if card is None:
            return None
        ports = card.outputs if end.output else card.inputs
        return next((card.place(port) for port in ports if port.end == end), None)


def _is_broken(edge: Edge, target: Card) -> bool:
    """Whether a wire ends in a card that refuses what it brings."""
    problem = target.face.problem
    return problem is not None and problem.code == "shape" and problem.port in ("", edge.target_port)


def _by_node(issues: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for issue in issues:
        found.setdefault(issue.node, []).append(issue)
    return found


def _changed(before: dict[str, list[Finding]], after: dict[str, list[Finding]]) -> set[str]:
    return {id for id in before.keys() | after.keys() if before.get(id) != after.get(id)}
