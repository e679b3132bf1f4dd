"""Losses for a yes or no each."""

from __future__ import annotations

from models.basics.text import Shape
from models.training.losses.base import DOCS, LOSSES, Loss


@LOSSES.register
class BCEWithLogitsLoss(Loss):
    """−y·log σ(x) − (1 − y)·log(1 − σ(x)), averaged over all outputs."""

    title = "Binary cross-entropy with logits"
    synonyms = ("bce", "logistic", "sigmoid loss")
    help = "For yes or no per output. Takes raw scores: it applies the sigmoid itself. Two classes need one output."
    url = DOCS + "torch.nn.BCEWithLogitsLoss.html"
    targets = "binary"
    applies = "sigmoid"

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (1 if classes == 2 else classes or 1,) if classes else target_shape
