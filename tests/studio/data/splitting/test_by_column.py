"""Rows of a table parted by group, by time and by count: in Netloom, and in a script without it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from studio.data import DATASETS, Data, DataError, Dataset, dataset_from

PATIENTS = 12


def rows(count: int = 60) -> list[tuple[str, int, str, str]]:
    """Patients in turn, a number that tells the row, a day that falls while rows go on, and a class of each patient."""
    return [
        (f"p{row % PATIENTS:02d}", row, f"2024-{12 - row // 28:02d}-{28 - row % 28:02d}", "ab"[row % PATIENTS % 2])
        for row in range(count)
    ]


def table(folder: Path, lines: list[tuple[Any, ...]] | None = None, **settings: Any) -> Dataset:
    lines = rows() if lines is None else lines
    text = "patient,row,day,kind\n" + "".join(",".join(map(str, line)) + "\n" for line in lines)
    (folder / "a.csv").write_text(text)
    dataset, problems = dataset_from({"source": "csv", "path": "a.csv", "normalize": False, **settings})
    assert not problems
    return dataset


def agreed(dataset: Dataset, folder: Path) -> Data:
    """The data as load, facts and script agree on it."""
    data = dataset.load(folder)
    names: dict[str, Any] = {}
    exec(compile(dataset.script_source(folder), "script.py", "exec"), names)
    ours = data.train.x, data.train.y, data.validation.x, data.validation.y
    for mine, theirs in zip(ours, names["load_data"](), strict=False):
        np.testing.assert_array_equal(mine, theirs, strict=True)
    assert dataset.facts(folder) == data.facts()
    return data


def held_out(data: Data) -> list[int]:
    assert data.rows is not None
    assert sorted([*data.rows[0], *data.rows[1]]) == list(range(sum(map(len, data.rows))))
    return list(map(int, data.rows[1]))


@pytest.mark.parametrize(("size", "expected"), [(0.25, 4), (5, 5), (1, 1)])
def test_groups_stay_whole_and_size_counts_them(size: float, expected: int, tmp_path: Path) -> None:
    dataset = table(tmp_path, ignore="day", group="patient", validation=size, seed=3)
    data = agreed(dataset, tmp_path)
    patients = [row[0] for row in rows()]
    later = held_out(data)
    validation = {patients[row] for row in later}
    assert len(validation) == expected and len(later) == expected * 60 // PATIENTS
    assert data.features == ("row",)  # the group is no input
    assert held_out(agreed(dataset.replace(seed=4), tmp_path)) != later


def test_groups_are_drawn_by_class_where_each_has_one(tmp_path: Path) -> None:
    data = agreed(table(tmp_path, ignore="day", group="patient", validation=6), tmp_path)
    assert [counts[1] for counts in data.counts.values()] == [15, 15]


def test_a_group_that_is_bound_is_an_input_all_the_same(tmp_path: Path) -> None:
    dataset = table(tmp_path, group="row", inputs={"in": "row"}, targets={"out": "kind"}, validation=10)
    assert agreed(dataset, tmp_path).features == ("row",)


@pytest.mark.parametrize("size", [0.3, 18])
@pytest.mark.parametrize("column", ["day", "row"])
def test_the_latest_are_validation_whatever_the_order(size: float, column: str, tmp_path: Path) -> None:
    shuffled = [rows()[row] for row in np.random.default_rng(1).permutation(60)]
    dataset = table(tmp_path, shuffled, time=column, validation=size, ignore="patient")
    data = agreed(dataset, tmp_path)
    place = ("patient", "row", "day").index(column)
    values = [row[place] for row in shuffled]
    later = held_out(data)
    assert len(later) == 18
    assert min(values[row] for row in later) > max(values[row] for row in set(range(60)) - set(later))  # type: ignore[type-var]


def test_moments_of_a_day_are_told_apart(tmp_path: Path) -> None:
    lines = [("p", row, f"2024-01-01{' T'[row % 2]}{(7 * row) % 24:02d}:30", "ab"[row % 2]) for row in range(24)]
    later = held_out(agreed(table(tmp_path, lines, time="day", ignore="patient", validation=6), tmp_path))
    assert sorted((7 * row) % 24 for row in later) == [18, 19, 20, 21, 22, 23]


def test_rows_that_are_dropped_leave_the_groups_of_the_others(tmp_path: Path) -> None:
    lines = [(name, "" if row % 10 == 0 else row, day, kind) for name, row, day, kind in rows()]
    data = agreed(table(tmp_path, lines, group="patient", ignore="day", gaps="drop rows", validation=3), tmp_path)
    training, validation = ({int(x) % PATIENTS for x in part.x[:, 0]} for part in data.splits)
    assert len(validation) == 3 and not training & validation


@pytest.mark.parametrize("kind", ["digits", "iris", "diabetes", "reviews"])
@pytest.mark.parametrize("count", [1, 37])
def test_a_count_is_held_out_exactly(kind: str, count: int) -> None:
    data = agreed(DATASETS[kind](validation=count), Path())
    assert len(held_out(data)) == count == len(data.validation)


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "many"])
def test_sizes_that_are_no_share_and_no_count_are_refused(value: object) -> None:
    dataset, problems = dataset_from({"source": "iris", "validation": value})
    assert dataset.validation == 0.2 and "expected a number" in problems[0].message


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"group": "doctor"}, "expected a column “doctor”, found patient, row, day, kind"),
        ({"group": "patient", "time": "day"}, "expected a group or a time column for the split, found both"),
        ({"group": "kind2"}, "expected a column “kind2”"),
        ({"time": "patient"}, "expected a number or a date as 2025-12-31 in column “patient”, row 2, found “p00”"),
        ({"group": "patient", "validation": 12}, "no example of 60 is left for training"),
        ({"time": "row", "validation": 60, "ignore": "day"}, "no example of 60 is left for training"),
    ],
)
def test_what_does_not_fit_is_a_sentence(settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    dataset = table(tmp_path, **settings)
    for ask in (dataset.facts, dataset.load, dataset.script_source):
        with pytest.raises(DataError) as caught:
            ask(tmp_path)
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("cell", "settings", "message"),
    [
        ("", {"group": "patient"}, "expected a group in column “patient”, row 5, found a gap"),
        ("2024-13-01", {"time": "patient"}, "expected a date as 2025-12-31 in column “patient”, row 5, found “2024-13"),
    ],
)
def test_a_cell_that_says_nothing_is_named(cell: str, settings: dict[str, Any], message: str, tmp_path: Path) -> None:
    usual = {"group": "p1", "time": "2024-01-01"}[next(iter(settings))]
    lines = [(cell if row == 3 else usual, row, 0, "ab"[row % 2]) for row in range(20)]
    with pytest.raises(DataError, match="row 5") as caught:
        table(tmp_path, lines, **settings).load(tmp_path)
    assert message in str(caught.value)


def test_one_group_alone_cannot_be_parted(tmp_path: Path) -> None:
    lines = [("p", row, 0, "ab"[row % 2]) for row in range(20)]
    with pytest.raises(DataError, match="two groups or more in column “patient”, found one") as caught:
        table(tmp_path, lines, group="patient").load(tmp_path)
    assert caught.value.mend == {"group": ""}
    assert table(tmp_path, lines, **caught.value.mend).load(tmp_path)


@pytest.mark.parametrize("gap", ["", "NA", "?", "."])
@pytest.mark.parametrize(("settings", "place"), [({"group": "patient"}, 0), ({"time": "day"}, 2), ({"time": "row"}, 1)])
def test_rows_without_a_group_or_a_time_are_refused_or_dropped(
    gap: str, settings: dict[str, str], place: int, tmp_path: Path
) -> None:
    lines = [tuple(gap if at == place and row % 7 == 0 else cell for at, cell in enumerate(line))
             for row, line in enumerate(rows())]  # fmt: skip
    dataset = table(tmp_path, lines, **settings)
    with pytest.raises(DataError, match=r"row 2, found .* Mend it, set gaps to “drop rows”, or choose") as caught:
        dataset.load(tmp_path)
    assert caught.value.mend == {"gaps": "drop rows"}
    data = agreed(dataset.replace(**caught.value.mend), tmp_path)
    assert sum(data.sizes.values()) == 51
    assert "a.csv: 9 of 60 rows have gaps and are left out." in data.warnings


def test_what_is_no_time_is_refused_though_gaps_are_dropped(tmp_path: Path) -> None:
    lines = [(patient, row, "soon" if row == 5 else day, kind) for patient, row, day, kind in rows()]
    with pytest.raises(DataError, match=r"found “soon”\. Mend it, or choose another column") as caught:
        table(tmp_path, lines, time="day", gaps="drop rows").load(tmp_path)
    assert caught.value.mend == {}


def test_of_equal_times_those_further_back_are_later_and_folds_keep_groups(tmp_path: Path) -> None:
    lines = [(patient, row, "2024-01-01" if row < 50 else "2024-01-02", kind) for patient, row, _, kind in rows()]
    data = agreed(table(tmp_path, lines, time="day", validation=20), tmp_path)
    assert held_out(data) == list(range(40, 60))
    seen: list[str] = []
    for fold in range(3):
        part = agreed(table(tmp_path, ignore="day", group="patient", folds=3, fold=fold), tmp_path)
        seen += {rows()[row][0] for row in held_out(part)}
    assert sorted(seen) == sorted({row[0] for row in rows()})
