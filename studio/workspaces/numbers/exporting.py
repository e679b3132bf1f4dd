"""Taking the worked steps away, as Markdown or LaTeX."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from models.byhand import report
from models.byhand.walk import Walk
from models.document import Document
from models.storage import atomic
from models.training import TrainingSettings
from studio.services import dialogs
from studio.services.background import Queue
from widgets.theme import Menu

Say = Callable[[str], object]
FORMS = {
    "md": ("Markdown with formulas", "Markdown files (*.md)", report.as_markdown),
    "tex": ("LaTeX", "LaTeX files (*.tex)", report.as_latex),
}


def text_of(document: Document, walk: Walk, title: str, suffix: str) -> str:
    """The worked steps as text."""
    settings, _ = TrainingSettings.read(document.training)
    return FORMS[suffix][2](report.parts(document.network, settings, walk, f"{title}, worked by hand"))


def ask_export(page: QWidget, beside: QWidget, say: Say, document: Document, walk: Walk, title: str) -> Menu:
    """Offer the forms, each as a file, Markdown for the clipboard as well; ``say`` gets a sentence where one fails."""
    menu = Menu(page)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def ask(suffix: str) -> None:
        words, filters, _ = FORMS[suffix]
        write = partial(_write, page, say, text_of(document, walk, title, suffix))
        dialogs.ask_save(page, f"Export as {words}", Path.home() / f"{title}.{suffix}", filters, suffix, write)

    for suffix, (words, _, _) in FORMS.items():
        menu.addAction(f"{words}…", partial(ask, suffix))
    menu.addAction("Copy as Markdown", lambda: _copy(text_of(document, walk, title, "md")))
    menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
    return menu


def _write(page: QWidget, say: Say, text: str, path: Path) -> None:
    def failed(error: Exception) -> None:
        say(f"Could not write {path.name}: {atomic.reason(error) if isinstance(error, OSError) else error}.")

    Queue(page).run(lambda: atomic.replace_file(path, text.encode()), on_error=failed, expected=(OSError,))


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
