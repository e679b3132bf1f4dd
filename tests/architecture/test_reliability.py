"""The page on reliability: every promise has a row, and every command on it measures something."""

from __future__ import annotations

import re

from figures import REQUIREMENTS

from support import ROOT

PAGE = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
MARKED = {
    name
    for file in (ROOT / "tests").rglob("test_*.py")
    for name in re.findall(r"^@pytest\.mark\.(R\d+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
}


def test_every_promise_has_a_row_with_a_figure() -> None:
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in PAGE.splitlines() if line.startswith("| R")]
    assert tuple(row[0] for row in rows) == REQUIREMENTS
    assert all(len(row) == 5 and all(row) for row in rows)


def test_every_command_measures_something_and_nothing_measured_is_left_out() -> None:
    named = set(re.findall(r"`make soak PART=(R\d+)`", PAGE))
    assert named == MARKED
    benchmarks = re.findall(r"`make bench NAMES=(\w+)`", PAGE)
    assert all((ROOT / "benchmarks" / f"{name}.py").exists() for name in benchmarks)
