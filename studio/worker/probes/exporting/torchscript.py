"""The network as `torch.jit.trace` saves it."""

from __future__ import annotations

import io
import warnings

import torch

from studio.runs.probes.answer import Answer
from studio.worker.exporting.subject import compared, inputs_for, network_of, write_whole
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.errors import ProbeError


@probe(path="", scaled=True)
def torchscript(asked: Asked) -> Steps:
    """Facts alone: ``wrote`` (places) and ``notes``; compared as `exported_program` is."""
    path, scaled = asked.text("path"), asked.switch("scaled", True)
    yield 0, 2
    bench = asked.bench
    network = network_of(bench, scaled=scaled)
    content = io.BytesIO()
    try:
        with warnings.catch_warnings(action="ignore"), torch.inference_mode():
            traced = torch.jit.trace(network, inputs_for(bench, 2), check_trace=False)  # type: ignore[no-untyped-call]
            torch.jit.save(traced, content)
    except (RuntimeError, ValueError, TypeError) as error:
        text = " ".join(str(error).split())
        raise ProbeError(f"TorchScript does not take this network: {text[:120].rstrip('.')}.") from error
    yield 1, 2
    content.seek(0)
    with warnings.catch_warnings(action="ignore"):
        opened = torch.jit.load(content)  # type: ignore[no-untyped-call]
    worst = compared(bench, network, opened)
    wrote = write_whole(path, content.getvalue())
    notes = [f"Opened again, it answers as the network does, to {worst:.1g} of the largest output."]
    return Answer({}, {"wrote": wrote, "notes": notes})
