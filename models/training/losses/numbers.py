"""Losses for numbers."""

from __future__ import annotations

import math
from typing import ClassVar

from models.basics.text import Shape
from models.specs.fields import Bool, Float
from models.training.losses.base import DOCS, LOSSES, Loss, Tensor


@LOSSES.register
class MSELoss(Loss):
    """(x − y)², averaged."""

    title = "Mean squared error"
    synonyms = ("l2", "mse", "regression", "squared")
    help = "For numbers. Large errors count much more than small ones."
    url = DOCS + "torch.nn.MSELoss.html"
    scales = True


@LOSSES.register
class L1Loss(Loss):
    """|x − y|, averaged."""

    title = "Mean absolute error"
    synonyms = ("l1", "mae", "regression", "absolute")
    help = "For numbers, when single large errors should not rule."
    url = DOCS + "torch.nn.L1Loss.html"
    scales = True


@LOSSES.register
class HuberLoss(Loss):
    """Half the square below delta, linear beyond (Huber 1964), averaged."""

    title = "Huber"
    synonyms = ("robust", "regression")
    help = "Squared for small errors, absolute for large ones: calm near the goal, robust against outliers."
    url = DOCS + "torch.nn.HuberLoss.html"
    scales = True
    delta = Float(1.0, above=0.0, help="Where the square turns into a line.")


@LOSSES.register
class SmoothL1Loss(Loss):
    """(x − y)²/(2β) below β, |x − y| − β/2 beyond (Girshick 2015), averaged: Huber's divided by β."""

    title = "Smooth L1"
    synonyms = ("fast r-cnn", "boxes", "robust", "regression")
    help = "Huber’s loss divided by beta: errors beyond it count as in L1 however small beta is. Usual for boxes."
    url = DOCS + "torch.nn.SmoothL1Loss.html"
    scales = True
    beta = Float(1.0, above=0.0, help="Where the square turns into a line.")


@LOSSES.register
class PoissonNLLLoss(Loss):
    """exp(x) − y·x with x the logarithm of the expected count, averaged."""

    title = "Poisson"
    synonyms = ("counts", "events", "poisson regression", "rate")
    help = "For counts, from 0 on. The output is the logarithm of the expected count; metrics compare the count itself."
    url = DOCS + "torch.nn.PoissonNLLLoss.html"
    span = (0.0, math.inf)
    full = Bool(False, advanced=True, help="Adds Stirling’s term, which has no slope, so that values compare.")

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """The expected counts."""
        return outputs.exp()


@LOSSES.register
class GaussianNLLLoss(Loss):
    """(log v + (x − y)²/v)/2, averaged (Nix and Weigend 1994): a mean x and a variance v for each target.

    The first half of the outputs are the means, the second half the logarithms of the variances.
    """

    title = "Gaussian"
    synonyms = ("heteroscedastic", "uncertainty", "variance", "normal", "likelihood")
    help = (
        "For numbers with their uncertainty: two outputs a target, first all means, then the logarithms of all "
        "variances. Metrics compare the means."
    )
    url = DOCS + "torch.nn.GaussianNLLLoss.html"
    module = "GaussianNLLLoss"
    scales = True
    spreads = True
    eps = Float(1e-6, above=0.0, advanced=True, help="Smallest variance.")

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        first, *rest = target_shape or (1,)
        return (2 * first, *rest)

    def targets_for(self, outputs: Shape) -> Shape:
        return (outputs[0], outputs[1] // 2, *outputs[2:])

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """The means: the first half of the outputs."""
        return outputs[:, : outputs.shape[1] // 2]


@LOSSES.register
class KLDivLoss(Loss):
    """Σ y·(log y − x) over the outputs of an example, averaged: x are log-probabilities, y shares that add up to 1."""

    title = "Kullback–Leibler divergence"
    synonyms = ("kl", "distribution", "soft targets", "distillation")
    help = "For targets that are a distribution, such as shares of several raters, behind a LogSoftmax layer."
    url = DOCS + "torch.nn.KLDivLoss.html"
    expects = "log-softmax"
    relates = True
    fixed: ClassVar[dict[str, object]] = {"reduction": "batchmean"}
    sums = True
    span = (0.0, 1.0)

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """The shares themselves."""
        return outputs.exp()


@LOSSES.register
class CosineLoss(Loss):
    """1 − x·y/(|x|·|y|), averaged over the examples: only directions count."""

    title = "Cosine"
    synonyms = ("cosine similarity", "cosine embedding", "direction", "vectors")
    help = "For vectors whose direction counts and whose length does not, such as word vectors to predict."
    url = DOCS + "torch.nn.CosineEmbeddingLoss.html"
    module = "CosineLoss"
    relates = True
