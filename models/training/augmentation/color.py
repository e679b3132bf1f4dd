"""Augmentations of what images are painted with: brightness, contrast, saturation, hue, gray, blur."""

from __future__ import annotations

from typing import Any

from models.specs.fields import Float, Int
from models.training.augmentation.base import AUGMENTATIONS, Augmentation, Tensor, numbered
from models.training.augmentation.planes import DOCS


def grayed(v: Tensor) -> Tensor:
    """N×1×H×W: how bright images are, red, green and blue as the eye weighs them."""
    if v.shape[1] != 3:
        return v.mean(1, keepdim=True)
    red, green, blue = v.split(1, 1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def colored(v: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor) -> Tensor:
    """Images from 0 to 1 with other brightness, contrast and saturation, each a factor.

    Brightness is from black, contrast from the mean gray, saturation from the gray of
    each pixel; images without three channels have no saturation.
    """
    v = (v * brightness).clamp(0, 1)
    mean = grayed(v).mean((2, 3), keepdim=True)
    v = v.lerp(mean.expand_as(v), 1 - contrast).clamp(0, 1)
    if v.shape[1] == 3:
        v = v.lerp(grayed(v).expand_as(v), 1 - saturation).clamp(0, 1)
    return v


def with_hue(v: Tensor, turn: Tensor) -> Tensor:
    """Images from 0 to 1 with their hues turned by a share of the circle, as in HSV."""
    red, green, blue = v.split(1, 1)
    most, least = v.amax(1, keepdim=True), v.amin(1, keepdim=True)
    chroma = most - least
    safe = chroma.clamp(min=1e-12)
    hue = (4 + (red - green) / safe).where(blue == most, (green - blue) / safe)
    hue = (2 + (blue - red) / safe).where((green == most) & (red != most), hue)
    hue = ((green - blue) / safe).where(red == most, hue)
    hue = (hue + 6 * turn).remainder(6)
    channels = v.clone()
    for channel, start in enumerate((5, 3, 1)):
        k = (hue + start).remainder(6)
        share = k.minimum(4 - k).clamp(0, 1)
        channels[:, channel : channel + 1] = most - chroma * share
    return channels


@AUGMENTATIONS.register
class ColorJitter(Augmentation):
    """Brightness, contrast, saturation and hue changed at random, in this order."""

    title = "Color"
    synonyms = ("brightness", "contrast", "saturation", "hue", "photometric", "jitter")
    help = "Changes brightness, contrast, saturation and hue. The last two need images of three channels."
    url = DOCS + "ColorJitter.html"
    uses = (grayed, colored, with_hue)
    brightness = Float(0.2, minimum=0.0, maximum=1.0, help="The largest change: 0.2 is a factor from 0.8 to 1.2.")
    contrast = Float(0.2, minimum=0.0, maximum=1.0, help="The largest change, as for brightness.")
    saturation = Float(0.2, minimum=0.0, maximum=1.0, help="The largest change, as for brightness; 1 may give gray.")
    hue = Float(0.0, minimum=0.0, maximum=0.5, help="The farthest turn of all hues, as a share of the color circle.")

    @staticmethod
    def draw(x: Tensor, generator: Any, brightness: float, contrast: float, saturation: float, hue: float) -> Tensor:
        """Three factors and a turn for each image."""
        drawn = x.new_empty(4, len(x), 1, 1, 1).uniform_(-1, 1, generator=generator)
        limits = (brightness, contrast, saturation, hue)
        for values, most in zip(drawn, limits, strict=True):
            values.mul_(most)
        drawn[:3].add_(1)
        return drawn

    @staticmethod
    def change(
        x: Tensor,
        drawn: Tensor,
        low: Any,
        high: Any,
        brightness: float,
        contrast: float,
        saturation: float,
        hue: float,
    ) -> Tensor:
        """The images in other colors."""
        v = colored((x - low) / (high - low), *drawn[:3])
        if hue and v.shape[1] == 3:
            v = with_hue(v, drawn[3])
        return v * (high - low) + low


@AUGMENTATIONS.register
class RandomGrayscale(Augmentation):
    """Color images in gray."""

    title = "Gray"
    synonyms = ("grayscale", "black and white", "colorless")
    help = "Takes the colors out of some images; they keep three channels."
    url = DOCS + "RandomGrayscale.html"
    colors = True
    uses = (grayed,)
    p = Float(0.1, minimum=0.0, maximum=1.0, label="p", help="How likely an image becomes gray.")

    @staticmethod
    def draw(x: Tensor, generator: Any, p: float) -> Tensor:
        """Which images become gray."""
        return x.new_empty(len(x), 1, 1, 1).uniform_(generator=generator) < p

    @staticmethod
    def change(x: Tensor, chosen: Tensor, low: Any, high: Any, p: float) -> Tensor:
        """The images with the chosen ones in gray."""
        gray = grayed((x - low) / (high - low)) * (high - low) + low
        return gray.where(chosen, x)


@AUGMENTATIONS.register
class GaussianBlur(Augmentation):
    """Images out of focus."""

    title = "Blur"
    synonyms = ("gaussian blur", "smooth", "focus")
    help = "Blurs images by a Gaussian of a random width. Borders count as going on."
    url = DOCS + "GaussianBlur.html"
    uses = (numbered,)
    kernel_size = Int(3, minimum=1, maximum=31, unit="pixels", help="How many pixels are averaged; made odd.")
    sigma = Float(1.0, above=0.0, maximum=16.0, unit="pixels", help="The largest standard deviation of the Gaussian.")

    @staticmethod
    def draw(x: Tensor, generator: Any, kernel_size: int, sigma: float) -> Tensor:
        """The standard deviation for each image."""
        drawn = x.new_empty(len(x), 1, 1, 1)
        return drawn.uniform_(0.1 * sigma, sigma, generator=generator)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, kernel_size: int, sigma: float) -> Tensor:
        """The images blurred, along columns and then along rows."""
        reach = kernel_size // 2
        weights = [(-0.5 * (k / drawn) ** 2).exp() for k in range(-reach, reach + 1)]
        total = sum(weights)
        for dim in (2, 3):
            size = x.shape[dim]
            blurred = 0
            for k, weight in enumerate(weights):
                places = (numbered(x, size) + k - reach).clamp(0, size - 1)
                blurred = blurred + x.index_select(dim, places.long()) * (weight / total)
            x = blurred
        return x
