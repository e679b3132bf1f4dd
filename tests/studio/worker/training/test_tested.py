"""A part kept apart is measured once, when a training has ended: in the run's record, and as the script has it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from histories import history_of_script, told_by, told_in_two

from models.document import Document
from studio.data import dataset_from
from studio.runs.folder import RunFolder
from studio.runs.summary import summarize
from studio.runs.table.facts import facts_of
from studio.worker.session import train
from tests.documents import cnn, mlp, regression

New = Callable[[Document], RunFolder]
DATA = {"source": "iris", "test": 0.2}
RESTORED: dict[str, Any] = {
    "patience": 2,
    "restore_best": True,
    "epochs": 30,
    "optimizer": {"kind": "SGD", "params": {"lr": 2.0}},
}


def of_test(told: list[tuple[str, dict[str, Any]]]) -> dict[str, float]:
    (facts,) = [facts for event, facts in told if event == "test"]
    values: dict[str, float] = facts["values"]
    return values


@pytest.mark.parametrize(
    "document",
    [
        lambda: mlp(data=DATA, average="EMA"),
        lambda: cnn(data={"source": "digits", "test": 40}, average="SWA", average_from=0.3, epochs=2),
        lambda: regression(data={"source": "diabetes", "test": 0.1, "folds": 4, "fold": 1, "outliers": "clip"}),
        lambda: mlp(data=DATA | {"duplicates": "drop"}, patience=1, min_delta=9.0, epochs=8),
        lambda: mlp(data=DATA, **RESTORED),
        lambda: mlp(data=DATA, average="EMA", average_decay=0.5, **RESTORED),
        lambda: mlp(data=DATA, average="SWA", average_from=0.1, **RESTORED),
    ],
    ids=["EMA", "SWA", "regression", "stopped early", "best", "best of EMA", "best of SWA"],
)
def test_the_script_measures_it_as_the_run_does(new: New, document: Callable[[], Document]) -> None:
    made = document()
    found = of_test(told_by(train, new(made)))
    last = history_of_script(made)[-1]
    assert found and found == {name: value for name, value in last.items() if name.startswith("test/")}


def test_it_is_measured_once_at_the_end_and_stands_in_the_record(new: New) -> None:
    run = new(mlp(data=DATA))
    told = told_by(train, run)
    names = [event for event, _ in told if event in ("epoch", "test", "finished")]
    assert names == ["epoch"] * 3 + ["test", "finished"]
    values, summary = of_test(told), summarize(run)
    assert {name: summary.last[name] for name in values} == values
    table = facts_of(summary).values
    assert table["test/accuracy"] == values["test/accuracy"] and "last test/accuracy" not in table
    data = dataset_from(DATA)[0].load()
    assert data.test is not None and values["test/accuracy"] * len(data.test) == pytest.approx(
        round(values["test/accuracy"] * len(data.test))
    )


def test_a_resumed_run_measures_it_when_it_ends(new: New) -> None:
    document = mlp(data=DATA)
    whole = of_test(told_by(train, new(document)))
    first, second = told_in_two(new(document), 1)
    assert not [event for event, _ in first if event == "test"] and of_test(second) == whole


def test_with_the_best_weights_restored_it_is_measured_with_these(new: New) -> None:
    run = new(mlp(data=DATA, patience=1, min_delta=9.0, epochs=9, restore_best=True))
    assert of_test(told_by(train, run))
    assert run.checkpoints.called("last") is not None


def test_the_weights_learn_nothing_from_it(new: New, tmp_path: Path) -> None:
    x, y = np.random.default_rng(0).normal(size=(60, 4)), np.arange(60) % 3
    histories = []
    for change in (0.0, 5.0):
        np.savez(tmp_path / "a.npz", x=x, y=y)
        data = {"source": "numpy", "path": str(tmp_path / "a.npz"), "test": 0.2}
        rows = dataset_from(data)[0].load().test_rows
        assert rows is not None
        x[rows] += change
        np.savez(tmp_path / "a.npz", x=x, y=y)
        told = told_by(train, new(mlp(data=data)))
        histories.append(([facts["values"] for event, facts in told if event == "epoch"], of_test(told)))
    assert histories[0][0] == histories[1][0] and histories[0][1] != histories[1][1]
