"""Files that list the rows of the parts: by numbers, or by the names that the examples have."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.codegen.formatting import literal
from studio.data.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LARGEST = 1 << 26
"""Bytes of a list."""
LARGEST_ROW = 1 << 60
TRAINING, VALIDATION, TEST = "training", "validation", "test"
TABLES = (".csv", ".tsv")
_SHOWN = 3
Entries = tuple[tuple[str, str], ...]
"""Names, or numbers, each with the part that it is listed for, "" where the file tells none."""


class RowList(NamedTuple):
    """A file, what reads it, what it holds, and the part of which rows are taken; ``by_name`` tells that these are
    names of examples rather than numbers of rows."""

    path: Path
    read: Callable[[str], list[tuple[str, str]]]
    entries: Entries
    part: str
    by_name: bool

    @property
    def wanted(self) -> list[str]:
        """What is listed for that part."""
        return [name for name, part in self.entries if part == self.part]

    @property
    def parts(self) -> set[str]:
        """The parts that the file tells."""
        return {part for _, part in self.entries if part}

    def of(self, part: str) -> RowList | None:
        """What the same file lists for another part, None where that is nothing."""
        return self._replace(part=part) if part in self.parts else None

    def found(self, name: str, count: int, names: Sequence[str] | None) -> tuple[NDArray[np.int64], list[str]]:
        """The rows of that part, of ``count``, and what is to be said of it; raises `DataError` for what is no row, and
        where nothing is one."""
        import numpy as np

        from studio.data.splitting.listing import listed_names, rows_called

        if not self.by_name:
            numbers = [self._row(text, count) for text in self.wanted]
            return np.unique(np.array(numbers, dtype=np.int64)), list(self._remarks(self.wanted))
        if names is None:
            raise DataError(
                f"{self.path.name}: expected numbers of rows, as {name} has no names, found “{self.wanted[0][:40]}”. "
                "Write one number a line, counted from 0."
            )
        meant = listed_names(names, self.wanted)
        if not any(meant):
            raise DataError(
                f"{self.path.name}: expected names such as “{str(names[0])[-40:]}”, found “{self.wanted[0][:40]}”. "
                "Is it a list of other data?"
            )
        return rows_called(names, meant), list(self._remarks(meant))

    def _row(self, text: str, count: int) -> int:
        row = int(text)
        if row >= count:
            raise DataError(
                f"{self.path.name}: expected rows from 0 to {count - 1:,}, found {row:,}. Is it a list of other data?"
            )
        return row

    def _remarks(self, meant: Sequence[str | None]) -> Iterator[str]:
        """What is said of names that are of no example, and of those that are there twice."""
        wanted = self.wanted
        lost = [name for name, found in zip(wanted, meant, strict=True) if found is None]
        if lost:
            shown = ", ".join(name[:40] for name in lost[:_SHOWN]) + (", …" if len(lost) > _SHOWN else "")
            yield f"{self.path.name}: {len(lost):,} of {len(wanted):,} names are of no example: {shown}"
        twice = [name for name, times in Counter(found for found in meant if found is not None).items() if times > 1]
        if twice:
            yield f"{self.path.name}: {len(twice):,} of {len(wanted):,} are listed twice: {twice[0][:40]}"

    def source(self, y: str) -> str:
        """Those rows as an expression, of as many as ``y`` has."""
        from studio.data.splitting.listing import text_list

        path = literal(str(self.path))
        if self.read is text_list and not self.by_name:
            return f"np.loadtxt({path}, dtype=np.int64, ndmin=1)"
        names = "names" if self.by_name else f"np.arange(len({y})).astype(str)"
        return f"named_rows({names}, {self.read.__name__}({path}), {literal(self.part)})"


class Listed(NamedTuple):
    """The rows that are listed for each part, None where none are."""

    training: NDArray[np.int64] | None = None
    validation: NDArray[np.int64] | None = None
    test: NDArray[np.int64] | None = None


NONE_LISTED = Listed()


class Lists(NamedTuple):
    """The lists of the parts, None where there is none. Without one for training all that no list names are trained
    on."""

    training: RowList | None = None
    validation: RowList | None = None
    test: RowList | None = None

    @property
    def each(self) -> list[RowList]:
        """Those that are there."""
        return [one for one in self if one is not None]

    @property
    def by_name(self) -> bool:
        """Whether one of them has names of examples."""
        return any(one.by_name for one in self.each)

    @property
    def functions(self) -> tuple[Callable[..., object], ...]:
        """What the expressions for their rows call, with all that it needs."""
        from studio.data.splitting import listing as of

        readers = dict.fromkeys(one.read for one in self.each if one.by_name or one.read is not of.text_list)
        if not readers:
            return ()
        parsed = () if set(readers) == {of.text_list} else (of.part_called, of.listed_pairs)
        objects = (of.first_text,) if of.json_list in readers else ()
        return (
            *parsed,
            *objects,
            *readers,
            of.plain_name,
            of.names_meant,
            of.listed_names,
            of.rows_called,
            of.named_rows,
        )

    @property
    def imports(self) -> tuple[str, ...]:
        """What those import."""
        used = {function.__name__ for function in self.functions}
        modules = ["os", "re", "unicodedata"] if used else []
        modules += ["csv", "io"] if "table_list" in used else []
        return tuple(f"import {name}" for name in [*modules, *["json"] * ("json_list" in used)])

    def rows(self, name: str, count: int, names: Sequence[str] | None) -> tuple[Listed, tuple[str, ...]]:
        """The rows of each part, and what is to be said of the lists; raises `DataError`."""
        import numpy as np

        found = [None if one is None else one.found(name, count, names) for one in self]
        listed = Listed(*(None if one is None else one[0] for one in found))
        remarks = [remark for one in found if one is not None for remark in one[1]]
        there = [rows for rows in (listed.test, listed.validation, listed.training) if rows is not None]
        every, times = np.unique(np.concatenate([*there, np.empty(0, np.int64)]), return_counts=True)
        if several := int((times > 1).sum()):
            remarks.append(f"{several:,} examples are listed for several parts: test comes before validation.")
        if listed.training is not None and len(every) < count:
            remarks.append(f"{count - len(every):,} of {count:,} examples are in no list and left out.")
        return listed, tuple(remarks)


NO_LISTS = Lists()


def lists_of(training: Path | None, validation: Path | None, test: Path | None, *, by_name: bool) -> Lists:
    """The lists in some files; raises `DataError` for one that cannot be read. With ``by_name`` numbers are names, too.

    One for validation that tells the parts is that of all parts which have no list of their own; where it knows none
    for validation, its test part is that.
    """
    paths = {TRAINING: training, VALIDATION: validation, TEST: test}
    opened = {part: _opened(path, part, by_name) for part, path in paths.items() if path is not None}
    first = opened.get(VALIDATION)
    if first is not None:
        whole = {part: one for part in (TRAINING, TEST) if first.part != part and (one := first.of(part))}
        opened = whole | opened
    return Lists(*(opened.get(part) for part in (TRAINING, VALIDATION, TEST)))


def _opened(path: Path, part: str, by_name: bool) -> RowList:
    """What a file lists for a part."""
    try:
        found = path.stat()
        if found.st_size > LARGEST:
            raise DataError(f"{path.name}: expected a list of rows, found a file of over 67 MB. Choose another.")
        one = _parsed(path, found.st_mtime_ns, found.st_size)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise DataError(f"{path.name}: expected a text with rows, one a line, but it can't be read.") from error
    part = part if not one.parts or part in one.parts else TEST if part == VALIDATION else part
    one = one._replace(part=part if one.parts else "", by_name=by_name or one.by_name)
    if not one.wanted:
        told = f" and {part}, found {', '.join(sorted(one.parts))}" if one.parts else ", found none"
        raise DataError(f"{path.name}: expected names or numbers of rows, one a line{told}. Write some.")
    return one


@lru_cache(maxsize=6)
def _parsed(path: Path, changed: int, size: int) -> RowList:
    """What a file of that time and size holds."""
    from studio.data.splitting.listing import json_list, table_list, text_list

    by_suffix: dict[str, Callable[[str], list[tuple[str, str]]]] = dict.fromkeys(TABLES, table_list)
    read = (by_suffix | {".json": json_list}).get(path.suffix.lower(), text_list)
    entries = tuple(read(str(path)))
    if read is text_list and any(part for _, part in table_list(str(path))):
        read, entries = table_list, tuple(table_list(str(path)))
    return RowList(path, read, entries, "", not all(_is_number(name) for name, _ in entries))


def _is_number(text: str) -> bool:
    """Whether this is the number of a row, as Python writes it: 000012 is a name."""
    return text.isascii() and text.isdecimal() and (text[0] != "0" or text == "0") and int(text) < LARGEST_ROW
