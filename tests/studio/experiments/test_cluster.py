"""A sweep on a real Ray here: crews share the runs, and what stands in the way is told in a sentence."""

from __future__ import annotations

import socket
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from documents import mlp

from studio.experiments.axis import Axis
from studio.experiments.cluster import Cluster, _refused, crew_at, places
from studio.experiments.experiment import Experiment
from studio.experiments.folder import ExperimentFolder
from studio.experiments.progress import Progress
from studio.runs.index import RunIndex

GRID = Experiment("grid", axes=(Axis("training.optimizer.lr", (0.1, 0.01)),), seeds=2)
has_ray = pytest.mark.skipif(find_spec("ray") is None, reason="ray is not installed")


def folder_in(place: Path) -> ExperimentFolder:
    return ExperimentFolder.create(place, GRID, mlp(epochs=2), None)


@has_ray
@pytest.mark.timeout(180)  # Ray alone takes 7 s to begin here
def test_two_crews_of_a_real_ray_train_each_run_once(tmp_path: Path) -> None:
    folder, heard = folder_in(tmp_path), []

    def listen(event: str, facts: dict[str, Any]) -> None:
        heard.append((event, facts["job"].words, facts["outcome"]))

    outcome = Cluster("local", folder, listen, jobs=2).work()
    assert outcome == ("done", "")
    with RunIndex(tmp_path) as index:
        progress = Progress.read(GRID, folder.id, index)
        assert len(index.runs()) == 4 == progress.count("finished")
    assert sorted(heard) == [
        ("ended", f"lr {rate} · seed {seed}", "finished") for rate in ("0.01", "0.1") for seed in (1, 2)
    ]


@has_ray
def test_a_cluster_that_cannot_be_reached_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAY_TMPDIR", str(tmp_path))  # where no cluster of this computer is noted
    outcome = Cluster("auto", folder_in(tmp_path), print).work()
    assert outcome.state == "failed" and outcome.reason.startswith("The Ray cluster auto cannot be reached: ")


@has_ray
def test_a_cluster_that_never_answers_is_given_up() -> None:
    ray = import_module("ray")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        why = _refused(ray, f"127.0.0.1:{silent.getsockname()[1]}", 2.0)
    assert why == "no answer within 2 seconds. Start it, or name another with --on."


def test_without_ray_a_sentence_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.experiments.cluster.find_spec", lambda name: None)
    outcome = Cluster("local", folder_in(tmp_path), print).work()
    assert outcome == ("failed", "A cluster needs ray: pip install netloom[ray]")


def test_a_computer_that_does_not_see_the_runs_says_so(tmp_path: Path) -> None:
    state, reason = crew_at(str(tmp_path / "elsewhere"), "grid-1", 1)
    assert state == "failed" and "put the runs on a disk that all share (--runs)" in reason


@pytest.mark.parametrize(
    ("resources", "jobs", "left", "crews", "needs"),
    [
        ({"CPU": 2.0}, 0, 8, 2, {"num_cpus": 1}),
        ({"CPU": 8.0}, 0, 2, 2, {"num_cpus": 4}),
        ({"CPU": 2.0}, 4, 8, 4, {"num_cpus": 1}),
        ({"CPU": 16.0, "GPU": 4.0}, 0, 9, 4, {"num_cpus": 4, "num_gpus": 1}),
        ({"CPU": 16.0, "GPU": 4.0}, 0, 1, 1, {"num_cpus": 4, "num_gpus": 1}),
        ({}, 0, 0, 1, {"num_cpus": 1}),
    ],
)
def test_crews_take_the_places_of_a_cluster(
    resources: dict[str, float], jobs: int, left: int, crews: int, needs: dict[str, int]
) -> None:
    assert places(resources, jobs, left) == (crews, needs)
