"""Metrics of answers that are classes, or a yes or no each."""

from __future__ import annotations

from models.specs.fields import Int
from models.training.metrics.base import BINARY, CLASSES, METRICS, Metric, Tensor


@METRICS.register
class Accuracy(Metric):
    """Right predictions over all predictions."""

    title = "Accuracy"
    synonyms = ("acc", "hit rate", "correct")
    help = "The share of predictions that are right: the class with the largest score, or yes for a score above 0."
    url = "https://lightning.ai/docs/torchmetrics/stable/classification/accuracy.html"
    name = "accuracy"
    unit = "percent"
    tells_right = True
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
