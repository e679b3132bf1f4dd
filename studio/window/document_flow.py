"""Opening, saving and closing as a person does it: asks for names and about unsaved edits, and says what failed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from models.document import Document
from models.storage.journal import Recovery
from studio.controllers.coding.code_file import CodeFile
from studio.controllers.document_files import Then
from studio.controllers.documents import DocumentController
from studio.services import dialogs
from studio.services.commands import Command
from studio.services.message import Action, Kind, Message
from studio.workspaces.train.table.sent import holds_runs

Act = Callable[[], object]


class DocumentFlow(QObject):
    """The questions between a person and the document's files. `shown` follows a document that was opened to be seen.

    Nothing that replaces the document happens before the present one is safe: unsaved edits are asked about, a save
    that is under way is waited for.
    """

    shown = Signal()
    run_wanted = Signal(object)

    def __init__(self, window: QWidget, controller: DocumentController) -> None:
        super().__init__(window)
        self._window, self._controller = window, controller
        self.code = CodeFile(controller, self)
        self._waiting: Act | None = None
        self._closing = self._run_may_end = False
        controller.saved.connect(self._on_saved)
        controller.save_failed.connect(self._say_not_saved)
        controller.replace_asked.connect(self._ask_replace)
        controller.changed_elsewhere.connect(self._offer_again)
        controller.edited_meanwhile.connect(self.when_safe)

    def commands(self) -> list[Command]:
        """What begins, opens and saves."""
        return [
            Command("new", "File", "New network", ("Ctrl+N",), self.new),
            Command("open", "File", "Open…", ("Ctrl+O",), self.ask_open),
            Command("save", "File", "Save", ("Ctrl+S",), self.save),
            Command("save-as", "File", "Save as…", ("Ctrl+Shift+S",), self.ask_save_as),
            *self.code.commands(),
        ]

    # Opening

    def new(self, template: str | None = None, then: Then | None = None) -> None:
        """Begin another network, empty or from a template."""
        self.when_safe(lambda: self._controller.new(template, then or self.shown.emit))

    def ask_open(self) -> None:
        """Ask for a document and open it."""
        path = self._controller.path
        dialogs.ask_open(
            self._window, "Open a network or a run", path.parent if path else Path.home(), dialogs.OPENED, self.open
        )

    def open(self, path: Path) -> None:
        """Open a document; a run that comes as a file is wanted elsewhere (`run_wanted`)."""
        if holds_runs(path):
            self.run_wanted.emit(path)
            return
        self.when_safe(lambda: self._controller.open(path, self.shown.emit))

    def show_run(self, document: Document, title: str, then: Then | None = None) -> None:
        """Open a network as it was trained."""
        self.when_safe(lambda: self._controller.show_run(document, title, then or self.shown.emit))

    @property
    def is_blank(self) -> bool:
        """Whether what is open is nothing yet: the empty document of a start."""
        document = self._controller.document
        return self._controller.path is None and not document.is_modified and not document.network.nodes

    def recover(self, recovery: Recovery, then: Then) -> None:
        """Take up unsaved work of a session that is gone."""

        def taken_up() -> None:
            self.shown.emit()
            then()

        self.when_safe(lambda: self._controller.recover(recovery, taken_up))

    # Saving

    def save(self, then: Then | None = None) -> None:
        """Save, asking for a name if there is none; ``then`` follows only where it was saved."""
        if self._controller.path is None:
            self.ask_save_as(then)
        else:
            self._controller.save(then)

    def ask_save_as(self, then: Then | None = None) -> None:
        """Ask for a name and save."""
        start = self._controller.path or Path.home() / f"{self._controller.title}.netloom"
        dialogs.ask_save(
            self._window,
            "Save the network",
            start,
            dialogs.FILES,
            "netloom",
            lambda path: self._controller.save_as(path, then),
        )

    # Nothing is lost

    def when_safe(self, act: Act) -> None:
        """Do something that replaces the document, once the present one is on the disk or not wanted any more."""
        if self._controller.is_saving:
            self._waiting = act
        elif not self._controller.document.is_modified:
            act()
        else:
            dialogs.ask_unsaved(self._window, self._controller.title, lambda answer: self._answered(answer, act))

    def may_close(self, run: str = "") -> bool:
        """Whether the window may close now; if not, it closes itself as soon as the document is safe.

        ``run`` is a sentence on a run that goes on, and would end with the window.
        """
        if run and not (self._closing or self._run_may_end):
            name = self._controller.title if self._controller.document.is_modified else ""
            dialogs.ask_quit(self._window, run, name, self._answered_quit)
            return False
        self._run_may_end = False
        if self._closing or not (self._controller.is_saving or self._controller.document.is_modified):
            return True
        self.when_safe(self._close)
        if self._controller.is_saving:
            text = f"Netloom closes when {self._controller.title} is saved."
            self._say(text, "info", (("Close without waiting", self._close),))
        return False

    def _answered(self, answer: str, act: Act) -> None:
        if answer == "save":
            self.save(then=lambda: self.when_safe(act))
        elif answer == "discard":
            act()

    def _answered_quit(self, answer: str) -> None:
        if answer == "stop":
            self._run_may_end = True
            self._window.close()
        else:
            self._answered(answer, self._close)

    def _close(self) -> None:
        self._closing = True
        self._window.close()

    def _on_saved(self) -> None:
        if self._waiting and not self._controller.is_saving:
            act, self._waiting = self._waiting, None
            self.when_safe(act)

    def _say(self, text: str, kind: Kind, actions: tuple[Action, ...]) -> None:
        self._controller.said.emit(Message(text, kind, actions))

    def _say_not_saved(self, sentence: str) -> None:
        self._waiting = None
        self._say(sentence, "error", (("Save elsewhere…", self.ask_save_as),))

    def _ask_replace(self, sentence: str) -> None:
        self._waiting = None
        path = self._controller.path
        assert path is not None
        replace = ("Replace it", lambda: self._controller.save_as(path))
        self._say(sentence, "warning", (replace, ("Save elsewhere…", self.ask_save_as)))

    def _offer_again(self, sentence: str) -> None:
        if path := self._controller.path:
            self._say(sentence, "warning", (("Open it again", lambda: self.open(path)),))
