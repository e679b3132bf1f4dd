"""The strip above the charts: which run, how far, how fast, how long still, and the buttons that steer it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from models.basics.quantities import duration_text, epochs_text, percent
from widgets.controls import Bar, Button, ElidedLabel, Label, ProgressBar
from widgets.runs.progress import Progress
from widgets.theme import px

STRIP_HEIGHT = 60


class RunStrip(Bar):
    """Shows one run; `pause_requested`, `stop_requested` and `resume_requested` ask for what the buttons say."""

    pause_requested = Signal()
    stop_requested = Signal()
    resume_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.name = ElidedLabel("No run yet", 13, 600)
        self.name.elide_middle()
        self.state = ElidedLabel("Ctrl+Enter starts one", 12, token="text2")
        self.epoch = Label("", 13, 600)
        self.batch = Label("", 12, token="text2")
        self.bar = ProgressBar("Progress of the run")
        self.percent = Label("", 13, 600)
        self.left = _Fact("Time left")
        self.speed = _Fact("Speed")
        self._progress = self.epoch, self.batch, self.bar, self.percent, self.left, self.speed
        self.pause = Button("Pause", "pause", height=32)
        self.stop = Button("Stop", "stop", "danger", height=32)
        self.pause.clicked.connect(self.pause_requested)
        self.resume = Button("Resume", "play", height=32)
        self.stop.clicked.connect(self.stop_requested)
        self.resume.clicked.connect(self.resume_requested)
        self._lay_out()
        self.show_buttons(running=False, paused=False)
        self.show_no_progress()
        self.follow_theme()

    def show_run(self, name: str, state: str) -> None:
        """Name the run and say what it does."""
        self.name.setText(name)
        self.state.setText(state)

    def show_progress(self, progress: Progress) -> None:
        """Show how far the run is."""
        for part in self._progress:
            part.show()
        fraction = progress.step / progress.steps if progress.steps else 0.0
        per_epoch = max(progress.steps // max(progress.epochs, 1), 1)
        epoch = min(int(progress.epoch) + 1, progress.epochs)
        self.epoch.setText(f"Epoch {epoch:,} of {progress.epochs:,}")
        batch = progress.step - (epoch - 1) * per_epoch
        self.batch.setText(f"batch {min(max(batch, 0), per_epoch):,} of {per_epoch:,}")
        self.bar.set_segments(progress.epochs if progress.epochs <= 40 else 1)
        self.bar.set_fraction(fraction)
        self.percent.setText(percent(fraction))
        self.left.show_value("–" if progress.seconds_left is None else duration_text(progress.seconds_left))
        self.speed.show_value("–" if progress.speed is None else f"{progress.speed:,.0f} examples/s")

    def show_past(self, epochs: float, total: int | None) -> None:
        """Show how far a run came that is over."""
        for part in self._progress:
            part.setVisible(part in (self.epoch, self.bar) and total is not None)
        if total is not None:
            self.epoch.setText(f"{epochs_text(epochs)} of {total:,} epochs")
            self.bar.set_segments(total if total <= 40 else 1)
            self.bar.set_fraction(epochs / max(total, 1))

    def show_buttons(self, *, running: bool, paused: bool, resumable: bool = False) -> None:
        """Offer what can be done now; the buttons are gone while nothing runs."""
        self.pause.setVisible(running)
        self.stop.setVisible(running)
        self.resume.setVisible(resumable and not running)
        self.pause.setText("Continue" if paused else "Pause")
        self.pause.set_icon("play" if paused else "pause")
        if not running:
            self.left.show_value("–")
            self.speed.show_value("–")

    def show_no_progress(self) -> None:
        """It is not known how far the run is: it is about to begin, or there is none."""
        for part in self._progress:
            part.hide()

    def restyle(self) -> None:
        self.setFixedHeight(px(STRIP_HEIGHT))
        self.update()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(24)
        row.addLayout(_two(self.name, self.state), 2)
        row.addLayout(_two(self.epoch, self.batch))
        row.addWidget(self.bar, 4)
        row.addWidget(self.percent)
        row.addWidget(self.left)
        row.addWidget(self.speed)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self.pause)
        buttons.addWidget(self.stop)
        buttons.addWidget(self.resume)
        row.addLayout(buttons)


class _Fact(QWidget):
    """A word and its value beneath it."""

    def __init__(self, title: str) -> None:
        super().__init__()
        self._title = title
        self._value = Label("–", 13, 600)
        self.setMinimumWidth(px(96))
        column = _two(Label(title, 12, token="text2"), self._value)
        column.setContentsMargins(0, 0, 0, 0)
        self.setLayout(column)

    def show_value(self, text: str) -> None:
        self._value.setText(text)
        self.setAccessibleName(f"{self._title} {text}")


def _two(upper: QWidget, lower: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(0)
    column.addStretch(1)
    column.addWidget(upper)
    column.addWidget(lower)
    column.addStretch(1)
    return column
