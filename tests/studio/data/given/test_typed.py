"""A row that is typed is what the same cells in a file are; what cannot stand there is said before."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from data_examples import GOOD
from documents import REVIEWS
from numpy.typing import NDArray

from studio.data import dataset_from
from studio.data.given.base import Asked, Piece, Wanted
from studio.data.given.files import given
from studio.data.given.typed import ONE_TEXT, Typed, row_of, typed_columns
from studio.data.tables.aligning import Own

TABLE = 'size,color,price,day,kind\n' + "".join(
    f'{"" if row == 3 else row * 1.5},{("red", "blue", "")[row % 3]},"${row * 991:,}.5",'
    f'2024-0{1 + row % 9}-11,{"ab"[row % 2]}\n'
    for row in range(24)
)  # fmt: skip


def asked_for(settings: Mapping[str, Any]) -> Asked:
    """Who is asked, as a run of such data would have kept it."""
    dataset, problems = dataset_from(settings)
    assert not problems
    data, bound, wanted = dataset.load(None), dict(dataset.inputs), []
    for id, column in data.inputs.items():
        ends = None if column.mean is None or column.std is None else (column.mean, column.std)
        own = Own(ends, column.features, column.middle)
        tokens = column.dtype.kind == "i"
        wanted.append(Wanted(id, column.shape, tokens, bound.get(id, ""), own, column.vocabulary))
    return Asked(dataset, tuple(wanted), data.found)


def table(folder: Path, content: str = TABLE, **about: Any) -> Asked:
    (folder / "a.csv").write_text(content)
    return asked_for({"source": "csv", "path": str(folder / "a.csv"), **about})


def answered(asked: Asked, cells: Mapping[str, str], folder: Path) -> dict[str, NDArray[Any]]:
    """What the network is given for a typed row."""
    row = row_of(typed_columns(asked), cells)
    (folder / f"typed{row.suffix}").write_text(row.content, encoding="utf-8")
    (piece,) = given([folder / f"typed{row.suffix}"], asked)
    assert isinstance(piece, Piece) and len(piece.names) == 1, piece
    return {id: values[0] for id, values in piece.values.items()}


def test_a_row_begins_with_what_training_saw_and_is_read_as_a_file_is(tmp_path: Path) -> None:
    asked = table(tmp_path)
    columns = {column.name: column for column in typed_columns(asked)}
    assert [(column.name, column.type) for column in columns.values()] == [
        ("size", "number"), ("color", "category"), ("price", "number"), ("day", "date"),
    ]  # fmt: skip
    assert columns["color"].choices == ("blue", "red", "") and columns["color"].start == "blue"
    assert float(columns["size"].start) > 5 and columns["size"].may_lack and columns["day"].start == ""
    cells = {"size": " 3.0 ", "color": "", "price": "$1,982.5", "day": "2024-03-11"}
    found = answered(asked, cells, tmp_path)[""]
    (tmp_path / "b.csv").write_text('size,color,price,day\n3.0,,"$1,982.5",2024-03-11\n')
    (piece,) = given([tmp_path / "b.csv"], asked)
    assert isinstance(piece, Piece)
    np.testing.assert_array_equal(found, piece.values[""][0])
    lacking = answered(asked, cells | {"size": ""}, tmp_path)[""]
    assert asked.inputs[0].own.middle is not None and lacking[0] == asked.inputs[0].own.middle[0]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("size", "big", "Expected a number in “size”, found “big”."),
        ("size", "1e50", "Expected a number up to 3.4e38 in “size”, found 1e50."),
        ("price", "5 €", "Expected a number in “price”, found “5 €”."),
        ("day", "11.3.2024", "Expected a date as 2025-12-31 in “day”, found “11.3.2024”."),
        ("size", "", None),
        ("size", "NA", None),
        ("price", "1,982", None),
        ("price", "77", None),
        ("day", "2024-03-11", None),
        ("color", "red", None),
    ],
)
def test_what_cannot_stand_there_is_said(name: str, text: str, said: str | None, tmp_path: Path) -> None:
    columns = {column.name: column for column in typed_columns(table(tmp_path))}
    assert columns[name].objection(text) == said


def test_nothing_may_be_empty_that_never_was(tmp_path: Path) -> None:
    content = "size,kind\n" + "".join(f"{row},{'ab'[row % 2]}\n" for row in range(24))
    (size,) = typed_columns(table(tmp_path, content))
    assert size.objection("") == "Type something: in training no row was without it." and not size.may_lack


def test_texts_stand_beside_numbers(tmp_path: Path) -> None:
    asked = table(tmp_path, REVIEWS, inputs={"how": "*", "what": "review"}, ignore="color")
    columns = {column.name: column for column in typed_columns(asked)}
    assert {name: column.type for name, column in columns.items()} == {"stars": "number", "review": "text"}
    found = answered(asked, {"stars": "4", "review": "A fine, “quoted” film;\nwith two lines"}, tmp_path)
    words = next(item.vocabulary for item in asked.inputs if item.id == "what")
    assert [words[number] for number in found["what"][:2]] == ["a", "fine"] and found["how"].tolist() == [4]
    assert columns["review"].objection("") is None


def test_a_network_of_texts_alone_takes_one(tmp_path: Path) -> None:
    found = GOOD["text"](tmp_path)
    asked = asked_for({"source": "text", **found, "path": str(tmp_path / found["path"])})
    assert typed_columns(asked) == (Typed(ONE_TEXT, "text", may_lack=True),)
    assert len(answered(asked, {ONE_TEXT: "A good one, 7"}, tmp_path)) == 1
    unknown = asked._replace(inputs=(asked.inputs[0]._replace(vocabulary=()),))
    assert not typed_columns(unknown), "a run from before vocabularies were kept"


def test_numbers_without_names_have_places(tmp_path: Path) -> None:
    content = "".join(f"{row},{row * 2},{'ab'[row % 2]}\n" for row in range(24))
    asked = table(tmp_path, content)
    columns = typed_columns(asked)
    assert [column.name for column in columns] == ["1", "2"]
    assert answered(asked, {"1": "5", "2": "-1.5"}, tmp_path)[""].tolist() == [5, -1.5]


@pytest.mark.parametrize("kind", ["image_folder", "frames", "image_table"])
def test_nobody_types_images_and_recordings(kind: str, tmp_path: Path) -> None:
    found = GOOD[kind](tmp_path)
    assert typed_columns(asked_for({"source": kind, **found, "path": str(tmp_path / found["path"])})) == ()


def test_very_many_columns_are_given_as_a_file(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=np.random.default_rng(0).normal(size=(24, 300)), y=np.arange(24) % 2)
    assert typed_columns(asked_for({"source": "numpy", "path": str(tmp_path / "a.npz")})) == ()
