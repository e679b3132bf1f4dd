"""A row that somebody types for a network: what each of its columns takes, and the file that it becomes."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from studio.data.given.base import Asked, Wanted
from studio.data.given.tables import NO_VALUE, Numbers, Unfit, numbers_of
from studio.data.kinds.corpus import Texts
from studio.data.tables.aligning import columns_of
from studio.data.tables.columns import CATEGORY, DATE, EVERY_OTHER, NUMBER, TEXT

MOST_COLUMNS = 200
"""More of them nobody types."""
ONE_TEXT = "Text"
"""What the one text is called that a network takes which was trained on texts alone."""
_LETTERS = 6


class Typed(NamedTuple):
    """A column of a row: its name and type, the categories that it may have ("" for none), what it begins with, and
    whether it may be left empty."""

    name: str
    type: str
    choices: tuple[str, ...] = ()
    start: str = ""
    may_lack: bool = False
    numbers: Numbers | None = None
    """What makes numbers of a cell, where some are made."""

    def objection(self, text: str) -> str | None:
        """Why a text cannot stand there, None if it can."""
        cell = text.strip()
        if self.numbers is None:
            return None
        try:
            lacks = any(map(math.isnan, self.numbers(cell)))
        except Unfit as error:
            return f"{str(error)[:1].upper()}{str(error)[1:]}."
        return "Type something: in training no row was without it." if lacks and not self.may_lack else None


class Row(NamedTuple):
    """A typed row as a file: its suffix, by which it is read, and what stands in it."""

    suffix: str
    content: str


def typed_columns(asked: Asked) -> tuple[Typed, ...]:
    """What a row for a network consists of; nothing where its Inputs take what nobody types."""
    if isinstance(asked.dataset, Texts):
        known = len(asked.inputs) == 1 and (asked.inputs[0].vocabulary or asked.dataset.tokenizer.strip())
        return (Typed(ONE_TEXT, TEXT, may_lack=True),) if known else ()
    found: dict[str, Typed] = {}
    for wanted in asked.inputs:
        columns = _columns(wanted, asked)
        if not columns:
            return ()
        found |= {column.name: column for column in columns}
    return tuple(found.values()) if len(found) <= MOST_COLUMNS else ()


def row_of(columns: Sequence[Typed], cells: Mapping[str, str]) -> Row:
    """What is typed as a file that the network is asked about."""
    if [column.name for column in columns] == [ONE_TEXT] and columns[0].type == TEXT:
        return Row(".txt", cells[ONE_TEXT])
    return Row(".jsonl", json.dumps({column.name: cells[column.name].strip() for column in columns}) + "\n")


def _columns(wanted: Wanted, asked: Asked) -> list[Typed]:
    """The columns that an Input takes."""
    features = wanted.own.features
    if wanted.vocabulary:
        name = (*features, wanted.column)[0]
        return [Typed(name, TEXT, may_lack=True)] if name not in ("", EVERY_OTHER) else []
    if wanted.tokens or len(wanted.shape) != 1 or not (features or len(asked.inputs) == 1):
        return []
    means = [] if wanted.own.ends is None else wanted.own.ends[0].ravel().tolist()
    may_lack, found, place = wanted.own.middle is not None, [], 0
    names = features or tuple(str(number + 1) for number in range(wanted.shape[0]))
    for name, kind, parts in columns_of(names):
        numbers = numbers_of(name, kind, parts, asked.found, ".")
        choices = tuple("" if part == NO_VALUE else part for part in parts) if kind == CATEGORY else ()
        start = f"{means[place]:.{_LETTERS}g}" if kind == NUMBER and place < len(means) else ""
        found.append(Typed(name, kind, choices, start or (choices or ("",))[0], may_lack, numbers))
        place += len(parts) if kind in (CATEGORY, DATE) else 1
    return found
