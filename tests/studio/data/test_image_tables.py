"""Images that a table names: numbers and classes to predict of them, several a row, and names that lead nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from studio.data import DATASETS, Data, DataError, Dataset

ROWS = 24


def pixels(number: int, size: tuple[int, int] = (4, 6)) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 255, (*size, 3), dtype=np.uint8)


def draw(folder: Path, count: int = ROWS, place: str = "photos", end: str = ".png") -> None:
    (folder / place).mkdir(parents=True, exist_ok=True)
    for number in range(count):
        Image.fromarray(pixels(number)).save(folder / place / f"p{number}{end}")


def table(folder: Path, head: str, row: Any, count: int = ROWS) -> None:
    (folder / "labels.csv").write_text(head + "\n" + "".join(f"{row(number)}\n" for number in range(count)))


def images(folder: Path, **about: Any) -> Dataset:
    return DATASETS["image_table"](path=str(folder / "labels.csv"), **about)


def read(dataset: Dataset) -> Data:
    """The data, as load, facts and script agree on it."""
    data = dataset.load()
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(), "script.py", "exec"), names)
    x, y, x_validation, y_validation, *_ = names["load_data"]()
    for columns, train, validation in ((data.inputs, x, x_validation), (data.targets, y, y_validation)):
        for id, column in columns.items():
            by_id = len(columns) > 1
            np.testing.assert_array_equal(column.train, train[id] if by_id else train, strict=True)
            np.testing.assert_array_equal(column.validation, validation[id] if by_id else validation, strict=True)
    assert dataset.facts() == data.facts()
    return data


@pytest.mark.parametrize("cell", ["photos/p{0}.png", "p{0}.png", "p{0}", "./photos\\p{0}.png"])
def test_a_number_is_told_of_each_image_however_it_is_named(tmp_path: Path, cell: str) -> None:
    draw(tmp_path)
    table(tmp_path, "file,age", lambda number: f"{cell.format(number)},{number / 3}")
    data = read(images(tmp_path, images="" if ".png" in cell else "file"))
    assert data.shape == (3, 4, 6) and data.dtype == np.uint8 and data.classes is None and data.warnings == ()
    assert data.rows is not None
    for part, rows in zip(data.splits, data.rows, strict=True):
        for x, y, row in zip(part.x, part.y, rows.tolist(), strict=True):
            np.testing.assert_array_equal(x, pixels(row).transpose(2, 0, 1))
            assert y == np.float32(row / 3)


def test_names_of_classes_stand_in_the_table(tmp_path: Path) -> None:
    draw(tmp_path, place="train/deep")
    table(tmp_path, "breed,id", lambda number: f"{('pug', 'akita')[number % 2]},p{number}")
    data = read(images(tmp_path, images="id", target="breed", color="grayscale", size=[2, 2]))
    assert data.classes == ("akita", "pug") and data.shape == (1, 2, 2)


def test_several_images_and_numbers_go_to_several_inputs(tmp_path: Path) -> None:
    draw(tmp_path)
    table(
        tmp_path,
        "left,right,age,sex,same",
        lambda n: f"p{n}.png,p{(n + 1) % ROWS}.png,{n / 7},{'fm'[n % 2]},{'yn'[n % 2]}",
    )
    inputs = {"a": "left", "b": "right", "c": "*"}
    data = read(images(tmp_path, inputs=inputs, targets={"out": "same", "years": "age"}))
    assert data.inputs["c"].features == ("sex=f", "sex=m")
    assert data.rows is not None
    np.testing.assert_array_equal(data.inputs["b"].train[0], pixels(int(data.rows[0][0]) + 1).transpose(2, 0, 1))
    assert read(images(tmp_path, inputs={"a": "right"})).inputs["a"].name == "right"
    assert read(images(tmp_path, inputs={"a": "age"})).shape == (1,)


def test_rows_whose_image_is_missing_or_broken_are_left_out_and_named(tmp_path: Path) -> None:
    draw(tmp_path)
    (tmp_path / "photos" / "p3.png").write_bytes(b"no image")
    table(
        tmp_path,
        "file,age",
        lambda n: f"{'/etc/passwd.png' if n == 5 else '../x.png' if n == 6 else f'p{n}.png'},{n / 3}",
    )
    data = read(images(tmp_path))
    assert len(data.train) + len(data.validation) == ROWS - 3
    (warning,) = data.warnings
    assert warning.startswith("3 images can't be read, their rows are left out: p3.png (no image), /etc/passwd.png (no")


def test_rows_with_gaps_are_dropped_before_images_are_read(tmp_path: Path) -> None:
    draw(tmp_path)
    table(tmp_path, "file,age", lambda n: f"p{n}.png,{'' if n == 2 else n / 3}")
    data = read(images(tmp_path, gaps="drop rows"))
    assert len(data.train) + len(data.validation) == ROWS - 1
    assert data.warnings == ("labels.csv: 1 of 24 rows have gaps and are left out.",)


def test_names_that_two_images_have_name_none(tmp_path: Path) -> None:
    draw(tmp_path, place="a")
    draw(tmp_path, count=1, place="b")
    table(tmp_path, "file,age", lambda n: f"p{n}.png,{n / 3}")
    assert "p0.png (no image of that name" in read(images(tmp_path)).warnings[0]


def test_a_plain_table_points_to_its_images(tmp_path: Path) -> None:
    draw(tmp_path)
    table(tmp_path, "file,size,age", lambda n: f"p{n}.png,{n},{n / 3}")
    data = DATASETS["csv"](path=str(tmp_path / "labels.csv")).load()
    assert any("“file” names images" in text and "Images with a table" in text for text in data.warnings)


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    table(tmp_path, "file,age", lambda n: f"p{n}.png,{n / 3}")
    with pytest.raises(DataError, match=r"expected images beneath the table’s folder, found none called “p0\.png”"):
        images(tmp_path).load()
    draw(tmp_path)
    table(tmp_path, "size,age", lambda n: f"{n},{n / 3}")
    with pytest.raises(DataError, match="expected a column of image files"):
        images(tmp_path).load()


@pytest.mark.parametrize("missing", [[], [3, 9]])
def test_images_of_one_patient_stay_in_one_part(tmp_path: Path, missing: list[int]) -> None:
    draw(tmp_path)
    for number in missing:
        (tmp_path / "photos" / f"p{number}.png").unlink()
    table(tmp_path, "file,patient,age", lambda number: f"p{number}.png,{number % 6},{number / 3}")
    data = read(images(tmp_path, group="patient", validation=2))
    training, validation = ({round(3 * float(y)) % 6 for y in part.y[:, 0]} for part in data.splits)
    assert len(validation) == 2 and len(training) == 4 and not training & validation
