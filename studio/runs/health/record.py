"""What is known of the layers of a run over time: a table of layers, moments and measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEASURES = ("gradient", "weight", "update", "mean", "std", "zeros", "saturated", "silent")
"""Of a layer in one step: the Euclidean norms of its gradient, of its weights before the step and of their change in
it; mean and standard deviation of what it gave; the shares (0 to 1) of zeros, of values at the flat ends of its
function, and of units that gave zero for every example. NaN where a layer has no such thing."""


@dataclass(frozen=True, slots=True, eq=False)
class Health:
    """Samples in the order taken. ``values`` has a row a sample, a column a layer and a plane a measure (float32);
    layers are named by their modules, times are Unix seconds."""

    layers: tuple[str, ...]
    measures: tuple[str, ...]
    steps: NDArray[np.int64]
    epochs: NDArray[np.float64]
    times: NDArray[np.float64]
    values: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.steps)

    def measure(self, name: str) -> NDArray[np.float32]:
        """One measure, a row a sample and a column a layer; NaN throughout where it was not taken.

        "update ratio" is how far a step moves a layer's weights, as a share of their norm.
        """
        import numpy as np

        if name == "update ratio":
            weight = self.measure("weight")
            with np.errstate(over="ignore", under="ignore"):
                return np.divide(self.measure("update"), weight, out=np.full_like(weight, np.nan), where=weight > 0)
        if name not in self.measures:
            return np.full(self.values.shape[:2], np.nan, np.float32)
        taken: NDArray[np.float32] = self.values[:, :, self.measures.index(name)]
        return taken

    @classmethod
    def joined(cls, parts: Sequence[Health]) -> Health:
        """All samples of some parts, one after the other: of the last part's layers and measures."""
        import numpy as np

        last = parts[-1]
        same = [part for part in parts if (part.layers, part.measures) == (last.layers, last.measures)]
        if len(same) == 1:
            return last
        return cls(
            last.layers,
            last.measures,
            np.concatenate([part.steps for part in same]),
            np.concatenate([part.epochs for part in same]),
            np.concatenate([part.times for part in same]),
            np.concatenate([part.values for part in same]),
        )
