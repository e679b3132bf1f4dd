"""Losses that learn distances: an Output is a vector, and a batch is compared with itself, by the classes in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from models.basics.text import Shape, times
from models.specs.fields import Choice, Float
from models.training.losses.base import LOSSES, Loss, Tensor

HARD, SEMI_HARD = "batch-hard", "semi-hard"
"""Which triplets of a batch count."""
EUCLIDEAN, SQUARED, COSINE = "euclidean", "squared", "cosine"
"""How far two vectors are apart: the length of the way between them, its square, or 1 − cos of the angle."""

MOST_CLASSES = 1_000
"""Classes that targets given by hand may name: the width of a vector says nothing of them."""


class EmbeddingLoss(Loss):
    """Base of these: a vector of any width an example, and a class that is its target."""

    targets = "classes"
    answers = "embedding"
    width: ClassVar[int] = 16
    """Numbers in a vector where nobody says otherwise."""

    def arguments(self) -> dict[str, object]:
        return self.settings(all_fields=True)

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (self.width,)

    def targets_for(self, outputs: Shape) -> Shape:
        return (outputs[0], MOST_CLASSES)

    def refusal(self, classes: Sequence[str] | None, target_shape: Shape) -> tuple[str, str]:
        return (f"{self.kind} compares one class an example.", "CrossEntropyLoss") if target_shape else ("", "")

    def mismatch(self, shape: Shape, classes: int | None, target_shape: Shape) -> str:
        return "" if len(shape) == 1 else f"An embedding asks for one vector, but the network gives {times(shape)}."


@LOSSES.register
class MinedTripletLoss(EmbeddingLoss):
    """max(0, d(a, p) − d(a, n) + margin) for each anchor a, its positives p and negatives n mined in the batch.

    batch-hard (Hermans et al. 2017): the farthest of its class and the nearest of the others. semi-hard (Schroff et al.
    2015): each of its class, with the nearest of the others that is farther, or else the farthest; averaged. Over the
    batch it is the mean of the anchors that have both.
    """

    title = "Triplets mined by class"
    synonyms = (
        "facenet",
        "metric learning",
        "embedding",
        "batch hard",
        "semi-hard",
        "online mining",
        "re-identification",
    )
    help = (
        "For embeddings: the output is a vector of any width, the target a class. Examples of a class come together, "
        "others stay a margin apart; triplets are mined in each batch. Sampling “grouped” suits it."
    )
    url = "https://arxiv.org/abs/1703.07737"
    module = "MinedTripletLoss"
    mining = Choice(SEMI_HARD, (SEMI_HARD, HARD), help="semi-hard begins gently; batch-hard learns from extremes.")
    margin = Float(1.0, above=0.0, help="How much nearer those of a class must be; about 0.2 for cosines.")
    distance = Choice(
        EUCLIDEAN, (EUCLIDEAN, COSINE), help="How far two vectors are apart: their straight distance, or 1 − cosine."
    )

    @staticmethod
    def reading(outputs: Tensor, distance: str) -> Tensor:
        """Vectors between which distances are straight: of length 1 where only directions count."""
        if distance == "cosine":
            return outputs / outputs.norm(dim=1, keepdim=True).clamp(min=1e-12)
        return outputs


@LOSSES.register
class SupConLoss(EmbeddingLoss):
    """−mean over p of ln(exp(cos(a, p)/τ) / Σ exp(cos(a, x)/τ)) for each anchor a, with x all other examples of the
    batch and p those of its class (Khosla et al. 2020); the mean of the anchors that have such a p."""

    title = "Supervised contrastive"
    synonyms = ("supcon", "contrastive", "simclr", "metric learning", "embedding", "info nce", "n-pairs")
    help = (
        "For embeddings: the output is a vector of any width, the target a class. Each example is told from all others "
        "of its batch by direction, those of its class together. Sampling “grouped” suits it."
    )
    url = "https://arxiv.org/abs/2004.11362"
    module = "SupConLoss"
    temperature = Float(0.1, above=0.0, maximum=100.0, help="Small: near examples decide; large: all count alike.")

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """Directions: vectors of length 1."""
        return outputs / outputs.norm(dim=1, keepdim=True).clamp(min=1e-12)
