"""Experiments on the disk: made once, read again, claimed by one process at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from documents import mlp
from hypothesis import given
from hypothesis import strategies as st

from models.data.held import SECTION
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment, identity
from studio.experiments.folder import PAUSED, WAITING, ExperimentFolder, all_experiments
from studio.runs.errors import RunError
from studio.runs.files.atomic import to_json
from studio.runs.index import RunIndex

PLAN = Experiment("Größe, zwei", "random", (Axis("training.epochs", (1, 2)),), ({"fc1.bias": False},), 3, 5, "m", True)


@given(st.integers(1, 100), st.integers(0, 10_000), st.text(), st.booleans())
def test_an_experiment_comes_back_as_it_was_written(seeds: int, trials: int, metric: str, prune: bool) -> None:
    plan = Experiment("x", "tpe", (Axis("a.b", (), 1.0, 2.0),), (), seeds, trials, metric, prune)
    assert Experiment.from_json(json.loads(to_json(plan.to_json()))) == plan


@pytest.mark.parametrize("content", [{}, [], {"netloom_experiment": 99}, {"netloom_experiment": 1, "title": "x"}])
def test_what_is_no_experiment_says_what_is_missing(content: object) -> None:
    with pytest.raises(ValueError, match=r"lacks|format|expected"):
        Experiment.from_json(content)


def test_it_is_made_once_and_read_again(tmp_path: Path) -> None:
    folder = ExperimentFolder.create(tmp_path, PLAN, mlp(), tmp_path / "x.netloom")
    assert folder.id.startswith("gr-e-zwei-") and folder.state == WAITING
    folder.set_queue(state=PAUSED)
    assert ExperimentFolder.create(tmp_path, PLAN, mlp(), None).state == PAUSED
    found = ExperimentFolder.open(folder.path)
    assert (found.experiment, found.id, found.document_path) == (PLAN, folder.id, tmp_path / "x.netloom")
    assert found.document().training == mlp().training
    assert identity(PLAN, b"another") != folder.id
    document = mlp()
    document.note(SECTION, {"path": {"name": "a.csv"}})
    assert ExperimentFolder.create(tmp_path, PLAN, document, None).id == folder.id, (
        "what is known of files is not meant"
    )
    with RunIndex(tmp_path) as index:
        index.refresh()
        assert index.runs() == [] and index.others == 0


def test_the_queue_has_an_order_and_passes_over_what_it_cannot_read(tmp_path: Path) -> None:
    made = [ExperimentFolder.create(tmp_path, Experiment(name), mlp(), None) for name in "abc"]
    assert [folder.id for folder in all_experiments(tmp_path)] == [folder.id for folder in made]
    made[2].set_queue(place=0)
    (made[0].path / "queue.json").write_text("nonsense")
    (made[1].path / "experiment.json").write_text("{}")
    assert [folder.id for folder in all_experiments(tmp_path)] == [made[2].id, made[0].id] or (
        [folder.id for folder in all_experiments(tmp_path)] == [made[0].id, made[2].id]
    )
    with pytest.raises(RunError, match="cannot be read"):
        ExperimentFolder.open(made[1].path)
    made[2].remove()
    assert len(all_experiments(tmp_path)) == 1 and all_experiments(tmp_path / "nowhere") == []


def test_one_process_chooses_and_attends_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = ExperimentFolder.create(tmp_path, PLAN, mlp(), None)
    monkeypatch.setattr("studio.experiments.folder.PATIENCE", 0.0)
    with folder.choosing(), pytest.raises(RunError, match=r"Another process|already"), folder.choosing():
        pass
    with folder.choosing():
        attendance = folder.attend("0-0")
    assert attendance and folder.attend("0-0") is None and folder.attend("0-1") is not None
    attendance.release()
    assert folder.attend("0-0") is not None


@pytest.mark.parametrize(
    ("change", "clue"),
    [({"search": "magic"}, "not known here"), ({"search": "tpe", "seeds": 100, "trials": 10_000}, "10,000")],
)
def test_an_experiment_that_cannot_be_worked_on_is_refused(tmp_path: Path, change: dict[str, Any], clue: str) -> None:
    folder = ExperimentFolder.create(tmp_path, PLAN, mlp(), None)
    file = folder.path / "experiment.json"
    file.write_text(json.dumps(json.loads(file.read_bytes()) | change))
    with pytest.raises(RunError, match=clue):
        ExperimentFolder.open(folder.path)
    assert all_experiments(tmp_path) == []
