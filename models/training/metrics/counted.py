"""Metrics that follow from how often each class was right, named and asked for."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, ClassVar

from models.specs.fields import FieldError, Text, shown
from models.training.metrics.base import BINARY, CLASSES, METRICS, Metric, Tensor

SKLEARN = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics."
MACRO, MICRO = "macro", "micro"


def class_hits(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
    """For each class (or switch) whether the prediction hit it, named it, and should have."""
    if targets.is_floating_point():
        named, wanted = outputs > 0, targets > 0.5
        if named.dim() > 2:
            named, wanted = named.movedim(1, -1), wanted.movedim(1, -1)
            named, wanted = named.flatten(0, -2), wanted.flatten(0, -2)
    else:
        classes = targets.new_tensor(range(outputs.shape[1]))
        named = outputs.argmax(1).reshape(-1, 1) == classes
        wanted = targets.reshape(-1, 1) == classes
    return named & wanted, named, wanted


def hits_over(outputs: Tensor, targets: Tensor, over: str) -> tuple[Tensor, ...]:
    """What `class_hits` gives for each class, for all together, or for one class."""
    parts = class_hits(outputs, targets)
    if over == "macro":
        return parts
    if over == "micro":
        return tuple(part.sum(1, keepdim=True) for part in parts)
    if parts[0].shape[1] == 1 and targets.is_floating_point():
        parts = yes_and_no(outputs, targets)
    return tuple(part[:, int(over) :][:, :1] for part in parts)


def mean_of(scores: list[float]) -> float:
    """The mean of some scores; NaN without any."""
    return sum(scores) / len(scores) if scores else math.nan


def yes_and_no(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
    """What `class_hits` gives; all switches together are two classes, no and yes."""
    if not targets.is_floating_point():
        return class_hits(outputs, targets)
    classes = targets.new_tensor([0, 1]).bool()
    named = (outputs > 0).reshape(-1, 1) == classes
    wanted = (targets > 0.5).reshape(-1, 1) == classes
    return named & wanted, named, wanted


class Over(Text):
    """Over what a metric of classes is taken: ``macro``, ``micro``, or the number of one class, from 0.

    One yes or no alone has two classes by number, no and yes; all else of it is that of yes.
    """

    def __init__(self, default: str) -> None:
        super().__init__(
            default,
            help="macro: the mean over classes; micro: all predictions together; or the number of one class, from 0.",
        )

    def parse(self, value: object) -> str:
        text = str(value).strip() if isinstance(value, str | int) and not isinstance(value, bool) else ""
        if text not in (MACRO, MICRO) and not (text.isascii() and text.isdecimal() and len(text) < 7):
            raise FieldError(f"expected macro, micro, or the number of a class, found {shown(value)}.")
        return text if text in (MACRO, MICRO) else str(int(text))


class OfClasses(Metric):
    """Base of metrics of the classes' hits. A class that is neither answered nor asked for is left out."""

    needs = frozenset({CLASSES, BINARY})
    lacks = "no example or answer is of the class"
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (class_hits, mean_of)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """For each class (or switch) whether the prediction hit it, named it, and should have."""
        return class_hits(outputs, targets)


class OverClasses(OfClasses):
    """Base of those that are taken over classes as ``over`` says."""

    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (class_hits, yes_and_no, hits_over, mean_of)
    word: ClassVar[str] = ""
    over = Over(MACRO)

    @property
    def label(self) -> str:
        word = self.title if self.over in (MACRO, MICRO) else f"{self.title} of class {self.over}"
        return word if self.over not in (MACRO, MICRO) else f"{self.over.capitalize()} {self.word}"

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor, over: str) -> tuple[Tensor, ...]:  # type: ignore[override]
        """For each class (or all together) whether the prediction hit it, named it, and should have."""
        return hits_over(outputs, targets, over)


class AllClasses(OfClasses):
    """Base of metrics of all classes together; switches are two classes, no and yes."""

    lacks = "all examples are of one class"
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = (class_hits, yes_and_no, mean_of)

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """For each class whether the prediction hit it, named it, and should have."""
        return yes_and_no(outputs, targets)


@METRICS.register
class MacroF1(OfClasses):
    """2·hits / (predictions + targets) for each class, averaged over the classes."""

    title = "Macro F1"
    synonyms = ("f1 score", "f-score")
    help = (
        "Precision and recall in one number for each class, averaged, so that rare classes count as much as common "
        "ones. Classes that are neither answered nor asked for are left out."
    )
    url = SKLEARN + "f1_score.html"
    name = "macro_f1"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean of F1 over the classes that occur; NaN without any."""
        counts = zip(hits, map(sum, zip(named, wanted, strict=True)), strict=True)
        scores = [2 * hit / both for hit, both in counts if both]
        return mean_of(scores)


@METRICS.register
class F1Score(OverClasses):
    """2·hits / (predictions + targets): over all classes together, of one class, or averaged."""

    title, word = "F1", "F1"
    synonyms = ("micro f1", "f-score", "f1 of a class")
    help = "Precision and recall in one number: over all predictions (micro), of one class, or averaged (macro)."
    url = SKLEARN + "f1_score.html"
    name = "f1"
    over = Over(MICRO)

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean of F1 over the classes that occur; NaN without any."""
        counts = zip(hits, map(sum, zip(named, wanted, strict=True)), strict=True)
        scores = [2 * hit / both for hit, both in counts if both]
        return mean_of(scores)


