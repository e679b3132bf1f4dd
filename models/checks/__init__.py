"""Findings: what is wrong or doubtful in a document, why, and the edit that mends it.

The analysis names what cannot be computed; the files in this folder add what can be computed but is hardly meant, what
does not go with the data or the computer, and mends for all of it. Each file joins by lying here, each finding is one
function marked with `models.findings.base.check`. The files are read when something is looked for first: the first
picture of the window needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from itertools import islice
from pkgutil import walk_packages

from models.analysis import Issue
from models.document import MAIN, Document
from models.findings.base import CHECKS, MENDERS, Registered
from models.findings.finding import Finding, Mend, with_mends
from models.findings.inside import Analyzed, Inside, inside_of, insides
from models.findings.silencing import is_silenced

__all__ = ["Finding", "Mend", "findings", "findings_about", "in_order", "is_about", "load", "search"]

_SEVERITIES = {"error": 0, "warning": 1, "hint": 2}
_PIECE = 200
"""Of how many issues mends are looked for at a time."""
_FILES = [file.name for file in walk_packages(__path__, f"{__name__}.") if not file.ispkg]


def load() -> None:
    """Read the files of all checks; what looks for findings does so by itself."""
    for _ in _loading():
        pass


def findings(document: Document, *known: object) -> list[Finding]:
    """All that is found in a document, with its mends: errors, warnings, hints, each in network order.

    ``known`` is what is known beside the document: the `models.data.facts.Facts` of its data, or why that is
    `Unreadable`; the `models.findings.computer.Devices` of this computer.
    """
    return in_order(document, [finding for part in search(document, *known) for finding in part])


def search(document: Document, *known: object) -> Iterator[list[Finding]]:
    """The same in parts, which are small work each even in large networks; `in_order` makes one list of them."""
    for part in _search(document, known):
        yield [finding for finding in part if is_heard(document, finding)]


def is_heard(document: Document, finding: Finding) -> bool:
    """Whether a finding is told: an error is, anything else unless its check is silenced, there or in the document."""
    where = finding.of or MAIN, finding.layer
    return finding.stops_training or not is_silenced(document.content, finding.code, *where)


def _search(document: Document, known: tuple[object, ...]) -> Iterator[list[Finding]]:
    for _ in _loading():
        yield []
    for _ in document.network.order.sorting():
        yield []
    issues = iter(document.analysis.issues())
    while piece := list(islice(issues, _PIECE)):
        yield [_of_an_issue(document, issue) for issue in piece]
    for check in CHECKS.values():
        part: list[Finding] = []
        for finding in check.found(document, known):
            if finding is not None:
                part.append(_mended(document, finding))
            else:
                yield part
                part = []
        yield part
    yield from _inside(document)


def _inside(document: Document) -> Iterator[list[Finding]]:
    """What is found inside of blocks, in parts: of a layer the same once, in whatever ways its block is used."""
    told: set[tuple[str, str, str]] = set()
    checks = [check for check in CHECKS.values() if check.inside]
    for inside in insides(document):
        yield []
        if inside is None:
            continue
        for finding in _found_in(inside, checks):
            if finding is None:
                yield []
            elif (what := (inside.scope, finding.node, finding.code)) not in told:
                told.add(what)
                yield [inside.told(_mended(inside, finding))]


def _found_in(inside: Inside, checks: Iterable[Registered]) -> Iterator[Finding | None]:
    """What the analysis remarks of layers without refusing them, and what checks of layers find."""
    yield from (with_mends(issue) for issue in inside.analysis.issues() if issue.severity != "error")
    for check in checks:
        yield from check.found_in(inside)


def findings_about(document: Document, known: object) -> list[Finding]:
    """Only what is found because of one thing that is known, such as the facts of the data."""
    load()
    found = [
        _mended(document, finding)
        for check in CHECKS.values()
        if check.about is not None
        for finding in check.found(document, (known,))
        if finding is not None and is_heard(document, finding)
    ]
    return in_order(document, found)


def is_about(finding: Finding, *known: type) -> bool:
    """Whether something was found because of a thing of one of these types that is known, such as the facts."""
    check = CHECKS.get(finding.code)
    return check is not None and check.about in known


def in_order(document: Document, found: list[Finding]) -> list[Finding]:
    """Findings as people read them: errors, warnings, hints, each in network order."""
    if len(found) < 2:
        return found
    place = {id: place for place, id in enumerate(document.analysis.order)}
    return sorted(found, key=lambda finding: (_SEVERITIES[finding.severity], place.get(finding.node, -1)))


def _loading() -> Iterator[None]:
    for name in _FILES:
        import_module(name)
        yield


def _of_an_issue(document: Document, issue: Issue) -> Finding:
    """An issue of the analysis with its mends, which for one inside of a block are those of the layer there."""
    where = inside_of(document, issue) if issue.inner else None
    if where is None:
        return _mended(document, with_mends(issue))
    inside, own = where
    return replace(inside.told(_mended(inside, with_mends(own))), message=issue.message)


def _mended(part: Analyzed, finding: Finding) -> Finding:
    mender = MENDERS.get(finding.remedy or finding.code)
    if mender is None:
        return finding
    return replace(finding, mends=(*finding.mends, *mender.mends(part, finding)))
