"""What a CSV file is like, found out from its first rows, and its rows in pieces: no more of it is kept in memory."""

from __future__ import annotations

import codecs
import csv
import math
import re
from collections import Counter
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice, zip_longest
from pathlib import Path
from typing import NamedTuple

from models.codegen.formatting import literal
from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.notation import is_signed
from studio.data.formats.tables.file import PIECE, PIECE_CELLS, Opening

AUTO = "auto"
ENCODINGS = ("utf-8", "utf-16", "cp1252", "cp1251", "latin-1", "shift_jis", "gb18030", "euc-kr", "big5")
"""Those that can be chosen, as Python calls them."""
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "bar": "|"}
LONGEST_ROW = 1 << 22
"""Bytes, or letters, that a row may have: a file without line breaks is no table."""
_CHUNK = 1 << 20
_SAMPLE = 50  # rows
MEMORY = 2
"""Times its size on disk that a table may take in memory while it is read and parted."""
_GUESSED = {"cp1252": "Windows-1252", "latin-1": "Latin-1"}
_NOT_ANSI = b"\x81\x8d\x8f\x90\x9d"  # bytes that mean nothing in the code page that spreadsheets write
_WIDE = (("UTF-32", "utf-32"), ("UTF-16 without its mark", "utf-16-le"), ("UTF-16 without its mark", "utf-16-be"))
_MILLIONS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3}){2,}")
"""A number in which commas part thousands for certain."""
_THOUSANDS = re.compile(r"\s*[+-]?[1-9]\d{0,2}(,\d{3})+\s*")
_BEFORE, _BEHIND = "$€£¥₹(", "$€£¥₹%)"
"""Cells that begin or end so are other than what Python takes, which is told in less time than by an error."""
_OPENING = """    with open(PATH, encoding={encoding}, newline="") as file:
        reader = csv.reader(file, delimiter={delimiter}, skipinitialspace=True)
        rows = [row for row in reader if "".join(row).strip()]{skip}"""
_DECIMAL_COMMA = re.compile(r"\s*[+-]?\d*,\d+(e[+-]?\d+)?\s*", re.IGNORECASE)


class Way(NamedTuple):
    """How a file of text holds a table, as settings have it; what is "auto" its first rows decide."""

    delimiter: str = AUTO
    decimal: str = AUTO
    header: str = AUTO
    encoding: str = AUTO


