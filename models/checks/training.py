"""Training settings that cannot be read: the run would quietly use something else."""

from __future__ import annotations

from collections.abc import Iterator

from models.checks.base import check
from models.checks.finding import Finding, Mend
from models.document import Document
from models.document.edits import SetSection
from models.specs.fields import shown


@check
def unreadable_settings(document: Document) -> Iterator[Finding]:
    """A refused value is an error, a setting that training does not have a warning."""
    from models.training import TrainingSettings

    _, problems = TrainingSettings.read(document.training)
    for problem in problems:
        known = problem.field in TrainingSettings.fields
        rest = {name: value for name, value in document.training.items() if name != problem.field}
        mend = Mend("Use the default" if known else "Remove the setting", SetSection("training", rest))
        severity = "error" if known else "warning"
        message = problem.message if len(problem.message) <= 90 else problem.message[:89] + "…"
        yield Finding(severity, "training-setting", "", message, found=shown(problem.found), mends=(mend,))
