"""Metrics of predicted numbers."""

from __future__ import annotations

import math

from models.specs.fields import Float
from models.training.metrics.base import METRICS, NUMBERS, Metric, Tensor


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
    lacks = "the targets are all alike"
    needs = frozenset({NUMBERS})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Squared errors, targets and squared targets, in double precision, since the last are subtracted."""
        outputs = outputs.flatten(1).cpu().double()
        targets = targets.flatten(1).cpu().double()
        return (outputs - targets).square(), targets, targets.square()

    @staticmethod
    def value(count: int, errors: list[float], totals: list[float], squares: list[float]) -> float:
        """The mean over the outputs whose targets differ; NaN without any."""
        scores = []
        for error, total, square in zip(errors, totals, squares, strict=True):
            variance = square - total * total / count
            # What is left of the variance of equal targets is rounding.
            if not variance <= 1e-12 * square:
                scores.append(1 - error / variance)
        return sum(scores) / len(scores) if scores else math.nan


@METRICS.register
class PearsonCorrelation(Metric):
    """Σ (x − x̄)(y − ȳ) / √(Σ (x − x̄)²·Σ (y − ȳ)²) for each output, averaged over the outputs (Pearson 1895)."""

    title = "Pearson correlation"
    synonyms = ("r", "correlation", "linear")
    help = "Whether predictions rise in a line with the targets, at any slope: 1 is a line, 0 none, −1 a falling one."
    url = "https://docs.scipy.org/doc/scipy/reference/generated/scipy.stats.pearsonr.html"
    name = "pearson"
    lacks = "targets or predictions are all alike"
    needs = frozenset({NUMBERS})

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """Both, their squares and their products, in double precision, since they are subtracted."""
        outputs = outputs.flatten(1).cpu().double()
        targets = targets.flatten(1).cpu().double()
        squares = outputs.square(), targets.square()
        return outputs, targets, *squares, outputs * targets

    @staticmethod
    def value(count: int, *sums: list[float]) -> float:
        """The mean over the outputs whose predictions and targets differ; NaN without any."""
        found = []
        for x, y, xx, yy, xy in zip(*sums, strict=True):
            first, second = xx - x * x / count, yy - y * y / count
            # What is left of the spread of equal numbers is rounding.
            if not (first <= 1e-12 * xx or second <= 1e-12 * yy):
                found.append((xy - x * y / count) / (first * second) ** 0.5)
        return float(sum(found) / len(found)) if found else math.nan


@METRICS.register
class PeakSignalToNoise(Metric):
    """10·log₁₀(peak² / mean (x − y)²) for each example, averaged over the examples."""

    title = "Peak signal-to-noise ratio"
    synonyms = ("psnr", "decibel", "images", "denoising", "super-resolution", "autoencoder")
    help = "How little an image differs from the one that was wanted, in decibels: 20 is coarse, 40 hard to see."
    url = "https://lightning.ai/docs/torchmetrics/stable/image/peak_signal_noise_ratio.html"
    name = "psnr"
    needs = frozenset({NUMBERS})
    peak = Float(1.0, above=0.0, help="The range of the targets: 1 for images that are compared from 0 to 1.")

    @staticmethod
    def parts(outputs: Tensor, targets: Tensor, peak: float) -> tuple[Tensor, ...]:
        """The ratio of each example; one that is met to the last bit counts 120 decibels."""
        errors = (outputs - targets).square().reshape(len(outputs), -1).mean(1, keepdim=True)
        return (10 * (peak**2 / errors.clamp(min=1e-12 * peak**2)).log10(),)

    @staticmethod
    def value(count: int, ratios: list[float]) -> float:
        """The mean ratio."""
        return ratios[0] / count
