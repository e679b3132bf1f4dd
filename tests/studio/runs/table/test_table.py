"""Runs as rows: every setting and metric by a name that can be typed, those that differ first; and as text."""

from __future__ import annotations

import csv
import io
import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from table_rows import summary

from models.find import Condition
from models.training import TrainingSettings
from studio.runs.table.columns import MOST_COLUMNS, cell_text, columns_of, in_order
from studio.runs.table.facts import ABOUT, RunFacts, facts_of
from studio.runs.table.written import as_csv, as_json, as_markdown

SGD = {"optimizer": {"kind": "SGD", "params": {"lr": 0.1}}, "epochs": 20, "seed": 3}
ADAM = {"optimizer": {"kind": "Adam", "params": {}}, "epochs": 20, "seed": 3}
BEST = {"validation/accuracy": 0.96, "validation/loss": 0.1, "train/loss": 0.05}


def rows() -> list[RunFacts]:
    return [
        facts_of(summary(id="a", settings=SGD, best=BEST, last=BEST)),
        facts_of(summary(id="b", settings=ADAM, best=BEST | {"validation/accuracy": 0.91}, last=BEST, tags=("x", "y"))),
    ]


def test_settings_and_metrics_go_by_names_that_can_be_typed() -> None:
    first, second = rows()
    assert first.values["optimizer"] == "SGD" and first.values["optimizer.lr"] == 0.1
    assert second.values["optimizer.lr"] == 0.001, "a default that was not written down is a value, too"
    assert first.values["accuracy"] == 0.96 and first.values["last/accuracy"] == 0.96
    assert first.values["train/loss"] == 0.05 and "validation/loss" not in first.values
    assert second.values["tags"] == "x, y" and "tags" not in first.values
    names = [column.key for column in columns_of(rows())]
    assert [row.id for row in rows() if Condition("lr > 0.01 and accuracy > 95%", names)(row)] == ["a"]
    assert [row.id for row in rows() if Condition("adam x", names)(row)] == ["b"]


def test_what_an_experiment_set_of_the_network_is_a_column() -> None:
    settings = {"fc1.out_features": 18, "training.optimizer.lr": 0.1, "data.seed": 2}
    row = facts_of(summary(settings=SGD, experiment={"id": "x", "trial": 1, "seed": 1, "settings": settings}))
    assert row.values["fc1.out_features"] == 18 and not {"training.optimizer.lr", "data.seed"} & row.values.keys()
    assert facts_of(summary(experiment={"settings": [1]})).values


def test_what_differs_comes_first_after_the_name() -> None:
    columns = columns_of(rows())
    keys = [column.key for column in columns]
    assert keys[0] == "name"
    differing = [column.key for column in columns if column.differs]
    assert keys[1 : 1 + len(differing)] == differing
    assert differing[:2] == ["optimizer", "optimizer.lr"] and "accuracy" in differing and "epochs" not in differing
    assert {column.key for column in columns if not column.numeric} >= {"name", "optimizer", "state"}
    assert next(column for column in columns if column.key == "optimizer.lr").numeric
    assert columns_of([]) == []


def test_what_the_device_did_stands_behind_what_tells_runs_apart() -> None:
    device = [{"samples_per_second": speed, "train/loss": 0.1, "validation/accuracy": 0.5} for speed in (100.0, 200.0)]
    made = [facts_of(summary(id=id, settings=SGD, best=BEST | {"train/loss": loss}, last=last))
            for id, loss, last in (("a", 0.1, device[0]), ("b", 0.2, device[1]))]  # fmt: skip
    differing = [column.key for column in columns_of(made) if column.differs]
    assert differing == ["train/loss", "last/samples_per_second"]


def test_a_setting_that_an_older_program_did_not_know_is_its_default() -> None:
    assert "warmup" not in SGD
    old, new = facts_of(summary(settings=SGD)), facts_of(summary(settings=SGD | {"warmup": 0}))
    assert old.values["warmup"] == new.values["warmup"] == 0
    assert "warmup" not in [column.key for column in columns_of([old, new]) if column.differs]
    assert "warmup" not in facts_of(summary(settings={})).values, "of a run that cannot be read nothing is known"


def test_every_setting_of_a_training_has_a_column() -> None:
    settings = TrainingSettings().settings(all_fields=True) | {"data": {"source": "digits", "validation": 0.2}}
    values = facts_of(summary(settings=settings)).values
    assert {
        "optimizer",
        "optimizer.lr",
        "schedule",
        "epochs",
        "batch_size",
        "seed",
        "data.source",
        "data.validation",
    } <= set(values)
    assert "metrics" not in values, "an empty list says nothing"


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": 7},
        {"optimizer": {"kind": "Mine", "params": {"lr": 1}}},
        {"optimizer": {"params": [1]}},
        {"x": [{}]},
    ],
)
def test_damaged_settings_make_a_row(settings: dict[str, Any]) -> None:
    row = facts_of(summary(settings=settings))
    assert all(isinstance(value, str | int | float | None) for value in row.values.values())


def test_a_run_from_anybody_makes_no_endless_table() -> None:
    assert len(columns_of([facts_of(summary(settings={f"s{n}": n for n in range(5_000)}))])) == MOST_COLUMNS


@given(st.lists(st.none() | st.floats() | st.integers() | st.text(max_size=3) | st.booleans(), max_size=9))
def test_sorting_keeps_every_row_and_puts_what_has_no_value_last(values: list[Any]) -> None:
    table = [RunFacts(str(n), {"k": value}, "") for n, value in enumerate(values)]
    for descending in (False, True):
        found = in_order(table, "k", descending=descending)
        assert sorted(row.id for row in found) == sorted(row.id for row in table)
        tail = [row.values["k"] is None for row in found]
        assert tail == sorted(tail)
    numbers = [row.values["k"] for row in in_order(table, "k") if type(row.values["k"]) is int]
    assert numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("key", "value", "text"),
    [("accuracy", 0.9811, "98.1 %"), ("loss", 0.07, "0.07"), ("starred", True, "yes"), ("x", None, ""),
     ("parameters", 13050, "13,050"), ("seed", 13050, "13050"), ("duration", 200.0, "3 min 20 s"),
     ("loss", math.inf, "inf")],
)  # fmt: skip
def test_cells_read_well(key: str, value: Any, text: str) -> None:
    assert cell_text(key, value) == text


def test_as_csv_gives_every_digit_and_no_formula() -> None:
    table = [facts_of(summary(name="=HYPERLINK(1)", best={"validation/accuracy": 1 / 3}, settings=SGD))]
    head, row = csv.reader(io.StringIO(as_csv(["name", "accuracy", "absent"], table)))
    assert head == ["id", "name", "accuracy", "absent"]
    assert row == ["a", "'=HYPERLINK(1)", repr(1 / 3), ""]


def test_as_json_and_markdown() -> None:
    table = [facts_of(summary(name="a|b", best={"validation/accuracy": math.nan}))]
    assert json.loads(as_json(["name", "accuracy", "absent"], table)) == [{"id": "a", "name": "a|b", "accuracy": "NaN"}]
    assert as_markdown(["name", "accuracy"], table).splitlines() == [
        "| name | accuracy |",
        "| --- | --- |",
        "| a\\|b | nan |",
    ]


def test_what_is_known_besides_is_named_once() -> None:
    values = facts_of(summary(reason="Enough.", note="n", tags=("t",), starred=True, dropout=True)).values
    assert set(ABOUT) <= set(values)
