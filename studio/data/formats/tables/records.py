"""Records of JSON: an object a line (JSON lines), or a list of objects, whose keys are the columns."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.file import BROKEN, BROKEN_DEEP, TypedFile, broken, cell_text

SUFFIXES = (".jsonl", ".ndjson")
MEMORY = 8
"""Times its size on disk that a list of objects takes in memory."""
MOST_NAMES = 10_000


def flat_record(record: Any, before: str = "") -> dict[str, Any]:
    """A record with the values of records in it by names with points: {"a": {"b": 1}} has a.b."""
    found: dict[str, Any] = {}
    for key, value in record.items():
        if isinstance(value, dict):
            found |= flat_record(value, f"{before}{key}.")
        else:
            found[f"{before}{key}"] = value
    return found


def json_records(path: str) -> Iterator[dict[str, Any]]:
    """The records of a file: of its lines, or of the list that it holds."""
    with open(path, encoding="utf-8-sig") as file:
        is_list = file.read(1) == "["
        file.seek(0)
        lines = json.load(file) if is_list else (json.loads(line) for line in file if line.strip())
        for record in lines:
            if not isinstance(record, dict):
                raise ValueError(f"expected objects with names, found {str(record)[:40]}")
            yield flat_record(record)


def json_rows(path: str, names: list[str]) -> Iterator[list[str]]:
    """The cells of a file of records as text, row by row."""
    for record in json_records(path):
        yield [cell_text(record.get(name)) for name in names]


def is_records(start: bytes) -> bool:
    """Whether a file holds records, by its first letters."""
    return re.match(rb"\s*(\[\s*)?\{\s*\"", start.removeprefix(b"\xef\xbb\xbf")) is not None


def recognized(path: Path) -> TypedFile:
    """Look at a file: the names in all of its records; raises `DataError`."""
    check_memory(path.name, MEMORY * path.stat().st_size, "Save it as CSV or Parquet.")
    names, rows = dict[str, None](), 0
    try:
        for rows, record in enumerate(json_records(str(path)), start=1):  # noqa: B007
            names |= dict.fromkeys(record)
            if len(names) > MOST_NAMES:
                raise DataError(f"{path.name}: expected at most {MOST_NAMES:,} names in records, found more.")
    except (*BROKEN, *BROKEN_DEEP, RecursionError) as error:
        raise broken(path, error) from error
    if not names:
        raise DataError(f"{path.name}: expected a table, but the file is empty. Choose another file.")
    check_memory(path.name, 8 * rows * len(names), "Use a part of it.")
    told = {"names": [*names]}
    helpers = (flat_record, json_records)
    imports = ("import json",)
    return TypedFile(path, [name.strip() for name in names], ".", True, json_rows, told, rows, 0, (), helpers, imports)
