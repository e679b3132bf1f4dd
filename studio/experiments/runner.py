"""Trains what experiments ask for: several runs side by side, by workers of its own, until nothing is left.

    crew = Crew(runs_dir, folders, listener)   # folders() gives the experiments to work on, the most urgent first
    outcome = crew.work()                      # returns when all is done, or when it was told to stop
    crew.pause(), crew.go_on(), crew.stop()    # from any thread; what is being trained is saved and can be gone on with

Any number of processes may work on the same experiments: each run is claimed before it is made. No Qt, no torch.
"""

from __future__ import annotations

import os
import queue
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal, NamedTuple

import psutil

from studio.experiments.dotted import assign
from studio.experiments.experiment import FOLD, FOLDS, SEED, Experiment
from studio.experiments.folder import ExperimentFolder
from studio.experiments.progress import Cell, Progress
from studio.experiments.pruning import Watch
from studio.experiments.searches import SEARCHES
from studio.running.client import WorkerState
from studio.running.launch import new_run
from studio.running.pool import WorkerPool
from studio.runs import status
from studio.runs.claims import Holding
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.index import RunIndex

LOOK_EVERY = 3.0
"""Seconds between two looks at what other processes have done, while there is nothing to do here."""
AHEAD = 2
"""Workers that are started before it is known which devices there are: on one GPU more would be in vain."""
MOST_FAILURES = 5
"""Runs that may fail without any that finished, until an experiment is given up."""
MOST_DEATHS = 2
"""Times that a worker may die with one run."""
BYTES_A_WORKER = 1_000_000_000
"""Memory that a worker is granted, when it is counted how many there may be."""

Listener = Callable[[str, dict[str, Any]], object]
Word = Literal["pause", "go on", "stop"]


class Outcome(NamedTuple):
    """How the work ended: "done", "stopped" or "failed", and why."""

    state: str
    reason: str = ""


@dataclass
class Job:
    """A run that is being trained here, and the claim to it."""

    folder: ExperimentFolder
    cell: Cell
    run: RunFolder
    words: str
    attendance: Holding
    device: str
    facts: dict[str, Any] = field(default_factory=dict)


def workers_for(runs: int) -> int:
    """How many runs go on side by side on this computer's processor: one a core, as far as there is memory."""
    room = psutil.virtual_memory().available // BYTES_A_WORKER
    return max(1, min(os.cpu_count() or 1, runs, int(room)))


def places_on(devices: Sequence[str], wanted: str, side_by_side: int) -> list[str]:
    """The device of each worker ("" for the document's choice): one a GPU, or several on the processor."""
    graphics = [device for device in devices if device.startswith("cuda")]
    if wanted in ("auto", "") and graphics:
        return graphics
    others = wanted not in ("auto", "", "cpu") or any(device.startswith("mps") for device in devices)
    return [""] if others and wanted != "cpu" else [""] * side_by_side