class CsvFile(NamedTuple):
    """A `TableFile` of text, with the encoding and the delimiter by which it is read."""

    path: Path
    encoding: str
    delimiter: str
    decimal: str
    has_header: bool
    names: list[str]
    size: int
    most: int | None = None
    """Rows behind the header that are read; None for all."""
    titles: int = 0
    """Rows above the header that hold one cell alone."""
    was_chosen: bool = False
    """Whether somebody said what the encoding is."""

    def pieces(self, progress: Progress | None) -> Iterator[list[list[str]]]:
        """The rows behind the header, some thousands at a time; raises `DataError` for one of another width."""
        width, start = len(self.names), 0
        try:
            with open(self.path, "rb") as content, TextIOWrapper(content, self.encoding, newline="") as file:
                rows = islice((row for _, row in self._numbered(file)), self.most)
                count = max(1, min(PIECE, PIECE_CELLS // width))
                while piece := list(islice(rows, count)):
                    for offset, row in enumerate(piece):
                        if len(row) != width:
                            raise _width_error(self, start + offset, len(row))
                    yield piece
                    start += len(piece)
                    if progress:
                        progress(min(content.tell(), self.size), self.size)
        except csv.Error as error:
            raise DataError(f"{self.path.name}: expected a CSV table, but it can't be read ({error}).") from error
        except OSError as error:
            raise DataError(f"Could not read {self.path}: {error.strerror}.") from error

    @property
    def remarks(self) -> tuple[str, ...]:
        """Of titles, and of an encoding that can only be guessed."""
        found = (titles_text(self.path, self.titles),) if self.titles else ()
        if self.was_chosen or (read_as := _GUESSED.get(self.encoding)) is None:
            return found
        return (*found, f"{self.path.name}: read as {read_as}, as it is not UTF-8. If letters are wrong, set encoding.")

    @property
    def categories(self) -> tuple[int, ...]:
        """None: a file of text says nothing of its columns."""
        return ()

    def opening(self) -> Opening:
        """How a script comes to the same rows."""
        return Opening(
            ("import csv",),
            "",
            _OPENING.format(
                encoding=literal(self.encoding),
                delimiter=literal(self.delimiter),
                skip=f"[{self.titles + self.has_header}:]" if self.titles or self.has_header else "",
            ),
        )

    def line(self, row: int) -> int:
        """The line of the file in which a row ends, both counted as people and spreadsheets do: lines from 1."""
        return self.row(row)[0]

    def row(self, row: int) -> tuple[int, list[str]]:
        """That line, and the cells of the row."""
        with open(self.path, encoding=self.encoding, newline="") as file:
            return next(islice(self._numbered(file), row, None))

    def _numbered(self, file: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
        """Line and cells of each row behind the header; a row with nothing in it is none."""
        return islice(self._rows(file), self.titles + self.has_header, None)

    def _rows(self, file: Iterator[str]) -> Iterator[tuple[int, list[str]]]:
        taken = 0

        def lines() -> Iterator[str]:
            nonlocal taken
            for line in file:
                taken += len(line)
                if taken > LONGEST_ROW:
                    raise _endless(self.path)
                yield line

        reader = csv.reader(lines(), delimiter=self.delimiter, skipinitialspace=True)
        for row in reader:
            taken = 0
            if "".join(row).strip():
                yield reader.line_num, row


def recognized(path: Path, way: Way, progress: Progress | None, most: int | None = None) -> CsvFile:
    """Look at a file, with "auto" decided by its first rows; raises `DataError` for binary and empty ones.

    With ``most`` so many rows are its first: only the beginning is looked at.
    """
    chosen = way.encoding != AUTO
    encoding = encoding_of(path, way.encoding, progress, whole=most is None)
    lines = _first_lines(path, encoding)
    if not lines:
        raise DataError(f"{path.name}: expected a table, but the file is empty. Choose another file.")
    parting = DELIMITERS.get(way.delimiter) or _likely_delimiter(lines)
    try:
        sample = [row for row in csv.reader(lines, delimiter=parting, skipinitialspace=True) if "".join(row).strip()]
    except csv.Error as error:
        raise DataError(f"{path.name}: expected a CSV table, but it can't be read ({error}).") from error
    if not sample:
        raise DataError(f"{path.name}: expected a table, but the file is empty. Choose another file.")
    titles = titles_of(sample)
    sample = sample[titles:]
    mark = {"point": ".", "comma": ","}.get(way.decimal) or likely_decimal(sample, parting)
    if way.decimal == AUTO and mark == ",":
        _check_thousands(path, sample)
    has_header = way.header == "yes" or (way.header == AUTO and is_header(sample, mark))
    names = [name.strip() for name in sample[0]] if has_header else [str(i + 1) for i in range(len(sample[0]))]
    return CsvFile(path, encoding, parting, mark, has_header, names, path.stat().st_size, most, titles, chosen)


def number_in(cell: str, decimal: str) -> float | None:
    """The finite number in a cell, None for text and gaps (also for nan, inf, NA and Python's 1_000)."""
    if cell[:1] in _BEFORE or cell[-1:] in _BEHIND or "_" in cell:
        return None
    try:
        value = float(with_point(cell) if decimal == "," else cell)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def with_point(cell: str) -> str:
    """A number with a decimal comma as Python reads it. A point in it could part thousands: that is not a number."""
    return cell.replace(".", "?").replace(",", ".")


def encoding_of(path: Path, told: str, progress: Progress | None, *, whole: bool = True) -> str:
    """How a text file, or its beginning, is written: as somebody ``told`` or, with "auto", as it looks; raises
    `DataError`."""
    return _encoding(path, progress, whole=whole) if told == AUTO else _checked(path, told, whole=whole)


def _checked(path: Path, encoding: str, *, whole: bool) -> str:
    """The encoding that was chosen; raises `DataError` where the file is not written in it."""
    line = 1
    try:
        # A mark before the first letter is none of the first name.
        encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        with open(path, encoding=encoding, newline="") as file:
            while (piece := file.read(_CHUNK)) and whole:
                line += piece.count("\n")
    except UnicodeError as error:
        what = f"line {line:,} or one behind it" if line > 1 else "it"
        raise DataError(
            f"{path.name}: {what} is not written in {encoding}. Set another encoding, or save it so."
        ) from error
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error
    return encoding


def _encoding(path: Path, progress: Progress | None, *, whole: bool = True) -> str:
    """The encoding of a text file, or of its beginning; raises `DataError` for binary ones."""
    try:
        with open(path, "rb") as file:
            start = file.read(2)
            wide = start in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
            encoding = "utf-16" if wide else "utf-8-sig"
            file.seek(0)
            decoder = codecs.getincrementaldecoder(encoding)()
            size, done, unbroken, sound, ansi = path.stat().st_size, 0, 0, True, True
            check_memory(path.name, MEMORY * size, "Use a part of it.")
            while chunk := file.read(_CHUNK):
                done += len(chunk)
                # Most chunks: seen in a twentieth of the time, in which no window waits for this thread.
                plain = chunk.isascii() and not wide and not decoder.getstate()[0]
                ansi = ansi and (plain or len(chunk.translate(None, _NOT_ANSI)) == len(chunk))
                unbroken = 0 if b"\n" in chunk or b"\r" in chunk else unbroken + len(chunk)
                if unbroken > LONGEST_ROW:
                    raise _endless(path)
                text = ""
                if sound and not plain:
                    try:
                        text = decoder.decode(chunk, final=done >= size)
                    except UnicodeDecodeError:
                        sound = False
                if "\0" in text or (b"\0" in chunk and not (wide and sound)):
                    raise _binary(path)
                if progress:
                    progress(0, size)
                if not whole:
                    break
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error
    return encoding if sound else "cp1252" if ansi else "latin-1"


def _is_text_in(start: bytes, encoding: str) -> bool:
    """Whether the beginning of a file, however it was cut, is text with line breaks in an encoding."""
    text = start.decode(encoding, "ignore")
    return "\n" in text and "\0" not in text and len(text.encode(encoding)) + 4 >= len(start)


def _binary(path: Path) -> DataError:
    """For a file with bytes of 0: text in an encoding of wider letters, text with some, or none at all."""
    with open(path, "rb") as file:
        start = file.read(_CHUNK)
    if kind := next((kind for kind, coding in _WIDE if _is_text_in(start, coding)), ""):
        return DataError(f"{path.name}: expected a CSV table, found {kind}. Save it as UTF-8.")
    if start and b"\0" in start and start.count(b"\n", 0, start.index(b"\0")) > 1:
        row = start.count(b"\n", 0, start.index(b"\0")) + 1
        return DataError(f"{path.name}: expected a CSV table, found a byte of 0 in row {row:,}. Remove what is broken.")
    return DataError(f"{path.name}: expected a CSV table, found binary data. Choose a text file.")


def _first_lines(path: Path, encoding: str) -> list[str]:
    lines: list[str] = []
    with open(path, encoding=encoding, newline="") as file:
        for line in file:
            if line.strip():
                lines.append(line[:_CHUNK])
            if len(lines) == _SAMPLE or sum(map(len, lines)) > LONGEST_ROW:
                break
    return lines


def _likely_delimiter(lines: list[str]) -> str:
    """The delimiter that parts the lines into more than one column, into equally many, and into numbers."""

    def merit(delimiter: str) -> tuple[bool, float, float, int]:
        try:
            rows = list(csv.reader(lines, delimiter=delimiter, skipinitialspace=True))
        except csv.Error:
            return False, 0.0, 0.0, 0
        width, count = Counter(map(len, rows)).most_common(1)[0]
        decimals = (".",) if delimiter == "," else (".", ",")
        cells = [cell for row in rows[1:] or rows for cell in row]
        numbers = sum(any(number_in(cell, mark) is not None for mark in decimals) or is_signed(cell) for cell in cells)
        return width > 1, count / len(rows), numbers / max(1, len(cells)), width

    return max(DELIMITERS.values(), key=merit)


def likely_decimal(rows: list[list[str]], delimiter: str) -> str:
    """A comma where cells look like 0,5 and none like 0.5."""
    if delimiter == ",":
        return "."
    columns = [[cell.strip() for cell in column] for column in zip_longest(*rows, fillvalue="")]
    cells = [cell for column in columns if not any(map(_MILLIONS.fullmatch, column)) for cell in column]
    with_comma = any(_DECIMAL_COMMA.fullmatch(cell) for cell in cells)
    with_point = any("." in cell and number_in(cell, ".") is not None for cell in cells)
    return "," if with_comma and not with_point else "."


def _check_thousands(path: Path, rows: list[list[str]]) -> None:
    """Raise `DataError` where commas may part thousands: three digits behind each, beside integers or in all cells."""
    sure = any(_DECIMAL_COMMA.fullmatch(cell) and not _THOUSANDS.fullmatch(cell) for row in rows for cell in row)
    for column in zip(*(row for row in rows if len(row) == len(rows[-1])), strict=True):
        commas = [cell for cell in column if "," in cell]
        are_parted = bool(commas) and all(map(_THOUSANDS.fullmatch, commas))
        if are_parted and (not sure or any(cell.strip().isdecimal() for cell in column)):
            raise DataError(
                f"{path.name}: expected numbers, found {commas[0].strip()[:20]}, which may be thousands or a fraction. "
                "Set decimal to comma if it is a fraction, else to point.",
                decimal="comma",
            )


def titles_of(rows: list[list[str]]) -> int:
    """How many rows above a table hold one text alone, while those beneath hold several cells."""
    filled = [[cell for cell in row if cell.strip()] for row in rows]
    count = next((place for place, cells in enumerate(filled) if len(cells) > 1), 0)
    words = all(number_in(cell, ".") is None for cells in filled[:count] for cell in cells)
    return count if len(rows) > count + 1 and words else 0


def titles_text(path: Path, count: int) -> str:
    """Says that such rows are not read."""
    said = "1 row of a title above the table is" if count == 1 else f"{count} rows of a title above the table are"
    return f"{path.name}: {said} passed over."


def is_header(rows: list[list[str]], decimal: str) -> bool:
    """Whether the first row is all text, or some column has text there over a number in the second row."""
    first, *second = ([number_in(cell, decimal) is not None or is_signed(cell) for cell in row] for row in rows[:2])
    if len(first) > 1 and not any(first):
        return True
    return bool(second) and any(below and not above for above, below in zip(first, second[0], strict=False))


def _endless(path: Path) -> DataError:
    return DataError(
        f"{path.name}: expected rows of at most {LONGEST_ROW / 1e6:,.0f} MB, found a longer one. "
        "Check its line breaks and quotes."
    )


def _width_error(file: CsvFile, row: int, found: int) -> DataError:
    line, cells = file.row(row)
    lines = sum(cell.count("\n") for cell in cells) - cells[-1].endswith("\n")
    if lines > 1:
        where = f"in row {line - lines}, found {found} up to row {line}, for it opens a quote. Close it."
        return DataError(f"{file.path.name}: expected {len(file.names)} columns {where}")
    return DataError(
        f"{file.path.name}: expected {len(file.names)} columns in row {line}, found {found}. "
        "Check the delimiter and that row."
    )
