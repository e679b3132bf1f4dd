"""Loaded data as plain, compact arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from models.basics.text import times
from models.data import Facts, Task

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """Examples `x` (N × shape) and targets `y` (N class numbers as int64, or N × outputs as float32)."""

    x: NDArray[np.generic]
    y: NDArray[np.generic]

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, eq=False)
class Data:
    """Training and validation examples. `mean` and `std` come from the training part alone, have as many dimensions
    as an example and are None where nothing is normalized: the network sees (x - mean) / std as float32.
    `features` names the columns of a table; `own_split` tells that the data says itself what validation is."""

    name: str
    train: Split
    validation: Split
    task: Task
    classes: tuple[str, ...] | None
    mean: NDArray[np.float32] | None
    std: NDArray[np.float32] | None
    warnings: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    own_split: bool = False

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of one example, images as channels × height × width."""
        return self.train.x.shape[1:]

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """How examples are stored: uint8 for images, float32 for numbers, int64 for tokens."""
        return self.train.x.dtype

    @property
    def target_shape(self) -> tuple[int, ...]:
        """The shape of one target: () for a class."""
        return self.train.y.shape[1:]

    @property
    def counts(self) -> dict[str, tuple[int, int]]:
        """Examples of each class in training and validation; empty for regression."""
        import numpy as np

        if self.classes is None:
            return {}
        sizes = [np.bincount(split.y.ravel().astype(np.int64), minlength=len(self.classes)) for split in self.splits]
        return {name: (int(sizes[0][i]), int(sizes[1][i])) for i, name in enumerate(self.classes)}

    @property
    def splits(self) -> tuple[Split, Split]:
        """Training, then validation."""
        return self.train, self.validation

    def facts(self) -> Facts:
        """What a network must fit."""
        examples = len(self.train) + len(self.validation)
        training = len(self.train) if self.own_split else None
        tokens = self.dtype.kind == "i"
        range_ = None
        if tokens:
            range_ = min(int(split.x.min()) for split in self.splits), max(int(split.x.max()) for split in self.splits)
        return Facts(
            self.name, self.shape, self.task, self.classes, self.target_shape, examples, training, tokens, range_
        )

    def describe(self) -> str:
        """One line for people: examples, shape, task, memory."""
        size = sum(split.x.nbytes + split.y.nbytes for split in self.splits)
        return (
            f"{self.name}: {len(self.train):,} training and {len(self.validation):,} validation examples of "
            f"{times(self.shape)} {self.dtype}, {self.facts().target_text}, {size / 1e6:,.1f} MB"
        )
