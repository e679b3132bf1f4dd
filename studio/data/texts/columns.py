"""Columns of texts in a table: each feeds an Input of its own, beside the numbers of the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from models.basics.text import counted
from models.data import ColumnFacts
from models.specs.lists import Entries
from studio.data.data import Progress, RawColumn
from studio.data.errors import DataError
from studio.data.formats.memory import check_memory
from studio.data.formats.tables.door import place_of
from studio.data.formats.tables.file import TableFile
from studio.data.tables.categories import all_cells
from studio.data.tables.cells import Cells, coded
from studio.data.tables.columns import EVERY_OTHER, TEXT, Taken
from studio.data.texts.settings import Tokens, tokens_for, unknown_column
from studio.data.texts.tokens import token_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.data.tables.reading import Read

PIECE = 500
"""Texts that are taken at a time."""
MOST_SHOWN = 5
COUNTED = 2_000_000
"""Bytes of a file up to which the tokens of texts are counted that no Input takes yet."""


class Written(NamedTuple):
    """A column of texts: its place and its name in the file, its cells, and how these become tokens."""

    at: int
    name: str
    cells: Cells
    how: Tokens

    @property
    def lacking(self) -> NDArray[np.bool_]:
        """Which rows have no text."""
        return self.cells.are([""])

    def column(
        self, kept: NDArray[np.bool_], named: bool, progress: Progress | None
    ) -> tuple[RawColumn, tuple[str, ...]]:
        """Tokens as they come in the rows that are kept, and what is to be said of them; its feature is the name of the
        column, if it is ``named``."""
        known: dict[str, int] = {}
        found = coded(compress(self.cells, kept.tolist()))
        length, each = self.how.length, []
        size = 8 * (len(found.codes) + 2 * len(found.texts)) * length
        check_memory(f"{len(found.codes):,} texts of {length:,} tokens", size, "Set a smaller length.")
        sizes = np.zeros(len(found.texts), dtype=np.int64)
        for start in range(0, len(found.texts), PIECE):
            if progress:
                progress(1, 1)  # so that it can be left
            x, sizes[start : start + PIECE] = token_rows(found.texts[start : start + PIECE], *self.how.told, known)
            each.append(x)
        cut = int((sizes > length)[found.codes].sum())
        remark = f"{self.name[:40]}: {cut:,} of {counted(len(found.codes), 'text')} have more than {length:,} tokens"
        features = (self.name,) if named else ()
        values = np.concatenate(each)[found.codes]
        column = RawColumn(values, None, None, features, vocabulary=tuple(known), numbering=self.how.numbering)
        return column._replace(own=True), (f"{remark} and are cut.",) if cut else ()


def fed(file: TableFile, inputs: Mapping[str, list[int]], read: Read) -> dict[str, list[int]]:
    """The columns of each input, of which texts stand alone: all others have none, unless there is nothing else. Raises
    `DataError` where texts are bound together with others."""
    texts, found = {column.at for column in read.texts}, {}
    for name, columns in inputs.items():
        own = [at for at in columns if at in texts]
        rest = [at for at in columns if at not in texts]
        if name == EVERY_OTHER:
            found[name] = rest if read.places(rest) or not own else [longest(file, own)]
        elif own and len(columns) > 1:
            raise DataError(
                f"{file.path.name}: “{file.names[own[0]][:40]}” holds texts, which take an Input of their own. "
                f"Bind it apart from “{file.names[next(at for at in columns if at != own[0])][:40]}”."
            )
        else:
            found[name] = columns
    return found


def longest(file: TableFile, columns: Sequence[int]) -> int:
    """The column with the longest texts in the first rows."""
    rows = next(file.pieces(None), [])
    return max(columns, key=lambda at: sum(len(row[at]) for row in rows))


def most_ids(file: TableFile, column: Taken, how: Tokens) -> int:
    """How many IDs a column of texts that nobody takes yet has at most: counted, unless that takes a while."""
    if not file.path.is_file() or file.path.stat().st_size > COUNTED:
        return how.vocabulary
    known: dict[str, int] = {}
    token_rows(all_cells(file, [column.at], {})[column.at].texts, *how.told, known)
    return min(how.vocabulary, len(known) + 2)


def written(file: TableFile, inputs: Mapping[str, list[int]], read: Read, entries: Entries) -> dict[str, Written]:
    """The columns of texts that are inputs; raises `DataError` for settings of a column that is not there."""
    if unknown := unknown_column(entries, file.names):
        place_of(file, unknown)
        raise DataError(f"{file.path.name}: expected the name of a column in Texts, found “{unknown[:40]}”. Name it.")
    own = {column.at for column in read.texts}
    columns = {name: columns[0] for name, columns in inputs.items() if columns and columns[0] in own}
    cells = all_cells(file, [*dict.fromkeys(columns.values())], read.known)
    names = file.names
    return {name: Written(at, names[at], cells[at], tokens_for(entries, names[at])) for name, at in columns.items()}


def offered_texts(
    file: TableFile, read: Read, texts: Mapping[str, Written], entries: Entries, columns: Sequence[ColumnFacts]
) -> list[ColumnFacts]:
    """Columns that may be bound, those of texts as what they are: tokens, whether an Input takes them or none yet."""
    taken, found = {one.at for one in texts.values()}, {column.name: column for column in columns}
    for text in read.texts:
        how, facts = tokens_for(entries, text.name), found.get(text.name)
        if facts is not None and facts.role == "input":
            span = None if text.at in taken else (0, most_ids(file, text, how) - 1)
            found[text.name] = replace(facts, shape=(how.length,), tokens=True, token_range=span, taken=TEXT)
    return [*found.values()]


def text_remarks(file: TableFile, read: Read, texts: Mapping[str, Written]) -> list[str]:
    """What is said of columns of texts: which of them no Input takes, and how many lack a text."""
    known, said = {one.at: one for one in texts.values()}, []
    free = [f"“{column.name[:40]}”" for column in read.texts if column.at not in known]
    if free:
        names = ", ".join(free[:MOST_SHOWN]) + (", …" if len(free) > MOST_SHOWN else "")
        hold = "hold texts. Give each" if len(free) > 1 else "holds texts. Give it"
        said.append(f"{file.path.name}: {names} {hold} an Input of its own to learn from it.")
    for one in known.values():
        count = int(one.lacking.sum())
        said += [f"{file.path.name}: {one.name[:40]} has {counted(count, 'empty text')}."] if count else []
    return said


def refuse_empty(file: TableFile, read: Read, texts: Mapping[str, Written]) -> None:
    """Raise `DataError` for the first gap in a column of any type."""
    found = [(column.name, column.type, read.first_gap(column)) for column in read.columns if column.gaps]
    found += [(one.name, TEXT, int(one.lacking.argmax())) for one in texts.values() if one.lacking.any()]
    for name, kind, row in found[:1]:
        raise DataError(
            f"{file.path.name}: expected a {kind} in column “{name[:40]}”, row {file.line(row)}, found a gap. "
            "Fill it, or set gaps to “fill”.",
            gaps="fill",
        )
