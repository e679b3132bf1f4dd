"""``netloom export F -o FILE``: a network or a trained run as files of another format."""

from __future__ import annotations

import argparse
import sys
from os.path import isdir, isfile
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    find_run,
    has_errors,
    heed_data_elsewhere,
    listed,
    note,
    open_document,
    printable,
    runs_folder,
    table,
    width_of,
)

if TYPE_CHECKING:
    from models.document import Document
    from studio.exports import ByProcess, ByWorker, Export, Made, OfDocument
    from studio.runs.folder import RunFolder

WIDEST = 100
"""Letters in a line of text, also where the terminal has room for more."""
HELP = "Write a network as PyTorch source or a training script, or a trained run in another format"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="F", help="a document, or a run by its folder or id")
    parser.add_argument("--salvage", action="store_true", help="use what can be read of a damaged document")
    parser.add_argument("-o", "--output", metavar="FILE", help="the file or folder to write (source: standard output)")
    parser.add_argument("--as", metavar="KIND", dest="kind", help="what to write, if the name does not tell; ? lists")
    parser.add_argument("--onnx", metavar="FILE", help="the same as -o FILE --as onnx")
    parser.add_argument("--opset", metavar="N", help="the same as --set opset=N")
    parser.add_argument("--script", action="store_true", help="a whole training script, which runs without Netloom")
    parser.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[], help="change a setting of it"
    )
    parser.add_argument("--checkpoint", default="best", help="the weights of a run: best (default) or last")
    parser.add_argument("--runs", metavar="DIR", help="the folder for runs")
    parser.add_argument("--device", default="", help="where a run is measured (default: as it began)")
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write it; layers with errors are left out of a module, and everything else is refused then."""
    heed_data_elsewhere(arguments)
    from studio.exports import ByProcess, ByWorker, OfDocument, OfRun

    _spell_out(arguments)
    if arguments.kind == "?":
        print("\n".join(_kinds()))
        return 0
    folder = _run_named(arguments)
    export = _chosen(arguments, of_run=folder is not None)
    if isinstance(export, OfDocument):
        return _of_document(export, arguments, folder)
    if isinstance(export, ByProcess):
        return _by_process(export, arguments, folder)
    if folder is None:
        raise CommandError(f"{Path(arguments.file).name}: expected a run for “{export.kind}”. netloom runs lists them.")
    if not arguments.output:
        raise CommandError(f"Say where to write it, such as -o {folder.name}{export.suffix}")
    if isinstance(export, ByWorker):
        return _by_worker(export, arguments, folder)
    assert isinstance(export, OfRun)
    written = export.write(folder, arguments.checkpoint, Path(arguments.output))
    print(f"Wrote {', '.join(map(str, written))}.")
    return 0


def _spell_out(arguments: argparse.Namespace) -> None:
    """Options that stand for others."""
    if arguments.onnx:
        arguments.kind, arguments.output = arguments.kind or "onnx", arguments.output or arguments.onnx
    if arguments.opset:
        arguments.settings = [*arguments.settings, f"opset={arguments.opset}"]


def _kinds() -> list[str]:
    """What can be written: a line for each kind, and beneath it what that is."""
    from studio.exports import EXPORTS, ByProcess, OfDocument

    width, lines = min(width_of(sys.stdout), WIDEST), list[str]()
    for kind in EXPORTS.values():
        of = "document or run" if issubclass(kind, OfDocument | ByProcess) else "run"
        named = f"; --set {', '.join(kind.fields)}" if kind.fields else ""
        lines.append(f"{kind.kind}: of a {of}, to a {f'{kind.suffix} file' if kind.suffix else 'folder'}{named}")
        lines += wrap(kind.help, width, initial_indent="  ", subsequent_indent="  ")
    return lines


def _run_named(arguments: argparse.Namespace) -> RunFolder | None:
    """The run that is meant, None where a document is."""
    named = arguments.file  # which may be no name of a file at all, or too long for one
    if isfile(named) or not (isdir(named) or isdir(runs_folder(arguments.runs) / named)):
        return None
    return find_run(arguments.file, arguments.runs)


def _chosen(arguments: argparse.Namespace, *, of_run: bool) -> Export:
    """The export that is asked for by kind, else by the name of the file."""
    from models.specs.fields import FieldError
    from studio.exports import EXPORTS, for_file

    name = "script" if arguments.script else arguments.kind
    if name and name not in EXPORTS:
        raise CommandError(f"There is no export ‘{name:.40}’. There are: {', '.join(EXPORTS)}.")
    kind = EXPORTS[name] if name else None
    if kind is None and arguments.output:
        output = Path(arguments.output)
        kind = for_file(output) or (EXPORTS.get("package") if of_run and not output.suffix else None)
    kind = kind or EXPORTS["module"]
    settings: dict[str, object] = {}
    field = ""
    try:
        for assignment in arguments.settings:
            field, sign, value = assignment.partition("=")
            if not sign or field not in kind.fields:
                there = ", ".join(kind.fields) or "none"
                raise CommandError(f"--set: “{kind.kind}” has no setting ‘{field:.40}’. There are: {there}.")
            settings[field] = kind.fields[field].from_text(value)
        return kind(**settings)
    except FieldError as error:
        raise CommandError(f"--set: {field}: {error}") from error


def _of_document(export: OfDocument, arguments: argparse.Namespace, folder: RunFolder | None) -> int:
    if folder is None:
        document, place, title = _document(arguments)
    else:
        from models.storage import files

        document, trained_at = files.read_whole(folder.document_path), folder.header["document_path"]
        place = Path(trained_at) if trained_at else folder.document_path
        title = str(folder.header["title"] or folder.name)
    broken = has_errors(document)
    if broken and export.is_whole:
        note(f"A {export.title} needs a network without errors. Nothing was written.")
        return 1
    made = _made(export, document, place, title)
    if made.left_out:
        note(f"Left out because of errors: {listed(made.left_out)}.")
    if arguments.output:
        from models.storage.files import save_text

        save_text(made.text.encode(), arguments.output)
        print(f"Wrote {arguments.output}.")
    else:
        sys.stdout.write(made.text)
    return 1 if broken or (export.trains and folder is None and _stops(export, document, place)) else 0


def _stops(export: OfDocument, document: Document, place: Path) -> bool:
    """Whether errors of data or settings keep what was written from training; all that does is said."""
    from studio.running.preflight import preflight

    found = [finding for finding in preflight(document, place) if finding.stops_training]
    for finding in found:
        note(f"{finding.place}: {finding.message}" if finding.node else finding.message)
    if found:
        note(f"So the {export.title} will stop there: give the document data that fits, and export it again.")
    return any(finding.severity == "error" for finding in found)


def _made(export: OfDocument, document: Document, place: Path, title: str) -> Made:
    from studio.data.errors import DataError

    try:
        return export.made(document, place, title)
    except (DataError, ValueError) as error:
        raise CommandError(str(error)) from error


def _by_worker(export: ByWorker, arguments: argparse.Namespace, folder: RunFolder) -> int:
    from studio.cli.training.answers import answer_to, may_be_asked

    may_be_asked(folder, data=export.scores)
    target = Path(arguments.output).absolute()
    answer = answer_to(export.question(folder.path, arguments.checkpoint, target, arguments.device))
    _tell(export.told(answer.facts))
    return 0


def _by_process(export: ByProcess, arguments: argparse.Namespace, folder: RunFolder | None) -> int:
    from studio.cli.training.answers import may_be_asked
    from studio.running.apart import carried_out

    if not arguments.output:
        name = folder.name if folder else Path(arguments.file).stem
        raise CommandError(f"Say where to write it, such as -o {name}{export.suffix}")
    target = Path(arguments.output).absolute()
    if folder is not None:
        may_be_asked(folder, data=False)
        _tell(carried_out(export.of_run(folder.path, arguments.checkpoint, target)))
        return 0
    document, place, title = _document(arguments)
    if has_errors(document):
        note(f"{export.title}: expected a network without errors. Nothing was written.")
        return 1
    try:
        order = export.of_document(document, place, title, target)
    except ValueError as error:
        raise CommandError(str(error)) from error
    _tell(carried_out(order))
    return 0


def _document(arguments: argparse.Namespace) -> tuple[Document, Path, str]:
    path = Path(arguments.file)
    return open_document(arguments), path, path.stem


def _tell(facts: dict[str, Any]) -> None:
    for sentence in facts["notes"]:
        print(printable(sentence))
    if facts.get("figures"):
        lines = table(["", "Before", "After"], facts["figures"], numbers=(1, 2), width=width_of(sys.stdout))
        print("\n".join(lines))
    print(f"Wrote {', '.join(facts['wrote'])}.")
