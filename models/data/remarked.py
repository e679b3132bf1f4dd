"""The data note of a document: samples that somebody has put a remark on, for whoever mends the data."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from typing import Any, NamedTuple

SECTION = "data_note"
LONGEST, MOST = 500, 100_000


class Remarked(NamedTuple):
    """A sample by its ``row`` in the data as it is read, from 0; the ``label`` it had ("" where it has none), and what
    is to be said of it."""

    row: int
    label: str
    text: str


def remarked(section: Mapping[str, Any]) -> list[Remarked]:
    """The samples of a data note in the order of their rows; what is no remark is passed over."""
    found = []
    for key, value in list(section.items())[:MOST]:
        label, text = (value.get("label", ""), value.get("text", "")) if isinstance(value, dict) else (None, None)
        if key.isascii() and key.isdecimal() and len(key) < 14 and isinstance(label, str) and isinstance(text, str):
            found.append(Remarked(int(key), label, text[:LONGEST]))
    return sorted(found)


def with_remark(section: Mapping[str, Any], item: Remarked) -> dict[str, Any]:
    """A data note with another remark, in place of one on the same sample."""
    rest = without_remark(section, item.row)
    rest[str(item.row)] = {"label": item.label, "text": item.text[:LONGEST]}
    return dict(sorted(rest.items(), key=lambda pair: (len(pair[0]), pair[0])))


def without_remark(section: Mapping[str, Any], row: int) -> dict[str, Any]:
    """A data note without its remark on a sample."""
    return {key: value for key, value in section.items() if key != str(row)}


def as_csv(items: list[Remarked]) -> str:
    """A data note as a table; rows are counted from 0, as the data is read."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(["row", "label", "note"])
    writer.writerows(items)
    return text.getvalue()


def as_markdown(items: list[Remarked], source: str) -> str:
    """A data note to read; ``source`` names the data."""
    lines = [f"# Data note: {_cell(source)}", "", "Rows are counted from 0, as the data is read.", ""]
    lines += ["| Row | Label | Note |", "| ---: | --- | --- |"]
    lines += [f"| {item.row} | {_cell(item.label)} | {_cell(item.text)} |" for item in items]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("\\", "\\\\").replace("|", "\\|")
