"""Records of JSON as tables: lines and lists, records in records, and what is no record."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from odd_files import read

from studio.data import DATASETS, DataError, kind_for
from studio.data.formats.tables.records import flat_record, is_records

ROWS = [{"a": row * 0.5, "about": {"size": row, "color": "rgb"[row % 3]}, "y": "ab"[row % 2]} for row in range(40)]


def lines(rows: list[dict[str, Any]]) -> str:
    return "".join(f"{json.dumps(row)}\n" for row in rows)


@pytest.mark.parametrize(
    "text", [lines(ROWS), json.dumps(ROWS), "\ufeff" + lines(ROWS), lines(ROWS).replace("\n", "\n\n")]
)
@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson", "a.json"])
def test_lines_and_lists_are_one_table(text: str, name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    data = read(tmp_path / name)
    assert data.features == ("a", "about.size", "about.color=b", "about.color=g", "about.color=r")
    assert data.classes == ("a", "b") and data.warnings == ()


@pytest.mark.parametrize("name", ["a.jsonl", "a.ndjson"])
def test_a_dropped_file_of_lines_is_a_table(name: str, tmp_path: Path) -> None:
    assert kind_for(tmp_path / name) is DATASETS["csv"]


def test_names_that_come_later_are_columns_with_gaps_before(tmp_path: Path) -> None:
    rows = [{"a": row, **({"b": row % 7} if row > 20 else {}), "y": "ab"[row % 2]} for row in range(40)]
    (tmp_path / "a.jsonl").write_text(lines(rows))
    data = read(tmp_path / "a.jsonl", target="y")
    assert data.features == ("a", "b") and data.warnings == ("a.jsonl: gaps are filled: b (21).",)


def test_values_are_the_cells_that_a_table_has(tmp_path: Path) -> None:
    rows = [
        {"on": row % 3 == 0, "none": None if row % 5 else 1.5 + row, "list": [row, 1], "y": row * 1.25}
        for row in range(40)
    ]
    (tmp_path / "a.jsonl").write_text(lines(rows))
    data = read(tmp_path / "a.jsonl")
    assert data.features == ("on=False", "on=True", "none")
    assert "list (lists; give each value a column)" in str(data.warnings)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"a": 1, "y": "b"}\n{"a": 2, ', "can't be read (Expecting property name"),
        ('{"a": 1, "y": "b"}\n[1, 2]\n', "expected objects with names, found [1, 2]"),
        ('{"a": ' + '{"a": ' * 5000 + "1" + "}" * 5001 + "\n", "can't be read"),
        ('{"": {}}\n', "the file is empty"),
        ('{"a": 1, "y": "b"}\n', "expected two classes or more"),
    ],
)
def test_what_is_no_table_is_refused(text: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    with pytest.raises(DataError) as caught:
        DATASETS["csv"](path=str(tmp_path / "a.jsonl")).load()  # type: ignore[call-arg]
    assert said in str(caught.value) and str(caught.value).endswith(".")


@pytest.mark.parametrize(
    ("start", "told"),
    [(b'{"a": 1}', True), (b'\xef\xbb\xbf [\n {"a"', True), (b"[1, 2]", False), (b"{1},2", False), (b"a,b\n", False)],
)
def test_records_are_told_by_their_first_letters(start: bytes, told: bool) -> None:
    assert is_records(start) == told


def test_records_in_records_have_names_with_points() -> None:
    assert flat_record({"a": {"b": {"c": 1}, "d": [2]}, "e": None}) == {"a.b.c": 1, "a.d": [2], "e": None}