class Crew:
    """Works on experiments; ``jobs`` is how many runs go on side by side, 0 for as many as suit the device, ``threads``
    how many each computes with, 0 for its share of the processor."""

    def __init__(
        self,
        runs_dir: Path,
        folders: Callable[[], Sequence[ExperimentFolder]],
        listener: Listener = lambda event, facts: None,
        jobs: int = 0,
        threads: int = 0,
    ) -> None:
        self._runs_dir, self._folders, self._tell = runs_dir, folders, listener
        self._jobs_wanted = jobs
        self._side_by_side = jobs or workers_for(os.cpu_count() or 1)
        self._inbox: queue.SimpleQueue[WorkerState | Word] = queue.SimpleQueue()
        each = threads or max(1, (os.cpu_count() or 1) // self._side_by_side)
        self._pool = WorkerPool(self._inbox.put, size=self._side_by_side, threads=each)
        self._devices: list[str] | None = None
        """What workers found; None until the first one is ready."""
        self._places: dict[str, list[str]] = {}
        """The device of each worker, by experiment."""
        self._look_at = 0.0
        self._jobs: dict[str, Job] = {}
        self._deaths: Counter[str] = Counter()
        self._failures: Counter[str] = Counter()
        self._given_up: set[str] = set()
        self._watches: dict[str, Watch] = {}
        self._known: dict[str, Progress] = {}
        """How far each experiment was at the last look."""
        self._is_paused = False
        self._outcome: Outcome | None = None

    @property
    def jobs(self) -> list[Job]:
        """What is being trained now."""
        return list(self._jobs.values())

    def pause(self) -> None:
        """Let all runs rest after their present step, and begin none."""
        self._inbox.put("pause")

    def go_on(self) -> None:
        """End the pause."""
        self._inbox.put("go on")

    def stop(self) -> None:
        """Save all runs and end; they can be gone on with."""
        self._inbox.put("stop")

    def work(self) -> Outcome:
        """Train until nothing is left to do, or something stands in the way of all."""
        self._pool.start(AHEAD)
        try:
            with RunIndex(self._runs_dir) as index:
                while self._outcome is None:
                    if self._is_due():
                        self._fill(index)
                    if self._outcome is None:
                        self._hear(index)
        except RunError as error:
            self._outcome = Outcome("failed", str(error))
        finally:
            self._pool.close()
            for job in self._jobs.values():
                job.attendance.release()
        return self._outcome

    # What is to be done

    def _is_due(self) -> bool:
        """Whether it is time to look for what is to be done: after each run, else now and then."""
        return self._devices is not None and not self._is_paused and time.monotonic() >= self._look_at

    def _fill(self, index: RunIndex) -> None:
        """Begin as many runs as there are free places; end where nothing is left anywhere."""
        self._look_at = time.monotonic() + LOOK_EVERY
        while len(self._jobs) < self._side_by_side:
            found = self._next(index)
            if isinstance(found, bool):
                if not found and not self._jobs:
                    self._outcome = Outcome("done")
                return
            self._begin(found)

    def _next(self, index: RunIndex) -> Job | bool:
        """The next run to train, claimed; else whether there is any left that another process is at."""
        is_left = False
        for folder in self._folders():
            if folder.id in self._given_up or not self._able(folder):
                continue
            device = self._free_place(folder)
            if device is None:
                is_left = True
                continue
            with folder.choosing():
                progress = self._known[folder.id] = Progress.read(folder.experiment, folder.id, index)
                for cell in progress.open_cells():
                    if self._deaths[f"{folder.id}/{cell.name}"] >= MOST_DEATHS or self._is_here(folder, cell):
                        continue
                    is_left = True
                    if attendance := folder.attend(cell.name):
                        return self._made(folder, progress, cell, attendance, device)
            is_left = is_left or progress.count(*status.LIVE_STATES) > self._count(folder)
        return is_left

    def _is_here(self, folder: ExperimentFolder, cell: Cell) -> bool:
        return any(job.folder.id == folder.id and job.cell == cell for job in self._jobs.values())

    def _count(self, folder: ExperimentFolder) -> int:
        return sum(job.folder.id == folder.id for job in self._jobs.values())

    def _able(self, folder: ExperimentFolder) -> bool:
        """Whether what its search needs is installed; else it is given up with a sentence."""
        search = SEARCHES[folder.experiment.search]
        if not search.package or find_spec(search.package):
            return True
        self._given_up.add(folder.id)
        said = f"A {search.title} search needs {search.package}: pip install netloom[search]"
        self._tell("given up", {"folder": folder, "reason": said})
        return False

    def _made(self, folder: ExperimentFolder, progress: Progress, cell: Cell, attendance: Holding, device: str) -> Job:
        try:
            settings = progress.settings(cell.trial)
            words = words_of(folder, settings, cell)
            known = progress.run_of(cell)
            run = RunFolder.open(self._runs_dir / known.id) if known else make_run(folder, settings, cell)
        except RunError:
            attendance.release()
            raise
        return Job(folder, cell, run, words, attendance, device)

    def _begin(self, job: Job) -> None:
        self._jobs[str(job.run.path)] = job
        self._tell("began", {"job": job})
        if job.run.status().state == status.INTERRUPTED:
            self._pool.resume(job.run.path, job.device)
        else:
            self._pool.train(job.run.path, job.device)

    # What workers and people say

    def _hear(self, index: RunIndex) -> None:
        try:
            said = self._inbox.get(timeout=LOOK_EVERY)
        except queue.Empty:
            return
        if isinstance(said, str):
            self._obey(said)
        elif said.name == "ready" and self._devices is None:
            self._devices = [str(device["id"]) for device in said.facts.get("devices", [])]
        elif said.name == "died":
            self._died(said)
        elif (job := self._jobs.get(said.run)) is not None:
            self._follow(job, said, index)

    def _free_place(self, folder: ExperimentFolder) -> str | None:
        """The device for one more run of an experiment; None while all that suit it are taken."""
        if folder.id not in self._places:
            wanted = str(folder.document().training.get("device", "auto"))
            by_hand = [""] * self._jobs_wanted
            self._places[folder.id] = by_hand or places_on(self._devices or (), wanted, self._side_by_side)
        left = Counter(self._places[folder.id])
        left.subtract(job.device for job in self._jobs.values())
        return next((device for device, count in left.items() if count > 0), None)

    def _obey(self, word: Word) -> None:
        if word == "stop":
            self._outcome = Outcome("stopped")
            return
        self._is_paused, self._look_at = word == "pause", 0.0
        for job in self._jobs.values():
            (self._pool.pause if self._is_paused else self._pool.go_on)(job.run.path)

    def _follow(self, job: Job, state: WorkerState, index: RunIndex) -> None:
        if state.name == "training":
            job.facts = state.facts
            self._tell("progress", {"job": job})
            self._prune(job)
        elif state.name == "paused" and state.facts.get("reason"):
            # The disk is full or gone: nothing can be trained until somebody has seen to it.
            self._outcome = Outcome("failed", str(state.facts["reason"]))
        elif state.name == "ended":
            self._ended(job, str(state.facts.get("outcome")), str(state.facts.get("reason", "")), index)
        elif state.name == "refused":
            self._lost(job, str(state.facts.get("message", "")))

    def _prune(self, job: Job) -> None:
        """Give up a run that is hopeless, so that its place goes to another."""
        if not job.folder.experiment.prune:
            return
        progress = self._known[job.folder.id]
        done = [run for run in progress.runs if run.state == status.FINISHED]
        others = [RunFolder(self._runs_dir / run.id, {}) for run in done]
        watch = self._watches.setdefault(job.folder.id, Watch())
        with suppress(RunError):
            if reason := watch.reason(job.run, others, progress.metric, progress.lower_is_better):
                self._pool.stop(job.run.path, reason)

    def _ended(self, job: Job, outcome: str, reason: str, index: RunIndex) -> None:
        self._release(job)
        progress = self._known[job.folder.id] = Progress.read(job.folder.experiment, job.folder.id, index)
        self._tell("ended", {"job": job, "outcome": outcome, "reason": reason, "progress": progress})
        self._failures[job.folder.id] += outcome == "failed"
        none_finished = not progress.count(status.FINISHED)
        if self._failures[job.folder.id] >= MOST_FAILURES and none_finished and progress.open_cells():
            self._given_up.add(job.folder.id)
            said = f"The first {MOST_FAILURES} runs failed, so no more are started. {reason}"
            self._tell("given up", {"folder": job.folder, "reason": said})

    def _died(self, state: WorkerState) -> None:
        job = self._jobs.get(state.run)
        reason = str(state.facts.get("reason", ""))
        if job is not None:
            self._lost(job, reason)
        elif not state.facts.get("restarts"):
            self._outcome = Outcome("failed", f"The training worker does not start. {reason}")

    def _lost(self, job: Job, reason: str) -> None:
        """Nobody trains a run any more, which may be tried once more."""
        self._deaths[f"{job.folder.id}/{job.cell.name}"] += 1
        self._release(job)
        self._tell("died", {"job": job, "reason": reason})

    def _release(self, job: Job) -> None:
        del self._jobs[str(job.run.path)]
        job.attendance.release()
        self._look_at = 0.0


def words_of(folder: ExperimentFolder, settings: dict[str, Any], cell: Cell) -> str:
    """What a run of an experiment is called."""
    words = folder.experiment.words(settings)
    seed, fold = turn_of(folder.experiment, cell)
    told = [words, *([f"fold {fold + 1}"] if folder.experiment.folds else [])]
    return " · ".join([*told, *([f"seed {seed + 1}"] if folder.experiment.seeds > 1 else [])])


def turn_of(experiment: Experiment, cell: Cell) -> tuple[int, int]:
    """The seed and the fold of a run, both from 0."""
    return divmod(cell.seed, max(1, experiment.folds))


def make_run(folder: ExperimentFolder, settings: dict[str, Any], cell: Cell) -> RunFolder:
    """The folder of one run of an experiment; raises `RunError` when the disk refuses."""
    document = folder.document()
    assign(document, settings)
    seeds_on, fold = turn_of(folder.experiment, cell)
    if folder.experiment.folds:
        assign(document, {FOLDS: folder.experiment.folds, FOLD: fold})
    if SEED not in settings:
        seed = document.training.get("seed", 0)
        assign(document, {SEED: (seed if isinstance(seed, int) else 0) + seeds_on})
    facts = {"id": folder.id, "trial": cell.trial, "seed": cell.seed, "settings": settings}
    title = folder.experiment.title
    return new_run(
        document,
        folder.document_path,
        folder.runs_dir,
        title=title,
        name=words_of(folder, settings, cell)[:200],
        experiment=facts,
    )
