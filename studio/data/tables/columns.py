"""What a column of a table is: a number, a category, a date, or nothing to learn from."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.data.formats.csv import number_in
from studio.data.formats.notation import Notation, shared_unit, written

if TYPE_CHECKING:
    from studio.data.tables.cells import Coded

AUTO, NUMBER, CATEGORY, DATE, TEXT, LEFT_OUT = "auto", "number", "category", "date", "text", "left out"
TYPES = (AUTO, NUMBER, CATEGORY, DATE, TEXT, LEFT_OUT)
EVERY_OTHER = "*"
"""Stands for all columns that are not targets, not ignored, not bound by their names, and no texts."""
GAPS = (
    "", "?", "-", ".", "..", "–", "—", "NA", "N/A", "n/a", "#N/A", "#NA", "<NA>", "NaN", "nan", "-NaN", "-nan", "NaT",
    "1.#QNAN", "-1.#IND", "NULL", "null", "(null)", "None",
)  # fmt: skip
"""Cells in a column of numbers that say there is none. A category may well be called NA: there an empty cell is one."""
_GAPS = frozenset(GAPS)
MOST_CATEGORIES = 50
"""More different texts in a column are names or remarks, not categories, unless somebody says so."""
MOST_TOLD = 1000
"""Categories that a column may have where somebody says that it has them."""
FEWEST_WORDS, FEWEST_LETTERS = 4, 12
"""Of a sentence in a script that parts its words, and in one that does not."""
MOSTLY = 0.9
"""Of the cells of a column: if so many are numbers, the others are slips, not categories."""
PARTS = ("year", "month", "day", "weekday", "hour")
"""What is made of a date; the hour only where one is written. Weekdays count from Monday, 0."""
LARGEST = 3.4028235e38  # as float32
MOST_CLASSES_OF_NUMBERS = 20
"""More different integers than that in a column are taken as measured."""
Mend = Callable[[int], Mapping[str, Any]]
"""The settings of the data with which a column is left out."""
_LIKE_NUMBERS = re.compile(r"[+-]?\d[\d\s]*([.,'’]\d+)+")
_NUMBERED = re.compile(r"\d+(\.\d+){2,}")
"""What has versions, chapters and addresses of computers, and numbers with parted thousands."""
_SIGNS = "%‰$€£¥₹(−"
_WITH_SIGNS = re.compile(r"[(+−-]?\s*[$€£¥₹]?\s*[+−-]?\d[\d\s.,'’]*[%‰$€£¥₹]?\)?")
"""Numbers with a percent sign, a currency, brackets or a long minus, of which at least one of `_SIGNS` is there."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d(?:[T ](\d\d:\d\d)(?::\d\d(?:\.\d{1,9})?)?(Z|[+-]\d\d:?\d\d)?)?")
_OTHER_DATE = re.compile(r"(\d{1,2}[./-]\d{1,2}[./-]\d{4}|\d{4}[./-]\d{1,2}[./-]\d{1,2})([T ,].*)?")


@dataclass(slots=True)
class Tally:
    """What the cells of a column are, as far as they were looked at; ``first`` is the row and the text of the first
    that is neither a number nor a gap, ``large`` of the first that float32 cannot hold, ``texts`` holds a few of the
    former, each once."""

    numbers: int = 0
    gaps: int = 0
    others: int = 0
    first: tuple[int, str] | None = None
    large: tuple[int, str] | None = None
    texts: set[str] = field(default_factory=set)

    def take(self, cells: Coded, values: Sequence[float | None], start: int) -> None:
        """Count cells of rows from ``start`` on, each different one of which is one of the numbers or none."""
        if self.first and len(self.texts) > MOST_CATEGORIES and not any(value is not None for value in values):
            gaps = sum(count for text, count in zip(cells.texts, cells.counts(), strict=True) if text in _GAPS)
            self.gaps, self.others = self.gaps + gaps, self.others + len(cells.codes) - gaps
            return  # more of the same tells nothing new
        for place, (text, value, count) in enumerate(zip(cells.texts, values, cells.counts(), strict=True)):
            if value is not None:
                self.numbers += count
                if abs(value) > LARGEST and self.large is None:
                    self.large = start + cells.row_of(place), text
            elif text in _GAPS:
                self.gaps += count
            else:
                self.others += count
                if self.first is None:
                    self.first = start + cells.row_of(place), text
                if len(self.texts) <= MOST_CATEGORIES:
                    self.texts.add(text)

    def type(self) -> str:
        """What the column is, as far as these cells tell."""
        if not self.numbers and (not self.others or (len(self.texts) == 1 and not self.gaps)):
            return LEFT_OUT
        return NUMBER if self.is_told_as_numbers or self.are_noted else self.type_of_texts()

    @property
    def is_told_as_numbers(self) -> bool:
        """Whether the column is one of numbers, so that what is none is told: numbers that are written in another way
        are no categories."""
        return self.numbers >= MOSTLY * (self.numbers + self.others) or all(map(_is_like_a_number, self.texts))

    @property
    def are_noted(self) -> bool:
        """Whether all cells that are not plain numbers may be numbers all the same, as far as these tell."""
        alike = bool(self.texts) and all(map(_is_like_a_number, self.texts))
        return alike or shared_unit(self.texts, GAPS) is not None

    def type_of_texts(self) -> str:
        """What the column is where it holds no numbers."""
        if not self.numbers and all(map(is_date, self.texts)):
            return DATE
        few = len(self.texts) <= MOST_CATEGORIES and 2 * len(self.texts) <= self.numbers + self.others
        return CATEGORY if few else TEXT if are_sentences(self.texts) else LEFT_OUT


