"""Columns of texts beside others: found, bound, with words of the training part, as load and scripts read them."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import REVIEWS

from studio.cli.data.written import lines
from studio.data import Data, DataError, dataset_from
from studio.data.seen.look import as_json, seen
from studio.data.tables.columns import are_sentences
from studio.data.texts.settings import TOKENS, Words, tokens_for
from studio.data.texts.vocabulary import words_of

BOTH = {"how": "*", "what": "review"}
WORDS = {"kind": "words", "params": {"column": "review", "length": 6}}


def table(folder: Path, content: str = REVIEWS, **settings: Any) -> Data:
    """The data of a table, as load and script agree on it to the bit."""
    if content:
        (folder / "a.csv").write_text(content, encoding="utf-8")
    dataset, problems = dataset_from({"source": "csv", "path": "a.csv", **settings})
    assert not problems
    data = dataset.load(folder)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    found = names["load_data"]()
    for place, part in ((0, 0), (2, 1), *([(6, 2)] if data.test is not None else [])):
        for id, column in data.inputs.items():
            theirs = found[place][id] if isinstance(found[place], dict) else found[place]
            np.testing.assert_array_equal(column.every[part], theirs, strict=True)
    assert dataset.facts(folder).inputs == data.facts().inputs
    return data


def texts_of(data: Data, id: str) -> list[str]:
    """The training examples of an Input as words."""
    words = np.array(data.input(id).vocabulary)
    return [" ".join(word for word in row if word != "<padding>") for row in words[data.input(id).train]]


def test_sentences_are_found_and_said_and_numbers_go_without_them(tmp_path: Path) -> None:
    data = table(tmp_path)
    assert data.features == ("stars", "color=blue", "color=red")
    assert "a.csv: “review” holds texts. Give it an Input of its own to learn from it." in data.warnings
    text = next(column for column in data.facts().columns if column.name == "review")
    assert (text.taken, text.tokens, text.shape) == ("text", True, (64,))
    assert text.token_range is not None and data.facts().free_texts == (text,)


def test_texts_feed_an_input_of_their_own_with_a_vocabulary_of_the_training_part(tmp_path: Path) -> None:
    data = table(tmp_path, inputs=BOTH, texts=[WORDS])
    numbers, words = data.input("how"), data.input("what")
    assert numbers.features == ("stars", "color=blue", "color=red") and numbers.mean is not None
    assert words.shape == (6,) and words.dtype == np.int64 and words.mean is None and words.features == ("review",)
    assert texts_of(data, "what")[0] in ("a dull story of people ,", "a fine story of people ,")
    known = {word for text in texts_of(data, "what") for word in text.split()}
    assert set(words.vocabulary[2:]) == known, "what validation alone has is unknown"
    assert not data.facts().free_texts and data.facts().inputs["what"].token_range == (0, len(words.vocabulary) - 1)
    assert "review: 60 of 60 texts have more than 6 tokens and are cut." in data.warnings


def test_whole_texts_lack_the_numbers_of_other_rows(tmp_path: Path) -> None:
    data = table(tmp_path, inputs=BOTH)
    found = words_of(data.input("what"))
    assert found is not None and found.unknown[1] > found.unknown[0] == 0.0


@pytest.mark.parametrize(
    "more",
    [
        {"test": 0.2},
        {"targets": {"one": "kind", "two": "stars"}},
        {"targets": {"one": "kind", "two": "stars"}, "test": 10},
        {"training_share": 0.5},
        {"duplicates": "drop"},
        {"group": "color", "validation": 1},
        {"folds": 3, "fold": 1},
        {"normalize": False},
        {"inputs": {"a": "review"}},
        {"inputs": {"a": "review", "b": "review"}},
        {"inputs": {"a": "review", "b": "color"}, "types": {"color": "text"}},
        {"inputs": {"a": "review", "b": "*", "c": "color"}, "types": {"color": "text"}},
        {"resample": 3, "outliers": "clip"},
    ],
    ids=lambda more: " ".join(more),
)
def test_a_script_reads_the_same_however_it_is_parted(more: dict[str, Any], tmp_path: Path) -> None:
    table(tmp_path, **{"inputs": BOTH, "texts": [WORDS], **more})


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("more", [{}, {"padding": "start"}, {"lowercase": False}, {"vocabulary": 5}, {"rarest": 9}])
def test_each_kind_of_tokens(kind: str, more: dict[str, Any], tmp_path: Path) -> None:
    entry = {"kind": kind, "params": {"column": "review", "length": 12, **more}}
    words = table(tmp_path, inputs=BOTH, texts=[entry]).input("what")
    assert words.shape == (12,)
    assert "vocabulary" not in more or len(words.vocabulary) == 5
    token = {"words": "story", "characters": "s", "bytes": "73"}[kind]
    assert token in words.vocabulary or more.get("vocabulary")


def test_settings_for_a_column_go_before_those_for_all() -> None:
    other = {"kind": "characters", "params": {"column": "x"}, "on": False}
    field_value = table_texts([{"kind": "bytes"}, WORDS, other])
    assert tokens_for(field_value, "review").told == (6, "words", True, False)
    assert tokens_for(field_value, "x").told == (64, "bytes", True, False)
    assert tokens_for((), "x") == Words()


def table_texts(entries: list[Any]) -> Any:
    return dataset_from({"source": "csv", "texts": entries})[0].texts  # type: ignore[attr-defined]


def test_settings_are_typed_on_the_command_line(tmp_path: Path) -> None:
    dataset, _ = dataset_from({"source": "csv"})
    found = dataset.fields["texts"].parse_text("words(column=review, length=6), bytes")
    assert tokens_for(found, "review").told == (6, "words", True, False) and tokens_for(found, "x").kind == "bytes"


def test_a_table_of_texts_alone_feeds_the_only_input(tmp_path: Path) -> None:
    data = table(tmp_path, ignore="stars, color")
    assert data.first_input.features == ("review",) and data.shape == (64,) and data.mean is None
    title = "".join(f"a story by number {row},the whole story of it at length,{'ab'[row % 2]}\n" for row in range(30))
    longer = table(tmp_path, f"title,body,kind\n{title}", types={"body": "text"})
    assert longer.first_input.features == ("body",) and any("“title”" in text for text in longer.warnings)


def test_texts_with_other_columns_in_one_input_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"“review” holds texts, .* of their own\. Bind it apart from “stars”"):
        table(tmp_path, inputs={"a": "review, stars"})
    table(tmp_path, inputs={"a": "review", "b": "stars"})


def test_settings_for_what_is_no_column_are_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a column “revue”, found review, stars"):
        table(tmp_path, inputs=BOTH, texts=[{"kind": "words", "params": {"column": "revue"}}])
    with pytest.raises(DataError, match="expected the name of a column in Texts, found “1”"):
        table(tmp_path, inputs=BOTH, texts=[{"kind": "words", "params": {"column": "1"}}])


EMPTY = REVIEWS + ",3,red,a\n" * 4


def test_empty_texts_are_padding_or_their_rows_go(tmp_path: Path) -> None:
    data = table(tmp_path, EMPTY, inputs=BOTH)
    assert "a.csv: review has 4 empty texts." in data.warnings
    assert sum(int((~part.any(1)).sum()) for part in data.input("what").parts) == 4
    assert not any("unknown tokens alone" in text for text in data.warnings)
    fewer = table(tmp_path, EMPTY, inputs=BOTH, gaps="drop rows")
    assert sum(fewer.sizes.values()) == 60 and "a.csv: 4 of 64 rows have gaps and are left out." in fewer.warnings
    with pytest.raises(DataError, match="expected a text in column “review”, row 62, found a gap") as caught:
        table(tmp_path, EMPTY, inputs=BOTH, gaps="refuse")
    assert caught.value.mend == {"gaps": "fill"}


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["the flat is bright and large", "a dark room in the yard"], True),
        (["Braund, Mr. Owen Harris", "Cumings, Mrs. John Bradley", "Futrelle, Mrs. Jacques Heath"], False),
        (["12 Main Street, Springfield", "7 Rue de la Paix, Paris"], False),
        (["A-1001", "B-2002"], False),
        (["この映画はとても面白かったです", "物語が長すぎて退屈だった。残念"], True),
        (["fine film", "dull one"], False),
        ([], False),
    ],
)
def test_what_plainly_are_sentences(cells: list[str], expected: bool) -> None:
    assert are_sentences(cells) is expected


def test_few_sentences_are_categories_and_any_type_can_be_corrected(tmp_path: Path) -> None:
    answers = "".join(
        f"{('i fully agree with this', 'i do not agree at all')[row % 2]},{row % 7},{'ab'[row % 2]}\n"
        for row in range(40)
    )
    assert len(table(tmp_path, f"said,size,kind\n{answers}").features) == 3
    data = table(tmp_path, f"said,size,kind\n{answers}", types={"said": "text"}, inputs={"a": "said", "b": "*"})
    assert data.input("a").vocabulary[2] == "agree" or "agree" in data.input("a").vocabulary
    left = table(tmp_path, types={"review": "left out"})
    assert not any("text" in words for words in left.warnings) and left.shape == (3,)


def test_numbers_can_be_texts_as_well(tmp_path: Path) -> None:
    entry = {"kind": "characters", "params": {"length": 2}}
    data = table(tmp_path, inputs={"a": "stars", "b": "review"}, types={"stars": "text"}, texts=[entry])
    assert set(data.input("a").vocabulary[2:]) == set("01234")


def test_other_tables_and_no_header(tmp_path: Path) -> None:
    rows = [line.rsplit(",", 3) for line in REVIEWS.splitlines()[1:]]
    with sqlite3.connect(tmp_path / "a.db") as base:
        base.execute("create table t (review text, stars integer, color text, kind text)")
        base.executemany("insert into t values (?, ?, ?, ?)", [(a.strip('"'), b, c, d) for a, b, c, d in rows])
    base.close()
    data = table(tmp_path, "", path="a.db", inputs=BOTH, texts=[WORDS])
    same = table(tmp_path, inputs=BOTH, texts=[WORDS])
    np.testing.assert_array_equal(data.input("what").train, same.input("what").train)
    bare = table(tmp_path, REVIEWS.partition("\n")[2], header="no", inputs={"how": "2", "what": "1"})
    assert bare.input("what").vocabulary == table(tmp_path, inputs=BOTH).input("what").vocabulary


def test_it_is_seen_with_words_and_lengths(tmp_path: Path) -> None:
    found = seen(table(tmp_path, inputs=BOTH, texts=[WORDS]), "")
    assert [item.name for item in found.columns] == ["stars", "color=blue", "color=red"] and not found.unlisted
    text = "\n".join(lines(found, 100))
    assert "Vocabulary of review, 9 tokens" in text and "a (48)" in text
    (numbers, words) = as_json(found)["inputs"]
    assert numbers["vocabulary"] is None and words["lengths"] == (6, 6.0, 6) and words["vocabulary"]["size"] == 9
