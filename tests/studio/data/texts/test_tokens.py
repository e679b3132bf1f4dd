"""Files as texts, texts as tokens, tokens as IDs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data.texts.tokens import class_of, text_of, token_ids, token_rows, token_windows, tokens_of

TEXT = "Crème brûlée – 3 €\n"


@pytest.mark.parametrize(
    ("content", "encoding", "read_as"),
    [
        (TEXT.encode(), "auto", "utf-8"),
        (b"\xef\xbb\xbf" + TEXT.encode(), "auto", "utf-8"),
        (TEXT.encode("utf-16"), "auto", "utf-16"),
        (b"\xfe\xff" + TEXT.encode("utf-16-be"), "auto", "utf-16"),
        (TEXT.encode("cp1252"), "auto", "cp1252"),
        (TEXT.encode("cp1252"), "cp1252", "cp1252"),
        (TEXT.replace("\n", "\r\n").encode(), "auto", "utf-8"),
    ],
)
def test_a_text_is_the_same_in_every_encoding(content: bytes, encoding: str, read_as: str, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    assert text_of(str(tmp_path / "a.txt"), encoding) == (TEXT, read_as)


@pytest.mark.parametrize("content", [bytes(range(256)), b"\x89PNG\r\n\x1a\n\0\0", b"a\0b", TEXT.encode("utf-32")])
def test_what_is_no_text_is_refused(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(content)
    with pytest.raises(ValueError):
        text_of(str(tmp_path / "a.txt"), "auto")


@pytest.mark.parametrize(
    ("level", "lowercase", "tokens"),
    [
        ("words", True, ["don't", "stop", ",", "now", "!"]),
        ("words", False, ["Don't", "stop", ",", "Now", "!"]),
        ("characters", True, list("don't stop, now!")),
        ("bytes", False, [f"{byte:02x}" for byte in b"Don't stop, Now!"]),
    ],
)
def test_tokens_are_words_characters_or_bytes(level: str, lowercase: bool, tokens: list[str]) -> None:
    assert tokens_of("Don't stop, Now!", level, lowercase) == tokens


def test_a_letter_with_its_mark_is_one_token_in_both_forms_of_unicode() -> None:
    assert tokens_of("e\u0301", "characters", False) == tokens_of("\u00e9", "characters", False) == ["\u00e9"]


@pytest.mark.parametrize(("at_start", "row"), [(False, [0, 1, -1, -1]), (True, [-1, -1, 0, 1])])
def test_short_texts_are_padded_and_long_ones_cut(at_start: bool, row: list[int]) -> None:
    known: dict[str, int] = {}
    x, sizes = token_rows(["a b", "", "b a c a b"], 4, "words", True, at_start, known)
    assert x.tolist() == [row, [-1] * 4, [1, 0, 2, 0]]
    assert sizes.tolist() == [2, 0, 5] and list(known) == ["a", "b", "c"]


def test_each_token_of_a_window_is_followed_by_its_target() -> None:
    x, y = token_windows(["a b c", "d e f g"], 3, "words", True, {})
    assert x.tolist() == [[0, 1, 2], [3, 4, 5]] and y.tolist() == [[1, 2, 3], [4, 5, 6]]


SEEN = st.lists(st.integers(-1, 9), max_size=60)


@given(seen=SEEN, size=st.integers(3, 14), rarest=st.integers(1, 5))
def test_ids_go_by_how_common_tokens_are(seen: list[int], size: int, rarest: int) -> None:
    ids = token_ids(np.array(seen, np.int64), 10, size, rarest)
    ranked = sorted(range(10), key=lambda token: -seen.count(token))[: size - 2]
    known = [token for token in ranked if seen.count(token) >= rarest]
    assert ids[-1] == 0 and ids[known].tolist() == list(range(2, 2 + len(known)))
    assert all(ids[token] == 1 for token in range(10) if token not in known)


def test_a_class_is_the_first_folder(tmp_path: Path) -> None:
    assert class_of(str(tmp_path / "good" / "deep" / "a.txt"), str(tmp_path)) == "good"
    assert class_of(str(tmp_path / "a.txt"), str(tmp_path)) == ""
