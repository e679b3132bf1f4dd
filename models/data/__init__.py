"""What is known of the data that a network is trained on, without reading it: facts, and whether they fit."""

from __future__ import annotations

from models.data.facts import Facts, Task, Unreadable
from models.data.fits import Misfit, fits, token_misfits

__all__ = ["Facts", "Misfit", "Task", "Unreadable", "fits", "token_misfits"]
