"""Examples that are given are those that the data of the training holds, whatever kind it is; what is odd is named."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import GOOD
from documents import REVIEWS
from numpy.typing import NDArray
from PIL import Image
from recordings import tone, wav

from studio.data import Data, DataError, dataset_from
from studio.data.formats.streamed import is_streamed
from studio.data.given.base import Asked, Left, Piece, Wanted
from studio.data.given.files import given
from studio.data.tables.aligning import Own

TABLE = "size,color,day,kind\n" + "".join(
    f"{'' if row == 3 else row * 1.5},{('red', 'blue', '')[row % 3]},2024-0{1 + row % 9}-11,{'ab'[row % 2]}\n"
    for row in range(24)
)


def _mixed(folder: Path) -> dict[str, Any]:
    (folder / "a.csv").write_text(TABLE)
    return {"path": "a.csv"}


def _bound_images(folder: Path) -> dict[str, Any]:
    return {**GOOD["image_table"](folder), "inputs": {"look": "file", "how": "size"}, "target": "kind"}


def _texts(folder: Path) -> dict[str, Any]:
    (folder / "a.csv").write_text(REVIEWS)
    bound = {"inputs": {"how": "*", "what": "review", "shade": "color"}, "types": {"color": "text"}}
    return {"path": "a.csv", **bound, "texts": [{"kind": "characters", "params": {"column": "color", "length": 3}}]}


def _texts_alone(folder: Path) -> dict[str, Any]:
    (folder / "a.csv").write_text(REVIEWS)
    return {"path": "a.csv", "ignore": "stars, color"}


CASES: dict[str, tuple[str, Callable[[Path], dict[str, Any]]]] = {
    **{kind: (kind, maker) for kind, maker in GOOD.items()},
    "mixed": ("csv", _mixed),
    "several": ("image_table", _bound_images),
    "texts": ("csv", _texts),
    "texts alone": ("csv", _texts_alone),
}


def asked_for(kind: str, settings: dict[str, Any], folder: Path) -> tuple[Asked, Data]:
    """Who is given something, as a run would have kept it, and the data that it was trained with."""
    dataset, problems = dataset_from({"source": kind, **settings, "path": str(folder / settings["path"])})
    assert not problems
    data, bound = dataset.load(None), dict(dataset.inputs)
    wanted = []
    for id, column in data.inputs.items():
        ends = None if column.mean is None or column.std is None else (column.mean, column.std)
        span = column.span if len(column.shape) == 3 else None
        own = Own(ends, column.features, column.middle)
        wanted.append(
            Wanted(id, column.shape, column.dtype.kind == "i", bound.get(id, ""), own, column.vocabulary, span)
        )
    return Asked(dataset, tuple(wanted), data.found), data


def stored(data: Data, id: str) -> NDArray[Any]:
    """All examples of an Input, in the order of the file."""
    column = data.input(id)
    parts = [part.read() if is_streamed(part) else part for part in column.parts]
    assert data.rows is not None
    found = np.empty((sum(map(len, parts)), *column.shape), column.dtype)
    for rows, part in zip(data.rows, parts, strict=True):
        found[rows] = part
    return found


def all_of(asked: Asked, *paths: Path) -> tuple[list[str], dict[str, NDArray[Any]], list[Left]]:
    """The names, the values by Input and what was left out."""
    found = list(given(paths, asked))
    pieces = [piece for piece in found if isinstance(piece, Piece)]
    values = {id: np.concatenate([piece.values[id] for piece in pieces]) for id in (pieces[0].values if pieces else {})}
    names = [name for piece in pieces for name in piece.names]
    return names, values, [item for item in found if isinstance(item, Left)]


@pytest.mark.parametrize("case", CASES)
def test_what_is_given_is_what_training_read(case: str, tmp_path: Path) -> None:
    kind, maker = CASES[case]
    settings = maker(tmp_path)
    asked, data = asked_for(kind, settings, tmp_path)
    names, values, left = all_of(asked, tmp_path / settings["path"])
    assert not left and values.keys() == data.inputs.keys()
    # Training reads the files of a folder letter by letter, here they come as people count them.
    files = all((tmp_path / name).is_file() for name in names)
    order = sorted(range(len(names)), key=names.__getitem__) if files else range(len(names))
    for id, found in values.items():
        expected = stored(data, id)
        assert len(names) == len(expected)
        np.testing.assert_array_equal(found[list(order)].astype(expected.dtype), expected)


def test_rows_need_the_columns_alone_in_any_order(tmp_path: Path) -> None:
    asked, data = asked_for("csv", _mixed(tmp_path), tmp_path)
    (tmp_path / "new.csv").write_text("day,extra,color,size\n2024-05-11,9,blue,6.0\n")
    names, values, left = all_of(asked, tmp_path / "new.csv")
    assert names == ["new.csv row 2"] and not left
    assert dict(zip(data.features, values[""][0].tolist(), strict=True))["color=blue"] == 1


def test_texts_of_rows_have_the_ids_of_their_columns_vocabulary(tmp_path: Path) -> None:
    asked, data = asked_for("csv", _texts(tmp_path), tmp_path)
    (tmp_path / "new.csv").write_text("color,stars,review\nred,3,A fine zeppelin\n,4,\n")
    names, values, left = all_of(asked, tmp_path / "new.csv")
    assert names == ["new.csv row 2", "new.csv row 3"] and not left
    words, letters = (data.input(id).vocabulary for id in ("what", "shade"))
    assert [words[number] for number in values["what"][0, :4]] == ["a", "fine", "<unknown>", "<padding>"]
    assert "".join(letters[number] for number in values["shade"][0]) == "red"
    assert not values["what"][1].any() and not values["shade"][1].any(), "a row without a text is padding"
    (tmp_path / "less.csv").write_text("stars,color\n3,red\n")
    (why,) = all_of(asked, tmp_path / "less.csv")[2]
    assert "expected a column “review”" in str(why)


def test_rows_that_do_not_fit_say_why_and_the_others_stay(tmp_path: Path) -> None:
    asked, _ = asked_for("csv", _mixed(tmp_path), tmp_path)
    rows = (
        "1,red,2024-01-11",
        "big,red,2024-01-11",
        "1,teal,2024-01-11",
        "1,red,soon",
        "1,red,",
        "1e40,red,2024-01-11",
    )
    (tmp_path / "new.csv").write_text("size,color,day\n" + "\n".join(rows) + "\n")
    names, _, left = all_of(asked, tmp_path / "new.csv")
    assert names == ["new.csv row 2", "new.csv row 6"], "gaps are filled, as in training"
    why = {item.name: item.why for item in left}
    assert "found “big”" in why["new.csv row 3"] and "never learned" in why["new.csv row 4"]
    assert "a date as 2025-12-31" in why["new.csv row 5"] and "3.4e38" in why["new.csv row 7"]


def test_rows_for_several_inputs_need_a_header(tmp_path: Path) -> None:
    asked, _ = asked_for("csv", {**_mixed(tmp_path), "inputs": {"how": "size", "when": "day"}}, tmp_path)
    (tmp_path / "new.csv").write_text("1.5,2024-05-11\n3.0,2024-06-11\n")
    names, _, left = all_of(asked, tmp_path / "new.csv")
    assert not names and left[0].why == (
        "The network has several Inputs (how, when), which a table without a header cannot feed. "
        "Use a table with a header, or .npz with an array for each."
    )


@pytest.mark.parametrize(
    ("shape", "remedy"),
    [
        ((2,), "Leave the others out."),
        ((9,), "Use a file with all of them."),
        ((2, 3), "Use arrays, in a .npy or .npz file."),
    ],
)
def test_a_table_with_other_columns_is_told_what_helps(tmp_path: Path, shape: tuple[int, ...], remedy: str) -> None:
    dataset, _ = dataset_from({"source": "digits"})
    asked = Asked(dataset, (Wanted("input1", shape, False, "", Own(None)),), {})
    (tmp_path / "new.csv").write_text("a,b,c,d\n1,2,3,4\n5,6,7,8\n")
    names, _, (left,) = all_of(asked, tmp_path / "new.csv")
    assert not names and "found 4 columns" in left.why and left.why.endswith(remedy)


def test_what_is_missing_altogether_is_a_sentence(tmp_path: Path) -> None:
    asked, _ = asked_for("csv", _mixed(tmp_path), tmp_path)
    (tmp_path / "new.csv").write_text("size,color\n1,red\n2,red\n")
    (tmp_path / "photo.xyz").write_text("?")
    names, _, left = all_of(asked, tmp_path / "new.csv", tmp_path / "photo.xyz")
    assert not names and "has no column “day”" in left[0].why and "expected an image" in left[1].why
    with pytest.raises(DataError, match="no file or folder"):
        all_of(asked, tmp_path / "nothing.csv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no file in it"):
        all_of(asked, tmp_path / "empty")


def test_broken_images_are_left_out_and_gray_ones_fit(tmp_path: Path) -> None:
    asked, _ = asked_for("image_folder", GOOD["image_folder"](tmp_path), tmp_path)
    (tmp_path / "bad.png").write_bytes(b"no image")
    Image.new("L", (40, 20), 200).save(tmp_path / "gray.jpg")
    names, values, left = all_of(asked, tmp_path / "bad.png", tmp_path / "gray.jpg")
    assert names == ["gray.jpg"] and values[""].shape == (1, 3, 5, 6)
    assert [item.name for item in left] == ["bad.png"]


def test_images_have_the_levels_of_the_training(tmp_path: Path) -> None:
    dataset, _ = dataset_from({"source": "digits"})
    own = Own(None)
    asked = Asked(dataset, (Wanted("input1", (1, 8, 8), False, "", own, (), (0.0, 16.0)),), {})
    Image.new("L", (8, 8), 255).save(tmp_path / "white.png")
    _, values, _ = all_of(asked, tmp_path / "white.png")
    assert values["input1"].dtype == np.float32 and np.all(values["input1"] == 16)
    older = asked._replace(inputs=(asked.inputs[0]._replace(span=None),))
    assert "Train it once more" in all_of(older, tmp_path / "white.png")[2][0].why


@pytest.mark.parametrize(
    ("shape", "count"), [((6, 1, 8, 8), 6), ((6, 8, 8), 6), ((6, 8, 8, 1), 6), ((1, 8, 8), 1), ((8, 8), 0), ((6, 9), 0)]
)
def test_arrays_fit_as_they_are_stored(tmp_path: Path, shape: tuple[int, ...], count: int) -> None:
    dataset, _ = dataset_from({"source": "digits"})
    asked = Asked(dataset, (Wanted("input1", (1, 8, 8), False, "", Own(None)),), {})
    content = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    np.save(tmp_path / "a.npy", content)
    names, values, left = all_of(asked, tmp_path / "a.npy")
    assert len(names) == count
    if count:
        np.testing.assert_array_equal(values["input1"].ravel(), content.ravel())
    else:
        assert "expected examples of 1×8×8" in left[0].why


def test_arrays_of_several_inputs_go_by_name_and_nan_is_left_out(tmp_path: Path) -> None:
    dataset, _ = dataset_from({"source": "numpy", "path": "a.npz", "inputs": {"a": "first", "b": "second"}})
    wanted = tuple(Wanted(id, (2,), False, column, Own(None)) for id, column in dataset.inputs)  # type: ignore[attr-defined]
    second = np.ones((3, 2))
    second[1, 0] = np.nan
    np.savez(tmp_path / "a.npz", first=np.zeros((3, 2)), b=second)
    names, values, left = all_of(Asked(dataset, wanted, {}), tmp_path / "a.npz")
    assert names == ["a.npz 1", "a.npz 3"] and [item.name for item in left] == ["a.npz 2"]
    assert values["b"].sum() == 4
    np.savez(tmp_path / "b.npz", first=np.zeros((3, 2)), other=second)
    assert "expected an array “second”" in all_of(Asked(dataset, wanted, {}), tmp_path / "b.npz")[2][0].why


def test_recordings_are_answered_as_a_whole_unless_each_frame_has_a_label(tmp_path: Path) -> None:
    asked, _ = asked_for("frames", GOOD["frames"](tmp_path), tmp_path)
    (tmp_path / "new.wav").write_bytes(wav(tone(300.0)))
    (tmp_path / "slow.wav").write_bytes(wav(tone(300.0, rate=2000), rate=2000))
    (tmp_path / "broken.wav").write_bytes(b"RIFF")
    files = [tmp_path / name for name in ("new.wav", "slow.wav", "broken.wav")]
    found = list(given(files, asked))
    assert isinstance(found[0], Piece) and found[0].group == "new.wav"
    assert [item.name for item in found if isinstance(item, Left)] == ["slow.wav", "broken.wav"]
    each = asked._replace(dataset=asked.dataset.replace(labels="each frame"))
    (piece,) = given(files[:1], each)
    assert isinstance(piece, Piece) and not piece.group and piece.names[1] == "new.wav 0.01 s"
    (left,) = given(files[:1], asked._replace(found={}))
    assert isinstance(left, Left) and "Train it once more" in left.why


def test_texts_have_the_ids_of_the_vocabulary_and_strange_words_are_unknown(tmp_path: Path) -> None:
    asked, data = asked_for("text", GOOD["text"](tmp_path), tmp_path)
    (tmp_path / "new.txt").write_text("A fine zeppelin")
    (tmp_path / "empty.txt").write_text(" ")
    _, values, left = all_of(asked, tmp_path / "new.txt", tmp_path / "empty.txt")
    names = data.first_input.vocabulary
    assert [names[number] for number in values[""][0][:4]] == ["a", "fine", "<unknown>", "<padding>"]
    assert [item.name for item in left] == ["empty.txt"]
    (tmp_path / "new.csv").write_text("id,story\n1,a fine film\n2,awful\n")
    names_found, values, _ = all_of(asked, tmp_path / "new.csv")
    assert names_found == ["new.csv row 2", "new.csv row 3"] and names[values[""][1, 0]] == "awful"
    older = asked._replace(inputs=(asked.inputs[0]._replace(vocabulary=()),))
    assert "Train it once more" in all_of(older, tmp_path / "new.txt")[2][0].why


def test_files_in_a_folder_are_called_from_there_on(tmp_path: Path) -> None:
    asked, _ = asked_for("image_folder", GOOD["image_folder"](tmp_path), tmp_path)
    names, _, _ = all_of(asked, tmp_path, tmp_path / "cat" / "0.png")
    assert names[0] == "cat/0.png" and names[8] == "dog/0.png"
    assert all_of(asked, tmp_path / "cat" / "0.png")[0] == ["0.png"]
    (tmp_path / "cat" / "0.png").rename(tmp_path / "cat" / "10.png")
    assert all_of(asked, tmp_path / "cat")[0][-1] == "10.png", "as people count"
