"""Findings: what is wrong or doubtful in a document, why, and the edit that mends it.

The analysis names what cannot be computed; the files in this folder add what can be computed but is hardly meant, and
mends for both. Each file joins by lying here, each finding is one function marked with `models.checks.base.check`.
"""

from __future__ import annotations

from dataclasses import replace
from importlib import import_module
from pkgutil import iter_modules

from models.checks.base import CHECKS, MENDS
from models.checks.finding import Finding, Mend, with_mends
from models.document import Document

__all__ = ["Finding", "Mend", "findings"]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")

_SEVERITIES = {"error": 0, "warning": 1, "hint": 2}


def findings(document: Document) -> list[Finding]:
    """All issues of a document with their mends: errors, warnings, hints, each in network order."""
    issues = [_mended(document, with_mends(issue)) for issue in document.analysis.issues()]
    for check in CHECKS:
        issues += check(document)
    place = {id: place for place, id in enumerate(document.analysis.order)}
    return sorted(issues, key=lambda issue: (_SEVERITIES[issue.severity], place.get(issue.node, -1)))


def _mended(document: Document, finding: Finding) -> Finding:
    mend = MENDS.get(finding.remedy or finding.code)
    return replace(finding, mends=tuple(mend(document, finding))) if mend else finding
