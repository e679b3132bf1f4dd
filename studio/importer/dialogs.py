"""What is asked before a file of Python is run, and the report of what came of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from models.importers import Report
from studio.importer.wanted import Wanted
from studio.running.holding import ENDINGS
from studio.running.importing import inputs_from
from studio.services import dialogs
from widgets.theme import px, round_dialog, round_menu

WARNING = (
    "It is run to see what it computes, in a process of its own with limits on time and memory, and on Linux without "
    "network and without your other files. That limits accidents and is no jail: run it only if you trust who wrote it."
)
WEIGHTS = f"Weights ({' '.join(f'*{ending}' for ending in ENDINGS)})"
SIZES = "Without the batch: 3x224x224, 128:int, scalar; mask=128 by name."


class ImportQuestion(QDialog):
    """Says that a file is a program, and asks how to call the network in it."""

    def __init__(
        self, parent: QWidget, file: Path, target: str, wanted: Wanted, then: Callable[[Wanted], object]
    ) -> None:
        super().__init__(parent)
        self._start = file.parent
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import PyTorch code")
        layout = QVBoxLayout(self)
        for text in (f"{file.name} is a program.", WARNING):
            layout.addWidget(QLabel(text, textFormat=Qt.TextFormat.PlainText, wordWrap=True))
        self.inputs = _line(wanted.inputs, "Input sizes", SIZES)
        self.name = _line(wanted.name, "Network", "Class, function or variable; empty where there is one alone.")
        self.arguments = _line(wanted.arguments, "Arguments", 'As JSON: {"num_classes": 10}; empty for none.')
        self.weights = _line(wanted.weights, "Weights", "A state dict or safetensors, by name; empty for its own.")
        form = QFormLayout()
        for line in (self.inputs, self.name, self.arguments, self.weights):
            form.addRow(line.accessibleName(), self._with_files(line) if line is self.weights else line)
            form.addRow("", QLabel(line.toolTip(), textFormat=Qt.TextFormat.PlainText, wordWrap=True))
        layout.addLayout(form)
        layout.addWidget(QLabel(f"The document and its weights are written beside it, as {target}.", wordWrap=True))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self.run = buttons.addButton("Run and import", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.inputs.textChanged.connect(self._check)
        self.accepted.connect(lambda: then(self.wanted()))
        self._check()
        round_dialog(self)
        self.setMinimumWidth(px(460))

    def wanted(self) -> Wanted:
        """What was typed."""
        lines = (self.inputs, self.name, self.arguments, self.weights)
        return Wanted(*(line.text().strip() for line in lines))

    def _with_files(self, line: QLineEdit) -> QHBoxLayout:
        """A line with a button that asks for a file."""
        row = QHBoxLayout()
        row.addWidget(line)
        choose = QPushButton("Choose…")
        choose.setAccessibleName("Choose a file of weights")
        choose.setMinimumHeight(px(28))
        choose.clicked.connect(self._choose)
        row.addWidget(choose)
        return row

    def _choose(self) -> None:
        def chosen(path: Path) -> None:
            self.weights.setText(str(path))

        dialogs.ask_open(self, "File of weights", self._start, WEIGHTS, chosen)

    def _check(self) -> None:
        self.run.setEnabled(bool(inputs_from(self.inputs.text())))


class ImportReport(QDialog):
    """The report of an import."""

    def __init__(self, parent: QWidget, report: Report) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Imported {report.source:.40}")
        layout = QVBoxLayout(self)
        self.verdict = QLabel(textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        layout.addWidget(self.verdict)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName("Report")
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        round_menu(self.text)
        layout.addWidget(self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.reject)
        layout.addWidget(buttons)
        self.tell(report)
        round_dialog(self)
        self.resize(px(640), px(360))

    def tell(self, report: Report) -> None:
        """Show a report, in place of one that knew less."""
        self.verdict.setText(report.verdict())
        self.text.setPlainText(report.as_text())


def _line(text: str, name: str, tip: str) -> QLineEdit:
    line = QLineEdit(text)
    line.setAccessibleName(name)
    line.setToolTip(tip)
    line.setMinimumHeight(px(28))
    round_menu(line)
    return line
