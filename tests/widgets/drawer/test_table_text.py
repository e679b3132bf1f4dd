from __future__ import annotations

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from widgets.drawer.table_text import as_csv, as_latex, as_markdown

HEADERS = ("Layer", "Parameters")
ROWS = (("conv1", "448"), ("Total", "448"))
RIGHT = (False, True)
texts = st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=20)
tables = st.lists(st.tuples(texts, texts), max_size=6)


def test_csv_is_plain() -> None:
    assert as_csv(HEADERS, ROWS) == "Layer,Parameters\nconv1,448\nTotal,448\n"


@pytest.mark.parametrize("cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1"])
def test_csv_cells_never_become_formulas(cell: str) -> None:
    (row,) = list(csv.reader(io.StringIO(as_csv(HEADERS, [(cell, "1")]))))[1:]
    assert row[0][0] not in "=+-@\t\r"


def test_what_does_not_apply_is_empty_in_csv() -> None:
    assert as_csv(("a", "b"), [("x", "—")]) == "a,b\nx,\n"


@given(tables)
def test_csv_can_be_read_back(rows: list[tuple[str, str]]) -> None:
    read = list(csv.reader(io.StringIO(as_csv(HEADERS, rows))))[1:]
    assert len(read) == len(rows)
    for cells, before in zip(read, rows, strict=True):
        for cell, text in zip(cells, before, strict=True):
            assert cell.removeprefix("'") == ("" if text == "—" else text).removeprefix("'")
            assert cell[:1] not in ("=", "+", "-", "@")


def test_markdown_is_a_pipe_table() -> None:
    expected = "| Layer | Parameters |\n| --- | ---: |\n| conv1 | 448 |\n| Total | 448 |\n"
    assert as_markdown(HEADERS, ROWS, RIGHT) == expected


@given(tables)
def test_markdown_keeps_its_columns_whatever_the_cells_hold(rows: list[tuple[str, str]]) -> None:
    lines = as_markdown(HEADERS, rows, RIGHT).split("\n")[:-1]
    assert len(lines) == len(rows) + 2
    for line in lines:
        assert len(re.findall(r"(?<!\\)(?:\\\\)*\|", line)) == 3


def test_markdown_shows_markup_as_it_is() -> None:
    assert r"\<b\>x\_1\*\</b\>" in as_markdown(("a",), [("<b>x_1*</b>",)], (False,)).replace("/", "/")


def test_latex_sets_the_totals_apart() -> None:
    expected = [
        r"\begin{tabular}{lr}", r"\hline", r"Layer & Parameters \\", r"\hline", r"conv1 & 448 \\", r"\hline",
        r"Total & 448 \\", r"\hline", r"\end{tabular}", "",
    ]  # fmt: skip
    assert as_latex(HEADERS, ROWS, RIGHT).split("\n") == expected


def test_latex_escapes_what_it_would_run() -> None:
    text = as_latex(("a",), [(r"\input{x} 50% $&#_^~ 3×3 <",)], (False,))
    assert r"\textbackslash{}input\{x\} 50\% \$\&\#\_\textasciicircum{}\textasciitilde{} 3$\times$3" in text


@given(tables)
def test_latex_keeps_its_columns_whatever_the_cells_hold(rows: list[tuple[str, str]]) -> None:
    for line in as_latex(HEADERS, rows, RIGHT).split("\n"):
        if line.endswith(r" \\"):
            assert len(re.findall(r"(?<!\\)&", line)) == 1


def test_line_breaks_stay_out_of_cells() -> None:
    rows = [("a\nb", "1")]
    assert as_csv(HEADERS, rows).count("\n") == 2
    assert as_markdown(HEADERS, rows, RIGHT).count("\n") == 3
    assert "a b" in as_latex(HEADERS, rows, RIGHT)
