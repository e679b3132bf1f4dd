"""Taking the worked steps away, as Markdown, LaTeX or PDF: with every number, or as a sheet to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any, Protocol

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from models.byhand import report
from models.byhand.exercise import SECTION, Exercise
from models.byhand.walk import Walk
from models.document import Document
from models.storage import atomic, files
from models.training import TrainingSettings
from studio.services import dialogs
from studio.services.background import Queue
from widgets.controls.note import Kind, Note
from widgets.numbers.sheet import as_pdf
from widgets.theme import Menu


class Say(Protocol):
    """Says something with what can be done about it; gives the note that it stands in."""

    def __call__(
        self, kind: Kind, sentence: str, actions: Iterable[tuple[str, Callable[[], object]]] = ()
    ) -> Note | None: ...


Parts = Iterable[report.Part]
Tell = Callable[[int, int], object]
FORMS: dict[str, tuple[str, str, Callable[[Parts, str], bytes]]] = {
    "pdf": ("PDF", "PDF files (*.pdf)", as_pdf),
    "md": ("Markdown with formulas", "Markdown files (*.md)", lambda parts, _: report.as_markdown(parts).encode()),
    "tex": ("LaTeX", "LaTeX files (*.tex)", lambda parts, _: report.as_latex(parts).encode()),
}
"""By ending: the words, the filter of the dialog, and what makes the file of parts and a title."""


class Stopped(Exception):
    """The user wants no file any more."""


class Writing(QObject):
    """A file that is being written on a thread: how far it is, in a note with a button that stops it."""

    told = Signal(int)

    def __init__(self, page: QWidget, name: str) -> None:
        super().__init__(page)
        self.note: Note | None = None
        self._name, self._percent = name, 0
        self._stopped = Event()
        self.told.connect(self._show)

    def stop(self) -> None:
        """Give it up before its next table."""
        self._stopped.set()

    def tell(self, done: int, total: int) -> None:
        """Say how many tables are written, from whatever thread; raises `Stopped` where nobody wants them."""
        if self._stopped.is_set():
            raise Stopped
        percent = 100 * done // max(total, 1)
        if percent != self._percent:
            self._percent = percent
            self.told.emit(percent)

    def _show(self, percent: int) -> None:
        if self.note is not None and isValid(self.note):
            self.note.set_text(f"Writing {self._name}: {percent} %")


def _unfollowed(done: int, total: int) -> None:
    """Let nobody know."""


def content_of(
    document: Mapping[str, Any], walk: Walk, title: str, suffix: str, with_gaps: bool = False, tell: Tell = _unfollowed
) -> bytes:
    """The worked steps as a file; ``with_gaps`` leaves out what is hidden, and what would give it away.

    ``document`` is one as JSON data: writing takes seconds for a larger network, and is done in a thread, which
    ``tell`` may follow and end.
    """
    taken, _ = files.from_json(dict(document))
    settings, _ = TrainingSettings.read(taken.training)
    hidden = Exercise.read(taken.content.section(SECTION)).hidden if with_gaps else ()
    heading = f"{title}, to fill in" if with_gaps else f"{title}, worked by hand"
    parts = report.Writer(taken.network, settings, walk, hidden).followed(heading, tell)
    return FORMS[suffix][2](parts, heading)


def ask_export(page: QWidget, beside: QWidget, say: Say, document: Document, walk: Walk, title: str) -> Menu:
    """Offer the forms, each as a file, Markdown for the clipboard as well; ``say`` gets what becomes of it."""
    menu, taken = Menu(page), files.to_json(document)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)

    def ask(suffix: str, with_gaps: bool) -> None:
        words, filters, _ = FORMS[suffix]
        make = partial(content_of, taken, walk, title, suffix, with_gaps)
        name = f"{title} to fill in.{suffix}" if with_gaps else f"{title}.{suffix}"
        dialogs.ask_save(
            page, f"Export as {words}", Path.home() / name, filters, suffix, partial(write, page, say, make)
        )

    for suffix, (words, _, _) in FORMS.items():
        menu.addAction(f"{words}…", partial(ask, suffix, False))
    menu.addAction("Copy as Markdown", lambda: _copy(page, partial(content_of, taken, walk, title, "md")))
    if Exercise.read(document.content.section(SECTION)).hidden:
        menu.addSeparator()
        for suffix, (words, _, _) in FORMS.items():
            menu.addAction(f"Sheet to fill in, as {words}…", partial(ask, suffix, True))
    menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
    return menu


def write(page: QWidget, say: Say, make: Callable[..., bytes], path: Path) -> Writing:
    """Write a file on a thread, with a note that says how far it is and can stop it; what was there stays till then."""
    writing = Writing(page, path.name)
    writing.note = say("info", f"Writing {path.name}…", [("Stop", writing.stop)])

    def failed(error: Exception) -> None:
        if isinstance(error, Stopped):
            say("info", f"{path.name} was not written.")
        else:
            why = atomic.reason(error) if isinstance(error, OSError) else error
            say("error", f"Could not write {path.name}: {why}.")

    done = partial(say, "info", f"Wrote {path.name}.")
    work = partial(atomic.replace_file, path)
    Queue(writing).run(lambda: work(make(tell=writing.tell)), lambda _: done(), failed, (OSError, Stopped))
    return writing


def _copy(page: QWidget, make: Callable[[], bytes]) -> None:
    Queue(page).run(make, lambda content: QGuiApplication.clipboard().setText(content.decode()))
