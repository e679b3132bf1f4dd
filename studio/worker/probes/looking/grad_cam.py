"""Which places of a convolution's maps speak for the answer (Grad-CAM, Selvaraju et al. 2017)."""

from __future__ import annotations

import torch
from torch.nn.functional import interpolate

from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring.thought import altered, most_likely
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError

FINE = 16
"""Places of a map that tell where enough."""
NO_MAPS = "Grad-CAM needs a layer that gives maps, such as a convolution. Try gradient or occlusion."


@probe(sample=0)
def grad_cam(asked: Asked) -> Steps:
    """``heat`` as height × width of the first Input: ReLU of the ``layer``'s maps, weighted by their mean gradient.

    Without a ``layer`` the last convolution is taken whose maps have 16 places at least, or else the last layer with
    more than one; ``facts["layer"]`` tells which.
    """
    yield 0, 1
    inputs, _ = altered(asked)
    with asked.bench.slopes():
        outputs, seen = asked.bench.taps.run(tuple(_with_gradient(value) for value in inputs))
        score = most_likely(asked, outputs[asked.goal.place])
        fitting = [id for id, value in seen.items() if value.dim() == 4 and value[0, 0].numel() > 1]
        fitting = [id for id in fitting if seen[id].requires_grad and id not in asked.rows.inputs]
        wanted = asked.text("layer")
        if not fitting or inputs[0].dim() != 4 or (wanted and wanted not in fitting):
            raise ProbeError(NO_MAPS)
        layer = wanted or next((id for id in reversed(fitting) if _is_convolution(asked, id, seen[id])), fitting[-1])
        found = torch.autograd.grad(score.sum(), seen[layer], allow_unused=True)[0]
    if found is None:
        raise ProbeError(f"The answer does not depend on {layer[:40]}. Choose another layer.")
    maps = seen[layer].detach()
    weighted = (found.mean((2, 3), keepdim=True) * maps).sum(1, keepdim=True).relu()
    heat = interpolate(weighted, size=inputs[0].shape[2:], mode="bilinear", align_corners=False)[0, 0]
    return Answer({"heat": heat.cpu().numpy()}, {"signed": False, "layer": layer, "layers": fitting})


def _is_convolution(asked: Asked, id: str, maps: torch.Tensor) -> bool:
    weight = asked.bench.parameters().get(f"{asked.bench.document.network[id].attribute}.weight")
    return weight is not None and weight.dim() == 4 and maps[0, 0].numel() >= FINE


def _with_gradient(value: torch.Tensor) -> torch.Tensor:
    return value.detach().requires_grad_() if value.is_floating_point() else value
