"""How a batch is augmented, in plain functions: the worker calls them, and exported scripts contain them word for word.

They need torch, numpy and one another, nothing else. What single augmentations do is in `models.training.augmentation`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor, nn

Tensors = tuple[Tensor, ...]
Settings = dict[str, Any]
Changes = Sequence[tuple[Callable[..., Tensor], Callable[..., Tensor], Settings, Sequence[int], Sequence[int]]]
"""How to draw and how to change, settings, the places of inputs, and of the targets that are masks."""
Mixtures = Sequence[
    tuple[
        Callable[..., Tensor],
        Callable[..., Tensor],
        Callable[..., Tensor],
        Settings,
        Sequence[int],
        Sequence[int],
        Mapping[int, int],
    ]
]
"""How to draw, to change and to share; settings; the places of inputs, of masks that are cut alike, and of targets
that are shared, each with the number of its classes (0 for numbers)."""
Ends = Mapping[int, tuple[Tensor, Tensor]]


def ends_of(
    x: NDArray[Any], mean: NDArray[Any] | None, std: NDArray[Any] | None, device: torch.device | str
) -> tuple[Tensor, Tensor]:
    """Black and white as the network takes them: the least and the largest value.

    They are those of the first 1,000 training examples.
    """
    low, high = float(x[:1000].min()), float(x[:1000].max())
    ends = torch.tensor([low, high if high > low else low + 1.0])
    if mean is not None:
        shape = (2, *[1] * mean.ndim)
        ends = (ends.reshape(shape) - torch.from_numpy(mean)) / torch.from_numpy(std)
    black, white = ends.float().to(device)
    return black, white


def augmented(
    inputs: Tensors, targets: Tensors, changes: Changes, ends: Ends, generator: torch.Generator
) -> tuple[Tensors, Tensors]:
    """A batch changed at random; masks move along with their images."""
    xs, ys = [*inputs], [*targets]
    for draw, change, settings, places, masks in changes:
        drawn = draw(xs[places[0]], generator, **settings)
        for place in places:
            low, high = ends[place]
            xs[place] = change(xs[place], drawn, low, high, **settings)
        for place in masks:
            ys[place] = moved(ys[place], change, drawn, 0, None, **settings)
    return tuple(xs), tuple(ys)


def blended(
    inputs: Tensors, targets: Tensors, mixtures: Mixtures, generator: torch.Generator
) -> tuple[Tensors, Tensors]:
    """A batch whose examples are mixed with their neighbors, as are their targets."""
    xs, ys = [*inputs], [*targets]
    for draw, change, share, settings, places, masks, shared in mixtures:
        drawn = draw(xs[places[0]], generator, **settings)
        own = share(xs[places[0]], drawn, **settings)
        for place in places:
            xs[place] = change(xs[place], drawn, **settings)
        for place in masks:
            ys[place] = moved(ys[place], change, drawn, **settings)
        for place, classes in shared.items():
            ys[place] = soft(ys[place], own, classes)
    return tuple(xs), tuple(ys)


def moved(target: Tensor, change: Callable[..., Tensor], *drawn: Any, **settings: Any) -> Tensor:
    """A mask, N×H×W or N×C×H×W, after the change of its image."""
    planes = target.unsqueeze(1) if target.dim() == 3 else target
    return change(planes, *drawn, **settings).reshape(target.shape)


def soft(target: Tensor, own: Tensor, classes: int) -> Tensor:
    """Targets shared with those of the neighbors; classes become probabilities."""
    if not target.is_floating_point():
        target = nn.functional.one_hot(target, classes).movedim(-1, 1).float()
    own = own.reshape(len(target), *[1] * (target.dim() - 1))
    return own * target + (1 - own) * target.roll(1, 0)
