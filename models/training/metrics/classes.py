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
