"""The arrays of a file that are read, by name, and whether they go together."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from models.basics.text import times
from studio.data.errors import DataError
from studio.data.formats.archive import Source
from studio.data.formats.arrays.door import header
from studio.data.formats.npy import Place

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class Used(NamedTuple):
    """The columns that are read, by name."""

    inputs: dict[str, Source]
    targets: dict[str, Source]
    split_by: Place | None = None
    """The groups or times by which rows are parted."""
    named: Place | None = None
    """What lists call the rows."""

    @property
    def all(self) -> list[Source]:
        return [*self.inputs.values(), *self.targets.values()]

    @property
    def parts(self) -> int:
        """How many parts all columns have."""
        return min(len(source.places) for source in self.all)

    def in_parts(self) -> Used:
        """The same with as many parts of each column as all have."""
        inputs, targets = (
            {name: source.in_parts(self.parts) for name, source in side.items()} for side in (self.inputs, self.targets)
        )
        return Used(inputs, targets)


def shaped(place: Place) -> NDArray[np.generic]:
    """An array of that shape in one byte of memory."""
    import numpy as np

    return np.broadcast_to(np.uint8(0), header(place)[0])


def check_arrays(name: str, used: Used) -> None:
    """Raise `DataError` unless each holds a row for every example, and examples are numbers of one shape."""
    for place in (place for source in used.all for place in source.places):
        if not header(place)[0]:
            raise DataError(f"{place}: expected an array of examples, found a single value. Choose another array.")
    columns = [("row", *item) for item in used.inputs.items()] + [("target", *item) for item in used.targets.items()]
    for noun, column, source in columns:
        _check_rows(name, used, noun, column, source)
    for source in used.inputs.values():
        shape = header(source.values)[0]
        for place in source.places:
            found, dtype = header(place)
            if dtype.kind in "US":
                raise DataError(f"{place}: expected numbers as examples, found text. Choose another array as x.")
            if found[1:] != shape[1:]:
                raise DataError(
                    f"{place}: expected validation examples of {times(shape[1:])} as those for training, found "
                    f"{times(found[1:])}. Store both with one shape."
                )


def _check_rows(name: str, used: Used, noun: str, column: str, source: Source) -> None:
    """Raise `DataError` unless the headers tell of as many rows as the first column has."""
    from studio.data.checks import check_lengths

    first, leading = next(iter(used.inputs.items()))
    for part, place, other in zip(("", "validation ", "test "), source.places, leading.places, strict=False):
        check_lengths(name, part, (first, shaped(other)), (column, shaped(place)), noun)
