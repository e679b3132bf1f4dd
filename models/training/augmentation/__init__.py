"""Augmentations: how training examples are changed at random, as specs with the functions that change a batch."""

from __future__ import annotations

from models.training.augmentation import chosen, color, mixing, noise, planes
from models.training.augmentation.base import AUGMENTATIONS, Augmentation, Mixing, other_label

__all__ = ["AUGMENTATIONS", "Augmentation", "Mixing", "chosen", "color", "mixing", "noise", "other_label", "planes"]
