"""Examples as a preview sees them: which of them match a choice, and one of them as a picture or as words.

No Qt and no import of numpy at the top: a thread that loads data makes these, and the window need not wait for either.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from models.basics.text import times

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Form = Literal["images", "points", "rows"]
MOST_COLUMNS = 500
"""Columns of a table that are shown; an example of more numbers is no table that anyone reads."""


class Example(NamedTuple):
    """Where one example lies: the index of its part and its row there."""

    part: int
    row: int


class Part(NamedTuple):
    """Examples ``x`` (N × shape) with targets ``y`` (N class numbers, or N × numbers), such as the training part."""

    name: str
    x: NDArray[Any]
    y: NDArray[Any]


@dataclass(frozen=True, eq=False)
class Samples:
    """All examples by part. ``classes`` is None where the targets are numbers; ``span`` holds the values that are
    black and white in pictures; ``features`` names the numbers of an example, where they have names."""

    parts: tuple[Part, ...]
    classes: tuple[str, ...] | None
    features: tuple[str, ...] = ()
    span: tuple[float, float] = (0.0, 255.0)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return tuple(self.parts[0].x.shape[1:])

    @property
    def form(self) -> Form:
        """How examples are best looked at."""
        shape = self.shape
        if len(shape) == 3 and shape[0] in (1, 3, 4):
            return "images"
        return "points" if shape == (2,) and self.by_class else "rows"

    @property
    def by_class(self) -> bool:
        """Whether every example has one class."""
        return self.classes is not None and self.parts[0].y.ndim == 1

    def choose(self, part: str, chosen: int | None, seed: int, limit: int) -> list[Example]:
        """At most `limit` examples in random order: of one part or all (""), of one class or all (None)."""
        import numpy as np

        generator = np.random.default_rng(seed)
        groups = [self._rows(place, chosen) for place, item in enumerate(self.parts) if part in ("", item.name)]
        ends = np.cumsum([len(rows) for rows in groups])
        total = int(ends[-1])
        if not total:
            return []
        places = [place for place, item in enumerate(self.parts) if part in ("", item.name)]
        found = []
        for number in generator.choice(total, min(limit, total), replace=False).tolist():
            group = int(np.searchsorted(ends, number, side="right"))
            row = number - (int(ends[group - 1]) if group else 0)
            found.append(Example(places[group], int(groups[group][row])))
        return found

    def _rows(self, place: int, chosen: int | None) -> Sequence[int] | NDArray[np.intp]:
        import numpy as np

        y = self.parts[place].y
        return range(len(y)) if chosen is None or not self.by_class else np.flatnonzero(y == chosen)

    def values(self, example: Example) -> NDArray[Any]:
        """The numbers of an example in one line."""
        flat: NDArray[Any] = self.parts[example.part].x[example.row].reshape(-1)
        return flat

    def target(self, example: Example) -> str:
        """What is to be predicted: the name of a class, or numbers."""
        target = self.parts[example.part].y[example.row]
        if self.classes is not None and self.by_class:
            return self.classes[int(target)]
        numbers = target.reshape(-1)[:4].tolist()
        words = [self.classes[int(n)] if self.classes else number_text(n) for n in numbers]
        return ", ".join(words) + (", …" if target.size > 4 else "")

    def describe(self, example: Example) -> str:
        """An example in words: its target, part and row (from 1)."""
        return f"{self.target(example)}, {self.parts[example.part].name} example {example.row + 1:,}"

    def columns(self) -> list[str]:
        """The names of an example's numbers, those of a row or its places in the shape."""
        shape, count = self.shape, min(prod(self.shape), MOST_COLUMNS)
        if len(self.features) == prod(shape):
            return list(self.features[:count])
        if len(shape) < 2:
            return [f"Number {index + 1}" for index in range(count)]
        return [times(_place(index, shape)).replace("×", ", ") for index in range(count)]

    def picture(self, example: Example, side: int) -> NDArray[np.uint8]:
        """An image as H×W×C of uint8, C being 1 or 3; only every nth pixel of one much larger than `side`."""
        import numpy as np

        image = self.parts[example.part].x[example.row]
        step = max(1, max(image.shape[1:]) // max(2 * side, 1))
        image = image[: 3 if len(image) >= 3 else 1, ::step, ::step]
        low, high = self.span
        if image.dtype != np.uint8 or (low, high) != (0.0, 255.0):
            scale = 255.0 / (high - low) if high > low else 0.0
            image = np.clip((image.astype(np.float32) - low) * scale, 0, 255).astype(np.uint8)
        return np.ascontiguousarray(image.transpose(1, 2, 0))


def _place(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    place: list[int] = []
    for size in reversed(shape):
        index, rest = divmod(index, size)
        place.append(rest)
    return tuple(reversed(place))


def number_text(value: float) -> str:
    """A measured number for a table: at most four figures behind the zeros."""
    return f"{value:,}" if isinstance(value, int) else f"{value:.4g}"
