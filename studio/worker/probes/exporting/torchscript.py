"""The network as `torch.jit.trace` saves it."""

from __future__ import annotations

from studio.runs.probes.answer import Answer
from studio.worker.exporting.subject import inputs_for, network_of, write_whole
from studio.worker.exporting.traced import opened_again, traced
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe


@probe(path="", scaled=True)
def torchscript(asked: Asked) -> Steps:
    """Facts alone: ``wrote`` (places) and ``notes``; compared as `exported_program` is."""
    path, scaled = asked.text("path"), asked.switch("scaled", True)
    yield 0, 2
    network = network_of(asked.bench, scaled=scaled)
    content = traced(network, inputs_for(asked.bench, 2))
    yield 1, 2
    notes = [opened_again(asked.bench, network, content)]
    return Answer({}, {"wrote": write_whole(path, content), "notes": notes})
