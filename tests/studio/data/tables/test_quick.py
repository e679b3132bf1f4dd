"""Large tables read by pyarrow are those that are read in the plain way, and whatever is in doubt is read so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.data import DATASETS, DataError
from studio.data.data import Raw
from studio.data.tables import quick

pytest.importorskip("pyarrow")
HEAD = "size,age,sex,joined,kind\n"
ROWS = [
    f"{row / 7},{'' if row % 9 == 4 else row},{('f', 'm')[row % 2]},2024-01-{row % 28 + 1:02},{'ab'[row % 2]}\n"
    for row in range(60)
]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(quick, "BLOCK", 512)
    yield


def raws(folder: Path, text: str, **about: object) -> list[Raw | str]:
    """What a table holds, read plainly and quickly; an error as its sentence."""
    (folder / "a.csv").write_text(text, newline="")
    found: list[Raw | str] = []
    for least in (1 << 60, 0):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(quick, "QUICK_FROM", least)
            try:
                found.append(DATASETS["csv"](path="a.csv", **about).read_arrays(folder, None))
            except DataError as error:
                found.append(str(error))
    return found


def assert_same(plain: Raw | str, quickly: Raw | str) -> None:
    if isinstance(plain, str) or isinstance(quickly, str):
        assert plain == quickly
        return
    assert plain.warnings == quickly.warnings and plain.columns == quickly.columns
    for mine, theirs in ((plain.inputs, quickly.inputs), (plain.targets, quickly.targets)):
        for name, column in mine.items():
            np.testing.assert_array_equal(column.values, theirs[name].values, strict=True)
            assert column._replace(values=None) == theirs[name]._replace(values=None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("change", "is_quick"),
    [
        (("", ""), True), (("\n", "\r\n"), True), ((",", ";"), True), ((",", "\t"), True), (("f,", " f ,"), True),
        (("2.0,", "+2.0,"), True), (("2.0,", "1_0,"), True), (("2.0,", "inf,"), True), (("2.0,", "NAN,"), True),
        (("2.0,", "1e99,"), True), (("2.0,", '"2.0",'), True),
        (("f,", '"f, ""x""",'), False), (("f,", '"f\nx",'), True),
        (("2.0,", "oops,"), True), (("\n3.0,", "\n,,,,\n3.0,"), False), (("\n3.0,", "\n\n3.0,"), True),
        (("3.0,", "1e-400,"), True), (("3.0,", "0x1F,"), True),
        (("2.0,", "1700000001,"), True), (("2.0,14,f", "2.0,14"), False),
        (("2.0,", " ,"), True), (("8.0,", "Infinity,"), True), (("8.0,56", "8.0,5,6"), False), (("2.0,", ","), True),
    ],
)  # fmt: skip
def test_both_ways_read_the_same(tmp_path: Path, change: tuple[str, str], is_quick: bool) -> None:
    text = HEAD + "".join(ROWS)
    text = text.replace(*change) if change[0] in (",", "\n") else text.replace(*change, 1) if change[0] else text
    assert_same(*raws(tmp_path, text))
    file = DATASETS["csv"](path="a.csv")._table(tmp_path, None).file  # type: ignore[attr-defined]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(quick, "QUICK_FROM", 0)
        assert quick.suits(file)
        try:
            rows = sum(quick.blocks(file, [0, 1], [2, 3, 4], lambda block: block.rows))
        except quick.Doubt:
            rows = 0
    assert rows == (60 if is_quick else 0)


FEW = "".join(f"{row / 7},{row % 5 if row < 40 else 'ab'[row % 2]},{row * 1.5}\n" for row in range(60))


