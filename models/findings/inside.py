"""What checks of layers look at: the main network, and what its blocks are made of, as it is in their uses.

A block that is used in one way is looked into once, however often that is. What is found in it is told of the first use
in the main network, with the way from there to the layer, and its mends change the definition and so every use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import NamedTuple, Protocol

from models.analysis import Analysis, Issue
from models.analysis.blocks import Block, parts_of
from models.document import MAIN, Document, Sheet
from models.document.edits import InNetwork
from models.findings.finding import Finding, Mend, with_mends
from models.network import Network, Node

_PIECE = 500
"""Of so many layers it is asked at a time whether they are blocks."""


class Analyzed(Protocol):
    """A network with what is known of it: a document, a sheet, or the inside of a block."""

    @property
    def network(self) -> Network: ...

    @property
    def analysis(self) -> Analysis: ...


class Inside(NamedTuple):
    """What a block called ``scope`` is made of in one of its uses; ``path`` holds the ids that lead into it, ``uses``
    how often it is used."""

    network: Network
    analysis: Analysis
    scope: str
    path: tuple[str, ...]
    uses: int

    def told(self, finding: Finding) -> Finding:
        """What was found here as it is told in the main network."""
        use, *within = self.path
        inner = "/".join([*within, finding.node]) if finding.node else "/".join(within)
        mends = tuple(map(self._mend, finding.mends))
        return replace(finding, node=use, inner=inner, of=self.scope, scope="", mends=mends)

    def _mend(self, mend: Mend) -> Mend:
        edit = mend.edit.within(self.scope) if isinstance(mend.edit, InNetwork) else mend.edit
        return Mend(f"{mend.label} in {self.uses:,} uses" if self.uses > 1 else mend.label, edit)


def insides(document: Document) -> Iterator[Inside | None]:
    """What the blocks of a document are made of, each way of use once, from the outside in; rests between them."""
    if len(document.content.networks) < 2:
        return
    uses = _uses(document)
    seen: set[int] = set()
    waiting: list[tuple[Analyzed, tuple[str, ...]]] = [(document, ())]
    while waiting:
        outer, path = waiting.pop(0)
        for place, node in enumerate(outer.network, 1):
            if place % _PIECE == 0:
                yield None
            for analysis in _looks(outer.analysis, node):
                if id(analysis) not in seen:
                    seen.add(id(analysis))
                    found = Inside(analysis.network, analysis, node.kind, (*path, node.id), uses[node.kind])
                    waiting.append((found, found.path))
                    yield found


def inside_of(document: Document, issue: Issue) -> tuple[Inside, Issue] | None:
    """The inside of a block that an issue of the main network is about, and what the analysis says of it there."""
    *within, last = issue.inner.split("/")
    path, analysis, kind = (issue.node, *within), document.analysis, ""
    for id in path:
        layer = analysis.network[id].layer if id in analysis.network else None
        if not isinstance(layer, Block):
            return None
        kind, analysis = layer.kind, layer.look(analysis[id].inputs)
    own = next((found for found in analysis[last].issues if found.severity == issue.severity), None)
    return (Inside(analysis.network, analysis, kind, path, _uses(document)[kind]), own) if own else None


def within(sheet: Sheet, found: Iterable[Finding]) -> list[Finding]:
    """What was found of the layers of a block, as it is told where the block is open; with what the analysis says of
    the use that it is looked at from."""
    mine = [
        replace(finding, node=finding.place.rpartition("/")[2], inner="", message=_message(finding))
        for finding in found
        if finding.of == sheet.scope
    ]
    told = {(finding.node, finding.code) for finding in mine}
    return mine + [with_mends(issue) for issue in sheet.analysis.issues() if (issue.node, issue.code) not in told]


def _message(finding: Finding) -> str:
    return finding.message.removeprefix(f"{finding.inner}: ")


def _looks(outer: Analysis, node: Node) -> Iterator[Analysis]:
    """What a node is made of in each of its repetitions that differ, or in the first one where it does not fit."""
    if isinstance(node.layer, Block):
        parts = parts_of(outer, node)
        yield from (part.inside for part in parts)
        if not parts:
            yield node.layer.look(outer[node.id].inputs)


def _uses(document: Document) -> Counter[str]:
    """How many uses there are of each block, those within blocks counted as often as these are used."""
    content, found = document.content, Counter[str]()
    for scope in content.kinds.order():
        times = 1 if scope == MAIN else found[scope]
        for node in content[scope]:
            if node.kind in content.kinds:
                found[node.kind] += times
    return found
