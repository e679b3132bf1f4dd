"""``netloom picture F -o F.svg``: the network as a picture for papers and slides."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import CommandError, ask_for_document, has_errors, listed, note, open_document

if TYPE_CHECKING:
    from models.document import Document
    from widgets.canvas.picture import Wanted

HELP = "Draw the network as SVG, PDF or PNG"
ENDINGS = ("svg", "pdf", "png")
LARGEST_SCALE = 20.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    ask_for_document(parser)
    parser.add_argument("-o", "--output", metavar="FILE", required=True, help=f"the file to write: {_endings()}")
    parser.add_argument("--style", choices=("cards", "blocks"), default="cards", help="full cards or compact blocks")
    parser.add_argument("--theme", choices=("light", "dark"), default="light", help="its colors (default: light)")
    parser.add_argument("--layers", nargs="+", metavar="NAME", default=[], help="these layers alone (default: all)")
    parser.add_argument("--no-numbers", action="store_true", help="leave out shapes, settings and counts")
    parser.add_argument("--transparent", action="store_true", help="nothing behind the layers")
    parser.add_argument("--scale", type=_scale, default=2.0, help="pixels of a PNG a point (default: 2)")


def run(arguments: argparse.Namespace) -> int:
    """Write the picture; exit code 1 if the network has errors, which are drawn and named."""
    from models.storage.files import save_text

    ending = Path(arguments.output).suffix[1:].lower()
    if ending not in ENDINGS:
        raise CommandError(f"expected a file that ends in {_endings()}, found ‘{Path(arguments.output).name:.40}’.")
    document = open_document(arguments)
    missing = [name for name in arguments.layers if name not in document.network]
    if missing:
        raise CommandError(f"The network has no layer {listed(missing)}.")
    if not document.network.nodes:
        raise CommandError("The network has no layers to draw.")
    broken = has_errors(document)
    save_text(_drawn(document, _wanted(arguments), ending, Path(arguments.file).stem), arguments.output)
    print(f"Wrote {arguments.output}.")
    return 1 if broken else 0


def _drawn(document: Document, wanted: Wanted, ending: str, title: str) -> bytes:
    from PySide6.QtWidgets import QApplication

    from widgets.canvas.picture import FORMATS, Drawing

    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"  # pictures need no display
        QApplication([])
    picture = FORMATS[ending](Drawing(document, wanted), title, wanted.scale)
    if picture.note:
        note(picture.note)
    return picture.data


def _wanted(arguments: argparse.Namespace) -> Wanted:
    from widgets.canvas.picture import Wanted

    return Wanted(
        arguments.style,
        arguments.theme,
        numbers=not arguments.no_numbers,
        transparent=arguments.transparent,
        only=frozenset(arguments.layers),
        scale=arguments.scale,
    )


def _scale(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0.1 <= value <= LARGEST_SCALE:
        raise argparse.ArgumentTypeError(f"expected a number from 0.1 to {LARGEST_SCALE:g}, found ‘{text:.20}’")
    return value


def _endings() -> str:
    return ", ".join(f".{ending}" for ending in ENDINGS[:-1]) + f" or .{ENDINGS[-1]}"
