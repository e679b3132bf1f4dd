"""Augmentations that put what is seen elsewhere: flips, crops, turns, shifts, scales and shears."""

from __future__ import annotations

from typing import Any

from models.specs.fields import Choice, Float, Int
from models.training.augmentation.base import (
    AUGMENTATIONS,
    MIRRORED,
    TURNED,
    UPSIDE_DOWN,
    Augmentation,
    Tensor,
    numbered,
)

DOCS = "https://docs.pytorch.org/vision/stable/generated/torchvision.transforms.v2."
_BEYOND = "What comes in from beyond the border is black, 0 in a mask."
MOST_DEGREES = 45.0
"""Turned further, a character may be another one."""


def sampled(x: Tensor, rows: Tensor, columns: Tensor, low: Any) -> Tensor:
    """N×C×H×W at rows and columns (N×H×W), `low` beyond the border.

    Bilinear between the four pixels around; integers are those of the nearest pixel.
    """
    n, c, h, w = x.shape
    corners = [(rows.floor() + i, columns.floor() + j) for i in (0, 1) for j in (0, 1)]
    if not x.is_floating_point():
        corners = [(rows.round(), columns.round())]
    flat = (x - low).flatten(2)
    found = flat.new_zeros(flat.shape)
    for row, column in corners:
        inside = (row >= 0) & (row < h) & (column >= 0) & (column < w)
        if x.is_floating_point():
            weight = inside * (1 - (rows - row).abs()) * (1 - (columns - column).abs())
        else:
            weight = inside.to(x.dtype)
        place = (row.clamp(0, h - 1) * w + column.clamp(0, w - 1)).long()
        place = place.reshape(n, 1, h * w).expand(n, c, h * w)
        part = flat.gather(2, place) * weight.reshape(n, 1, h * w)
        found = found + part
    return found.reshape(x.shape) + low


def transformed(x: Tensor, drawn: Tensor, low: Any) -> Tensor:
    """Images turned, shifted, scaled and sheared about their centers, bilinear.

    `drawn` has for each the angle in radians, the shifts down and right as shares of
    the size, the scale, and the shear as columns a row.
    """
    n, _, h, w = x.shape
    turn, down, right, scale, shear = drawn.reshape(n, 5, 1, 1).unbind(1)
    rows = numbered(drawn, h).reshape(1, h, 1) - (h - 1) / 2 - down * h
    columns = numbered(drawn, w).reshape(1, 1, w) - (w - 1) / 2 - right * w
    # From a place in the result back to where it comes from.
    above = (rows * turn.cos() + columns * turn.sin()) / scale
    beside = (columns * turn.cos() - rows * turn.sin()) / scale - shear * above
    return sampled(x, above + (h - 1) / 2, beside + (w - 1) / 2, low)


class _Flip(Augmentation):
    moves = True
    p = Float(0.5, minimum=0.0, maximum=1.0, label="p", help="How likely an image is flipped.")

    @staticmethod
    def draw(x: Tensor, generator: Any, p: float) -> Tensor:
        """Which images are flipped."""
        return x.new_empty(len(x), 1, 1, 1).uniform_(generator=generator) < p


@AUGMENTATIONS.register
class RandomHorizontalFlip(_Flip):
    """Images mirrored, left for right."""

    title = "Horizontal flip"
    synonyms = ("mirror", "hflip", "left right")
    help = "Mirrors images, left for right. Changes the label where sides matter: digits, letters, arrows."
    url = DOCS + "RandomHorizontalFlip.html"

    @property
    def seen(self) -> str:
        return MIRRORED

    @staticmethod
    def change(x: Tensor, chosen: Tensor, low: Any, high: Any, p: float) -> Tensor:
        """The images with the chosen ones mirrored."""
        return x.flip(3).where(chosen, x)


@AUGMENTATIONS.register
class RandomVerticalFlip(_Flip):
    """Images upside down."""

    title = "Vertical flip"
    synonyms = ("upside down", "vflip", "top bottom")
    help = "Turns images upside down. Suits views from above and microscopy; changes the label of digits and letters."
    url = DOCS + "RandomVerticalFlip.html"

    @property
    def seen(self) -> str:
        return UPSIDE_DOWN

    @staticmethod
    def change(x: Tensor, chosen: Tensor, low: Any, high: Any, p: float) -> Tensor:
        """The images with the chosen ones upside down."""
        return x.flip(2).where(chosen, x)


def reflected(like: Tensor, size: int, padding: int) -> Tensor:
    """The places that rows or columns come from where both ends are mirrored."""
    places = (numbered(like, size + 2 * padding) - padding).abs()
    return (size - 1 - (size - 1 - places).abs()).clamp(min=0)


