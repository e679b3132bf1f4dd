"""Who changes the batches of one training, with random numbers of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from models.codegen.augmenting import Augmentations, Misfit, Placed, augmentations_of
from models.codegen.objectives import input_ids
from models.document import Document
from studio.data import Data
from studio.worker.training.augmenting.batches import Ends, augmented, blended, ends_of

Tensors = tuple[Tensor, ...]


class Share(NamedTuple):
    """The rows of a batch of ``size`` that one of several processes has."""

    first: int
    last: int
    size: int


class Augmenter:
    """Changes batches as a document says. The state of ``generator`` is all that it remembers.

    Where ``share`` is set, what is given are those rows of a batch: numbers are drawn for the whole one, so that all
    processes draw what one would.
    """

    def __init__(self, found: Augmentations, ends: Ends, device: torch.device, seed: int) -> None:
        """``ends`` are black and white by the place of an input, as the network takes them."""
        self.generator = torch.Generator(device).manual_seed(seed)
        self.misfits: tuple[Misfit, ...] = found.misfits
        self.share: Share | None = None
        self._ends = ends
        self._changes = [(*self._functions(item), item.inputs, item.masks) for item in found.changes]
        self._mixtures = [(*self._mixing(item), item.inputs, item.masks, dict(item.shared)) for item in found.mixtures]

    def change(self, inputs: Tensors, targets: Tensors) -> tuple[Tensors, Tensors, Tensors]:
        """A batch as it is trained on: its inputs, the targets to measure it by, and those that its losses take.

        The two differ where classes are mixed: an example is measured by its own, which has the larger share.
        """
        if self._changes:
            inputs, targets = augmented(inputs, targets, self._changes, self._ends, self.generator)
        if not self._mixtures:
            return inputs, targets, targets
        inputs, goals = blended(inputs, targets, self._mixtures, self.generator)
        pairs = zip(targets, goals, strict=True)
        return inputs, tuple(own if own.dtype != goal.dtype else goal for own, goal in pairs), goals

    def _functions(self, item: Placed) -> tuple[Callable[..., Any], Callable[..., Any], dict[str, Any]]:
        kind, settings = type(item.augmentation), item.augmentation.settings(all_fields=True)
        return partial(self._drawn, kind.draw), kind.change, settings

    def _mixing(
        self, item: Placed
    ) -> tuple[Callable[..., Any], Callable[..., Any], Callable[..., Any], dict[str, Any]]:
        draw, change, settings = self._functions(item)
        share: Callable[..., Any] = type(item.augmentation).share  # type: ignore[attr-defined]
        return draw, change, share, settings

    def _drawn(self, draw: Callable[..., Tensor], x: Tensor, generator: torch.Generator, **settings: Any) -> Tensor:
        """The random numbers of the rows ``x``."""
        if self.share is None:
            return draw(x, generator, **settings)
        whole = draw(x[:1].expand(self.share.size, *x.shape[1:]), generator, **settings)
        return whole.narrow(_rows_of(draw, x, settings), self.share.first, self.share.last - self.share.first)


def _rows_of(draw: Callable[..., Tensor], x: Tensor, settings: dict[str, Any]) -> int:
    """The dimension of random numbers in which each example has its own."""
    other = torch.Generator(x.device)
    one, two = (draw(x[:1].expand(count, *x.shape[1:]), other, **settings).shape for count in (1, 2))
    return next(place for place, (few, more) in enumerate(zip(one, two, strict=True)) if few != more)


def make_augmenter(document: Document, data: Data, device: torch.device, seed: int) -> Augmenter:
    """The augmenter of a training; raises `DataError` where an Input has no data."""
    found = augmentations_of(document)
    ids = input_ids(document)
    places = {place for item in found.changes for place in item.inputs}
    columns = {place: data.input(ids[place]) for place in places}
    ends = {place: ends_of(column.train, column.mean, column.std, device) for place, column in columns.items()}
    return Augmenter(found, ends, device, seed)
