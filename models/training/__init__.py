"""How to train: optimizers, learning-rate schedules, losses and the settings of a run, as specs."""

from __future__ import annotations

from models.training.augmentation import AUGMENTATIONS, Augmentation, Mixing
from models.training.losses import LOSSES, Loss
from models.training.metrics import METRICS, Metric
from models.training.optimizers import OPTIMIZERS, SGD, Adam, Optimizer
from models.training.schedules import SCHEDULES, Schedule
from models.training.settings import TrainingSettings

__all__ = [
    "AUGMENTATIONS",
    "LOSSES",
    "METRICS",
    "OPTIMIZERS",
    "SCHEDULES",
    "SGD",
    "Adam",
    "Augmentation",
    "Loss",
    "Metric",
    "Mixing",
    "Optimizer",
    "Schedule",
    "TrainingSettings",
]
