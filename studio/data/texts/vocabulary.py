"""The vocabulary: which tokens of the training part have an ID of their own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.basics.text import counted
from models.data.facts import PADDING
from studio.data.data import Column, Raw, RawColumn
from studio.data.texts.tokens import Numbering, token_ids, token_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

UNKNOWN = "<unknown>"
MOST_SHOWN = 20


class Words(NamedTuple):
    """A vocabulary in short: its size, the most common tokens with their counts in the training part, and the shares of
    unknown ones among the tokens of the training and the validation part."""

    size: int
    most_common: list[tuple[str, int]]
    unknown: tuple[float, float]


def numbered(raw: Raw, training: NDArray[np.int64] | None) -> Raw:
    """What was read, with IDs by the tokens of the ``training`` rows; None keeps every token, for a network that is
    trained already."""
    inputs, targets, warnings = dict(raw.inputs), dict(raw.targets), [*raw.warnings]
    for name, column in raw.inputs.items():
        if column.numbering is None:
            continue
        ids, names = _ids(column, column.numbering, training)
        inputs[name] = column.with_parts([ids[part] for part in column.parts])._replace(vocabulary=names)
        parts: list[Any] = inputs[name].parts
        nothing = sum(int(((part < 2).all(1) & (part == 1).any(1)).sum()) for part in parts)
        warnings += [f"{counted(nothing, 'text')} of unknown tokens alone."] if nothing else []
        for following in [place for place, target in raw.targets.items() if target.vocabulary]:
            target = raw.targets[following].with_parts([ids[part] for part in raw.targets[following].parts])
            targets[following] = target._replace(classes=names, vocabulary=names)
    return raw._replace(inputs=inputs, targets=targets, warnings=tuple(warnings))


def _ids(
    column: RawColumn, how: Numbering, training: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The ID of each token of a column, with 0 for padding at the end, and the tokens by their IDs."""
    values: Any = column.values
    if training is None:
        how = Numbering(len(column.vocabulary) + 2, 0)
    ids = token_ids(values if training is None else values[training], len(column.vocabulary), *how)
    order = np.argsort(ids[:-1], kind="stable")
    known = order[ids[order] > 1].tolist()
    return ids, (PADDING, UNKNOWN, *(name_of(column.vocabulary[number]) for number in known))


def in_vocabulary(column: Column, own: Sequence[str]) -> Column:
    """A column of tokens with the IDs that they have in another vocabulary; what is not in it is unknown."""
    ids = {token: number for number, token in reversed(list(enumerate(own)))}
    unknown = own.index(UNKNOWN) if UNKNOWN in own else 0  # a tokenizer of bytes knows all
    numbers = np.array([ids.get(token, unknown) for token in column.vocabulary], dtype=np.int64)
    train, validation = (numbers[part.astype(np.int64)] for part in column.parts)
    classes = tuple(own) if column.classes is not None else None
    return replace(column, train=train, validation=validation, vocabulary=tuple(own), classes=classes)


class Vocabulary:
    """Tokens with the IDs that a network knows them by."""

    def __init__(self, own: Sequence[str]) -> None:
        self._ids = {token: number for number, token in reversed(list(enumerate(own)))}
        self._unknown = own.index(UNKNOWN)

    def rows(
        self, texts: Sequence[str], told: tuple[int, str, bool, bool]
    ) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """A row of IDs for each text, as `token_rows` is ``told``, and how many tokens each has."""
        known: dict[str, int] = {}
        x, sizes = token_rows(texts, *told, known)
        numbers = np.array([*(self._ids.get(name_of(token), self._unknown) for token in known), 0], dtype=np.int64)
        return numbers[x], sizes


def words_of(column: Column) -> Words | None:
    """What is told of a column's vocabulary; None where it has none."""
    if not column.vocabulary:
        return None
    names = column.vocabulary
    counts = [np.bincount(part.ravel().astype(np.int64), minlength=len(names)) for part in column.parts]
    padding, unknown = (names.index(name) if name in names else None for name in (PADDING, UNKNOWN))
    for part in counts if padding is not None else ():
        part[padding] = 0
    shares = [float(part[unknown] / max(1, part.sum())) if unknown is not None else 0.0 for part in counts]
    known = [place for place in np.argsort(-counts[0], kind="stable").tolist() if place not in (padding, unknown)]
    common = [(names[place], int(counts[0][place])) for place in known[:MOST_SHOWN] if counts[0][place]]
    return Words(len(column.vocabulary), common, (shares[0], shares[1]))


def name_of(token: str) -> str:
    """A token as it is shown: a blank as ␣, line breaks and the like as they are written in code."""
    return "␣" if token == " " else token if token.isprintable() else repr(token)[1:-1]
