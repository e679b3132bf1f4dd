"""Texts for a network that was trained on such: tokens by the vocabulary that its run has kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

from studio.data.errors import DataError
from studio.data.formats.csv import Way
from studio.data.formats.tables.door import opened, place_of
from studio.data.given.base import Asked, Given, Left, Wanted, only_input, reason_of, sound_ones
from studio.data.kinds.corpus import Texts
from studio.data.texts.settings import START, tokens_for
from studio.data.texts.tokenizer import Tokenizer, encoded_rows
from studio.data.texts.tokens import text_of
from studio.data.texts.vocabulary import Vocabulary

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.base import Dataset

LARGEST = 1 << 26
PIECE = 500
OLD = "This run is from before vocabularies were kept with runs. Train it once more."


def plain_text(path: Path, asked: Asked) -> Given:
    """A file as one text."""
    dataset = cast(Texts, asked.dataset)
    try:
        if path.stat().st_size > LARGEST:
            raise ValueError("over 67 MB")
        text, _ = text_of(str(path), dataset.encoding)
    except (OSError, ValueError) as error:
        yield Left(asked.name(path), reason_of(error))
        return
    yield from texts([asked.name(path)], [text], asked)


def column_of_texts(path: Path, asked: Asked) -> Given:
    """The texts in a column of a table: the one that is named in the settings of the data, or that with the longest."""
    dataset = cast(Texts, asked.dataset)
    file = opened(path, dataset.table, Way(encoding=dataset.encoding), None)
    rows = [[cell.strip() for cell in row] for piece in file.pieces(None) for row in piece]
    if dataset.column.strip():
        at = place_of(file, dataset.column)
    else:
        at = max(range(len(file.names)), key=lambda place: sum(len(row[place]) for row in rows))
    first = file.line(0) if rows else 1
    names = [f"{asked.name(path)} row {first + number}" for number in range(len(rows))]
    yield from texts(names, [row[at] for row in rows], asked)


def texts(names: Sequence[str], found: Sequence[str], asked: Asked) -> Given:
    """Texts as the tokens that the network knows; raises `DataError` where its run has kept no vocabulary."""
    wanted, dataset = only_input(asked, "a text"), cast(Texts, asked.dataset)
    if (tokenizer := dataset.opened_tokenizer(None)) is not None:
        yield from _encoded(names, found, wanted, dataset, tokenizer)
        return
    if not wanted.vocabulary:
        raise DataError(OLD)
    (length,) = wanted.shape
    vocabulary = Vocabulary(wanted.vocabulary)
    told = length, dataset.level, dataset.lowercase, dataset.padding == START
    for start in range(0, len(found), PIECE):
        some = slice(start, start + PIECE)
        x, sizes = vocabulary.rows(found[some], told)
        yield from sound_ones(names[some], {wanted.id: x}, sizes > 0, "it has no tokens")


def typed(found: Sequence[str], wanted: Wanted, dataset: Dataset) -> NDArray[np.int64]:
    """Texts that somebody wrote for an Input that knows a vocabulary, as the tokens that it takes."""
    if isinstance(dataset, Texts):
        if (tokenizer := dataset.opened_tokenizer(None)) is not None:
            at_start = dataset.padding == START
            return encoded_rows(found, wanted.shape[0], at_start, tokenizer.encoder, tokenizer.padding)[0]
        told = wanted.shape[0], dataset.level, dataset.lowercase, dataset.padding == START
    else:
        column = (*wanted.own.features, wanted.column)[0]
        told = tokens_for(getattr(dataset, "texts", ()), column).told
    return Vocabulary(wanted.vocabulary).rows(found, told)[0]


def _encoded(names: Sequence[str], found: Sequence[str], wanted: Wanted, dataset: Texts, tokenizer: Tokenizer) -> Given:
    (length,) = wanted.shape
    for start in range(0, len(found), PIECE):
        some = slice(start, start + PIECE)
        x, sizes = encoded_rows(found[some], length, dataset.padding == START, tokenizer.encoder, tokenizer.padding)
        yield from sound_ones(names[some], {wanted.id: x}, sizes > 0, "it has no tokens")
