"""What each layer gives for one example, as pictures: channels sorted by how active they are."""

from __future__ import annotations

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


@probe(sample=0, channels=4, side=16)
def maps(asked: Asked) -> Steps:
    """For each layer (or the one called ``layer``) ``NUMBER``: up to ``channels`` pictures of uint8, the most active
    first, at most ``side`` pixels a side, from the lowest value of the layer to its highest.

    ``facts["layers"]`` says of each: id, form ("maps", "rows" or "values"), shape, low, high, zeros (share), mean,
    deviation, the channels in order, and the ``step`` between values that are shown. ``with_values`` adds the numbers
    of a single layer themselves.
    """
    yield 0, 1
    with torch.inference_mode():
        inputs, _ = altered(asked)
        seen = detached(asked.bench.taps.run(inputs)[1])
    wanted = asked.text("layer")
    if wanted and wanted not in seen:
        raise ProbeError(f"{wanted[:40]} gives nothing that can be shown. Choose another layer.")
    chosen = [wanted] if wanted else list(seen)[:MOST_LAYERS]
    arrays: dict[str, NDArray[Any]] = {}
    layers: list[dict[str, Any]] = []
    for number, id in enumerate(chosen):
        value = seen[id][0].float().cpu()
        picture, facts = pictured(value, max(asked.whole("channels", 16), 1), max(asked.whole("side", 48), 4))
        arrays[str(number)] = picture
        layers.append({"id": id, "shape": list(value.shape), **facts})
        if wanted and asked.question.arguments.get("with_values"):
            arrays["values"] = value.numpy()
    return Answer(arrays, {"layers": layers})


def pictured(value: Tensor, channels: int, side: int) -> tuple[NDArray[np.uint8], dict[str, Any]]:
    """The output of a layer for one example as pictures (count × height × width), and what is said of it."""
    form, planes = _planes(value)
    activity = planes.abs().mean((1, 2)).nan_to_num()
    order = activity.argsort(descending=True, stable=True)[:channels]
    step = max(1, -(-max(planes.shape[1:]) // (side if form == "maps" else LONGEST)))
    shown = planes[order][:, ::step, ::step].nan_to_num()
    low, high = float(value.min().nan_to_num()), float(value.max().nan_to_num())
    scale = 255.0 / (high - low) if high > low else 0.0
    picture = ((shown - low) * scale).clamp(0, 255).round().byte().numpy()
    facts = {
        "form": form,
        "low": low,
        "high": high,
        "zeros": float((value == 0).float().mean()),
        "mean": float(value.mean()),
        "deviation": float(value.std(correction=0)),
        "step": step,
        "channels": order.tolist(),
        "finite": bool(torch.isfinite(value).all()),
    }
    return picture, facts


def _planes(value: Tensor) -> tuple[str, Tensor]:
    """One output as planes: maps of channels, a sequence as rows, numbers as one row."""
    if value.dim() >= 3:
        return "maps", value.reshape(value.shape[0], value.shape[1], -1)
    if value.dim() == 2:
        return "rows", value[None]
    return "values", value.reshape(1, 1, -1)
