"""Arrays for any network: one example or many, laid out as the data of the training or as the Input takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from models.basics.text import Shape, times
from studio.data.errors import ColumnMissing, DataError
from studio.data.formats.archive import Source, columns_in, usual_column
from studio.data.formats.arrays.door import array_names, blocks, header, is_archive, may_widen, read_array
from studio.data.formats.npy import Place
from studio.data.given.base import Asked, Given, Wanted, only_input, sound_ones

CALL_IT = "Call the one to use"
"""How the sentence begins that says what helps wherever examples are given."""

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Array = NDArray[np.generic]
    Fitting = Callable[[Array], Array]


def arrays(path: Path, asked: Asked) -> Given:
    """The examples of a file; each is called by its number, from 1. Raises `DataError` where it does not fit."""
    places = _places(path, asked)
    shapes = {id: header(place)[0] for id, place in places.items()}
    wanted = {item.id: item for item in asked.inputs}
    single = all(shapes[id] == wanted[id].shape for id in places)
    fits = {id: _fitting(place, wanted[id], single=single) for id, place in places.items()}
    if single:
        yield from _usable([asked.name(path)], {id: fits[id](read_array(place)[None]) for id, place in places.items()})
        return
    counts = {id: shape[0] for id, shape in shapes.items()}
    if len(set(counts.values())) > 1:
        said = ", ".join(f"{count:,} for {id[:20]}" for id, count in counts.items())
        raise DataError(f"{path.name}: expected as many examples for each Input, found {said}.")
    first = 0
    for values in _runs(places):
        ready = {id: fits[id](found) for id, found in values.items()}
        count = len(next(iter(ready.values())))
        yield from _usable([f"{asked.name(path)} {number + 1}" for number in range(first, first + count)], ready)
        first += count


def _runs(places: dict[str, Place]) -> Iterator[dict[str, Array]]:
    """Runs of rows of all arrays: as they come where there is one, else all at once."""
    if len(places) > 1:
        yield {id: read_array(place) for id, place in places.items()}
        return
    for id, place in places.items():
        yield from ({id: block} for block in blocks(place))


def _places(path: Path, asked: Asked) -> dict[str, Place]:
    """The array for each Input: the one that was named for it, of the column that it is bound to, of its id, or the
    usual one for x."""
    if not is_archive(path):
        return {only_input(asked, "one array").id: Place(path)}
    columns, names = columns_in(path), array_names(path)
    single = len(asked.inputs) == 1
    return {wanted.id: _place(path, wanted, asked.arrays.get(wanted.id, ""), columns, names, single=single)
            for wanted in asked.inputs}  # fmt: skip


def _place(
    path: Path, wanted: Wanted, named: str, columns: Mapping[str, Source], names: list[str], *, single: bool
) -> Place:
    bound = (named,) if named else (wanted.column, wanted.id)
    name = next((name for name in bound if name and name in names), "")
    if name:
        return Place(path, name)
    if not named and wanted.column in columns:
        return columns[wanted.column].values
    if not named and single:
        if len(names) == 1:
            return Place(path, names[0])
        with suppress(ColumnMissing):
            return usual_column(path, "input", "")[1].values
    looked = named or ("x" if single else wanted.column or wanted.id)
    remedy = "Name one of them." if named else f"{CALL_IT} “{looked:.40}”."
    found = ", ".join(name[:30] for name in names[:8]) or "none"
    raise DataError(f"{path.name}: expected an array “{looked:.40}”, found {found}. {remedy}")


def _fitting(place: Place, wanted: Wanted, *, single: bool) -> Fitting:
    """What lays an array out as the Input takes it; raises `DataError` where its shape is another."""
    import numpy as np

    shape, dtype = header(place)
    if dtype.kind not in "biuf":
        raise DataError(f"{place}: expected numbers, found {'text' if dtype.kind in 'US' else dtype}.")
    example = wanted.shape if single else shape[1:]
    ways: list[tuple[Shape, Fitting]] = [(example, lambda x: x), ((1, *example), lambda x: x[:, None])]
    if len(example) > 1:
        ways.append(((example[-1], *example[:-1]), lambda x: np.moveaxis(x, -1, 1)))
    fit = next((way for found, way in ways if found == wanted.shape), None)
    if fit is None and may_widen(place) and len(example) == len(wanted.shape) == 1 and example < wanted.shape:
        lacking = wanted.shape[0] - example[0]
        fit = lambda x: np.pad(x, ((0, 0), (0, lacking)))  # noqa: E731
    if fit is None or not (single or shape):
        found = times(shape) or "a single value"
        raise DataError(f"{place}: expected examples of {times(wanted.shape)}, found {found}. Check its layout.")

    def laid(x: Array) -> Array:
        x = fit(x)
        return x.astype(np.int64) if wanted.tokens else x if x.dtype in (np.uint8, np.float64) else x.astype(np.float32)

    return laid


def _usable(names: list[str], values: dict[str, Array]) -> Given:
    """The examples that hold numbers throughout."""
    import numpy as np

    sound = np.ones(len(names), dtype=bool)
    for found in values.values():
        sound &= np.isfinite(found).reshape(len(found), -1).all(1)
    return sound_ones(names, values, sound, "it holds NaN or infinite numbers")
