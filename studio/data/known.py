"""What can be known of a document's data before it is loaded, for the checks of `models.checks`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from models.checks.base import mends
from models.checks.example import image, row
from models.checks.finding import Finding, Mend
from models.data import Facts, Unreadable
from models.document import Document
from models.document.edits import SetSection
from models.layers.linear import Embedding, Linear
from models.layers.reshape import Flatten
from models.layers.terminals import Output
from studio.data import DATASETS, DataError, Dataset, dataset_from


def known_data(settings: Mapping[str, Any], base: Path | None) -> Facts | Unreadable:
    """The facts of the data that a document's "data" names, or why it cannot be read; paths start at ``base``.

    Reads no more than shape and classes need, but that may be files: not for the thread of a window.
    """
    dataset = None
    try:
        dataset, misread = dataset_from(settings)
        facts = dataset.facts(base)
    except DataError as error:
        return Unreadable(str(error), error.mend, dataset)
    return replace(completed(facts, dataset), misread=tuple(misread))


def completed(facts: Facts, dataset: Dataset) -> Facts:
    """The facts of a data set with all that the settings tell beside."""
    return replace(facts, held_out=dataset.validation if facts.training is None else None, source=dataset)


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
def word_data(document: Document, finding: Finding) -> Iterator[Mend]:
    """Data of word numbers that comes along and has the shape of the Input."""
    shape = document.analysis[finding.node].shape
    for kind in DATASETS.values():
        if kind.is_bundled and (facts := kind().facts()).tokens and facts.shape == shape:
            yield Mend(f"Use {kind.title.lower()}", SetSection("data", {"source": kind.kind}))
