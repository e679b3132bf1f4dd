"""Files that list the parts: numbers of rows for every kind of data, names for all that has some."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import GOOD, program

from studio.data import DATASETS, Data, DataError, Dataset, dataset_from
from studio.data.splitting.listing import names_meant

KINDS = list(DATASETS)


def listed(kind: str, folder: Path, content: str, **settings: Any) -> Dataset:
    made = GOOD[kind](folder) if kind in GOOD else {}
    (folder / "held_out.list").write_text(content)
    dataset, problems = dataset_from(
        {"source": kind, **made, "validation_list": "held_out.list", "normalize": False, **settings}
    )
    assert not problems
    return dataset


def agreed(dataset: Dataset, folder: Path) -> Data:
    """The data as load, facts and script agree on it, to the bit."""
    data = dataset.load(folder)
    facts = dataset.facts(folder)
    assert facts == replace(data.facts(), examples=facts.examples and data.facts().examples)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    x, y, x_held, y_held, _, _, *rest = names["load_data"]()
    theirs = [(x, y), (x_held, y_held), *([tuple(rest)] if rest else [])]
    mine = [*data.splits, *([data.test] if data.test else [])]
    for part, other in zip(mine, theirs, strict=True):
        x, other_x = (values.read() if hasattr(values, "read") else values[:] for values in (part.x, other[0]))
        np.testing.assert_array_equal(x, other_x, strict=True)
        np.testing.assert_array_equal(part.y, other[1], strict=True)
    return data


def parts(data: Data) -> list[list[int]]:
    assert data.rows is not None
    return [list(map(int, rows)) for rows in (*data.rows, data.test_rows) if rows is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_the_rows_that_are_listed_are_validation_in_netloom_and_in_the_script(kind: str, tmp_path: Path) -> None:
    dataset = listed(kind, tmp_path, "7\n\n3\r\n 12 \n3\n")
    data = agreed(dataset, tmp_path)
    assert data.rows is not None and data.rows[1].tolist() == [3, 7, 12]
    assert sorted([*data.rows[0], *data.rows[1]]) == list(range(len(data.train) + 3))
    assert dataset.split_note == "as held_out.list lists"
    assert [text for text in data.warnings if "held_out" in text] == ["held_out.list: 1 of 4 are listed twice: 3"]


def _texts_of_a_table(folder: Path) -> dict[str, Any]:
    rows = "".join(f'"A {("bad", "good")[row % 2]} one, {row}",{row % 2},t{row:02d}\n' for row in range(24))
    (folder / "a.csv").write_text(f"review,positive,key\n{rows}")
    return {"path": "a.csv", "target": "positive", "name_column": "key", "length": 8}


def _patients(folder: Path) -> dict[str, Any]:
    rows = "".join(f"{row % 5},p{row // 2:02d},{'ab'[row % 2]}\n" for row in range(24))
    (folder / "a.csv").write_text(f"size,patient,kind\n{rows}")
    return {"path": "a.csv"}


def _numbered(folder: Path) -> dict[str, Any]:
    rows = "".join(f"{1000 - row},{row % 5},{'ab'[row % 2]}\n" for row in range(24))
    (folder / "a.csv").write_text(f"id,size,kind\n{rows}")
    return {"path": "a.csv", "name_column": "id"}


def _arrays(folder: Path) -> dict[str, Any]:
    names = np.array([f"scan{row}" for row in range(24)])
    np.savez(folder / "a.npz", x=np.random.default_rng(0).uniform(size=(24, 3)), y=np.arange(24) % 2, names=names)
    return {"path": "a.npz"}


def _program(folder: Path) -> dict[str, Any]:
    _arrays(folder)
    text = "import numpy as np\n\n\ndef load_data():\n    return dict(np.load('a.npz'))\n"
    return program(folder, text)


def _masks(folder: Path) -> dict[str, Any]:
    from PIL import Image

    for name in ("images", "masks"):
        (folder / name).mkdir()
        for number in range(8):
            pixels = np.random.default_rng(number).integers(0, 2, (4, 4), dtype=np.uint8) * 255
            Image.fromarray(pixels).save(folder / name / f"0{number}.png")
    return {"path": "."}


NAMED: dict[str, tuple[str, Callable[[Path], dict[str, Any]], list[str], list[int]]] = {
    "images": ("image_folder", GOOD["image_folder"], ["dog/3.png", r".\cat\1", "/old/place/cat/0.png 0"], [0, 1, 11]),
    "streamed": (
        "image_folder", lambda folder: GOOD["image_folder"](folder) | {"loading": "streamed"}, ["cat/2.png"], [2]
    ),
    "masks": ("image_folder", _masks, ["03", "05 1 1"], [3, 5]),
    "images in a table": ("image_table", GOOD["image_table"], ["photos/4.png", "9.png"], [4, 9]),
    "texts": ("text", GOOD["text"], ["good/2.txt", "bad/7"], [9, 16]),
    "texts of a table": ("text", _texts_of_a_table, ["t03", "t20"], [3, 20]),
    "table": ("csv", _patients, ["p01", "p11"], [2, 3, 22, 23]),
    "numbers as names": ("csv", _numbered, ["1000", "990"], [0, 10]),
    "arrays": ("numpy", _arrays, ["scan5", "scan6"], [5, 6]),
    "program": ("python", _program, ["scan5", "scan6"], [5, 6]),
}  # fmt: skip


def named(case: str, folder: Path, content: str, suffix: str = "txt", **more: Any) -> Dataset:
    kind, make, _, _ = NAMED[case]
    (folder / f"held.{suffix}").write_text(content, encoding="utf-8-sig")
    settings = make(folder) | {"validation_list": f"held.{suffix}", "normalize": False} | more
    dataset, problems = dataset_from({"source": kind, **settings})
    assert not problems
    return dataset


@pytest.mark.parametrize("case", NAMED)
def test_names_are_found_however_a_list_writes_them(case: str, tmp_path: Path) -> None:
    _, _, wanted, rows = NAMED[case]
    data = agreed(named(case, tmp_path, "\n".join([*wanted, "nobody.xyz"])), tmp_path)
    assert parts(data)[1] == rows
    lost = [text for text in data.warnings if "held.txt" in text]
    assert lost == [f"held.txt: 1 of {len(wanted) + 1} names are of no example: nobody.xyz"]


def test_all_frames_of_a_recording_that_is_listed_are_of_its_part(tmp_path: Path) -> None:
    dataset = listed("frames", tmp_path, "")
    first = sorted(path.name for path in tmp_path.rglob("*.wav"))[0]
    (tmp_path / "held_out.list").write_text(first)
    data = agreed(dataset, tmp_path)
    whole = agreed(dataset.replace(validation_list=""), tmp_path)
    rows = parts(data)[1]
    assert rows == list(range(len(rows))) and 0 < len(rows) < sum(map(len, parts(whole))) / 4


PARTS = {"cat/0.png": "train", "dog/1.png": "train", "cat/1.png": "val", "dog/2.png": "val", "cat/5.png": "test"}
OF = {part: [name for name, own in PARTS.items() if own == part] for part in ("train", "val", "test")}


@pytest.mark.parametrize(
    ("suffix", "content"),
    [
        ("csv", ",image,label,split\n" + "".join(f"{n},{k},{k[:3]},{v}\n" for n, (k, v) in enumerate(PARTS.items()))),
        ("csv", "".join(f"{part};{name}\n" for name, part in PARTS.items())),
        ("tsv", "fold\tfile\n" + "".join(f"{part.upper()}\t{name}\n" for name, part in PARTS.items())),
        ("txt", "".join(f"{name} {part}\n" for name, part in PARTS.items())),
        ("json", json.dumps(OF)),
        ("json", json.dumps(PARTS)),
        ("json", json.dumps({"training": [{"image": n} for n in OF["train"]], "valid": OF["val"], "test": OF["test"]})),
        ("json", json.dumps({"info": {}, "images": [{"n": 1, "file_name": k, "split": v} for k, v in PARTS.items()]})),
        ("csv", "row,part\n0,train\n9,train\n1,val\n10,val\n5,test\n"),
        ("json", '{"train": [0, 9], "dev": [1, 10], "test": [5]}'),
    ],
)
def test_one_file_tells_all_parts(suffix: str, content: str, tmp_path: Path) -> None:
    data = agreed(named("images", tmp_path, content, suffix), tmp_path)
    assert parts(data) == [[0, 9], [1, 10], [5]]
    assert any("11 of 16 examples are in no list and left out" in text for text in data.warnings)


def test_three_lists_and_a_file_without_a_validation_part(tmp_path: Path) -> None:
    for part, found in OF.items():
        (tmp_path / f"{part}.txt").write_text("\n".join(found))
    lists = {"validation_list": "val.txt", "training_list": "train.txt", "test_list": "test.txt"}
    dataset = named("images", tmp_path, "", **lists)
    assert parts(agreed(dataset, tmp_path)) == [[0, 9], [1, 10], [5]]
    assert parts(agreed(dataset.replace(training_list=""), tmp_path))[0] == [
        row for row in range(16) if row not in (1, 5, 10)
    ]
    drawn = agreed(dataset.replace(training_list="", validation_list=""), tmp_path)
    assert parts(drawn)[2] == [5] and len(parts(drawn)[1]) == 3
    (tmp_path / "two.json").write_text(json.dumps({"train": OF["train"], "test": OF["test"]}))
    assert parts(agreed(dataset.replace(validation_list="two.json", training_list="", test_list=""), tmp_path)) == [
        [0, 9],
        [5],
    ]


def test_what_is_listed_for_two_parts_is_of_the_test_part(tmp_path: Path) -> None:
    content = "name,part\ncat/0.png,train\ncat/1.png,val\ncat/2.png,val\ncat/2.png,test\ndog/0.png,train\n"
    data = agreed(named("images", tmp_path, content + "dog/1.png,test\ndog/3.png,val\n", "csv"), tmp_path)
    assert parts(data) == [[0, 8], [1, 11], [2, 9]]
    assert "1 examples are listed for several parts: test comes before validation." in data.warnings


@pytest.mark.parametrize(
    ("content", "settings", "message"),
    [
        ("", {}, "expected names or numbers of rows, one a line, found none"),
        ("3\nx\n", {}, "expected numbers of rows, as Iris has no names"),
        ("-1\n", {}, "expected numbers of rows, as Iris has no names, found “-1”"),
        ("150\n", {}, "expected rows from 0 to 149, found 150"),
        (f"{10**30}\n", {}, "expected numbers of rows"),
        ("\n".join(map(str, range(150))), {}, "no example of 150 is left for training"),
        ("3\n", {"validation_list": "nothing"}, "Expected the list of rows at"),
        ("3\n", {"validation_list": "."}, "found a folder"),
        ("3\n", {"validation_list": "", "training_list": "held_out.list"}, "but the validation part is drawn"),
        ("3,train\n4,train\n", {}, "expected names or numbers of rows, one a line and test, found training"),
    ],
)
def test_lists_that_cannot_be_used_are_a_sentence(
    content: str, settings: dict[str, Any], message: str, tmp_path: Path
) -> None:
    dataset = listed("iris", tmp_path, content, **settings)
    with pytest.raises(DataError) as caught:
        dataset.load(tmp_path)
    assert message in str(caught.value) and str(caught.value).endswith((".", "?"))


@pytest.mark.parametrize("name", ["held_out.list", "a.json", "b.json"])
def test_what_is_no_list_is_a_sentence(name: str, tmp_path: Path) -> None:
    dataset = listed("iris", tmp_path, "", validation_list=name)
    (tmp_path / name).write_bytes({"a.json": b'{"val": 3', "b.json": b"[" * 20_000}.get(name, b"\xff\xfe\x00"))
    with pytest.raises(DataError, match="expected a text with rows"):
        dataset.load(tmp_path)


def test_a_list_of_other_data_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"expected names such as “cat/0.png”, found “horse/1.png”"):
        named("images", tmp_path, "horse/1.png\nhorse/2.png").load(tmp_path)


@pytest.mark.parametrize(
    ("wanted", "meant"),
    [
        ("a/1.png", "a/1.png"),
        ("1.png", None),  # of two classes
        ("2.png", "b/2.png"),
        ("2", "b/2.png"),
        ("root/b/2.png", "b/2.png"),
        ("c/2.png", None),  # another folder
        ("cafe\u0301.jpg", "a/caf\u00e9.jpg"),
        ("v1.2", "a/v1.2.jpg"),
        ("", None),
    ],
)
def test_a_name_means_one_example_or_none(wanted: str, meant: str | None) -> None:
    names = ["a/1.png", "b/1.png", "b/2.png", "a/caf\u00e9.jpg", "a/v1.2.jpg"]
    assert names_meant(names, [wanted]) == [meant]


def test_a_list_and_a_column_are_not_both_followed(tmp_path: Path) -> None:
    dataset = listed("csv", tmp_path, "1\n", group="width")
    with pytest.raises(DataError, match="expected a group column or a list") as caught:
        dataset.load(tmp_path)
    assert dataset.replace(**caught.value.mend).load(tmp_path)


def test_data_with_a_validation_part_of_its_own_takes_no_list(tmp_path: Path) -> None:
    y = np.arange(12) % 2
    np.savez(tmp_path / "a.npz", x_train=np.ones((12, 2)) * y[:, None], y_train=y, x_test=np.ones((4, 2)), y_test=y[:4])
    (tmp_path / "rows").write_text("1")
    dataset = DATASETS["numpy"](path="a.npz", validation_list="rows")
    with pytest.raises(DataError, match="has a validation part of its own") as caught:
        dataset.load(tmp_path)
    assert caught.value.mend == {"validation_list": ""}
    (tmp_path / "rows").write_text("one")
    with pytest.raises(DataError, match="its test list must hold numbers") as caught:
        DATASETS["numpy"](path="a.npz", test_list="rows").load(tmp_path)
    assert DATASETS["numpy"](path="a.npz", test_list="rows").replace(**caught.value.mend).load(tmp_path)
