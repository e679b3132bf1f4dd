from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.sources.syntax.text import Overlap, Splice, Text, shape, targets_of

LETTERS = st.text(alphabet="aé漢𝄞\n ", max_size=40)


@given(LETTERS, st.data())
def test_bytes_outside_of_splices_stay(text: str, data: st.DataObject) -> None:
    places = [0]
    for letter in text:
        places.append(places[-1] + len(letter.encode()))
    ends = sorted(data.draw(st.lists(st.sampled_from(places), max_size=6, unique=True)))
    splices = [Splice(one, other, "<ü>") for one, other in zip(ends[::2], ends[1::2], strict=False)]
    expected, at = b"", 0
    for splice in splices:
        expected += text.encode()[at : splice.start] + "<ü>".encode()
        at = splice.end
    assert Text(text).spliced(reversed(splices)) == (expected + text.encode()[at:]).decode()


def test_splices_that_overlap_are_a_mistake() -> None:
    with pytest.raises(Overlap):
        Text("abcdef").spliced([Splice(0, 3, ""), Splice(2, 4, "")])


@given(st.lists(st.text(alphabet="é漢a", max_size=6), min_size=1, max_size=6))
def test_parts_of_a_tree_are_found_behind_any_letters(names: list[str]) -> None:
    source = "\n".join(f"x = ['{name}', {place}]  # {name}" for place, name in enumerate(names))
    text = Text(source)
    for place, statement in enumerate(ast.parse(source).body):
        assert isinstance(statement, ast.Assign) and isinstance(statement.value, ast.List)
        assert text.of(statement.value.elts[1]) == str(place)
        assert text.of(statement) == f"x = ['{names[place]}', {place}]"
        row = text.bytes[text.line_start(place + 1) : text.line_start(place + 2)].decode()
        assert row.rstrip("\n") == source.split("\n")[place]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = f( a,\n b )", "x = f(a, b)", True),
        ("_a = 1\nx = _a + _a", "_b = 1\nx = _b + _b", True),
        ("_a = 1\n_b = 2\nx = _a + _b", "_b = 1\n_a = 2\nx = _a + _b", False),
        ("x = f([a, b])", "x = f((a, b))", True),
        ("x = f(a, b)", "x = f(b, a)", False),
        ("x = 1", "y = 1", False),
        ("x = 1.0", "x = 1", False),
    ],
)
def test_statements_are_compared_by_what_they_say(one: str, other: str, same: bool) -> None:
    assert (shape(ast.parse(one).body) == shape(ast.parse(other).body)) is same


@pytest.mark.parametrize(
    ("source", "names"),
    [("x = f()", ["x"]), ("x, _ = f()", ["x", "_"]), ("a, (b, c) = f()", ["a", "b", "c"]), ("x += 1", ["x"])],
)
def test_variables_that_get_values(source: str, names: list[str]) -> None:
    assert targets_of(ast.parse(source).body[0]) == names
