"""Another shape of an Input, tried before it is offered as a remedy: what would not take it."""

from __future__ import annotations

from models.analysis import Analysis, Issue
from models.document import Document

MOST_TRIED = 300
"""Cards of the largest network that is tried: each takes about 10 µs, and may be asked for at every edit."""


def obstacle(document: Document, id: str, shape: tuple[int, ...]) -> Issue | None:
    """The first error that there would be with an Input of that shape and is not now; None where there is none, or the
    network is too large to try."""
    if len(document.network) > MOST_TRIED:
        return None
    trial = document.network.copy()
    trial.set_params(id, {**trial[id].params, "shape": list(shape)})
    known = {(issue.node, issue.message) for issue in document.analysis.issues()}
    errors = (issue for issue in Analysis(trial).issues() if issue.severity == "error")
    return next((issue for issue in errors if (issue.node, issue.message) not in known), None)
