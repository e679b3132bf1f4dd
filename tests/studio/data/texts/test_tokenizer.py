"""A tokenizer file gives texts its own tokens and IDs, in Netloom, in scripts, and for texts that are given later."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from models.data.facts import PADDING
from studio.data import DATASETS, DataError, Dataset
from studio.data.given.base import Asked, Piece, Wanted
from studio.data.given.texts import plain_text
from studio.data.tables.aligning import Own
from studio.data.texts import tokenizer as of_files
from studio.data.texts.vocabulary import UNKNOWN, words_of

tokenizers = pytest.importorskip("tokenizers")

WORDS = {"a": 0, "[PAD]": 1, "film": 2, "[UNK]": 3, "bad": 4, "good": 5, "[CLS]": 6, "very": 9}


def saved(path: Path) -> Path:
    """A tokenizer of a few words that begins each text with [CLS] and would pad and cut by itself."""
    made = tokenizers.Tokenizer(tokenizers.models.WordLevel(WORDS, unk_token="[UNK]"))
    made.pre_tokenizer = tokenizers.pre_tokenizers.Whitespace()
    made.post_processor = tokenizers.processors.TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 6)])
    made.enable_padding(pad_id=1, pad_token="[PAD]", length=50)
    made.enable_truncation(2)
    made.save(str(path))
    return path


@pytest.fixture
def texts(tmp_path: Path) -> Callable[..., Dataset]:
    saved(tmp_path / "tokenizer.json")
    for name in ("bad", "good"):
        (tmp_path / "films" / name).mkdir(parents=True)
        for number in range(10):
            text = f"a {'very ' * (number % 3)}{name} film {number}"
            (tmp_path / "films" / name / f"{number}.txt").write_text(text)
    (tmp_path / "long.txt").write_text("a very good film a bad film " * 40)

    def make(**settings: Any) -> Dataset:
        found, problems = DATASETS["text"].read(
            {"path": "films", "tokenizer": "tokenizer.json", "length": 6, **settings}
        )
        assert not problems
        return found

    return make


def agreed(dataset: Dataset, folder: Path) -> Any:
    data = dataset.load(folder)
    assert dataset.facts(folder) == data.facts()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    ours = (data.train.x, data.train.y, data.validation.x, data.validation.y)
    for mine, theirs in zip(ours, names["load_data"](), strict=False):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    return data


@pytest.mark.parametrize("padding", ["end", "start"])
def test_rows_hold_its_ids_whatever_there_is(texts: Callable[..., Dataset], tmp_path: Path, padding: str) -> None:
    data = agreed(texts(padding=padding), tmp_path)
    rows = {tuple(row) for row in np.concatenate([data.train.x, data.validation.x]).tolist()}
    assert ((6, 0, 4, 2, 3, 1) if padding == "end" else (1, 6, 0, 4, 2, 3)) in rows
    assert data.facts().token_range == (0, 9), "an Embedding fits however few of them occur"
    column = data.first_input
    assert column.vocabulary[1] == PADDING and column.vocabulary[3] == UNKNOWN and column.vocabulary[7] == ""
    words = words_of(column)
    assert words is not None and words.size == 10 and ("[CLS]", 16) in words.most_common and words.unknown[0] > 0


def test_running_text_is_parted_in_its_tokens(texts: Callable[..., Dataset], tmp_path: Path) -> None:
    data = agreed(texts(path="long.txt", task="next token"), tmp_path)
    assert data.target_shape == (6,) and data.classes is not None and data.classes[9] == "very"
    every = np.concatenate([data.train.x, data.validation.x])
    assert every.shape[1] == 6 and every.max() == 9
    with pytest.raises(DataError, match="expected more than 900 tokens in each part"):
        texts(path="long.txt", task="next token", length=900).load(tmp_path)


def test_texts_that_are_given_later_get_the_same_ids(texts: Callable[..., Dataset], tmp_path: Path) -> None:
    dataset = texts(tokenizer=str(tmp_path / "tokenizer.json"))
    (tmp_path / "new.txt").write_text("a good film")
    wanted = Wanted("input1", (6,), True, "", Own(None))
    (piece,) = plain_text(tmp_path / "new.txt", Asked(dataset, (wanted,), {}))
    assert isinstance(piece, Piece) and piece.values["input1"].tolist() == [[6, 0, 5, 2, 1, 1]]


def test_what_is_no_tokenizer_or_cannot_be_read_is_a_sentence(
    texts: Callable[..., Dataset], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, content in (("a.json", b"{}"), ("b.json", b"\xff\xfe"), ("c.json", b'{"model": 3}')):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(DataError, match=rf"{name}: expected a tokenizer\.json"):
            texts(tokenizer=name).facts(tmp_path)
    with pytest.raises(DataError, match="Expected the tokenizer at"):
        texts(tokenizer="gone.json").load(tmp_path)
    monkeypatch.setattr(of_files, "LARGEST", 9)
    with pytest.raises(DataError, match="over 134 MB"):
        texts().load(tmp_path)
    monkeypatch.setattr(of_files, "find_spec", lambda name: None)
    with pytest.raises(DataError, match=r"pip install netloom\[tokenizers\]"):
        texts().load(tmp_path)
