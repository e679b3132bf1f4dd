"""Losses for numbers."""

from __future__ import annotations

from models.specs.fields import Float
from models.training.losses.base import DOCS, LOSSES, Loss


@LOSSES.register
class MSELoss(Loss):
    """(x − y)², averaged."""

    title = "Mean squared error"
    synonyms = ("l2", "mse", "regression", "squared")
    help = "For numbers. Large errors count much more than small ones."
    url = DOCS + "torch.nn.MSELoss.html"


@LOSSES.register
class L1Loss(Loss):
    """|x − y|, averaged."""

    title = "Mean absolute error"
    synonyms = ("l1", "mae", "regression", "absolute")
    help = "For numbers, when single large errors should not rule."
    url = DOCS + "torch.nn.L1Loss.html"


@LOSSES.register
class HuberLoss(Loss):
    """Half the square below delta, linear beyond (Huber 1964), averaged."""

    title = "Huber"
    synonyms = ("smooth l1", "robust", "regression")
    help = "Squared for small errors, absolute for large ones: calm near the goal, robust against outliers."
    url = DOCS + "torch.nn.HuberLoss.html"
    delta = Float(1.0, above=0.0, help="Where the square turns into a line.")
