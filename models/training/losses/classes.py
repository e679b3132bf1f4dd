"""Losses for one class out of several."""

from __future__ import annotations

from models.basics.text import Shape
from models.specs.fields import Float
from models.training.losses.base import DOCS, LOSSES, Loss


@LOSSES.register
class CrossEntropyLoss(Loss):
    """−log softmax(x)[class], averaged over the batch."""

    title = "Cross-entropy"
    synonyms = ("softmax loss", "log loss", "categorical")
    help = "For one class out of several. Takes raw scores: it applies the softmax itself."
    url = DOCS + "torch.nn.CrossEntropyLoss.html"
    targets = "classes"
    applies = "softmax"
    soft = True
    label_smoothing = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the target distributed over all classes.")

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (classes or 1, *target_shape)
