"""The doctor: what a run shows about its network, settings and data, where, how sure it is, and what can be tried.

Each file joins by lying here, each diagnosis is one function marked with `studio.doctor.base.diagnosis`.
"""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules

from studio.doctor.base import DIAGNOSES, Diagnosis
from studio.doctor.case import Case, case_of

__all__ = ["DIAGNOSES", "Case", "Diagnosis", "case_of", "diagnose"]

MOST = 4
"""Findings of one run that are worth reading; where there are more, one reason is behind most of them."""

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def diagnose(case: Case) -> list[Diagnosis]:
    """What can be said of a run, warnings before hints and the most sure first; nothing of one that has hardly begun.

    What another finding explains is left out.
    """
    found = {registered: list(registered(case)) for registered in DIAGNOSES}
    explained = {code for registered, told in found.items() if told for code in registered.explains}
    told = [finding for findings in found.values() for finding in findings if finding.code not in explained]
    return sorted(told, key=lambda finding: (finding.severity != "warning", -finding.sure))[:MOST]
