"""Curves and sequences out of formulas: what is learned of them is known, so that one sees what a network lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from models.data import Facts
from models.specs.fields import Choice, Float, Int
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Examples = tuple["NDArray[Any]", "NDArray[Any]"]
_READ = '''
def read_data():
    """Inputs and targets, made by chance."""
    return {name}(np.random.default_rng({seed}), {arguments})
'''
SYMBOLS = 8
"""Symbols of the copy task, beside the blank and the sign to begin."""


def curve(generator: np.random.Generator, samples: int, shape: str, noise: float) -> Examples:
    """Numbers from -1 to 1 and what a curve makes of them, with noise."""
    import numpy as np

    x = generator.uniform(-1, 1, (samples, 1))
    curves = {"sine": np.sin(np.pi * x), "cubic": 2 * x**3 - x, "absolute": np.abs(x)}
    y = (curves | {"step": np.sign(x)})[shape] + generator.normal(scale=noise, size=x.shape)
    return x.astype(np.float32), y.astype(np.float32)


def sine_waves(generator: np.random.Generator, samples: int, length: int, noise: float) -> Examples:
    """One to four periods of a sine, with noise; the target is its next value."""
    import numpy as np

    periods, phase = generator.uniform(1, 4, (samples, 1)), generator.uniform(0, 1, (samples, 1))
    wave = np.sin(2 * np.pi * (periods * np.arange(length + 1) / length + phase))
    x = wave[:, :-1] + generator.normal(scale=noise, size=(samples, length))
    return x[:, :, None].astype(np.float32), wave[:, -1:].astype(np.float32)


def copying(generator: np.random.Generator, samples: int, symbols: int, delay: int) -> Examples:
    """Symbols 1 to 8, blanks (0), a sign to begin (9) and blanks again, in which to repeat."""
    import numpy as np

    shown = generator.integers(1, 9, (samples, symbols))
    x = np.zeros((samples, 2 * symbols + delay), np.int64)
    y = np.zeros_like(x)
    x[:, :symbols], x[:, symbols + delay - 1] = shown, 9
    y[:, symbols + delay :] = shown
    return x, y


def adding(generator: np.random.Generator, samples: int, length: int) -> Examples:
    """Numbers from 0 to 1, one marked in each half; the target is the sum of these two."""
    import numpy as np

    numbers, rows = generator.uniform(0, 1, (samples, length)), np.arange(samples)
    marks = np.zeros((samples, length))
    marks[rows, generator.integers(0, length // 2, samples)] = 1
    marks[rows, generator.integers(length // 2, length, samples)] = 1
    x = np.stack((numbers, marks), axis=2)
    return x.astype(np.float32), (numbers * marks).sum(1, keepdims=True).astype(np.float32)


_MAKERS: dict[str, Callable[..., Examples]] = {
    "curve": curve,
    "sine_waves": sine_waves,
    "copy_task": copying,
    "adding_task": adding,
}


class Formula(Dataset, kind="formula"):
    """Base of these: a function in `_MAKERS` makes examples of a generator, ``samples`` and the ``own`` settings."""

    icon = "pulse"
    is_bundled = True
    own: ClassVar[tuple[str, ...]]
    names: ClassVar[tuple[str, ...] | None] = None

    samples = Int(2000, minimum=10, maximum=1_000_000, help="How many.", unit="examples")
    examples_seed = Int(0, help="Another number makes other examples.", advanced=True)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        made = _MAKERS[self.kind](np.random.default_rng(self.examples_seed), **self._arguments())
        return Raw.simple(*made, self.names)

    def read_source(self, base: Path | None) -> str:
        from studio.data.script import function_source

        maker = _MAKERS[self.kind]
        arguments = ", ".join(f"{name}={value!r}" for name, value in self._arguments().items())
        reading = _READ.format(name=maker.__name__, seed=self.examples_seed, arguments=arguments)
        return "\n\n".join((function_source(maker), reading.strip())) + "\n"

    def _arguments(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("samples", *self.own)}


@DATASETS.register
class Curve(Formula, kind="curve"):
    """A number out of a number."""

    title = "Curve"
    synonyms = ("regression", "function", "noise", "toy")
    help = "A curve from -1 to 1 with noise: a number to predict from a number."
    own = ("shape", "noise")

    shape = Choice("sine", ("sine", "cubic", "absolute", "step"), help="The curve.")
    noise = Float(0.1, minimum=0.0, maximum=100.0, help="Standard deviation of what is added to each target.")

    def read_facts(self, base: Path | None) -> Facts:
        return Facts.simple(self.title, (1,), None, (1,), self.samples)


@DATASETS.register
class SineWaves(Formula, kind="sine_waves"):
    """The next value of a sine."""

    title = "Sine waves"
    synonyms = ("time series", "sequences", "forecast", "toy")
    help = "One to four periods of a sine with noise, as a sequence; the next value, without noise, is to be predicted."
    own = ("length", "noise")

    length = Int(40, minimum=2, maximum=10_000, help="Values of a sequence.", unit="values")
    noise = Float(0.1, minimum=0.0, maximum=100.0, help="Standard deviation of what is added to each value.")

    def read_facts(self, base: Path | None) -> Facts:
        return Facts.simple(self.title, (self.length, 1), None, (1,), self.samples)


@DATASETS.register
class CopyTask(Formula, kind="copy_task"):
    """Symbols to be remembered."""

    title = "Copy task"
    synonyms = ("memory", "tokens", "sequences", "recurrent", "toy")
    help = "Symbols to be repeated after a delay, a class at each place (Hochreiter and Schmidhuber 1997)."
    own = ("symbols", "delay")
    names = ("blank", *map(str, range(1, SYMBOLS + 1)))

    symbols = Int(8, minimum=1, maximum=1000, help="How many are to be remembered.", unit="symbols")
    delay = Int(20, minimum=1, maximum=10_000, help="Places from the last symbol to the first answer.", unit="places")

    def read_facts(self, base: Path | None) -> Facts:
        shape, span = (2 * self.symbols + self.delay,), (0, SYMBOLS + 1)
        return Facts.simple(self.title, shape, self.names, shape, self.samples, token_range=span)


@DATASETS.register
class AddingTask(Formula, kind="adding_task"):
    """Two numbers of a sequence to be added."""

    title = "Adding task"
    synonyms = ("memory", "sequences", "recurrent", "regression", "toy")
    help = "A sequence of numbers, two of which are marked: their sum (Hochreiter and Schmidhuber 1997)."
    own = ("length",)

    length = Int(50, minimum=2, maximum=10_000, help="Numbers of a sequence.", unit="numbers")

    def read_facts(self, base: Path | None) -> Facts:
        return Facts.simple(self.title, (self.length, 2), None, (1,), self.samples)
