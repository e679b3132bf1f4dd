"""Which metrics a run has, and what its series show."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from math import isfinite
from typing import NamedTuple

from models.basics.quantities import figures
from models.specs.fields import FieldError
from models.training.metrics.base import METRICS, Metric, Unit


def usual_metric(answers: str) -> Metric:
    """The metric that goes with a form of answers: the first that can be measured on it."""
    return next(kind() for kind in METRICS.values() if answers in kind.needs)


def metrics_for(answers: str, wanted: tuple[Metric, ...], watched: str = "") -> tuple[Metric, ...]:
    """Those of the ``wanted`` metrics that can be measured on a form of answers, or else the usual one.

    A metric of the name ``watched`` is measured in any case, where it can be.
    """
    found = {metric.series: metric for metric in wanted if answers in metric.needs}
    metrics = tuple(found.values()) or (usual_metric(answers),)
    if any(metric.name == watched for metric in metrics):
        return metrics
    return metrics + tuple(kind() for kind in METRICS.values() if kind.name == watched and answers in kind.needs)


class Measure(NamedTuple):
    """What a series of a run shows: ``validation/digit/accuracy`` is the metric of a part of the data at an Output.

    ``output`` is "" where the network has one Output, and for the loss that is trained; ``part`` is "" for what has
    no parts, such as the learning rate.
    """

    part: str
    output: str
    name: str

    @property
    def metric(self) -> Metric | None:
        """The metric; None for the loss and for what no metric is called."""
        return metric_called(self.name)

    @property
    def key(self) -> str:
        """What training and validation share: ``digit/accuracy``."""
        return f"{self.output}/{self.name}" if self.output else self.name

    @property
    def title(self) -> str:
        """In words: ``Accuracy``, ``Accuracy · digit``."""
        metric = self.metric
        title = metric.label if metric else self.name.replace("_", " ").capitalize()
        return f"{title} · {self.output}" if self.output else title

    @property
    def words(self) -> str:
        """In the midst of a sentence, without the part: ``accuracy``, ``digit top-5 accuracy``, ``price R²``."""
        metric = self.metric
        title = metric.label if metric else self.name.replace("_", " ")
        title = title[:1].lower() + title[1:] if title[1:2].islower() else title
        return f"{self.output} {title}" if self.output else title

    @property
    def lower_is_better(self) -> bool:
        """Whether the best value is the lowest."""
        return _lower_is_better(self.name)

    def is_better(self, value: float, than: float | None) -> bool:
        """Whether a value is better than another, or than none yet; NaN and infinite ones never are."""
        if than is None:
            return isfinite(value)
        return value < than if self.lower_is_better else value > than

    @property
    def unit(self) -> Unit:
        """How values are written."""
        metric = self.metric
        return metric.unit if metric else ""

    def text(self, value: float, digits: int = 4) -> str:
        """A value as people read it."""
        metric = self.metric
        return metric.text(value, digits) if metric else figures(value, digits)


LOSS = "loss"


@lru_cache(maxsize=1_000)  # a list of runs asks for every epoch of each
def _lower_is_better(name: str) -> bool:
    metric = metric_called(name)
    return not metric.higher_is_better if metric else name == LOSS


def measure_of(series: str) -> Measure:
    """What a series of a run shows."""
    *before, name = series.split("/")
    part, output = (*before, "", "")[:2]
    return Measure(part, output, name)


def metric_called(series: str) -> Metric | None:
    """The metric whose `Metric.series` is this, None if there is no such metric."""
    name, *settings = series.split("@")
    kind = next((kind for kind in METRICS.values() if kind.name == name), None)
    if kind is None or len(settings) != len(kind.fields):
        return None
    try:
        values = zip(kind.fields.items(), settings, strict=True)
        return kind(**{field_name: field.parse_text(text) for (field_name, field), text in values})
    except FieldError:
        return None


def main_measure(values: Mapping[str, float], part: str = "validation") -> str:
    """The series of ``part`` that a list shows for a run: its first metric, else its loss, "" if there is neither."""
    names = [name for name in values if measure_of(name).part == part]
    return next((name for name in names if measure_of(name).metric), names[0] if names else "")
