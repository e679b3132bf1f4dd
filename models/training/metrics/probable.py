"""Metrics of probabilities: how sure answers are, and whether they may be."""

from __future__ import annotations

import math

from models.specs.fields import Int
from models.training.metrics.base import BINARY, CLASSES, METRICS, Metric, Tensor


@METRICS.register
class Perplexity(Metric):
    """exp of the mean of −log p for the probability p of the right class."""

    title = "Perplexity"
    synonyms = ("language model", "branching factor")
    help = "Among how many equally likely classes the network hesitates: 1 is certainty. Usual for text."
    url = "https://lightning.ai/docs/torchmetrics/stable/text/perplexity.html"
    name = "perplexity"
    higher_is_better = False
    needs = frozenset({CLASSES})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """−log p of the right class, in double precision."""
        logarithms = outputs.cpu().double().log_softmax(1)
        chosen = logarithms.gather(1, targets.cpu().unsqueeze(1))
        return (-chosen.reshape(-1, 1),)

    @staticmethod
    def value(count: int, surprise: list[float]) -> float:
        """The exponential of the mean; no larger than a number can be."""
        return math.exp(min(surprise[0] / count, 700.0))


@METRICS.register
class BrierScore(Metric):
    """Σ (p − y)² over the classes of a prediction, averaged (Brier 1950); for yes or no (p − y)².

    Of two classes it is half of that, so that one output and two give the same number.
    """

    title = "Brier score"
    synonyms = ("squared error of probabilities", "calibration")
    help = "The squared distance of the probabilities from the truth: 0 is perfect. Punishes being sure and wrong."
    url = "https://scikit-learn.org/stable/modules/generated/sklearn.metrics.brier_score_loss.html"
    name = "brier"
    higher_is_better = False
    needs = frozenset({CLASSES, BINARY})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """The squared distance of each prediction, in double precision."""
        outputs, targets = outputs.cpu().double(), targets.cpu()
        if targets.is_floating_point():
            return ((outputs.sigmoid() - targets).square().reshape(-1, 1),)
        chances, targets = outputs.softmax(1), targets.unsqueeze(1)
        # Σ (p − y)² = Σ p² − 2·p(right class) + 1.
        found = chances.square().sum(1, keepdim=True) - 2 * chances.gather(1, targets) + 1
        return (found.reshape(-1, 1) / (2 if chances.shape[1] == 2 else 1),)

    @staticmethod
    def value(count: int, squares: list[float]) -> float:
        """The mean over the predictions."""
        return max(squares[0], 0.0) / count


@METRICS.register
class CalibrationError(Metric):
    """Σ |right − certainty| over bins of certainty, in shares of all predictions (Naeini et al. 2015)."""

    title = "Calibration error"
    synonyms = ("ece", "expected calibration error", "reliability", "confidence")
    help = "How far certainty is from the share of right predictions, over equal ranges of certainty: 0 is honest."
    url = "https://lightning.ai/docs/torchmetrics/stable/classification/calibration_error.html"
    name = "ece"
    higher_is_better = False
    needs = frozenset({CLASSES, BINARY})
    bins = Int(10, minimum=1, maximum=1000, help="Ranges of certainty.")

    @property
    def label(self) -> str:
        return self.title if self.bins == 10 else f"{self.title} in {self.bins} ranges"

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor, bins: int) -> tuple[Tensor, ...]:
        """For each range how much more often a prediction in it is right than it is sure, in double precision."""
        outputs, targets = outputs.cpu().double(), targets.cpu()
        if targets.is_floating_point():
            chances = outputs.sigmoid()
            certainty, right = chances.maximum(1 - chances), (outputs > 0) == (targets > 0.5)
        else:
            certainty, answers = outputs.softmax(1).max(1)
            right = answers == targets
        certainty, right = certainty.reshape(-1, 1), right.reshape(-1, 1)
        place = (certainty * bins).long().clamp(0, bins - 1)
        member = place == place.new_tensor(range(bins))
        return (member * (right.double() - certainty),)

    @staticmethod
    def value(count: int, away: list[float]) -> float:
        """The mean distance."""
        return sum(map(abs, away)) / count
