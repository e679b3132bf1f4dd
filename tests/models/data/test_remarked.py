"""The data note of a document: put in, taken out, read without trust, written."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.compare.comparing import compare
from models.data.remarked import (
    LONGEST,
    SECTION,
    Remarked,
    as_csv,
    as_markdown,
    remarked,
    with_remark,
    without_remark,
)
from models.document import Document
from models.document.edits import SetSection
from models.storage import files

ITEMS = st.builds(Remarked, st.integers(0, 10**9), st.text(max_size=9), st.text(max_size=30))


@given(items=st.lists(ITEMS, max_size=9))
def test_a_note_holds_one_remark_a_sample_in_the_order_of_rows(items: list[Remarked]) -> None:
    section: dict[str, object] = {}
    for item in items:
        section = with_remark(section, item)
    expected = {item.row: item for item in items}
    assert remarked(section) == [expected[row] for row in sorted(expected)]
    assert [int(key) for key in section] == sorted(expected)
    for row in expected:
        section = without_remark(section, row)
    assert section == {} and without_remark(section, 3) == {}


@pytest.mark.parametrize(
    "wrong",
    [{"x": {"text": "a"}}, {"-1": {"text": "a"}}, {"1": "a"}, {"1": {"text": 3}}, {"1": {"label": None, "text": ""}},
     {"9" * 14: {"text": "a"}}, {"²": {"text": "a"}}, {"1": []}],
)  # fmt: skip
def test_what_is_no_remark_is_passed_over(wrong: dict[str, object]) -> None:
    assert remarked({**wrong, "7": {"text": "cut off"}}) == [Remarked(7, "", "cut off")]


def test_long_remarks_are_cut() -> None:
    assert len(remarked(with_remark({}, Remarked(1, "a", "x" * 9_999)))[0].text) == LONGEST


def test_it_is_part_of_the_document_undoable_and_compared() -> None:
    document = Document()
    before, _ = files.from_json(files.to_json(document))
    document.apply(SetSection(SECTION, with_remark({}, Remarked(17, "8", "looks like a 3"))))
    again, problems = files.from_json(files.to_json(document))
    assert not problems and remarked(again.content.section(SECTION)) == [Remarked(17, "8", "looks like a 3")]
    (difference,) = compare(before, again).differences
    assert (difference.part, difference.name) == (SECTION, "17")
    document.undo()
    assert SECTION not in files.to_json(document)


def test_it_is_written_as_a_table() -> None:
    items = [Remarked(3, "ham, or not", 'he said "spam"'), Remarked(17, "8", "a | b\nc")]
    assert list(csv.reader(io.StringIO(as_csv(items)))) == [
        ["row", "label", "note"], ["3", "ham, or not", 'he said "spam"'], ["17", "8", "a | b\nc"],
    ]  # fmt: skip
    lines = as_markdown(items, "mail.csv").splitlines()
    assert lines[0] == "# Data note: mail.csv"
    assert lines[-2:] == ['| 3 | ham, or not | he said "spam" |', "| 17 | 8 | a \\| b c |"]
