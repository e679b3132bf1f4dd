"""``netloom predict RUN FILE…``: what a trained network answers to images, tables, recordings, texts or arrays."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.cli.console import CommandError, find_run, note
from studio.cli.predict.images import FORMATS, WithImages
from studio.cli.predict.printing import PRINTERS, Printer

if TYPE_CHECKING:
    from studio.worker.predicting.predictor import Predictor

HELP = "Have a trained network answer to images, tables, recordings, texts or arrays"
MOST_NOTES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("run", metavar="RUN", help="its folder, or its id as netloom runs lists it")
    parser.add_argument("files", metavar="FILE", nargs="+", help="files or folders, without targets")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--checkpoint", default="best", help="its weights: best (default) or last")
    parser.add_argument("--device", default="", help="where to compute (default: as the run began)")
    parser.add_argument("--format", choices=("text", "json", "csv"), default="text", help="how to print the answers")
    parser.add_argument("--array", metavar="[INPUT=]NAME", action="append", default=[],
                        help="which array of a file with several is meant, for each Input")  # fmt: skip
    parser.add_argument("--images", metavar="DIR", help="write answers that are images there, by the examples' names")
    parser.add_argument("--image-format", choices=FORMATS, default="png", help="of these: png (default), or npy, exact")
    parser.add_argument("--names", action="store_true", help="name the example of each answer in JSON, too")


def run(arguments: argparse.Namespace) -> int:
    """Print an answer for each example; exit code 2 where there is none at all."""
    from studio.cli.training.answers import may_be_asked
    from studio.data.given.base import Left

    folder = find_run(arguments.run, arguments.runs)
    may_be_asked(folder, data=False)
    predictor = _predictor(arguments, folder.path)
    files = [Path(file) for file in arguments.files]
    for sentence in predictor.notes(files):
        note(sentence)
    printer: Printer = PRINTERS[arguments.format](predictor.answering, names=arguments.names)
    if arguments.images:
        printer = WithImages(printer, Path(arguments.images), arguments.image_format)
    reasons: list[str] = []
    count = 0
    for name, record in _records(predictor, files, _arrays(arguments.array, predictor)):
        if "error" in record:
            reasons.append(_with_option(str(Left(name, record["error"]))))
        else:
            count += 1
        printer.add(name, record)
        _tell(count)
    _tell(0)
    if not count:
        raise CommandError(reasons[0] if reasons else "There is no example in these files.")
    printer.end()
    for reason in reasons[:MOST_NOTES]:
        note(f"Left out: {reason}")
    if len(reasons) > MOST_NOTES:
        note(f"{len(reasons) - MOST_NOTES:,} more were left out.")
    return 0


def _predictor(arguments: argparse.Namespace, path: Path) -> Predictor:
    from studio.cli.train import torch_at_hand

    with torch_at_hand():
        from studio.worker.predicting.predictor import predictor_for
        from studio.worker.probing.errors import Failed, failures
    try:
        with failures():
            return predictor_for(path, arguments.checkpoint, arguments.device)
    except Failed as error:
        raise CommandError(str(error)) from error


def _arrays(options: Sequence[str], predictor: Predictor) -> dict[str, str]:
    """The names of arrays by the ids of the Inputs that they are meant for."""
    ids = [wanted.id for wanted in predictor.asked.inputs]
    found = {}
    for option in options:
        id, equals, name = option.partition("=")
        if not equals or id not in ids:
            if len(ids) > 1:
                raise CommandError(f"Expected --array INPUT=NAME of {', '.join(ids)[:60]}, found {option:.40}.")
            id, name = ids[0], option
        found[id] = name
    return found


def _with_option(reason: str) -> str:
    """Why something is left out, with the option that helps."""
    from studio.data.given.arrays import CALL_IT

    return f"{reason} Or name it with --array." if CALL_IT in reason else reason


def _records(
    predictor: Predictor, files: Sequence[Path], arrays: Mapping[str, str]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each example with its prediction, or ``{"error"}`` where it cannot be used."""
    from models.scoring.predictions import whole
    from studio.data.given.base import Left
    from studio.worker.probing.errors import Failed, failures

    try:
        with failures():
            for found in predictor.files(files, arrays):
                if isinstance(found, Left):
                    yield found.name, {"error": found.why}
                    continue
                for name, *outputs in zip(found.names, *found.outputs, strict=True):
                    yield name, whole(outputs, predictor.answering)
    except Failed as error:
        raise CommandError(str(error)) from error


def _tell(count: int) -> None:
    """How many are answered, where somebody watches and the answers go elsewhere."""
    if sys.stderr.isatty() and not sys.stdout.isatty() and count % 100 == 0:
        sys.stderr.write(f"\r\033[K{f'{count:,} examples' if count else ''}")
