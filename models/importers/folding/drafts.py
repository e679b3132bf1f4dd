"""The modules of records as drafts of networks: which records and modules lie in each, what goes in, what comes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from models.importers.records import Record, Scope, Wire

DEEPEST = 18
"""Levels of blocks within blocks; documents may have a few more."""


@dataclass(eq=False)
class Part:
    """A layer or the use of a block to be. ``names`` lead to it through modules that were dissolved; ``inputs`` hold
    for each wire who gives it: another part with one of its outputs, or the draft's own input of that number."""

    names: tuple[str, ...]
    record: Record | None
    drafts: list[Draft]
    path: str
    kind: str
    params: dict[str, Any]
    inputs: list[Source] = field(default_factory=list)
    id: str = ""
    module: str = ""

    @property
    def drawn(self) -> tuple[tuple[int, ...] | None, ...]:
        """The shapes of its outputs, as far as they are known."""
        if self.record is not None:
            return self.record.shapes
        return tuple(wire.shape for wire in self.drafts[-1].outs)


@dataclass(frozen=True)
class Source:
    """Where an input comes from: an output of ``part``, or the draft's own input where that is None; and the port that
    reads it, "" for the next."""

    part: Part | None
    port: int
    into: str = ""


@dataclass(eq=False)
class Draft:
    """One call of a module, or the whole network, as a network to be."""

    scope: Scope | None
    parts: list[Part] = field(default_factory=list)
    ins: list[Wire] = field(default_factory=list)
    outs: list[Wire] = field(default_factory=list)
    results: list[Source] = field(default_factory=list)

    @property
    def height(self) -> int:
        """Levels of blocks in it."""
        return max((1 + draft.height for part in self.parts for draft in part.drafts), default=0)

    def every(self) -> Iterable[Draft]:
        """It and all drafts in it."""
        yield self
        for part in self.parts:
            for draft in part.drafts:
                yield from draft.every()


def drafted(records: Sequence[Record]) -> Draft:
    """The draft of the whole network, with those of all modules that can be blocks in it."""
    kept = _blocks(records)
    whole = Draft(None)
    drafts: dict[Scope | None, Draft] = {None: whole}
    parts: dict[Record | Scope, Part] = {}
    for record in records:
        around = _around(record.scope, kept)
        part = Part((*_dissolved(record.scope, kept), record.name), record, [], record.path, record.kind, {})
        part.params = dict(record.params)
        parts[record] = part
        for scope in around:
            drafts.setdefault(scope, Draft(scope))
        _put(part, record, around, drafts, parts, kept)
    _wire(records, kept, drafts, parts)
    return whole


def _put(
    part: Part,
    record: Record,
    around: list[Scope],
    drafts: dict[Scope | None, Draft],
    parts: dict[Record | Scope, Part],
    kept: set[Scope],
) -> None:
    """Put a part into its draft, and each draft that is new into the one around it."""
    drafts[around[0] if around else None].parts.append(part)
    for place, scope in enumerate(around):
        if scope in parts:
            return
        names = (*_dissolved(scope.parent, kept), scope.name)
        use = parts[scope] = Part(names, None, [drafts[scope]], scope.path, scope.kind, {})
        drafts[around[place + 1] if place + 1 < len(around) else None].parts.append(use)


def _around(scope: Scope | None, kept: set[Scope]) -> list[Scope]:
    """The blocks around something, the innermost first."""
    found = []
    while scope is not None:
        if scope in kept:
            found.append(scope)
        scope = scope.parent
    return found


def _dissolved(scope: Scope | None, kept: set[Scope]) -> tuple[str, ...]:
    """The names of the modules between something and the block around it."""
    names: list[str] = []
    while scope is not None and scope not in kept:
        names.insert(0, scope.name)
        scope = scope.parent
    return tuple(names)


