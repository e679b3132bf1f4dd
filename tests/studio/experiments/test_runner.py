"""Real workers train what experiments ask for; what stops them loses nothing, and two processes share the work."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from documents import mlp

from models.storage import files
from studio.experiments.axis import Axis
from studio.experiments.experiment import Experiment
from studio.experiments.folder import ExperimentFolder
from studio.experiments.progress import Cell, Progress
from studio.experiments.runner import Crew, Outcome, make_run, places_on
from studio.runs.errors import RunError
from studio.runs.index import RunIndex
from support import ROOT

GRID = Experiment("grid", axes=(Axis("training.optimizer.lr", (0.1, 0.01)),), seeds=2)


def work(folder: ExperimentFolder, *others: ExperimentFolder, **about: Any) -> tuple[Outcome, list[str], Crew]:
    said: list[str] = []
    crew = Crew(folder.runs_dir, lambda: [folder, *others], lambda event, _: said.append(event), jobs=1, **about)
    return crew.work(), said, crew


def progress_of(folder: ExperimentFolder) -> Progress:
    with RunIndex(folder.runs_dir) as index:
        return Progress.read(folder.experiment, folder.id, index)


def test_all_runs_are_trained_and_a_second_time_nothing_is_left(tmp_path: Path, kept_worker: object) -> None:
    folder = ExperimentFolder.create(tmp_path, GRID, mlp(epochs=2), None)
    outcome, said, _ = work(folder)
    assert outcome == ("done", "") and said.count("ended") == 4
    progress = progress_of(folder)
    assert progress.count("finished") == 4 and not progress.open_cells()
    assert {run.name for run in progress.runs} == {f"lr {lr} · seed {seed}" for lr in (0.1, 0.01) for seed in (1, 2)}
    assert {run.settings["seed"] for run in progress.runs} == {7, 8}
    assert {run.settings["optimizer"]["params"]["lr"] for run in progress.runs} == {0.1, 0.01}
    assert work(folder)[1] == []


def test_a_run_that_is_gone_is_made_anew(tmp_path: Path, kept_worker: object) -> None:
    folder = ExperimentFolder.create(tmp_path, Experiment("x", axes=GRID.axes), mlp(epochs=1), None)
    work(folder)
    with RunIndex(tmp_path) as index:
        index.delete(progress_of(folder).runs[0].id)
    assert work(folder)[1].count("ended") == 1
    assert progress_of(folder).count("finished") == 2


def test_the_first_in_the_queue_goes_first(tmp_path: Path, kept_worker: object) -> None:
    first, second = (ExperimentFolder.create(tmp_path, Experiment(name, axes=GRID.axes), mlp(epochs=1), None)
                     for name in ("one", "two"))  # fmt: skip
    work(second, first)
    runs = sorted(progress_of(first).runs + progress_of(second).runs, key=lambda run: run.created)
    assert [run.title for run in runs] == ["two", "two", "one", "one"]


def test_an_experiment_whose_runs_all_fail_ends_early_with_a_sentence(tmp_path: Path, kept_worker: object) -> None:
    rates = Axis("training.optimizer.lr", tuple(1e30 * place for place in range(1, 9)))
    document = mlp(epochs=1, optimizer={"kind": "SGD", "params": {}})
    folder = ExperimentFolder.create(tmp_path, Experiment("x", axes=(rates,)), document, None)
    heard: list[str] = []
    crew = Crew(tmp_path, lambda: [folder], lambda event, facts: heard.append(str(facts.get("reason"))), jobs=1)
    assert crew.work().state == "done"
    assert progress_of(folder).count("failed") == 5
    assert heard[-1].startswith("The first 5 runs failed, so no more are started. ")


def test_a_disk_that_refuses_ends_the_work_with_its_sentence(
    tmp_path: Path, kept_worker: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = ExperimentFolder.create(tmp_path, GRID, mlp(epochs=1), None)

    def refuse(*_: Any, **__: Any) -> None:
        raise RunError("Could not write run: the disk is full.")

    with monkeypatch.context() as full:
        full.setattr("studio.experiments.runner.new_run", refuse)
        assert work(folder)[0] == ("failed", "Could not write run: the disk is full.")
    assert work(folder)[0].state == "done" and progress_of(folder).count("finished") == 4


def test_a_search_whose_package_is_missing_is_given_up_with_a_sentence(
    tmp_path: Path, kept_worker: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.experiments.runner.find_spec", lambda name: None)
    folder = ExperimentFolder.create(tmp_path, Experiment("x", "tpe", GRID.axes), mlp(epochs=1), None)
    heard: list[str] = []
    crew = Crew(tmp_path, lambda: [folder], lambda _, facts: heard.append(str(facts["reason"])), jobs=1)
    assert crew.work().state == "done" and progress_of(folder).runs == []
    assert heard == ["A Bayesian search needs optuna: pip install netloom[search]"]


def test_each_experiment_goes_where_its_document_says(tmp_path: Path) -> None:
    anywhere, processor = (
        ExperimentFolder.create(tmp_path, Experiment(device, axes=GRID.axes), mlp(device=device), None)
        for device in ("auto", "cpu")
    )
    crew = Crew(tmp_path, lambda: [anywhere, processor])
    crew._devices = ["cuda:0", "cpu"]
    assert crew._free_place(anywhere) == "cuda:0" and crew._free_place(processor) == ""


def test_a_hopeless_run_is_given_up_with_its_reason(tmp_path: Path, kept_worker: object) -> None:
    plan = Experiment("x", axes=(Axis("training.optimizer.lr", (0.1, 0.05, 0.02, 0.01, 1e-12)),), prune=True)
    folder = ExperimentFolder.create(tmp_path, plan, mlp(epochs=1_000_000), None)
    for trial, rate in enumerate(plan.axes[0].values[:4]):
        run = make_run(folder, {"training.optimizer.lr": rate}, Cell(trial, 0))
        with run.event_log() as log, run.metric_writer() as metrics:
            for epoch in range(1, 1_001):
                log.write("epoch", epoch=epoch, values={"validation/accuracy": 1.0})
            metrics.record("validation/accuracy", 1_000, 1_000.0, 1.0)
            log.write("finished")
    assert work(folder)[0].state == "done"
    last = progress_of(folder).trials[4].runs[0]
    assert last.state == "stopped" and last.reason.startswith("Given up after epoch") and last.epochs < 1_000_000


@pytest.mark.parametrize(
    ("devices", "wanted", "places"),
    [
        (["cpu"], "auto", ["", "", ""]),
        (["cuda:0", "cpu"], "auto", ["cuda:0"]),
        (["cuda:0", "cuda:1", "cpu"], "auto", ["cuda:0", "cuda:1"]),
        (["cuda:0", "cuda:1", "cpu"], "cuda:1", [""]),
        (["cuda:0", "cpu"], "cpu", ["", "", ""]),
        (["mps", "cpu"], "auto", [""]),
    ],
)
def test_a_graphics_processor_trains_one_run_at_a_time(devices: list[str], wanted: str, places: list[str]) -> None:
    assert places_on(devices, wanted, 3) == places


def sweep(folder: Path, *more: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(ROOT / "main.py"), "sweep", "net.netloom", "--runs", "runs", "--seeds", "2"]
    vary = ["--vary", "training.optimizer.lr=0.1,0.01", "--jobs", "1"]
    return subprocess.Popen(
        [*command, *vary, *more], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def test_two_processes_share_the_work_and_one_that_is_killed_loses_nothing(tmp_path: Path) -> None:
    """Takes long, since each of the processes starts a worker that imports torch."""
    files.write(mlp(epochs=30), tmp_path / "net.netloom")
    first, second = sweep(tmp_path), sweep(tmp_path)
    runs = tmp_path / "runs"
    deadline = time.monotonic() + 120
    while len([*runs.glob("2*")]) < 2:
        assert time.monotonic() < deadline and first.poll() is None
        time.sleep(0.05)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    output, _ = second.communicate(timeout=240)
    assert second.returncode == 0, output
    with RunIndex(runs) as index:
        index.refresh()
        found = index.runs()
    cells = Counter((run.experiment["trial"], run.experiment["seed"]) for run in found)
    assert cells == {(trial, seed): 1 for trial in range(2) for seed in range(2)}
    assert {run.state for run in found} == {"finished"}


def test_ctrl_c_saves_the_runs_and_the_same_command_goes_on(tmp_path: Path) -> None:
    """Takes long for the same reason; a person does this every day."""
    files.write(mlp(epochs=4_000), tmp_path / "net.netloom")
    process = sweep(tmp_path)
    runs = tmp_path / "runs"
    deadline = time.monotonic() + 120
    while not [path for path in runs.glob("2*/metrics.bin") if path.stat().st_size > 1_000]:
        assert time.monotonic() < deadline and process.poll() is None
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "Go on with the same command." in output
    with RunIndex(runs) as index:
        index.refresh()
        (run,) = index.runs()
    assert run.state == "interrupted" and run.epochs > 0
