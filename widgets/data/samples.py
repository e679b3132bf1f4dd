"""Examples as a preview sees them: which of them match a choice, and one of them as a picture or as words.

No Qt and no import of numpy at the top: a thread that loads data makes these, and the window need not wait for either.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite, prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from models.basics.text import times
from models.data.facts import PADDING
from widgets.basics.sound import below_wave, sound_sides, spectrogram

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Form = Literal["images", "points", "rows"]
MOST_COLUMNS = 500
"""Columns of a table that are shown; an example of more numbers is no table that anyone reads."""
FIGURES = 5
GROUPED_FROM = 10_000
"""Smaller numbers, such as years, read well without a comma."""
CHANNELS = (1, 3, 4)
BETWEEN = 128
"""The gray between an image and the one that it is to become."""
MASK_COLORS = ((238, 138, 51), (91, 155, 248), (123, 227, 206), (197, 131, 181), (242, 211, 91), (189, 185, 255))
"""Red, green and blue of the classes of masks behind the first, in turn."""
SMALLEST_WRITTEN, LARGEST_WRITTEN = 1e-4, 1e15
"""Numbers beyond are written with an exponent."""


class Example(NamedTuple):
    """Where one example lies: the index of its part and its row there."""

    part: int
    row: int


class Part(NamedTuple):
    """Examples ``x`` (N × shape) with targets ``y`` (N class indices, or N × numbers), such as the training part."""

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
    padding: Callable[[Example], tuple[int, int]] | None = None
    """For windows of frames (time × bins): how many frames before and behind are beyond the recording."""
    words: tuple[str, ...] = ()
    """The tokens by their IDs, where they are known."""
    aim_span: tuple[float, float] = (0.0, 1.0)
    """What is black and white in targets that are images."""
    wave: Callable[[Example], NDArray[np.floating]] | None = None
    """For windows of frames of sound: the lowest and the highest value in a few columns for each of the frames, N × 2
    from -1 to 1."""
    waits: bool = False
    """Whether a file is read for each picture."""

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example."""
        return tuple(self.parts[0].x.shape[1:])

    @property
    def form(self) -> Form:
        """How examples are best looked at."""
        shape = self.shape
        if (len(shape) == 3 and shape[0] in (1, 3, 4)) or self.padding:
            return "images"
        return "points" if shape == (2,) and self.by_class and not self.is_tokens else "rows"

    @property
    def is_tokens(self) -> bool:
        """Whether an example is a sequence of token IDs."""
        return len(self.shape) == 1 and self.parts[0].x.dtype.kind == "i"

    @property
    def noun(self) -> str:
        """What the examples are called, in the plural."""
        if self.padding:
            return "frames"
        return "sequences" if self.is_tokens else self.form

    @property
    def counted(self) -> str:
        """What is counted for each class: examples, or where an example has a class at each place, those places."""
        if self.classes is None or self.by_class:
            return self.noun
        return {"images": "pixels", "sequences": "tokens"}.get(self.noun, "targets")

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

    def among(self, examples: Sequence[Example], part: str, chosen: int | None) -> list[Example]:
        """Those of some examples that are of one part or all (""), of one class or all (None)."""
        kept = [example for example in examples if example.part < len(self.parts)]
        kept = [example for example in kept if part in ("", self.parts[example.part].name)]
        if chosen is None or not self.by_class:
            return kept
        return [example for example in kept if int(self.parts[example.part].y[example.row]) == chosen]

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
        if self.are_pairs:
            return f"image of {times(target.shape)}"
        numbers = target.reshape(-1)[:4].tolist()
        words = [self.classes[int(n)] if self.classes else number_text(n) for n in numbers]
        return ", ".join(words) + (", …" if target.size > 4 else "")

    def describe(self, example: Example) -> str:
        """An example in words: its target, part and row (from 1)."""
        return f"{self.target(example)}, {self.parts[example.part].name} example {example.row + 1:,}"

    def number(self, example: Example, column: int, written: NumberFormat) -> str:
        """One of an example's numbers as it is read: a token as its word, nothing for padding."""
        value = self.values(example)[column].item()
        if self.words and 0 <= value < len(self.words):
            return "" if self.words[value] == PADDING else self.words[value]
        return written.text(value)

    @property
    def are_masks(self) -> bool:
        """Whether the target of an image is a class for each of its pixels."""
        shape = self.shape
        return self.classes is not None and len(shape) == 3 and self.parts[0].y.shape[1:] == shape[1:]

    @property
    def are_pairs(self) -> bool:
        """Whether the target of an image is an image, too, which stands at its right."""
        y, shape = self.parts[0].y, self.shape
        return self.classes is None and y.ndim == 4 and y.shape[1] in CHANNELS and len(shape) == 3

    @property
    def sides(self) -> tuple[int, int]:
        """Height and width of a picture; of a spectrogram as it is drawn, time going to the right."""
        shape = self.shape
        if self.are_pairs:
            return shape[1], 2 * shape[2] + _gap(shape[1])
        if self.wave:
            return sound_sides(shape[1], len(self.wave(Example(0, 0))))
        return (shape[1], shape[0]) if self.padding else (shape[1], shape[2])

    def columns(self) -> list[str]:
        """The names of an example's numbers, those of a row or its places in the shape."""
        shape, count = self.shape, min(prod(self.shape), MOST_COLUMNS)
        if len(self.features) == prod(shape):
            return list(self.features[:count])
        if len(shape) < 2:
            what = "Token" if self.is_tokens else "Feature"
            return [f"{what} {index + 1}" for index in range(count)]
        return [times(_place(index, shape)).replace("×", ", ") for index in range(count)]

    def format_of(self, column: int, examples: Sequence[Example]) -> NumberFormat:
        """How the numbers of a column are written for these examples: the targets' first number for -1."""
        import numpy as np

        found = []
        for place, part in enumerate(self.parts):
            rows = [example.row for example in examples if example.part == place]
            found.append(_column(part.y if column < 0 else part.x, rows, max(column, 0)))
        return NumberFormat.of(np.concatenate(found))

    def picture(self, example: Example, side: int) -> NDArray[np.uint8]:
        """An image as H×W×C of uint8, C being 1 or 3; only every nth pixel of one much larger than `side`."""
        import numpy as np

        image = self.parts[example.part].x[example.row]
        if self.padding:
            drawn = spectrogram(image, self.span, self.padding(example))
            return below_wave(drawn, self.wave(example), self.padding(example)) if self.wave else drawn
        step = max(1, max(image.shape[1:]) // max(2 * side, 1))
        image = _bytes(image[:, ::step, ::step], self.span)
        if self.are_pairs:
            target = self.parts[example.part].y[example.row]
            step = max(1, max(target.shape[1:]) // max(2 * side, 1))
            return _beside(image, _bytes(target[:, ::step, ::step], self.aim_span))
        if self.are_masks:
            image = _beneath(image, self.parts[example.part].y[example.row][::step, ::step])
        return np.ascontiguousarray(image)


def _bytes(image: NDArray[Any], span: tuple[float, float]) -> NDArray[np.uint8]:
    """An image, channels × height × width, as H×W×C of bytes."""
    import numpy as np

    low, high = span
    image = image[: 3 if len(image) >= 3 else 1]
    if image.dtype != np.uint8 or span != (0.0, 255.0):
        scale = 255.0 / (high - low) if high > low else 0.0
        image = np.clip((image.astype(np.float32) - low) * scale, 0, 255).astype(np.uint8)
    return image.transpose(1, 2, 0)


def _gap(height: int) -> int:
    return max(1, height // 14)


def _beside(image: NDArray[np.uint8], target: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """An image with the one that it is to become at its right, both of one size, the larger one's."""
    import numpy as np

    height, width = (max(sides) for sides in zip(image.shape[:2], target.shape[:2], strict=True))
    sides = []
    for part in (image, target):
        rows, columns = (np.arange(size) * own // size for size, own in zip((height, width), part.shape, strict=False))
        part = part[rows][:, columns]
        sides.append(np.repeat(part, 3, axis=2) if part.shape[2] == 1 else part)
    between = np.full((height, _gap(height), 3), BETWEEN, np.uint8)
    return np.concatenate([sides[0], between, sides[1]], 1)


def _beneath(image: NDArray[np.uint8], mask: NDArray[Any]) -> NDArray[np.uint8]:
    """An image with the color of each pixel's class laid over it; the first class, the background, has none."""
    import numpy as np

    hues = np.array(MASK_COLORS, np.float32)
    over = hues[(mask.astype(np.int64) - 1) % len(hues)]
    plain = np.repeat(image, 3, axis=2) if image.shape[2] == 1 else image
    mixed = np.where(mask[..., None] > 0, 0.55 * plain + 0.45 * over, plain)
    return mixed.astype(np.uint8)


def _column(values: Any, rows: Sequence[int], place: int) -> NDArray[Any]:
    """One number of some examples."""
    import numpy as np

    if isinstance(values, np.ndarray):  # of others each example is made
        column: NDArray[Any] = values.reshape(len(values), -1)[rows, place] if rows else np.empty(0, values.dtype)
        return column
    return np.array([values[row].reshape(-1)[place] for row in rows], values.dtype)


def _place(index: int, shape: tuple[int, ...]) -> tuple[int, ...]:
    place: list[int] = []
    for size in reversed(shape):
        index, rest = divmod(index, size)
        place.append(rest)
    return tuple(reversed(place))


class NumberFormat(NamedTuple):
    """How the numbers of a column are written, so that their points stand beneath each other."""

    decimals: int | None
    """None for numbers too large or too small to be written out."""
    grouped: bool
    """Whether thousands are parted, which a column of years is not."""

    @classmethod
    def of(cls, values: NDArray[Any]) -> NumberFormat:
        """As many decimals as the numbers need, within `FIGURES` figures for the largest."""
        import numpy as np

        if values.dtype.kind not in "fc":
            return cls(0, bool(len(values)) and int(np.abs(values).max()) >= GROUPED_FROM)
        finite = np.abs(values[np.isfinite(values)].astype(np.float64))
        largest = float(finite.max(initial=0.0))
        if largest >= LARGEST_WRITTEN or 0 < largest < SMALLEST_WRITTEN:
            return cls(None, False)
        most = max(0, FIGURES - len(str(int(largest))))
        close = 2e-7 * max(largest, SMALLEST_WRITTEN)  # float32 holds no more
        enough = (places for places in range(most) if np.all(np.abs(np.round(finite, places) - finite) <= close))
        return cls(next(enough, most), largest >= GROUPED_FROM)

    def text(self, value: float) -> str:
        """A number as the column writes it."""
        if self.decimals is None or not isfinite(value) or 0 < abs(value) < 0.5 * 10.0**-self.decimals:
            return f"{value:.3g}"
        return f"{value:{',' if self.grouped else ''}.{self.decimals}f}"


def number_text(value: float) -> str:
    """A measured number by itself: four figures at least, without zeros at its end, as a plain number."""
    if isinstance(value, int):
        return f"{value:,}" if abs(value) >= GROUPED_FROM else str(value)
    if not isfinite(value) or not (value == 0 or SMALLEST_WRITTEN <= abs(value) < LARGEST_WRITTEN):
        return f"{value:.4g}"
    if abs(value) < 1000:
        return f"{value:.4g}"
    return f"{value:,.0f}" if abs(value) >= GROUPED_FROM else f"{value:.0f}"
