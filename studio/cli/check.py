"""``netloom check F``: what is wrong or doubtful in a document."""

from __future__ import annotations

import argparse
import sys

from studio.cli.console import issue_line, open_document, printable

HELP = "List what is wrong or doubtful; exit code 1 if there are errors"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="F", help="a document")


def run(arguments: argparse.Namespace) -> int:
    """Print every finding with its remedy, then their number."""
    from models.checks import findings

    document = open_document(arguments.file)
    found = findings(document)
    for issue in found:
        remedies = [issue.detail, *(f"{mend.label}." for mend in issue.mends if not issue.detail)]
        print(" ".join([issue_line(issue, sys.stdout), *(printable(text) for text in remedies if text)]))
    counts = {severity: sum(issue.severity == severity for issue in found) for severity in ("error", "warning", "hint")}
    parts = [f"{count} {severity}{'s' * (count > 1)}" for severity, count in counts.items() if count]
    parameters = document.analysis.totals().parameters
    print(f"{', '.join(parts)}." if parts else f"No problems. {parameters:,} parameters, ready to train.")
    return 1 if counts["error"] else 0
