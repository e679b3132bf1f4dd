"""Two-dimensional toy sets whose decision boundaries can be drawn."""

from __future__ import annotations

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
    x, y = {name}(generator, {samples})
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
        return Facts.simple(self.title, (2,), self.names, (), self.samples)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        generator = np.random.default_rng(self.points_seed)
        x, y = _LAYOUTS[self.kind](generator, self.samples)
        x += generator.normal(scale=self.noise, size=x.shape)
        return Raw.simple(x.astype(np.float32), y, self.names)

    def read_source(self, base: Path | None) -> str:
        from studio.data.script import function_source

        layout = _LAYOUTS[self.kind]
        reading = _READ.format(seed=self.points_seed, name=layout.__name__, samples=self.samples, noise=self.noise)
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


_LAYOUTS = {"moons": moons, "circles": circles, "spirals": spirals}


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
