"""What is doubtful in data: told where it is so and nowhere else, and each mend leads to a run."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import chain
from PIL import Image

from models.document import Document
from models.document.edits import SetParam, SetSection
from models.findings.finding import Finding
from models.storage import files
from studio import cli
from studio.data import dataset_from
from studio.data.seen.advice import ADVICE, GROUPS, NUMBERED
from studio.data.seen.look import seen
from studio.running.launch import new_run
from studio.running.preflight import preflight
from studio.worker.session import train

Table = list[list[Any]]


def rows(count: int = 90) -> Table:
    generator = np.random.default_rng(0)
    return [[row, f"{generator.normal():.4f}", f"{generator.normal():.4f}", "ab"[row % 2]] for row in range(count)]


def unequal() -> Table:
    return [[*row[:3], "a" if place % 9 else "b"] for place, row in enumerate(rows())]


def twice() -> Table:
    return rows() + rows()[:9]


def contradicting() -> Table:
    return rows() + [[*row[:3], "a" if row[3] == "b" else "b"] for row in rows()[:3]]


def far_out() -> Table:
    found = rows(400)
    found[5][1] = "1e6"
    return found


def of_patients() -> Table:
    return [[row[0] % 9, *row[1:]] for row in rows()]


def same() -> Table:
    return [[*row[:2], 7, row[3]] for row in rows()]


def graded() -> Table:
    return [[*row[:3], place % 5 + 1] for place, row in enumerate(rows())]


def written_twice() -> Table:
    return [[*row[:3], "A " if place % 3 == 2 else row[3]] for place, row in enumerate(rows())]


def with_stand_ins() -> Table:
    return [[row[0], -999 if row[0] % 9 == 4 else row[1], *row[2:]] for row in rows()]


def of_several_labels() -> Table:
    return [[*row[:3], ("a", "b", "a|b", "b|c", "a|c")[row[0] % 5]] for row in rows()]


CASES: dict[str, tuple[Callable[[], Table], list[str]]] = {
    "alike_classes": (written_twice, []),
    "imbalance": (unequal, ["Weigh classes", "Draw classes alike"]),
    "duplicates": (twice, ["Drop duplicates"]),
    "conflicts": (contradicting, ["Leave 6 examples out"]),
    "numbers_as_classes": (graded, ["Predict numbers"]),
    "outliers": (far_out, ["Clip outliers"]),
    "groups": (of_patients, ["Keep each patient together"]),
    "constants": (same, []),
    "several_labels": (of_several_labels, []),
    "stand_ins": (with_stand_ins, []),
    "numbered_rows": (rows, ["Ignore Row ID"]),
    "named_target": (rows, ["Predict target"]),
}
NAMES = {"groups": "patient", "numbered_rows": "Row ID", "named_target": "target"}


def made(folder: Path, table: Table, first: str = "number") -> Document:
    with open(folder / "a.csv", "w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([[first, "width", "height", "kind"], *table])
    layers: Any = [
        ("input1", "Input", {"shape": [3]}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    data = {"source": "csv", "path": str(folder / "a.csv"), "types": {first: "number"}}
    return chain(layers, data=data, epochs=1)


def told(document: Document) -> dict[str, Finding]:
    """What is found, by the function that finds it."""
    dataset = dataset_from(document.data)[0]
    found = seen(dataset.load(), dataset.split_note)
    return {item.__name__: finding for item in ADVICE for finding in item(document, dataset, found)}


def name_of(case: str) -> str:
    return NAMES.get(case, "number")


def test_each_has_a_case() -> None:
    assert {item.__name__ for item in ADVICE} == {*CASES, "few_levels"}


@pytest.mark.parametrize("case", CASES)
def test_it_is_told_where_it_is_so_and_nowhere_else(case: str, tmp_path: Path) -> None:
    make, labels = CASES[case]
    found = told(made(tmp_path, make(), name_of(case)))
    assert set(found) == {case} and [mend.label for mend in found[case].mends] == labels
    assert len(found[case].message) <= 90 and found[case].message.endswith(".")
    assert told(made(tmp_path, rows())) == {}


@pytest.mark.parametrize(
    ("case", "place"), [(case, place) for case, (_, all) in CASES.items() for place in range(len(all))]
)
def test_each_mend_is_an_edit_that_ends_it_and_leads_to_a_run(case: str, place: int, tmp_path: Path) -> None:
    document = made(tmp_path, CASES[case][0](), name_of(case))
    before = files.to_json(document)
    mend = told(document)[case].mends[place]
    document.apply(mend.edit)
    assert case not in told(document)
    shape = list(dataset_from(document.data)[0].facts().shape)
    document.apply(SetParam("input1", "shape", shape))
    edits = 2
    while wrong := [finding for finding in preflight(document, None) if finding.stops_training]:
        document.apply(wrong[0].mends[0].edit)  # what was named leads on to what is named next
        edits += 1
    outcome = train(new_run(files.from_json(files.to_json(document))[0], None, tmp_path / "runs"))
    assert outcome.state == "finished", outcome.reason
    for _ in range(edits):
        document.undo()
    assert files.to_json(document) == before


@pytest.mark.parametrize("name", ["patient", "Patient ID", "speaker_no", "user-name", "recording", "the session"])
def test_columns_of_what_belongs_together_are_known_by_their_names(name: str) -> None:
    assert GROUPS.search(name)


@pytest.mark.parametrize("name", ["patience", "usage", "size", "grouping", "number", "website"])
def test_others_are_not(name: str) -> None:
    assert not GROUPS.search(name)


def test_the_command_line_names_the_options_that_mend(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "net.netloom"
    files.write(made(tmp_path, twice()), path)
    assert cli.main(["data", str(path)]) == 0
    assert "Try --set data.duplicates=drop." in capsys.readouterr().out
    assert cli.main(["data", str(path), "--format", "json"]) == 0
    (finding,) = json.loads(capsys.readouterr().out)["findings"]
    assert finding["remedies"] == [{"label": "Drop duplicates", "set": {"data.duplicates": "drop"}}]
    document = made(tmp_path, unequal())
    document.apply(SetSection("data", document.data | {"test": 0.2}))
    files.write(document, path)
    assert cli.main(["data", str(path)]) == 0
    text = capsys.readouterr().out
    assert "Try --set training.sampling=balanced." in text
    assert "Test" in text and "0.2 kept apart" in text
    assert cli.main(["train", str(path), "--set", "training.sampling=balanced", "--runs", str(tmp_path / "runs")]) == 0


@pytest.mark.parametrize(("most", "is_told"), [(4095, True), (65535, False), (8191, True), (16383, False), (255, True)])
def test_images_of_few_bits_in_sixteen_are_told(most: int, is_told: bool, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for row in range(20):
        (tmp_path / "ab"[row % 2]).mkdir(exist_ok=True)
        levels = generator.integers(0, most + 1, (8, 8))
        levels[0, 0] = most
        Image.fromarray(levels.astype(np.uint16)).save(tmp_path / "ab"[row % 2] / f"{row}.tif")
    document = chain(
        [("input1", "Input", {"shape": [3, 8, 8]})], data={"source": "image_folder", "path": str(tmp_path)}
    )
    found = told(document)
    assert ("few_levels" in found) == is_told
    if is_told:
        assert (
            found["few_levels"].message
            == f"The images have {(most >> 8) + 1} of 256 levels: of 16 bits the upper 8 are kept."
        )


@pytest.mark.parametrize("name", ["id", "Row ID", "PassengerId", "user_id", "index", "Unnamed: 0", "#", "rowid"])
def test_columns_that_number_rows_are_known_by_their_names(name: str) -> None:
    assert NUMBERED.search(name)


@pytest.mark.parametrize("name", ["width", "humid", "grid", "acid", "monkey", "keys", "notes", "number", "bid"])
def test_others_number_nothing(name: str) -> None:
    assert not NUMBERED.search(name)


@pytest.mark.parametrize("names", [("New York, NY", "Austin, TX"), ("a|", "b|"), ("x", "y"), ("a|b", "c")])
def test_names_with_signs_are_no_several_labels(names: tuple[str, str], tmp_path: Path) -> None:
    table = [[*row[:3], names[row[0] % 2]] for row in rows()]
    assert "several_labels" not in told(made(tmp_path, table))
