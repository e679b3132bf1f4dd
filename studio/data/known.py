"""What can be known of a document's data before it is loaded, for the checks of `models.checks`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import Any

from models.data import Facts, Unreadable
from models.document.edits import SetSection
from models.findings.base import mends
from models.findings.example import image, row
from models.findings.finding import Finding, Mend
from models.findings.inside import Analyzed
from models.layers.linear import Embedding, Linear
from models.layers.reshape import Flatten
from models.layers.terminals import Output
from models.specs.spec import SpecProblem
from models.storage.consent import CONSENT, is_on_network, real_place
from studio.data import DATASETS, DataError, Dataset, dataset_from, named_paths
from studio.data.paths import resolved
from studio.data.splitting.splitting import TIME

MOST_BYTES = 64_000_000
"""Files up to this are looked at unasked."""


def known_data(settings: Mapping[str, Any], base: Path | None) -> Facts | Unreadable:
    """The facts of the data that a document's "data" names, or why it cannot be read; paths start at ``base``.

    Reads no more than shape and classes need, but that may be files: not for the thread of a window.
    """
    dataset, misread = None, list[SpecProblem]()
    try:
        dataset, misread = dataset_from(settings)
        facts = dataset.facts(base)
    except DataError as error:
        return Unreadable(str(error), error.mend, dataset, tuple(misread))
    return completed(facts, dataset, misread)


def completed(facts: Facts, dataset: Dataset, misread: Sequence[SpecProblem] = ()) -> Facts:
    """The facts of a data set with all that the settings tell beside, and what of those could not be used."""
    return replace(facts, held_out=_held_out(facts, dataset), source=dataset, misread=tuple(misread))


def _held_out(facts: Facts, dataset: Dataset) -> float | None:
    """What is not trained on, a share or a count; None where the data or a list says that, or it isn't known."""
    splitting = dataset.splitting
    if facts.training is not None or splitting.by not in ("", TIME) or dataset.test_list:
        return None
    sizes = [1 / splitting.folds if splitting.folds else splitting.size, splitting.test]
    if all(size < 1 for size in sizes):
        return min(sum(sizes), 0.999)
    if facts.examples is None:
        return None
    return max(1, sum(round(size if size >= 1 else size * facts.examples) for size in sizes))


def is_at_hand(settings: Mapping[str, Any], base: Path | None) -> bool:
    """Whether the facts may be read unasked: nothing that the user must allow first (`models.storage.consent`), from no
    other computer, no device or pipe, and no file that takes long.

    What isn't there at all is at hand: that takes no time to say.
    """
    return all(_is_quick(path, base) for path in named_paths(settings).values())


def _is_quick(path: str, base: Path | None) -> bool:
    place = resolved(path, base)
    # Told without looking: a look at another computer may take long, and tells it who asks.
    if CONSENT.missing(place, base) or is_on_network(Path(path)) or is_on_network(real_place(place)):
        return False
    try:
        found = place.stat()
    except (OSError, ValueError):
        return True
    return S_ISDIR(found.st_mode) or (S_ISREG(found.st_mode) and found.st_size <= MOST_BYTES)


_IRIS = Facts.simple("Iris", (4,), ("setosa", "virginica"), (), 150)


@mends(
    "data-words",
    example=row(
        image(64, dtype="int"),
        (Embedding, {"num_embeddings": 100, "embedding_dim": 2}),
        Flatten,
        (Linear, {"out_features": 2}),
        Output,
        data={"source": "iris"},
        known=_IRIS,
    ),
)
def word_data(part: Analyzed, finding: Finding) -> Iterator[Mend]:
    """Data of token IDs that comes along and has the shape of the Input."""
    shape = part.analysis[finding.node].shape
    for kind in DATASETS.values():
        if kind.is_bundled and (facts := kind().facts()).tokens and facts.shape == shape:
            yield Mend(f"Use {kind.title.lower()}", SetSection("data", {"source": kind.kind}))
