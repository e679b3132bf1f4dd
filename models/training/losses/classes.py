"""Losses for one class out of several."""

from __future__ import annotations

from models.basics.text import Shape
from models.specs.fields import Float, Int
from models.training.losses.base import DOCS, LOSSES, Loss
from models.training.losses.weights import ClassWeights


class ClassLoss(Loss):
    """Base of losses that take a score for each class."""

    targets = answers = "classes"

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (classes or 1, *target_shape)


@LOSSES.register
class CrossEntropyLoss(ClassLoss):
    """−log softmax(x)[class], averaged over the batch."""

    title = "Cross-entropy"
    synonyms = ("softmax loss", "log loss", "categorical")
    help = "For one class out of several. Takes raw scores: it applies the softmax itself."
    url = DOCS + "torch.nn.CrossEntropyLoss.html"
    applies = "softmax"
    soft = True
    weighs = "weight"
    label_smoothing = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the target distributed over all classes.")
    class_weights = ClassWeights()


@LOSSES.register
class NLLLoss(ClassLoss):
    """−x[class] with x = log p, averaged over the batch: cross-entropy behind a LogSoftmax."""

    title = "Negative log-likelihood"
    synonyms = ("nll", "log likelihood")
    help = "For one class out of several, behind a LogSoftmax layer: the two together are cross-entropy."
    url = DOCS + "torch.nn.NLLLoss.html"
    expects = "log-softmax"
    instead = "CrossEntropyLoss"
    weighs = "weight"
    class_weights = ClassWeights()


@LOSSES.register
class FocalLoss(ClassLoss):
    """−(1 − p)^γ · log p for the probability p of the class, averaged (Lin et al. 2017)."""

    title = "Focal"
    synonyms = ("focal loss", "imbalance", "retinanet", "hard examples")
    help = "Cross-entropy in which examples that are right already count less: for rare classes. Takes raw scores."
    url = "https://arxiv.org/abs/1708.02002"
    applies = "softmax"
    module = "FocalLoss"
    weighs = "weight"
    gamma = Float(2.0, minimum=0.0, maximum=10.0, help="How much less easy examples count; 0 is cross-entropy.")
    class_weights = ClassWeights()


@LOSSES.register
class MultiMarginLoss(ClassLoss):
    """Σ max(0, margin − x[class] + x[other])^p / classes, averaged (Weston and Watkins 1999)."""

    title = "Multi-class margin"
    synonyms = ("hinge", "svm", "support vector", "margin")
    help = "The hinge of support vector machines: the right class must lead each other one by a margin. Raw scores."
    url = DOCS + "torch.nn.MultiMarginLoss.html"
    module = "MultiMarginLoss"
    weighs = "weight"
    p = Int(1, minimum=1, maximum=2, label="Power", help="1 counts what is lacking, 2 its square.")
    margin = Float(1.0, minimum=0.0, help="How far the right class must lead.")
    class_weights = ClassWeights()


@LOSSES.register
class ClassDiceLoss(ClassLoss):
    """1 − (2·Σ p·y + 1) / (Σ p + Σ y + 1) over the positions of an example, for each class, averaged.

    Milletari et al. 2016, with softmax probabilities p and 1 where a position is of the class.
    """

    title = "Dice for classes"
    synonyms = ("overlap", "f1", "segmentation", "mask")
    help = "For masks of several classes: how far answer and truth fail to overlap, each class alike. Raw scores."
    url = "https://arxiv.org/abs/1606.04797"
    applies = "softmax"
    module = "ClassDiceLoss"
    pooled = True