class Taken(NamedTuple):
    """A column as it is taken: its place in the file, its name, its type, and the categories or parts of dates."""

    at: int
    name: str
    type: str
    parts: tuple[str, ...] = ()
    gaps: int = 0
    exact: bool = False
    """Whether float32 would merge its numbers."""
    where: str = ""
    """Of categories the first that is not a number, with its row."""
    how: Notation | None = None
    """How its numbers are written, where that is not as usual."""

    @property
    def width(self) -> int:
        """How many numbers of an example it gives."""
        return len(self.parts) if self.type in (CATEGORY, DATE) else 1

    @property
    def can_lack(self) -> bool:
        """Whether it has gaps that are not a category of their own."""
        return bool(self.gaps) and self.type != CATEGORY

    @property
    def about(self) -> str:
        """What was found in it, in a few words."""
        found = {CATEGORY: "categories", LEFT_OUT: "different texts"}.get(self.type)
        count = [f"{len(self.parts):,} {found}"] if found and self.parts else []
        return ", ".join(
            [*count, *([self.how.about] if self.how else []), *([f"{self.gaps:,} gaps"] if self.gaps else [])]
        )

    @property
    def features(self) -> tuple[str, ...]:
        """What these numbers are called."""
        if self.type == CATEGORY:
            return tuple(f"{self.name}={part or 'no value'}" for part in self.parts)
        return tuple(f"{self.name} {part}" for part in self.parts) if self.type == DATE else (self.name,)


def _is_like_a_number(cell: str) -> bool:
    """Whether a cell is a number that is written in another way."""
    if is_other_date(cell) or (_NUMBERED.fullmatch(cell) and written(cell) is None):
        return False
    has_sign = any(sign in cell for sign in _SIGNS)
    return bool(_LIKE_NUMBERS.fullmatch(cell) or (has_sign and _WITH_SIGNS.fullmatch(cell.strip())))


def are_sentences(cells: Iterable[str]) -> bool:
    """Whether half of some different cells are sentences: of four words or more, half of which begin with a small
    letter, as those of names and addresses do not; or of a dozen letters of a script without small ones."""
    found = [_is_sentence(cell) for cell in cells]
    return bool(found) and 2 * sum(found) >= len(found)


def _is_sentence(cell: str) -> bool:
    words = cell.split()
    small = sum(word[0].islower() for word in words)
    without_case = sum(letter.isalpha() and letter.lower() == letter.upper() for letter in cell)
    return (len(words) >= FEWEST_WORDS and 2 * small >= len(words)) or without_case >= FEWEST_LETTERS


def is_other_date(cell: str) -> bool:
    """Whether a cell looks like a date in another notation than that of `is_date`."""
    return bool(_OTHER_DATE.fullmatch(cell)) and not is_date(cell)


def is_date(cell: str) -> bool:
    """Whether a cell is a date as ISO 8601 writes it, with or without a time, which may have a zone."""
    if not _DATE.fullmatch(cell):
        return False
    try:
        datetime.fromisoformat(cell)
    except ValueError:
        return False
    return True


def has_time(cell: str) -> bool:
    """Whether a date says its time."""
    found = _DATE.fullmatch(cell)
    return found is not None and found[1] is not None


def has_zone(cell: str) -> bool:
    """Whether a date says how far its time lies from that of Greenwich."""
    found = _DATE.fullmatch(cell)
    return found is not None and found[2] is not None


def date_parts(cell: str, count: int) -> list[float]:
    """The first parts of a date, `PARTS` names them; NaN where the cell is empty."""
    if not cell:
        return [float("nan")] * count
    moment = datetime.fromisoformat(cell)
    hour = moment.hour + moment.minute / 60
    return [float(part) for part in (moment.year, moment.month, moment.day, moment.weekday(), hour)[:count]]


def are_measured(values: Iterable[float | None]) -> bool:
    """Whether different numbers were measured, and number no classes: fractions among them, or many; None is none."""
    found = [*values]
    whole = all(value is not None and value.is_integer() for value in found)
    return bool(found) and (not whole or len(found) > MOST_CLASSES_OF_NUMBERS)


def in_order(texts: Iterable[str], decimal: str) -> tuple[str, ...]:
    """Categories by name, by size where all of them are numbers, an empty one last."""
    named = sorted(text for text in texts if text)
    values = [number_in(text, decimal) for text in named]
    if all(value is not None for value in values):
        named = [text for _, text in sorted(zip(values, named, strict=True), key=lambda pair: pair[0] or 0.0)]
    return (*named, *([""] if "" in set(texts) else []))


def gaps_of(column: Taken) -> Sequence[str]:
    """The cells of a column that say there is nothing."""
    if column.type != NUMBER:
        return ("",)
    return (*GAPS, *column.how.blanks) if column.how else GAPS
