"""What is known of the data that a network is trained on, without reading it: facts, and whether they fit."""

from __future__ import annotations

from models.data.bindings import SIDES, renamed, suggested
from models.data.facts import ColumnFacts, Facts, Role, Task, Unreadable
from models.data.fits import (
    TokenMisfit,
    are_numbers_in_shape,
    input_difference,
    input_misfit,
    lacks_channel,
    loss_misfit,
    nearest_shape,
    other_form,
    other_task,
    output_misfit,
    output_shape,
    token_misfits,
    values_text,
)

__all__ = [
    "SIDES",
    "ColumnFacts",
    "Facts",
    "Role",
    "Task",
    "TokenMisfit",
    "Unreadable",
    "are_numbers_in_shape",
    "input_difference",
    "input_misfit",
    "lacks_channel",
    "loss_misfit",
    "nearest_shape",
    "other_form",
    "other_task",
    "output_misfit",
    "output_shape",
    "renamed",
    "suggested",
    "token_misfits",
    "values_text",
]
