"""What the doctor says of the run whose log is shown: sentences above the log, with buttons that try the remedy."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from models.training.metrics import measure_of
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.services.background import Background, JobFailed
from studio.workspaces.train.charts.drawn_run import Flag
from widgets.controls.note import Kind, Note

if TYPE_CHECKING:
    from studio.doctor import Diagnosis
    from studio.doctor.base import Evidence

PATIENCE_MS = 2000
"""Between two looks at a run that goes on: an epoch may take a moment, and each look reads its whole record."""
KINDS: dict[str, Kind] = {"error": "error", "warning": "warning", "hint": "info"}


class Examined(NamedTuple):
    """What a look at a run came to: findings, or else a sentence that all is well ("" where that is too early)."""

    findings: list[Diagnosis]
    steady: str


class RunDoctor(QWidget):
    """Looks at a run on a thread. `mend_requested` carries the edit that changes the settings of the next run,
    `show_requested` (run id, `Flag`) what is to be seen on its chart."""

    mend_requested = Signal(object)
    show_requested = Signal(str, object)
    examined = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._path: Path | None = None
        self._background = Background(self)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PATIENCE_MS)
        self._pause.timeout.connect(self._look_if_asked)
        self._asked = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        self.findings: list[Diagnosis] = []
        self._examined: Examined | None = None
        self._shown: list[Flag] = []
        """What of hints was asked for on the charts, where warnings stand unasked."""
        self._show(NOTHING)

    def show_run(self, path: Path | None) -> None:
        """Look at another run now, None for none."""
        self._path = path
        self._shown = []
        self._show(NOTHING)
        self._look()

    def look_again(self, id: str) -> None:
        """Something happened in a run: look at it again, soon, if it is the one that is shown."""
        if self._path is None or self._path.name != id:
            return
        self._asked = True
        if not self._pause.isActive():
            self._look_if_asked()

    def flags(self) -> tuple[str, list[Flag]]:
        """The run, and where on its charts the warnings are seen, and what else was asked for."""
        places = [place for found in self.findings if found.severity == "warning" for place in found.evidence[:1]]
        flags = list(dict.fromkeys([*map(_flag, places), *self._shown]))
        return self._path.name if self._path else "", flags

    def sentences(self) -> list[str]:
        """What is said."""
        return [note.text() for note in self._notes()]

    def _notes(self) -> list[Note]:
        items = [self._column.itemAt(place) for place in range(self._column.count())]
        return [note for item in items if item and isinstance(note := item.widget(), Note)]

    def _look_if_asked(self) -> None:
        if self._asked:
            self._look()

    def _look(self) -> None:
        self._asked = False
        self._pause.start()
        self._background.drop()
        if self._path is not None:
            self._background.run(partial(_examine, self._path), self._show, self._say_nothing, (RunError,))

    def _say_nothing(self, error: Exception) -> None:
        """A run that cannot be read says so in the list and the log; an unexpected error went to the log of errors."""
        assert isinstance(error, RunError | JobFailed)
        self._show(NOTHING)

    def _show(self, examined: Examined) -> None:
        if examined != self._examined:
            self._examined, self.findings = examined, examined.findings
            for note in self._notes():
                self._column.removeWidget(note)
                note.hide()  # it is there until the event loop comes to it
                note.deleteLater()
            notes = [self._note(finding) for finding in examined.findings]
            notes += [Note("good", examined.steady, wraps=True)] if examined.steady else []
            for note in notes:
                self._column.addWidget(note)
            self.setVisible(bool(notes))
        self.examined.emit()

    def _note(self, finding: Diagnosis) -> Note:
        acts = [("Show on chart", partial(self._ask_to_show, _flag(place))) for place in finding.evidence[:1]]
        acts += [(mend.label, partial(self.mend_requested.emit, mend.edit)) for mend in finding.mends]
        sure = {"certain": "", "likely": "Likely: ", "possible": "Possibly: "}[finding.certainty]
        return Note(KINDS[finding.severity], f"{sure}{finding.message} {finding.detail}", acts)

    def _ask_to_show(self, flag: Flag) -> None:
        self._shown = [flag]
        self.examined.emit()
        if self._path is not None:
            self.show_requested.emit(self._path.name, flag)


NOTHING = Examined([], "")


def _flag(place: Evidence) -> Flag:
    return Flag(place.start, place.text, measure_of(place.series).key)


def _examine(path: Path) -> Examined:
    from studio.doctor import case_of, diagnose, steady  # with numpy, which a window that trains nothing does without

    case = case_of(RunFolder.open(path))
    findings = diagnose(case)
    return Examined(findings, "" if findings else steady(case))
