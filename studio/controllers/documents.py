"""The document of a window: what is open, under which name, what may be lost, and every edit of it."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from models.checks import findings
from models.checks.finding import Finding
from models.document import Document, DocumentChange
from models.document.edits import Edit, SetSection
from models.storage import files, journal, templates
from models.storage.process import Owner
from studio.controllers.file_watch import FileWatch, Stamp, stamp_of
from studio.services.message import Message


class DocumentController(QObject):
    """The open document and what happens to it. Never shows anything itself: it emits `said`.

    `opened` follows another document taking the place of the last one, `edited` each edit (a `DocumentChange`),
    `issues_changed` the list of findings, once per burst of edits, `named` a new name, path or saved state,
    `save_failed` why a file could not be written, `replace_asked` why replacing a file needs a second thought
    (`save_as` goes on with it), `changed_elsewhere` that another program wrote the open file.
    """

    opened = Signal()
    edited = Signal(object)
    issues_changed = Signal(object)
    named = Signal()
    said = Signal(object)
    save_failed = Signal(str)
    replace_asked = Signal(str)
    changed_elsewhere = Signal(str)
    journal_failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document()
        self.path: Path | None = None
        self.title = "untitled"
        self.issues: list[Finding] = []
        self._stamp: Stamp = None
        self._others: frozenset[Owner] = frozenset()
        self._damaged = False
        self._journal: journal.Journal | None = None
        self._checker = QTimer(self)
        self._checker.setSingleShot(True)
        self._checker.setInterval(0)
        self._checker.timeout.connect(self._check)
        self._watch = FileWatch(self)
        self._watch.opened_elsewhere.connect(self._say_shared)
        self._watch.changed.connect(
            lambda: self.changed_elsewhere.emit(f"{self._name} was changed by another program.")
        )
        self._watch.vanished.connect(self._say_vanished)
        # The journal writes on a thread of its own; a signal carries its complaint to this one.
        self.journal_failed.connect(lambda sentence: self.said.emit(Message(sentence, "warning")))
        self._adopt(self.document, None, "untitled")

    # Opening and closing

    def new(self, template: str | None = None) -> None:
        """Begin an empty document, or one from a template."""
        document = templates.load(template) if template else Document()
        self._adopt(document, None, template or "untitled")

    def open(self, path: Path) -> bool:
        """Open a file as far as it can be read; what cannot be read is said, and the present document stays."""
        try:
            document, problems = files.read(path)
        except files.FileError as error:
            self.said.emit(Message(str(error), "error"))
            return False
        self._adopt(document, path, path.stem)
        if problems:
            self._damaged = True
            document.mark_modified()
            first = str(problems[0])
            more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
            self.said.emit(Message(f"{path.name} was opened as far as it can be read. {first}{more}", "warning"))
        elif self._others:
            self._say_shared()
        return True

    def recover(self, recovery: journal.Recovery) -> bool:
        """Take up what a session that ended without closing had left; what cannot be read is said."""
        try:
            document = journal.load(recovery)
        except files.FileError as error:
            self.said.emit(Message(str(error), "error"))
            return False
        path = recovery.document_path
        self._adopt(document, path, path.stem if path else recovery.title)
        document.mark_modified()
        if path and _changed_at(path) > recovery.saved_at:
            self._stamp = None
        # A crash from here on finds the work in the new journal, or still in the old one.
        if self._journal and self._journal.flush():
            journal.discard(recovery)
        return True

    def show_run(self, document: Document, title: str) -> None:
        """Open a network as it was trained, as a new document."""
        self._adopt(document, None, title)

    def close(self) -> None:
        """Let go of the document; its journal is not needed any more."""
        self._watch.close()
        self._let_go()

    def _let_go(self) -> None:
        self._checker.stop()
        if self._journal:
            self._journal.close()
            self._journal = None

    def _adopt(self, document: Document, path: Path | None, title: str) -> None:
        self._let_go()
        self.document.changed.disconnect(self._on_changed)
        self.document.history_changed.disconnect(self.named.emit)
        self.document, self.path, self.title = document, path, title
        self._stamp, self._damaged = stamp_of(path), False
        self._others = self._watch.follow(path)
        document.changed.connect(self._on_changed)
        document.history_changed.connect(self.named.emit)
        self._journal = journal.Journal(document, path, title=title, on_failure=self.journal_failed.emit)
        self.issues = findings(document)
        self.opened.emit()
        self.issues_changed.emit(self.issues)
        self.named.emit()

    # Saving

    def save(self) -> bool:
        """Save under the present name; False if there is none, the file could not be written or asks for thought."""
        if self.path is None:
            return False
        if self._damaged:
            self.replace_asked.emit(f"{self.path.name} could not be read whole. Saving drops what was left out.")
        elif stamp_of(self.path) not in (None, self._stamp):
            self.replace_asked.emit(f"{self.path.name} was changed elsewhere since it was opened here.")
        else:
            return self.save_as(self.path)
        return False

    def save_as(self, path: Path) -> bool:
        """Save under a name; a failure loses nothing and is told by `save_failed`, so that another place is offered."""
        if self.path and self.path.parent != path.parent:
            self._keep_data_of(self.path.parent)
        try:
            files.write(self.document, path)
        except files.FileError as error:
            self.save_failed.emit(str(error))
            return False
        moved = path != self.path
        self.path, self.title = path, path.stem
        self._stamp, self._damaged = stamp_of(path), False
        self._watch.follow(path)
        self.document.mark_saved()
        if moved and self._journal:
            self._journal.close()
            self._journal = journal.Journal(self.document, path, title=path.stem, on_failure=self.journal_failed.emit)
        self.named.emit()
        return True

    def _keep_data_of(self, folder: Path) -> None:
        """Name the data's files by their absolute paths: the document leaves the folder where relative ones start."""
        from studio.data import with_absolute_paths

        settings = with_absolute_paths(self.document.data, folder)
        if settings != self.document.data:
            self.apply(SetSection("data", settings))

    # What happens to the file meanwhile

    @property
    def _name(self) -> str:
        return self.path.name if self.path else self.title

    def _say_shared(self) -> None:
        self.said.emit(Message(f"{self._name} is open in another window, too.", "warning"))

    def _say_vanished(self) -> None:
        self.said.emit(Message(f"{self._name} is not there any more. Saving writes it again.", "warning"))

    # Editing

    def apply(self, edit: Edit, merge: bool = False) -> bool:
        """Make an edit; one that cannot be made is said and changes nothing."""
        try:
            self.document.apply(edit, merge=merge)
        except ValueError as error:
            self.said.emit(Message(str(error), "warning"))
            return False
        return True

    def undo(self) -> None:
        """Take back the last edit."""
        self.document.undo()

    def redo(self) -> None:
        """Make the last undone edit again."""
        self.document.redo()

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(issue.severity == "error" for issue in self.issues)

    def _on_changed(self, change: DocumentChange) -> None:
        self._checker.start()
        self.edited.emit(change)

    def _check(self) -> None:
        self.issues = findings(self.document)
        self.issues_changed.emit(self.issues)


def _changed_at(path: Path) -> float:
    stamp = stamp_of(path)
    return stamp[2] / 1e9 if stamp else 0.0
