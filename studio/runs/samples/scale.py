"""The scale of a run's data, kept with the run: what was subtracted and divided by, and the names of classes.

With it other data can be asked about, however far the run's own has moved.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer, read_answer, write_answer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Ends = tuple["NDArray[np.float32]", "NDArray[np.float32]"]
"""Mean and standard deviation, with as many dimensions as an example."""

MOST_CLASSES = 100_000


class Scale(NamedTuple):
    """By the id of each Input its mean and standard deviation (None where nothing is normalized), by the id of each
    Output the names of its classes (None where it has none). By the ids of Inputs that have them: the names of their
    numbers, and what filled the gaps among these."""

    inputs: Mapping[str, Ends | None]
    outputs: Mapping[str, tuple[str, ...] | None]
    features: Mapping[str, tuple[str, ...]] = {}
    middles: Mapping[str, NDArray[np.float32]] = {}
    units: Mapping[str, Ends] = {}
    """Mean and standard deviation of targets, by the ids of the Outputs that give numbers in these."""
    vocabularies: Mapping[str, tuple[str, ...]] = {}
    """The tokens by their IDs, by the ids of Inputs that take tokens of texts."""
    spans: Mapping[str, tuple[float, float]] = {}
    """From where to where the values of images go, by the ids of Inputs that take such."""
    found: Mapping[str, float | str] = {}
    """What reading the data has found out (`studio.data.data.Raw`)."""
    limits: Mapping[str, Ends] = {}
    """The lowest and the highest value of each number, to which those beyond were set, by the ids of Inputs."""


def write_scale(path: Path, scale: Scale) -> None:
    """Write a scale whole; raises `RunError` when the disk refuses."""
    arrays: dict[str, NDArray[np.float32]] = {}
    for number, ends in enumerate(scale.inputs.values()):
        if ends is not None:
            arrays |= {f"mean.{number}": ends[0], f"std.{number}": ends[1]}
    for number, id in enumerate(scale.inputs):
        if id in scale.middles:
            arrays[f"middle.{number}"] = scale.middles[id]
        if id in scale.limits:
            arrays[f"lowest.{number}"], arrays[f"highest.{number}"] = scale.limits[id]
    for number, id in enumerate(scale.outputs):
        if id in scale.units:
            mean, std = scale.units[id]
            arrays |= {f"target_mean.{number}": mean, f"target_std.{number}": std}
    facts = {"inputs": list(scale.inputs), "outputs": dict(scale.outputs), "features": dict(scale.features)}
    facts |= {"vocabularies": dict(scale.vocabularies), "spans": dict(scale.spans), "found": dict(scale.found)}
    write_answer(path, Answer(arrays, facts))


def read_scale(path: Path) -> Scale | None:
    """The scale that a run has kept; None for one from before scales were. Raises `RunError` for anything else."""
    if not path.exists():
        return None
    arrays, facts = read_answer(path)
    try:
        inputs: dict[str, Ends | None] = {}
        for number, id in enumerate(facts["inputs"]):
            inputs[str(id)] = _ends_in(arrays, "", number)
        outputs = {
            str(id): None if names is None else tuple(map(str, names[:MOST_CLASSES]))
            for id, names in facts["outputs"].items()
        }
        features = {str(id): tuple(map(str, names)) for id, names in facts.get("features", {}).items()}
        places = {str(id): arrays.get(f"middle.{number}") for number, id in enumerate(facts["inputs"])}
        middles = {id: _middle(values) for id, values in places.items() if values is not None}
        limits = {str(id): _limits_in(arrays, number) for number, id in enumerate(facts["inputs"])}
        ends = {id: _ends_in(arrays, "target_", number) for number, id in enumerate(outputs)}
        units = {id: own for id, own in ends.items() if own is not None}
        vocabularies = {str(id): tuple(map(str, tokens)) for id, tokens in facts.get("vocabularies", {}).items()}
        spans = {str(id): (float(low), float(high)) for id, (low, high) in facts.get("spans", {}).items()}
        kept = facts.get("found", {}).items()
        found = {str(name): value if isinstance(value, str) else float(value) for name, value in kept}
    except (LookupError, TypeError, AttributeError, ValueError) as error:
        raise RunError(f"{path.name} holds no scale: {error!r:.60}.") from error
    return Scale(
        inputs,
        outputs,
        features,
        middles,
        units,
        vocabularies,
        spans,
        found,
        {id: own for id, own in limits.items() if own},
    )


def _middle(values: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    if values.ndim != 1 or not np.isfinite(values).all():
        raise ValueError("what filled gaps is no row of numbers")
    return values.astype(np.float32)


def _limits_in(arrays: Mapping[str, NDArray[Any]], number: int) -> Ends | None:
    lowest, highest = (arrays.get(f"{name}.{number}") for name in ("lowest", "highest"))
    if lowest is None or highest is None:
        return None
    if lowest.ndim != 1 or lowest.shape != highest.shape or not (lowest <= highest).all():
        raise ValueError("limits are no rows of numbers")
    return lowest, highest


def _ends_in(arrays: Mapping[str, NDArray[Any]], prefix: str, number: int) -> Ends | None:
    mean, std = (arrays.get(f"{prefix}{name}.{number}") for name in ("mean", "std"))
    return None if mean is None or std is None else _ends(mean, std)


def _ends(mean: NDArray[np.float32], std: NDArray[np.float32]) -> Ends:
    import numpy as np

    if mean.shape != std.shape or not (np.isfinite(mean).all() and (std > 0).all()):
        raise ValueError("a mean and a standard deviation do not belong together")
    # The mean of numbers that float32 would merge is float64.
    return mean.astype(np.promote_types(mean.dtype, np.float32)), std.astype(np.float32)
