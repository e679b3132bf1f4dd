"""What is noted of a run: kept in its header, read without trust, known to the list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex
from studio.runs.table.marks import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, Marks, marks_from, tags_from

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(Marks._fields), inner, max_size=4),
    max_leaves=8,
)


@given(st.builds(Marks, st.booleans(), st.lists(st.text(max_size=9), max_size=5).map(tags_from), st.text(max_size=9),
                 st.none() | st.integers(0, 35)))  # fmt: skip
def test_marks_come_back_as_they_were(marks: Marks) -> None:
    assert marks_from(marks.to_json()) == marks
    assert Marks().to_json() == {}


@given(JSON)
def test_whatever_a_header_holds_gives_marks_of_bounded_size(value: object) -> None:
    marks = marks_from(value)
    assert isinstance(marks.starred, bool) and len(marks.tags) <= MOST_TAGS and len(marks.note) <= LONGEST_NOTE
    assert all(isinstance(tag, str) and 0 < len(tag) <= LONGEST_TAG for tag in marks.tags)
    assert marks.color is None or 0 <= marks.color < 36


def test_the_list_knows_what_is_noted_and_finds_it(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "class A: ...", {"name": "one"})
    noted = Marks(True, ("keeper", "small net"), "the wide one", 4)
    with RunIndex(tmp_path) as index:
        index.refresh()
        index.mark(run.id, lambda _: noted)
        (row,) = index.runs("keeper wide")
        assert (row.starred, row.tags, row.note, row.color) == noted
        assert index.runs("absent") == []
        index.mark(run.id, lambda marks: marks._replace(starred=False, tags=()))
        assert index.runs("keeper") == []
    with RunIndex(tmp_path) as index:  # another program
        index.refresh()
        assert index.runs()[0].note == "the wide one"
    assert RunFolder.open(run.path).marks.color == 4


def test_what_is_noted_stays_with_a_new_name_and_the_other_way_round(tmp_path: Path) -> None:
    run = RunFolder.create(tmp_path, b"{}", "", {"name": "one"})
    run.mark(Marks(note="n"))
    run.rename("two")
    run.mark(run.marks._replace(starred=True))
    again = RunFolder.open(run.path)
    assert (again.name, again.marks) == ("two", Marks(True, (), "n"))


def test_noting_on_a_run_that_is_gone_says_so(tmp_path: Path) -> None:
    with RunIndex(tmp_path) as index, pytest.raises(RunError, match="There is no run"):
        index.mark("gone", lambda marks: marks)


@pytest.mark.parametrize(("words", "tags"), [([" a  b ", "a b", "", 3], ("a b",)), (["x" * 99], ("x" * 40,))])
def test_tags_are_tidy(words: list[Any], tags: tuple[str, ...]) -> None:
    assert tags_from(words) == tags
