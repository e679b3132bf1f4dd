"""`python -m studio.worker.onnx.comparing GIVEN ANSWER`: an imported document beside the ONNX file it came from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
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
from studio.worker.onnx.writing import opened
from studio.worker.probing.errors import ProbeError
from studio.worker.process.apart import serve
from studio.worker.training.loop import fitting, start_from
from studio.worker.training.plan import load_model


def compare(given: Mapping[str, Any]) -> dict[str, Any]:
    """Run the ONNX file ``original`` and a ``document`` with its ``weights`` on the same inputs; the fact
    ``difference`` is the largest between their outputs, as a share of the largest output."""
    document, _ = files.from_json(given["document"], name="The document")
    source = generate(document.network, document.analysis)
    if source.left_out:
        raise ProbeError(f"{source.left_out[0]:.40} has an error")
    model = load_model(source.text, SOURCE, source.class_name).eval()
    start_from(model, fitting(model, load_file(given["weights"])))
    held = Leaving(document, model, model)
    answer = opened(Path(given["original"]))
    # The file has its inputs in the order of the document, the network perhaps in another.
    order = [node.id for node in input_nodes(document.network)]
    reading = input_ids(document)
    sizes = (given["batch"],) if given["batch"] else SIZES

    def original(*inputs: Tensor) -> tuple[Tensor, ...]:
        by_id = dict(zip(reading, inputs, strict=True))
        return answer(*(by_id[id] for id in order))

    with torch.inference_mode():
        return {"difference": max(difference(held, model, original, size) for size in sizes)}


if __name__ == "__main__":
    serve(compare, (ProbeError,))
