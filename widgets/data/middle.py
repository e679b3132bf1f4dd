"""The middle of the Data workspace: what the data is, whether it fits, its samples; or what stands in the way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from widgets.basics.painted import painted
from widgets.controls import Button, ElidedLabel, EmptyState, IconButton, Label, ProgressBar, Segmented
from widgets.controls.note import Note
from widgets.data.sample_page import SamplePage
from widgets.data.samples import Samples
from widgets.data.seen.page import FactsPage
from widgets.theme import color, px

WIDE = 600
"""From this width on good news has room beside the title."""
READING = "Reading the data…"
SAMPLES, FACTS = "samples", "facts"


class _Inner(QWidget):
    """What scrolls, no higher than it must be: a scroll area would give it all that its words might take."""

    def heightForWidth(self, width: int) -> int:
        layout = self.layout()
        return layout.minimumHeightForWidth(width) if layout else -1


class DataPage(QWidget):
    """Shows what it is told; emits `cancel_requested` while loading and `again_requested` for files that changed."""

    view_changed = Signal()
    cancel_requested = Signal()
    again_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = ElidedLabel("", 20, 600)
        self.line = ElidedLabel("", 13, token="text2")
        self.again = IconButton("refresh", "Read the files again")
        self.progress = ProgressBar("Reading the data")
        self.progress_text = Label("", 12, token="text2")
        self.cancel = Button("Cancel", height=28)
        self.empty = EmptyState("", "db")
        self.samples = SamplePage()
        self.facts = FactsPage()
        self.views = Segmented([(SAMPLES, "Samples"), (FACTS, "Facts")], SAMPLES, name="What is shown of the data")
        self.notes: list[Note] = []
        self._stack = QStackedWidget()
        self._loading = QWidget()
        self._scroll, self._inner = QScrollArea(), _Inner()
        self._lay_out()
        self.cancel.clicked.connect(self.cancel_requested)
        self.again.clicked.connect(self.again_requested)
        self.views.changed.connect(self.show_view)
        self.show_waiting()

    def show_title(self, title: str, line: str) -> None:
        """Show the name of the data and its facts."""
        self.title.setText(title)
        self.line.setText(line)
        self.line.setVisible(bool(line))
        self.again.hide()

    def show_samples(self, samples: Samples, from_files: bool) -> None:
        """Show loaded data; what comes `from_files` can be read again."""
        self.end_progress()
        self.samples.show_samples(samples)
        self.again.setVisible(from_files)
        self.views.show()
        self._stack.setCurrentWidget(self.facts if self.view() == FACTS else self.samples)

    def show_first(self, samples: Samples) -> None:
        """Show some samples of data that is still being read."""
        self.samples.show_samples(samples)
        self.samples.show_bars("", ())
        self._stack.setCurrentWidget(self.samples)

    def view(self) -> str:
        """What is shown of loaded data: `SAMPLES` or `FACTS`."""
        return self.views.value()

    def show_view(self, view: str) -> None:
        """Show samples of the data, or its facts."""
        self.views.set_value(view)
        if not self.views.isHidden():
            self._stack.setCurrentWidget(self.facts if view == FACTS else self.samples)
        self.view_changed.emit()

    def show_empty(self, text: str) -> None:
        """Show that there is nothing to see, and how to get something."""
        self.end_progress()
        self.empty.set_text(text)
        self.views.hide()
        self._stack.setCurrentWidget(self.empty)

    def show_waiting(self) -> None:
        """Show nothing yet: a loading has only just begun."""
        self.end_progress()
        self.show_notes(())
        self.samples.clear()
        self.empty.set_text("")
        self.views.hide()
        self._stack.setCurrentWidget(self.empty)

    def show_progress(self, done: int, total: int) -> None:
        """Show how far a loading is; 0 of 0 where that is not known."""
        if not self.samples.samples:
            self.empty.set_text(READING)
        self._loading.show()
        self.progress.setVisible(total > 0)
        self.progress.set_fraction(done / total if total else 0.0)
        self.progress_text.setText(f"{done:,} of {total:,}" if total else READING)

    def is_loading(self) -> bool:
        """Whether progress is in sight."""
        return not self._loading.isHidden()

    def show_notes(self, notes: Sequence[Note]) -> None:
        """Show these sentences; a single good one stands beside the title, others in rows beneath it."""
        for note in self.notes:
            note.hide()
            note.deleteLater()
        self.notes = list(notes)
        self._place_notes()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_notes()

    def minimumSizeHint(self) -> QSize:
        # It scrolls downwards alone.
        bar = self._scroll.verticalScrollBar().sizeHint().width()
        return QSize(self._inner.minimumSizeHint().width() + bar, super().minimumSizeHint().height())

    def _place_notes(self) -> None:
        beside = [note for note in self.notes if note.kind == "good" and self.width() >= px(WIDE)]
        for note in beside:
            self._corner.addWidget(note, 0, Qt.AlignmentFlag.AlignVCenter)
        for place, note in enumerate(note for note in self.notes if note not in beside):
            self._rows.insertWidget(place, note)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("canvas"))

    def end_progress(self) -> None:
        """Show no progress any more."""
        self._loading.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self._loading)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(10)
        self.progress.setFixedWidth(px(160))
        for item in (self.progress, self.progress_text, self.cancel):
            row.addWidget(item)
        facts = QHBoxLayout()
        facts.setSpacing(6)
        facts.addWidget(self.line)
        facts.addWidget(self.again)
        facts.addStretch(1)
        names = QVBoxLayout()
        names.setSpacing(2)
        names.addWidget(self.title)
        names.addLayout(facts)
        self._corner = QVBoxLayout()
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(names, 1)
        head.addWidget(self.views, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addWidget(self._loading, 0, Qt.AlignmentFlag.AlignVCenter)
        head.addLayout(self._corner)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        self._stack.addWidget(self.empty)
        self._stack.addWidget(self.samples)
        self._stack.addWidget(self.facts)
        column = QVBoxLayout(self._inner)
        column.setContentsMargins(24, 18, 24, 18)
        column.setSpacing(14)
        column.addLayout(head)
        column.addLayout(self._rows)
        column.addWidget(self._stack, 1)
        self._scroll.setWidget(self._inner)
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._scroll)
