"""Data as plain, compact arrays: as it was read (`Raw`), then split and measured (`Data`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from models.basics.text import times
from models.data.facts import ColumnFacts, Facts, Role, Task, bound
from studio.data.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.texts.tokens import Numbering

BRIGHT = 127
"""Photographs hold brighter values than this; gray levels from 0 to 16 would be all but black beside 255."""
Progress = Callable[[int, int], None]
"""Called now and then with what is done and what there is to do; an exception from it ends the loading."""


class RawColumn(NamedTuple):
    """The values of a column as they were read, with those ``held_out`` where the data says itself what validation is,
    and those of a ``test`` part where it has one, too.

    Targets hold class indices from 0 as int64 where ``classes`` names them, else N × outputs as float32; images are
    bytes, N×C×H×W, which behind the split become numbers from 0 to 1. ``features`` names the numbers of an example.
    With ``gaps`` a NaN is one that the median of the training part fills. ``vocabulary`` names the tokens that
    integers number as they were read, which behind the split become IDs; -1 is
    padding.
    """

    values: NDArray[np.generic]
    held_out: NDArray[np.generic] | None = None
    classes: tuple[str, ...] | None = None
    features: tuple[str, ...] = ()
    gaps: bool = False
    vocabulary: tuple[str, ...] = ()
    own: bool = False
    """Whether nobody else holds the array, so that the training part may be moved together in it: what is large is in
    memory once."""
    test: NDArray[np.generic] | None = None
    numbering: Numbering | None = None
    """How the tokens get their IDs behind the split; None for those that have some already."""

    @property
    def parts(self) -> list[NDArray[np.generic]]:
        """The values of each part that the data has of its own, or all of them."""
        return [part for part in (self.values, self.held_out, self.test) if part is not None]

    def with_parts(self, parts: Sequence[NDArray[np.generic]]) -> RawColumn:
        """The same with other values in as many parts."""
        named: dict[str, Any] = dict(zip(("values", "held_out", "test"), parts, strict=False))
        return self._replace(**named)


class Raw(NamedTuple):
    """What was read, by the names of columns, not yet split; ``columns`` are all that could be, if there are more.

    ``split_by`` holds the group or the time of each example, where the split asks for one (`Splitting`), ``names`` what
    lists call each one, where these have names.
    """

    inputs: Mapping[str, RawColumn]
    targets: Mapping[str, RawColumn]
    warnings: tuple[str, ...] = ()
    columns: tuple[ColumnFacts, ...] = ()
    split_by: NDArray[np.generic] | None = None
    found: Mapping[str, float | str] = {}
    """What was found out on reading, and is needed to read other files alike."""
    names: Sequence[str] | None = None

    @classmethod
    def simple(
        cls,
        x: NDArray[np.generic],
        y: NDArray[np.generic],
        classes: tuple[str, ...] | None = None,
        held_out: tuple[NDArray[np.generic], NDArray[np.generic]] | None = None,
        warnings: tuple[str, ...] = (),
        features: tuple[str, ...] = (),
        test: tuple[NDArray[np.generic], NDArray[np.generic]] | None = None,
    ) -> Raw:
        """One column on each side, x and y."""
        (x_held_out, y_held_out), (x_test, y_test) = held_out or (None, None), test or (None, None)
        inputs = {"x": RawColumn(x, x_held_out, None, features, test=x_test)}
        return cls(inputs, {"y": RawColumn(y, y_held_out, classes, test=y_test)}, warnings)


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """One named column, split: ``train`` and ``validation`` hold N × shape.

    Inputs are uint8 for images, float32 for numbers, int64 for tokens; float64 for numbers that float32 would merge,
    until their mean is taken away. `mean` and `std` come from the training part
    alone, have as many dimensions as an example and are None where nothing is normalized: the network sees
    (x - mean) / std as float32. Targets are as in `RawColumn`. ``middle`` is what filled gaps, feature by feature, None
    where there were none; ``lacks`` tells of data that is not split which values were gaps.
    """

    name: str
    train: NDArray[np.generic]
    validation: NDArray[np.generic]
    classes: tuple[str, ...] | None = None
    mean: NDArray[np.float32] | None = None
    std: NDArray[np.float32] | None = None
    features: tuple[str, ...] = ()
    middle: NDArray[np.float32] | None = None
    lacks: NDArray[np.bool_] | None = None
    missing: NDArray[np.int64] | None = None
    """How many gaps each feature had in training and in validation, 2 × features; None where there were none."""
    vocabulary: tuple[str, ...] = ()
    """The tokens by their IDs, where they are known."""
    test: NDArray[np.generic] | None = None
    """Examples that are kept apart, None where there are none."""
    numbering: Numbering | None = None
    """How the tokens got their IDs; None for those that came with some."""
    limits: tuple[NDArray[np.generic], NDArray[np.generic]] | None = None
    """The lowest and the highest value of each feature, to which those beyond were set; None where nothing was."""
    shades: bool = False
    """Whether these are targets that were images, as numbers from 0, black, to 1."""

    @property
    def every(self) -> tuple[NDArray[np.generic], ...]:
        """All parts: training, validation, and the test where there is one."""
        return self.parts if self.test is None else (*self.parts, self.test)

    @property
    def parts(self) -> tuple[NDArray[np.generic], NDArray[np.generic]]:
        """Training, then validation."""
        return self.train, self.validation

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example: images as channels × height × width, a class as ()."""
        return self.train.shape[1:]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """How examples are stored."""
        return self.train.dtype

    @property
    def span(self) -> tuple[float, float]:
        """The values that examples go through: of bytes 0 to 255, or to the largest where all are dark."""
        low = min(float(part.min()) for part in self.parts)
        high = max(float(part.max()) for part in self.parts)
        if self.dtype.name == "uint8":
            return 0.0, 255.0 if high > BRIGHT else max(high, 1.0)
        return low, high

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Examples of each class in training and validation; empty for numbers."""
        return {name: (counts[0], counts[1]) for name, counts in self.every_count.items()}

    @property
    def every_count(self) -> dict[str, tuple[int, ...]]:
        """Examples of each class in every part; empty for numbers."""
        import numpy as np

        if self.classes is None:
            return {}
        sizes = [
            np.bincount(part.ravel().astype(np.int64, copy=False), minlength=len(self.classes)) for part in self.every
        ]
        return {name: tuple(int(size[place]) for size in sizes) for place, name in enumerate(self.classes)}

    def facts(self, role: Role) -> ColumnFacts:
        """What is known of it without its numbers."""
        from studio.data.formats.streamed import is_streamed
        from studio.data.seen.spans import span_of

        if role == "target" or self.dtype.kind != "i":
            streamed, gaps = is_streamed(self.train), self.middle is not None
            exact = role == "input" and self.dtype.name == "float64"
            counts = tuple(each[0] for each in self.counts.values()) if role == "target" else ()
            span = None if streamed or counts else span_of(self.train)
            shades = self.shades or (role == "target" and self.dtype.name == "uint8" and self.classes is None)
            return ColumnFacts(
                self.name,
                self.shape,
                self.classes,
                False,
                None,
                role,
                streamed,
                gaps,
                exact,
                counts=counts,
                span=(0.0, 1.0) if shades else span,
                shades=shades,
            )
        if self.vocabulary:  # what occurs hangs on which examples are left out
            last = len(self.vocabulary) - 1
            return ColumnFacts(self.name, self.shape, None, True, (0, last), role, numbering=self.numbering)
        token_range = min(int(part.min()) for part in self.every), max(int(part.max()) for part in self.every)
        return ColumnFacts(self.name, self.shape, None, True, token_range, role)


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One part of the first input and the first target: examples `x` with targets `y`."""

    x: NDArray[np.generic]
    y: NDArray[np.generic]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Training and validation examples: the columns in use, by the id of the Input or Output that is bound to each.

    A single column that is not bound stands under "". All are split by the same rows. `own_split` tells that the data
    says itself what validation is; ``columns`` are all that could be bound, where there are more than these.
    """

    name: str
    inputs: Mapping[str, Column]
    targets: Mapping[str, Column]
    warnings: tuple[str, ...] = ()
    own_split: bool = False
    columns: tuple[ColumnFacts, ...] = ()
    rows: tuple[NDArray[np.int64], NDArray[np.int64]] | None = None
    """For the examples of both parts their rows in the data as it is read; None where it is not split."""
    found: Mapping[str, float | str] = field(default_factory=dict)
    """As in `Raw`."""
    test_rows: NDArray[np.int64] | None = None
    """Those of the examples that are kept apart, None where there are none."""
    own_test: bool = False
    """Whether the data says itself what is kept apart."""

    def are_shades(self, id: str) -> bool:
        """Whether an Output is compared with images, as numbers from black to white: as `Facts.are_shades` says it."""
        column = self.target(id)
        itself = any(column.name == own.name for own in self.inputs.values())
        return column.shades or (itself and column.classes is None and len(column.shape) == 3)

    def input(self, id: str) -> Column:
        """The column that an Input is fed with; raises `DataError`."""
        return _bound(self.name, self.inputs, id)

    def target(self, id: str) -> Column:
        """The column that an Output is compared with; raises `DataError`."""
        return _bound(self.name, self.targets, id)

    @property
    def first_input(self) -> Column:
        """The column that counts where a network has one Input."""
        return next(iter(self.inputs.values()))

    @property
    def first_target(self) -> Column:
        """The column that counts where a network has one Output; its classes keep their shares in both parts."""
        return next(iter(self.targets.values()))

    @property
    def train(self) -> Split:
        """The training part of the first input and the first target."""
        return Split(self.first_input.train, self.first_target.train)

    @property
    def validation(self) -> Split:
        """The validation part of the first input and the first target."""
        return Split(self.first_input.validation, self.first_target.validation)

    @property
    def test(self) -> Split | None:
        """What is kept apart of the first input and the first target: measured once, when a training has ended."""
        x, y = self.first_input.test, self.first_target.test
        return None if x is None or y is None else Split(x, y)

    @property
    def sizes(self) -> dict[str, int]:
        """How many examples each part has, by its name."""
        names = ("training", "validation", "test")
        return dict(zip(names, map(len, self.first_target.every), strict=False))

    @property
    def splits(self) -> tuple[Split, Split]:
        """Training, then validation."""
        return self.train, self.validation

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example of the first input."""
        return self.first_input.shape

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """How examples of the first input are stored."""
        return self.first_input.dtype

    @property
    def mean(self) -> NDArray[np.float32] | None:
        """The mean of the first input."""
        return self.first_input.mean

    @property
    def std(self) -> NDArray[np.float32] | None:
        """The standard deviation of the first input."""
        return self.first_input.std

    @property
    def features(self) -> tuple[str, ...]:
        """The names of the first input's numbers."""
        return self.first_input.features

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The classes of the first target."""
        return self.first_target.classes

    @property
    def task(self) -> Task:
        """What the first target asks for."""
        return "regression" if self.classes is None else "classification"

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of one example of the first target."""
        return self.first_target.shape

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Examples of each class of the first target."""
        return self.first_target.counts

    @property
    def size(self) -> int:
        """Bytes of memory."""
        from studio.data.formats.streamed import is_streamed

        columns = {id(column): column for column in (*self.inputs.values(), *self.targets.values())}
        parts = [part for column in columns.values() for part in column.every]
        return sum(part.kept if is_streamed(part) else part.nbytes for part in parts)

    def facts(self) -> Facts:
        """What a network must fit."""
        inputs = {id: column.facts("input") for id, column in self.inputs.items()}
        targets = {id: column.facts("target") for id, column in self.targets.items()}
        columns = self.columns or tuple(dict.fromkeys((*inputs.values(), *targets.values())))
        examples = sum(self.sizes.values())
        own_test = len(self.first_target.test) if self.own_test and self.first_target.test is not None else 0
        return Facts(
            self.name,
            inputs,
            targets,
            examples,
            examples - len(self.validation) - own_test if self.own_split else None,
            columns,
            has_test=self.test is not None,
            own_test=own_test,
        )

    def describe(self) -> str:
        """One line for people: examples, shapes, targets, memory."""
        shapes = ", ".join(f"{times(column.shape)} {column.dtype}" for column in self.inputs.values())
        targets = ", ".join(column.facts("target").target_text for column in self.targets.values())
        apart = f", {len(self.test):,} test" if self.test is not None else ""
        return (
            f"{self.name}: {len(self.train):,} training and {len(self.validation):,} validation{apart} examples of "
            f"{shapes}, {targets}, {self.size / 1e6:,.1f} MB"
        )


def _bound(name: str, columns: Mapping[str, Column], id: str) -> Column:
    column = bound(columns, id)
    if column is None:
        raise DataError(f"{name}: no column is bound to {id}. Choose one in the data settings.")
    return column
