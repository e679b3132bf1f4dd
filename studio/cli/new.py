"""``netloom new TEMPLATE -o F``: begin a document from a template."""

from __future__ import annotations

import argparse
from pathlib import Path

from studio.cli.console import CommandError

HELP = "Begin a document from a template"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("template", metavar="TEMPLATE", help="its name; netloom templates lists them")
    parser.add_argument("-o", "--output", metavar="F", help="the file to write (default: TEMPLATE.netloom)")
    parser.add_argument("--force", action="store_true", help="replace an existing file")


def run(arguments: argparse.Namespace) -> int:
    """Write the document; refuses to replace a file unless told to."""
    from models.storage import files, templates

    document = templates.load(arguments.template)
    path = Path(arguments.output or arguments.template + files.SUFFIX)
    if path.exists() and not arguments.force:
        raise CommandError(f"{path} exists already. Name another file, or add --force to replace it.")
    files.write(document, path)
    print(f"Wrote {path}: {len(document.network)} layers, {document.analysis.totals().parameters:,} parameters.")
    return 0
