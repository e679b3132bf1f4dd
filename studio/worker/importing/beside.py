"""An imported document beside what it was made of: both are given the same inputs, and their outputs compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor

from models.codegen.module import generate
from models.codegen.objectives import input_ids
from models.network import input_nodes
from models.storage import files
from studio.worker.exporting.subject import SIZES, difference
from studio.worker.onnx.leaving import SOURCE, Leaving
from studio.worker.probing.errors import ProbeError
from studio.worker.training.loop import fitting, start_from
from studio.worker.training.plan import load_model


def apart(given: Mapping[str, Any], original: Callable[..., tuple[Tensor, ...]], sizes: Sequence[int] = ()) -> float:
    """How far the outputs of a ``document`` with its ``weights`` lie from those of the ``original``, at most: a share
    of the largest output, over batches of some ``sizes``. Raises `ProbeError` for a document that cannot be written."""
    document, _ = files.from_json(given["document"], name="The document")
    source = generate(document.network, document.analysis)
    if source.left_out:
        raise ProbeError(f"{source.left_out[0]:.40} has an error")
    model = load_model(source.text, SOURCE, source.class_name).eval()
    start_from(model, fitting(model, load_file(given["weights"])))
    held = Leaving(document, model, model)
    # The original has its inputs in the order of the document, the network perhaps in another.
    order = [node.id for node in input_nodes(document.network)]
    reading = input_ids(document)

    def in_order(*inputs: Tensor) -> tuple[Tensor, ...]:
        by_id = dict(zip(reading, inputs, strict=True))
        return original(*(by_id[id] for id in order))

    with torch.inference_mode():
        return max(difference(held, model, in_order, size) for size in sizes or SIZES)
