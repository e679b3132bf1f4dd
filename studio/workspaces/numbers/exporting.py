"""Taking the worked steps away, as Markdown, LaTeX or PDF: with every number, or as a sheet to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from models.byhand import report
from models.byhand.exercise import SECTION, Exercise
from models.byhand.walk import Walk
from models.document import Document
from models.storage import atomic, files
from models.training import TrainingSettings
from studio.services import dialogs
from studio.services.background import Queue
from widgets.controls.note import Kind
from widgets.numbers.sheet import as_pdf
from widgets.theme import Menu

Say = Callable[[Kind, str], object]
Parts = Iterable[report.Part]
FORMS: dict[str, tuple[str, str, Callable[[Parts, str], bytes]]] = {
    "pdf": ("PDF", "PDF files (*.pdf)", as_pdf),
    "md": ("Markdown with formulas", "Markdown files (*.md)", lambda parts, _: report.as_markdown(parts).encode()),
    "tex": ("LaTeX", "LaTeX files (*.tex)", lambda parts, _: report.as_latex(parts).encode()),
}
"""By ending: the words, the filter of the dialog, and what makes the file of parts and a title."""


def content_of(document: Mapping[str, Any], walk: Walk, title: str, suffix: str, with_gaps: bool = False) -> bytes:
    """The worked steps as a file; ``with_gaps`` leaves out what is hidden, and what would give it away.

    ``document`` is one as JSON data: writing takes seconds for a larger network, and is done in a thread.
    """
    taken, _ = files.from_json(dict(document))
    settings, _ = TrainingSettings.read(taken.training)
    hidden = Exercise.read(taken.content.section(SECTION)).hidden if with_gaps else ()
    heading = f"{title}, to fill in" if with_gaps else f"{title}, worked by hand"
    return FORMS[suffix][2](report.Writer(taken.network, settings, walk, hidden).parts(heading), heading)


def ask_export(page: QWidget, beside: QWidget, say: Say, document: Document, walk: Walk, title: str) -> Menu:
    """Offer the forms, each as a file, Markdown for the clipboard as well; ``say`` gets what becomes of it."""
    menu, taken = Menu(page), files.to_json(document)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def ask(suffix: str, with_gaps: bool) -> None:
        words, filters, _ = FORMS[suffix]
        write = partial(_write, page, say, partial(content_of, taken, walk, title, suffix, with_gaps))
        name = f"{title} to fill in.{suffix}" if with_gaps else f"{title}.{suffix}"
        dialogs.ask_save(page, f"Export as {words}", Path.home() / name, filters, suffix, write)

    for suffix, (words, _, _) in FORMS.items():
        menu.addAction(f"{words}…", partial(ask, suffix, False))
    menu.addAction("Copy as Markdown", lambda: _copy(page, partial(content_of, taken, walk, title, "md")))
    if Exercise.read(document.content.section(SECTION)).hidden:
        menu.addSeparator()
        for suffix, (words, _, _) in FORMS.items():
            menu.addAction(f"Sheet to fill in, as {words}…", partial(ask, suffix, True))
    menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
    return menu


def _write(page: QWidget, say: Say, make: Callable[[], bytes], path: Path) -> None:
    def failed(error: Exception) -> None:
        say("error", f"Could not write {path.name}: {atomic.reason(error) if isinstance(error, OSError) else error}.")

    say("info", f"Writing {path.name}…")
    done = partial(say, "info", f"Wrote {path.name}.")
    Queue(page).run(lambda: atomic.replace_file(path, make()), lambda _: done(), failed, (OSError,))


def _copy(page: QWidget, make: Callable[[], bytes]) -> None:
    Queue(page).run(make, lambda content: QGuiApplication.clipboard().setText(content.decode()))
