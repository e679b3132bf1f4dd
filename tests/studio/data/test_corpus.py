"""Texts: what is read, the vocabulary of the training part, what is left out, scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import GOOD

from studio.data import Data, DataError, Dataset, dataset_from, kind_for
from studio.data.errors import ColumnMissing
from studio.data.texts.vocabulary import PADDING, UNKNOWN, words_of


def texts(folder: Path, **settings: Any) -> Dataset:
    dataset, problems = dataset_from({"source": "text", "path": ".", **settings})
    assert not problems
    return dataset


def good(folder: Path, **settings: Any) -> Dataset:
    return texts(folder, **GOOD["text"](folder) | settings)


def table(folder: Path, text: str, **settings: Any) -> Dataset:
    (folder / "a.csv").write_text(text)
    return texts(folder, path="a.csv", **settings)


def written(data: Data) -> set[str]:
    """All examples of the training part as words."""
    words = np.array(data.first_input.vocabulary)
    return {" ".join(word for word in row if word != PADDING) for row in words[data.train.x].tolist()}


def scripted(dataset: Dataset, folder: Path) -> Any:
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    return names["load_data"]()


def test_a_folder_a_class(tmp_path: Path) -> None:
    data = good(tmp_path, vocabulary=1000).load(tmp_path)
    assert data.classes == ("bad", "good") and data.shape == (8,)
    assert len(data.train) == 20 and len(data.validation) == 4
    assert any(text.startswith("a fine film , number") for text in written(data))
    assert not data.warnings or "cut" in data.warnings[0]


def test_the_vocabulary_is_that_of_the_training_part(tmp_path: Path) -> None:
    rows = "".join(f"word{row} again,{row % 2}\n" for row in range(40))
    data = table(tmp_path, f"text,kind\n{rows}").load(tmp_path)
    vocabulary = data.first_input.vocabulary
    assert vocabulary[:3] == (PADDING, UNKNOWN, "again") and len(vocabulary) == 3 + 32
    assert (data.train.x[:, :2] != 1).all() and (data.validation.x[:, 0] == 1).all()
    assert data.facts().token_range == (0, 34)
    found = words_of(data.first_input)
    assert found is not None and found.most_common[0] == ("again", 32) and found.unknown == (0.0, 0.5)


@pytest.mark.parametrize(("settings", "known"), [({"vocabulary": 4}, ["b", "a"]), ({"rarest": 20}, ["b", "a"])])
def test_a_vocabulary_is_limited_by_size_and_by_count(
    settings: dict[str, int], known: list[str], tmp_path: Path
) -> None:
    rows = "".join(f"b b a odd{row // 4},{row % 2}\n" for row in range(40))
    data = table(tmp_path, f"text,kind\n{rows}", **settings).load(tmp_path)
    assert list(data.first_input.vocabulary[2:]) == known
    assert (data.train.x[:, 3] == 1).all()


def test_a_share_of_the_training_part_keeps_the_vocabulary(tmp_path: Path) -> None:
    dataset = good(tmp_path)
    few = dataset.replace(training_share=0.2).load(tmp_path)
    assert few.first_input.vocabulary == dataset.load(tmp_path).first_input.vocabulary


def test_a_column_of_a_table_is_found_by_its_long_texts(tmp_path: Path) -> None:
    rows = "".join(f"{row},{'no' if row % 2 else 'yes'},some longer words {row % 3}\n" for row in range(20))
    data = table(tmp_path, f"id,kind,text\n{rows}").load(tmp_path)
    assert data.classes == ("no", "yes") and "some longer words 1" in written(data)


def test_a_column_beside_texts_is_refused_with_what_to_do(tmp_path: Path) -> None:
    rows = "".join(f"{row},some words {row},{'ab'[row % 2]}\n" for row in range(20))
    dataset = table(tmp_path, f"stars,text,kind\n{rows}", inputs={"words": "x", "size": "stars"})
    with pytest.raises(ColumnMissing, match=r"“stars” for size, found x\. For numbers beside texts, choose “Table”"):
        dataset.load(tmp_path)
    other, _ = dataset_from({"source": "csv", "path": "a.csv", "inputs": {"words": "text", "size": "stars"}})
    assert other.replace(types={"text": "text"}).load(tmp_path).input("words").vocabulary[2:4] == ("some", "words")


def test_numbers_can_be_predicted(tmp_path: Path) -> None:
    rows = "".join(f"words {row},{row / 8}\n" for row in range(30))
    dataset = table(tmp_path, f"text,stars\n{rows}")
    data = dataset.load(tmp_path)
    assert data.task == "regression" and data.train.y.dtype == np.float32
    np.testing.assert_array_equal(scripted(dataset, tmp_path)[1], data.train.y)


def test_rows_without_a_text_or_a_target_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"words {row},{'ab'[row % 2]}\n" for row in range(20))
    dataset = table(tmp_path, f"text,kind\n{rows},a\n  ,b\nno target,\n")
    data = dataset.load(tmp_path)
    assert len(data.train) + len(data.validation) == 20
    assert data.warnings[:2] == ("a.csv: 1 row without a target left out.", "2 empty texts left out.")
    np.testing.assert_array_equal(scripted(dataset, tmp_path)[0], data.train.x)


def test_what_is_no_text_and_what_is_not_utf_8_is_named(tmp_path: Path) -> None:
    dataset = good(tmp_path)
    (tmp_path / "bad" / "photo.txt").write_bytes(b"\x89PNG\0\0")
    (tmp_path / "good" / "old.txt").write_bytes("Crème".encode("cp1252"))
    (tmp_path / "readme.txt").write_text("About this data")
    data = dataset.load(tmp_path)
    said = " ".join(data.warnings)
    assert "2 files left out: readme.txt (in no folder of a class), bad/photo.txt (binary data)." in said
    assert "1 file not in UTF-8, read as cp1252: good/old.txt." in said
    for mine, theirs in zip((data.train.x, data.train.y), scripted(dataset, tmp_path), strict=False):
        np.testing.assert_array_equal(mine, theirs)
    said = " ".join(dataset.replace(encoding="utf-8").load(tmp_path).warnings)
    assert "5 files left out" in said and "good/old.txt (no utf-8 text: byte 0xe8 at 2)" in said


def test_folders_of_parts_are_the_parts(tmp_path: Path) -> None:
    for part in ("train", "test"):
        (tmp_path / part).mkdir()
        GOOD["text"](tmp_path / part)
    dataset = texts(tmp_path, length=8)
    data = dataset.load(tmp_path)
    assert data.own_split and len(data.train) == len(data.validation) == 24
    for mine, theirs in zip((data.train.x, data.train.y, data.validation.x), scripted(dataset, tmp_path), strict=False):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("level", ["words", "characters", "bytes"])
def test_the_next_token_is_predicted_of_running_text(level: str, tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("It was the best of times, it was the worst of times. " * 20)
    dataset = texts(tmp_path, path="novel.txt", level=level, length=6)
    data, facts = dataset.load(tmp_path), dataset.facts(tmp_path)
    assert data.target_shape == (6,) and data.classes == data.first_input.vocabulary
    np.testing.assert_array_equal(data.train.x[:, 1:], data.train.y[:, :-1])
    assert facts == data.facts() and facts.token_range == (0, len(data.classes) - 1)
    for mine, theirs in zip((data.train.x, data.train.y, data.validation.x), scripted(dataset, tmp_path), strict=False):
        np.testing.assert_array_equal(mine, theirs)


def test_texts_in_one_folder_are_running_text(tmp_path: Path) -> None:
    for number in range(3):
        (tmp_path / f"{number}.txt").write_text(f"chapter {number} " * 50)
    data = texts(tmp_path, length=5).load(tmp_path)
    assert data.target_shape == (5,) and "<end>" in (data.classes or ())
    assert kind_for(tmp_path) is type(texts(tmp_path))


def test_the_remedies_lead_on(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("just one text of some words " * 300)
    with pytest.raises(DataError) as caught:
        texts(tmp_path, task="classification").load(tmp_path)
    assert caught.value.mend == {"task": "next token"}
    assert texts(tmp_path, **caught.value.mend).load(tmp_path).target_shape == (64,)


def test_unknown_words_alone_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"{'a b' if row < 30 else f'odd{row} odder{row}'},{row % 2}\n" for row in range(40))
    found = table(tmp_path, f"text,kind\n{rows}", rarest=5).load(tmp_path).warnings
    assert found[0] == "10 texts of unknown tokens alone."
