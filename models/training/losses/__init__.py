"""Losses as specs, one family a file; `models.layers.terminals.Output` carries one."""

from __future__ import annotations

from models.training.losses.base import LOSSES, Loss
from models.training.losses.classes import CrossEntropyLoss
from models.training.losses.embeddings import EmbeddingLoss
from models.training.losses.numbers import HuberLoss, L1Loss, MSELoss
from models.training.losses.pairs import ComparingLoss
from models.training.losses.sequences import CTCLoss
from models.training.losses.yes_no import BCEWithLogitsLoss

__all__ = [
    "LOSSES",
    "BCEWithLogitsLoss",
    "CTCLoss",
    "ComparingLoss",
    "CrossEntropyLoss",
    "EmbeddingLoss",
    "HuberLoss",
    "L1Loss",
    "Loss",
    "MSELoss",
]
