"""Losses as specs; `models.layers.terminals.Output` carries one.

A loss says what the network's outputs and the data's targets must look like, so that a mismatch is found before
training starts.
"""

from __future__ import annotations

from typing import ClassVar

from models.basics.text import Shape, call, times
from models.specs.fields import Float
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


class Loss(Spec):
    """Base of losses: fields are arguments of the `torch.nn` class of the same name.

    ``targets`` is "classes" (one integer an example, or one per position), "binary" (a 0/1 number for each output)
    or "numbers" (one number for each output); it also tells which metrics can be shown beside the loss. ``applies`` is
    the function of its inputs that it computes itself ("softmax", "sigmoid"): it takes scores of any sign.
    """

    targets: ClassVar[str] = "numbers"
    applies: ClassVar[str] = ""

    def expression(self) -> str:
        """The PyTorch expression that makes the loss module."""
        return call(f"nn.{self.kind}", **self.settings())

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        """The output shape that data with so many classes, or targets of this shape, asks for.

        One number an example (shape ``()``) asks for one output (shape ``(1,)``).
        """
        return target_shape or (1,)

    def mismatch(self, shape: Shape, classes: int | None, target_shape: Shape) -> str:
        """Why outputs of ``shape`` do not go with the data, as a sentence, or ""."""
        wanted = self.outputs_for(classes, target_shape)
        if shape == wanted:
            return ""
        return f"The data asks for {times(wanted)} outputs, but the network gives {times(shape)}."


LOSSES: Registry[Loss] = Registry("loss")


@LOSSES.register
class CrossEntropyLoss(Loss):
    """−log softmax(x)[class], averaged over the batch."""

    title = "Cross-entropy"
    synonyms = ("softmax loss", "log loss", "categorical")
    help = "For one class out of several. Takes raw scores: it applies the softmax itself."
    url = DOCS + "torch.nn.CrossEntropyLoss.html"
    targets = "classes"
    applies = "softmax"
    label_smoothing = Float(0.0, minimum=0.0, maximum=1.0, help="Share of the target distributed over all classes.")

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        return (classes or 1, *target_shape)


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
