"""What one number hangs on: its slope by every number that came before it."""

from __future__ import annotations

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.working import EXAMPLE, work_of


@probe(of_run=False, document=EXAMPLE, updates=0, cell="value/fc1/0/0")
def influence(asked: Asked) -> Steps:
    """For a cell of a layer's values, after so many ``updates``: ``value/ID`` and ``weight/NAME`` hold ∂cell/∂each."""
    worked = work_of(asked)
    for done, _ in enumerate(worked.walk(asked.whole("updates"))):
        yield done, 0
    return Answer(worked.influence(asked.text("cell")), {})
