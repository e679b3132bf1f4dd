"""The window of the tests: which one, how far it is, its curve, a verdict in words, and a button that applies it."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from models.document.edits import SetSection
from models.storage import files
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.probes.answer import Answer
from studio.runs.probes.question import Question
from studio.runs.probes.trials import RATE, TRIALS, Trial, applied, trial_of
from widgets.charts.card import ChartCard
from widgets.charts.curve import Series
from widgets.controls import Button, Chip, Paragraph, ProgressBar, Segmented, announce
from widgets.controls.feedback import ChipKind
from widgets.theme import px

SLOT = "trial"
CURVE = "trial"
MOST_LAYERS = 4
_WIDE: dict[str, str] = {"losses": "Loss", "errors": "Worst relative error", "rates": "Examples per second"}
_KINDS: dict[str, tuple[ChipKind, str]] = {
    "good": ("good", "Good"),
    "doubtful": ("warning", "Doubtful"),
    "bad": ("error", "Bad"),
}


class TrialDialog(QDialog):
    """Makes one test at a time, in a worker of its own; nothing of it becomes a run."""

    def __init__(self, controller: DocumentController, probing: Probing, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Test before training")
        self._controller, self._probing = controller, probing
        self.trial = TRIALS[0]
        self.answer: Answer | None = None
        self.choice = Segmented([(trial.kind, trial.title) for trial in TRIALS], TRIALS[0].kind, name="Test")
        self.help = Paragraph("", 12, token="text2")
        self.chart = ChartCard("Loss", x_name="step")
        self.chip = Chip("")
        self.verdict = Paragraph("", 13)
        self.details = Paragraph("", 12, token="text2")
        self.progress = ProgressBar("Test")
        self.stop = Button("Stop", height=30)
        self.again = Button("Test again", "refresh", height=30)
        self.apply = Button("Apply", role="main", height=30)
        self._lay_out()
        self._connect()
        self._show_state()

    def begin(self, kind: str) -> None:
        """Make a test of the document as it is now; one that goes on is given up."""
        self.trial = trial_of(kind)
        self.choice.set_value(kind)
        self.help.setText(self.trial.help)
        self._clear()
        given = {"document": files.to_json(self._controller.document), "path": str(self._controller.path or "")}
        question = Question(kind, "", slot=SLOT, arguments=given)
        self._probing.ask(question, self._show, self._fail, self._tell)
        self.verdict.setText("Reading the data…")
        self._show_state()

    def done(self, result: int) -> None:
        self._probing.drop(SLOT)
        super().done(result)

    def sizeHint(self) -> QSize:
        return QSize(px(720), px(520))

    # What comes

    def _tell(self, done: int, total: int) -> None:
        self.verdict.setText(f"{done:,} of {total:,}")
        self.progress.set_fraction(done / total if total else 0.0)

    def _fail(self, sentence: str) -> None:
        self.chip.set_kind("error")
        self.chip.setText("Not tested")
        self.verdict.setText(sentence)
        announce(self.verdict, sentence)
        self._show_state()

    def _show(self, answer: Answer) -> None:
        self.answer = answer
        facts = answer.facts
        kind, word = _KINDS[facts["outcome"]]
        self.chip.set_kind(kind)
        self.chip.setText(word)
        self.verdict.setText(facts["sentence"])
        self.details.setText(details_of(self.trial, answer))
        announce(self.verdict, f"{self.trial.title}: {facts['sentence']}")
        self._draw(answer)
        self._show_state()

    def _draw(self, answer: Answer) -> None:
        trial, facts = self.trial, answer.facts
        series: tuple[Series, ...] = ("validation",) if len(trial.up) == 1 else ("steps", "validation")
        for name, way in zip(trial.up, series, strict=True):
            ys = answer.arrays[name]
            xs = answer.arrays[trial.across] if trial.across else np.arange(1.0, len(ys) + 1)
            self.chart.curve(CURVE, way, 0, "Trend" if len(trial.up) > 1 else "")
            if len(ys):
                self.chart.append(CURVE, way, xs, ys)
        if facts["setting"] and trial.across:
            self.chart.marker(facts["value"], f"{facts['value']:g}", CURVE)

    def _clear(self) -> None:
        trial = self.trial
        self.answer = None
        self.chart.remove(CURVE)
        self.chart.set_title(_WIDE[trial.up[0]])
        self.chart.set_x_name(trial.axis)
        self.chart.set_log_x(trial.log)
        self.chart.set_log(trial.kind == "gradients")
        self.chip.setText("")
        self.details.setText("")
        self.progress.set_fraction(0.0)

    def _apply(self) -> None:
        if self.answer is not None:
            facts = self.answer.facts
            training = applied(self._controller.document.training, facts["setting"], facts["value"])
            field = "optimizer" if facts["setting"] == RATE else facts["setting"]
            self._controller.apply(SetSection("training", training, field=field))
            self.apply.setEnabled(False)
            self.apply.setText("Applied")

    def _show_state(self) -> None:
        going_on = self._probing.asks(SLOT)
        self.progress.setVisible(going_on)
        self.stop.setVisible(going_on)
        self.again.setVisible(not going_on)
        self.chip.setVisible(bool(self.chip.text()))
        facts: dict[str, Any] = self.answer.facts if self.answer else {}
        self.apply.setVisible(bool(facts.get("setting")))
        if facts.get("setting"):
            words = "learning rate" if facts["setting"] == RATE else facts["setting"].replace("_", " ")
            self.apply.setEnabled(True)
            self.apply.setText(f"Set {words} to {facts['value']:g}")

    def _give_up(self) -> None:
        self._probing.drop(SLOT)
        self.verdict.setText("Stopped.")
        self._show_state()

    # Set up

    def _connect(self) -> None:
        self.choice.changed.connect(self.begin)
        self.stop.clicked.connect(self._give_up)
        self.again.clicked.connect(lambda: self.begin(self.trial.kind))
        self.apply.clicked.connect(self._apply)

    def _lay_out(self) -> None:
        self.chart.more.hide()
        self.progress.setFixedWidth(px(140))
        words = QHBoxLayout()
        words.setSpacing(px(10))
        words.addWidget(self.chip)
        words.addWidget(self.verdict, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(px(10))
        buttons.addWidget(self.progress)
        buttons.addStretch(1)
        for button in (self.stop, self.again, self.apply):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(px(20), px(18), px(20), px(18))
        column.setSpacing(px(12))
        column.addWidget(self.choice)
        column.addWidget(self.help)
        column.addWidget(self.chart, 1)
        column.addLayout(words)
        column.addWidget(self.details)
        column.addLayout(buttons)


def details_of(trial: Trial, answer: Answer) -> str:
    """What the curve does not say: the worst layers, the memory of batch sizes, which weights it began with."""
    facts, arrays = answer.facts, answer.arrays
    said = [facts.get("begun", "")]
    if "layers" in facts:
        pairs = sorted(zip(facts["layers"], arrays["errors"].tolist(), strict=True), key=lambda pair: -pair[1])
        rest = f" and {len(pairs) - MOST_LAYERS} more below" if len(pairs) > MOST_LAYERS else ""
        said.append("Worst: " + ", ".join(f"{name} {error:.1g}" for name, error in pairs[:MOST_LAYERS]) + rest)
    if "memory" in arrays:
        sizes = zip(arrays["sizes"].tolist(), arrays["memory"].tolist(), strict=True)
        memory = " · ".join(f"{size:,}: {mb:,.0f} MB" for size, mb in sizes)
        said.append(f"Memory by batch size: {memory}. {facts.get('end', '')}")
    return " ".join(sentence for sentence in said if sentence).strip()
