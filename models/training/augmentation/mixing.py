"""Augmentations that mix examples with their neighbors in the batch, and their targets alike."""

from __future__ import annotations

from typing import Any

from models.specs.fields import Float
from models.training.augmentation.base import AUGMENTATIONS, Mixing, Tensor, numbered
from models.training.augmentation.planes import DOCS


def larger_share(x: Tensor, generator: Any, alpha: float) -> Tensor:
    """N numbers from Beta(alpha, alpha), each or its rest to 1, whichever is larger.

    By L. Devroye, Random variate generation in one line of code (1996), section 5.
    """
    u, v = x.new_empty(2, len(x)).uniform_(generator=generator)
    z = (u.clamp(min=1e-30) ** (-1 / alpha) - 1).clamp(max=1e30)
    z = z * (6.283185307179586 * v).cos().square()
    return 0.5 + 0.5 * (z / (1 + z)).sqrt()


@AUGMENTATIONS.register
class MixUp(Mixing):
    """λ·x + (1 − λ)·x′ with λ from Beta(α, α), and the targets alike (Zhang et al. 2017)."""

    title = "MixUp"
    synonyms = ("blend", "soft targets", "interpolate")
    help = "Blends each example with its neighbor in the batch, and their targets alike. Comes after all others."
    url = DOCS + "MixUp.html"
    takes = "numbers"
    uses = (larger_share,)
    alpha = Float(0.2, above=0.0, maximum=100.0, help="How evenly both are mixed: near 0 one is all but alone.")

    @staticmethod
    def draw(x: Tensor, generator: Any, alpha: float) -> Tensor:
        """How much of each example is its own."""
        return larger_share(x, generator, alpha)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, alpha: float) -> Tensor:
        """The examples blended."""
        own = drawn.reshape(len(x), *[1] * (x.dim() - 1))
        return own * x + (1 - own) * x.roll(1, 0)

    @staticmethod
    def share(x: Tensor, drawn: Tensor, alpha: float) -> Tensor:
        """How much of each example is its own."""
        return drawn


@AUGMENTATIONS.register
class CutMix(Mixing):
    """A rectangle of the neighbor's image, the targets by area (Yun et al. 2019)."""

    title = "CutMix"
    synonyms = ("patch", "soft targets", "paste")
    help = "Puts a rectangle of its neighbor into each image and shares the target by area. Comes after all others."
    url = DOCS + "CutMix.html"
    cuts = True
    uses = (numbered, larger_share)
    alpha = Float(1.0, above=0.0, maximum=100.0, help="How even areas are: near 0 the rectangle is small or missing.")

    @staticmethod
    def draw(x: Tensor, generator: Any, alpha: float) -> Tensor:
        """Which pixels are of the neighbor, N×1×H×W."""
        h, w = x.shape[2:]
        side = (1 - larger_share(x, generator, alpha)).sqrt().reshape(-1, 1, 1, 1)
        middle = x.new_empty(2, len(x), 1, 1, 1).uniform_(generator=generator)
        rows = (numbered(x, h).reshape(h, 1) + 0.5) / h - middle[0]
        columns = (numbered(x, w) + 0.5) / w - middle[1]
        return (rows.abs() < side / 2) & (columns.abs() < side / 2)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, alpha: float) -> Tensor:
        """The images with a part of their neighbors."""
        return x.roll(1, 0).where(drawn, x)

    @staticmethod
    def share(x: Tensor, drawn: Tensor, alpha: float) -> Tensor:
        """The share of each image that is its own."""
        return 1 - drawn.to(x.dtype).mean((1, 2, 3))
