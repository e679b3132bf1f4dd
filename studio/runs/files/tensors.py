"""Arrays as the content of a safetensors file: the one place that writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def packed(arrays: Mapping[str, NDArray[Any]], facts: Mapping[str, str] | None = None) -> bytes:
    """The content of a file with arrays and facts by name.

    safetensors takes an array's memory as it lies: one that is transposed, or a weight in channels-last order, would
    come back with its values in other places, unsaid. So each is laid out in its own order first.
    """
    import numpy as np
    from safetensors.numpy import save

    whole = {name: np.asarray(array, order="C") for name, array in arrays.items()}
    return save(whole, dict(facts) if facts is not None else None)
