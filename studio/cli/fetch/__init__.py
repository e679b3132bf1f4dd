"""``netloom fetch NAME``: download a ready data set, after its license and size are shown."""

from __future__ import annotations

import argparse
import json
import shlex
import sys

from studio.cli.console import CommandError, table, width_of

HELP = "Download a ready data set into a folder for all documents; without a name, list them"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help="the set, such as mnist, or hub:OWNER/NAME")


def run(arguments: argparse.Namespace) -> int:
    """List the sets, or download one; what was begun before goes on where it was."""
    from models.basics.quantities import bytes_text
    from studio.data.errors import DataError
    from studio.data.kept.download import fetch
    from studio.data.kept.ready_set import hub_set
    from studio.data.kept.sets import READY

    if not arguments.name:
        rows = [
            [item.name, item.about, bytes_text(item.size), item.license, "yes" if item.file.exists() else ""]
            for item in READY.values()
        ]
        print(
            "\n".join(table(["Name", "What", "Size", "License", "Here"], rows, numbers=(), width=width_of(sys.stdout)))
        )
        return 0
    item = READY.get(arguments.name) or hub_set(arguments.name)
    if item is None:
        raise CommandError(f"There is no set ‘{arguments.name:.40}’. Choose one of: {', '.join(READY)}; or hub:NAME.")
    print(f"{item.title}: {item.about}. {item.terms}.", flush=True)
    try:
        path = fetch(item, _tell if sys.stderr.isatty() else None)
    except DataError as error:
        raise CommandError(str(error)) from None
    settings = " ".join(f"--set {shlex.quote(f'data.{name}={_text(value)}')}" for name, value in item.settings.items())
    print(f"{path}\nUse it with {settings}")
    return 0


def _text(value: object) -> str:
    """A setting as ``--set`` takes it."""
    return value if isinstance(value, str) else json.dumps(value)


def _tell(done: int, total: int) -> None:
    if not total:
        return
    end = "\n" if done == total else ""
    print(f"\r{done:,} of {total:,} bytes", end=end, file=sys.stderr, flush=True)
