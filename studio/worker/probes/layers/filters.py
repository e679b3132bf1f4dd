"""The filters of a convolution, and the weights of any other layer, as pictures."""

from __future__ import annotations

import torch

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError

MOST = 256
LONGEST = 512


@probe(layer="conv1")
def filters(asked: Asked) -> Steps:
    """``weight`` of the ``layer`` as float32: filters × channels × height × width, or rows × columns.

    At most 256 filters and channels, or 512 rows and columns; ``facts["shape"]`` has them all. ``facts["norms"]`` are
    the sizes (L2) of the filters shown.
    """
    yield 0, 1
    id = asked.text("layer")
    node = asked.bench.document.network.nodes.get(id)
    names = [f"{node.attribute}.{name}" for name in ("weight", "in_proj_weight", "weight_ih_l0")] if node else []
    parameters = asked.bench.parameters()
    found = next((parameters[name].detach() for name in names if name in parameters), None)
    if found is None or found.dim() < 2:
        raise ProbeError(f"{id[:40]} has no filters to be seen. Choose a convolution or a Linear layer.")
    most = MOST if found.dim() > 2 else LONGEST
    shown = found[:most, :most].float().cpu()
    norms = torch.linalg.vector_norm(shown.flatten(1), dim=1)
    facts = {"layer": id, "shape": list(found.shape), "norms": norms.tolist()}
    return Answer({"weight": shown.numpy()}, facts)
