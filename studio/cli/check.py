"""``netloom check F``: what is wrong or doubtful in a document."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from studio.cli.console import (
    ask_for_data_elsewhere,
    ask_for_document,
    heed_data_elsewhere,
    issue_line,
    mends_of,
    printable,
)

HELP = "List what is wrong or doubtful; exit code 1 if there are errors or no layers, 2 if the file is damaged"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print every finding with its remedy, then their number."""
    from models.checks import Finding
    from models.findings.silencing import count_silenced
    from models.storage import files
    from studio.running.preflight import examined

    heed_data_elsewhere(arguments)
    document, left_out = files.read(arguments.file)
    damaged = not arguments.salvage and any(problem.lost for problem in left_out)
    found = [
        Finding("error" if damaged and problem.lost else "warning", "file", "", str(problem)) for problem in left_out
    ]
    found += examined(document, Path(arguments.file))
    for issue in found:
        remedies = [issue.detail, *(f"{mend}." for mend in mends_of(issue) if not issue.detail), issue.learn]
        print(" ".join([issue_line(issue, sys.stdout), *(printable(text) for text in remedies if text)]))
    counts = Counter(issue.severity for issue in found)
    parts = [
        f"{counts[name]} {name}{'s' * (counts[name] > 1)}" for name in ("error", "warning", "hint") if counts[name]
    ]
    silenced = count_silenced(document.content)
    parts += [f"{silenced} silenced"] if parts and silenced else []
    parameters = document.analysis.totals().parameters
    print(f"{', '.join(parts)}." if parts else f"No problems. {parameters:,} parameters.")
    if damaged:
        return 2
    return 1 if counts["error"] or not len(document.network) else 0
