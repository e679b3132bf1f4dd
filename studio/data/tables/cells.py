"""The cells of a column as text: each different one once, and which of them every row has."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, overload

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


class Coded(NamedTuple):
    """The cells of some rows: the different ones as they first come, and which of these each row has."""

    texts: list[str]
    codes: NDArray[np.int32]

    def counts(self) -> list[int]:
        """How many rows have each of the texts."""
        found: list[int] = np.bincount(self.codes, minlength=len(self.texts)).tolist()
        return found

    def row_of(self, place: int) -> int:
        """The first row that has one of the texts."""
        return int((self.codes == place).argmax())

    def each(self, values: Sequence[float]) -> NDArray[np.float64]:
        """For each row the number of its cell, given those of the texts."""
        return np.array(values, dtype=np.float64)[self.codes]


def coded(cells: Iterable[str]) -> Coded:
    """Cells, each different one once."""
    known: dict[str, int] = {}
    codes = np.array([known.setdefault(cell, len(known)) for cell in cells], dtype=np.int32)
    return Coded([*known], codes)


class Cells(Sequence[str]):
    """The cells of a column, which come in pieces."""

    def __init__(self, cells: Iterable[str] = ()) -> None:
        self._places: dict[str, int] = {}
        self._parts: list[NDArray[np.int32]] = []
        self.take(coded(cells))

    @property
    def texts(self) -> list[str]:
        """The different ones, in the order in which they first come."""
        return [*self._places]

    @property
    def kinds(self) -> int:
        """How many different ones there are."""
        return len(self._places)

    @property
    def codes(self) -> NDArray[np.int32]:
        """For each row the place of its cell among the `texts`."""
        if len(self._parts) > 1:
            self._parts = [np.concatenate(self._parts)]
        return self._parts[0]

    def take(self, some: Coded) -> None:
        """Take the cells of some more rows."""
        places = [self._places.setdefault(text, len(self._places)) for text in some.texts]
        self._parts.append(np.array(places, dtype=np.int32)[some.codes])

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> list[str]: ...

    def __getitem__(self, row: int | slice) -> str | list[str]:
        texts = self.texts
        if isinstance(row, slice):
            return [texts[code] for code in self.codes[row].tolist()]
        return texts[int(self.codes[row])]

    def __iter__(self) -> Iterator[str]:
        return map(self.texts.__getitem__, self.codes.tolist())

    def are(self, texts: Collection[str]) -> NDArray[np.bool_]:
        """Which rows hold one of some texts."""
        return self.each([text in texts for text in self._places], np.bool_)

    def first(self, texts: Collection[str]) -> int:
        """The first row that holds one of some texts, of which one is there."""
        return int(self.are(texts).argmax())

    def each(self, values: Sequence[Any] | NDArray[Any], dtype: DTypeLike | None = None) -> NDArray[Any]:
        """For each row the value of its cell, given those of the `texts`."""
        return np.asarray(values, dtype=dtype)[self.codes]
