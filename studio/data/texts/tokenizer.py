"""A tokenizer file of Hugging Face's `tokenizers`: its tokens and its IDs, in place of those that texts give."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from models.data.facts import PADDING
from studio.data.errors import DataError
from studio.data.texts.vocabulary import UNKNOWN, name_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 1 << 27
"""Bytes of such a file."""
MOST_IDS = 10_000_000
_PADS = ("[PAD]", "<pad>", "<|padding|>", "<|pad|>", "<|endoftext|>", "</s>")
_UNKNOWN = ("[UNK]", "<unk>", "<|unk|>")
SOURCE = """from tokenizers import Tokenizer

TOKENIZER = Tokenizer.from_file({path})
TOKENIZER.no_padding()
TOKENIZER.no_truncation()
"""
"""What opens it in a script."""


class Tokenizer(NamedTuple):
    """What makes IDs of texts, the tokens by their IDs, and the ID that pads."""

    encoder: Any
    names: tuple[str, ...]
    padding: int


def opened_tokenizer(path: Path) -> Tokenizer:
    """The tokenizer in a file; raises `DataError`."""
    if find_spec("tokenizers") is None:
        raise DataError(f"{path.name}: reading it needs tokenizers. Run pip install netloom[tokenizers].")
    import tokenizers

    try:
        if path.stat().st_size > LARGEST:
            raise DataError(f"{path.name}: expected a tokenizer, found a file of over 134 MB. Choose another.")
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path.name}: expected a tokenizer.json, but it can't be read. Choose another.") from error
    # What the library raises is no kind of its own, so that it is left to a future to hold it.
    with ThreadPoolExecutor(1) as pool:
        reading = pool.submit(tokenizers.Tokenizer.from_str, text)
    if (fault := reading.exception()) is not None:
        raise DataError(f"{path.name}: expected a tokenizer.json, found something else ({str(fault)[:80]}).") from fault
    encoder = reading.result()
    encoder.no_padding()
    encoder.no_truncation()
    return _named(path, encoder)


def _named(path: Path, encoder: Any) -> Tokenizer:
    ids: dict[str, int] = encoder.get_vocab(with_added_tokens=True)
    if not ids or max(ids.values()) >= MOST_IDS:
        raise DataError(f"{path.name}: expected a tokenizer of some tokens, found {len(ids):,}. Choose another.")
    names = [""] * (max(ids.values()) + 1)
    for token, number in ids.items():
        names[number] = name_of(token)
    padding = next((ids[token] for token in _PADS if token in ids), 0)
    unknown = next((ids[token] for token in _UNKNOWN if token in ids), None)
    names[padding] = PADDING
    if unknown is not None:
        names[unknown] = UNKNOWN
    return Tokenizer(encoder, tuple(names), padding)


def encoded_rows(
    texts: Sequence[str], length: int, at_start: bool, encoder: Any, padding: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """A row of so many IDs for each text, and how many each text has; shorter ones are padded."""
    x = np.full((len(texts), length), padding, dtype=np.int64)
    sizes = np.zeros(len(texts), dtype=np.int64)
    for row, found in enumerate(encoder.encode_batch(list(texts))):
        numbers = found.ids[:length]
        first = length - len(numbers) if at_start else 0
        x[row, first : first + len(numbers)] = numbers
        sizes[row] = len(found.ids)
    return x, sizes


def encoded_windows(texts: Sequence[str], length: int, encoder: Any) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Texts one behind the other in rows of so many IDs, and for each of them the one that follows it."""
    stream = np.array([number for text in texts for number in encoder.encode(text).ids], dtype=np.int64)
    rows = max(len(stream) - 1, 0) // length
    x, y = stream[: rows * length], stream[1 : rows * length + 1]
    return x.reshape(rows, length), y.reshape(rows, length)
