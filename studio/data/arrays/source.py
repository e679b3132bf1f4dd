"""What scripts do to arrays on the way to columns."""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def arranging(source: str, shape: tuple[int, ...], dtype: np.dtype[np.generic], layout: str) -> str:
    """What `arrange` does to an array of this shape and type, as an expression."""
    if layout == "tokens":
        return f"{source}.astype(np.int64)"
    if layout == "channels last":
        source = f"np.moveaxis({source}, -1, 1)"
    elif layout == "add channel" or len(shape) == 1:
        source = f"{source}[:, None]"
    return f"np.ascontiguousarray({source}{'' if are_bytes(shape, dtype, layout) else ', dtype=np.float32'})"


def are_bytes(shape: tuple[int, ...], dtype: np.dtype[np.generic], layout: str) -> bool:
    """Whether `arrange` leaves them as they are: images of uint8."""
    return dtype.name == "uint8" and len(shape) + (layout == "add channel") == 4


def class_lines(targets: dict[str, tuple[int, ...]]) -> list[str]:
    """Class indices out of labels."""
    flat = [f"{name} = {name}.ravel()" for name, shape in targets.items() if len(shape) > 1 and prod(shape[1:]) == 1]
    every = ", ".join(name if prod(shape[1:]) == 1 else f"{name}.ravel()" for name, shape in targets.items())
    labels = f"np.concatenate([{every}])" if len(targets) > 1 else next(iter(targets))
    numbers = [f"{name} = np.searchsorted(classes, {name}).astype(np.int64)" for name in targets]
    return [*flat, f"classes = np.unique({labels})", *numbers]


def number_lines(targets: dict[str, tuple[int, ...]]) -> list[str]:
    """Columns of numbers out of whatever shape."""
    return [f"{name} = {name}.astype(np.float32).reshape(len({name}), -1)" for name in targets]
