"""Texts as numbers of tokens: plain functions, which scripts contain word for word."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


class Numbering(NamedTuple):
    """How many IDs there are at most, padding and unknown among them, and how often a token occurs that has one."""

    size: int
    rarest: int


def text_of(path: str, encoding: str) -> tuple[str, str]:
    """The text of a file and its encoding: "auto" is UTF-8, UTF-16 where its mark comes first, or else cp1252.

    Raises `ValueError` for what is no text.
    """
    with open(path, "rb") as file:
        content = file.read()
    if encoding == "auto":
        encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            encoding = "cp1252"
            text = content.decode(encoding)
    else:
        text = content.decode(encoding)
    if re.search(r"[\x00-\x08\x0e-\x1a]", text):
        raise ValueError("binary data")
    return text.removeprefix("\ufeff").replace("\r\n", "\n"), encoding


def class_of(path: str, folder: str) -> str:
    """The name of the first folder below, "" for a text that lies in none."""
    below = os.path.relpath(path, folder).split(os.sep)
    return unicodedata.normalize("NFC", below[0]) if len(below) > 1 else ""


def tokens_of(text: str, level: str, lowercase: bool) -> list[str]:
    """Words and signs, characters, or the bytes of UTF-8 as two hexadecimal digits."""
    text = unicodedata.normalize("NFC", text)
    if lowercase:
        text = text.lower()
    if level == "words":
        return re.findall(r"\w+(?:['’]\w+)*|[^\w\s]", text)
    return list(text) if level == "characters" else text.encode().hex(" ").split()


def token_rows(
    texts: Sequence[str], length: int, level: str, lowercase: bool, at_start: bool, known: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A row of so many tokens for each text, -1 where it is shorter, and how many tokens each text has.

    Tokens are numbered as they come, in ``known``.
    """
    x = np.full((len(texts), length), -1, dtype=np.int64)
    sizes = np.zeros(len(texts), dtype=np.int64)
    for row, text in enumerate(texts):
        tokens = tokens_of(text, level, lowercase)
        numbers = [known.setdefault(token, len(known)) for token in tokens[:length]]
        first = length - len(numbers) if at_start else 0
        x[row, first : first + len(numbers)] = numbers
        sizes[row] = len(tokens)
    return x, sizes


def token_windows(
    texts: Sequence[str], length: int, level: str, lowercase: bool, known: dict[str, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Texts one behind the other in rows of so many tokens, and for each token the one that follows it."""
    parts = []
    for text in texts:
        tokens = [*tokens_of(text, level, lowercase), "<end>"]
        parts.append(np.array([known.setdefault(token, len(known)) for token in tokens], dtype=np.int64))
    stream = np.concatenate(parts)
    rows = (len(stream) - 1) // length
    return stream[: rows * length].reshape(rows, length), stream[1 : rows * length + 1].reshape(rows, length)


def token_ids(seen: NDArray[np.int64], count: int, size: int, rarest: int) -> NDArray[np.int64]:
    """The ID of each of so many tokens, by how often they are among those ``seen``: the most common is 2.

    What is rarer than ``rarest``, or finds no room in a vocabulary of that ``size``, is 1. The last one is for padding,
    -1, and is 0.
    """
    counts = np.bincount(seen[seen >= 0], minlength=count)
    order = np.argsort(-counts, kind="stable")[: max(size - 2, 0)]
    order = order[counts[order] >= rarest]
    ids = np.ones(count + 1, dtype=np.int64)
    ids[-1] = 0
    ids[order] = np.arange(2, 2 + len(order))
    return ids
