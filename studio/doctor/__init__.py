"""The doctor: what the curves of a run say about its settings, why, and the edit that tries the remedy.

Each file joins by lying here, each diagnosis is one function marked with `studio.doctor.base.diagnosis`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from models.findings.finding import Finding
from studio.doctor.base import DIAGNOSES, Case, case_of

__all__ = ["DIAGNOSES", "Case", "case_of", "diagnose"]

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def diagnose(case: Case) -> list[Finding]:
    """What can be said of a run, warnings before hints; nothing of a run that has hardly begun."""
    found = [finding for examine in DIAGNOSES for finding in examine(case)]
    return sorted(found, key=lambda finding: finding.severity != "warning")
