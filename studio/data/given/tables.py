"""Rows of tables: the columns by the names that the network learned, with types, categories and gaps as in training."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.data.errors import DataError
from studio.data.formats.csv import AUTO, Way, number_in
from studio.data.formats.notation import NOTATION, is_blank, written, written_number
from studio.data.formats.tables.door import opened, place_of
from studio.data.formats.tables.file import TableFile
from studio.data.given.base import Asked, Given, Left, Wanted, at_once, gathered, too_few
from studio.data.given.images import decodings
from studio.data.images.named import image_name, name_images, named_images
from studio.data.tables.aligning import columns_of
from studio.data.tables.columns import CATEGORY, DATE, EVERY_OTHER, GAPS, LARGEST, date_parts, is_date
from studio.data.texts.columns import longest
from studio.data.texts.settings import tokens_for
from studio.data.texts.vocabulary import Vocabulary

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from studio.data.base import Dataset

NO_VALUE = "no value"
Numbers = Callable[[str], list[float]]
"""What makes numbers of a cell; raises `Unfit`."""


class Unfit(Exception):
    """A row that cannot be used; the text says why."""


class _Column(NamedTuple):
    """A column of the file and what makes numbers of its cell."""

    at: int
    numbers: Numbers


def rows(path: Path, asked: Asked) -> Given:
    """The rows of a table, called by their numbers as people find them; raises `DataError` where one lacks a column."""
    file = open_table(path, asked.dataset)
    plain = [wanted for wanted in asked.inputs if not wanted.is_image]
    named = all(wanted.own.features for wanted in plain)
    if len(plain) > 1 and not (named and file.has_header):
        raise too_few(asked, "a table without a header" if named else "a table")
    pictured = {wanted.id: _image_column(file, wanted) for wanted in asked.inputs if wanted.is_image}
    aside = set(pictured.values())
    encoders = {
        wanted.id: Words(file, wanted, asked.dataset) if wanted.vocabulary else Encoder(file, wanted, asked, aside)
        for wanted in plain
    }
    images = named_images(str(path.parent)) if pictured else {}
    wanted = {item.id: item for item in asked.inputs}

    def examples() -> Iterator[tuple[str, dict[str, Any]] | Left]:
        for number, row in enumerate((row for piece in file.pieces(None) for row in piece), file.line(0)):
            name = f"{asked.name(path)} row {number}"
            try:
                found: dict[str, Any] = {id: encoder.row(row) for id, encoder in encoders.items()}
                yield name, found | {id: _picture(row[at], images, wanted[id]) for id, at in pictured.items()}
            except Unfit as error:
                yield Left(name, str(error))

    def stack(some: list[dict[str, Any]]) -> dict[str, NDArray[Any]]:
        return {id: _stacked([values[id] for values in some], item) for id, item in wanted.items()}

    yield from gathered(examples(), stack, min(at_once(item) for item in asked.inputs))


def open_table(path: Path, dataset: Dataset) -> TableFile:
    """A table as the training's own was opened, where that was a table."""
    way = Way(*(str(getattr(dataset, name, AUTO)) for name in Way._fields))
    return opened(path, str(getattr(dataset, "table", "")), way, None)


class Encoder:
    """Turns the cells of a row into the numbers that an Input takes; raises `DataError` where a column is missing."""

    def __init__(self, file: TableFile, wanted: Wanted, asked: Asked, aside: set[int]) -> None:
        self._file, self._wanted, self._found = file, wanted, asked.found
        features = wanted.own.features
        self._columns = self._named(features) if features and file.has_header else self._by_place(asked.dataset, aside)

    def row(self, cells: Sequence[str]) -> list[float]:
        """The numbers of a row, gaps filled as in training; raises `Unfit`."""
        found: list[float] = []
        for column in self._columns:
            found += column.numbers(cells[column.at].strip())
        middle = self._wanted.own.middle
        for place, value in enumerate(found):
            if math.isnan(value):
                if middle is None:
                    raise Unfit(f"“{self._name_at(place)}” is empty, and no row of training was")
                found[place] = float(middle[place])
        return found

    def _named(self, features: Sequence[str]) -> list[_Column]:
        names, decimal = self._file.names, self._file.decimal
        found = []
        for name, kind, parts in columns_of(features):
            if name not in names:
                raise DataError(
                    f"{self._file.path.name} has no column “{name[:40]}”, which the network takes. "
                    "Choose data that has it."
                )
            found.append(_Column(names.index(name), numbers_of(name, kind, parts, self._found, decimal)))
        return found

    def _by_place(self, dataset: Dataset, aside: set[int]) -> list[_Column]:
        """Columns of numbers in their order, where the training knew no names or the file has none."""
        (size,) = self._wanted.shape if len(self._wanted.shape) == 1 else (-1,)
        features = self._wanted.own.features
        if features and len(columns_of(features)) < len(features):
            raise DataError(f"{self._file.path.name} has no names of columns, which the network goes by. Add a header.")
        names = self._file.names
        places = [place for place in range(len(names)) if place not in aside]
        if len(places) > size:
            target = str(getattr(dataset, "target", "")).strip()
            known = int(target) - 1 if target.isdecimal() else len(names) - 1
            places = [place for place in places if place != known]
        if len(places) != size:
            raise DataError(
                f"{self._file.path.name}: expected {self._wanted.words} in a row, found {len(names):,} columns. "
                f"{_way_out(size, len(places))}"
            )
        decimal = self._file.decimal
        return [_Column(place, _number(names[place] or str(place + 1), decimal)) for place in places]

    def _name_at(self, place: int) -> str:
        features = self._wanted.own.features
        return features[place][:40] if features else str(place + 1)


