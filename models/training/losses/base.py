"""What a loss is.

A loss says what the network's outputs and the data's targets must look like, so that a mismatch is found before
training starts, and how its outputs are read: metrics, charts and Inspect see scores and numbers, whatever it takes.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from models.basics.text import Shape, call, times
from models.specs.spec import Registry, Spec

DOCS = "https://docs.pytorch.org/docs/stable/generated/"
Tensor = Any
"""A `torch.Tensor`; nothing here imports torch."""


class Loss(Spec):
    """Base of losses: fields are arguments of the `torch.nn` class of the same name.

    ``targets`` is "classes" (one integer an example, or one per position), "binary" (a 0/1 number for each output)
    or "numbers" (one number for each output). ``answers`` is what an Output gives, in the same words, or "embedding",
    a vector, of which only the distances to those of other examples mean something, or "sequence", classes that are
    read off more steps than there are. It tells which metrics can be shown beside the loss, and how pages read an
    Output. ``applies`` is
    the function of its inputs that it computes itself ("softmax", "sigmoid"): it takes scores of any sign. ``expects``
    is the function that the network must have applied ("sigmoid", "log-softmax"), and ``instead`` the kind of loss that
    applies it itself. ``span`` holds the smallest and the largest target. ``soft`` tells that it takes probabilities in
    place of class indices, so that targets can be shared.
    """

    targets: ClassVar[str] = "numbers"
    answers: ClassVar[str] = "numbers"
    applies: ClassVar[str] = ""
    soft: ClassVar[bool] = False
    expects: ClassVar[str] = ""
    instead: ClassVar[str] = ""
    span: ClassVar[tuple[float, float]] = (-math.inf, math.inf)
    module: ClassVar[str] = ""
    """Where `torch.nn` has no such module, the class of `studio.worker.training.losses.modules`; scripts contain it."""
    fixed: ClassVar[dict[str, object]] = {}
    """Arguments of the module that are always given."""
    pooled: ClassVar[bool] = False
    """Whether an example has one loss over all its positions, for losses of classes."""
    scales: ClassVar[bool] = False
    """Whether it compares numbers of any unit, so that targets can be scaled for it."""
    spreads: ClassVar[bool] = False
    """Whether the second half of its outputs are the logarithms of variances, of the numbers in the first half."""
    relates: ClassVar[bool] = False
    """Whether it looks at how the outputs of an example relate, of which one alone says nothing."""
    sums: ClassVar[bool] = False
    """Whether an example's loss is the sum, rather than the mean, over its outputs."""
    waits: ClassVar[bool] = False
    """Whether it reads numbers off the device, so that a step with it cannot be captured as a CUDA graph."""
    weighs: ClassVar[str] = ""
    """The argument that takes the weights of classes: "weight", "pos_weight", or "" for none."""

    reading: ClassVar[Callable[..., Tensor] | None] = None
    """A plain function of outputs (and the settings by name) to what metrics take: scores whose largest is the answer,
    scores above 0 for yes, numbers as they are predicted, or vectors between which distances are straight; None where
    outputs are that already."""

    @property
    def takes_shades(self) -> bool:
        """Whether it takes the gray of a pixel as the probability of yes: then answers to images are numbers."""
        return self.targets == "binary" and "sigmoid" in (self.applies, self.expects)

    def predicted(self, outputs: Tensor) -> Tensor:
        """Outputs as metrics take them."""
        function = type(self).reading
        return outputs if function is None else function(outputs, **self.reading_settings())

    def reading_settings(self) -> dict[str, object]:
        """The settings that `reading` asks for."""
        function = type(self).reading
        names = function.__code__.co_varnames[1 : function.__code__.co_argcount] if function else ()
        return {name: getattr(self, name) for name in names}

    def arguments(self) -> dict[str, object]:
        """The arguments of the module, without weights of classes."""
        return {**self.fixed, **{name: value for name, value in self.settings().items() if name != "class_weights"}}

    def expression(self, weights: str = "") -> str:
        """The PyTorch expression that makes the loss module; ``weights`` is one for the weights of the classes."""
        made = call(self.module or f"nn.{self.kind}", **self.arguments())
        if not weights:
            return made
        return f"{made[:-1]}{'' if made.endswith('()') else ', '}{self.weighs}={weights})"

    def outputs_for(self, classes: int | None, target_shape: Shape) -> Shape:
        """The output shape that data with so many classes, or targets of this shape, asks for.

        One number an example (shape ``()``) asks for one output (shape ``(1,)``).
        """
        return target_shape or (1,)

    def nearest(self, gives: Shape, classes: int | None, target_shape: Shape) -> Shape:
        """As `outputs_for`, and of shapes that all go with the data the one that is nearest to what a network gives."""
        return self.outputs_for(classes, target_shape)

    def targets_for(self, outputs: Shape) -> Shape:
        """The shape of targets of numbers for a batch of outputs of this shape."""
        return outputs

    def refusal(self, classes: Sequence[str] | None, target_shape: Shape) -> tuple[str, str]:
        """Why it makes no sense of targets, whatever the network gives, as a sentence, and the kind of loss that does
        ("" where it is the targets that must change); two times "" where it does."""
        return "", ""

    def mismatch(self, shape: Shape, classes: int | None, target_shape: Shape) -> str:
        """Why outputs of ``shape`` do not go with the data, as a sentence, or ""."""
        wanted = self.outputs_for(classes, target_shape)
        if shape == wanted:
            return ""
        return f"The data asks for {times(wanted)} outputs, but the network gives {times(shape)}."


LOSSES: Registry[Loss] = Registry("loss")
