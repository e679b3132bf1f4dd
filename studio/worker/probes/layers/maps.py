"""What each layer gives for one example, as pictures: channels sorted by how active they are."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.thought import altered
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.taps import detached

MOST_LAYERS = 400
LONGEST = 1_024
"""Values of an output in a row."""


@probe(sample=0, channels=4, side=16, beside=-1)
def maps(asked: Asked) -> Steps:
    """For each layer (or the one called ``layer``) ``NUMBER``: up to ``channels`` pictures of uint8, the most active
    first, at most ``side`` pixels a side, from the lowest value of the layer to its highest.

    ``facts["layers"]`` says of each: id, form ("maps", "states" as units × steps, "rows" or "values"), shape, low,
    high, zeros (share), the channels in order, and the ``step`` between values that are shown. States
    reach as far below 0 as above. ``with_values`` adds the numbers of a single layer themselves.

    With another sample ``beside`` (−1 for none) both are shown in one scale, the channels that differ most first:
    ``NUMBER/beside`` is the other one, ``NUMBER/difference`` the first minus the other with 0 in the middle of the
    bytes; ``reach`` is the largest difference.
    """
    yield 0, 1
    with torch.inference_mode():
        inputs, _ = altered(asked)
        if (beside := asked.whole("beside", -1)) >= 0:
            others, _ = asked.rows.pick([beside])
            inputs = tuple(torch.cat(both) for both in zip(inputs, others, strict=True))
        seen = detached(asked.bench.taps.run(inputs)[1])
    wanted = asked.text("layer")
    if wanted and wanted not in seen:
        raise ProbeError(f"{wanted[:40]} gives nothing that can be shown. Choose another layer.")
    chosen = [wanted] if wanted else list(seen)[:MOST_LAYERS]
    arrays: dict[str, NDArray[Any]] = {}
    layers: list[dict[str, Any]] = []
    most, side = max(asked.whole("channels", 16), 1), max(asked.whole("side", 48), 4)
    for number, id in enumerate(chosen):
        both = seen[id].float().cpu()
        pictures, facts = pictured(both, most, side, in_time=asked.bench.taps.gives_steps(id))
        arrays |= {f"{number}{name}": picture for name, picture in pictures.items()}
        layers.append({"id": id, "shape": list(both.shape[1:]), **facts})
        if wanted and asked.question.arguments.get("with_values"):
            arrays["values"] = both[0].numpy()
    return Answer(arrays, {"layers": layers})


def pictured(
    both: Tensor, channels: int, side: int, *, in_time: bool = False
) -> tuple[dict[str, NDArray[np.uint8]], dict[str, Any]]:
    """The output of a layer for one example or two (1 or 2 × …) as pictures (count × height × width): "" the first,
    "/beside" the other one, "/difference"; and what is said of it."""
    value = both[0]
    form, planes = _planes(value, in_time)
    other = _planes(both[1], in_time)[1] if len(both) > 1 else None
    compared = planes if other is None else planes - other
    # Each of these passes over all the values: of a large network they are most of the work.
    activity = torch.linalg.vector_norm(compared, ord=1, dim=(1, 2)).nan_to_num()
    order = activity.argsort(descending=True, stable=True)[:channels]
    step = max(1, -(-max(planes.shape[1:]) // (side if form == "maps" else LONGEST)))
    low, high, finite = _ends(both)
    if form == "states":
        high = max(abs(low), abs(high))
        low = -high
    facts: dict[str, Any] = {
        "form": form,
        "low": low,
        "high": high,
        "zeros": 1 - int(torch.count_nonzero(value)) / value.numel(),
        "step": step,
        "channels": order.tolist(),
        "finite": finite,
    }
    thin = planes[order][:, ::step, ::step]
    pictures = {"": _bytes(thin, low, high)}
    if other is not None:
        thin_other = other[order][:, ::step, ::step]
        reach = max(map(abs, _ends(compared)[:2]))
        pictures |= {"/beside": _bytes(thin_other, low, high), "/difference": _bytes(thin - thin_other, -reach, reach)}
        facts["reach"] = reach
    return pictures, facts


def _ends(values: Tensor) -> tuple[float, float, bool]:
    """The lowest and the highest finite value, and whether all are finite."""
    low, high = (float(end) for end in values.aminmax())
    if isfinite(low) and isfinite(high):
        return low, high, True
    numbers = values[torch.isfinite(values)]
    return (*((float(numbers.min()), float(numbers.max())) if numbers.numel() else (0.0, 0.0)), False)


def _bytes(planes: Tensor, low: float, high: float) -> NDArray[np.uint8]:
    scale = 255.0 / (high - low) if high > low else 0.0
    shown: NDArray[np.uint8] = ((planes.nan_to_num() - low) * scale).clamp(0, 255).round().byte().numpy()
    return shown


def _planes(value: Tensor, in_time: bool) -> tuple[str, Tensor]:
    """One output as planes: maps of channels, a sequence as units × steps or as it comes, numbers as one row."""
    if value.dim() >= 3:
        return "maps", value.reshape(value.shape[0], value.shape[1], -1)
    if value.dim() == 2:
        return ("states", value.T[None]) if in_time else ("rows", value[None])
    return "values", value.reshape(1, 1, -1)
