"""An experiment on a Ray cluster: crews on its computers work on the same folder of runs, each claiming its next run.

    crews = Cluster("ray://head:10001", folder, listener)     # or "local", or "auto" for the cluster of this computer
    outcome = crews.work()                                    # as `studio.experiments.runner.Crew`

Nothing but the name of the folder travels, so all computers must see it, and have Netloom. No Qt, no torch.
"""

from __future__ import annotations

import os
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from typing import Any, NamedTuple

from studio.experiments.folder import FOLDER, ExperimentFolder
from studio.experiments.progress import Cell, Progress
from studio.experiments.runner import Crew, Listener, Outcome, words_of
from studio.runs import status
from studio.runs.errors import RunError
from studio.runs.index import RunIndex

LOCAL = "local"
LOOK_EVERY = 1.0
"""Seconds between two looks at what the crews have done."""
ANSWERS_WITHIN = 60.0
"""Seconds that a cluster gets to answer: where one was noted that is gone, Ray would try for minutes."""
ENDS_WITHIN = 30.0
"""Seconds that crews get to save their runs when they are told to stop."""
OVER = (status.FINISHED, status.STOPPED, status.FAILED)


class Seen(NamedTuple):
    """A run that another computer trains, as listeners know jobs."""

    cell: Cell
    words: str


class Cluster:
    """Works on one experiment; ``jobs`` is how many runs go on side by side, 0 for as many as the cluster has places:
    one a GPU where it has some, else one a core."""

    def __init__(self, address: str, folder: ExperimentFolder, listener: Listener, jobs: int = 0) -> None:
        self._address, self._folder, self._tell, self._jobs = address, folder, listener, jobs
        self._stopped = Event()
        self._told: set[str] = set()

    def stop(self) -> None:
        """Have all crews save their runs and end; from any thread, or a signal."""
        self._stopped.set()

    def work(self) -> Outcome:
        """Train until nothing is left to do, or something stands in the way of all."""
        if find_spec("ray") is None:
            return Outcome("failed", "A cluster needs ray: pip install netloom[ray]")
        ray = import_module("ray")
        if why := _refused(ray, self._address):
            return Outcome("failed", f"The Ray cluster {self._address} cannot be reached: {why}")
        try:
            return self._attend(ray)
        finally:
            ray.shutdown()

    def _attend(self, ray: Any) -> Outcome:
        """Send crews, tell of every run that ends, and gather how the crews ended."""
        with RunIndex(self._folder.runs_dir) as index:
            left = self._look(index, tells=False)
            crews, needs = places(ray.cluster_resources(), self._jobs, left)
            attend = ray.remote(**needs, max_retries=2)(crew_at)
            where = str(self._folder.runs_dir.absolute()), self._folder.id, int(needs["num_cpus"])
            sent = waiting = [attend.remote(*where) for _ in range(crews)]
            while waiting and not self._stopped.is_set():
                _, waiting = ray.wait(waiting, num_returns=len(waiting), timeout=LOOK_EVERY)
                self._look(index)
            if waiting:
                for crew in waiting:
                    ray.cancel(crew, force=False)
                ray.wait(waiting, num_returns=len(waiting), timeout=ENDS_WITHIN)
            self._look(index)
        return Outcome("stopped") if self._stopped.is_set() else _together(ray, sent)

    def _look(self, index: RunIndex, *, tells: bool = True) -> int:
        """Tell of the runs that have ended since the last look; gives how many are left."""
        progress = Progress.read(self._folder.experiment, self._folder.id, index)
        for number, trial in sorted(progress.trials.items()):
            for seed, run in sorted(trial.runs.items()):
                if run.state in OVER and run.id not in self._told:
                    self._told.add(run.id)
                    cell = Cell(number, seed)
                    job = Seen(cell, words_of(self._folder, trial.settings, cell))
                    facts = {"job": job, "outcome": run.state, "reason": run.reason, "progress": progress}
                    if tells:
                        self._tell("ended", facts)
        return progress.total - progress.ended


def crew_at(runs_dir: str, id: str, threads: int) -> tuple[str, str]:
    """Train what is left of an experiment, one run after another; called on a computer of the cluster."""
    path = Path(runs_dir) / FOLDER / id
    if not path.is_dir():
        host = os.uname().nodename if hasattr(os, "uname") else "a computer of the cluster"
        return "failed", f"{host} does not see {runs_dir}: put the runs on a disk that all share (--runs)."
    try:
        folder = ExperimentFolder.open(path)
    except RunError as error:
        return "failed", str(error)
    state, reason = Crew(folder.runs_dir, lambda: [folder], jobs=1, threads=threads).work()
    return state, reason


def places(resources: dict[str, float], jobs: int, left: int) -> tuple[int, dict[str, float]]:
    """How many crews a cluster of these ``resources`` gets, at most one for each run that is ``left``, and what each of
    them takes."""
    cores, cards = int(resources.get("CPU", 1)), int(resources.get("GPU", 0))
    crews = max(1, min(jobs or cards or cores, left))
    needs: dict[str, float] = {"num_cpus": max(1, cores // max(crews, cards, 1)) if crews <= cores else 1}
    return crews, {**needs, "num_gpus": 1} if cards else needs


def _refused(ray: Any, address: str, seconds: float = ANSWERS_WITHIN) -> str:
    """Connect to a cluster; why that failed, "" where it is there."""
    told: list[str] = []

    def connect() -> None:
        try:
            ray.init(**_connection(address))
        except (ValueError, RuntimeError, OSError, ray.exceptions.RayError) as error:
            told.append(_first_line(error))
        else:
            told.append("")

    if address == LOCAL:  # what Ray starts ends with the thread that started it, and nothing is there to hang
        connect()
        return told[0]
    thread = Thread(target=connect, name="ray", daemon=True)  # what hangs keeps no program from ending
    thread.start()
    thread.join(seconds)
    return told[0] if told else f"no answer within {seconds:.0f} seconds. Start it, or name another with --on."


def _connection(address: str) -> dict[str, Any]:
    """What Ray is begun with: quiet, and here, where nothing is installed, with the modules of this program."""
    quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if address != LOCAL:
        return {"address": address, **quiet}
    modules = {"env_vars": {"PYTHONPATH": str(Path(__file__).parents[2])}}
    return {"address": LOCAL, "include_dashboard": False, "runtime_env": modules, **quiet}


def _together(ray: Any, crews: list[Any]) -> Outcome:
    """How the work ended: one crew that came to the end tells that all is done."""
    outcomes = []
    for crew in crews:
        try:
            outcomes.append(Outcome(*ray.get(crew)))
        except ray.exceptions.RayError as error:
            outcomes.append(Outcome("failed", f"A crew was lost: {_first_line(error)}"))
    return min(outcomes, key=lambda outcome: outcome.state != "done")


def _first_line(error: Exception) -> str:
    return next(iter(str(error).strip().splitlines()), type(error).__name__)[:200]
