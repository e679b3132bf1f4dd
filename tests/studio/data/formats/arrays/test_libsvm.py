"""LibSVM's files as arrays: places from 0 or 1, groups, several labels, remarks, numbers to predict, and odd lines."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from agreed_arrays import read

from studio.data import DATASETS, DataError, kind_for
from studio.data.formats.arrays import libsvm
from studio.data.formats.arrays.door import array_names, header
from studio.data.formats.arrays.libsvm import is_libsvm, libsvm_line
from studio.data.formats.npy import Place
from studio.data.given.base import Asked, Piece, Wanted
from studio.data.given.files import given
from studio.data.tables.aligning import Own

ROWS = 40


def written(folder: Path, text: str, name: str = "a.libsvm") -> Path:
    (folder / name).write_text(text)
    return folder / name


def lines(first: int = 1, label: str = "{sign}1", more: str = "") -> str:
    return "".join(
        f"{label.format(sign='+-'[row % 2], row=row)}{more.format(row // 4)} {first}:{row}.5 {first + 2}:-{row}e-1\n"
        for row in range(ROWS)
    )


@pytest.mark.parametrize("first", [0, 1])
def test_places_begin_where_the_file_begins_them(first: int, tmp_path: Path) -> None:
    path = written(tmp_path, "# a remark\n\n" + lines(first).replace("\n", " # 3:9 is none\n", 1))
    assert kind_for(path) is DATASETS["numpy"] and array_names(path) == ["x", "y"]
    data = read(path)
    assert data.classes == ("-1", "1") and data.shape == (3,)
    assert data.rows is not None
    row = int(np.flatnonzero(data.rows[0] == 20)[0]) if 20 in data.rows[0] else 0
    number = int(data.rows[0][row])
    np.testing.assert_allclose(data.train.x[row], [number + 0.5, 0, -number / 10], rtol=1e-6)


@pytest.mark.parametrize(("label", "classes"), [("{row}.25", None), ("{row}", 40), ("2.0", None)])
def test_labels_are_classes_if_they_are_integers(label: str, classes: int | None, tmp_path: Path) -> None:
    text = lines(label=label)
    if label == "2.0":
        text = text.replace("2.0 ", "3.0 ", 20)
    found = header(Place(written(tmp_path, text), "y"))
    assert found[1].kind == ("f" if label == "{row}.25" else "i")
    if label == "{row}.25":
        assert read(tmp_path / "a.libsvm").task == "regression"


def test_groups_stay_together(tmp_path: Path) -> None:
    path = written(tmp_path, lines(more=" qid:{0}"))
    assert array_names(path) == ["x", "y", "qid"]
    data = read(path, group="qid")
    assert data.rows is not None
    assert not {row // 4 for row in data.rows[0].tolist()} & {row // 4 for row in data.rows[1].tolist()}


def test_several_labels_are_columns_of_yes_and_no(tmp_path: Path) -> None:
    text = "".join(f"{('1,3', '2', '1,2,7', '')[row % 4]} 1:{row} 2:1\n" for row in range(ROWS))
    data = read(written(tmp_path, text))
    assert data.task == "regression" and data.target_shape == (4,)
    assert data.rows is not None and data.train.y[0].tolist() == [
        [1, 0, 1, 0], [0, 1, 0, 0], [1, 1, 0, 1], [0, 0, 0, 0]
    ][int(data.rows[0][0]) % 4]  # fmt: skip


def test_a_network_is_asked_about_files_whose_last_numbers_are_zeros(tmp_path: Path) -> None:
    dataset = DATASETS["numpy"](path=str(written(tmp_path, lines())))
    data = dataset.load()
    asked = Asked(dataset, (Wanted("x", (3,), False, "", Own(None)),), data.found)
    (tmp_path / "new.libsvm").write_text("1 1:2\n0 2:5\n")
    (piece,) = given([tmp_path / "new.libsvm"], asked)
    assert isinstance(piece, Piece) and piece.values["x"].tolist() == [[2, 0, 0], [0, 5, 0]]
    (tmp_path / "new.libsvm").write_text("1 1:2 9:1\n")
    (left,) = given([tmp_path / "new.libsvm"], asked)
    assert "expected examples of 3, found 1×9" in str(left)


@pytest.mark.parametrize("name", ["a9a", "a.txt", "mnist.scale"])
def test_lines_tell_it_whatever_it_is_called(name: str, tmp_path: Path) -> None:
    path = written(tmp_path, lines(), name)
    assert read(path).shape == (3,)
    with pytest.raises(DataError, match="found a LibSVM file") as caught:
        DATASETS["csv"](path=str(path)).load()  # type: ignore[call-arg]
    assert caught.value.mend == {"source": "numpy"}


@pytest.mark.parametrize("text", ["a,b\n1,2\n", "12:30 13:45\nten\n", "1\n2\n", "", "1 a:2\n"])
def test_other_texts_are_none(text: str) -> None:
    assert not is_libsvm(Path("a.txt"), text.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "expected lines such as “1 3:0.5 7:2”, found none"),
        ("1 1:2\n1 two:3\n", "expected labels and pairs such as 3:0.5 in line 2, found 1 two:3. Mend it."),
        ("1 1:2\nyes 1:3\n", "in line 2, found yes 1:3. Mend it."),
        ("1 1:2\n0 -3:4\n", "expected places from 0 on in line 2, found -3"),
        ("1 1:nan\n0 1:2\n" * 9, "NaN"),
    ],
)
def test_odd_lines_are_named(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        read(written(tmp_path, text))
    assert said in str(caught.value)


def test_a_place_far_away_asks_for_no_memory(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"memory|shape"):
        read(written(tmp_path, lines() + "1 2000000000000:1\n"))


def test_a_line_without_end_is_named_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libsvm, "LONGEST_LINE", 1 << 20)
    whole = "1 " + "1:1 " * ((1 << 18) - 1) + "\n"
    assert len(whole) < 1 << 20
    with pytest.raises(DataError, match="at most 1 MB, found line 3, which is longer"):
        array_names(written(tmp_path, "0 1:2\n" + whole + whole.replace("\n", whole)))


def test_remarks_alone_are_no_examples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(libsvm, "MOST_REMARKS", 10)
    assert array_names(written(tmp_path, "# x\n" * 10 + lines())) == ["x", "y"]
    assert array_names(written(tmp_path, lines() + "# x\n" * 20, "b.libsvm")) == ["x", "y"]
    with pytest.raises(DataError, match="found 11 lines with none"):
        array_names(written(tmp_path, "# x\n" * 12 + lines(), "c.libsvm"))


def test_a_line_is_what_it_says() -> None:
    assert libsvm_line("+1 qid:3 1:0.5 4:-2 # kept aside\n") == ([1.0], 3, [1, 4], [0.5, -2.0])
    assert libsvm_line("1,2 3:4") == ([1.0, 2.0], 0, [3], [4.0]) and libsvm_line(" # nothing") is None
    assert libsvm_line(" 3:4") == ([], 0, [3], [4.0])
