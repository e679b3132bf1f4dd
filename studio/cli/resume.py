"""``netloom resume RUN``: go on with a run that was stopped or interrupted."""

from __future__ import annotations

import argparse
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import (
    CommandError,
    ask_for_network_data,
    find_run,
    heed_data_elsewhere,
    note,
    printable,
)
from studio.cli.train import ask_for_devices, attend, join, place_here

if TYPE_CHECKING:
    from models.document import Document
    from studio.runs.folder import RunFolder

HELP = "Go on with a run from its newest checkpoint"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("--device", default="", help="where to train (default: as the run began)")
    ask_for_devices(parser)
    parser.add_argument("--trust", action="store_true", help=(
        "run a model.py that its network does not generate, and the program that its data comes from as it is now"
    ))  # fmt: skip
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    ask_for_network_data(parser)


def run(arguments: argparse.Namespace) -> int:
    """Train on; a run that finished is left as it is."""
    heed_data_elsewhere(arguments)
    if (place := place_here()).rank:
        return join(place)
    from models.storage import files
    from studio.data.errors import ConsentNeeded
    from studio.runs.source import ANY, ForeignSourceError, approved_source

    folder = find_run(arguments.run, arguments.runs)
    if folder.status().state == "finished":
        print(f"Run {folder.name} is finished; there is nothing to go on with.\nRun: {folder.path}")
        return 0
    trust = ANY if arguments.trust else ""
    document = files.read_whole(folder.document_path)
    try:
        approved_source(folder, document, trust)
        _ask_for_data(folder, document, allowed=arguments.trust)
    except ForeignSourceError as error:
        print("\n".join(map(printable, error.difference.splitlines())), file=sys.stderr)
        raise CommandError(f"{error} If you trust these lines, add --trust.") from error
    except ConsentNeeded as error:
        raise CommandError(str(error)) from error
    devices = arguments.devices or 0
    code, _ = attend(lambda: folder, resuming=True, device=arguments.device, trust=trust, devices=devices)
    if code == 1:
        _tell_of_moved(folder, document)
    return code


def _tell_of_moved(folder: RunFolder, document: Document) -> None:
    """Say how a run finds its data again that does not lie any more where it was."""
    from studio.data import named_paths
    from studio.data.paths import now_at, resolved

    lay = folder.header["document_path"]
    base = Path(lay).parent if lay else None
    gone = [path for path in named_paths(document.data).values() if not now_at(resolved(path, base)).exists()]
    if gone:
        # A relative path starts at the document that was trained, which the run holds a copy of.
        file = folder.document_path if Path(gone[0]).is_absolute() or not lay else lay
        note(f"If the data was moved: netloom data {shlex.quote(str(file))} --moved-to PATH")


def _ask_for_data(folder: RunFolder, document: Document, *, allowed: bool) -> None:
    """Raise `ConsentNeeded` where data may not be read; a program that it comes from may be run where that is
    ``allowed``."""
    from studio.data.own.trust import ProgramNotTrusted
    from studio.running.preflight import ask_for_data

    try:
        ask_for_data(folder, document)
    except ProgramNotTrusted as error:
        if not allowed:
            raise CommandError(f"{error.why} If you trust who wrote it, add --trust.") from error
        error.allow()
