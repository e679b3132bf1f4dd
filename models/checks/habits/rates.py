"""What a run is too short for: a rate that is to move and does not, and averages that have not left the start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

from models.basics.quantities import percent
from models.basics.text import counted
from models.data import Facts
from models.document import Document
from models.document.edits import SetSection
from models.findings.base import check_of
from models.findings.example import Example, image, row
from models.findings.finding import Finding, Mend, hint, in_line, warning
from models.findings.settings import in_form, set_training
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.training.schedules import Schedule
from models.training.settings import EMA, EPOCH, UPDATE, TrainingSettings

MOST_ASKED = 400
"""Updates of a run at which its rate is looked at."""
STILL_THERE = 0.2
"""Share of the weights of before in an average at the end of a run, from which on it is worth a word."""


def _flowers(**training: Any) -> Example:
    """A network for 120 flowers, which are two updates an epoch."""
    known = Facts.simple("Flowers", (4,), ("setosa", "virginica"), (), 150, 120)
    return row(image(4), Linear, Output, known=known, data={"source": "iris"}, training={"epochs": 4, **training})


def _updates(document: Document, facts: Facts) -> tuple[TrainingSettings, int, int]:
    """The settings, and the updates of an epoch and of the run, 0 where these are not known."""
    settings, _ = TrainingSettings.read(document.training)
    each = settings.updates_each(facts.training_examples or 0)
    return settings, each, settings.total_updates(each) if each else 0


@check_of(
    Facts,
    finds=_flowers(warmup=500),
    passes=_flowers(warmup=3),
    learn="https://d2l.ai/chapter_optimization/lr-scheduler.html",
)
def long_warm_up(document: Document, facts: Facts) -> Iterator[Finding]:
    """A warm-up that is not over when the run is."""
    settings, _, total = _updates(document, facts)
    if total and settings.warmup > total:
        message = f"Warm-up takes {settings.warmup:,} updates, the run has {total:,}: it never gets to the rate."
        yield warning("", in_line(message), mends=(set_training(document, "warmup", total // 10),))


@check_of(
    Facts,
    finds=_flowers(average=EMA),
    passes=_flowers(average=EMA, average_decay=0.5),
    learn="https://docs.pytorch.org/docs/stable/optim.html#weight-averaging-swa-and-ema",
)
def average_lags(document: Document, facts: Facts) -> Iterator[Finding]:
    """A moving average that is still made of the first weights when the run ends; it is what is validated."""
    settings, _, total = _updates(document, facts)
    left = settings.average_decay**total
    if total and settings.average == EMA and left > STILL_THERE:
        message = f"After {counted(total, 'update')} the average still is {percent(left, 1)} what weights began with."
        detail = "Validation measures the average, so it lags far behind training."
        mend = set_training(document, "average_decay", max(0.0, round(1 - 10 / total, 4)))
        yield warning("", in_line(message), detail, mends=(mend,))


@check_of(
    Facts,
    finds=_flowers(schedule="CosineAnnealingLR", epochs=1),
    passes=_flowers(schedule="CosineAnnealingLR", epochs=1, schedule_by=UPDATE),
    learn="https://docs.pytorch.org/docs/stable/optim.html#how-to-adjust-learning-rate",
)
def rate_stays(document: Document, facts: Facts) -> Iterator[Finding]:
    """A schedule that does not get to change anything before the run is over."""
    settings, each, total = _updates(document, facts)
    schedule = cast(Schedule, settings.schedule)
    if not total or schedule.is_constant() or not _stays(settings.replace(warmup=0), each, total):
        return
    time, unit = (total, "update") if settings.counts_updates else (settings.total_epochs(each), "epoch")
    message = f"{schedule.kind} does not move the rate within {counted(time, unit)}."
    yield hint("", in_line(message), mends=(_moved(document, settings, time),))


def _stays(settings: TrainingSettings, each: int, total: int) -> bool:
    """Whether the rate is one and the same all along, whatever validation says."""
    schedule = cast(Schedule, settings.schedule)
    if schedule.reaction is not None:
        return bool(settings.total_epochs(each) <= getattr(schedule, "patience", 0) + 1)
    first = settings.learning_rate(0, each)
    # From the end on, where most have moved: this is asked at each edit.
    steps = ((total - 1) * place // (MOST_ASKED - 1) for place in reversed(range(MOST_ASKED)))
    return all(settings.learning_rate(step, each) == first for step in steps)


def _moved(document: Document, settings: TrainingSettings, time: int) -> Mend:
    """Have the schedule change within the run: sooner where it says when, by updates where that follows the run."""
    schedule = cast(Schedule, settings.schedule)
    sooner = {"step_size": max(1, time // 3), "patience": max(0, time // 4), "stay": 1}
    for name, value in sooner.items():
        if name in schedule.fields and time > 2:
            params = schedule.replace(**{name: value}).settings()
            edit = SetSection("training", document.training | {"schedule": {"kind": schedule.kind, "params": params}})
            return Mend(in_form(schedule.fields[name], value), edit)
    if settings.schedule_by == EPOCH and not schedule.stays() and not sooner.keys() & schedule.fields.keys():
        return set_training(document, "schedule_by", UPDATE, "Count the schedule by updates")
    return set_training(document, "schedule", "Constant")
