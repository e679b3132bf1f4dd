"""What data of arrays by name has in common, wherever they come from: which are read, how they lie, what they are."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Mapping
from functools import partial
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.formatting import literal, statement
from models.data import ColumnFacts, Facts
from models.data.facts import Role
from models.specs.fields import Bool, Choice, Text
from studio.data.arrays.layouts import LAYOUTS, TOKENS, are_bytes, arrange, arranged, arranging, layout_of
from studio.data.arrays.source import class_lines, number_lines
from studio.data.arrays.splitting import names_in, naming_source, parting_source, parting_values
from studio.data.arrays.used import Used, check_arrays, shaped
from studio.data.data import Progress, Raw, RawColumn
from studio.data.errors import DataError
from studio.data.formats.archive import Source, columns_in, role_of, usual_column
from studio.data.formats.arrays import door
from studio.data.formats.arrays.door import blocks, can_stay, header, in_chunks, is_archive, read_array, shape_of
from studio.data.formats.memory import check_memory
from studio.data.formats.npy import Place
from studio.data.script import with_test
from studio.data.splitting.by_column import ByColumn
from studio.data.splitting.parting import cut

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STREAMED, MUCH = "streamed", 1 << 32
"""How rows are read as they come, and bytes of an array from which they are unasked."""
LOOKED_AT = 256_000_000
"""Bytes of examples that are looked through before training begins; what is wrong behind them is found at loading."""

_PARTS = (("",), ("", "_test"), ("", "_validation", "_test"))
"""What stands behind x and y in a script, by how many parts there are."""
_READ = '''
def read_data():
    """Examples and targets{held_out}."""
{body}
'''


class Opened(NamedTuple):
    """The arrays that a data set reads: a file of them by name, or one of x beside one of y."""

    path: Path
    y_path: Path | None = None


class Arrays(ByColumn):
    """Base of data of arrays. A kind says where their file is (`_opened`), and how a script opens it."""

    has_columns = True

    path = Text(label="File", path=True, help="A file of arrays; relative paths start at the document.")
    x_name = Text(label="x", help="Name of the examples in the file; found by itself where empty.")
    y_name = Text(label="y", help="Name of the targets in the file; found by itself where empty.")
    task = Choice("auto", ("auto", "classification", "regression"), help="Integers are classes unless told.")
    layout = Choice(
        "auto",
        LAYOUTS,
        help="How images are stored. Auto adds a channel to uint8 arrays of N×H×W and moves a last one of 1, 3 or 4.",
        advanced=True,
    )
    tokens = Bool(False, help="Examples are token numbers: kept whole, not normalized.", advanced=True)
    loading = Choice(
        "auto",
        ("auto", "resident", STREAMED),
        advanced=True,
        help="Keep all examples in memory, or read rows of the file as they come. Auto streams from 4 GB on.",
    )

    @abstractmethod
    def _opened(self, base: Path | None, progress: Progress | None) -> Opened:
        """Where the arrays lie; raises `DataError`."""

    def _opening(self, used: Used, base: Path | None) -> tuple[str, list[str]]:
        """What stands in a script before it reads, and the lines that open the file, where arrays lie in one."""
        place = used.all[0].values
        imports = "".join(f"{line}\n" for line in door.imports(place.path))
        return imports, [f"archive = {door.opening(place.path)}"] if place.name else []

    def _rows_of(self, place: Place) -> str:
        """An expression for the rows of an array in a script, none of which are read by that."""
        return door.rows_source(place)

    def columns(self, base: Path | None = None) -> tuple[ColumnFacts, ...]:
        """All arrays that have a row for each example of the first, with their shapes from the headers."""
        return self._columns(self._opened(base, None))

    def _columns(self, opened: Opened) -> tuple[ColumnFacts, ...]:
        if opened.y_path is not None or not is_archive(opened.path):
            return ColumnFacts("x", header(Place(opened.path))[0][1:]), ColumnFacts("y", (), role="target")
        shapes = {name: shape_of(source.values) for name, source in columns_in(opened.path).items()}
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

        opened = self._opened(base, None)
        used = self._used(opened, base)
        one_byte = {name: _raw([*map(shaped, source.places)]) for name, source in used.inputs.items()}
        targets = self._read_targets(used, None)
        check_raw(self.title, Raw(one_byte, targets))
        first = next(iter(targets.values()))
        rows, _ = self.split_rows(first, self._split_by(used), names_in(used.named), base)
        has_test = self.rule(base).has_test or first.test is not None
        check_split(self.title, [*map(len, rows)], first, has_test=has_test)
        inputs = {name: self._input_facts(name, source, len(used.inputs) > 1) for name, source in used.inputs.items()}
        found = {name: cut(name, column, rows).facts("target") for name, column in targets.items()}
        sizes = [*map(len, first.parts)]
        training = sizes[0] if len(sizes) > 1 else None
        sides = self.in_use("input", inputs), self.in_use("target", found)
        columns = self._columns(opened)
        return Facts(self.title, *sides, sum(sizes), training, columns, own_test=sum(sizes[2:]))

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        from studio.data.formats.arrays.stored import StoredRows

        opened = self._opened(base, progress)
        used = self._used(opened, base)
        inputs = {}
        for name, source in used.inputs.items():
            layout = self._layout(source.values, len(used.inputs) > 1)
            as_taken = partial(arrange, layout=layout)
            if self._streams(source, layout):
                parts: list[Any] = [StoredRows(place, as_taken) for place in source.places]
            else:
                parts = [read_array(place, as_taken, progress) for place in source.places]
            inputs[name] = _raw(parts)
        targets = self._read_targets(used, progress)
        raw = Raw(inputs, targets, columns=self._columns(opened), split_by=self._split_by(used))
        return raw._replace(names=names_in(used.named))

    def _split_by(self, used: Used) -> NDArray[np.generic] | None:
        """The groups or times of all rows."""
        return None if used.split_by is None else parting_values(used.split_by, self.usual_splitting.by)

    def read_source(self, base: Path | None) -> str:
        used = self._used(self._opened(base, None), base)
        before, opening = self._opening(used, base)
        lines = [*opening, *self._input_lines(used), *self._target_lines(used)]
        parts = _PARTS[used.parts - 1]
        names = tuple(f"{side}{part}" for part in parts for side in "xy")
        if used.split_by is not None:
            names = (*names, self.usual_splitting.column)
            lines.append(f"{names[-1]} = {door.source(used.split_by)}.ravel()")
        if used.named is not None:
            names = (*names, "names")
            lines.append(f"names = {door.source(used.named)}.ravel().astype(str)")
        lines.append(f"return {', '.join(names)}")
        held_out = ", and those held out" if used.parts > 1 else ""
        body = "\n".join(line for code in lines for line in statement(4, code))
        source = before + self._rows_source(used) + _READ.format(held_out=held_out, body=body)
        return with_test(source) if used.parts > 2 else source

    def _rows_source(self, used: Used) -> str:
        """The class that reads rows of examples as they come, where some do."""
        from studio.data.formats.arrays.stored import ROWS

        for source in used.inputs.values():
            layout = self._layout(source.values, len(used.inputs) > 1)
            if self._streams(source, layout):
                rows = ROWS.lstrip().replace("{arranged}", arranging("values", *header(source.values), layout))
                return rows.replace("{picked}", door.picking(source.values)) + "\n"
        return ""

    def _streams(self, source: Source, layout: str) -> bool:
        """Whether rows are read as they come. Raises `DataError` where that is asked for and cannot be."""
        may = layout != TOKENS and all(map(can_stay, source.places))
        if self.loading == STREAMED and not may:
            raise DataError(
                f"{source.values}: only rows that lie in the file one by one can be streamed: no tokens, none in "
                "Fortran order or packed in a .npz. Set loading to auto.",
                loading="auto",
            )
        if not may or self.loading != "auto":
            return may and self.loading == STREAMED
        size = sum(prod(shape) * dtype.itemsize for shape, dtype in map(header, source.places))
        return size > MUCH and not any(map(in_chunks, source.places))  # to unpack these for each batch takes long

    def _read_targets(self, used: Used, progress: Progress | None) -> dict[str, RawColumn]:
        found = {}
        for name, source in used.targets.items():
            y = [read_array(place, None, progress) for place in source.places]
            layout = self._planes(source.values, y, own=name in used.inputs)
            values, classes = ([arrange(part, layout) for part in y], None) if layout else self._targets(y)
            found[name] = _raw(values, classes)
        return found

    def _planes(self, place: Place, y: list[NDArray[np.generic]], *, own: bool) -> str:
        """How targets lie that are numbers in rows and columns, or images; "" for others. They are numbers for certain
        where they are an input as well, their ``own``."""
        from studio.data.labels import are_pictures, as_masks, task_of

        if (
            y[0].ndim < 3
            or y[0].size == len(y[0])
            or (self.task == "classification" and not own)
            or y[0].dtype.kind in "US"
        ):
            return ""
        are_numbers = own or self.task == "regression" or any(map(are_pictures, y))
        if not are_numbers and task_of(self.task, as_masks(y[0])) == "classification":
            return ""
        return self._layout(place, several=True) if not self.tokens else "as stored"

    def _targets(self, y: list[NDArray[np.generic]]) -> tuple[list[NDArray[np.generic]], tuple[str, ...] | None]:
        from studio.data.labels import as_column, as_masks, number_classes, task_of

        if self._are_one_hot(y):
            return [part.argmax(1) for part in y], tuple(map(str, range(y[0].shape[1])))
        y = [as_masks(part) for part in y] if self.task != "regression" else y
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
            yield _dictionaries("x", used)
        for id, source in self.in_use("input", used.inputs).items():
            layout = self._layout(source.values, len(used.inputs) > 1)
            for part, place in zip(_PARTS[used.parts - 1], source.places, strict=True):
                name = f"x{part}[{literal(id)}]" if several else f"x{part}"
                if self._streams(source, layout):
                    yield f"{name} = Rows({self._rows_of(place)})"
                    continue
                yield f"{name} = {arranging(door.source(place), *header(place), layout)}"

    def _target_lines(self, used: Used) -> Iterator[str]:
        """What `_targets` does, as source."""
        several = len(self.targets) > 1
        if several:
            yield _dictionaries("y", used)
        for id, source in self.in_use("target", used.targets).items():
            sides = [f"y{part}[{literal(id)}]" if several else f"y{part}" for part in _PARTS[used.parts - 1]]
            places = dict(zip(sides, source.places, strict=False))
            yield from (f"{name} = {door.source(place)}" for name, place in places.items())
            shapes = {name: header(place)[0] for name, place in places.items()}
            y = [read_array(place) for place in places.values()]
            if layout := self._planes(source.values, y, own=source in used.inputs.values()):
                yield from (f"{name} = {arranging(name, *header(place), layout)}" for name, place in places.items())
            elif self._are_one_hot(y):
                yield from (f"{name} = {name}.argmax(1)" for name in places)
            else:
                yield from class_lines(shapes) if self._targets(y)[1] else number_lines(shapes)

    def _input_facts(self, name: str, source: Source, several: bool) -> ColumnFacts:
        """Check the examples as far as `LOOKED_AT`, on the way to their facts."""
        layout = self._layout(source.values, several)
        spans = [self._look(name, place, layout) for place in source.places]
        known = [span for span in spans if span]
        span = (min(low for low, _ in known), max(high for _, high in known)) if known else None
        shape = arranged(header(source.values)[0], layout)
        streams = self._streams(source, layout)
        return ColumnFacts(name, shape, None, layout == TOKENS, span, streamed=streams)

    def _look(self, name: str, place: Place, layout: str) -> tuple[int, int] | None:
        """The smallest and the largest token of the examples looked at, if they are tokens."""
        from studio.data.checks import check_finite

        if layout != TOKENS and header(place)[1].kind != "f":
            return None
        found = (arrange(block, layout) for block in blocks(place, LOOKED_AT))
        if layout == TOKENS:
            spans = [(int(block.min()), int(block.max())) for block in found if block.size]
            return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None
        check_finite(self.title, name, found)
        return None

    def _layout(self, place: Place, several: bool) -> str:
        """How an array is taken; raises `DataError`."""
        return layout_of(place, *header(place), self.layout, tokens=self.tokens, several=several)

    def _used(self, opened: Opened, base: Path | None) -> Used:
        """Where the columns in use lie; each has a row for every example."""
        path = opened.path
        if opened.y_path is None:
            used = self._used_in(path)
        else:
            x, y = Source(Place(path)), Source(Place(opened.y_path))
            used = Used(self._bound("input", {"x": x}), self._bound("target", {"y": y}))
        used = used.in_parts()
        check_arrays(self.title, used)
        rows = header(used.all[0].values)[0][0]
        used = used._replace(split_by=parting_source(path, self.split_column(), rows))
        if used.parts == 1 and self.lists(base).by_name:
            every = [source.values for source in used.all]
            used = used._replace(named=naming_source(path, self.named_by, rows, every))
        self._check_size(path, used)
        return used

    def _check_size(self, path: Path, used: Used) -> None:
        """Raise `DataError` where the columns have no room: as they are read, then parted."""
        size = 0
        for source in used.inputs.values():
            shape, dtype = header(source.values)
            layout = self._layout(source.values, len(used.inputs) > 1)
            if self._streams(source, layout):
                continue
            width = 8 if layout == TOKENS else 1 if are_bytes(shape, dtype, layout) else 4
            size += width * sum(prod(header(place)[0]) for place in source.places)
        stays = all(can_stay(place) for source in used.inputs.values() for place in source.places)
        remedy = "Use a part of it, or set loading to streamed." if stays else "Use a part of it."
        check_memory(path.name, size * (1 if used.parts > 1 else 2), remedy)

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


def _dictionaries(side: str, used: Used) -> str:
    """A line that begins a dictionary for each part of a side."""
    names = [f"{side}{part}" for part in _PARTS[used.parts - 1]]
    return f"{', '.join(names)} = {', '.join(['{}'] * len(names))}"


def _raw(parts: list[Any], classes: tuple[str, ...] | None = None) -> RawColumn:
    return RawColumn(parts[0], classes=classes).with_parts(parts)
