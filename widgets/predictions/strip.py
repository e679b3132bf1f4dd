"""The strip above predictions: which run answers, with which weights, what it is given, and how far it is."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from widgets.controls import Bar, Button, ChoiceField, Working
from widgets.controls.choice import Options
from widgets.theme import px

STRIP_HEIGHT = 60


class PredictStrip(Bar):
    """Emits what is chosen: `run_changed`, `checkpoint_changed`, and what is asked for."""

    run_changed = Signal(str)
    checkpoint_changed = Signal(str)
    files_requested = Signal()
    folder_requested = Signal()
    device_requested = Signal()
    row_requested = Signal()
    save_requested = Signal()
    stop_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run, self.checkpoint = ChoiceField("Run"), ChoiceField("Checkpoint")
        self.files = Button("Files…", "plus", height=28)
        self.folder = Button("Folder…", "folder", height=28)
        self.device = Button("", height=28)
        self.device.hide()
        self.typed = Button("Type a row…", height=28)
        self.typed.hide()
        self.save = Button("Save answers…", "copy", height=28)
        self.export = Button("Export run…", "export", height=28)
        self.working = Working("Predicting", 90)
        self._lay_out()
        self.run.changed.connect(self.run_changed)
        self.checkpoint.changed.connect(self.checkpoint_changed)
        self.files.clicked.connect(self.files_requested)
        self.folder.clicked.connect(self.folder_requested)
        self.device.clicked.connect(self.device_requested)
        self.typed.clicked.connect(self.row_requested)
        self.save.clicked.connect(self.save_requested)
        self.working.stop.clicked.connect(self.stop_requested)
        self.export.clicked.connect(self.export_requested)
        self.save.hide()
        self.show_idle()
        self.follow_theme()

    def offer_runs(self, runs: Options, chosen: str) -> None:
        """Offer these runs, by id and name."""
        self.run.set_options(runs)
        self.run.set_value(chosen)

    def offer_checkpoints(self, checkpoints: Options, chosen: str) -> None:
        """Offer these sets of weights; without any nothing can be asked."""
        self.checkpoint.set_options(checkpoints)
        self.checkpoint.set_value(chosen)
        for part in (self.checkpoint, self.files, self.folder, self.export):
            part.setVisible(bool(checkpoints))

    def offer_device(self, words: str, icon: str) -> None:
        """Offer to take something with a device, in these words; "" for nothing."""
        self.device.setText(words)
        self.device.set_icon(icon)
        self.device.setVisible(bool(words))

    def offer_row(self, words: str) -> None:
        """Offer to type a row, in these words; "" where nobody can."""
        self.typed.setText(words)
        self.typed.setVisible(bool(words))

    def show_progress(self, done: int) -> None:
        """Show how many examples are answered."""
        self.working.show_work(f"{done:,} examples" if done else "Reading", 0.0)

    def show_idle(self) -> None:
        """Nothing is asked."""
        self.working.hide()

    def restyle(self) -> None:
        self.setFixedHeight(px(STRIP_HEIGHT))
        for field, width in ((self.run, 220), (self.checkpoint, 150)):
            field.setMinimumContentsLength(14)
            field.setMinimumWidth(px(96))
            field.setMaximumWidth(px(width))
        self.update()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        for choice in (self.run, self.checkpoint, self.files, self.folder, self.device, self.typed):
            row.addWidget(choice)
        row.addStretch(1)
        row.addWidget(self.working)
        row.addWidget(self.save)
        row.addWidget(self.export)
