"""What subcommands share: opening documents, tables that fit the terminal, colors where they are wanted."""

from __future__ import annotations

import os
import shutil
import sys
import unicodedata
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, TextIO, TypeVar

if TYPE_CHECKING:
    from models.analysis import Issue
    from models.checks import Finding
    from models.document import Document
    from studio.runs.folder import RunFolder

T = TypeVar("T")
R = TypeVar("R")
_COLORS = {"error": "31", "warning": "33", "hint": "36", "good": "32", "bold": "1", "dim": "2"}
LONGEST_CELL = 40
MOST_NAMES = 12


class CommandError(Exception):
    """Input that a subcommand cannot use; the text says what was expected, what was found and what to do."""


def ask_for_document(parser: ArgumentParser) -> None:
    """Declare the document that a subcommand reads, and the option that is the user's word on a damaged one."""
    parser.add_argument("file", metavar="F", help="a document")
    parser.add_argument("--salvage", action="store_true", help="use what can be read of a damaged document")


def open_document(arguments: Namespace) -> Document:
    """Read the document asked for; what is wrong with the file is said on standard error.

    Raises `FileError`, and `CommandError` where something of it is lost and the user did not say to use the rest.
    """
    from models.storage import files

    document, problems = files.read(arguments.file)
    for problem in problems:
        note(str(problem))
    if not arguments.salvage and any(problem.lost for problem in problems):
        raise CommandError(f"{Path(arguments.file).name} is damaged. Mend it, or use the rest with --salvage.")
    return document


def ask_for_data_elsewhere(parser: ArgumentParser) -> None:
    """Declare the options that are the user's word on data on the network, and on programs that make data."""
    ask_for_network_data(parser)
    parser.add_argument(
        "--trust", metavar="FILE", dest="programs", action="append", default=[],
        help="run this Python file, which the data comes from, as long as it stays as it is",
    )  # fmt: skip


def ask_for_network_data(parser: ArgumentParser) -> None:
    """Declare the option that is the user's word on data on the network alone."""
    parser.add_argument("--network-data", action="store_true", help="read data that the document names on the network")
    parser.set_defaults(programs=[])


def heed_data_elsewhere(arguments: Namespace) -> None:
    """Name data outside of a document's folder before it is read; on the network only with that option.

    Programs that are trusted are remembered. Raises `CommandError`.
    """
    from models.storage.consent import CONSENT

    for name in arguments.programs:
        _trust(Path(name))
    if arguments.network_data:
        CONSENT.forget()
    else:
        CONSENT.ask("To read it, add --network-data.", tell=_tell)


def _trust(path: Path) -> None:
    from studio.data.errors import DataError
    from studio.data.own.trust import digest_of, trust

    try:
        trust(digest_of(path.absolute()))
    except (DataError, OSError) as error:
        raise CommandError(f"--trust: {error}") from error


def _tell(path: Path) -> None:
    note(f"The data lies outside of the document’s folder: {path}")


def each(options: Iterable[T], read: Callable[[T], R]) -> tuple[R, ...]:
    """What options mean; of those that mean nothing each is named before the last of them ends the command."""
    found, problems = list[R](), list[str]()
    for option in options:
        try:
            found.append(read(option))
        except CommandError as error:
            problems.append(str(error))
    for problem in problems[:-1]:
        note(problem)
    if problems:
        raise CommandError(problems[-1])
    return tuple(found)


def note(sentence: str) -> None:
    """Say something on standard error, where it does not mix with results."""
    print(f"netloom: {printable(sentence)}", file=sys.stderr)


def has_errors(document: Document) -> bool:
    """Whether the network has errors, which are then listed on standard error."""
    from models.checks import findings

    errors = [issue for issue in findings(document) if issue.severity == "error"]
    for issue in errors:
        print(issue_line(issue, sys.stderr), file=sys.stderr)
    return bool(errors)


def issue_line(issue: Issue, stream: TextIO) -> str:
    """One finding as one line: severity, layer, sentence."""
    where, message = (f"{issue.place}: " if issue.node else ""), issue.message.removeprefix(f"{issue.inner}: ")
    return f"{colored(issue.severity, issue.severity, stream)}: {where}{printable(message)}"


def mends_of(issue: Finding) -> list[str]:
    """What can be done about a finding, but for what its sentence says already."""
    return [mend.label for mend in issue.mends if f"{mend.label}." not in issue.message]


def colored(text: str, style: str, stream: TextIO) -> str:
    """``text`` in a color, if the stream is a terminal and nobody asked for none (https://no-color.org)."""
    wanted = stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return f"\033[{_COLORS[style]}m{text}\033[0m" if wanted and style in _COLORS else text


def printable(text: str) -> str:
    """Text from a file, made safe for a terminal: nothing in it can move the cursor or color what follows."""
    return text if text.isprintable() else "".join(letter if letter.isprintable() else "\ufffd" for letter in text)


def listed(names: Sequence[str]) -> str:
    """Names of layers in a sentence: the first few, and how many more there are."""
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def width_of(stream: TextIO) -> int:
    """Columns of the terminal; practically endless where the output goes into a file."""
    return shutil.get_terminal_size().columns if stream.isatty() or os.environ.get("COLUMNS") else 10_000


def table(header: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: Sequence[int], width: int) -> list[str]:
    """Aligned lines, cells of the ``numbers`` columns to the right; columns that do not fit go, the last ones first."""
    cells = [[elided(printable(cell)) for cell in row] for row in (header, *rows)]
    widths = [max(display_width(row[column]) for row in cells) for column in range(len(header))]
    shown = len(header)
    while shown > 2 and sum(widths[:shown]) + 2 * (shown - 1) > width:
        shown -= 1
    lines = [
        "  ".join(_padded(row[column], widths[column], column in numbers) for column in range(shown)).rstrip()
        for row in cells
    ]
    return [lines[0], "─" * (sum(widths[:shown]) + 2 * (shown - 1)), *lines[1:]]


def elided(text: str) -> str:
    """At most `LONGEST_CELL` letters."""
    return text if len(text) <= LONGEST_CELL else text[: LONGEST_CELL - 1] + "…"


def display_width(text: str) -> int:
    """Terminal columns: wide letters take two, combining marks none."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(letter) in "WF" for letter in text)
    return len(text) + wide - sum(unicodedata.combining(letter) > 0 for letter in text)


def _padded(text: str, width: int, right: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if right else text + space


def runs_folder(chosen: str | None) -> Path:
    """The folder for runs: the one named, else the user's."""
    from studio.runs.location import default_runs_dir

    return default_runs_dir(chosen)


def find_run(named: str, runs: str | None) -> RunFolder:
    """The run in a folder, or of an id in the folder for runs; raises `CommandError` and `RunError`."""
    from studio.runs.folder import RunFolder

    path = Path(named)
    if not path.is_dir() and not path.is_absolute():
        path = runs_folder(runs) / named
    if not path.is_dir():
        raise CommandError(f"There is no run ‘{named}’. netloom runs lists the ones there are.")
    return RunFolder.open(path)
