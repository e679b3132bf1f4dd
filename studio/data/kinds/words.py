"""Synthetic sentences of token IDs, for networks that begin with an Embedding."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from models.data import Facts
from models.specs.fields import Int
from studio.data.base import DATASETS, Dataset
from studio.data.data import Progress, Raw

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Sentences = tuple["NDArray[np.int64]", "NDArray[np.int64]"]

_READ = '''
def read_data():
    """Sentences as token IDs; targets as class indices."""
    return {name}(np.random.default_rng({seed}), {samples})
'''


class MadeUp(Dataset, kind="sentences"):
    """Base of these: a function in `_WRITERS` writes the sentences."""

    is_bundled = True
    length: ClassVar[int]
    words: ClassVar[int]
    names: ClassVar[tuple[str, ...]]
    tags_words: ClassVar[bool] = False

    samples = Int(2000, minimum=10, maximum=1_000_000, help="How many sentences.", unit="sentences")
    words_seed = Int(0, help="Another number makes other sentences.", advanced=True)

    def read_facts(self, base: Path | None) -> Facts:
        targets = (self.length,) if self.tags_words else ()
        span = (0, self.words - 1)
        return Facts.simple(self.title, (self.length,), self.names, targets, self.samples, token_range=span)

    def read_arrays(self, base: Path | None, progress: Progress | None) -> Raw:
        import numpy as np

        return Raw.simple(*_WRITERS[self.kind](np.random.default_rng(self.words_seed), self.samples), self.names)

    def read_source(self, base: Path | None) -> str:
        from studio.data.script import function_source

        writer = _WRITERS[self.kind]
        reading = _READ.format(name=writer.__name__, seed=self.words_seed, samples=self.samples)
        return "\n\n".join((function_source(writer), reading.strip())) + "\n"


def reviews(generator: np.random.Generator, samples: int) -> Sentences:
    """Tokens 0 to 9 are positive, 10 to 19 negative, the others neutral; the class is that of most of seven."""
    import numpy as np

    y = np.arange(samples) % 2
    x = generator.integers(20, 100, (samples, 64))
    places = generator.permuted(np.tile(np.arange(64), (samples, 1)), axis=1)[:, :7]
    agrees = np.arange(7) < generator.integers(4, 8, (samples, 1))
    positive = agrees == (y[:, None] == 1)
    np.put_along_axis(x, places, generator.integers(0, 10, (samples, 7)) + np.where(positive, 0, 10), axis=1)
    return x, y


def word_tags(generator: np.random.Generator, samples: int) -> Sentences:
    """Twelve kinds of ten words each; behind a word of an odd kind the tags are in reverse order."""
    import numpy as np

    x = generator.integers(0, 120, (samples, 32))
    kind = x // 10
    before = np.pad(kind, ((0, 0), (1, 0)))[:, :-1]
    return x, np.where(before % 2 == 0, kind, 11 - kind)


_WRITERS = {"reviews": reviews, "word_tags": word_tags}


@DATASETS.register
class Reviews(MadeUp, kind="reviews"):
    """Sentences of positive or negative sentiment."""

    title = "Reviews"
    synonyms = ("text", "tokens", "sequences", "sentiment", "sentences")
    help = "Synthetic sentences of 64 token IDs; the class is the sentiment of most of seven."
    length, words = 64, 100
    names = ("negative", "positive")


@DATASETS.register
class WordTags(MadeUp, kind="word_tags"):
    """Sentences with a tag for each word."""

    title = "Word tags"
    synonyms = ("text", "tokens", "sequences", "tagging", "sentences")
    help = "Synthetic sentences of 32 token IDs; each has one of twelve tags that depends on the word before, too."
    length, words = 32, 120
    names = tuple(f"tag {number}" for number in range(1, 13))
    tags_words = True
