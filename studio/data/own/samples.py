"""Whatever code gives, as arrays by name: data sets sample by sample, or arrays. Scripts contain these functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

PARTS = ("train", "validation", "test")


def as_array(value: Any) -> NDArray[Any]:
    """A value as an array: a tensor, an image of Pillow (channels first), a number, a text."""
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        return np.asarray((value.float() if "bfloat16" in str(value.dtype) else value).numpy())
    if hasattr(value, "getbands"):
        plain = value.mode in ("L", "RGB", "F", "I") or value.mode.startswith("I;16")
        value = np.asarray(value if plain else value.convert("L" if value.mode == "1" else "RGB"))
        value = value[None] if value.ndim == 2 else np.moveaxis(value, -1, 0)
    found = np.asarray(value)
    texts = found.dtype.kind == "O" and all(isinstance(item, str) for item in found.flat)
    return found.astype(str) if texts or found.dtype.kind == "T" else found


def named(sample: Any) -> dict[str, Any]:
    """The values of a sample by name: x and y of a pair, x, x2 and so on before the last; else its own names."""
    if hasattr(sample, "_asdict"):
        sample = sample._asdict()
    if hasattr(sample, "keys"):
        return {str(name): sample[name] for name in sample}
    if not isinstance(sample, tuple):
        plain = not isinstance(sample, list) or all(isinstance(item, (int, float)) for item in sample)
        return {"x": sample} if plain else named(tuple(sample))
    found = {}
    for place, value in enumerate(sample, start=1):
        name = "y" if 1 < place == len(sample) else "x" if place == 1 else f"x{place}"
        found.update(named(value) if hasattr(value, "keys") else {name: value})
    return found


def is_arrays(made: Any) -> bool:
    """Whether something holds all values of a column, or of several, not sample after sample."""
    if hasattr(made, "keys"):
        made = tuple(made[name] for name in made)
    if isinstance(made, tuple):
        return all(is_arrays(item) or isinstance(item, list) for item in made)
    return hasattr(made, "shape") and hasattr(made, "dtype")


def parts_of(made: Any) -> dict[str, Any]:
    """What was made by part: "" for all of it, or training, validation and test."""
    if hasattr(made, "keys"):
        usual = {"val": "validation", "valid": "validation", "dev": "validation", "training": "train"}
        parts = {usual.get(str(name).lower(), str(name).lower()): made[name] for name in made}
        if "train" in parts and set(parts) <= set(PARTS):
            return parts
    if isinstance(made, tuple):
        inner = [(not is_arrays(item) and not isinstance(item, list)) or isinstance(item, tuple) for item in made]
        if 2 <= len(made) <= 3 and all(inner):
            return dict(zip(PARTS, made, strict=False))
        if len(made) in (4, 6) and all(hasattr(item, "shape") for item in made):
            return dict(zip(PARTS, zip(made[::2], made[1::2], strict=True), strict=False))
    return {"": made}


def samples_of(made: Any, most: int | None) -> Iterator[Any]:
    """The samples of a data set, at most so many."""
    if hasattr(made, "__getitem__") and hasattr(made, "__len__"):
        for place in range(len(made) if most is None else min(most, len(made))):
            yield made[place]
    else:
        yield from islice(iter(made), most)


def stacked(values: list[NDArray[Any]]) -> NDArray[Any]:
    """The values of a column as one array; those that are arrays take the type of the first."""
    if values[0].ndim == 0:
        return np.array([value.item() for value in values])
    return np.stack([value.astype(values[0].dtype, copy=False) for value in values])


def gathered(made: Any, most: int | None) -> dict[str, NDArray[Any]]:
    """The columns of a data set, all its samples in memory."""
    columns: dict[str, list[NDArray[Any]]] = {}
    for sample in samples_of(made, most):
        for name, value in named(sample).items():
            columns.setdefault(name, []).append(as_array(value))
    return {name: stacked(values) for name, values in columns.items()}


def arrays_of(made: Any, most: int | None, gather: Callable[..., Mapping[str, Any]]) -> dict[str, Any]:
    """The arrays by name of all that was made, with the part behind the name; ``gather`` goes through samples."""
    found = {}
    for part, samples in parts_of(made).items():
        samples = getattr(samples, "dataset", samples) if hasattr(samples, "batch_size") else samples
        if is_arrays(samples):
            columns = {name: as_array(values)[:most] for name, values in named(samples).items()}
        else:
            columns = dict(gather(samples, most))
        for name, values in columns.items():
            found[f"{name}_{part}" if part else name] = values
    return found
