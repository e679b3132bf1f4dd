"""The network as `torch.export` saves it."""

from __future__ import annotations

import io
import warnings

import torch

from studio.runs.probes.answer import Answer
from studio.worker.exporting.subject import compared, inputs_for, network_of, same_words, write_whole
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError


@probe(path="", scaled=True)
def exported_program(asked: Asked) -> Steps:
    """Facts alone: ``wrote`` (places) and ``notes``. The file is opened again before it is kept, and must
    answer as the network does at two batch sizes."""
    path, scaled = asked.text("path"), asked.switch("scaled", True)
    yield 0, 2
    bench = asked.bench
    network = network_of(bench, scaled=scaled)
    inputs = inputs_for(bench, 2)
    batch = torch.export.Dim("batch")
    shapes = tuple({0: batch} for _ in inputs)
    content = io.BytesIO()
    # Scaled takes any number of inputs, which torch.export sees as one argument.
    described = (shapes,) if scaled else shapes
    try:
        with warnings.catch_warnings(action="ignore"):
            program = torch.export.export(network, inputs, dynamic_shapes=described, strict=False)
            torch.export.save(program, content)
    except (torch._dynamo.exc.TorchDynamoException, RuntimeError, ValueError, AssertionError) as error:
        raise ProbeError(f"torch.export does not take this network: {_first_line(error)}") from error
    yield 1, 2
    content.seek(0)
    worst = compared(bench, network, torch.export.load(content).module())
    wrote = write_whole(path, content.getvalue())
    return Answer({}, {"wrote": wrote, "notes": [same_words(worst)]})


def _first_line(error: Exception) -> str:
    text = " ".join(str(error).split())
    return f"{text[:120].rstrip('.')}."
