"""What would come of an experiment before it is started: how many runs, how long, and what does not fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from models.document import Document, FrozenContent
from studio.controllers.documents import DocumentController

if TYPE_CHECKING:
    from studio.experiments.experiment import Experiment


class Plan(NamedTuple):
    """``seconds`` is about how long it takes, None where nothing is known; ``problems`` are sentences."""

    runs: int
    side_by_side: int
    seconds: float | None
    problems: tuple[str, ...] = ()


def planned(controller: DocumentController, experiment: Experiment, runs_dir: Path) -> Callable[[], Plan]:
    """A job for a thread that looks what would come of an experiment with the document as it is now."""
    frozen, path = FrozenContent(controller.document.content), controller.path

    def look() -> Plan:
        from studio.experiments.estimate import epoch_of_past, total_seconds
        from studio.experiments.fitting import problems_of
        from studio.experiments.progress import Progress
        from studio.experiments.runner import workers_for
        from studio.runs.index import RunIndex

        document = Document(content=frozen.content())
        problems = problems_of(experiment, document, path.absolute().parent if path else None)
        if problems:
            return Plan(0, 0, None, tuple(problems))
        runs = Progress(experiment).total
        beside = workers_for(runs)
        with RunIndex(runs_dir) as index:
            index.refresh()
            epoch = epoch_of_past(index.runs(), document)
        seconds = None if epoch is None else total_seconds(epoch, experiment, document, runs, beside)
        return Plan(runs, beside, seconds)

    return look


def measured(controller: DocumentController, experiment: Experiment) -> Callable[[], Plan]:
    """A job for a thread that trains one epoch to tell how long an experiment takes."""
    frozen, path = FrozenContent(controller.document.content), controller.path

    def measure() -> Plan:
        from studio.experiments.estimate import measured_epoch, total_seconds
        from studio.experiments.progress import Progress
        from studio.experiments.runner import workers_for

        epoch = measured_epoch(Document(content=frozen.content()), path)
        runs, document = Progress(experiment).total, Document(content=frozen.content())
        beside = workers_for(runs)
        return Plan(runs, beside, None if epoch is None else total_seconds(epoch, experiment, document, runs, beside))

    return measure
