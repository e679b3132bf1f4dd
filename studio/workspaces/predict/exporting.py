"""Taking the run that answers away, in any format that there is: a menu of the registry, settings, and who writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QWidget

from models.storage import files
from studio.controllers.asking.export_settings import ask_settings
from studio.controllers.asking.probing import Probing
from studio.data.errors import DataError
from studio.exports import EXPORTS, ByProcess, ByWorker, Export, OfDocument, OfRun
from studio.running.apart import carried_out
from studio.running.preflight import ask_for_data
from studio.runs.errors import RunError
from studio.services import dialogs
from studio.services.background import Queue
from studio.services.settings import Settings
from studio.workspaces.inspect.subject import Opened
from widgets.controls.note import Kind
from widgets.theme import Menu

Say = Callable[[Kind, str], object]


class RunExporter(QObject):
    """Asks for a place and has a run written there; ``say`` gets what came of it."""

    def __init__(self, page: QWidget, probing: Probing, settings: Settings, say: Say) -> None:
        super().__init__(page)
        self._page, self._probing, self._settings, self._say = page, probing, settings, say
        self._queue = Queue(self)

    def open_menu(self, beside: QWidget, opened: Opened, checkpoint: str) -> Menu:
        """Offer each export of a run beneath a button."""
        menu = Menu(self._page)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind in of_runs():
            menu.addAction(f"{kind.title[0].upper()}{kind.title[1:]}…", partial(self.ask, kind, opened, checkpoint))
        menu.popup(beside.mapToGlobal(QPoint(0, beside.height())))
        return menu

    def ask(self, kind: type[Export], opened: Opened, checkpoint: str) -> None:
        """Ask for the settings of a kind of export, then where to."""
        ask_settings(self._page, kind, self._settings, partial(self._ask_where, opened, checkpoint))

    def _ask_where(self, opened: Opened, checkpoint: str, export: Export) -> None:
        title, start = f"Export {export.title}", Path.home() / f"{opened.folder.name}{export.suffix}"
        write = partial(self.write, export, opened, checkpoint)
        if export.suffix:
            dialogs.ask_save(self._page, title, start, export.files, export.suffix.removeprefix("."), write)
        else:
            dialogs.ask_folder(self._page, title, Path.home(), lambda folder: write(folder / opened.folder.name))

    def write(self, export: Export, opened: Opened, checkpoint: str, path: Path) -> None:
        """Have the run written."""
        self._say("info", f"Writing {path.name}…")
        show = partial(self._show, path)
        if isinstance(export, ByWorker):
            self._have_asked(export, opened, checkpoint, path)
        elif isinstance(export, ByProcess):
            order = export.of_run(opened.folder.path, checkpoint, path, opened.trust)
            self._run(lambda: carried_out(order), show)
        else:
            assert isinstance(export, OfRun)
            work = partial(export.write, opened.folder, checkpoint, path)
            self._run(work, lambda _: show({}))

    def _have_asked(self, export: ByWorker, opened: Opened, checkpoint: str, path: Path) -> None:
        """Have a worker write it, once the data may be read if it is asked."""
        question = export.question(opened.folder.path, checkpoint, path)

        def put(_: None) -> None:
            show, failed = (lambda answer: self._show(path, export.told(answer.facts))), partial(self._say, "error")
            self._probing.ask(question, show, failed)

        self._run(partial(_may_be_read, opened) if export.scores else lambda: None, put)

    def _run(self, work: Callable[[], Any], then: Callable[[Any], object]) -> None:
        expected = (RunError, DataError, files.FileError, OSError)
        self._queue.run(work, then, lambda error: self._say("error", str(error)), expected)

    def _show(self, path: Path, facts: Mapping[str, Any]) -> None:
        """Say what was written, and what it comes to."""
        figures = "; ".join(f"{name} {before} → {after}" for name, before, after in facts.get("figures", ()))
        said = [f"Wrote {path}.", f"{figures}." if figures else "", *facts.get("notes", ())]
        self._say("info", " ".join(filter(None, said)))


def of_runs() -> list[type[Export]]:
    """The exports of what a run has learned."""
    return [kind for kind in EXPORTS.values() if not issubclass(kind, OfDocument)]


def _may_be_read(opened: Opened) -> None:
    """Raise `DataError` where the data of a run must be allowed first."""
    ask_for_data(opened.folder, files.read_whole(opened.folder.document_path))
