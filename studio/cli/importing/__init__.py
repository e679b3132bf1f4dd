"""``netloom import FILE -o F.netloom``: a network of PyTorch code, or in a file of another program, as a document."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import CommandError, note, printable

if TYPE_CHECKING:
    from studio.running.importing import Outcome

HELP = "Open a network of PyTorch code, or an ONNX, Keras or .pt2 file, as a document"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "file",
        metavar="FILE",
        help="PyTorch code as FILE.py[:name], with a class, function or network; F.onnx; F.keras or F.h5; F.pt2",
    )
    parser.add_argument("--input", action="append", default=[], metavar="SIZES", help=(
        "an input without the batch: 3x224x224, 128:int for integers, mask=128 by name, t=scalar for one number; "
        "again for each further one"
    ))  # fmt: skip
    parser.add_argument("--args", default="", metavar="JSON", help="arguments of the network, or of its call, by name")
    parser.add_argument("--weights", metavar="FILE", help="weights for it: safetensors or a state dict, by name")
    parser.add_argument("-o", "--output", metavar="F.netloom", required=True, help="the document to write")
    parser.add_argument("--seconds", type=int, default=60, help="how long the file may run (default: 60)")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print the report")


def run(arguments: argparse.Namespace) -> int:
    """Write the document and its weights, and print the report; exit code 1 if outputs differ from the original's."""
    from models.importers import ImportFailed

    try:
        outcome = _imported(arguments)
    except ImportFailed as error:
        if arguments.format == "json":
            print(json.dumps({"source": Path(arguments.file).name, "failure": str(error)}, indent=1))
        raise CommandError(f"Nothing was imported. {error}") from error
    try:
        _write(outcome, Path(arguments.output))
        outcome.compare()
    finally:
        outcome.close()
    report = outcome.report
    if arguments.format == "json":
        print(json.dumps(report.as_json(), indent=1))
    else:
        print("\n".join(map(printable, report.as_text().splitlines())))
    return 0 if report.is_equal or report.difference is None else 1


def _imported(arguments: argparse.Namespace) -> Outcome:
    from models.importers import ImportFailed
    from studio.running.foreign import READERS, import_model
    from studio.running.holding import is_weights, what_it_holds
    from studio.running.importing import Ask, import_file, input_from

    if Path(arguments.file).suffix.lower() in READERS:
        sizes = {name: shape for name, shape, _ in map(input_from, arguments.input)}
        return import_model(Path(arguments.file), sizes)
    path, name = _named(arguments.file)
    if is_weights(path):
        raise ImportFailed(what_it_holds(path, f"--weights {path.name[:40]}"))
    if not arguments.input:
        raise ImportFailed("expected the sizes of its input, such as --input 3x224x224, found none.")
    if sys.platform != "linux":
        note(f"{path.name} is a program: it runs now, with limits on time and memory alone.")
    inputs = [input_from(text) for text in arguments.input]
    weights = Path(arguments.weights) if arguments.weights else None
    return import_file(Ask(path, inputs, name, arguments.args, arguments.seconds, weights))


def _named(text: str) -> tuple[Path, str]:
    """The file, and the name behind a colon."""
    stem, colon, name = text.rpartition(":")
    return (Path(stem), name) if colon and name.isidentifier() else (Path(text), "")


def _write(outcome: Outcome, path: Path) -> None:
    from models.storage import files

    outcome.keep_weights(path)
    files.write(outcome.document, path)
    note(f"Wrote {path.name} and {outcome.report.weights_file}.")