@METRICS.register
class Precision(OverClasses):
    """Hits over predictions of a class, averaged over the classes."""

    title, word = "Precision", "precision"
    synonyms = ("positive predictive value", "false positives")
    lacks = "no answer is of the class"
    help = "The share of right predictions among those that name a class: low where there are false alarms."
    url = SKLEARN + "precision_score.html"
    name = "precision"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean over the classes that occur, 0 for one that is never answered; NaN where none ever is."""
        counts = zip(hits, named, wanted, strict=True)
        scores = [hit / max(name, 1) for hit, name, want in counts if name or want]
        return mean_of(scores if any(named) else [])


@METRICS.register
class Recall(OverClasses):
    """Hits over examples of a class, averaged over the classes."""

    title, word = "Recall", "recall"
    synonyms = ("sensitivity", "true positive rate", "hit rate", "false negatives")
    lacks = "no example is of the class"
    help = "The share of a class that is recognized: low where examples of it are missed."
    url = SKLEARN + "recall_score.html"
    name = "recall"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean over the classes that have examples; NaN without any."""
        return mean_of([hit / want for hit, want in zip(hits, wanted, strict=True) if want])


@METRICS.register
class BalancedAccuracy(AllClasses):
    """The mean over the classes of the share that is recognized."""

    title = "Balanced accuracy"
    synonyms = ("mean recall", "imbalance")
    help = "Accuracy in which each class counts alike, however rare: always the same answer is no better than chance."
    url = SKLEARN + "balanced_accuracy_score.html"
    name = "balanced_accuracy"
    unit = "percent"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean recall of the classes that are asked for."""
        return mean_of([hit / want for hit, want in zip(hits, wanted, strict=True) if want])


@METRICS.register
class IntersectionOverUnion(OfClasses):
    """Hits / (predictions + targets − hits) for each class, averaged over the classes."""

    title = "IoU"
    synonyms = ("jaccard", "mean iou", "miou", "intersection over union", "segmentation", "overlap")
    help = "How far answer and truth overlap, of all that either covers, averaged over the classes. Usual for masks."
    url = SKLEARN + "jaccard_score.html"
    name = "iou"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The mean over the classes that occur; NaN without any."""
        counts = zip(hits, named, wanted, strict=True)
        scores = [hit / (name + want - hit) for hit, name, want in counts if name or want]
        return mean_of(scores)


@METRICS.register
class MatthewsCorrelation(AllClasses):
    """The correlation of answers and truth, as classes (Matthews 1975, Gorodkin 2004)."""

    title = "Matthews correlation"
    synonyms = ("mcc", "phi", "imbalance")
    help = "The correlation of answer and truth: 1 is perfect, 0 chance, however frequent the classes are."
    url = SKLEARN + "matthews_corrcoef.html"
    name = "mcc"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """The covariance over both spreads; 0 where all answers are of one class, NaN where all targets are."""
        both = sum(name * want for name, want in zip(named, wanted, strict=True))
        first = count * count - sum(name * name for name in named)
        second = count * count - sum(want * want for want in wanted)
        if not second:
            return math.nan
        spread = math.sqrt(first * second)
        return (count * sum(hits) - both) / spread if spread else 0.0


@METRICS.register
class CohenKappa(AllClasses):
    """(observed − expected) / (1 − expected) agreement (Cohen 1960)."""

    title = "Cohen’s kappa"
    synonyms = ("agreement", "raters")
    help = "How far answers agree with the truth beyond what chance would give: 1 is perfect, 0 chance."
    url = SKLEARN + "cohen_kappa_score.html"
    name = "kappa"

    @staticmethod
    def value(count: int, hits: list[float], named: list[float], wanted: list[float]) -> float:
        """Beyond chance; NaN where all answers and targets are of one class, on which chance agrees as well."""
        chance = sum(name * want for name, want in zip(named, wanted, strict=True))
        if chance == count * count:
            return math.nan
        return (count * sum(hits) - chance) / (count * count - chance)


@METRICS.register
class Dice(Metric):
    """2·hits / (predictions + targets) over the positions of each example, averaged over classes and examples."""

    title = "Dice"
    synonyms = ("overlap", "segmentation", "f1 per image", "sorensen")
    help = "For masks: how far answer and truth overlap in each example, averaged. Where both are empty it is 1."
    url = SKLEARN + "f1_score.html"
    name = "dice"
    needs = frozenset({CLASSES, BINARY})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """The overlap of each example, in double precision."""
        if targets.is_floating_point():
            first = 2 if outputs.dim() > 2 else 1
            named, wanted = (outputs > 0).flatten(first), (targets > 0.5).flatten(first)
            if named.dim() == 2:
                named, wanted = named.unsqueeze(1), wanted.unsqueeze(1)
        else:
            classes = targets.new_tensor(range(outputs.shape[1])).reshape(1, -1, 1)
            named = outputs.argmax(1).reshape(len(outputs), 1, -1) == classes
            wanted = targets.reshape(len(targets), 1, -1) == classes
        both = (named & wanted).sum(2).cpu().double()
        either = (named.sum(2) + wanted.sum(2)).cpu().double()
        occurs = either > 0
        scores = (2 * both / either.clamp(min=1)).sum(1) / occurs.sum(1).clamp(min=1)
        return ((scores + ~occurs.any(1)).reshape(-1, 1),)

    @staticmethod
    def value(count: int, scores: list[float]) -> float:
        """The mean over the examples."""
        return scores[0] / count
