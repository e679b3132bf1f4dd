"""Metrics of predicted numbers."""

from __future__ import annotations

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
