"""What is known of single samples over time, and how corrections of them go into the document."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.document import Document
from models.document.edits import Batch, Edit, SetSection
from models.scoring.over_time import Course
from models.specs.corrections import Correction
from models.training import TrainingSettings
from models.training.settings import DRAWN, RUN
from studio.controllers.documents import DocumentController
from studio.data import with_absolute_paths
from studio.data.corrections import corrected
from studio.runs.errors import RunError
from studio.runs.probes.answer import Answer
from studio.runs.samples.reader import SampleLog
from studio.workspaces.inspect.subject import Opened

BEFORE_THIS = "This run was trained before samples were followed. Train it again to follow them."
NO_EPOCH = "No epoch is over yet. Look again when one is."
OTHER_DATA = "The open document has other data than this run. Open the run's document to correct labels."
NO_CLASSES = "Only single classes can be relabeled; a sample can be left out."
ASIDE = {
    "corrections",
    "validation",
    "seed",
    "normalize",
    "inputs",
    "targets",
    "group",
    "time",
    "validation_list",
    "training_list",
}
"""Settings of data that leave its rows where they are."""


class Labels(NamedTuple):
    """For each training sample its class (or first number) and its row in the data as it is read; ``form`` is "class",
    "number" or "many" (labels at many positions), ``target`` the column if it is another than the first."""

    truth: NDArray[Any]
    rows: NDArray[np.int64]
    form: str
    correctable: bool
    known: bool
    target: str = ""

    def correction(self, place: int, before: str, after: str | None) -> Correction:
        """What gives the sample at a place another class, or leaves it out, whatever its other targets are."""
        row = int(self.rows[place])
        return (
            Correction(row, "" if self.target else before, None)
            if after is None
            else Correction(row, before, after, self.target)
        )

    @classmethod
    def of(cls, answer: Answer) -> Labels:
        """Those that the probe "labels" gives; raises `RunError` for anything else."""
        truth, rows = (answer.arrays.get(name) for name in ("truth", "rows"))
        if truth is None or rows is None or len(truth) != len(rows):
            raise RunError("The labels could not be read. Look at the run once more.")
        return cls(
            truth,
            rows,
            str(answer.facts.get("form")),
            answer.facts.get("correctable") is True,
            answer.facts.get("known") is True,
            str(answer.facts.get("target", "")),
        )


def why_not(opened: Opened, samples: int) -> str:
    """Why a run tells nothing of its training samples over time, of which the data has so many; "" where it does."""
    log = opened.log
    if log is None:
        return opened.unlogged or BEFORE_THIS
    if log.layout.skipped:
        return log.layout.skipped
    if not len(log.epochs):
        return NO_EPOCH
    if log.layout.samples != samples:
        return (
            f"The data has {samples:,} training samples now, this run had {log.layout.samples:,}. "
            "Bring the data of then back."
        )
    return ""


def course_of(log: SampleLog) -> Course:
    """The training samples of a run through its epochs."""
    return Course(log.epochs, log.loss_halves, log.right() if log.layout.has_right else None)


def prepared(log: SampleLog) -> Course:
    """The same with everything worked out that takes a while; on a thread."""
    return _worked_out(course_of(log))


def _worked_out(course: Course) -> Course:
    course.mean_curve, course.suspicion  # noqa: B018
    if course.right is not None:
        course.turns  # noqa: B018
    return course


def with_strangers(course: Course, answer: Answer) -> Course:
    """The same with what the probe "strangers" tells; raises `RunError` where that is of other samples."""
    rows, shares = answer.arrays.get("rows"), answer.arrays.get("strangers")
    if rows is None or shares is None or len(rows) != len(shares) or (len(rows) and int(rows.max()) >= course.count):
        raise RunError("The neighbors could not be read. Look at the run once more.")
    found = np.full(course.count, np.nan)
    found[rows] = shares
    return _worked_out(Course(course.epochs, course.halves, course.right, found))


def same_rows(ours: Mapping[str, Any], base: Path | None, runs: Mapping[str, Any], runs_base: Path | None) -> bool:
    """Whether the rows of two documents' "data" are the same examples."""
    sides = []
    for settings, folder in ((ours, base), (runs, runs_base)):
        whole = with_absolute_paths(settings, folder) if folder is not None else dict(settings)
        sides.append({"source": "digits"} | {name: value for name, value in whole.items() if name not in ASIDE})
    return sides[0] == sides[1]


def belongs(controller: DocumentController, opened: Opened) -> bool:
    """Whether the open document has the very data that a run was trained on."""
    place = opened.folder.header["document_path"]
    base = Path(place).parent if place else None
    return same_rows(controller.document.data, controller.base, opened.data, base)


def starting_anew(document: Document, start_run: str = "") -> Edit | None:
    """One undoable edit that has the next training start from the weights of a run ("RUN/CHECKPOINT"), or no longer
    from those of any; None where that is so already."""
    now = TrainingSettings.read(document.training)[0]
    if start_run:
        wanted, label = {"start_from": RUN, "start_run": start_run}, "Start from a run's weights"
    else:
        wanted, label = {"start_from": DRAWN}, "Draw the first weights"
    if (now.start_from != RUN and not start_run) or (now.start_from, now.start_run) == (RUN, start_run):
        return None
    kept = {name: value for name, value in document.training.items() if name != "start_run"}
    return Batch(label, [SetSection("training", kept | wanted)])


def correcting(document: Document, run_data: Mapping[str, Any], label: str, item: Correction) -> Edit:
    """One undoable edit that corrects an example; ``run_data`` tells its class before where the run corrected it."""
    if (of_run := _pair(run_data, item.key)) is not None:
        item = item._replace(before=of_run[0])
    return Batch(label, [SetSection("data", corrected(document.data, [item]))])


def label_now(document: Document, run_data: Mapping[str, Any], row: int, target: str = "") -> str | None:
    """The class of a row in the open document, "" where it is left out; None where it is as in the run."""
    whole, key = _pair(document.data, str(row)), Correction(row, "", "", target).key
    now, then = _pair(document.data, key), _pair(run_data, key)
    if whole is not None and whole[1] is None:
        return ""
    if now is not None:
        return now[1]
    return None if then is None else then[0]


def _pair(data: Mapping[str, Any], key: str) -> tuple[str, str | None] | None:
    """The class of a row before and after its correction, by its key; None where it has none."""
    known = data.get("corrections")
    found = known.get(key) if isinstance(known, dict) else None
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], str):
        return None
    return found[0], None if found[1] is None else str(found[1])
