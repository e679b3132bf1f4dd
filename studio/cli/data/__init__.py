"""``netloom data F``: what the data of a document shows before anything is trained on it."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import (
    CommandError,
    ask_for_data_elsewhere,
    heed_data_elsewhere,
    open_document,
    width_of,
)
from studio.cli.training.overrides import override

if TYPE_CHECKING:
    from models.document import Document
    from studio.data import Dataset

HELP = "Show the data of a document: parts, classes, columns, ranges, examples that are there twice"

_DOCUMENTS = (".netloom", ".json")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="F", help="a document, or a file or folder with data")
    parser.add_argument("--salvage", action="store_true", help="use what can be read of a damaged document")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how to print what is seen")
    parser.add_argument(
        "--moved-to", metavar="PATH", default="",
        help="where the data lies now; from then on whatever names the old place finds it there",
    )  # fmt: skip
    parser.add_argument(
        "--set", metavar="NAME=VALUE", dest="settings", action="append", default=[],
        help="look at it with another setting: data.target=price, data.gaps='drop rows'",
    )  # fmt: skip
    ask_for_data_elsewhere(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read the data, then print what is seen of it."""
    from models.checks import findings_about
    from models.data.held import SECTION
    from studio.cli.data.written import lines, options, remark, told
    from studio.data import DataError
    from studio.data.kept.noticing import files_now, find_moved
    from studio.data.seen.advice import advice
    from studio.data.seen.look import as_json, seen

    heed_data_elsewhere(arguments)
    if arguments.moved_to:
        _note_moved(arguments)
    try:
        document, dataset, base = _dataset(arguments)
        find_moved(document.data, document.content.section(SECTION), base)
        found = seen(dataset.load(base), _split(dataset))
    except DataError as error:
        mends = options({f"data.{name}": value for name, value in error.mend.items()})
        raise CommandError(f"{error} Try {mends}." if mends else str(error)) from None
    files = files_now(document.data, base)
    findings = [*findings_about(document, files), *advice(document, dataset, found)]
    if arguments.format == "json":
        contents = {name: content._asdict() for name, content in files.now.items()}
        more = {"contents": contents, "findings": [*map(told, findings)]}
        print(json.dumps(as_json(found) | more, indent=1))
    else:
        print("\n".join([*lines(found, width_of(sys.stdout)), *map(remark, findings)]))
    return 0


def _note_moved(arguments: argparse.Namespace) -> None:
    """Remember where the data of a document lies now; raises `CommandError`."""
    from studio.data import named_paths
    from studio.data.kept.moved import remember
    from studio.data.paths import resolved

    document, now = open_document(arguments), Path(arguments.moved_to).absolute()
    named = next(iter(named_paths(document.data).values()), "")
    if not named:
        raise CommandError("The document names no file or folder of data, so nothing was moved.")
    if not now.exists():
        raise CommandError(f"Nothing is at {now}. Name the place where the data lies now.")
    try:
        remember(resolved(named, Path(arguments.file).absolute().parent), now)
    except OSError as error:
        raise CommandError(f"The new place could not be kept: {error.strerror or error}.") from error


def _dataset(arguments: argparse.Namespace) -> tuple[Document, Dataset, Path | None]:
    """The document, the data set that is meant, and where its relative paths start."""
    from models.document import Document
    from models.document.edits import SetSection
    from models.storage.consent import CONSENT
    from studio.data import dataset_from, kind_for
    from studio.data.formats.foreign import foreign_text

    path, base, settings = Path(arguments.file), None, arguments.settings
    is_document = path.suffix.lower() in _DOCUMENTS
    kind = None if is_document else kind_for(path)
    if kind is not None and (field := kind.path_field()) is not None:
        name = next(name for name, item in kind.fields.items() if item is field)
        document = Document()
        document.apply(SetSection("data", {"source": kind.kind, name: str(path.absolute())}))
        CONSENT.give(path.absolute())
        settings = _with_path(settings, name, path)
    elif not is_document and (foreign := foreign_text(path, _start(path))):
        raise CommandError(foreign)
    else:
        document, base = open_document(arguments), path.absolute().parent
    override(document, settings)
    dataset, misread = dataset_from(document.data)
    if misread:
        raise CommandError(f"The data settings cannot be used: {misread[0].message}")
    return document, dataset, base


def _with_path(settings: list[str], name: str, path: Path) -> list[str]:
    """What is set of a file, which another source reads as well."""
    there = [f"data.{name}={path.absolute()}"]
    return [each for one in settings for each in (one, *(there if one.partition("=")[0] == "data.source" else []))]


def _start(path: Path) -> bytes:
    """The first bytes of a file, none of what is none or cannot be read."""
    try:
        with open(path, "rb") as file:
            return file.read(512)
    except OSError:
        return b""


def _split(dataset: Dataset) -> str:
    size = "" if dataset.folds or dataset.validation_list else f"{dataset.validation:,} held out for validation"
    size += f"{', ' * bool(size)}{dataset.test:,} kept apart" if dataset.test else ""
    return ", ".join(filter(None, (size, dataset.split_note, f"split seed {dataset.seed}")))
