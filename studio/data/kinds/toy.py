"""Two-dimensional toy sets whose decision boundaries can be drawn."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from models.data import Facts
from models.specs.fields import Float, Int
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Points = tuple["NDArray[np.float64]", "NDArray[np.int64]"]

_READ = '''
def read_data():
    """Points of the plane as float32; targets as class indices."""
    generator = np.random.default_rng({seed})
    x, y = {name}(generator, {arguments})
    x += generator.normal(scale={noise}, size=x.shape)
    return x.astype(np.float32), y
'''


class Toy(Dataset, kind="toy"):
    """Base of these: a function in `_LAYOUTS` lays the points out, noise comes on top."""

    icon = "pulse"
    is_bundled = True
    names: ClassVar[tuple[str, ...]]

    samples = Int(1000, minimum=10, maximum=10_000_000, help="How many, all classes together.", unit="points")
    noise = Float(0.1, minimum=0.0, maximum=100.0, help="Standard deviation of what is added to each coordinate.")
    points_seed = Int(0, help="Another number makes other points.", advanced=True)

    def read_facts(self, base: Path | None) -> Facts:
        return Facts.simple(self.title, (2,), self.labels(), (), self.samples)

    def labels(self) -> tuple[str, ...]:
        """The names of the classes."""
        return self.names

    def arguments(self) -> tuple[int, ...]:
        """What the function is given beside the generator."""
        return (self.samples,)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        generator = np.random.default_rng(self.points_seed)
        x, y = _LAYOUTS[self.kind](generator, *self.arguments())
        x += generator.normal(scale=self.noise, size=x.shape)
        return Raw.simple(x.astype(np.float32), y, self.labels())

    def read_source(self, base: Path | None) -> str:
        from studio.data.script import function_source

        layout = _LAYOUTS[self.kind]
        arguments = ", ".join(map(str, self.arguments()))
        reading = _READ.format(seed=self.points_seed, name=layout.__name__, arguments=arguments, noise=self.noise)
        return "\n\n".join((function_source(layout), reading.strip())) + "\n"


def moons(generator: np.random.Generator, samples: int) -> Points:
    """Two half circles that reach into each other."""
    import numpy as np

    y = np.arange(samples) % 2
    angle = generator.uniform(0, np.pi, samples)
    upper = np.stack((np.cos(angle), np.sin(angle)), axis=1)
    lower = np.stack((1 - np.cos(angle), 0.5 - np.sin(angle)), axis=1)
    return np.where(y[:, None] == 0, upper, lower), y


def circles(generator: np.random.Generator, samples: int) -> Points:
    """A circle of radius 1 around one of radius 1/2."""
    import numpy as np

    y = np.arange(samples) % 2
    angle = generator.uniform(0, 2 * np.pi, samples)
    radius = np.where(y == 0, 1.0, 0.5)
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1), y


def spirals(generator: np.random.Generator, samples: int) -> Points:
    """Two arms of one and a half turns, radius 0 to 1."""
    import numpy as np

    y = np.arange(samples) % 2
    radius = np.sqrt(generator.uniform(0, 1, samples))
    angle = 3 * np.pi * radius + np.pi * y
    return np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1), y


def xor(generator: np.random.Generator, samples: int) -> Points:
    """Four squares around the origin; those across from each other are one class."""
    import numpy as np

    y = np.arange(samples) % 2
    sides = generator.choice((-1.0, 1.0), samples)
    distances = generator.uniform(0.2, 1, (samples, 2))
    return distances * np.stack((sides, np.where(y == 0, sides, -sides)), axis=1), y


def blobs(generator: np.random.Generator, samples: int, count: int) -> Points:
    """Centers on a circle of radius 1, as far from each other as can be."""
    import numpy as np

    y = generator.permutation(np.arange(samples) % count)
    angle = 2 * np.pi * y / count
    return np.stack((np.cos(angle), np.sin(angle)), axis=1), y


_LAYOUTS: dict[str, Callable[..., Points]] = {
    "moons": moons,
    "circles": circles,
    "spirals": spirals,
    "xor": xor,
    "blobs": blobs,
}


@DATASETS.register
class Moons(Toy, kind="moons"):
    """Two half moons."""

    title = "Moons"
    synonyms = ("toy", "two-dimensional", "half moons")
    help = "Two half circles in the plane that reach into each other: a line can't part them."
    names = ("upper", "lower")


@DATASETS.register
class Circles(Toy, kind="circles"):
    """A circle in a circle."""

    title = "Circles"
    synonyms = ("toy", "two-dimensional", "rings")
    help = "A small circle inside a large one in the plane."
    names = ("outer", "inner")


@DATASETS.register
class Spirals(Toy, kind="spirals"):
    """Two spiral arms."""

    title = "Spirals"
    synonyms = ("toy", "two-dimensional", "swirl")
    help = "Two arms that wind around each other in the plane: the hardest of the toys."
    names = ("first arm", "second arm")
    noise = Float(0.03, minimum=0.0, maximum=100.0, help="Standard deviation of what is added to each coordinate.")


@DATASETS.register
class Xor(Toy, kind="xor"):
    """Four squares, two classes."""

    title = "XOR"
    synonyms = ("toy", "two-dimensional", "exclusive or", "checkerboard")
    help = "Four squares around the origin, those across from each other of one class: no line parts them."
    names = ("same signs", "other signs")


@DATASETS.register
class Blobs(Toy, kind="blobs"):
    """Normal distributions around centers."""

    title = "Gaussian blobs"
    synonyms = ("toy", "two-dimensional", "clusters", "normal distribution")
    help = "A normal distribution for each class, around centers on a circle: straight lines part them."
    noise = Float(0.3, minimum=0.0, maximum=100.0, help="Standard deviation around each center.")
    blobs = Int(3, minimum=2, maximum=10, help="How many, each a class.", unit="blobs")

    def labels(self) -> tuple[str, ...]:
        return tuple(f"blob {number}" for number in range(1, self.blobs + 1))

    def arguments(self) -> tuple[int, ...]:
        return self.samples, self.blobs
