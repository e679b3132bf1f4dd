"""Take differences over: the edit that brings them from one document into the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from models.compare.comparing import bound_as
from models.compare.difference import (
    ADDED,
    BLOCK,
    CHANGED,
    ENTRY,
    FRAME,
    LAYER,
    MOVED,
    NETWORK_ENTRY,
    NOTE,
    PARAMETER,
    REMOVED,
    RENAMED,
    REORDERED,
    REWIRED,
    Comparison,
    Difference,
)  # fmt: skip
from models.document import MAIN
from models.document.content import SECTIONS, Settings
from models.document.edits import Batch, Edit, Move, RemoveNodes, Rename, SetSection
from models.document.exact import InsertNodes, ReplaceNode, SetEntries, SetOrder, SetParameters, SetWires
from models.document.remarks import SetFrame, SetNote
from models.document.scopes import AddScope, RemoveScope
from models.network import Edge, Network, Node


def take(comparison: Comparison, chosen: Iterable[Difference]) -> Batch:
    """One edit of ``before`` that brings these differences into it, as they are in ``after``.

    What a chosen wire leads from comes along. Applying the edit raises `NetworkError` where a difference has no
    meaning without others, such as wires that alone would close a loop.
    """
    wanted = tuple(chosen)
    edits: list[Edit] = []
    for scope in comparison.names:
        edits += _Taker(comparison, wanted, scope).edits()
    for item in wanted:
        if item.part == BLOCK:
            block = comparison.after.content.networks.get(item.scope)
            edits.append(AddScope(item.scope, block.copy()) if block else RemoveScope(item.scope))
    edits += _of_document(comparison, wanted)
    label = f"{len(wanted)} changes" if len(wanted) != 1 else f"{wanted[0].what} {wanted[0].name}".rstrip()
    return Batch(f"Take over {label}", edits)


def _of_document(comparison: Comparison, chosen: tuple[Difference, ...]) -> Iterator[Edit]:
    """The edits of sections and of entries that no version of the format knows."""
    before, after = comparison.before.content, comparison.after.content
    renames = {item.before: item.after for item in chosen if item.what == RENAMED and item.scope == MAIN}
    for section in SECTIONS:
        names = {item.name for item in chosen if item.part == section}
        if names:
            # As they are once the chosen layers have their new names; the edits of layers come first.
            present = bound_as(before.section(section), renames) if section == "data" else before.section(section)
            yield SetSection(section, _with(present, after.section(section), names))
    names = {item.name for item in chosen if item.part == ENTRY}
    if names:
        yield SetEntries(_with(before.extra, after.extra, names), whole=True)


def _with(settings: Settings, others: Settings, names: Iterable[str]) -> Settings:
    """Settings with some of them as they are among others."""
    result = dict(settings)
    for name in names:
        if name in others:
            result[name] = others[name]
        else:
            result.pop(name, None)
    return result


class _Taker:
    """The edits of one scope."""

    def __init__(self, comparison: Comparison, chosen: tuple[Difference, ...], scope: str) -> None:
        self.scope = scope
        self.before: Network = comparison.before.content[scope]
        self.after: Network = comparison.after.content[scope]
        self.names = comparison.names[scope]
        self.chosen = [item for item in chosen if item.scope == scope]
        # What layers of the newer network are called once the chosen ones are renamed.
        self.called = {new: old for old, new in self.names.items()}
        self.called |= {item.after: item.after for item in self.chosen if item.what == RENAMED}
        self.added = self._needed({item.after for item in self.chosen if item.part == LAYER and item.what == ADDED})
        self.removed = [item.before for item in self.chosen if item.part == LAYER and item.what == REMOVED]
        self.called |= {id: id for id in self.added}

    def edits(self) -> Iterable[Edit]:
        """In an order in which each can be made."""
        found: list[Edit | None] = [
            *(Rename(item.before, item.after) for item in self._layers(RENAMED)),
            *(ReplaceNode(self._node(item.after)) for item in self._layers(CHANGED)),
            RemoveNodes(self.removed) if self.removed else None,
            InsertNodes(self._placed()) if self.added else None,
            self._wires(),
            SetOrder(self._ordered()) if self._layers(REORDERED) else None,
            self._moves(),
            *self._frames(),
            *self._notes(),
            *self._entries(),
        ]
        return Batch("", [edit for edit in found if edit is not None]).within(self.scope).edits

    def _layers(self, what: str) -> list[Difference]:
        return [item for item in self.chosen if item.part == LAYER and item.what == what]

    def _needed(self, added: set[str]) -> set[str]:
        """The new layers that come along: the chosen ones, and those that chosen wires lead from."""
        waiting = [*added, *(item.after for item in self._layers(REWIRED))]
        while waiting:
            for edge in self.after.edges_into(waiting.pop()):
                if edge.source not in self.called and edge.source not in added:
                    added.add(edge.source)
                    waiting.append(edge.source)
        return added

    def _node(self, id: str) -> Node:
        """A layer of the newer network under the names that layers will have."""
        twin = self.after[id].copy(self.called[id])
        twin.frame = ""  # which is a difference of the frame
        owner = self.after.nodes.get(twin.module)
        if owner is not None and not owner.module:
            twin.module = self.called.get(owner.id, owner.id)
        return twin

    def _present(self) -> list[str]:
        """The layers that stay, in their present order, under the names that they will have."""
        gone = set(self.removed)
        renames = {item.before: item.after for item in self._layers(RENAMED)}
        return [renames.get(id, id) for id in self.before.nodes if id not in gone]

    def _placed(self) -> list[tuple[int, Node]]:
        """New layers with their places: each behind the layer that it follows in the newer network."""
        order = _follow(self._present(), [self.called[id] for id in self.after.nodes if id in self.called], self.added)
        return [(place, self._node(id)) for place, id in enumerate(order) if id in self.added]

    def _ordered(self) -> list[str]:
        """All layers in the order of the newer network, the others each behind the one that they followed."""
        there = _follow(self._present(), [self.called[id] for id in self.after.nodes if id in self.called], self.added)
        wanted = [self.called[id] for id in self.after.nodes if id in self.called]
        kept = set(wanted)
        return _follow(wanted, there, set(there) - kept)

    def _wires(self) -> SetWires | None:
        targets = [id for id in self.after.nodes if id in self.added]
        targets += [item.after for item in self._layers(REWIRED)]
        wires = {
            self.called[target]: [self._edge(edge) for edge in self.after.edges_into(target)] for target in targets
        }
        return SetWires(wires, [self.called.get(id, id) for id in self.after.order.loops]) if wires else None

    def _edge(self, edge: Edge) -> Edge:
        return edge._replace(source=self.called[edge.source], target=self.called[edge.target])

    def _moves(self) -> Move | None:
        moved = {self.called[item.after]: self.after[item.after].position for item in self._layers(MOVED)}
        return Move(moved) if moved else None

    def _frames(self) -> Iterator[Edit]:
        inside = self.after.framed()
        for name, whats in self._remarks(FRAME).items():
            frame = self.after.frames.get(name) if name in inside else None
            present = self.before.frames.get(name)
            if frame is None:
                yield SetFrame(name, None)
            elif present is not None and whats == {MOVED}:
                yield SetFrame(name, present._replace(margins=frame.margins))
            else:
                margins = frame.margins if present is None or MOVED in whats or ADDED in whats else present.margins
                layers = [self.called[id] for id in inside[name] if id in self.called]
                yield SetFrame(name, frame._replace(margins=margins), layers)

    def _notes(self) -> Iterator[Edit]:
        for name, whats in self._remarks(NOTE).items():
            note, present = self.after.notes.get(name), self.before.notes.get(name)
            if note is not None and present is not None and MOVED not in whats:
                note = note._replace(position=present.position, size=present.size)
            elif note is not None and present is not None and whats == {MOVED}:
                note = note._replace(text=present.text, color=present.color)
            yield SetNote(name, note)

    def _remarks(self, part: str) -> dict[str, set[str]]:
        """The chosen frames or notes, each with what became of it."""
        found: dict[str, set[str]] = {}
        for item in self.chosen:
            if item.part == part:
                found.setdefault(item.name, set()).add(item.what)
        return found

    def _entries(self) -> Iterator[Edit]:
        names = {item.name for item in self.chosen if item.part == PARAMETER}
        if names:
            yield SetParameters(_with(self.before.parameters, self.after.parameters, names))
        names = {item.name for item in self.chosen if item.part == NETWORK_ENTRY}
        if names:
            yield SetEntries(_with(self.before.extra, self.after.extra, names))


def _follow(present: list[str], order: list[str], joining: set[str]) -> list[str]:
    """What is present with the joining ones put in, each behind the one that is before it in an order."""
    behind: dict[str, list[str]] = {}
    known = set(present)
    last = ""
    for id in order:
        if id in joining:
            behind.setdefault(last, []).append(id)
        elif id in known:
            last = id
    result = behind.get("", [])
    for id in present:
        result += [id, *behind.get(id, ())]
    return result
