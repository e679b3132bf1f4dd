"""``netloom export F -o model.py [--script]``: the network as plain PyTorch."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    ask_for_document,
    has_errors,
    heed_data_elsewhere,
    listed,
    note,
    open_document,
)

if TYPE_CHECKING:
    from models.document import Document

HELP = "Write the network as PyTorch source, or a script that trains it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="the file to write (default: standard output)")
    parser.add_argument("--script", action="store_true", help="a whole training script, which runs without Netloom")
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the source; layers with errors are left out of a module, and a script is refused."""
    heed_data_elsewhere(arguments)
    document = open_document(arguments)
    path = Path(arguments.file)
    broken = has_errors(document)
    if arguments.script:
        if broken:
            note("A script needs a network without errors. Nothing was written.")
            return 1
        text = _script(document, path)
    else:
        from models.codegen.module import generate

        source = generate(document.network, document.analysis, path.stem)
        if source.left_out:
            note(f"Left out because of errors: {listed(source.left_out)}.")
        text = source.text
    if arguments.output:
        from models.storage.files import save_text

        save_text(text.encode(), arguments.output)
        print(f"Wrote {arguments.output}.")
    else:
        sys.stdout.write(text)
    return 1 if broken else 0


def _script(document: Document, path: Path) -> str:
    from studio.data.errors import DataError
    from studio.running.launch import training_script

    try:
        return training_script(document, path)
    except (DataError, ValueError) as error:
        raise CommandError(str(error)) from error
