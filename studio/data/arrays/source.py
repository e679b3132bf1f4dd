"""What scripts do to arrays of targets on the way to columns."""

from __future__ import annotations

from math import prod


def class_lines(targets: dict[str, tuple[int, ...]]) -> list[str]:
    """Class indices out of labels, or out of masks."""
    from studio.data.labels import mask_shape

    planes = {name: mask_shape(shape) for name, shape in targets.items()}
    without = [
        f"{name} = {name}.reshape(len({name}), {', '.join(map(str, plane[1:]))})"
        for name, plane in planes.items()
        if plane != targets[name]
    ]
    flat = [f"{name} = {name}.ravel()" for name, shape in targets.items() if len(shape) > 1 and prod(shape[1:]) == 1]
    every = ", ".join(name if prod(shape[1:]) == 1 else f"{name}.ravel()" for name, shape in targets.items())
    labels = f"np.concatenate([{every}])" if len(targets) > 1 else next(iter(targets))
    numbers = [f"{name} = np.searchsorted(classes, {name}).astype(np.int64)" for name in targets]
    return [*without, *flat, f"classes = np.unique({labels})", *numbers]


def number_lines(targets: dict[str, tuple[int, ...]]) -> list[str]:
    """Columns of numbers."""
    return [f"{name} = {name}.astype(np.float32).reshape(len({name}), -1)" for name in targets]
