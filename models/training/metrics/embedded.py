"""Metrics of embeddings: they compare the vectors of an epoch with one another, which are kept (`Metric.keeps`)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from models.basics.later import Later
from models.specs.fields import Int
from models.training.metrics.base import EMBEDDING, METRICS, Metric, Tensor

if TYPE_CHECKING:
    import numpy as np
else:
    np = Later("numpy")  # the first window reads the registry of metrics, and needs no numbers

BOUND = "Exact up to 4,000 examples; of more as many are compared, spread evenly."


def vectors_by_class(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
    """The class and the vector of each example."""
    return targets.reshape(-1, 1).cpu(), outputs.flatten(1).cpu().double()


def compared(kept: Any) -> Any:
    """The distances of some examples to all, and which of these are of the class, some hundreds of rows at a time.

    An example is infinitely far from itself, and not of its own class.
    """
    classes, *columns = (np.asarray(column) for column in kept)
    step = max(1, -(-len(classes) // 4000))
    classes, vectors = classes[::step], np.stack(columns, 1)[::step]
    vectors = vectors - vectors.mean(0)
    squares = np.square(vectors).sum(1)
    for start in range(0, len(vectors), 500):
        some = slice(start, start + 500)
        rows = np.arange(len(vectors))[some]
        products = vectors[some] @ vectors.T
        away = np.sqrt(np.maximum(squares[some, None] + squares - 2 * products, 0))
        like = classes[some, None] == classes
        away[rows - start, rows], like[rows - start, rows] = np.inf, False
        yield away, like


def mean_distance(kept: Any, of_class: bool) -> float:
    """The mean distance of two examples of one class, or of two classes; NaN without such a pair."""
    total, count = 0.0, 0
    for away, like in compared(kept):
        pairs = like if of_class else ~like & np.isfinite(away)
        total, count = total + float(away[pairs].sum()), count + int(pairs.sum())
    return total / count if count else float("nan")


@METRICS.register
class RecallAtK(Metric):
    """The share of examples of which one at least of the k nearest others is of their class (Jégou et al. 2011)."""

    title = "Recall at k"
    synonyms = ("nearest neighbor", "retrieval", "r@1", "knn", "metric learning")
    help = f"How often one of the k nearest others is of the same class; of 1: nearest-neighbor accuracy. {BOUND}"
    url = "https://arxiv.org/abs/2003.08505"
    name = "recall_at_k"
    lacks = "there are fewer than two examples"
    unit = "percent"
    needs = frozenset({EMBEDDING})
    keeps = True
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (vectors_by_class, compared)
    k = Int(1, minimum=1, maximum=1000, label="k", help="How many of the nearest count.")

    @property
    def label(self) -> str:
        return f"Recall at {self.k}"

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor, k: int) -> tuple[Tensor, ...]:
        """Classes and vectors, behind a column of k."""
        classes, vectors = vectors_by_class(outputs, targets)
        return classes.new_full((len(classes), 1), k), classes, vectors

    @staticmethod
    def value(count: int, nearest: list[float], *kept: list[float]) -> float:
        """The share; NaN for fewer than two examples."""
        right, total, k = 0, 0, int(nearest[0])
        for away, like in compared(kept):
            near = away.argmin(1)[:, None]
            if k > 1:
                near = np.argpartition(away, min(k, away.shape[1]) - 1, 1)[:, :k]
            found = np.take_along_axis(like, near, 1).any(1)
            right, total = right + int(found.sum()), total + len(away)
        return right / total if total > 1 else float("nan")


class MeanDistance(Metric):
    """Base of mean distances between examples."""

    url = "https://arxiv.org/abs/1703.07737"
    needs = frozenset({EMBEDDING})
    keeps = True
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (vectors_by_class, compared, mean_distance)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Classes and vectors."""
        return vectors_by_class(outputs, targets)


@METRICS.register
class PositiveDistance(MeanDistance):
    """The mean distance of two examples of one class."""

    title = "Distance within classes"
    synonyms = ("positive distance", "intra-class", "compactness", "metric learning")
    help = f"How far two examples of one class are apart on average; all 0 beside others at 0 is a collapse. {BOUND}"
    name = "positive_distance"
    lacks = "no two examples are of one class"
    higher_is_better = False

    @staticmethod
    def value(count: int, *kept: list[float]) -> float:
        """The mean over the pairs."""
        return mean_distance(kept, True)


@METRICS.register
class NegativeDistance(MeanDistance):
    """The mean distance of two examples of different classes."""

    title = "Distance between classes"
    synonyms = ("negative distance", "inter-class", "separation", "metric learning")
    help = f"How far two examples of different classes are apart on average. {BOUND}"
    name = "negative_distance"
    lacks = "all examples are of one class"

    @staticmethod
    def value(count: int, *kept: list[float]) -> float:
        """The mean over the pairs."""
        return mean_distance(kept, False)
