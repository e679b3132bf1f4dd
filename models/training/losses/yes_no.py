"""Losses for a yes or no each: one of two classes, several labels an example, masks of one channel."""

from __future__ import annotations

from collections.abc import Sequence

from models.basics.text import Shape
from models.specs.fields import Float
from models.training.losses.base import DOCS, LOSSES, Loss, Tensor
from models.training.losses.weights import ClassWeights


class YesNoLoss(Loss):
    """Base of losses that take a number for each yes or no. Two classes need one output."""

    targets = answers = "binary"
    span = (0.0, 1.0)

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        if classes:
            return (1 if classes == 2 else classes, *target_shape)
        return target_shape or (1,)


@LOSSES.register
class BCEWithLogitsLoss(YesNoLoss):
    """−y·log σ(x) − (1 − y)·log(1 − σ(x)), averaged over all outputs."""

    title = "Binary cross-entropy with logits"
    synonyms = ("bce", "logistic", "sigmoid loss", "soft margin", "multi-label")
    help = "For yes or no per output. Takes raw scores: it applies the sigmoid itself. Two classes need one output."
    url = DOCS + "torch.nn.BCEWithLogitsLoss.html"
    applies = "sigmoid"
    weighs = "pos_weight"
    class_weights = ClassWeights()


@LOSSES.register
class BCELoss(YesNoLoss):
    """−y·log x − (1 − y)·log(1 − x), averaged over all outputs: x are probabilities."""

    title = "Binary cross-entropy"
    synonyms = ("bce", "logistic", "probability")
    help = "For yes or no per output, behind a Sigmoid layer. The one with logits is the same, and more exact."
    url = DOCS + "torch.nn.BCELoss.html"
    module = "BCELoss"
    expects = "sigmoid"
    instead = "BCEWithLogitsLoss"

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """Scores whose sigmoid is what the network gives."""
        return outputs.logit()


@LOSSES.register
class BinaryFocalLoss(YesNoLoss):
    """−α·(1 − p)^γ · log p, where p is the probability of what is true, averaged (Lin et al. 2017).

    α counts for yes, 1 − α for no.
    """

    title = "Binary focal"
    synonyms = ("focal loss", "imbalance", "retinanet", "hard examples")
    help = "Binary cross-entropy in which answers that are right already count less: for rare yeses. Raw scores."
    url = "https://arxiv.org/abs/1708.02002"
    applies = "sigmoid"
    module = "BinaryFocalLoss"
    gamma = Float(2.0, minimum=0.0, maximum=10.0, help="How much less easy answers count.")
    alpha = Float(0.25, minimum=0.0, maximum=1.0, help="What a yes counts; a no counts 1 − alpha.")


@LOSSES.register
class DiceLoss(YesNoLoss):
    """1 − (2·Σ p·y + 1) / (Σ p + Σ y + 1) over the positions of an example, for each channel, averaged.

    Milletari et al. 2016, with sigmoid probabilities p. Where there are no positions the sums go over the outputs.
    """

    title = "Dice"
    synonyms = ("overlap", "f1", "segmentation", "mask", "v-net")
    help = "For masks: how far answer and truth fail to overlap, however small the object is. Takes raw scores."
    url = "https://arxiv.org/abs/1606.04797"
    applies = "sigmoid"
    module = "DiceLoss"


@LOSSES.register
class MultiLabelMarginLoss(YesNoLoss):
    """Σ max(0, 1 − (x[yes] − x[no])) over all pairs of a yes and a no, by the number of outputs, averaged."""

    title = "Multi-label margin"
    synonyms = ("hinge", "svm", "ranking", "multi-label", "tags")
    help = "For several labels an example: each that is true must lead each that is not by 1. Takes raw scores."
    url = DOCS + "torch.nn.MultiLabelMarginLoss.html"
    module = "MultiLabelMarginLoss"

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (classes, *target_shape) if classes else super().outputs_for(classes, target_shape)

    def refusal(self, classes: Sequence[str] | None, target_shape: Shape) -> tuple[str, str]:
        count = None if classes is None else len(classes)
        if count == 2 or self.outputs_for(count, target_shape) == (1,):
            return "It compares outputs with each other, and one yes or no has but one.", "BCEWithLogitsLoss"
        return super().refusal(classes, target_shape)

    @staticmethod
    def reading(outputs: Tensor) -> Tensor:
        """Above 0 where a score lies above the mean of an example's: only differences count."""
        return outputs - outputs.mean(1, keepdim=True)


@LOSSES.register
class HingeEmbeddingLoss(YesNoLoss):
    """x where y is 1, max(0, margin − x) where it is 0, averaged: x is a distance (Hadsell et al. 2006)."""

    title = "Hinge embedding"
    synonyms = ("siamese", "distance", "similarity", "contrastive")
    help = "For pairs: the output is a distance, small where the target is 1, at least the margin where it is 0."
    url = DOCS + "torch.nn.HingeEmbeddingLoss.html"
    module = "HingeEmbeddingLoss"
    margin = Float(1.0, above=0.0, help="Distance from which different ones no longer count.")

    @staticmethod
    def reading(outputs: Tensor, margin: float) -> Tensor:
        """Above 0 where a distance is nearer to 0 than to the margin."""
        return margin / 2 - outputs


@LOSSES.register
class SoftMarginLoss(YesNoLoss):
    """ln(1 + exp(−(2y − 1)·x)), averaged over all outputs: binary cross-entropy with logits by another name."""

    title = "Soft margin"
    synonyms = ("logistic", "two-class", "bce")
    help = "For yes or no per output. The same number as binary cross-entropy with logits. Takes raw scores."
    url = DOCS + "torch.nn.SoftMarginLoss.html"
    applies = "sigmoid"
    module = "SoftMarginLoss"


@LOSSES.register
class MultiLabelSoftMarginLoss(YesNoLoss):
    """−y·log σ(x) − (1 − y)·log(1 − σ(x)), averaged over the outputs of an example, then over the batch."""

    title = "Multi-label soft margin"
    synonyms = ("multi-label", "tags", "bce", "one-versus-all")
    help = "For several labels an example: binary cross-entropy with logits, averaged over labels. Takes raw scores."
    url = DOCS + "torch.nn.MultiLabelSoftMarginLoss.html"
    applies = "sigmoid"