@pytest.mark.parametrize(
    ("change", "about"),
    [
        (("", ""), {}), (("", ""), {"task": "classification"}), (("", ""), {"types": {"some": "category"}}),
        (("", ""), {"target": "some"}), ((",88.5", ","), {"gaps": "drop rows"}), ((",88.5", ",NA"), {}),
        ((",88.5", ",none"), {}), ((",88.5", ",1e99"), {}), (("\n", "\r\n"), {"group": "some"}), (("1,0", "1,NA"), {}),
        (("", ""), {"time": "size"}),
    ],
)  # fmt: skip
def test_columns_that_turn_out_to_be_something_else(
    tmp_path: Path, change: tuple[str, str], about: dict[str, object]
) -> None:
    text = "size,some,much\n" + FEW
    plain, quickly = raws(tmp_path, text.replace(*change) if change[0] else text, **about)
    assert_same(plain, quickly)


def test_targets_of_numbers_are_not_kept_as_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []
    blocks = quick.blocks
    monkeypatch.setattr(quick, "QUICK_FROM", 0)
    monkeypatch.setattr(
        quick, "blocks", lambda file, numbers, *rest: seen.extend(numbers) or blocks(file, numbers, *rest)
    )
    (tmp_path / "a.csv").write_text("size,much\n" + "".join(f"{row},{row * 1.5}\n" for row in range(99)))
    raw = DATASETS["csv"](path="a.csv").read_arrays(tmp_path, None)
    assert seen == [0, 1] and raw.targets["much"].values[-1] == [98 * 1.5]


@pytest.mark.parametrize(
    ("lines", "ends"),
    [
        (b"", 0), (b"1,2", 0), (b"1,2\n3,4\n5", 8), (b'1,"a\nb"\n2,"c\nd', 8), (b'"a\nb', 0),
        (b'1,"say ""a\n"""\n2,"\n\n\n', 15),
    ],
)  # fmt: skip
def test_blocks_end_between_rows(lines: bytes, ends: int) -> None:
    assert quick._end(lines) == ends


CELLS = st.text(st.sampled_from('0123456789.,-+eE_ "\nnaNf'), max_size=6)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(CELLS, CELLS, st.sampled_from("ab")), min_size=3, max_size=12))
def test_any_cells_are_read_the_same(
    tmp_path_factory: pytest.TempPathFactory, cells: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("cells")
    assert_same(*raws(folder, "a,b,c\n" + "".join(f"{','.join(row)}\n" for row in cells), header="yes"))


def test_decimal_commas_and_headless_tables(tmp_path: Path) -> None:
    text = "".join(f"{row},5;{row * 2};{'ab'[row % 2]}\n" for row in range(50))
    assert_same(*raws(tmp_path, text))
    assert_same(*raws(tmp_path, "a;b;c\n" + text, gaps="drop rows"))


def test_other_encodings_and_spaces_are_read_plainly(tmp_path: Path) -> None:
    for text, encoding in ((HEAD + "".join(ROWS).replace("f", "ä"), "cp1252"), ("1 2 a\n3 4 b\n" * 9, "utf-8")):
        (tmp_path / "a.csv").write_text(text, encoding=encoding)
        file = DATASETS["csv"](path="a.csv")._table(tmp_path, None).file  # type: ignore[attr-defined]
        assert not quick.suits(file)


@pytest.mark.parametrize(
    "slip", ["", 'he said ""no"" and left', "a line\nbreak in a text of words", "Ein Wörtchen über alles"]
)
def test_texts_are_those_of_the_plain_way(slip: str, tmp_path: Path) -> None:
    texts = [slip if row == 55 else f"the story of number {row} is told {row % 7} times" for row in range(60)]
    rows = "".join(f'"{text}",{row / 7},{"ab"[row % 2]}\n' for row, text in enumerate(texts))
    bound = {"inputs": {"words": "review", "size": "*"}}
    plain, quickly = raws(tmp_path, f"review,size,kind\n{rows}", **bound)
    assert isinstance(plain, Raw) and plain.inputs["review"].vocabulary[:3] == ("the", "story", "of")
    assert_same(plain, quickly)
