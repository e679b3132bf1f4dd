"""What a file with a table is to those who read it: names, and rows of cells as they would be written in a CSV file."""

from __future__ import annotations

import sqlite3
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from models.codegen.formatting import literal
from studio.data.data import Progress
from studio.data.errors import DataError

PIECE, PIECE_CELLS = 4096, 1 << 19
"""Rows, or cells if these are fewer rows, that are read at a time."""
BROKEN = (OSError, ValueError, LookupError, TypeError, AttributeError, SyntaxError, EOFError, ArithmeticError)
BROKEN_DEEP = (RuntimeError, AssertionError, zipfile.BadZipFile, zlib.error, sqlite3.Error)
"""What the readers of these formats raise on files that are cut short or altered."""


class Opening(NamedTuple):
    """What a script needs to have the ``rows`` of a table: imports, functions, and statements."""

    imports: tuple[str, ...]
    functions: str
    statements: str


class TableFile(Protocol):
    """A file and how to read it; ``decimal`` is "," or "."; ``names`` are numbers from 1 where there is no header."""

    @property
    def path(self) -> Path:
        """Where it lies."""

    @property
    def names(self) -> list[str]:
        """The names of its columns, "" for one that has none."""

    @property
    def decimal(self) -> str:
        """What parts a number's fraction."""

    @property
    def has_header(self) -> bool:
        """Whether these names are its own."""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What was passed over in it, as sentences."""

    @property
    def categories(self) -> tuple[int, ...]:
        """The places of columns of which it says itself that they are categories."""

    def pieces(self, progress: Progress | None) -> Iterator[list[list[str]]]:
        """The rows behind the header, some thousands at a time; raises `DataError`."""

    def line(self, row: int) -> int:
        """Where people find a row, counted from 1."""

    def opening(self) -> Opening:
        """How a script comes to the same rows."""


Rows = Callable[..., Iterator[list[str]]]
"""Gives the cells of a file, row by row: a plain function, which scripts contain."""


def cell_text(value: Any) -> str:
    """A value as the cell of a CSV file: integers without a point, dates as ISO 8601, nothing as ""."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, datetime):
        day = value.date().isoformat()
        time = value.time().isoformat("seconds")
        return day if time == "00:00:00" else f"{day} {time}"
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


@dataclass(frozen=True)
class TypedFile:
    """A file whose cells have types, given as text by ``read`` with the ``arguments`` behind its path.

    Of about ``size`` rows the first ``skipped`` are no examples. What ``read`` needs in a script are its ``helpers``
    and ``imports``. ``categories`` are the places of columns that it says are such.
    """

    path: Path
    names: list[str]
    decimal: str
    has_header: bool
    read: Rows
    arguments: Mapping[str, Any]
    size: int
    skipped: int = 0
    remarks: tuple[str, ...] = ()
    helpers: tuple[Callable[..., Any], ...] = ()
    imports: tuple[str, ...] = ()
    categories: tuple[int, ...] = ()

    def pieces(self, progress: Progress | None) -> Iterator[list[list[str]]]:
        """The rows behind the header, some thousands at a time; raises `DataError` for one that is too long."""
        width, done = len(self.names), 0
        count = max(1, min(PIECE, PIECE_CELLS // max(1, width)))
        rows = self._numbered()
        while piece := list(islice(rows, count)):
            for number, row in piece:
                if len(row) != width:
                    raise DataError(
                        f"{self.path.name}: expected {width} columns in row {number}, found {len(row)}. Check that row."
                    )
            yield [row for _, row in piece]
            done = piece[-1][0]
            if progress:
                progress(min(done, self.size), max(done, self.size))

    def line(self, row: int) -> int:
        """Where people find a row: counted from 1, headers and empty rows as well."""
        return next(islice(self._numbered(), row, None))[0]

    def opening(self) -> Opening:
        """How a script comes to the same rows."""
        from studio.data.script import function_source

        parts: tuple[Callable[..., Any], ...] = (cell_text, *self.helpers, self.read)
        functions = "\n\n".join(map(function_source, parts))
        told = "".join(f", {literal(value)}" for value in self.arguments.values())
        skip = f"[{self.skipped}:]" if self.skipped else ""
        call = f"{self.read.__name__}(PATH{told})"
        statement = f'    rows = [row for row in {call} if "".join(row).strip()]{skip}'
        return Opening(("from datetime import datetime", *self.imports), f"\n\n{functions}", statement)

    def _numbered(self) -> Iterator[tuple[int, list[str]]]:
        """Number and cells of each row behind the header; a row with nothing in it is none."""
        try:
            rows = enumerate(self.read(str(self.path), *self.arguments.values()), start=1)
            filled = ((number, row) for number, row in rows if "".join(row).strip())
            yield from islice(filled, self.skipped, None)
        except (*BROKEN, *BROKEN_DEEP) as error:
            raise broken(self.path, error) from error


def broken(path: Path, error: Exception) -> DataError:
    """For a file that cannot be read."""
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return DataError(f"{path.name}: expected a table, but it can't be read ({reason[:100]}). Save it again.")


def missing(path: Path, package: str, extra: str) -> DataError:
    """For a file whose reader is not installed."""
    return DataError(f"{path.name}: reading it needs {package}. Run pip install netloom[{extra}], or save it as CSV.")


def chosen(
    path: Path, noun: str, names: list[str], wanted: str, holds_table: Callable[[str], bool] = lambda _: True
) -> str:
    """The one of several tables in a file that is wanted, the first that holds a table where none is; raises
    `DataError`."""
    if not names:
        raise DataError(f"{path.name}: expected a {noun}, found none. Choose another file.")
    if not wanted.strip():
        return names[0] if len(names) == 1 else next(filter(holds_table, names), names[0])
    found = next((name for name in names if name.strip().lower() == wanted.strip().lower()), None)
    if found is None:
        shown = ", ".join(name[:30] for name in names[:8]) + (", …" if len(names) > 8 else "")
        raise DataError(
            f"{path.name}: expected a {noun} “{wanted[:40]}”, found {shown}. Choose one of them.", table=names[0]
        )
    return found


def others_text(path: Path, noun: str, names: list[str], used: str, wanted: str) -> tuple[str, ...]:
    """Says that the first of several tables is read where nobody has chosen."""
    if len(names) < 2 or wanted.strip():
        return ()
    rest = ", ".join(name[:30] for name in names if name != used)[:80]
    return (f"{path.name}: the {noun} “{used[:30]}” is read; others are {rest}.",)
