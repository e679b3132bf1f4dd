"""ARFF tables, as Weka and OpenML have them: attributes with types, and rows that may name only what is not 0."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

from studio.data.data import Progress
from studio.data.errors import DataError
from studio.data.formats import csv
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import BROKEN, TypedFile, broken, cell_text

SUFFIX = ".arff"
MOST_ATTRIBUTES, MOST_LINES, LONGEST_ATTRIBUTE = 100_000, 1 << 20, 1 << 19
"""Of the lines above the rows: the attributes, all of them, and the letters of one."""
_SPARSE_FROM = 100
_START = re.compile(rb"(?:\s*%[^\n]*\n)*\s*@relation\b", re.IGNORECASE)
_QUOTED = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
_ATTRIBUTE = re.compile(rf"@attribute\s+({_QUOTED}|[^\s{{]+)\s*(.*)", re.IGNORECASE)
_NUMBERS = ("numeric", "real", "integer")
MOST_CATEGORIES = 1000
"""More of them are names, which nothing is learned from unless somebody says so."""
_JAVA = (("yyyy", "%Y"), ("yy", "%y"), ("MM", "%m"), ("dd", "%d"), ("HH", "%H"), ("mm", "%M"), ("ss", "%S"))


class _Attribute(NamedTuple):
    """A column: its name, its categories or none, what a row that leaves it out has there, and how dates are written
    that are not written as ISO 8601 says ("" for others)."""

    name: str
    categories: tuple[str, ...]
    default: str
    dates: str = ""


def arff_fields(line: str) -> list[str]:
    """The cells of a row as they are written: parted by commas, else by blanks."""
    quoted = r"'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\""
    if "," not in line:
        return re.findall(rf"{quoted}|\S+", line)
    if "'" not in line and '"' not in line:
        return [cell.strip() for cell in line.split(",")]
    found = re.findall(rf"\s*({quoted})\s*,|([^,]*),", f"{line},")
    return [cell or other.strip() for cell, other in found]


def arff_cell(written: str) -> str:
    """What a cell says: without its quotes, and nothing for ?."""
    if len(written) > 1 and written[0] in "'\"" and written[-1] == written[0]:
        return re.sub(r"\\(.)", r"\1", written[1:-1])
    return "" if written == "?" else written


def arff_rows(path: str, encoding: str, defaults: list[str], dates: dict[int, str]) -> Iterator[list[str]]:
    """The cells of each line as text, none of those that hold no row. What a sparse row
    leaves out is the default of its column; dates are read by their formats."""
    pair = re.compile(r"(\d+)\s+('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|[^,\s}]+)")
    above = True
    with open(path, encoding=encoding) as file:
        for line in map(str.strip, file):
            if above or not line or line[0] == "%":
                above = above and not line.lower().startswith("@data")
                yield []
                continue
            if line[0] == "{":
                cells = list(defaults)
                for place, written in pair.findall(line):
                    if int(place) >= len(cells):
                        raise ValueError(f"row with attribute {place} of {len(cells)}")
                    cells[int(place)] = arff_cell(written)
            else:
                cells = [arff_cell(written) for written in arff_fields(line)]
                if len(cells) == len(defaults) + 1 and cells[-1][:1] == "{":
                    cells.pop()  # the weight of the row
            for place, form in dates.items():
                if cells[place]:
                    cells[place] = cell_text(datetime.strptime(cells[place], form))
            yield cells


def is_arff(path: Path, start: bytes) -> bool:
    """Whether a file is one, by its first bytes, or by its name where remarks are longer than these."""
    head = start.removeprefix(b"\xef\xbb\xbf")
    return _START.match(head) is not None or (path.suffix.lower() == SUFFIX and head.lstrip()[:1] in (b"%", b"@"))


def recognized(path: Path, way: csv.Way, progress: Progress | None) -> TypedFile:
    """Look at a file: its attributes; raises `DataError`."""
    encoding = csv.encoding_of(path, way.encoding, progress)
    try:
        with open(path, encoding=encoding) as file:
            attributes = _attributes(path, file)
    except BROKEN as error:
        raise broken(path, error) from error
    names = [attribute.name for attribute in attributes]
    if len(names) > _SPARSE_FROM:
        check_memory(path.name, 4 * len(names) * _sparse_rows(path), "Use a part of it.")
    few = [place for place, item in enumerate(attributes) if 0 < len(item.categories) <= MOST_CATEGORIES]
    dates = {place: attribute.dates for place, attribute in enumerate(attributes) if attribute.dates}
    told = {"encoding": encoding, "defaults": [attribute.default for attribute in attributes], "dates": dates}
    helpers, imports = (arff_fields, arff_cell), ("import re",)
    rows = max(1, path.stat().st_size // 50)
    return TypedFile(path, names, ".", True, arff_rows, told, rows, 0, (), helpers, imports, tuple(few))


def _sparse_rows(path: Path) -> int:
    """About how many rows name only what is not 0: what they leave out takes room in memory, not in the file."""
    try:
        with open(path, "rb") as file:
            return sum(part.count(b"\n{") for part in iter(partial(file.read, 1 << 20), b""))
    except OSError as error:
        raise broken(path, error) from error


def _attributes(path: Path, lines: Iterator[str]) -> list[_Attribute]:
    """The attributes above the rows; raises `DataError`."""
    found: list[_Attribute] = []
    for number, line in enumerate(map(str.strip, lines), start=1):
        low = line.lower()
        if low.startswith("@data"):
            break
        if low.startswith("@attribute") and len(line) <= LONGEST_ATTRIBUTE:
            found.append(_attribute(path, line, number))
        if number > MOST_LINES or len(line) > LONGEST_ATTRIBUTE:
            raise DataError(f"{path.name}: expected attributes and @DATA, found too much in line {number:,}. Mend it.")
        if len(found) > MOST_ATTRIBUTES:
            raise DataError(f"{path.name}: expected at most {MOST_ATTRIBUTES:,} attributes, found more. Use a part.")
    else:
        raise DataError(f"{path.name}: expected a line @DATA above the rows, found none. Add it.")
    if not found:
        raise DataError(f"{path.name}: expected attributes above the rows, found none. Add @ATTRIBUTE lines.")
    return found


def _attribute(path: Path, line: str, number: int) -> _Attribute:
    matched = _ATTRIBUTE.fullmatch(line)
    name, type = (arff_cell(matched[1]), matched[2].strip()) if matched else ("", "")
    kind = type.split(maxsplit=1)[0].lower() if type else ""
    if type.startswith("{") and type.rstrip().endswith("}"):
        values = tuple(map(arff_cell, arff_fields(type.rstrip()[1:-1].strip()))) if type[1:-1].strip() else ()
        return _Attribute(name.strip(), values, values[0] if values else "")
    if kind in _NUMBERS:
        return _Attribute(name.strip(), (), "0")
    if kind == "string":
        return _Attribute(name.strip(), (), "")
    if kind == "date":
        return _Attribute(name.strip(), (), "", _date_format(arff_cell(type[4:].strip())))
    why = "tables within rows are not read: leave it out" if kind == "relational" else "mend it"
    raise DataError(
        f"{path.name}: expected a name and a type (numeric, {{a, b}}, string, date) in line {number}, found "
        f"{line[:60]}. If it is one, {why}."
    )


def _date_format(java: str) -> str:
    """How Python calls a format of dates as Java does, "" for one as ISO 8601 has it, or with other letters."""
    if not java or java.startswith("yyyy-MM-dd"):
        return ""
    found = java.replace("'", "")
    for letters, directive in _JAVA:
        found = found.replace(letters, directive)
    return "" if re.search(r"(?<!%)[A-Za-z]", found) else found
