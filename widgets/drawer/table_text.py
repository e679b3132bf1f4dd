"""Tables as text to paste elsewhere: CSV, Markdown, LaTeX. Names come from files, so each form is escaped."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

Table = Sequence[Sequence[str]]

_LATEX = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "#": r"\#",
    "%": r"\%",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "×": r"$\times$",
    "—": "--",
}
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>#|!~])")
_FORMULA_STARTS = "=+-@\t\r"


def as_csv(headers: Sequence[str], rows: Table) -> str:
    """Comma-separated values. A cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([_harmless(cell) for cell in headers])
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def as_markdown(headers: Sequence[str], rows: Table, right: Sequence[bool]) -> str:
    """A pipe table; ``right`` tells which columns are aligned to the right."""
    lines = [_markdown_row(headers), "|" + "|".join(" ---: " if flag else " --- " for flag in right) + "|"]
    return "\n".join((*lines, *(_markdown_row(row) for row in rows))) + "\n"


def as_latex(headers: Sequence[str], rows: Table, right: Sequence[bool]) -> str:
    """A ``tabular`` that needs no package; the last row, the totals, stands beneath a line of its own."""
    columns = "".join("r" if flag else "l" for flag in right)
    body = [_latex_row(row) for row in rows]
    if len(body) > 1:
        body.insert(-1, r"\hline")
    lines = [rf"\begin{{tabular}}{{{columns}}}", r"\hline", _latex_row(headers), r"\hline", *body, r"\hline"]
    return "\n".join((*lines, r"\end{tabular}")) + "\n"


def _harmless(cell: str) -> str:
    cell = "" if cell == "—" else _line(cell)
    return f"'{cell}" if cell[:1] and cell[0] in _FORMULA_STARTS else cell


def _line(cell: str) -> str:
    return " ".join(cell.splitlines()) if "\n" in cell or "\r" in cell else cell


def _markdown_row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(_MARKDOWN.sub(r"\\\1", _line(cell)) for cell in cells) + " |"


def _latex_row(cells: Sequence[str]) -> str:
    return " & ".join("".join(_LATEX.get(letter, letter) for letter in _line(cell)) for cell in cells) + r" \\"
