"""The strip above the numbers: the steps of a pass as buttons, where one is, and what can be done with it all."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.byhand.course import BACKWARD, FORWARD, LOSS, UPDATE
from widgets.controls import Bar, Button, ElidedLabel
from widgets.theme import px

STEPS = {FORWARD: "Forward", LOSS: "Loss", BACKWARD: "Backward", UPDATE: "Update"}
HEIGHT, PLACE = 52, 240
"""Logical pixels: of the strip, and of the words that say where one is."""


class NumbersStrip(Bar):
    """Emits `stage_wanted` with a stage of `models.byhand.course`, and what else is pressed."""

    stage_wanted = Signal(int)
    step_wanted = Signal()
    back_wanted = Signal()
    start_wanted = Signal()
    check_wanted = Signal()
    export_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.back = Button("Back", "undo")
        self.step = Button("One layer", "chev_r")
        self.stages = {stage: Button(words) for stage, words in STEPS.items()}
        self.start = Button("Start again", "reset")
        self.where = ElidedLabel("", 12, token="text2")
        self.check = Button("Check gradient", "check")
        self.export = Button("Export…", "export")
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        for part in (self.start, self.back, self.step):
            row.addWidget(part)
        row.addSpacing(8)
        for button in self.stages.values():
            row.addWidget(button)
        row.addSpacing(4)
        row.addWidget(self.where, 1)
        row.addWidget(self.check)
        row.addWidget(self.export)
        self._waits = False
        self._kept: Callable[[], object] = _nothing
        for stage, button in self.stages.items():
            button.clicked.connect(lambda _=False, stage=stage: self._press(partial(self.stage_wanted.emit, stage)))
        pairs = (
            (self.step, self.step_wanted), (self.back, self.back_wanted), (self.start, self.start_wanted),
            (self.check, self.check_wanted), (self.export, self.export_wanted),
        )  # fmt: skip
        for button, signal in pairs:
            button.clicked.connect(lambda _=False, signal=signal: self._press(signal.emit))
        self.follow_theme()

    def wait(self) -> None:
        """Nothing is worked out yet: what is pressed now is done as soon as there is."""
        self._waits, self._kept = True, _nothing

    def _press(self, deed: Callable[[], object]) -> None:
        if self._waits:
            self._kept = deed
        else:
            deed()

    def show_place(self, words: str, next_stage: int, can_go_back: bool) -> None:
        """Say where one is; the step that comes next is the main one. With -1 for it there is nothing to work."""
        self.where.setText(words)
        self.back.setEnabled(can_go_back)
        self.start.setEnabled(can_go_back)
        for button in (self.step, self.check, self.export, *self.stages.values()):
            button.setEnabled(next_stage >= 0)
        for stage, button in self.stages.items():
            button.set_role("main" if stage == next_stage else "plain")
        kept = self._kept if self._waits and next_stage >= 0 else _nothing
        self._waits, self._kept = next_stage < 0, _nothing
        kept()

    def restyle(self) -> None:
        self.setFixedHeight(px(HEIGHT))
        self._fit()
        self.update()

    def minimumSizeHint(self) -> QSize:
        kept = sum(button.full_width() + px(8) for button in self.stages.values())
        return QSize(kept + 5 * px(42) + px(60), px(HEIGHT))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Where there is no room for all words, icons stand for some buttons, so that one reads where one is."""
        words = (self.start, self.back, self.export, self.check, self.step)
        needed = sum(button.full_width() + px(10) for button in (*words, *self.stages.values())) + px(PLACE)
        for button in words:
            compact = needed > self.width()
            button.set_compact(compact)
            needed -= button.full_width() - px(34) if compact else 0


def _nothing() -> object:
    return None
