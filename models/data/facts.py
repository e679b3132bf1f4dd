"""What can be said of a data set without its arrays: all that a network must fit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from models.basics.text import times
from models.specs.spec import Spec

Task = Literal["classification", "regression"]


@dataclass(frozen=True, slots=True)
class Facts:
    """What can be said of a data set without loading all of it; `examples` is None where that isn't known yet.

    `training` counts the examples that the data itself sets aside for training, None where the split does;
    `tokens` tells that examples are whole numbers, such as an Embedding takes; `token_range` holds the smallest and
    the largest of them. `source` is the data set itself with the settings that were read, where it is known.
    """

    name: str
    shape: tuple[int, ...]
    task: Task
    classes: tuple[str, ...] | None
    target_shape: tuple[int, ...]
    examples: int | None
    training: int | None = None
    tokens: bool = False
    token_range: tuple[int, int] | None = None
    source: Spec | None = None

    @property
    def target_text(self) -> str:
        """The targets in words: "10 classes", "1 number"."""
        if self.classes is not None:
            return f"{len(self.classes)} classes"
        count = times(self.target_shape)
        return f"{count} number{'' if count == '1' else 's'}"


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why the data of a document cannot be read, as a sentence; `mend` holds settings with which it could be."""

    message: str
    mend: Mapping[str, Any] = field(default_factory=dict)
