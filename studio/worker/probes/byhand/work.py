"""Forward, loss, backward and update of a document's own batch, so many times."""

from __future__ import annotations

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.working import EXAMPLE, work_of


@probe(of_run=False, document=EXAMPLE, updates=1)
def work(asked: Asked) -> Steps:
    """A walk of so many ``updates``: arrays and facts as `models.byhand.walk.Walk` has them."""
    worked = work_of(asked)
    total = asked.whole("updates")
    for done, _ in enumerate(worked.walk(total)):
        yield done, total + 1
    return Answer(dict(worked.walked.arrays()), worked.walked.facts())
