"""Workbooks of Excel (`.xlsx`), read by openpyxl: what their cells show, no formula and no macro."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import islice, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING

from studio.data.errors import DataError
from studio.data.formats.csv import is_header, likely_decimal, titles_of, titles_text
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import (
    BROKEN,
    BROKEN_DEEP,
    TypedFile,
    broken,
    cell_text,
    chosen,
    missing,
    others_text,
)

if TYPE_CHECKING:
    from openpyxl import Workbook

MAGIC, OLD_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
SUSPECT_SIZE, SUSPECT_RATIO = 1 << 28, 250
"""A workbook that unpacks to more bytes, and is packed more tightly than that, is taken for a bomb."""
MEMORY = 3
"""Times its size when unpacked that a workbook takes while it is read."""
_SAMPLE = 50


def excel_rows(path: str, sheet: str, width: int) -> Iterator[list[str]]:
    """The cells of a sheet as text, row by row, at least so many in each."""
    from openpyxl import load_workbook

    with open(path, "rb") as file:
        page = load_workbook(file, read_only=True, data_only=True)[sheet]
        page.reset_dimensions()  # some programs write a range that is too small
        for row in page.iter_rows(values_only=True):
            cells = [cell_text(value) for value in row]
            while len(cells) > width and not cells[-1]:
                cells.pop()
            yield cells + [""] * (width - len(cells))


def recognized(path: Path, wanted: str, decimal: str, header: str) -> TypedFile:
    """Look at a workbook: its sheet, and what its first rows say; raises `DataError`."""
    if find_spec("openpyxl") is None:
        raise missing(path, "openpyxl", "excel")
    from openpyxl import load_workbook

    _check_packing(path)
    first = lru_cache(partial(_first_rows, path))
    try:
        with open(path, "rb") as file:
            sheets = sheets_of(load_workbook(file, read_only=True, data_only=True))
        sheet = chosen(path, "sheet", sheets, wanted, lambda name: _is_table(first(name)))
        rows = first(sheet)
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    if not rows:
        raise DataError(f"{path.name}: expected a table, but “{sheet[:30]}” is empty. Choose another sheet.")
    width = max(map(len, rows))
    rows = [row + [""] * (width - len(row)) for row in rows]
    titles = titles_of(rows)
    mark = {"point": ".", "comma": ","}.get(decimal) or likely_decimal(rows, "\t")
    named = header == "yes" or (header == "auto" and is_header(rows[titles:], mark))
    names = [name.strip() for name in rows[titles]] if named else [str(place + 1) for place in range(width)]
    skipped = titles + named
    remarks = (*others_text(path, "sheet", sheets, sheet, wanted), *_merged_text(path, sheet, skipped))
    if titles:
        remarks += (titles_text(path, titles),)
    if empty := [place for place, cells in enumerate(zip(*rows[skipped:], strict=True)) if not any(cells)]:
        _refuse_formulas(path, sheet, names, empty)
    arguments = {"sheet": sheet, "width": width}
    return TypedFile(path, names, mark, named, excel_rows, arguments, _rows(path), skipped, remarks)


def sheets_of(book: Workbook) -> list[str]:
    """The names of its sheets with cells, hidden ones behind the others; a chart may be a sheet as well."""
    shown = sorted(book.worksheets, key=lambda page: page.sheet_state != "visible")
    return [page.title for page in shown if hasattr(page, "iter_rows")]


def _first_rows(path: Path, sheet: str) -> list[list[str]]:
    return [row for row in islice(excel_rows(str(path), sheet, 0), _SAMPLE) if "".join(row).strip()]


def _is_table(rows: list[list[str]]) -> bool:
    """Whether rows are several, and more than one column of them is filled."""
    return (
        len(rows) > 1 and sum(any(cell.strip() for cell in column) for column in zip_longest(*rows, fillvalue="")) > 1
    )


def _merged_text(path: Path, sheet: str, titles: int) -> tuple[str, ...]:
    """Says that cells of a table are merged, of which the first alone holds something; above it they may be."""
    from openpyxl import load_workbook
    from openpyxl.utils.cell import range_boundaries

    try:
        with open(path, "rb") as file, zipfile.ZipFile(file) as archive:
            content = archive.read(load_workbook(file, read_only=True)[sheet]._worksheet_path)
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    ranges = [found.decode() for found in re.findall(rb'<mergeCell ref="([A-Z]+\d+:[A-Z]+\d+)"', content)]
    ends = sorted((range_boundaries(found)[::-1], found) for found in ranges)
    below = [found for (last, *_), found in ends if (last or 0) > titles + 1]
    if not below:
        return ()
    said = f"{len(below):,} ranges of merged cells, such as {below[0]}, hold a value in their first cell alone"
    return (f"{path.name}: {said}. Unmerge and fill them, or the rest are gaps.",)


def _refuse_formulas(path: Path, sheet: str, names: list[str], columns: list[int]) -> None:
    """Raise `DataError` where columns without a value hold formulas, whose results were not saved with them."""
    from openpyxl import load_workbook

    with open(path, "rb") as file:
        page = load_workbook(file, read_only=True)[sheet]
        for row in page.iter_rows(max_row=_SAMPLE, values_only=True):
            for place in columns:
                if place < len(row) and isinstance(row[place], str) and str(row[place]).startswith("="):
                    raise DataError(
                        f"{path.name}: expected values in column “{names[place][:40]}”, found formulas without "
                        "results. Open it in Excel or LibreOffice and save it once."
                    )


def _rows(path: Path) -> int:
    """About how many rows there are, for the progress: nobody knows before they are read."""
    return max(1, path.stat().st_size // 50)


def _check_packing(path: Path) -> None:
    """Raise `DataError` for what is no workbook, has no room in memory or is a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (*BROKEN, *BROKEN_DEEP) as error:
        raise broken(path, error) from error
    if not any(item.filename == "[Content_Types].xml" for item in members):
        raise DataError(f"{path.name}: expected an Excel workbook, found another archive. Choose a table.")
    size, packed = (sum(getattr(item, name) for item in members) for name in ("file_size", "compress_size"))
    if size > SUSPECT_SIZE and size > SUSPECT_RATIO * max(1, packed):
        raise DataError(
            f"{path.name} would unpack {packed / 1e6:,.1f} MB to {size / 1e9:,.1f} GB, so it is not opened. "
            "If that is right, save it as CSV."
        )
    check_memory(path.name, MEMORY * size, "Save it as CSV.")
