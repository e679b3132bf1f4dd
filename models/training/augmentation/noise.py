"""Augmentations that hide or disturb some of an example: noise, erased boxes, masked times and frequencies."""

from __future__ import annotations

from typing import Any

from models.specs.fields import Bool, Float, Int
from models.training.augmentation.base import AUGMENTATIONS, Augmentation, Tensor, numbered
from models.training.augmentation.planes import DOCS

_AUDIO = "https://docs.pytorch.org/audio/stable/generated/torchaudio.transforms."


@AUGMENTATIONS.register
class GaussianNoise(Augmentation):
    """x + σ·ε with ε from the standard normal distribution."""

    title = "Noise"
    synonyms = ("gaussian noise", "jitter", "tables", "disturb")
    help = "Adds normal noise to every number: of tables, signals and images alike."
    url = DOCS + "GaussianNoise.html"
    takes = "numbers"
    sigma = Float(
        0.1, minimum=0.0, maximum=1e6, help="Standard deviation of the noise; 1 is that of the data if normalized."
    )

    @staticmethod
    def draw(x: Tensor, generator: Any, sigma: float) -> Tensor:
        """A normal number for each number of the batch."""
        return x.new_empty(x.shape).normal_(generator=generator)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, sigma: float) -> Tensor:
        """The numbers with noise."""
        return x + sigma * drawn


@AUGMENTATIONS.register
class RandomErasing(Augmentation):
    """A rectangle of the image made black (Zhong et al. 2017)."""

    title = "Erase"
    synonyms = ("cutout", "random erasing", "occlusion", "hide")
    help = "Makes a rectangle somewhere in an image black, so that no single part is all that is looked at."
    url = DOCS + "RandomErasing.html"
    uses = (numbered,)
    p = Float(0.5, minimum=0.0, maximum=1.0, label="p", help="How likely an image loses a rectangle.")
    scale_min = Float(0.02, above=0.0, maximum=1.0, label="Smallest area", help="As a share of the image.")
    scale_max = Float(0.33, above=0.0, maximum=1.0, label="Largest area", help="As a share of the image.")
    ratio = Float(
        3.3, minimum=1.0, maximum=100.0, advanced=True, help="How many times as long as wide it may be, either way."
    )

    @staticmethod
    def draw(x: Tensor, generator: Any, p: float, scale_min: float, scale_max: float, ratio: float) -> Tensor:
        """For each image whether, how large, how tall, and where: five shares."""
        return x.new_empty(5, len(x), 1, 1, 1).uniform_(generator=generator)

    @staticmethod
    def change(
        x: Tensor, drawn: Tensor, low: Any, high: Any, p: float, scale_min: float, scale_max: float, ratio: float
    ) -> Tensor:
        """The images with rectangles; one that would not fit in is cut to the image."""
        (h, w), (chosen, size, form, top, left) = x.shape[2:], drawn
        area = (scale_min + size * (scale_max - scale_min)) * (h * w)
        form = ratio ** (2 * form - 1)
        tall = (area * form).sqrt().round().clamp(1, h)
        wide = (area / form).sqrt().round().clamp(1, w)
        rows = numbered(x, h).reshape(h, 1) - (top * (h - tall + 1)).floor()
        columns = numbered(x, w) - (left * (w - wide + 1)).floor()
        kept = (rows < 0) | (rows >= tall) | (columns < 0) | (columns >= wide)
        return x.where(kept | (chosen >= p), low)


def masked(x: Tensor, drawn: Tensor, dim: int, most: int) -> Tensor:
    """Examples with up to `most` neighbors along a dimension set to 0."""
    size, shape = x.shape[dim], [1] * x.dim()
    shape[dim] = size
    long, start = drawn.reshape(2, len(x), *[1] * (x.dim() - 1))
    long = (long * (min(most, size) + 1)).floor()
    places = numbered(x, size).reshape(shape) - (start * (size - long + 1)).floor()
    return x * ((places < 0) | (places >= long))


class _Masking(Augmentation):
    takes = "spectrograms"
    uses = (numbered, masked)
    time_first = Bool(
        False, advanced=True, help="Whether time runs along the last dimension but one, as in steps × features."
    )


@AUGMENTATIONS.register
class TimeMasking(_Masking):
    """Some steps of time set to 0, the mean of normalized data (Park et al. 2019)."""

    title = "Mask times"
    synonyms = ("specaugment", "time mask", "spectrogram", "audio")
    help = "Sets a stretch of time to 0, the mean of normalized data, in each spectrogram or sequence."
    url = _AUDIO + "TimeMasking.html"
    time_mask_param = Int(8, minimum=1, maximum=100_000, label="Longest mask", unit="steps", help="Of random length.")

    @staticmethod
    def draw(x: Tensor, generator: Any, time_first: bool, time_mask_param: int) -> Tensor:
        """How long and where, as shares."""
        return x.new_empty(2, len(x)).uniform_(generator=generator)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, time_first: bool, time_mask_param: int) -> Tensor:
        """The examples with a stretch of time hidden."""
        return masked(x, drawn, x.dim() - 2 if time_first else x.dim() - 1, time_mask_param)


@AUGMENTATIONS.register
class FrequencyMasking(_Masking):
    """Some frequencies set to 0, the mean of normalized data (Park et al. 2019)."""

    title = "Mask frequencies"
    synonyms = ("specaugment", "frequency mask", "spectrogram", "audio", "channels")
    help = "Sets neighboring frequencies to 0, the mean of normalized data, in each spectrogram."
    url = _AUDIO + "FrequencyMasking.html"
    freq_mask_param = Int(
        8, minimum=1, maximum=100_000, label="Widest mask", unit="frequencies", help="Of random width."
    )

    @staticmethod
    def draw(x: Tensor, generator: Any, time_first: bool, freq_mask_param: int) -> Tensor:
        """How wide and where, as shares."""
        return x.new_empty(2, len(x)).uniform_(generator=generator)

    @staticmethod
    def change(x: Tensor, drawn: Tensor, low: Any, high: Any, time_first: bool, freq_mask_param: int) -> Tensor:
        """The examples with neighboring frequencies hidden."""
        return masked(x, drawn, x.dim() - 1 if time_first else x.dim() - 2, freq_mask_param)
