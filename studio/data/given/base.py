"""What is given, piece by piece, and what an Input of the network takes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias, TypeVar

from models.basics.text import Shape, times
from studio.data.errors import DataError
from studio.data.tables.aligning import Own

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.base import Dataset

    Values = Mapping[str, NDArray[np.generic]]

T = TypeVar("T")

MOST_AT_ONCE = 1 << 24
"""Numbers of the examples that are read together, about."""


class Wanted(NamedTuple):
    """What an Input takes: the ``shape`` of an example, whether it is of tokens, the ``column`` that it is bound to (""
    for none), what the run kept of its numbers and tokens, and from where to where the values of its images go."""

    id: str
    shape: Shape
    tokens: bool
    column: str
    own: Own
    vocabulary: tuple[str, ...] = ()
    span: tuple[float, float] | None = None

    @property
    def is_image(self) -> bool:
        """Whether an example may be an image: one channel or three."""
        return len(self.shape) == 3 and self.shape[0] in (1, 3) and not self.tokens

    @property
    def words(self) -> str:
        """What it takes, for a sentence."""
        return f"{times(self.shape)} {'tokens' if self.tokens else 'numbers'}"


class Asked(NamedTuple):
    """Who is given something: the ``dataset`` that the network was trained with, what each Input takes, and what was
    ``found`` out when that data was read (`studio.data.data.Raw`). ``names`` are those of files in a folder, from there
    on; ``arrays`` those that were named for Inputs, by their ids."""

    dataset: Dataset
    inputs: tuple[Wanted, ...]
    found: Mapping[str, float | str]
    names: Mapping[Path, str] = {}
    arrays: Mapping[str, str] = {}

    def name(self, path: Path) -> str:
        """What a file is called."""
        return self.names.get(path, path.name)


class Piece(NamedTuple):
    """Some examples: what each is called, and the values of each Input by its id, as data holds them. For all those of
    a ``group``, which stand one behind the other, one answer is asked for: the mean over them."""

    names: Sequence[str]
    values: Values
    group: str = ""


class Left(NamedTuple):
    """An example, or a whole file, that cannot be used, and why."""

    name: str
    why: str

    def __str__(self) -> str:
        """Both, the name once."""
        return self.why if self.why.startswith(self.name) else f"{self.name}: {self.why}"


Given: TypeAlias = Iterator[Piece | Left]
Reading: TypeAlias = Callable[[Path, Asked], Given]


def only_input(asked: Asked, what: str) -> Wanted:
    """The one Input of a network; raises `DataError` where there are more, which ``what`` cannot feed."""
    if len(asked.inputs) == 1:
        return asked.inputs[0]
    raise too_few(asked, what)


def too_few(asked: Asked, what: str) -> DataError:
    """For what cannot feed several Inputs."""
    names = ", ".join(wanted.id for wanted in asked.inputs)
    by_rows = all(wanted.own.features or wanted.is_image for wanted in asked.inputs)
    use = "a table with a header, or .npz with an array for each" if by_rows else ".npz with an array for each"
    ids = "" if by_rows or not any(wanted.tokens for wanted in asked.inputs) else "; texts as token IDs"
    return DataError(f"The network has several Inputs ({names[:60]}), which {what} cannot feed. Use {use}{ids}.")


def at_once(wanted: Wanted, most: int = 4096) -> int:
    """How many examples of an Input are read together."""
    size = 1
    for length in wanted.shape:
        size *= length
    return max(1, min(most, MOST_AT_ONCE // max(size, 1)))


def gathered(found: Iterable[tuple[str, T] | Left], stack: Callable[[list[T]], Values], most: int) -> Given:
    """Examples that come one by one, ``most`` of them together; what is left out stays in its place among them."""
    names: list[str] = []
    values: list[T] = []
    for item in found:
        if not isinstance(item, Left):
            names.append(item[0])
            values.append(item[1])
        if names and (isinstance(item, Left) or len(names) >= most):
            yield Piece(names, stack(values))
            names, values = [], []
        if isinstance(item, Left):
            yield item
    if names:
        yield Piece(names, stack(values))


def sound_ones(names: Sequence[str], values: Values, sound: NDArray[np.bool_], why: str) -> Given:
    """The examples that are sound, in pieces; each other one is left out in its place, for one reason."""
    place = 0
    for is_sound, run in groupby(sound.tolist()):
        some = slice(place, place + len(list(run)))
        if is_sound:
            yield Piece(names[some], {id: found[some] for id, found in values.items()})
        else:
            yield from (Left(name, why) for name in names[some])
        place = some.stop


def reason_of(error: Exception) -> str:
    """Why something cannot be read, in a few words."""
    text: Any = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text)[:160]
