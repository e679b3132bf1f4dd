"""Questions to the user: which file to open, where to save, what to do with unsaved changes. None of them blocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QInputDialog,
    QLabel,
    QMessageBox,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from widgets.theme import px, round_dialog, round_menu

FILES = "Netloom documents (*.netloom);;All files (*)"
OPENED = "Networks and runs (*.netloom *.netloomrun *tfevents*);;All files (*)"


def ask_open(parent: QWidget, title: str, start: Path, filters: str, then: Callable[[Path], object]) -> QFileDialog:
    """Ask for a file to read and hand it to ``then``."""
    dialog = _file_dialog(parent, title, start, filters, then)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()
    return dialog


def ask_folder(parent: QWidget, title: str, start: Path, then: Callable[[Path], object]) -> QFileDialog:
    """Ask for a folder and hand it to ``then``."""
    dialog = _file_dialog(parent, title, start, "", then)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    dialog.open()
    return dialog


def ask_save(
    parent: QWidget, title: str, start: Path, filters: str, suffix: str, then: Callable[[Path], object]
) -> QFileDialog:
    """Ask where to write and hand the place to ``then``; replacing a file is confirmed by the dialog."""
    dialog = _file_dialog(parent, title, start.parent, filters, then)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suffix)
    dialog.selectFile(start.name)
    dialog.open()
    return dialog


def ask_text(parent: QWidget, title: str, label: str, text: str, then: Callable[[str], object]) -> QInputDialog:
    """Ask for a line of text and hand it to ``then``."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(title)
    dialog.setLabelText(label)
    dialog.setTextValue(text)
    dialog.textValueSelected.connect(then)
    round_dialog(dialog)
    dialog.open()
    return dialog


def ask_unsaved(parent: QWidget, name: str, then: Callable[[str], object]) -> QMessageBox:
    """Ask what to do with unsaved changes; ``then`` gets "save", "discard" or "cancel"."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Netloom")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Save the changes to {name}?")
    box.setInformativeText("What is not saved is lost when the network is closed.")
    buttons = QMessageBox.StandardButton
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answers = {buttons.Save: "save", buttons.Discard: "discard"}
    box.buttonClicked.connect(lambda button: then(answers.get(box.standardButton(button), "cancel")))
    _fit_buttons(box)
    box.open()
    return box


def ask_quit(parent: QWidget, run: str, name: str, then: Callable[[str], object]) -> QMessageBox:
    """Ask whether a run may end with the window, ``run`` being a sentence on it, and what to do with unsaved changes to
    the network called ``name`` ("" for none); ``then`` gets "save", "discard", "stop" or "cancel"."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Netloom")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(f"Stop the run, and save the changes to {name}?" if name else "Stop the run?")
    box.setInformativeText(f"{run} It keeps a checkpoint, from which it can be resumed.")
    roles = QMessageBox.ButtonRole
    if name:
        answers = {"save": ("Stop and save", roles.AcceptRole), "discard": ("Stop and discard", roles.DestructiveRole)}
    else:
        answers = {"stop": ("Stop and quit", roles.AcceptRole)}
    buttons = {box.addButton(words, role): answer for answer, (words, role) in answers.items()}
    box.setDefaultButton(next(iter(buttons)))
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.buttonClicked.connect(lambda button: then(buttons.get(button, "cancel")))
    _fit_buttons(box)
    box.open()
    return box


def _fit_buttons(box: QMessageBox) -> None:
    """Keep the words of buttons whole: a box is as wide as the least width of each, which the style gives to all."""
    for button in box.buttons():
        button.ensurePolished()
        words = button.fontMetrics().horizontalAdvance(button.text())
        button.setStyleSheet(f"min-width: {max(px(64), words)}px")


def ask_trust(parent: QWidget, text: str, difference: str, then: Callable[[], object]) -> QDialog:
    """Show how source from elsewhere differs from what was expected; ``then`` follows if it is to run all the same."""
    return _ask_with_source(parent, (text, _WHO_WROTE_IT), difference, then)


def ask_to_run(parent: QWidget, text: str, program: str, then: Callable[[], object]) -> QDialog:
    """Show a program that would be run with limits; ``then`` follows if it is to be."""
    return _ask_with_source(parent, (text, _WITH_LIMITS), program, then)


def _ask_with_source(parent: QWidget, sentences: Sequence[str], source: str, then: Callable[[], object]) -> QDialog:
    dialog = QDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle("Netloom")
    layout = QVBoxLayout(dialog)
    for sentence in sentences:
        label = QLabel(sentence, textFormat=Qt.TextFormat.PlainText, wordWrap=True)
        layout.addWidget(label)
    lines = QPlainTextEdit(source, readOnly=True, lineWrapMode=QPlainTextEdit.LineWrapMode.NoWrap)
    lines.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    round_menu(lines)
    layout.addWidget(lines)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
    buttons.addButton("Run it", QDialogButtonBox.ButtonRole.AcceptRole)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    layout.addWidget(buttons)
    dialog.accepted.connect(then)
    dialog.resize(760, 480)
    dialog.open()
    # With the dialog in sight: what takes the default before that may lose it to the first button, which says yes.
    buttons.button(QDialogButtonBox.StandardButton.Cancel).setDefault(True)
    return dialog


_WHO_WROTE_IT = (
    "An older Netloom may have written it, or somebody else. Such code can do on this computer whatever you can do: "
    "read the lines below, and run it only if you trust where they come from."
)
_WITH_LIMITS = (
    "It runs in a process of its own with limits on time and memory, and on Linux without network and without your "
    "other files. That limits accidents and is no jail: read the lines below, and run it only if you trust who wrote "
    "them."
)


def _file_dialog(parent: QWidget, title: str, start: Path, filters: str, then: Callable[[Path], object]) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(start), filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    round_dialog(dialog)
    return dialog
