"""Each remedy that data names for itself leads to a run, or to the next remedy that does: found in the source, followed
to its end by the buttons that the window and the command line offer."""

from __future__ import annotations

import ast
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import Layers, chain
from PIL import Image

from models.document import Document
from studio.data import DataError, dataset_from
from studio.data.images import folders
from studio.data.images.pairs import ITSELF
from studio.running.preflight import preflight

ROOT = Path("studio/data").resolve()
Site = tuple[str, str]
"""A file below `studio/data`, and the function in it."""
UNMADE: dict[Site, str] = {
    ("formats/arrays/stored.py", "__init__"): "said of a file that is replaced while it is read",
    ("kinds/corpus.py", "_found"): "asked of a folder alone, where the network must be built for words anyway",
    ("texts/sources.py", "_no_texts"): "as the task is set to next token, the network must be built for words",
    ("texts/sources.py", "_last_beside"): "as the task is set to next token, the network must be built for words",
}
"""Remedies that no settings and files lead to here, with the reason."""
DENSE: Layers = [("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 2}), ("output1", "Output", {})]
PER_PIXEL: Layers = [("conv1", "Conv2d", {"out_channels": 2, "kernel_size": 1}), ("output1", "Output", {})]
MADE = ("DataError", "ColumnMissing")
CASES: dict[str, tuple[Site, Callable[[Path], dict[str, Any]]]] = {}


def case(file: str, function: str) -> Callable[[Callable[[Path], dict[str, Any]]], Callable[[Path], dict[str, Any]]]:
    """Decorator: makes files in a folder, and gives the data for which that function names a remedy."""

    def register(make: Callable[[Path], dict[str, Any]]) -> Callable[[Path], dict[str, Any]]:
        CASES[make.__name__] = (file, function), make
        return make

    return register


def sites() -> Iterator[Site]:
    """Where a `DataError` is made with settings that mend it."""
    for path in sorted(ROOT.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        functions = ast.walk(ast.parse(text)) if "DataError(" in text else ()
        for function in functions:
            if isinstance(function, ast.FunctionDef) and any(map(_has_remedy, ast.walk(function))):
                yield path.relative_to(ROOT).as_posix(), function.name


def _has_remedy(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and bool(node.keywords) and getattr(node.func, "id", "") in MADE


def table(folder: Path, content: str, **settings: Any) -> dict[str, Any]:
    (folder / "a.csv").write_text(content, encoding="utf-8")
    return {"source": "csv", "path": "a.csv", **settings}


def rows(head: str = "size,patient,day,kind", count: int = 60) -> str:
    lines = (f"{row % 17}.5,p{row % 6},{row},{'ab'[row % 2]}" for row in range(count))
    return "\n".join([head, *lines, ""])


def arrays(folder: Path, x: Any, y: Any = None, **settings: Any) -> dict[str, Any]:
    np.savez_compressed(folder / "a.npz", x=x, y=np.arange(len(x)) % 2 if y is None else y)
    return {"source": "numpy", "path": "a.npz", **settings}


def pictures(folder: Path, *names: str, mode: str = "RGB", end: str = "png", levels: int = 255) -> None:
    for place, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = np.random.default_rng(place).integers(0, levels, (8, 8, *([3] if mode == "RGB" else [])), np.uint8)
        Image.fromarray(pixels).save(folder / f"{name}.{end}")


@case("tables/telling.py", "cell_error")
def a_slip_in_a_column(folder: Path) -> dict[str, Any]:
    return table(folder, rows().replace("\n3.5,", "\nthree,", 1))


@case("tables/telling.py", "cell_error")
def a_word_among_measured_numbers(folder: Path) -> dict[str, Any]:
    lines = "".join(f"{row / 7},{'missing' if row % 5 == 2 else row / 3},{'ab'[row % 2]}\n" for row in range(60))
    return table(folder, f"size,age,kind\n{lines}")


@case("tables/telling.py", "cell_error")
def a_row_without_a_group(folder: Path) -> dict[str, Any]:
    return table(folder, rows().replace(",p3,", ",NA,", 1), group="patient", ignore="day")


@case("tables/telling.py", "nothing_error")
def a_table_of_nothing_but_images(folder: Path) -> dict[str, Any]:
    pictures(folder, *(f"{row}" for row in range(20)))
    return table(folder, "image,kind\n" + "".join(f"{row}.png,{'ab'[row % 2]}\n" for row in range(20)))


@case("kinds/tables.py", "_refuse_twins")
def a_twin_of_the_target(folder: Path) -> dict[str, Any]:
    return table(folder, rows("size,kind,day,kind"))


@case("kinds/tables.py", "_read")
def a_gap_in_every_row(folder: Path) -> dict[str, Any]:
    lines = "".join(f"{row},,a\n,{row},b\n" for row in range(30))
    return table(folder, f"size,age,kind\n{lines}", gaps="drop rows")


@case("formats/foreign.py", "refuse_other")
def a_libsvm_file_taken_for_a_table(folder: Path) -> dict[str, Any]:
    return table(folder, "".join(f"{'-+'[row % 2]}1 1:{row} 2:{row % 7} 3:0.5\n" for row in range(60)))


@case("texts/columns.py", "refuse_empty")
def a_gap_that_is_refused(folder: Path) -> dict[str, Any]:
    return table(folder, rows().replace("\n3.5,", "\n,", 1), gaps="refuse")


@case("tables/targets.py", "_gap_error")
def a_target_that_is_not_there(folder: Path) -> dict[str, Any]:
    return table(folder, rows().replace(",a\n", ",\n", 1))


@case("tables/categories.py", "_categories")
def more_categories_than_anybody_has(folder: Path) -> dict[str, Any]:
    lines = "".join(f"{row},w{row},{'ab'[row % 2]}\n" for row in range(1_100))
    return table(folder, f"size,word,kind\n{lines}", types={"word": "category"})


@case("formats/csv.py", "_check_thousands")
def commas_that_may_part_thousands(folder: Path) -> dict[str, Any]:
    lines = "".join(f"{row % 7 + 1},{500 + row};{row};{'ab'[row % 2]}\n{row};{row};a\n" for row in range(30))
    return table(folder, f"price;size;kind\n{lines}")


@case("formats/tables/file.py", "chosen")
def a_table_of_another_name(folder: Path) -> dict[str, Any]:
    with sqlite3.connect(folder / "a.db") as database:
        database.execute("create table houses (size real, kind text)")
        database.executemany("insert into houses values (?, ?)", [(row / 2, "ab"[row % 2]) for row in range(40)])
    database.close()
    return {"source": "csv", "path": "a.db", "table": "cars"}


@case("splitting/by_column.py", "split_column")
def a_group_and_a_time(folder: Path) -> dict[str, Any]:
    return table(folder, rows(), group="patient", time="day")


@case("splitting/values.py", "group_numbers")
def a_single_group(folder: Path) -> dict[str, Any]:
    lines = "".join(f"{row},p,{'ab'[row % 2]}\n" for row in range(40))
    return table(folder, f"size,patient,kind\n{lines}", group="patient")


@case("splitting/values.py", "usable_times")
def words_as_times(folder: Path) -> dict[str, Any]:
    x = np.random.default_rng(0).normal(size=(40, 3))
    np.savez(folder / "a.npz", x=x, y=np.arange(40) % 2, when=np.array(["now", "then"] * 20))
    return {"source": "numpy", "path": "a.npz", "time": "when"}


@case("base.py", "split_rows")
def a_column_and_a_list(folder: Path) -> dict[str, Any]:
    (folder / "rows.txt").write_text("1\n2\n3\n4\n")
    return table(folder, rows(), group="patient", validation_list="rows.txt")


@case("splitting/parting.py", "parted_rows")
def a_list_and_a_drawn_test_part(folder: Path) -> dict[str, Any]:
    (folder / "rows.txt").write_text("1\n2\n3\n4\n")
    return table(folder, rows(), test=0.2, validation_list="rows.txt")


@case("splitting/parting.py", "check_folds")
def a_single_fold(folder: Path) -> dict[str, Any]:
    return table(folder, rows(), folds=1)


@case("splitting/parting.py", "check_folds")
def folds_of_times(folder: Path) -> dict[str, Any]:
    return table(folder, rows(), folds=3, time="day")


@case("splitting/parting.py", "_own_rows")
def folds_of_what_is_parted(folder: Path) -> dict[str, Any]:
    x, y = np.random.default_rng(0).normal(size=(40, 3)), np.arange(40) % 2
    np.savez(folder / "a.npz", x_train=x, y_train=y, x_test=x[:9], y_test=y[:9])
    return {"source": "numpy", "path": "a.npz", "folds": 3}


@case("splitting/parting.py", "not_compared")
def duplicates_among_what_stays_a_file(folder: Path) -> dict[str, Any]:
    pictures(folder / "images", *(f"{kind}/{number}" for kind in "ab" for number in range(8)))
    return {"source": "image_folder", "path": "images", "loading": "streamed", "duplicates": "drop"}


@case("corrections.py", "_other")
def corrections_of_other_data(folder: Path) -> dict[str, Any]:
    return table(folder, rows(), corrections={"3": ["cat", "dog"]})


@case("labels.py", "as_column")
def words_as_numbers(folder: Path) -> dict[str, Any]:
    x = np.random.default_rng(0).normal(size=(40, 3))
    return arrays(folder, x, np.array(["cat", "dog"] * 20), task="regression")


@case("arrays/base.py", "_streams")
def a_packed_array_that_is_streamed(folder: Path) -> dict[str, Any]:
    return arrays(folder, np.random.default_rng(0).normal(size=(40, 3)), loading="streamed")


@case("arrays/layouts.py", "layout_of")
def a_layout_of_other_dimensions(folder: Path) -> dict[str, Any]:
    return arrays(folder, np.random.default_rng(0).normal(size=(40, 3)), layout="channels last")


@case("arrays/layouts.py", "layout_of")
def channels_first_or_last(folder: Path) -> dict[str, Any]:
    return arrays(folder, np.random.default_rng(0).normal(size=(40, 6, 6, 7)))


@case("arrays/layouts.py", "_as_tokens")
def fractions_as_tokens(folder: Path) -> dict[str, Any]:
    return arrays(folder, np.random.default_rng(0).normal(size=(40, 3)), tokens=True)


@case("images/folders.py", "_misnamed")
def masks_that_are_classes(folder: Path) -> dict[str, Any]:
    pictures(folder / "images", *(f"{kind}/{number}" for kind in "ab" for number in range(8)))
    return {"source": "image_folder", "path": "images", "task": folders.MASKS}


@case("images/folders.py", "_alone")
def a_folder_without_images(folder: Path) -> dict[str, Any]:
    pictures(folder / "images", *(f"deep/{kind}/{kind}/{kind}/{number}" for kind in "ab" for number in range(8)))
    return {"source": "image_folder", "path": "images", "task": ITSELF}


@case("images/aims.py", "refuse")
def words_as_their_own_target(folder: Path) -> dict[str, Any]:
    return {"source": "reviews", "targets": {"output1": "x"}}


@case("images/aims.py", "refuse")
def files_as_their_own_target(folder: Path) -> dict[str, Any]:
    pictures(folder / "images", *(f"{kind}/{number}" for kind in "ab" for number in range(8)))
    return {"source": "image_folder", "path": "images", "loading": "streamed", "targets": {"output1": "x"}}


@case("images/masks.py", "levels_of")
def pictures_in_place_of_masks(folder: Path) -> dict[str, Any]:
    pictures(folder / "data" / "images", *map(str, range(8)))
    pictures(folder / "data" / "masks", *map(str, range(8)))
    return {"source": "image_folder", "path": "data"}


@case("images/masks.py", "levels_of")
def masks_that_are_blurred(folder: Path) -> dict[str, Any]:
    pictures(folder / "data" / "images", *map(str, range(8)))
    pictures(folder / "data" / "masks", *map(str, range(8)), mode="L", end="jpg")
    return {"source": "image_folder", "path": "data"}


def test_every_remedy_in_the_source_is_followed() -> None:
    assert {site for site, _ in CASES.values()} | set(UNMADE) == set(sites())


@pytest.mark.parametrize("name", CASES)
def test_it_leads_to_a_run(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, make = CASES[name]
    named: set[Site] = set()
    begin = DataError.__init__

    def noted(self: DataError, text: str, **mend: Any) -> None:
        frame = sys._getframe(1)
        if mend:
            named.add((Path(frame.f_code.co_filename).relative_to(ROOT).as_posix(), frame.f_code.co_name))
        begin(self, text, **mend)

    monkeypatch.setattr(DataError, "__init__", noted)
    data = make(tmp_path)
    shape, layers = ([3, 8, 8], PER_PIXEL) if "blurred" in name else ([3], DENSE)
    document = chain([("input1", "Input", {"shape": shape}), *layers], data=data, batch_size=4)
    taken = followed(document, tmp_path / "net.netloom")
    assert wanted in named, f"another was named: {named}, {taken}"
    assert len(dataset_from(document.data)[0].load(tmp_path).train) > 0


def followed(document: Document, path: Path) -> list[str]:
    """The labels of the first mends that are offered, taken until nothing stands in the way of a training."""
    taken: list[str] = []
    while errors := [finding for finding in preflight(document, path) if finding.stops_training]:
        assert errors[0].mends, f"no way on from {errors[0].message} {errors[0].detail} after {taken}"
        taken.append(errors[0].mends[0].label)
        document.apply(errors[0].mends[0].edit)
        assert len(taken) < 8, taken
    return taken
