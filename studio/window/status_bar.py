"""The bar at the bottom: totals of the network on the left, findings and the state of the file on the right."""

from __future__ import annotations

from collections import Counter

from PySide6.QtCore import Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from models.analysis import Totals
from models.basics.quantities import bytes_text, count_text
from models.findings.finding import Finding
from widgets.basics.painted import painted
from widgets.controls import Button, ElidedLabel, Label, Mark, Separator, Themed, set_tip
from widgets.theme import color, px

SEVERITY_TOKENS = {"error": "error_line", "warning": "warning", "hint": "hint", "unknown": "text3"}


class StatusBar(Themed, QWidget):
    """28 high; every number has words beside it."""

    problems_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.parameters = Figure("parameters")
        self.cost = Figure("multiply-adds")
        self.memory = Figure("activations per example")
        self.uncounted = ElidedLabel("", 12, 400, "warning")
        self._severity = ""
        self.mark = Mark(self._severity_color, 8, (10, 24))
        self.findings = Button("", None, "text", height=24)
        self.worker = Label("", 12, 400, "text2")
        self.file = Label("", 12, 400, "text2")
        self.findings.clicked.connect(self.problems_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 0, 16, 0)
        row.setSpacing(10)
        self._row = row
        row.addWidget(self.parameters)
        row.addWidget(self.uncounted)
        self._optional = [self._add(item) for item in (self.cost, self.memory)]
        row.addStretch(1)
        findings = QHBoxLayout()
        findings.setSpacing(2)
        findings.addWidget(self.mark)
        findings.addWidget(self.findings)
        row.addLayout(findings)
        self._optional += [self._add(item) for item in (self.file, self.worker)]
        self.follow_theme()

    def _add(self, item: QWidget) -> tuple[QWidget, QWidget]:
        line = Separator(vertical=True)
        line.setFixedHeight(12)
        self._row.addWidget(line)
        self._row.addWidget(item)
        return line, item

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """Show as much as there is room for, rather than all of it cut; what matters least goes first."""
        margins = self._row.contentsMargins()
        room = self.width() - margins.left() - margins.right() - 4 * self._row.spacing()
        fixed: tuple[QWidget, ...] = (self.parameters, self.uncounted, self.mark, self.findings)
        for part in fixed:
            room -= 0 if part.isHidden() else part.sizeHint().width() + self._row.spacing()
        for line, item in self._optional:
            room -= item.sizeHint().width() + 2 * self._row.spacing() + 1
            for shown in (line, item):
                shown.setVisible(room >= 0)

    def show_totals(self, totals: Totals) -> None:
        """Show a network's sums; what is not known is named instead of counted."""
        learned = f" ({totals.trainable:,} trainable)" if totals.frozen else ""
        self.parameters.show_number(f"{totals.parameters:,}", f"parameters{learned}")
        self.cost.show_number(count_text(totals.multiply_adds))
        self.memory.show_number(bytes_text(totals.activation_bytes))
        names = totals.uncounted
        self.uncounted.setText(
            "" if not names else f"{names[0]} not counted" if len(names) == 1 else f"{len(names)} layers not counted"
        )
        self.uncounted.setVisible(bool(names))
        self._fit()

    def show_issues(self, issues: list[Finding], gap: str = "") -> None:
        """Show how many findings there are of each severity; with none it is ready, but for a ``gap`` in what is known,
        such as “The data is being read.”"""
        counts = Counter(issue.severity for issue in issues)
        worst_first = [severity for severity in ("error", "warning", "hint") if counts[severity]]
        words = [f"{counts[severity]} {severity}{'s' if counts[severity] > 1 else ''}" for severity in worst_first]
        self.findings.setText("   ".join(words) or ("Shapes checked" if gap else "Ready to train"))
        set_tip(self.findings, gap)
        self.findings.updateGeometry()
        self._severity = worst_first[0] if worst_first else "unknown" if gap else ""
        self.mark.update()
        self._fit()

    def _severity_color(self) -> QColor:
        """Of the worst finding, or of there being none."""
        return color(SEVERITY_TOKENS.get(self._severity, "good"))

    def show_worker(self, text: str) -> None:
        """Say what the training worker does."""
        self.worker.setText(text)
        self._fit()

    def show_file(self, text: str) -> None:
        """Say when the document was saved."""
        self.file.setText(text)
        self._fit()

    def restyle(self) -> None:
        self.setFixedHeight(px(28))
        self._fit()
        self.update()

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), color("panel"))
        painter.fillRect(0, 0, self.width(), 1, color("separator"))


class Figure(QWidget):
    """A number and, quieter, what it counts."""

    def __init__(self, what: str) -> None:
        super().__init__()
        self._number, self._what = Label("", 12, 600), Label(what, 12, 400, "text2")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._number)
        row.addWidget(self._what)

    def show_number(self, number: str, what: str = "") -> None:
        """Show another number, and of what, if that is another."""
        self._number.setText(number)
        self._what.setText(what or self._what.text())
        self.setAccessibleName(self.text())

    def text(self) -> str:
        """The number and its words."""
        return f"{self._number.text()} {self._what.text()}"
