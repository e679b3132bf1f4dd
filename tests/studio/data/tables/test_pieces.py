"""Blocks of rows as numbers: measured many columns at once, each as if it were alone; and files cut without copies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.data import DATASETS, DataError
from studio.data.data import RawColumn
from studio.data.formats.csv import LONGEST_ROW
from studio.data.splitting.parting import cut
from studio.data.splitting.splitting import Rows
from studio.data.tables import quick
from studio.data.tables.cells import coded
from studio.data.tables.pieces import Block, Growing, Numbers, joined, numbers_of, piece_of

VALUES = st.sampled_from([0.0, 1.0, -3.0, 0.5, 1e300, float("nan")])
CUT = "a,b\n1,2\n3,4\n5,6"


def assert_measured(found: Numbers, columns: dict[int, np.ndarray]) -> None:
    """What is told of each column is what it tells when it is looked at alone."""
    assert [*found.at] == [*columns]
    for column, values in columns.items():
        row, there = found.at[column], values[~np.isnan(values)]
        np.testing.assert_array_equal(found.of(column), values)
        assert found.lacking[row] == len(values) - len(there)
        assert found.least[row] == (there.min() if len(there) else np.inf)
        assert found.most[row] == (there.max() if len(there) else -np.inf)
        assert found.whole[row] == all(value.is_integer() for value in there.tolist())


@given(st.integers(1, 90).flatmap(lambda rows: st.lists(st.lists(VALUES, min_size=rows, max_size=rows), max_size=4)))
def test_columns_are_measured_together_as_each_alone(lists: list[list[float]]) -> None:
    columns = {3 * place: np.array(values) for place, values in enumerate(lists)}
    found = joined(columns, len(lists[0]) if lists else 7)
    assert found.values.shape == (len(columns), len(lists[0]) if lists else 7)
    assert_measured(found, columns)
    some = dict(reversed(columns.items()))
    assert_measured(found.only([*some]), some)
    more = {column + 1: values for column, values in columns.items()}
    assert_measured(found.above(joined(more, found.values.shape[1])), {**columns, **more})


def test_a_fraction_far_behind_the_first_rows_is_seen() -> None:
    values = np.zeros((2, 5_000))
    values[1, -1] = 0.25
    assert numbers_of([0, 1], values).whole.tolist() == [True, False]


def test_what_is_chosen_whole_is_not_copied() -> None:
    found = numbers_of([4, 7], np.arange(6.0).reshape(2, 3))
    assert found.only([4, 7]) is found
    assert found.only([7]).values.tolist() == [[3.0, 4.0, 5.0]]


def test_a_piece_has_numbers_and_texts_side_by_side_in_the_order_asked_for() -> None:
    texts = {1: coded(["7", "no", "1e99"]), 5: coded(["x", "y", "x"])}
    block = Block(joined({0: np.array([1.0, 2.0, 3.0]), 9: np.array([9.0, 9.0, 9.0])}, 3), texts, 3)
    piece = piece_of(block, [1, 0], ".", np.float32)
    np.testing.assert_array_equal(piece.values, np.array([[7, 1], [np.nan, 2], [0, 3]], np.float32), strict=True)
    assert piece.values.flags.c_contiguous and piece.parsed == {1: [7.0, None, 1e99]}
    assert piece.measured.lacking.tolist() == [1, 0] and piece.measured.most.tolist() == [7.0, 3.0]
    growing = Growing(2, np.float32)
    growing.add(piece.values, expected=100)
    growing.add(piece.values)
    assert growing.taken().shape == (6, 2)


@pytest.mark.parametrize("size", [4, 5, 7, 8, 11, 16, 64])
@pytest.mark.parametrize("end", ["", "\n", "\n\n \n"])
def test_blocks_are_the_file_without_a_byte_lost_or_read_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, size: int, end: str
) -> None:
    monkeypatch.setattr(quick, "BLOCK", size)
    (tmp_path / "a.csv").write_text(CUT + end, newline="")
    with open(tmp_path / "a.csv", "rb") as content:
        found = [*quick._lines(content)]
    assert b"".join(bytes(lines.content) for lines in found).decode().strip() == CUT
    assert [lines.is_first for lines in found] == [True] + [False] * (len(found) - 1)
    assert all(bytes(lines.content).endswith(b"\n") for lines in found[:-1])


def test_a_row_longer_than_a_block_is_read_whole_and_an_endless_one_is_doubted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quick, "BLOCK", 64)
    long = f"{'1' * 300},2\n"
    (tmp_path / "a.csv").write_text("a,b\n" + long + "3,4\n")
    with open(tmp_path / "a.csv", "rb") as content:
        assert "".join(bytes(lines.content).decode() for lines in quick._lines(content)) == "a,b\n" + long + "3,4\n"
    (tmp_path / "a.csv").write_bytes(b"1" * (4 * LONGEST_ROW))
    with open(tmp_path / "a.csv", "rb") as content, pytest.raises(quick.Doubt):
        [*quick._lines(content)]


@pytest.mark.parametrize("gap", ["", "NA", "nan", "-", "NAN"])
def test_gaps_of_every_spelling_are_found_wherever_they_come_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gap: str
) -> None:
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(quick, "BLOCK", 256)
    rows = [f"{row}.5,{gap if row in (50, 70) else row / 2},{'ab'[row % 2]}\n" for row in range(90)]
    (tmp_path / "a.csv").write_text("size,some,kind\n" + "".join(rows))
    found = []
    for least in (0, 1 << 60):
        monkeypatch.setattr(quick, "QUICK_FROM", least)
        data = DATASETS["csv"](path="a.csv", types=[("some", "number")])
        try:
            raw = data.read_arrays(tmp_path, None)
            found.append((raw.inputs["*"].values.tolist(), raw.warnings))
        except DataError as error:
            found.append(str(error))
    np.testing.assert_equal(found[0], found[1])


def test_rows_are_taken_of_arrays_and_of_what_is_streamed(tmp_path: Path) -> None:
    x = np.arange(40, dtype=np.float32).reshape(20, 2)
    np.save(tmp_path / "x.npy", x)
    rows = Rows(np.arange(0, 20, 2), np.arange(1, 20, 2), np.arange(0))
    for values in (x, np.load(tmp_path / "x.npy", mmap_mode="r")):
        column = cut("x", RawColumn(values), rows)
        np.testing.assert_array_equal(column.train, x[::2], strict=True)
        np.testing.assert_array_equal(column.validation, x[1::2])
    own = cut("x", RawColumn(x.copy(), own=True), rows)
    np.testing.assert_array_equal(own.train, x[::2], strict=True)


@pytest.mark.parametrize(("threads", "times"), [(1, 4), (2, 2), (4, 1), (16, 1)])
def test_as_much_lies_in_memory_at_once_whether_few_threads_read_or_some(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, threads: int, times: int
) -> None:
    monkeypatch.setattr(quick, "BLOCK", 100)
    monkeypatch.setattr(quick, "workers", lambda: threads)
    (tmp_path / "a.csv").write_text("1,2,3,4\n" * 200)
    with open(tmp_path / "a.csv", "rb") as content:
        sizes = [len(lines.content) for lines in quick._lines(content)]
    assert set(sizes[:-1]) == {100 * times // 8 * 8} and sum(sizes) == 1_600
