"""The strip above what was learned: which run, which of its weights, on which data, and how well it does."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from widgets.basics.painted import painted
from widgets.controls import Bar, Button, ChoiceField, Segmented, Themed, Working, set_tip
from widgets.controls.choice import Options
from widgets.theme import color, font, px

STRIP_HEIGHT = 60
MOST_FACTS = 5


class Fact(NamedTuple):
    """A figure with its name above and some words behind."""

    name: str
    value: str
    more: str = ""


class InspectStrip(Bar):
    """Emits what is chosen: `run_changed`, `checkpoint_changed`, `part_changed` ("validation", "test", "training" or
    "other"), `output_changed` where the network has several; `stop_requested` while something is scored,
    `export_requested`."""

    run_changed = Signal(str)
    checkpoint_changed = Signal(str)
    part_changed = Signal(str)
    output_changed = Signal(str)
    stop_requested = Signal()
    export_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run = ChoiceField("Run")
        self.checkpoint = ChoiceField("Checkpoint")
        parts = [("validation", "Validation"), ("test", "Test"), ("training", "Training"), ("other", "Other…")]
        self.part = Segmented(parts, name="Data")
        self.offer_test(False)
        self.output = ChoiceField("Answers of")
        self.output.hide()
        self.export = Button("Export…", "export")
        self._facts = [_FactLabel() for _ in range(MOST_FACTS)]
        self._shown = 0
        self._runs: list[str | tuple[str, str]] = []
        self.working = Working("Scoring", 120)
        self._lay_out()
        self.run.changed.connect(self.run_changed)
        self.checkpoint.changed.connect(self.checkpoint_changed)
        self.part.changed.connect(self.part_changed)
        self.output.changed.connect(self.output_changed)
        self.working.stop.clicked.connect(self.stop_requested)
        self.export.clicked.connect(self.export_requested)
        self.show_facts(())
        self.show_idle()
        self.follow_theme()

    def offer_runs(self, runs: Options, chosen: str) -> None:
        """Offer these runs, by id and name."""
        if list(runs) != self._runs:  # an open list stays open while a run that is listed goes on
            self._runs = list(runs)
            self.run.set_options(runs)
        self.run.set_value(chosen)

    def offer_checkpoints(self, checkpoints: Options, chosen: str) -> None:
        """Offer these sets of weights."""
        self.checkpoint.set_options(checkpoints)
        self.checkpoint.set_value(chosen)
        self.checkpoint.setVisible(bool(checkpoints))
        self.part.setVisible(bool(checkpoints))

    def offer_test(self, is_there: bool) -> None:
        """Offer the part that is kept apart, where there is one."""
        self.part.segment("test").setVisible(is_there)

    def offer_outputs(self, outputs: Sequence[str], chosen: str) -> None:
        """Offer the Outputs of the network, where there are several; "" chooses the first."""
        self.output.set_options(outputs)
        self.output.set_value(chosen or next(iter(outputs), ""))
        self.output.setVisible(len(outputs) > 1)

    def show_facts(self, facts: Sequence[Fact]) -> None:
        """Show figures."""
        self._shown = len(facts)
        for label, fact in zip(self._facts, facts, strict=False):
            label.show_fact(fact)
        self.export.setVisible(bool(facts))
        for label in self._facts:
            wanted = label.sizeHint().width()
            self._row.setStretchFactor(label, wanted)
            label.setMaximumWidth(wanted + px(40))
        self._fit()

    def show_progress(self, words: str, done: int, total: int) -> None:
        """Show how far the scoring is."""
        self.working.show_work(f"{words} {done:,} of {total:,}" if total else words, done / total if total else 0.0)

    def show_idle(self) -> None:
        """Nothing is scored."""
        self.working.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as many figures as there is room for whole values."""
        taken = (self.run, self.checkpoint, self.part, self.output, self.export)
        shown = [part for part in taken if not part.isHidden()]
        room = self.width() - sum(part.minimumSizeHint().width() + px(14) for part in shown) - px(32)
        for place, label in enumerate(self._facts):
            room -= label.minimumSizeHint().width() + px(8)
            label.setVisible(place < self._shown and room > 0)

    def restyle(self) -> None:
        self.setFixedHeight(px(STRIP_HEIGHT))
        for field, width in ((self.run, 172), (self.checkpoint, 176)):
            field.setMinimumContentsLength(14)
            field.setMinimumWidth(px(96))
            field.setMaximumWidth(px(width))
        self.update()

    def _lay_out(self) -> None:
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(8)
        for field in (self.run, self.checkpoint, self.part, self.output):
            row.addWidget(field)
        row.addSpacing(4)
        for label in self._facts:
            row.addWidget(label)
        row.addStretch(1)
        row.addWidget(self.working)
        row.addWidget(self.export)


class _FactLabel(Themed, QWidget):
    """Name and value are always whole; the words behind the value end in … first."""

    def __init__(self) -> None:
        super().__init__()
        self.fact = Fact("", "")
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.follow_theme()

    def show_fact(self, fact: Fact) -> None:
        self.fact = fact
        self.setAccessibleName(" ".join(fact))
        set_tip(self, f"{fact.name}: {fact.value} {fact.more}".strip())
        self.updateGeometry()
        self.update()

    def restyle(self) -> None:
        self.setFixedHeight(px(STRIP_HEIGHT) - 1)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        small = QFontMetrics(font(12))
        second = self._value_width() + small.horizontalAdvance(self.fact.more) + px(8)
        return QSize(max(small.horizontalAdvance(self.fact.name), second) + px(24), self.height())

    def minimumSizeHint(self) -> QSize:
        name = QFontMetrics(font(12)).horizontalAdvance(self.fact.name)
        return QSize(max(name, self._value_width()) + px(20), self.height())

    def _value_width(self) -> int:
        return QFontMetrics(font(13, 600)).horizontalAdvance(self.fact.value)

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(0, px(12), 1, self.height() - px(24)), color("separator"))
        left, middle = px(12), self.height() / 2
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        above = QRectF(left, middle - px(18), self.width() - left, px(18))
        below = QRectF(left, middle, self.width() - left, px(18))
        words = (above, self.fact.name), (below.adjusted(self._value_width() + px(8), 0, 0, 0), self.fact.more)
        painter.setFont(font(12))
        painter.setPen(color("text2"))
        for area, text in words:
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
            painter.drawText(area, flags, shown)
        painter.setFont(font(13, 600))
        painter.setPen(color("text1"))
        painter.drawText(below, flags, self.fact.value)
