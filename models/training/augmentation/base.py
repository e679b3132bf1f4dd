"""What an augmentation is: a spec with plain functions that change a whole batch at once, on the device it lies on.

The functions use methods of tensors alone, so that they need no torch here: the worker calls them, and the exported
script contains them word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Literal

from models.specs.spec import Registry, Spec

Tensor = Any
"""A `torch.Tensor`; nothing here imports torch."""

Takes = Literal["images", "spectrograms", "numbers"]
_RANKS: dict[Takes, tuple[int, ...]] = {"images": (3,), "spectrograms": (2, 3), "numbers": (1, 2, 3, 4)}
_WANTED: dict[Takes, str] = {
    "images": "images, channels × height × width",
    "spectrograms": "spectrograms, frequencies × time",
    "numbers": "numbers",
}
MIRRORED, UPSIDE_DOWN, TURNED = "mirrored", "upside down", "turned"


def numbered(x: Tensor, size: int) -> Tensor:
    """0, 1, … size − 1, of the type of `x`."""
    return x.new_ones(size).cumsum(0) - 1


class Augmentation(Spec):
    """Base of augmentations. Settings go to the functions by name.

    ``takes`` is the form of examples that it changes, with ``colors`` only those of three channels. One that ``moves``
    puts what is seen elsewhere: masks of the same size move along. ``uses`` are functions that its own ones call.
    """

    takes: ClassVar[Takes] = "images"
    colors: ClassVar[bool] = False
    moves: ClassVar[bool] = False
    mixes: ClassVar[bool] = False
    uses: ClassVar[tuple[Callable[..., Any], ...]] = ()

    draw: ClassVar[Callable[..., Tensor]]
    """The random numbers for a batch: ``draw(x, generator, **settings)``."""
    change: ClassVar[Callable[..., Tensor]]
    """The changed batch: ``change(x, drawn, low, high, **settings)``, with what black and white are as the network
    takes them, numbers or tensors of channels × 1 × 1; for a mask these are 0 and None."""

    def misfit(self, shape: Sequence[int], *, tokens: bool = False) -> str:
        """What it changes, if examples of this shape (without the batch) are something else; else ""."""
        if tokens or len(shape) not in _RANKS[self.takes]:
            return _WANTED[self.takes]
        return "images of 3 color channels" if self.colors and shape[0] != 3 else ""

    @property
    def seen(self) -> str:
        """In what way things may look like others afterwards: one of `MIRRORED`, `UPSIDE_DOWN`, `TURNED`, or ""."""
        return ""


class Mixing(Augmentation):
    """Base of those that mix each example with the one before it in the batch, targets as well.

    ``cuts`` tells that each place of an example is of one of both, so that masks are cut alike; else they are mixed.
    """

    mixes = True
    cuts: ClassVar[bool] = False

    change: ClassVar[Callable[..., Tensor]]
    """The mixed batch: ``change(x, drawn, **settings)``."""
    share: ClassVar[Callable[..., Tensor]]
    """How much of each example is its own, at least half: ``share(x, drawn, **settings)`` gives N numbers."""


AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation")

_SIDES = {MIRRORED: ("left", "right"), UPSIDE_DOWN: ("up", "down", "top", "bottom")}


def other_label(seen: str, classes: Sequence[str]) -> str:
    """The first class whose examples may be of another one when they are seen so, "" for none: characters, and what
    is called left or right."""
    if not seen:
        return ""
    if len(classes) > 1 and all(len(name) == 1 and name.isalnum() for name in classes):
        return classes[0]
    words = {word for way, names in _SIDES.items() if seen in (way, TURNED) for word in names}
    return next((name for name in classes if words & set(name.lower().replace("_", " ").split())), "")
