"""The pages of the documentation as the program finds them."""

from __future__ import annotations

import tomllib

from studio.help import pages
from support import ROOT


def test_the_guide_is_found_and_comes_with_the_program() -> None:
    assert (pages.folder() / pages.GUIDE).is_file()
    build = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
    assert build["targets"]["wheel"]["force-include"] == {"docs": "resources/docs"}


def test_the_tables_of_keys_are_those_of_the_guide() -> None:
    tables = pages.key_tables()
    assert [table.title for table in tables] == ["Everywhere", "On the canvas"]
    assert ("Find layers", "Ctrl+F") in tables[0].rows
    assert all(what and keys for table in tables for what, keys in table.rows)
    guide = (pages.folder() / pages.GUIDE).read_text(encoding="utf-8")
    lines = guide.split("## Keyboard and mouse")[1].split("\n## ")[0].count("\n| ")
    assert sum(len(table.rows) + 1 for table in tables) == lines