@AUGMENTATIONS.register
class RandomCrop(Augmentation):
    """A window of the image's own size out of the padded image."""

    title = "Crop with padding"
    synonyms = ("pad", "shift", "translate", "jitter")
    help = "Pads images on all sides and cuts a window of their own size out of that, so that they shift a little."
    url = DOCS + "RandomCrop.html"
    moves = True
    uses = (numbered, reflected)
    padding = Int(4, minimum=1, maximum=512, unit="pixels", help="How far images may shift.")
    padding_mode = Choice(
        "constant", ("constant", "reflect"), help=f"constant: {_BEYOND.lower()} reflect: the image is mirrored there."
    )

    @staticmethod
    def draw(x: Tensor, generator: Any, padding: int, padding_mode: str) -> Tensor:
        """Where each window begins in the padded image: rows, then columns."""
        shares = x.new_empty(2, len(x)).uniform_(generator=generator)
        return (shares * (2 * padding + 1)).long().clamp(max=2 * padding)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, padding: int, padding_mode: str) -> Tensor:
        """The windows."""
        n, c, h, w = x.shape
        if padding_mode == "constant":
            padded = x.new_zeros(n, c, h + 2 * padding, w + 2 * padding) + low
            padded[:, :, padding : padding + h, padding : padding + w] = x
        else:
            rows, columns = (reflected(drawn, size, padding) for size in (h, w))
            padded = x[:, :, rows][:, :, :, columns]
        windows = padded.unfold(2, h, 1).unfold(3, w, 1)
        return windows[numbered(drawn, n), :, drawn[0], drawn[1]]


@AUGMENTATIONS.register
class RandomRotation(Augmentation):
    """Images turned about their centers."""

    title = "Rotate"
    synonyms = ("turn", "rotation", "angle")
    help = f"Turns images about their centers by up to so many degrees either way. {_BEYOND}"
    url = DOCS + "RandomRotation.html"
    moves = True
    uses = (numbered, sampled, transformed)
    degrees = Float(15.0, minimum=0.0, maximum=180.0, help="The largest angle, either way.", unit="degrees")

    @property
    def seen(self) -> str:
        return TURNED if self.degrees > MOST_DEGREES else ""

    @staticmethod
    def draw(x: Tensor, generator: Any, degrees: float) -> Tensor:
        """For each image what `transformed` takes."""
        drawn = x.new_zeros(len(x), 5)
        drawn[:, 3] = 1.0
        most = degrees * 3.141592653589793 / 180
        drawn[:, 0].uniform_(-most, most, generator=generator)
        return drawn

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, degrees: float) -> Tensor:
        """The images turned."""
        return transformed(x, drawn, low)


@AUGMENTATIONS.register
class RandomAffine(Augmentation):
    """Images turned, shifted, scaled and sheared at once."""

    title = "Shift, scale, shear, rotate"
    synonyms = ("affine", "translate", "zoom", "scale", "shift", "shear", "rotate", "skew")
    help = f"Turns, shifts, scales and shears images about their centers, all in one step. {_BEYOND}"
    url = DOCS + "RandomAffine.html"
    moves = True
    uses = (numbered, sampled, transformed)
    degrees = Float(10.0, minimum=0.0, maximum=180.0, help="The largest angle, either way.", unit="degrees")
    translate = Float(
        0.1, minimum=0.0, maximum=1.0, label="Shift", help="The farthest shift, as a share of height and width."
    )
    scale = Float(
        0.1, minimum=0.0, maximum=0.9, help="How much smaller or larger images may be: 0.1 is from 90 to 110 %."
    )
    shear = Float(0.0, minimum=0.0, maximum=60.0, help="The largest angle of slanting.", unit="degrees")

    @property
    def seen(self) -> str:
        return TURNED if self.degrees > MOST_DEGREES else ""

    @staticmethod
    def draw(x: Tensor, generator: Any, degrees: float, translate: float, scale: float, shear: float) -> Tensor:
        """For each image what `transformed` takes."""
        drawn = x.new_empty(len(x), 5).uniform_(-1, 1, generator=generator)
        turn, down, right, size, slant = drawn.unbind(1)
        turn.mul_(degrees * 3.141592653589793 / 180)
        down.mul_(translate)
        right.mul_(translate)
        size.mul_(scale).add_(1)
        slant.mul_(shear * 3.141592653589793 / 180).tan_()
        return drawn

    @staticmethod
    def change(
        x: Tensor, drawn: Tensor, low: Any, high: Any, degrees: float, translate: float, scale: float, shear: float
    ) -> Tensor:
        """The images turned, shifted, scaled and sheared."""
        return transformed(x, drawn, low)
