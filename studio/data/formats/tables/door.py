"""The door to tables: what a file is, is told by its first bytes, whatever it is called."""

from __future__ import annotations

from pathlib import Path

from studio.data.data import Progress
from studio.data.errors import ColumnMissing, DataError
from studio.data.formats import csv
from studio.data.formats.foreign import refuse_other
from studio.data.formats.tables import arff, excel, parquet, records, shards, sqlite
from studio.data.formats.tables.file import TableFile

_OF_PYARROW = (".parquet", ".arrow", ".feather")
_OF_TEXT = (".csv", ".tsv", ".tab", ".data", ".dat", ".txt")
_OF_PROGRAMS = (arff.SUFFIX, ".xlsx", ".xlsm", ".sqlite", ".sqlite3", ".db")
SUFFIXES: tuple[str, ...] = (*_OF_TEXT, *records.SUFFIXES, *_OF_PYARROW, *_OF_PROGRAMS)
_MOST_SHOWN = 8


def opened(path: Path, table: str, way: csv.Way, progress: Progress | None) -> TableFile:
    """Look at a file, with "auto" decided by what is in it; raises `DataError`.

    ``table`` is the sheet of a workbook or the table of a database, the first where it is empty.
    """
    if path.is_dir():
        return shards.recognized(path, table)
    start = _start(path)
    if start.startswith(shards.MAGIC):
        return shards.recognized(path, table)
    if start.startswith(parquet.MAGIC):
        return parquet.recognized(path)
    if start.startswith(excel.MAGIC):
        return excel.recognized(path, table, way.decimal, way.header)
    if start.startswith(excel.OLD_MAGIC):
        raise DataError(f"{path.name}: found a workbook of old Excel (.xls). Save it as .xlsx or as CSV.")
    if start.startswith(sqlite.MAGIC):
        return sqlite.recognized(path, table)
    if arff.is_arff(path, start):
        return arff.recognized(path, way, progress)
    refuse_other(path, start)
    if records.is_records(start):
        return records.recognized(path)
    return csv.recognized(path, way, progress)


def is_text(path: Path) -> bool:
    """Whether a file is none of the formats that have types; raises `DataError`."""
    start = _start(path)
    typed = (shards.MAGIC, parquet.MAGIC, excel.MAGIC, excel.OLD_MAGIC, sqlite.MAGIC)
    return not (start.startswith(typed) or records.is_records(start) or arff.is_arff(path, start))


def _start(path: Path) -> bytes:
    try:
        with open(path, "rb") as file:
            return file.read(512)
    except OSError as error:
        raise DataError(f"Could not read {path}: {error.strerror}.") from error


def place_of(file: TableFile, wanted: str) -> int:
    """The index of a column by name, else by number from 1; raises `DataError`."""
    wanted, names = wanted.strip(), file.names
    if wanted in names:
        return names.index(wanted)
    if wanted.isdecimal() and 1 <= int(wanted) <= len(names):
        return int(wanted) - 1
    shown = ", ".join(name[:30] for name in names[:_MOST_SHOWN]) + (", …" if len(names) > _MOST_SHOWN else "")
    raise ColumnMissing(f"{file.path.name}: expected a column “{wanted[:40]}”, found {shown}. Choose one of them.")