def _wire(
    records: Sequence[Record],
    kept: set[Scope],
    drafts: dict[Scope | None, Draft],
    parts: dict[Record | Scope, Part],
) -> None:
    """Say for every wire through which blocks it leaves and enters."""
    chains = {record: _around(record.scope, kept) for record in records}
    for record in records:
        for wire in record.inputs:
            plain = Wire(wire.record, wire.port)
            _leave(plain, chains[wire.record], chains[record], drafts)
            _enter(plain, chains[wire.record], chains[record], drafts)
    for draft in drafts.values():
        inner = None if draft.scope is None else draft.scope
        for part in draft.parts:
            read = part.record.inputs if part.record is not None else part.drafts[0].ins
            part.inputs = [_source(wire, inner, chains, drafts, parts) for wire in read]
        draft.results = [_source(wire, inner, chains, drafts, parts) for wire in draft.outs]


def _leave(wire: Wire, of: list[Scope], to: list[Scope], drafts: dict[Scope | None, Draft]) -> None:
    for scope in of:
        if scope in to:
            return
        if wire not in drafts[scope].outs:
            drafts[scope].outs.append(wire)


def _enter(wire: Wire, of: list[Scope], to: list[Scope], drafts: dict[Scope | None, Draft]) -> None:
    for scope in to:
        if scope in of:
            return
        if wire not in drafts[scope].ins:
            drafts[scope].ins.append(wire)


def _source(
    wire: Wire,
    inside: Scope | None,
    chains: dict[Record, list[Scope]],
    drafts: dict[Scope | None, Draft],
    parts: dict[Record | Scope, Part],
) -> Source:
    """Who gives a value to a reader that lies directly in a draft."""
    plain, chain = Wire(wire.record, wire.port), chains[wire.record]
    if inside is not None and inside not in chain:
        return Source(None, drafts[inside].ins.index(plain), wire.into)
    place = chain.index(inside) if inside is not None else len(chain)
    if place == 0:
        return Source(parts[wire.record], wire.port, wire.into)
    giver = chain[place - 1]
    return Source(parts[giver], drafts[giver].outs.index(plain), wire.into)


# Which modules become blocks


def _blocks(records: Sequence[Record]) -> set[Scope]:
    """The scopes that can be blocks: with a class, two members, an input and an output, and no way that comes back."""
    members: dict[Scope, list[int]] = {}
    for place, record in enumerate(records):
        scope = record.scope
        while scope is not None:
            members.setdefault(scope, []).append(place)
            scope = scope.parent
    places = {record: place for place, record in enumerate(records)}
    reads = [[places[wire.record] for wire in record.inputs] for record in records]
    readers: list[list[int]] = [[] for _ in records]
    for place, sources in enumerate(reads):
        for source in sources:
            readers[source].append(place)
    found = {
        scope
        for scope, inside in members.items()
        if scope.kind and _depth(scope) <= DEEPEST and _is_block(inside, reads, readers)
    }
    return _worthwhile(found, records)


def _depth(scope: Scope | None) -> int:
    return 0 if scope is None else (1 if scope.kind else 0) + _depth(scope.parent)


def _is_block(inside: list[int], reads: list[list[int]], readers: list[list[int]]) -> bool:
    mine = set(inside)
    enters = any(source not in mine for place in inside for source in reads[place])
    leaves = any(reader not in mine for place in inside for reader in readers[place])
    return enters and leaves and not _comes_back(mine, inside[0], inside[-1], reads)


def _comes_back(mine: set[int], first: int, last: int, reads: list[list[int]]) -> bool:
    """Whether a way leaves these records and comes back."""
    if len(mine) == last - first + 1:
        return False
    behind: set[int] = set()
    for place in range(first, last + 1):
        if place in mine:
            if any(source in behind for source in reads[place]):
                return True
        elif any(source in mine or source in behind for source in reads[place]):
            behind.add(place)
    return False


def _worthwhile(found: set[Scope], records: Sequence[Record]) -> set[Scope]:
    """Leave out the blocks of a single layer, and those that hold nothing but one other block."""
    members: dict[Scope, set[object]] = {scope: set() for scope in found}
    for record in records:
        member: object = record
        for scope in _around(record.scope, found):
            members[scope].add(member)
            member = scope
    alone = {scope for scope, inside in members.items() if len(inside) < 2}
    return _worthwhile(found - alone, records) if alone else found
