"""The augmentation that chooses among many for each image by itself."""

from __future__ import annotations

from typing import Any

from models.specs.fields import Int
from models.training.augmentation.base import AUGMENTATIONS, Augmentation, Tensor, numbered
from models.training.augmentation.color import colored, grayed
from models.training.augmentation.planes import DOCS, sampled, transformed


@AUGMENTATIONS.register
class RandAugment(Augmentation):
    """Some of eleven changes an image, drawn for each (after Cubuk et al. 2019), worked out for the batch at once."""

    title = "Random choice"
    synonyms = ("randaugment", "autoaugment", "trivialaugment", "random choice", "policy")
    help = (
        "Draws some changes for each image: none, turn, shifts, scale, shear, brightness, contrast, saturation, "
        "solarize, posterize. Masks move along."
    )
    url = DOCS + "RandAugment.html"
    moves = True
    uses = (numbered, sampled, transformed, grayed, colored)
    num_ops = Int(2, minimum=1, maximum=10, label="Changes an image", help="How many are drawn; one may come twice.")
    magnitude = Int(9, minimum=0, maximum=30, help="How strong they are, of 30.")

    @staticmethod
    def draw(x: Tensor, generator: Any, num_ops: int, magnitude: int) -> Tensor:
        """How strong each is for each image, 11×N with a sign; 0 where it was not drawn."""
        chosen, sign = x.new_empty(2, num_ops, len(x)).uniform_(generator=generator)
        kinds = numbered(x, 11).reshape(11, 1, 1)
        strength = (sign < 0.5).to(x.dtype) * 2 - 1
        drawn = (kinds == (chosen * 11).floor()) * strength
        return drawn.sum(1) * (magnitude / 30)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, num_ops: int, magnitude: int) -> Tensor:
        """The images changed; of a mask only what is seen elsewhere."""
        _, turn, down, right, size, shear, *others = drawn
        moves = drawn.new_zeros(len(x), 5)
        limits = (0.5236, 0.45, 0.45, 0.5, 0.3)
        strengths = (turn, down, right, size, shear)
        for place, (most, strength) in enumerate(zip(limits, strengths, strict=True)):
            moves[:, place] = most * strength
        moves[:, 3] = moves[:, 3].exp()
        moved = transformed(x, moves, low)
        if high is None:
            return moved
        others = (values.reshape(-1, 1, 1, 1) for values in others)
        brightness, contrast, saturation, solarize, posterize = others
        factors = [(1 + 0.9 * f).clamp(min=0) for f in (brightness, contrast, saturation)]
        v = colored(((moved - low) / (high - low)).clamp(0, 1), *factors)
        v = (1 - v).where(v > 1 - solarize.abs().clamp(max=1), v)
        steps = (2 ** (8 - 4 * posterize.abs().clamp(max=1)).round()) - 1
        v = ((v * steps).round() / steps).where(posterize != 0, v)
        return v * (high - low) + low
