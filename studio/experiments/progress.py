"""How far an experiment is, told from its runs alone."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from statistics import fmean
from typing import NamedTuple

from models.training.metrics import main_measure, measure_of
from studio.experiments.experiment import Experiment, Settings
from studio.experiments.searches import FAILED, FINISHED, PRUNED, RUNNING, SEARCHES, Told
from studio.runs import status
from studio.runs.index import RunIndex
from studio.runs.summary import RunSummary

OPEN_STATES = (status.CREATED, status.INTERRUPTED)
"""Of runs that a process may go on with."""


class Cell(NamedTuple):
    """One run of an experiment: a trial and which of its runs, of each seed one a fold; both counted from 0."""

    trial: int
    seed: int

    @property
    def name(self) -> str:
        """As claims are called."""
        return f"{self.trial}-{self.seed}"


@dataclass
class Trial:
    """Settings and the runs that were made of them, by seed."""

    number: int
    settings: Settings
    runs: dict[int, RunSummary] = field(default_factory=dict)


@dataclass
class Progress:
    """An experiment and the trials of it that have runs, by number."""

    experiment: Experiment
    trials: dict[int, Trial] = field(default_factory=dict)

    @classmethod
    def of(cls, experiment: Experiment, runs: Iterable[RunSummary]) -> Progress:
        """What these runs, all of this experiment, say; of two of one cell the newer counts."""
        progress = cls(experiment)
        for run in sorted(runs, key=lambda run: run.id):
            facts = run.experiment
            number, seed, settings = facts.get("trial"), facts.get("seed"), facts.get("settings")
            if isinstance(number, int) and isinstance(seed, int) and isinstance(settings, dict):
                trial = progress.trials.setdefault(number, Trial(number, settings))
                trial.runs[seed] = run
        return progress

    @classmethod
    def read(cls, experiment: Experiment, id: str, index: RunIndex) -> Progress:
        """What the runs of an experiment say now; raises `RunError` where they cannot be listed."""
        index.refresh()
        return cls.of(experiment, index.runs_of(id))

    @property
    def total(self) -> int:
        """How many runs it has in all."""
        return SEARCHES[self.experiment.search].count(self.experiment) * self.experiment.repeats

    @property
    def runs(self) -> list[RunSummary]:
        """All runs that there are, trial by trial."""
        return [run for number in sorted(self.trials) for _, run in sorted(self.trials[number].runs.items())]

    def count(self, *states: str) -> int:
        """How many runs are in one of these states."""
        return sum(run.state in states for run in self.runs)

    @property
    def ended(self) -> int:
        """How many runs are over, however."""
        return self.count(status.FINISHED, status.STOPPED, status.FAILED)

    @property
    def metric(self) -> str:
        """The series that counts: the one asked for, else what a list shows for a run; "" before there is one."""
        if self.experiment.metric:
            return self.experiment.metric
        return next((name for run in self.runs if (name := main_measure(run.best))), "")

    @property
    def lower_is_better(self) -> bool:
        """Whether the best value is the lowest."""
        return measure_of(self.metric).lower_is_better

    def cells(self) -> Iterator[Cell]:
        """All runs in the order in which they are made."""
        search, seeds = SEARCHES[self.experiment.search], range(self.experiment.repeats)
        count = range(search.count(self.experiment))
        if search.learns:
            yield from (Cell(trial, seed) for trial in count for seed in seeds)
        else:
            yield from (Cell(trial, seed) for seed in seeds for trial in count)

    def run_of(self, cell: Cell) -> RunSummary | None:
        """The run of a cell, None if there is none yet."""
        trial = self.trials.get(cell.trial)
        return trial.runs.get(cell.seed) if trial else None

    def open_cells(self) -> list[Cell]:
        """The runs that are still to be made or gone on with."""
        return [cell for cell in self.cells() if (run := self.run_of(cell)) is None or run.state in OPEN_STATES]

    def settings(self, trial: int) -> Settings:
        """What a trial trains with: as its runs say, or else as the search proposes."""
        if trial in self.trials:
            return self.trials[trial].settings
        search = SEARCHES[self.experiment.search]
        return search.propose(self.experiment, trial, self.told(), self.lower_is_better)

    def told(self) -> list[Told]:
        """What is known of all trials, for a search."""
        return [_told(trial, self.metric, self.experiment.repeats) for _, trial in sorted(self.trials.items())]

    def values(self, trial: Trial) -> list[float]:
        """The metric of a trial's finished runs, the best epoch of each."""
        return values_of(trial.runs.values(), self.metric)


def values_of(runs: Iterable[RunSummary], metric: str) -> list[float]:
    """The metric of those of the runs that have finished, where it is a finite number."""
    found = (run.best.get(metric, math.nan) for run in runs if run.state == status.FINISHED)
    return [value for value in found if math.isfinite(value)]


def _told(trial: Trial, metric: str, repeats: int) -> Told:
    states = {run.state for run in trial.runs.values()}
    values = values_of(trial.runs.values(), metric)
    if status.STOPPED in states:
        course = [run.best[metric] for run in trial.runs.values() if math.isfinite(run.best.get(metric, math.nan))]
        return Told(trial.settings, PRUNED, None, course[:1])
    if len(trial.runs) < repeats or not states <= {status.FINISHED, status.FAILED}:
        return Told(trial.settings, RUNNING, None)
    return Told(trial.settings, FINISHED, fmean(values)) if values else Told(trial.settings, FAILED, None)


def best_of(trials: Sequence[Trial], progress: Progress) -> Trial | None:
    """The trial whose mean is best; None where none has a value."""
    known = [(fmean(values), trial.number) for trial in trials if (values := progress.values(trial))]
    if not known:
        return None
    best = min(known) if progress.lower_is_better else max(known, key=lambda item: (item[0], -item[1]))
    return progress.trials[best[1]]
