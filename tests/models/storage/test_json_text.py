"""JSON text from anywhere: whole where it is sound, a prefix where it is not, never more than it says."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.storage import json_text
from models.storage.json_text import DEEPEST, MOST_PARTS, TextError

PLAIN = st.none() | st.booleans() | st.integers(-(10**20), 10**20) | st.text(max_size=6)
JSON = st.recursive(
    PLAIN | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


def depth(value: Any) -> int:
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if inner is None else 1 + max(map(depth, inner), default=0)


def is_prefix(part: Any, whole: Any) -> bool:
    """Whether ``part`` is ``whole`` with entries left out at the end of any level."""
    if isinstance(part, list) and isinstance(whole, list):
        last = len(part) - 1
        return len(part) <= len(whole) and all(
            is_prefix(item, whole[place]) if place == last else item == whole[place] for place, item in enumerate(part)
        )
    if isinstance(part, dict) and isinstance(whole, dict):
        return list(part) == list(whole)[: len(part)] and is_prefix(list(part.values()), list(whole.values()))
    return bool(part == whole) and type(part) is type(whole)


@given(JSON)
def test_sound_text_is_read_as_it_is(value: Any) -> None:
    expected = json.loads(json.dumps(value))
    if any(0xD800 <= ord(letter) < 0xE000 for letter in json.dumps(value, ensure_ascii=False)):
        return
    assert json_text.loads(json.dumps(value).encode())[:2] == (expected, [])


@given(JSON.filter(lambda value: isinstance(value, list | dict)), st.floats(0, 1))
def test_text_that_is_cut_gives_a_prefix_and_says_so(value: Any, share: float) -> None:
    text = json.dumps(value)
    content = text[: math.floor(share * (len(text) - 1))]
    try:
        found, problems, _ = json_text.loads(content.encode())
    except TextError as error:
        assert str(error)
    else:
        assert is_prefix(found, value), found
        assert len(problems) == 1 and problems[0].endswith("what came after is left out.")


@given(st.binary(max_size=60) | st.text(alphabet='[]{}",:\\u0d8e1-.ntf ', max_size=60).map(str.encode))
def test_any_bytes_give_a_value_or_a_sentence(content: bytes) -> None:
    try:
        found, problems, _ = json_text.loads(content)
    except TextError as error:
        assert str(error).endswith(".") and error.found
    else:
        json.dumps(found, ensure_ascii=False).encode()
        assert depth(found) <= DEEPEST and all(problem.endswith(".") for problem in problems)


@pytest.mark.parametrize("form", ["[", '{"a":', '["x", {"b": '])
def test_levels_are_counted_before_anything_is_parsed(form: str) -> None:
    with pytest.raises(TextError, match="nested"):
        json_text.loads(form.encode() * (DEEPEST + 1))


def test_brackets_within_texts_are_no_levels() -> None:
    value = {"a": "[" * 500 + '"' + "{" * 500 + "\\"}
    assert json_text.loads(json.dumps(value).encode()).value == value


def test_the_deepest_that_is_read() -> None:
    value: Any = 1
    for _ in range(DEEPEST):
        value = [value]
    assert json_text.loads(json.dumps(value).encode()).value == value
    with pytest.raises(TextError, match=f"{DEEPEST + 1} deep, more than {DEEPEST}"):
        json_text.loads(json.dumps([value]).encode())


def test_too_many_parts_are_refused_unparsed() -> None:
    with pytest.raises(TextError, match=f"more than {MOST_PARTS:,}"):
        json_text.loads(b"[" + b"{}," * MOST_PARTS + b"{}]")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_encodings_that_editors_write(encoding: str) -> None:
    assert json_text.loads('{"é": "日本"}'.encode(encoding))[:2] == ({"é": "日本"}, [])


def test_bytes_that_are_no_text_are_replaced_in_what_looks_like_a_document() -> None:
    value, problems, _ = json_text.loads(b'{"name": "caf\xe9"}')
    assert value == {"name": "caf\ufffd"} and "at byte 13" in problems[0]
    with pytest.raises(TextError, match="binary data"):
        json_text.loads(b'\x00{"name": "caf\xe9"}')


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[NaN, Infinity, -Infinity]", ["NaN", "Infinity", "-Infinity"]),
        ("[" + "9" * 301 + "]", ["9" * 301]),
        ("[" + "9" * 300 + "]", [int("9" * 300)]),
        ('["\\ud83d\\ude00", "\\ud83d", "\\ude00x"]', ["😀", "\ufffd", "\ufffdx"]),
        ('{"\\ud800": {"b": ["\\udfff"]}}', {"\ufffd": {"b": ["\ufffd"]}}),
    ],
)
def test_what_other_programs_could_not_read_becomes_text(text: str, value: Any) -> None:
    assert json_text.loads(text.encode()).value == value


def test_names_given_twice_are_said_and_the_last_counts() -> None:
    value, problems, _ = json_text.loads(b'{"a": 1, "b": 2, "a": 3}')
    assert value == {"a": 3, "b": 2}
    assert problems == ["‘a’ is given twice, again in line 1; the last one counts."]
    many = "[" + ",".join('{"a": 1, "a": 2}' for _ in range(1_000)) + "]"
    assert len(json_text.loads(many.encode()).problems) == 20


@pytest.mark.parametrize(
    ("text", "value", "clue"),
    [
        ('{"a": [1, 2, oops], "b": 3}', {"a": [1, 2]}, "line 1, column 14"),
        ('{"a": 1}\n}', {"a": 1}, "line 2, column 1"),
        ('{"a": "unclosed', {}, ""),
        ("[1, 2\n3]", [1], "line 2, column 1"),
    ],
)
def test_what_comes_before_a_mistake_is_kept(text: str, value: Any, clue: str) -> None:
    if not value:
        with pytest.raises(TextError, match="line 1"):
            json_text.loads(text.encode())
        return
    found, problems, _ = json_text.loads(text.encode())
    assert found == value and clue in problems[0] and "what came after is left out" in problems[0]


def test_lines_are_those_of_the_values() -> None:
    text = '{"a": [\n 1, {"b":\n  [2,\n 3]}],\n "c": "]\\"{",\n "d": NaN}'
    found = json_text.lines(text, [("a",), ("a", 1), ("a", 1, "b", 1), ("c",), ("d",), ("e", 3), ("c", 0), ("a", 9)])
    assert found == {("a",): 1, ("a", 1): 2, ("a", 1, "b"): 3, ("a", 1, "b", 1): 4, ("c",): 5, ("d",): 6}


@given(JSON)
def test_every_value_is_found_in_its_line(value: Any) -> None:
    text = json.dumps({"first": 1, "value": value}, indent=1)
    found = json_text.lines(text, [("value",)])
    assert found == {("value",): 3}


def test_a_name_given_again_is_found_where_it_stands() -> None:
    text = '{"a": {"b": 1, "c": "\\"b\\":"},\n "b": 2,\n "a" : 3}'
    assert json_text.loads(text.encode()).problems == ["‘a’ is given twice, again in line 3; the last one counts."]


@given(st.text(alphabet='[]{}",\\ a\n', max_size=80), st.integers(1, 30))
def test_depth_is_found_in_slices_of_any_size(text, size):
    depth, deepest, inside, escaped = 0, 0, False, False
    for letter in text:
        if inside:
            inside = escaped or letter != '"'
            escaped = not escaped and letter == "\\"
        elif letter in '"[]{}':
            inside = letter == '"'
            depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(letter, 0)
            deepest = max(deepest, depth)
    assert json_text._depth(text, size) == deepest
