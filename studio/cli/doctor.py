"""``netloom doctor RUN``: what a run shows about its network, settings and data."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

from studio.cli.console import find_run, issue_line, printable

if TYPE_CHECKING:
    from studio.doctor import Case, Diagnosis

HELP = "Tell what a run shows about its network, settings and data, and what to try"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print what is found")


def run(arguments: argparse.Namespace) -> int:
    """Print every finding with how sure it is, where it is seen, what it means and what can be tried."""
    from studio.doctor import case_of, diagnose, steady

    folder = find_run(arguments.run, arguments.runs)
    case = case_of(folder)
    found = diagnose(case)
    if arguments.format == "json":
        print(json.dumps([_facts(finding) for finding in found], indent=1))
        return 0
    for finding in found:
        tries = f" ({'; '.join(mend.label for mend in finding.mends)})" if finding.mends else ""
        print(f"{issue_line(finding, sys.stdout)} {printable(finding.detail)}{printable(tries)}")
        print(f"  {finding.certainty}{''.join(f'; {printable(where)}' for where in _places(finding))}")
    if not found:
        nothing = f"Nothing stands out in {printable(folder.name)}. {steady(case)}".strip()
        print(nothing if case.series else "Nothing was measured yet.")
    if missing := _missing(case):
        print(missing)
    return 0


def _missing(case: Case) -> str:
    """A sentence where the run holds less than there might be to tell."""
    if case.series and not case.settings:
        return "Its settings are not known, so learning rate, batches and length are not judged."
    if case.series and case.health is None:
        return "This run recorded nothing of its layers, so gradients and activations are not judged."
    return ""


def _places(finding: Diagnosis) -> list[str]:
    places = []
    for seen in finding.evidence:
        until = f" to {seen.end:g}" if seen.end is not None and seen.end != seen.start else ""
        places.append(f"{seen.series}, epoch {seen.start:.3g}{until}")
    return places


def _facts(finding: Diagnosis) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity,
        "sure": finding.sure,
        "message": finding.message,
        "detail": finding.detail,
        "layers": list(finding.layers),
        "evidence": [seen._asdict() for seen in finding.evidence],
        "remedies": [mend.label for mend in finding.mends],
    }
