"""``netloom sync F.netloom F.py``: a document and a file of its code, brought in step without running anything."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from studio.cli.console import CommandError, note, open_document

if TYPE_CHECKING:
    from models.document import Document
    from models.sources import Problem

HELP = "Bring a document and a file of its code in step, in both directions"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("file", metavar="F", help="a document; made from the code if it is not there")
    parser.add_argument("code", metavar="F.py", help="the file of its code; written if it is not there")
    parser.add_argument(
        "--prefer", choices=("code", "canvas"), default="", help="whose change counts where both changed the same lines"
    )
    parser.add_argument("--salvage", action="store_true", help="use what can be read of a damaged document")


def run(arguments: argparse.Namespace) -> int:
    """Take over what either side changed since the last time; exit code 1 if a line cannot be drawn, or both changed
    the same ones."""
    place = Path(arguments.code)
    content = _read(place)
    if not Path(arguments.file).exists() and content is not None:
        return _open(Path(arguments.file), place, content)
    document = open_document(arguments)
    return _sync(document, arguments, place, content)


def _sync(document: Document, arguments: argparse.Namespace, place: Path, content: str | None) -> int:
    from models.sources import kept_source, next_step

    title = Path(arguments.file).stem
    if content is not None:
        step = next_step(document, title, content, kept_source(document.content), arguments.prefer)
        if step.conflicts:
            lines = ", ".join(map(str, step.conflicts))
            note(f"Both changed line {lines} since they were in step. Choose with --prefer code or canvas.")
            return 1
        if step.problems:
            return _refuse(place, step.problems)
        if step.edit is not None:
            document.apply(step.edit)
            print(f"{arguments.file}: {step.edit.label}.")
    return _write(document, Path(arguments.file), place, content)


def _write(document: Document, file: Path, place: Path, before: str | None) -> int:
    """Write both as they are in step."""
    from models.document.content import CODE
    from models.document.edits import SetSection
    from models.sources import code_of, section_of
    from models.storage import files

    code = code_of(document, file.stem)
    if code.text != before:
        files.save_text(_as_before(place, code.text), place)
        print(f"Wrote {place}.")
    section = section_of(code.text, code.before, document)
    if section != document.content.section(CODE):
        document.apply(SetSection(CODE, section))
    if document.is_modified:
        files.write(document, file)
        print(f"Wrote {file}.")
    return 0


def _open(file: Path, place: Path, content: str) -> int:
    """Make a document of code that Netloom wrote."""
    from models.document.content import CODE
    from models.document.edits import SetSection
    from models.sources import opened

    document, problems = opened(content)
    if problems:
        return _refuse(place, problems)
    document.apply(SetSection(CODE, {"text": content}))
    return _write(document, file, place, content)


def _read(place: Path) -> str | None:
    """The content of the file of code; None if it is not there."""
    try:
        return place.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise CommandError(f"{place} cannot be read: {error.strerror or error}.") from error
    except ValueError:
        raise CommandError(f"{place} is no text in UTF-8, which Python source is.") from None


def _as_before(place: Path, text: str) -> bytes:
    """The text with the ends of lines that the file has."""
    windows = place.exists() and b"\r\n" in place.read_bytes()
    return (text.replace("\n", "\r\n") if windows else text).encode()


def _refuse(place: Path, problems: tuple[Problem, ...]) -> int:
    for problem in problems:
        note(f"{place}:{problem.line}: {problem.message}")
    note("Nothing was changed.")
    return 1
