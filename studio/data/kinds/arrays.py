"""Files of arrays by name (`.npz`, HDF5, safetensors), or a `.npy` for x and another for y. Pickles are never read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from models.basics.text import times
from models.codegen.formatting import literal, statement
from models.data import ColumnFacts, Facts
from models.data.facts import Role
from models.specs.fields import Bool, Choice, Text
from studio.data.arrays.source import are_bytes, arranging, class_lines, number_lines
from studio.data.arrays.splitting import parting_source, parting_values
from studio.data.arrays.used import Used, check_arrays, shaped
from studio.data.base import DATASETS
from studio.data.data import Progress, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.archive import Source, columns_in, role_of, usual_column
from studio.data.formats.arrays import door
from studio.data.formats.arrays.door import SUFFIXES, blocks, header, is_archive, read_array, shape_of
from studio.data.formats.memory import check_memory
from studio.data.formats.npy import Place, can_stay
from studio.data.paths import located
from studio.data.splitting.by_column import ByColumn
from studio.data.splitting.parting import cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CHANNELS = (1, 3, 4)
STREAMED, MUCH = "streamed", 1 << 32
"""How rows are read as they come, and bytes of a file from which they are unasked."""
LOOKED_AT = 256_000_000
"""Bytes of examples that are looked through before training begins; what is wrong behind them is found at loading."""

_READ = '''
def read_data():
    """Examples and targets{held_out}."""
{body}
'''


def arrange(x: NDArray[np.generic], layout: str) -> NDArray[np.generic]:
    """Examples as the network takes them; images stay uint8 where they are stored so."""
    import numpy as np

    if layout == "tokens":
        return _as_tokens(x)
    if layout == "add channel":
        x = x[:, None]
    if layout == "channels last":
        x = np.moveaxis(x, -1, 1)
    if x.ndim == 1:
        x = x[:, None]
    if x.dtype == np.uint8 and x.ndim == 4:
        return np.ascontiguousarray(x)
    with np.errstate(over="ignore"):  # what overflows is infinite and found by the checks
        return np.ascontiguousarray(x, dtype=np.float32)


def _as_tokens(x: NDArray[np.generic]) -> NDArray[np.int64]:
    import numpy as np

    with np.errstate(invalid="ignore"):
        tokens = x.astype(np.int64)
    odd = x[tokens != x] if x.dtype.kind == "f" else x[:0]
    if odd.size:
        raise DataError(
            f"Expected integers as tokens, found {odd.flat[0]} in x. Switch tokens off or round the numbers.",
            tokens=False,
        )
    return tokens


@DATASETS.register
class NumPy(ByColumn, kind="numpy"):
    """Arrays from the user's own `.npz`, `.npy`, HDF5 or safetensors files."""

    has_columns = True
    title = "NumPy arrays"
    icon = "db"
    suffixes = SUFFIXES
    synonyms = ("numpy", "npz", "npy", "hdf5", "h5", "safetensors", "file")
    help = (
        "Arrays from a file: .npz, HDF5 or safetensors with x and y by name (x_test and y_test, where present, become "
        "the validation part), or .npy with y in a second file. Integers, text and one-hot rows as y are classes."
    )

    path = Text(label="File", path=True, help="A file of arrays; relative paths start at the document.")
    y_path = Text(label="Target file", path=True, help="The .npy file of targets, where x is a .npy file.")
    x_name = Text(label="x", help="Name of the examples in the file; found by itself where empty.")
    y_name = Text(label="y", help="Name of the targets in the file; found by itself where empty.")
    task = Choice("auto", ("auto", "classification", "regression"), help="Integers are classes unless told.")
    layout = Choice(
        "auto",
        ("auto", "as stored", "add channel", "channels last"),
        help="How images are stored. Auto adds a channel to uint8 arrays of N×H×W and moves a last one of 1, 3 or 4.",
        advanced=True,
    )
    tokens = Bool(False, help="Examples are token numbers: kept whole, not normalized.", advanced=True)
    loading = Choice(
        "auto",
        ("auto", "resident", STREAMED),
        advanced=True,
        help="Keep all examples in memory, or read rows of a .npy file as they come. Auto streams from 4 GB on.",
    )

    def columns(self, base: Path | None = None) -> tuple[ColumnFacts, ...]:
        """All arrays that have a row for each example of the first, with their shapes from the headers."""
        path = located(self.path, base, "data file")
        if not is_archive(path):
            return ColumnFacts("x", header(Place(path))[0][1:]), ColumnFacts("y", (), role="target")
        shapes = {name: shape_of(source.values) for name, source in columns_in(path).items()}
        rows = next((shape[0] for shape in shapes.values() if shape), None)
        return tuple(
            ColumnFacts(name, shape[1:], role=role_of(name))
            for name, shape in shapes.items()
            if shape and shape[0] == rows
        )

    def read_facts(self, base: Path | None) -> Facts:
        """Shapes come from the headers; targets are read, and as much of the examples as takes a moment. Finds all
        that `load` would refuse, unless it lies behind that."""

        from studio.data.checks import check_raw, check_split

        used = self._used(base)
        one_byte = {name: _raw([*map(shaped, source.places)]) for name, source in used.inputs.items()}
        targets = self._read_targets(used, None)
        check_raw(self.title, Raw(one_byte, targets))
        first = next(iter(targets.values()))
        rows = self.split_rows(first, self._split_by(used), base)
        check_split(self.title, [*map(len, rows)], first, has_test=self.splitting.has_test)
        inputs = {name: self._input_facts(name, source, len(used.inputs) > 1) for name, source in used.inputs.items()}
        found = {name: cut(name, column, rows).facts("target") for name, column in targets.items()}
        training = len(first.values) if first.held_out is not None else None
        examples = len(first.values) + (len(first.held_out) if first.held_out is not None else 0)
        sides = self.in_use("input", inputs), self.in_use("target", found)
        return Facts(self.title, *sides, examples, training, self.columns(base))

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        from studio.data.formats.arrays.stored import StoredRows

        used = self._used(base)
        inputs = {}
        for name, source in used.inputs.items():
            layout = self._layout(source.values, len(used.inputs) > 1)
            if self._streams(source.values, layout):
                rows: Any = StoredRows(source.values, partial(arrange, layout=layout))
                inputs[name] = RawColumn(rows)
                continue
            parts = [read_array(place, partial(arrange, layout=layout), progress) for place in source.places]
            inputs[name] = _raw(parts)
        targets = self._read_targets(used, progress)
        return Raw(inputs, targets, columns=self.columns(base), split_by=self._split_by(used))

    def _split_by(self, used: Used) -> NDArray[np.generic] | None:
        """The groups or times of all rows."""
        return None if used.split_by is None else parting_values(used.split_by, self.usual_splitting.by)

    def read_source(self, base: Path | None) -> str:
        used = self._used(base)
        lines = [*_opening(used), *self._input_lines(used), *self._target_lines(used)]
        names = ("x", "y", "x_test", "y_test") if used.has_held_out else ("x", "y")
        if used.split_by is not None:
            names = (*names, self.usual_splitting.column)
            lines.append(f"{names[-1]} = {door.source(used.split_by)}.ravel()")
        lines.append(f"return {', '.join(names)}")
        held_out = ", and those held out" if used.has_held_out else ""
        imports = "".join(f"{line}\n" for line in door.imports(used.all[0].values.path))
        return (
            imports
            + self._rows_source(used)
            + _READ.format(held_out=held_out, body="\n".join(line for code in lines for line in statement(4, code)))
        )

    def _rows_source(self, used: Used) -> str:
        """The class that reads rows of examples as they come, where some do."""
        from studio.data.formats.arrays.stored import ROWS

        for source in used.inputs.values():
            layout = self._layout(source.values, len(used.inputs) > 1)
            if self._streams(source.values, layout):
                return ROWS.lstrip().replace("{arranged}", arranging("values", *header(source.values), layout)) + "\n"
        return ""

    def _streams(self, place: Place, layout: str) -> bool:
        """Whether rows are read as they come. Raises `DataError` where that is asked for and cannot be."""
        may = layout != "tokens" and can_stay(place)
        if self.loading == STREAMED and not may:
            raise DataError(
                f"{place}: only rows of a .npy file, none of tokens or in Fortran order, can be streamed. Set loading "
                "to auto.",
                loading="auto",
            )
        shape, dtype = header(place)
        return may and (self.loading == STREAMED or (self.loading == "auto" and prod(shape) * dtype.itemsize > MUCH))

    def _read_targets(self, used: Used, progress: Progress | None) -> dict[str, RawColumn]:
        found = {}
        for name, source in used.targets.items():
            values, classes = self._targets([read_array(place, None, progress) for place in source.places])
            found[name] = _raw(values, classes)
        return found

    def _targets(self, y: list[NDArray[np.generic]]) -> tuple[list[NDArray[np.generic]], tuple[str, ...] | None]:
        from studio.data.labels import as_column, number_classes, task_of

        if self._are_one_hot(y):
            return [part.argmax(1) for part in y], tuple(map(str, range(y[0].shape[1])))
        if task_of(self.task, y[0]) == "regression":
            return [as_column(self.title, part) for part in y], None
        y = [part.reshape(len(part)) if part.size == len(part) else part for part in y]
        numbers, classes = number_classes(self.title, y)
        return [*numbers], classes

    def _are_one_hot(self, y: list[NDArray[np.generic]]) -> bool:
        from studio.data.labels import is_one_hot

        return self.task != "regression" and len({part.shape[1:] for part in y}) == 1 and all(map(is_one_hot, y))

    def _input_lines(self, used: Used) -> Iterator[str]:
        """What makes the examples, as source."""
        several = len(self.inputs) > 1
        if several:
            yield "x, x_test = {}, {}" if used.has_held_out else "x = {}"
        for id, source in self.in_use("input", used.inputs).items():
            layout = self._layout(source.values, len(used.inputs) > 1)
            for side, place in zip(("x", "x_test"), source.places, strict=False):
                name = f"{side}[{literal(id)}]" if several else side
                if self._streams(place, layout):
                    yield f'{name} = Rows(np.load({literal(str(place.path))}, mmap_mode="r"))'
                    continue
                yield f"{name} = {arranging(door.source(place), *header(place), layout)}"

    def _target_lines(self, used: Used) -> Iterator[str]:
        """What `_targets` does, as source."""
        several = len(self.targets) > 1
        if several:
            yield "y, y_test = {}, {}" if used.has_held_out else "y = {}"
        for id, source in self.in_use("target", used.targets).items():
            sides = [f"{side}[{literal(id)}]" if several else side for side in ("y", "y_test")]
            places = dict(zip(sides, source.places, strict=False))
            yield from (f"{name} = {door.source(place)}" for name, place in places.items())
            shapes = {name: header(place)[0] for name, place in places.items()}
            y = [read_array(place) for place in places.values()]
            if self._are_one_hot(y):
                yield from (f"{name} = {name}.argmax(1)" for name in places)
            else:
                yield from class_lines(shapes) if self._targets(y)[1] else number_lines(shapes)

    def _input_facts(self, name: str, source: Source, several: bool) -> ColumnFacts:
        """Check the examples as far as `LOOKED_AT`, on the way to their facts."""
        layout = self._layout(source.values, several)
        spans = [self._look(name, place, layout) for place in source.places]
        known = [span for span in spans if span]
        span = (min(low for low, _ in known), max(high for _, high in known)) if known else None
        shape = _arranged(header(source.values)[0], layout)
        streams = self._streams(source.values, layout)
        return ColumnFacts(name, shape, None, layout == "tokens", span, streamed=streams)

    def _look(self, name: str, place: Place, layout: str) -> tuple[int, int] | None:
        """The smallest and the largest token of the examples looked at, if they are tokens."""
        from studio.data.checks import check_finite

        if layout != "tokens" and header(place)[1].kind != "f":
            return None
        found = (arrange(block, layout) for block in blocks(place, LOOKED_AT))
        if layout == "tokens":
            spans = [(int(block.min()), int(block.max())) for block in found if block.size]
            return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
        check_finite(self.title, name, found)
        return None

    def _layout(self, place: Place, several: bool) -> str:
        """The layout with "auto" decided by shape and type. Of ``several`` inputs each takes what is meant for it."""
        shape, dtype = header(place)
        if self.tokens and not (several and (dtype.kind not in "iu" or len(shape) > 2)):
            return "tokens"
        wanted_ranks = {"add channel": 3, "channels last": 4}
        is_meant = len(shape) == wanted_ranks.get(self.layout, len(shape))
        if not is_meant and not several:
            raise DataError(
                f"{place}: layout “{self.layout}” expects {wanted_ranks[self.layout]} dimensions, "
                f"found {times(shape)}. Set the layout to auto.",
                layout="auto",
            )
        if self.layout != "auto" and is_meant:
            return self.layout
        if len(shape) == 3 and dtype.name == "uint8":
            return "add channel"
        if len(shape) != 4:
            return "as stored"
        first, last = (shape[place] in _CHANNELS for place in (1, 3))
        if first is last and 1 != shape[1] == shape[2] != shape[3]:  # as two equal sizes stand, channels come behind
            raise DataError(
                f"{place}: {times(shape)} may hold channels first or last. Set the layout to “channels last” or “as "
                "stored”.",
                layout="channels last",
            )
        return "channels last" if last and not first else "as stored"

    def _used(self, base: Path | None) -> Used:
        """Where the columns in use lie; each has a row for every example."""
        path = located(self.path, base, "data file")
        if is_archive(path):
            used = self._used_in(path)
        else:
            header(Place(path))  # a broken file is named as such before another one is asked for
            y_path = located(self.y_path, base, "target file (y of a .npy file)")
            used = Used(
                self._bound("input", {"x": Source(Place(path))}), self._bound("target", {"y": Source(Place(y_path))})
            )
        if not used.has_held_out:
            used = used.without_held_out()
        check_arrays(self.title, used)
        rows = header(used.all[0].values)[0][0]
        used = used._replace(split_by=parting_source(path, self.split_column(), rows))
        self._check_size(path, used)
        return used

    def _check_size(self, path: Path, used: Used) -> None:
        """Raise `DataError` where the columns have no room: as they are read, then parted."""
        size = 0
        for source in used.inputs.values():
            shape, dtype = header(source.values)
            layout = self._layout(source.values, len(used.inputs) > 1)
            if self._streams(source.values, layout):
                continue
            width = 8 if layout == "tokens" else 1 if are_bytes(shape, dtype, layout) else 4
            size += width * sum(prod(header(place)[0]) for place in source.places)
        remedy = "Use a part of it, or set loading to streamed." if not is_archive(path) else "Use a part of it."
        check_memory(path.name, size * (1 if used.has_held_out else 2), remedy)

    def _used_in(self, path: Path) -> Used:
        """The arrays of an archive that are bound; of a side where none is those that are known by their names."""
        known = columns_in(path)
        return Used(
            self._bound("input", known) if self.inputs else self._usual(path, "input", self.x_name),
            self._bound("target", known) if self.targets else self._usual(path, "target", self.y_name),
        )

    def _bound(self, role: Role, known: Mapping[str, Source]) -> dict[str, Source]:
        names = dict(self.inputs if role == "input" else self.targets).values()
        used = self.in_use(role, known)
        return {name: known[name] for name in names} if names else {next(iter(known)): used[""]}

    def _usual(self, path: Path, role: Role, wanted: str) -> dict[str, Source]:
        name, source = usual_column(path, role, wanted)
        if self.x_name or self.y_name:
            source = Source(source.values)
        return {name: source}


def _opening(used: Used) -> list[str]:
    """Opens the archive, where arrays lie in one."""
    place = used.all[0].values
    return [f"archive = {door.opening(place.path)}"] if place.name else []


def _raw(parts: list[NDArray[np.generic]], classes: tuple[str, ...] | None = None) -> RawColumn:
    return RawColumn(parts[0], parts[1] if len(parts) > 1 else None, classes)


def _arranged(shape: tuple[int, ...], layout: str) -> tuple[int, ...]:
    """The shape of one example after `arrange`."""
    if layout == "add channel":
        return (1, *shape[1:])
    if layout == "channels last":
        return (shape[-1], *shape[1:-1])
    return shape[1:] if len(shape) > 1 or layout == "tokens" else (1,)