def _way_out(size: int, found: int) -> str:
    """What helps where a row should have so many numbers (below 0: where what is taken is no row)."""
    if size < 0:
        return "Use arrays, in a .npy or .npz file."
    return "Leave the others out." if found > size else "Use a file with all of them."


def numbers_of(name: str, kind: str, parts: Sequence[str], found: Mapping[str, float | str], decimal: str) -> Numbers:
    """What makes numbers of a cell of a column, as training did, which raises `Unfit`."""
    if kind == CATEGORY:
        return _category(name, parts)
    if kind == DATE:
        return _date(name, len(parts))
    how = str(found.get(f"{NOTATION}{name}", ""))
    return _noted(name, decimal, how) if how else _number(name, decimal)


class Words:
    """Turns the text in a row into the tokens that an Input takes; raises `DataError` where its column is missing."""

    def __init__(self, file: TableFile, wanted: Wanted, dataset: Dataset) -> None:
        self._vocabulary = Vocabulary(wanted.vocabulary)
        names, column = wanted.own.features or (wanted.column,), ""
        if names[0] not in ("", EVERY_OTHER):
            column = names[0]
        self._at = place_of(file, column) if column else longest(file, range(len(file.names)))
        self._told = tokens_for(getattr(dataset, "texts", ()), column or file.names[self._at]).told

    def row(self, cells: Sequence[str]) -> list[int]:
        """The tokens of a row; one without a text is padding."""
        found: list[int] = self._vocabulary.rows([cells[self._at].strip()], self._told)[0][0].tolist()
        return found


def _number(name: str, decimal: str) -> Numbers:
    def numbers(cell: str) -> list[float]:
        value = number_in(cell, decimal)
        if value is None and cell not in GAPS:
            raise Unfit(f"expected a number in “{name[:40]}”, found “{cell[:40]}”")
        if value is not None and abs(value) > LARGEST:
            raise Unfit(f"expected a number up to 3.4e38 in “{name[:40]}”, found {cell[:40]}")
        return [math.nan if value is None else value]

    return numbers


def _noted(name: str, decimal: str, how: str) -> Numbers:
    """Of a column whose numbers training found written with its mark and unit; plain ones are taken as well."""
    mark, unit = how[0], how[1:]
    plain = _number(name, decimal)

    def numbers(cell: str) -> list[float]:
        one = None if cell in GAPS else written(cell)
        if one is None or mark not in one.marks or one.unit not in ("", unit):
            return [math.nan] if is_blank(cell, unit, GAPS) else plain(cell)
        return [written_number(cell, mark)]

    return numbers


def _category(name: str, parts: Sequence[str]) -> Numbers:
    def numbers(cell: str) -> list[float]:
        if (cell or NO_VALUE) not in parts:
            raise Unfit(f"“{name[:40]}” is “{cell[:40]}”, which the network never learned")
        return [float(part == (cell or NO_VALUE)) for part in parts]

    return numbers


def _date(name: str, count: int) -> Numbers:
    def numbers(cell: str) -> list[float]:
        date = "" if cell in GAPS else cell
        if date and not is_date(date):
            raise Unfit(f"expected a date as 2025-12-31 in “{name[:40]}”, found “{cell[:40]}”")
        return date_parts(date, count)

    return numbers


def _stacked(values: list[Any], wanted: Wanted) -> NDArray[Any]:
    """Rows as the data holds them: float64, which is rounded once the mean of training is taken away."""
    import numpy as np

    stacked: NDArray[Any] = np.stack(values) if wanted.is_image else np.array(values, dtype=np.float64)
    return stacked.astype(np.int64) if wanted.tokens else stacked


def _image_column(file: TableFile, wanted: Wanted) -> int:
    """The column that names images: the one that is bound, or the first that looks so."""
    if wanted.column in file.names:
        return file.names.index(wanted.column)
    some = next(file.pieces(None), [])
    found = next((at for at in range(len(file.names)) if name_images([row[at] for row in some])), None)
    if found is None:
        raise DataError(f"{file.path.name}: expected a column of image files, found none. Name the images in one.")
    return found


def _picture(cell: str, images: dict[str, str], wanted: Wanted) -> NDArray[Any]:
    place = images.get(image_name(cell), "")
    if not place:
        raise Unfit(f"there is no image “{cell[:40]}” beneath the table’s folder")
    (pixels,) = decodings([place], wanted)
    if isinstance(pixels, str):
        raise Unfit(f"{cell[:40]}: {pixels}")
    return pixels
