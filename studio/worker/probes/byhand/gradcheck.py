"""Whether gradients are true: compared with central differences of the loss, in double precision."""

from __future__ import annotations

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.working import EXAMPLE, Check, work_of


@probe(of_run=False, document=EXAMPLE, updates=0)
def gradcheck(asked: Asked) -> Steps:
    """Slopes of the loss by every weight and input after so many ``updates``: ``slope/NAME`` for weights and
    ``gradient/ID`` for inputs, as (f(x + h) − f(x − h)) / 2h. Facts: how many, the largest difference to what autograd
    gives (relative above one), its cell, and whether all agree."""
    worked = work_of(asked)
    for done, _ in enumerate(worked.walk(asked.whole("updates"))):
        yield done, 0
    check, total = Check(), worked.slopes_to_check()
    for _ in worked.checking(check):
        yield check.count, total
    facts = {"checked": check.count, "worst": check.worst, "cell": check.cell, "agrees": check.agrees}
    return Answer(dict(check.slopes), facts)
