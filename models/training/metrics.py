"""Metrics, what is measured beside the loss, as specs: one class is all that a new one takes.

A metric adds up: `Metric.parts` gives rows of numbers for a batch, the rows of all batches (and of all processes) are
summed, and `Metric.value` makes the metric of these sums. Both are plain functions over the methods of tensors, so
that they need no torch here: the worker calls them, and the exported script contains them word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Literal, NamedTuple

from models.specs.fields import FieldError, Int
from models.specs.spec import Registry, Spec

Tensor = Any
"""A `torch.Tensor`; nothing here imports torch."""

Unit = Literal["", "percent"]
CLASSES, BINARY, NUMBERS = "classes", "binary", "numbers"
"""What targets may be, as `Loss.targets` says it."""


class Metric(Spec):
    """Base of metrics. Settings go to `parts` by name.

    ``name`` is what a run's series of it are called, ``needs`` the forms of targets that it can be measured on, and
    ``higher_is_better`` tells which of two values is the better one.
    """

    name: ClassVar[str] = ""
    unit: ClassVar[Unit] = ""
    higher_is_better: ClassVar[bool] = True
    needs: ClassVar[frozenset[str]] = frozenset()

    parts: ClassVar[Callable[..., tuple[Tensor, ...]]]
    """Tensors of one row for each prediction in ``outputs`` and ``targets``; booleans where they count something."""
    value: ClassVar[Callable[..., float]]
    """The metric, given the number of rows and, for each part, the sums over its rows."""

    def rows(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """`parts` with these settings."""
        return type(self).parts(outputs, targets, **{name: getattr(self, name) for name in self.fields})

    @property
    def series(self) -> str:
        """The name of its series: ``accuracy``, or with settings ``top_k_accuracy@5``."""
        return "@".join((self.name, *(str(getattr(self, name)) for name in self.fields)))

    @property
    def label(self) -> str:
        """What it is called with these settings."""
        return self.title

    def text(self, value: float, form: str = ".4g") -> str:
        """A value as people read it: ``93.1 %`` or ``0.2513``."""
        return f"{value:.1%}".replace("%", " %") if self.unit == "percent" else f"{value:{form}}"


METRICS: Registry[Metric] = Registry("metric")


@METRICS.register
class Accuracy(Metric):
    """Right predictions over all predictions."""

    title = "Accuracy"
    synonyms = ("acc", "hit rate", "correct")
    help = "The share of predictions that are right: the class with the largest score, or yes for a score above 0."
    url = "https://lightning.ai/docs/torchmetrics/stable/classification/accuracy.html"
    name = "accuracy"
    unit = "percent"
    needs = frozenset({CLASSES, BINARY})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Which predictions are right. Targets that are not integers are 0 or 1, one for each output."""
        if targets.is_floating_point():
            return (((outputs > 0) == (targets > 0.5)).reshape(-1, 1),)
        return ((outputs.argmax(1) == targets).reshape(-1, 1),)

    @staticmethod
    def value(count: int, right: list[float]) -> float:
        """The share of right predictions."""
        return right[0] / count


@METRICS.register
class TopKAccuracy(Metric):
    """Predictions whose class is among the k with the largest scores."""

    title = "Top-k accuracy"
    synonyms = ("top-5", "top5", "imagenet")
    help = "The share of predictions whose class is among the k with the largest scores. Counts near misses as right."
    url = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.top_k_accuracy_score.html"
    name = "top_k_accuracy"
    unit = "percent"
    needs = frozenset({CLASSES})
    k = Int(5, minimum=1, label="k", help="How many of the largest scores count.")

    @property
    def label(self) -> str:
        return f"Top-{self.k} accuracy"

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor, k: int) -> tuple[Tensor, ...]:
        """Which predictions have the right class among the k largest scores."""
        best = outputs.topk(min(k, outputs.shape[1]), dim=1).indices
        return ((best == targets.unsqueeze(1)).any(1).reshape(-1, 1),)

    @staticmethod
    def value(count: int, right: list[float]) -> float:
        """The share of right predictions."""
        return right[0] / count


