"""Losses as specs; `models.layers.terminals.Output` carries one.

A loss says what the network's outputs and the data's targets must look like, so that a mismatch is found before
training starts.
"""

from __future__ import annotations

from typing import ClassVar

from models.basics.text import Shape, call, times
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"


class Loss(Spec):
    """Base of losses: fields are arguments of the `torch.nn` class of the same name.

    ``targets`` is "classes" (one integer an example, or one per position), "binary" (a 0/1 number for each output)
    or "numbers" (one number for each output); it also tells which metrics can be shown beside the loss. ``applies`` is
    the function of its inputs that it computes itself ("softmax", "sigmoid"): it takes scores of any sign. ``soft``
    tells that it takes probabilities in place of class indices, so that targets can be shared.
    """

    targets: ClassVar[str] = "numbers"
    applies: ClassVar[str] = ""
    soft: ClassVar[bool] = False

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
