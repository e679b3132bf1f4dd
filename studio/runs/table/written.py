"""A table of runs as text: for spreadsheets, for other programs, for documents."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from models.storage.writing import finite
from studio.runs.table.columns import cell_text
from studio.runs.table.facts import RunFacts


def as_csv(columns: Sequence[str], rows: Sequence[RunFacts]) -> str:
    """Comma-separated values, a head first; numbers in full."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("id", *columns))
    for row in rows:
        writer.writerow((_safe(row.id), *(_safe(row.values.get(column)) for column in columns)))
    return text.getvalue()


def as_json(columns: Sequence[str], rows: Sequence[RunFacts]) -> str:
    """A list of objects; numbers that JSON lacks are texts, as in documents."""
    listed = [{"id": row.id} | {key: row.values[key] for key in columns if key in row.values} for row in rows]
    return json.dumps(finite(listed), indent=1, allow_nan=False, ensure_ascii=False)


def as_markdown(columns: Sequence[str], rows: Sequence[RunFacts]) -> str:
    """A table in Markdown, as people read it."""
    lines = [columns, ["---"] * len(columns), *(cells(columns, row) for row in rows)]
    return "\n".join(f"| {' | '.join(map(_escaped, line))} |" for line in lines)


def cells(columns: Sequence[str], row: RunFacts) -> list[str]:
    """What the cells of a row say."""
    return [cell_text(column, row.values.get(column)) for column in columns]


def _safe(value: Any) -> Any:
    """A value for a cell: a text that a spreadsheet would take for a formula begins with an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, float):
        return repr(value)
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" else value


def _escaped(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").split())
