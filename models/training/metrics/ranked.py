"""Metrics of an order: they need all scores at once, which are kept, to a bound (`Metric.keeps`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from models.basics.later import Later
from models.training.metrics.base import BINARY, CLASSES, METRICS, NUMBERS, Metric, Tensor

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")  # the first window reads the registry of metrics, and needs no numbers

SKLEARN = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics."
BOUND = "Exact up to 500,000 numbers an epoch; of more every second row counts, then every fourth."


def scores_and_truth(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
    """The class and the probability of each, or −1 and for each switch the score and whether it should be on."""
    outputs, targets = outputs.cpu().double(), targets.cpu().double()
    if outputs.dim() == targets.dim():
        if outputs.dim() > 2:
            outputs = outputs.movedim(1, -1).flatten(0, -2)
            targets = targets.movedim(1, -1).flatten(0, -2)
        return outputs.new_full((len(outputs), 1), -1), outputs, targets
    chances = outputs.softmax(1).movedim(1, -1).reshape(-1, outputs.shape[1])
    return targets.reshape(-1, 1), chances


def mean_over_classes(function: Any, kept: Any) -> float:
    """The mean of a function of scores and truth over the classes (or switches) that have both a yes and a no.

    NaN among the scores of one of them makes it NaN.
    """
    first, *columns = (np.asarray(column) for column in kept)
    if len(first) and first[0] < 0:
        half = len(columns) // 2
        pairs = [*zip(columns[:half], columns[half:], strict=True)]
    else:
        pairs = [(scores, first == number) for number, scores in enumerate(columns)]
    pairs = [(scores, truth > 0.5) for scores, truth in pairs]
    pairs = [pair for pair in pairs if pair[1].any() and not pair[1].all()]
    found = [float("nan") if np.isnan(scores).any() else function(scores, truth) for scores, truth in pairs]
    return float(sum(found) / len(found)) if found else float("nan")


def area_under_roc(scores: Any, truth: Any) -> Any:
    """The share of pairs of a yes and a no in which the yes scores higher; ties count half (Mann and Whitney 1947)."""
    _, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    ranks = (counts.cumsum() - (counts - 1) / 2)[place]
    yes, no = truth.sum(), (~truth).sum()
    return (ranks[truth].sum() - yes * (yes + 1) / 2) / (yes * no)


def precision_along_recall(scores: Any, truth: Any) -> Any:
    """The precision at each threshold, weighted by the recall that it adds."""
    order = np.argsort(-scores, kind="stable")
    hits = truth[order].cumsum()
    ordered = scores[order]
    ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    gained = np.diff(hits[ends], prepend=0)
    return (gained * hits[ends] / (ends + 1)).sum() / hits[-1]


@METRICS.register
class RocAuc(Metric):
    """The area under the curve of true over false positives: for each class against the rest, averaged."""

    title = "ROC-AUC"
    synonyms = ("auc", "auroc", "area under the curve", "roc", "ranking")
    help = f"How often a yes scores higher than a no: 1 is perfect, 0.5 chance, whatever the threshold. {BOUND}"
    url = SKLEARN + "roc_auc_score.html"
    name = "roc_auc"
    needs = frozenset({CLASSES, BINARY})
    keeps = True
    lacks = "no class has examples and others"
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (scores_and_truth, mean_over_classes, area_under_roc)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Scores and truth."""
        return scores_and_truth(outputs, targets)

    @staticmethod
    def value(count: int, *kept: list[float]) -> float:
        """The mean over the classes; NaN where each is all yes or all no."""
        return mean_over_classes(area_under_roc, kept)


@METRICS.register
class AveragePrecision(Metric):
    """Σ (recall added)·precision over all thresholds, for each class against the rest, averaged."""

    title = "Average precision"
    synonyms = ("ap", "map", "pr auc", "area under precision recall", "ranking", "imbalance")
    help = f"The precision along growing recall: for classes so rare that ROC-AUC flatters. {BOUND}"
    url = SKLEARN + "average_precision_score.html"
    name = "average_precision"
    needs = frozenset({CLASSES, BINARY})
    keeps = True
    lacks = "no class has examples and others"
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (scores_and_truth, mean_over_classes, precision_along_recall)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Scores and truth."""
        return scores_and_truth(outputs, targets)

    @staticmethod
    def value(count: int, *kept: list[float]) -> float:
        """The mean over the classes; NaN where each is all yes or all no."""
        return mean_over_classes(precision_along_recall, kept)


def ranks(values: Any) -> Any:
    """The place of each value in their order; equal ones share the mean of theirs. NaN where a value is."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (counts.cumsum() - (counts - 1) / 2)[place] * (float("nan") if np.isnan(values).any() else 1.0)


@METRICS.register
class SpearmanCorrelation(Metric):
    """The correlation of the ranks of predictions and targets, averaged over the outputs (Spearman 1904)."""

    title = "Spearman correlation"
    synonyms = ("rank correlation", "monotonic", "order")
    help = f"Whether larger targets get larger predictions, by any curve: 1 is the same order, −1 the reverse. {BOUND}"
    url = "https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.spearmanr.html"
    name = "spearman"
    needs = frozenset({NUMBERS})
    keeps = True
    lacks = "targets or predictions are all alike"
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (ranks,)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Predictions and targets."""
        return outputs.flatten(1).cpu().double(), targets.flatten(1).cpu().double()

    @staticmethod
    def value(count: int, *kept: list[float]) -> float:
        """The mean over the outputs that have a spread; NaN without any."""
        half, found = len(kept) // 2, []
        for predicted, wanted in zip(kept[:half], kept[half:], strict=True):
            first, second = ranks(predicted), ranks(wanted)
            first, second = first - first.mean(), second - second.mean()
            spread = (first @ first * (second @ second)) ** 0.5
            if spread:
                found.append(first @ second / spread)
        return float(sum(found) / len(found)) if found else float("nan")
