"""Losses over pairs and triplets: an Output gets what they compare side by side, and each target is a yes or no.

The branches of a network that share their weights are put together by a Concat in front of the Output.
"""

from __future__ import annotations

from typing import ClassVar

from models.basics.text import Shape
from models.specs.fields import Bool, Choice, Float, Int
from models.training.losses.base import DOCS, LOSSES, Tensor
from models.training.losses.embeddings import COSINE, EUCLIDEAN, SQUARED
from models.training.losses.yes_no import YesNoLoss


class ComparingLoss(YesNoLoss):
    """Base of these: outputs are ``vectors`` of any one width, one behind the other."""

    vectors: ClassVar[int] = 2
    width: ClassVar[int] = 8
    """Numbers in a vector where nobody says otherwise."""

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (self.vectors * self.width,)

    def targets_for(self, outputs: Shape) -> Shape:
        return (outputs[0], 1)

    def mismatch(self, shape: Shape, classes: int | None, target_shape: Shape) -> str:
        if len(shape) == 1 and shape[0] % self.vectors == 0 and super().outputs_for(classes, target_shape) == (1,):
            return ""
        return super().mismatch(shape, classes, target_shape)


@LOSSES.register
class MarginRankingLoss(ComparingLoss):
    """max(0, margin − (2y − 1)·(a − b)), averaged, for two scores a and b: y is 1 where a belongs before b."""

    title = "Margin ranking"
    synonyms = ("learning to rank", "pairwise", "preference", "siamese", "hinge")
    help = (
        "For pairs to be ranked: two outputs a pair, the scores of both, put side by side by a Concat. The target is "
        "1 where the first belongs before the second, else 0."
    )
    url = DOCS + "torch.nn.MarginRankingLoss.html"
    module = "MarginRankingLoss"
    width = 1
    margin = Float(1.0, minimum=0.0, help="How far the one that belongs in front must lead.")

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """Above 0 where the first leads."""
        first, second = outputs.chunk(2, 1)
        return first.mean(1, keepdim=True) - second.mean(1, keepdim=True)


@LOSSES.register
class CosineEmbeddingLoss(ComparingLoss):
    """1 − cos where y is 1, max(0, cos − margin) where it is 0, averaged, for the cosine between two vectors."""

    title = "Cosine embedding"
    synonyms = ("siamese", "similarity", "contrastive", "metric learning", "verification")
    help = (
        "For pairs that are alike (1) or not (0): the output is both vectors, put side by side by a Concat. Alike ones "
        "turn to one direction, others apart until their cosine is at most the margin."
    )
    url = DOCS + "torch.nn.CosineEmbeddingLoss.html"
    module = "CosineEmbeddingLoss"
    margin = Float(0.0, minimum=-1.0, maximum=1.0, help="Cosine below which different ones no longer count.")

    @staticmethod
    def reading(outputs: Tensor, margin: float) -> Tensor:
        """Above 0 where a cosine is nearer to 1 than to the margin."""
        first, second = outputs.chunk(2, 1)
        lengths = first.norm(dim=1, keepdim=True) * second.norm(dim=1, keepdim=True)
        return (first * second).sum(1, keepdim=True) / lengths.clamp(min=1e-8) - (1 + margin) / 2


@LOSSES.register
class TripletMarginLoss(ComparingLoss):
    """max(0, d(a, b) − d(a, c) + margin), averaged, for an anchor a nearer to b than to c (Schroff et al. 2015).

    Where y is 0 it is c that is nearer, and the two change places.
    """

    title = "Triplet margin"
    synonyms = ("facenet", "siamese", "metric learning", "embedding", "anchor positive negative")
    help = (
        "For triplets: the output is three vectors, put side by side by a Concat: an anchor, one like it, one unlike "
        "it. The target is 1, or 0 where the third is the one like it."
    )
    url = DOCS + "torch.nn.TripletMarginLoss.html"
    module = "TripletMarginLoss"
    vectors = 3
    margin = Float(1.0, above=0.0, help="How much nearer the one like the anchor must be.")
    p = Int(2, minimum=1, maximum=8, label="Power", advanced=True, help="2 measures straight distances, 1 along axes.")

    @staticmethod
    def reading(outputs: Tensor, p: int) -> Tensor:
        """Above 0 where the anchor is nearer to the second vector than to the third."""
        anchor, second, third = outputs.chunk(3, 1)
        return (anchor - third).norm(p=p, dim=1, keepdim=True) - (anchor - second).norm(p=p, dim=1, keepdim=True)


@LOSSES.register
class TripletMarginWithDistanceLoss(ComparingLoss):
    """max(0, d(a, b) − d(a, c) + margin), averaged, with a distance d of choice; where y is 0, b and c change places.

    With ``swap`` c counts as near as it is to a or to b (Balntas et al. 2016).
    """

    title = "Triplet margin with distance"
    synonyms = ("facenet", "siamese", "metric learning", "embedding", "anchor positive negative", "cosine triplet")
    help = (
        "Triplet margin by another distance: the output is an anchor, one like it, one unlike it, put side by side by "
        "a Concat. The target is 1, or 0 where the third is the one like it."
    )
    url = DOCS + "torch.nn.TripletMarginWithDistanceLoss.html"
    module = "TripletMarginWithDistanceLoss"
    vectors = 3
    distance_function = Choice(
        EUCLIDEAN,
        (EUCLIDEAN, SQUARED, COSINE),
        label="Distance",
        help="How far two vectors are apart: by their straight distance, its square, or 1 − cosine.",
    )
    margin = Float(1.0, above=0.0, help="How much nearer the one like the anchor must be.")
    swap = Bool(False, advanced=True, help="The one unlike the anchor counts by the nearer of the other two.")

    def arguments(self) -> dict[str, object]:
        return self.settings(all_fields=True)

    @staticmethod
    def reading(outputs: Tensor, distance_function: str) -> Tensor:
        """Above 0 where the anchor is nearer to the second vector than to the third."""
        anchor, second, third = outputs.chunk(3, 1)
        if distance_function == "cosine":
            anchor, second, third = (part / part.norm(dim=1, keepdim=True) for part in (anchor, second, third))
        return (anchor - third).norm(dim=1, keepdim=True) - (anchor - second).norm(dim=1, keepdim=True)
