"""The facts of a data set: what a network must fit, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from models.basics.text import counted, times
from models.specs.spec import Spec, SpecProblem

Task = Literal["classification", "regression"]
Role = Literal["input", "target"]
Shape = tuple[int, ...]
Span = tuple[float, float]
Column = TypeVar("Column")
PADDING = "<padding>"
"""What the token is called that fills short texts."""


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """A named column: the ``shape`` of one example, and what its numbers mean.

    ``classes`` names the classes that targets are numbers of; None where they are numbers to predict. ``tokens`` tells
    that examples are integers, such as an Embedding takes; ``token_range`` holds the smallest and the largest of
    them. ``role`` is the side that the column suggests itself for.
    """

    name: str
    shape: Shape
    classes: tuple[str, ...] | None = None
    tokens: bool = False
    token_range: tuple[int, int] | None = None
    role: Role = "input"
    streamed: bool = False
    """Whether examples are read as they come, not kept in memory."""
    gaps: bool = False
    """Whether values are missing, and filled behind the split."""
    exact: bool = False
    """Whether float32 would merge its numbers, so that their mean is taken away before they are rounded."""
    taken: str = ""
    """What a column of a table is taken as, "" where there is no choice; one of texts that no Input takes yet has a
    ``token_range``."""
    about: str = ""
    """What was found in it, in a few words."""
    where: str = ""
    """Of a column of categories its first text with its row."""
    counts: tuple[int, ...] = field(default=(), compare=False)
    """How many training examples each class has, or of all where the split keeps the shares; () where not known."""
    span: Span | None = field(default=None, compare=False)
    """The smallest and the largest number, of some thousand examples at least; None where not known."""
    numbering: tuple[int, int] | None = field(default=None, compare=False)
    """Of tokens that get their IDs by the training part how many IDs there are at most, and how often a token must
    occur to have one."""
    shades: bool = False
    """Whether targets are images, whose bytes are compared as numbers from 0, black, to 1."""

    @property
    def target_text(self) -> str:
        """The targets in words: "10 classes", "1 number"."""
        if self.classes is not None:
            return counted(len(self.classes), "class", "classes")
        if self.shades:
            return f"images of {times(self.shape)}"
        count = times(self.shape)
        return f"{count} number{'' if count == '1' else 's'}"


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be said of a data set without loading all of it; `examples` is None where that isn't known yet.

    ``inputs`` and ``targets`` hold the columns in use, by the id of the Input or Output that is bound to each; a single
    one that is not bound stands under "". `training` counts the examples that the data itself sets aside for training,
    None where the split does; `held_out` is what is split off for validation, a share of the examples or a count from 1
    on, None where the data does that itself or it isn't known. ``columns`` are all that could be bound. `source` is the
    data set itself with the settings that were read, where it is known; `misread` says what of the document's it could
    not use.
    """

    name: str
    inputs: Mapping[str, ColumnFacts]
    targets: Mapping[str, ColumnFacts]
    examples: int | None
    training: int | None = None
    columns: tuple[ColumnFacts, ...] = ()
    held_out: float | None = None
    source: Spec | None = None
    misread: tuple[SpecProblem, ...] = ()
    has_test: bool = False
    """Whether a part is kept apart, to be measured once a training has ended."""
    own_test: int = 0
    """Examples of a test part that the data itself has, behind those of training and validation."""

    @classmethod
    def simple(
        cls,
        name: str,
        shape: Shape,
        classes: tuple[str, ...] | None,
        target_shape: Shape,
        examples: int | None,
        training: int | None = None,
        token_range: tuple[int, int] | None = None,
        *,
        streamed: bool = False,
        counts: tuple[int, ...] = (),
        spans: tuple[Span | None, Span | None] = (None, None),
        own_test: int = 0,
        shades: bool = False,
    ) -> Facts:
        """The facts of a data set with one column on each side, x and y; with a ``token_range`` x holds tokens.

        ``counts`` are those of the classes, ``spans`` those of x and of y; with
        ``shades`` targets are images.
        """
        x = ColumnFacts("x", shape, None, token_range is not None, token_range, streamed=streamed, span=spans[0])
        y = ColumnFacts("y", target_shape, classes, role="target", counts=counts, span=spans[1], shades=shades)
        return cls(name, {"": x}, {"": y}, examples, training, (x, y), own_test=own_test)

    @property
    def training_examples(self) -> int | None:
        """How many examples are for training, None where that isn't known."""
        if self.training is not None or self.examples is None or self.held_out is None:
            return self.training
        return self.examples - round(self.held_out if self.held_out >= 1 else self.examples * self.held_out)

    @property
    def test_start(self) -> int | None:
        """The row at which a test part of the data's own begins, None where there is none or it isn't known."""
        return self.examples - self.own_test if self.own_test and self.examples is not None else None

    @property
    def free_texts(self) -> tuple[ColumnFacts, ...]:
        """Columns of texts in a table that no Input is fed with."""
        return tuple(
            column
            for column in self.columns
            if column.taken and column.tokens and column.role == "input" and column.token_range is not None
        )

    def input(self, id: str) -> ColumnFacts | None:
        """The column that an Input is fed with; None where several are bound and this one is not."""
        return bound(self.inputs, id)

    def target(self, id: str) -> ColumnFacts | None:
        """The column that an Output is compared with; None where several are bound and this one is not."""
        return bound(self.targets, id)

    def are_shades(self, id: str) -> bool:
        """Whether an Output is compared with images, as numbers from black to white."""
        column = self.target(id)
        return column is not None and column.shades

    @property
    def shape(self) -> Shape:
        """The shape of one example of the first input."""
        return _first(self.inputs).shape

    @property
    def tokens(self) -> bool:
        """Whether the first input holds integers."""
        return _first(self.inputs).tokens

    @property
    def token_range(self) -> tuple[int, int] | None:
        """The smallest and the largest token of the first input."""
        return _first(self.inputs).token_range

    @property
    def classes(self) -> tuple[str, ...] | None:
        """The classes of the first target."""
        return _first(self.targets).classes

    @property
    def task(self) -> Task:
        """What the first target asks for."""
        return "regression" if self.classes is None else "classification"

    @property
    def target_shape(self) -> Shape:
        """The shape of one example of the first target."""
        return _first(self.targets).shape

    @property
    def target_text(self) -> str:
        """The first target in words: "10 classes", "1 number"."""
        return _first(self.targets).target_text


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why the data of a document cannot be read, as a sentence; `mend` holds settings with which it could be.

    `source` is the data set itself, if its settings can be read at least; `misread` are those that could not be used,
    which may be the reason.
    """

    message: str
    mend: Mapping[str, Any] = field(default_factory=dict)
    source: Spec | None = None
    misread: tuple[SpecProblem, ...] = ()


def bound(columns: Mapping[str, Column], id: str) -> Column | None:
    """The column under that id; a single column is meant whatever the id is."""
    return _first(columns) if len(columns) == 1 else columns.get(id)


def _first(columns: Mapping[str, Column]) -> Column:
    return next(iter(columns.values()))