@METRICS.register
class MacroF1(Metric):
    """2·hits / (predictions + targets) for each class, averaged over the classes."""

    title = "Macro F1"
    synonyms = ("f1 score", "f-score", "dice", "precision", "recall")
    help = (
        "Precision and recall in one number for each class, averaged, so that rare classes count as much as common "
        "ones. Classes that are neither answered nor asked for are left out."
    )
    url = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.f1_score.html"
    name = "macro_f1"
    needs = frozenset({CLASSES, BINARY})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """For each class (or switch) whether the prediction hit it, named it, and should have."""
        if targets.is_floating_point():
            named, wanted = outputs.flatten(1) > 0, targets.flatten(1) > 0.5
        else:
            classes = targets.new_tensor(range(outputs.shape[1]))
            named = outputs.argmax(1).reshape(-1, 1) == classes
            wanted = targets.reshape(-1, 1) == classes
        return named & wanted, named, wanted

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean of F1 over the classes that occur."""
        counts = zip(hits, map(sum, zip(named, wanted, strict=True)), strict=True)
        scores = [2 * hit / both for hit, both in counts if both]
        return sum(scores) / len(scores) if scores else 0.0


@METRICS.register
class MeanAbsoluteError(Metric):
    """|x − y|, averaged over all outputs."""

    title = "Mean absolute error"
    synonyms = ("mae", "l1")
    help = "How far predictions are from the targets, on average, in the targets' own units."
    url = "https://lightning.ai/docs/torchmetrics/stable/regression/mean_absolute_error.html"
    name = "mae"
    higher_is_better = False
    needs = frozenset({NUMBERS})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """How far each prediction is from its target."""
        return ((outputs - targets).abs().reshape(-1, 1),)

    @staticmethod
    def value(count: int, errors: list[float]) -> float:
        """The mean error."""
        return errors[0] / count


@METRICS.register
class RootMeanSquaredError(Metric):
    """√ of (x − y)², averaged over all outputs."""

    title = "Root mean squared error"
    synonyms = ("rmse", "mse", "standard error")
    help = "The root of the mean squared error, in the targets' own units. Large errors count more than small ones."
    url = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.root_mean_squared_error.html"
    name = "rmse"
    higher_is_better = False
    needs = frozenset({NUMBERS})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """The squared distance of each prediction from its target."""
        return ((outputs - targets).square().reshape(-1, 1),)

    @staticmethod
    def value(count: int, squares: list[float]) -> float:
        """The root of the mean square."""
        return float((squares[0] / count) ** 0.5)


@METRICS.register
class R2Score(Metric):
    """1 − Σ(x − y)² / Σ(y − ȳ)² for each output, averaged over the outputs."""

    title = "R²"
    synonyms = ("r2", "coefficient of determination", "explained variance")
    help = "The share of the targets' variance that predictions explain: 1 is perfect, 0 no better than their mean."
    url = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.r2_score.html"
    name = "r2"
    needs = frozenset({NUMBERS})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Squared errors, targets and squared targets, in double precision, since the last are subtracted."""
        outputs = outputs.flatten(1).cpu().double()
        targets = targets.flatten(1).cpu().double()
        return (outputs - targets).square(), targets, targets.square()

    @staticmethod
    def value(count: int, errors: list[float], totals: list[float], squares: list[float]) -> float:
        """The mean over the outputs. Targets that are all alike count as explained only by perfect predictions."""
        scores = []
        for error, total, square in zip(errors, totals, squares, strict=True):
            variance = square - total * total / count
            if variance > 1e-12 * square:
                scores.append(1 - error / variance)
            else:  # equal targets: what is left of their variance is rounding
                scores.append(float(error == 0))
        return sum(scores) / len(scores)


def usual_metric(targets: str) -> Metric:
    """The metric that goes with a form of targets: the first that can be measured on it."""
    return next(kind() for kind in METRICS.values() if targets in kind.needs)


def metrics_for(targets: str, wanted: tuple[Metric, ...]) -> tuple[Metric, ...]:
    """Those of the ``wanted`` metrics that can be measured on a form of targets, or else the usual one."""
    found = {metric.series: metric for metric in wanted if targets in metric.needs}
    return tuple(found.values()) or (usual_metric(targets),)


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
        metric = self.metric
        return not metric.higher_is_better if metric else self.name == LOSS

    @property
    def unit(self) -> Unit:
        """How values are written."""
        metric = self.metric
        return metric.unit if metric else ""

    def text(self, value: float, form: str = ".4g") -> str:
        """A value as people read it."""
        metric = self.metric
        return metric.text(value, form) if metric else f"{value:{form}}"


LOSS = "loss"


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
