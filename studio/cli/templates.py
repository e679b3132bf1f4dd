"""``netloom templates``: the networks to start from."""

from __future__ import annotations

import argparse
import sys

from studio.cli.console import table, width_of

HELP = "List the templates"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """There are no options."""


def run(arguments: argparse.Namespace) -> int:
    """Print one line for each template."""
    from models.storage.templates import available

    rows = [(item.name, f"{item.parameters:,}", item.category, item.title) for item in available()]
    header = ("Template", "Parameters", "For", "Title")
    print("\n".join(table(header, rows, numbers=(1,), width=width_of(sys.stdout))))
    return 0
