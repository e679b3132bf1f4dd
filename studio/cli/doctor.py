"""``netloom doctor RUN``: what the curves of a run say about its settings."""

from __future__ import annotations

import argparse
import sys

from studio.cli.console import find_run, issue_line, printable

HELP = "Tell what the curves of a run show, and what to try"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")


def run(arguments: argparse.Namespace) -> int:
    """Print every finding with what it means and what can be tried."""
    from studio.doctor import case_of, diagnose

    folder = find_run(arguments.run, arguments.runs)
    case = case_of(folder)
    found = diagnose(case)
    for finding in found:
        tries = f" ({'; '.join(mend.label for mend in finding.mends)})" if finding.mends else ""
        print(f"{issue_line(finding, sys.stdout)} {printable(finding.detail)}{printable(tries)}")
    if not found:
        print(f"Nothing stands out in {printable(folder.name)}." if case.series else "Nothing was measured yet.")
    return 0
