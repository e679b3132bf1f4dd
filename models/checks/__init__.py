"""Findings: what is wrong or doubtful in a document, why, and the edit that mends it.

The analysis names what cannot be computed; the files in this folder add what can be computed but is hardly meant, what
does not go with the data or the computer, and mends for all of it. Each file joins by lying here, each finding is one
function marked with `models.findings.base.check`. The files are read when something is looked for first: the first
picture of the window needs none of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from itertools import islice
from pkgutil import iter_modules

from models.document import Document
from models.findings.base import CHECKS, MENDERS
from models.findings.finding import Finding, Mend, with_mends

__all__ = ["Finding", "Mend", "findings", "findings_about", "in_order", "is_about", "load", "search"]

_SEVERITIES = {"error": 0, "warning": 1, "hint": 2}
_PIECE = 200
"""Of how many issues mends are looked for at a time."""
_FILES = [f"{__name__}.{file.name}" for file in iter_modules(__path__)]


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
    for _ in _loading():
        yield []
    for _ in document.network.order.sorting():
        yield []
    issues = iter(document.analysis.issues())
    while piece := list(islice(issues, _PIECE)):
        yield [_mended(document, with_mends(issue)) for issue in piece]
    for check in CHECKS.values():
        part: list[Finding] = []
        for finding in check.found(document, known):
            if finding is not None:
                part.append(_mended(document, finding))
            else:
                yield part
                part = []
        yield part


def findings_about(document: Document, known: object) -> list[Finding]:
    """Only what is found because of one thing that is known, such as the facts of the data."""
    load()
    found = [
        _mended(document, finding)
        for check in CHECKS.values()
        if check.about is not None
        for finding in check.found(document, (known,))
        if finding is not None
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


def _mended(document: Document, finding: Finding) -> Finding:
    mender = MENDERS.get(finding.remedy or finding.code)
    if mender is None:
        return finding
    return replace(finding, mends=(*finding.mends, *mender.mends(document, finding)))
