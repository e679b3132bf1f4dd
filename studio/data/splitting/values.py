"""What rows are parted by, made of the values of a column."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.data.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


def group_numbers(name: str, column: str, values: NDArray[np.generic]) -> NDArray[np.int64]:
    """A number for each group; raises `DataError` where all rows are one."""
    numbers: NDArray[np.int64] = np.unique(values, return_inverse=True)[1].astype(np.int64).ravel()
    if not numbers.any():
        raise DataError(
            f"{name}: expected two groups or more in column “{column[:40]}”, found one. Choose another column.",
            group="",
        )
    return numbers


def usable_times(name: str, column: str, values: NDArray[np.generic]) -> NDArray[np.generic]:
    """The values, which must be numbers; raises `DataError` for others, and for those that are not there."""
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        found = "text" if values.dtype.kind not in "biuf" else "NaN or infinite ones"
        raise DataError(
            f"{name}: expected numbers as times in column “{column[:40]}”, found {found}. Choose another column.",
            time="",
        )
    return values
