"""The scene: cards and wires that mirror a document. It follows every change and can be built anew at any time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from PySide6.QtCore import QPointF, QRectF

from models.analysis import Report
from models.analysis.issues import MISSING_INPUT
from models.document import MAIN, DocumentChange, Sheet
from models.findings.finding import Finding, with_mends
from models.network import Edge
from widgets.basics.facts import USUAL_FACTS
from widgets.canvas.scene.card import Card, End, Port
from widgets.canvas.scene.carried import Carried
from widgets.canvas.scene.face import Face, make_face, make_gist
from widgets.canvas.scene.grid import Box, Grid, hull, keep
from widgets.canvas.scene.measures import CARD_WIDTH, PORT_HIT, WIRE_HIT
from widgets.canvas.scene.placement import Places
from widgets.canvas.scene.routing import Router
from widgets.canvas.scene.wire import Wire

_STRUCTURE = {"added", "removed", "renamed", "moved", "connected", "disconnected", "reset"}
_UNFINISHED = {MISSING_INPUT, "leads-nowhere"}
"""What is wrong with a card only because it is not wired yet."""


class Scene:
    """Cards by id in document order, and wires. ``version`` grows with every change."""

    def __init__(self, document: Sheet, facts: frozenset[str] = USUAL_FACTS) -> None:
        self.document = document
        self.network = document.network
        self.version = 0
        self.changed: list[Box] = []
        """What needs painting after the last change."""
        self.new: frozenset[str] = frozenset()
        """Cards that have just come: that they are not wired yet is not held against them."""
        self.facts = facts
        self._issues: dict[str, list[Finding]] | None = None
        self.rebuild()

    # Following the model

    def rebuild(self) -> None:
        """Make everything anew from the model."""
        self.cards: dict[str, Card] = {}
        self._levels: dict[str, int] = {}
        self._refusing: set[str] = set()
        self._reports: dict[str, Report] = {}
        self._card_grid: Grid[str] | None = None
        self._wire_grid: Grid[Edge] | None = None
        self._held: dict[Edge, Wire] = {}
        self._carried = Carried()
        self._places = Places(self.network, self.document.analysis, self.cards)
        self._router = Router(self.cards, self.network)
        self._renew_cards(self.network.nodes)
        self._lay_out(self.network.nodes, self.network.edges)

    @property
    def wires(self) -> dict[Edge, Wire]:
        """The wire of every edge between two cards."""
        return self._router.wires

    def update(self, change: DocumentChange, new: frozenset[str] = frozenset()) -> set[str] | None:
        """Follow a change, after which the cards ``new`` are; returns the ids of cards to paint again beside
        `changed`, or None for everything."""
        unknown = bool(self._carried) or self._unseen
        self.settle()
        self.changed = []
        steps = change.network
        told = {id for step in steps if step.what != "moved" for id in step.nodes} | (self.new ^ new)
        self.new = new
        faces = (told | set(filter(self._looks_other, change.reports))) & self.network.nodes.keys()
        resized = self._renew_cards(faces)
        structure = any(step.what in _STRUCTURE for step in steps)
        self.version += 1
        if not structure and not resized:
            return faces
        edges = {edge for step in steps for edge in step.edges}
        for step in steps:
            if step.what == "renamed":
                edges |= {edge for edge in self.wires if step.nodes[0] in (edge.source, edge.target)}
        told |= resized
        self._come_and_go(told)
        self._lay_out(told, edges, {id for step in steps for id in step.nodes} - told)
        return None if unknown else faces

    def _looks_other(self, id: str) -> bool:
        """Whether a card says something else than before, now that its report is another."""
        before, after = self._reports.get(id), self.document.analysis[id]
        if not self.facts <= USUAL_FACTS and before != after:
            return True
        return before is None or (before.inputs, before.outputs, before.parameters, before.issues) != (
            after.inputs,
            after.outputs,
            after.parameters,
            after.issues,
        )

    def _come_and_go(self, ids: Iterable[str]) -> None:
        """Forget cards whose nodes are gone, and keep document order."""
        nodes = self.network.nodes
        for id in ids:
            if id not in nodes and id in self.cards:
                del self.cards[id]
                self._levels.pop(id, None)
                self._refusing.discard(id)
                del self._reports[id]
                self._card_lies_at(id, None)
        if list(self.cards) != list(nodes):
            ordered = {id: self.cards[id] for id in nodes}
            self._levels = {}
            self.cards.clear()
            self.cards.update(ordered)

    def set_issues(self, issues: Iterable[Finding] | None) -> set[str] | None:
        """Show these issues in place of those of the analysis; returns what `update` returns."""
        self.changed = []
        before = self._issues
        self._issues = None if issues is None else _by_node(issues)
        ids = set(self.network.nodes) if before is None or self._issues is None else _changed(before, self._issues)
        resized = self._renew_cards(id for id in ids if id in self.network.nodes)
        self.version += 1
        if resized:
            self._lay_out(resized, ())
        return None if resized and self._unseen else ids

    def _renew_cards(self, ids: Iterable[str]) -> set[str]:
        """Give cards their faces; returns those that are new or of another size."""
        resized = set()
        for id in ids:
            node, report = self.network.nodes[id], self.document.analysis[id]
            self._reports[id] = report
            gist = make_gist(node, self.issues_of(id))
            card = self.cards.get(id)
            if card is None:
                self.cards[id] = Card(id, gist, self._face)
                if self._levels:
                    self._levels[id] = next(reversed(self._levels.values())) + 1
                resized.add(id)
            elif card.renew(gist):
                resized.add(id)
            refuses = gist.problem is not None and gist.problem.code == "shape"
            if refuses != (id in self._refusing):
                (self._refusing.add if refuses else self._refusing.discard)(id)
                into = self.network.edges_into(id)
                self.changed += [box for edge in into if edge in self.wires for box in self.wires[edge].boxes]
        return resized

    def show_facts(self, facts: frozenset[str]) -> None:
        """Let cards say these things of their layers."""
        self.facts = facts
        for card in self.cards.values():
            card.renew(card.gist)
        self.version += 1

    def issues_of(self, id: str) -> Sequence[Finding]:
        """What is wrong with a node, as its card shows it."""
        issues: Iterable[Finding] = (
            map(with_mends, self.document.analysis[id].issues) if self._issues is None else self._issues.get(id, ())
        )
        return [issue for issue in issues if id not in self.new or issue.code not in _UNFINISHED]

    def _face(self, id: str) -> Face:
        node, report = self.network.nodes[id], self.document.analysis[id]
        wires, inside = len(self.network.edges_into(id)), self.document.scope != MAIN
        return make_face(node, report, self.issues_of(id), wires, self.facts, inside=inside)

    def _lay_out(self, ids: Collection[str], edges: Iterable[Edge], placed: Collection[str] = ()) -> None:
        """Put cards in their places and lay the wires around them, as far as a change of these concerns them; others
        were merely ``placed``."""
        moved = self._places.update({*ids, *placed})
        for id in moved:
            self.cards[id].rect.moveTo(*self._places[id])
        changed = self._router.update(ids, moved, edges)
        for id in moved.union(ids) & self.cards.keys():
            self._card_lies_at(id, self.cards[id].box)
        if self._wire_grid is not None:
            for edge, before in changed.items():
                wire = self.wires.get(edge)
                keep(self._wire_grid, edge, wire.box if wire else None)
                self.changed += self._changes(before, wire)
        self.version += 1

    def _changes(self, before: Wire | None, after: Wire | None) -> list[Box]:
        """Where a wire looks otherwise than before; dashes move along the whole of it."""
        if before is None or (after is not None and after.edge.target in self._refusing):
            return [box for wire in (before, after) if wire for box in wire.boxes]
        return before.changes(after)

    def _card_lies_at(self, id: str, box: Box | None) -> None:
        """Find a card where it lies now, None for nowhere; where it was and where it is needs painting."""
        grid = self._card_grid
        if grid is None or (before := grid.box(id)) == box:
            return
        keep(grid, id, box)
        self.changed += filter(None, (before, box))

    @property
    def _unseen(self) -> bool:
        """Whether the scene was never looked at, so that it does not know where something changes."""
        return self._card_grid is None or self._wire_grid is None

    # Previews of a drag: the model knows nothing of them

    def shift(self, ids: Collection[str], dx: float, dy: float) -> QRectF:
        """Move cards on the canvas alone, their wires with them; returns the area to paint again."""
        if self._carried.ids != frozenset(ids):
            self._take_up(ids)
        before = self._carried.area
        self._carried.carry(dx, dy)
        for id in ids:
            self.cards[id].rect.translate(dx, dy)
        boxes: list[Box] = []
        for edge, held in self._held.items():
            wire = self._router.follow(edge)
            boxes += self.wires.get(edge, held).box, wire.box
            self.wires[edge] = wire
            self._wires_at.put(edge, wire.box)
        self.version += 1
        area = before | self._carried.area
        return area | hull(boxes) if boxes else area

    def _take_up(self, ids: Collection[str]) -> None:
        """Carry these from now on, and no others."""
        self.settle()
        chosen, wires = set(ids), self.wires
        hanging = {edge for id in ids for edge in self._hanging(id)} & wires.keys()
        among = {edge for edge in hanging if edge.source in chosen and edge.target in chosen}
        boxes = [*(self.cards[id].box for id in ids), *(wires[edge].box for edge in among)]
        self._fill_grids()  # before anything is carried away
        self._carried = Carried(ids, hull(boxes))
        self._held = {edge: wires[edge] for edge in hanging - among}

    def _fill_grids(self) -> None:
        if self._card_grid is None:
            self._card_grid = Grid((id, card.box) for id, card in self.cards.items())
        if self._wire_grid is None:
            self._wire_grid = Grid((edge, wire.box) for edge, wire in self.wires.items())

    def settle(self) -> None:
        """Put every card that was shifted back where it was."""
        for id in self._carried.ids:
            self.cards[id].rect.moveTo(*self._places[id])
        for edge, wire in self._held.items():
            self.wires[edge] = wire
            self._wires_at.put(edge, wire.box)
        self._carried, self._held = Carried(), {}
        self.version += 1

    # Questions

    @property
    def _cards_at(self) -> Grid[str]:
        self._fill_grids()
        assert self._card_grid is not None
        return self._card_grid

    @property
    def _wires_at(self) -> Grid[Edge]:
        self._fill_grids()
        assert self._wire_grid is not None
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
        return self._cards_at.hull | self._carried.area

    @property
    def wire_bounds(self) -> QRectF:
        """The area of all wires."""
        return self._wires_at.hull | self._carried.area

    def bounds_of(self, ids: Iterable[str]) -> QRectF:
        """The area of some cards."""
        area = QRectF()
        for id in ids:
            area |= self.cards[id].area
        return area

    def boxes_of(self, ids: Iterable[str]) -> list[Box]:
        """Boxes that cover some cards and their wires, as far as there are any."""
        cards = [card for id in ids if (card := self.cards.get(id))]
        hanging = {edge for card in cards for edge in self._hanging(card.id)}
        return [card.box for card in cards] + [
            box for edge in hanging if (wire := self.wire(edge)) for box in wire.boxes
        ]

    def _hanging(self, id: str) -> tuple[Edge, ...]:
        """The wires of a card."""
        return (*self.network.edges_into(id), *self.network.edges_from(id))

    def cards_in(self, *areas: QRectF) -> list[Card]:
        """Cards that one of the areas touches, in painting order: those that are dragged above all others."""
        found = self._carried.cards_in(self._cards_at, areas)
        cards = self.cards
        if len(found) == len(cards):
            ordered = list(cards.values())
        else:
            if len(self._levels) != len(cards):
                self._levels = {id: level for level, id in enumerate(cards)}
            ordered = [cards[id] for id in sorted(found, key=self._levels.__getitem__)]
        if self._carried:
            ordered.sort(key=lambda card: card.id in self._carried.ids)
        return ordered

    def taken(self, *areas: QRectF) -> list[tuple[str, QRectF]]:
        """Cards that take something of areas, or may when strips above them come and go: ids with what is theirs."""
        found = {card.id: card.area for card in self.cards_in(*areas)}
        for id, (x, y) in self._places.pushed.items():
            card = self.cards[id]
            found[id] = card.area | QRectF(x, y, CARD_WIDTH, card.height)
        return list(found.items())

    def wires_in(self, *areas: QRectF) -> list[Wire]:
        """Wires that one of the areas touches, in no order: they lie beneath all cards."""
        return self._carried.wires_in(self._wires_at, self.wires, areas)

    def wire(self, edge: Edge) -> Wire | None:
        """The wire of an edge as it lies now, even where it is carried; None if it has none."""
        found = self.wires.get(edge)
        return found and self._carried.wire(found)

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
        found = min(near, key=lambda wire: (wire.distance(point), wire.edge), default=None)
        return found if found and found.distance(point) <= reach else None

    def wires_at(self, point: QPointF, reach: float) -> frozenset[Edge]:
        """The nearest wire within reach of a point, with those that share that stretch of it."""
        nearest = self.wire_at(point, reach)
        if nearest is None:
            return frozenset()
        beside = self.network.edges_from(nearest.edge.source)
        far = nearest.distance(point) + 0.5
        return frozenset(edge for edge in beside if edge in self.wires and self.wires[edge].distance(point) <= far)

    def place_of(self, end: End) -> QPointF | None:
        """Where an end lies; None if the node or its port is gone."""
        card = self.cards.get(end.node)
        if card is None:
            return None
        ports = card.outputs if end.output else card.inputs
        return next((card.place(port) for port in ports if port.end == end), None)


def _is_broken(edge: Edge, target: Card) -> bool:
    """Whether a wire ends in a card that refuses what it brings."""
    problem = target.gist.problem
    return problem is not None and problem.code == "shape" and problem.port in ("", edge.target_port)


def _by_node(issues: Iterable[Finding]) -> dict[str, list[Finding]]:
    found: dict[str, list[Finding]] = {}
    for issue in issues:
        found.setdefault(issue.node, []).append(issue)
    return found


def _changed(before: dict[str, list[Finding]], after: dict[str, list[Finding]]) -> set[str]:
    return {id for id in before.keys() | after.keys() if before.get(id) != after.get(id)}
