"""The document of a window: what is open, under which name, what may be lost, and every edit of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from models.document import Document, DocumentChange
from models.document.edits import Edit, SetSection
from models.findings.finding import Finding
from models.storage import files, journal
from models.storage.consent import CONSENT
from studio.controllers import document_files
from studio.controllers.document_files import ChangedElsewhere, Loading, Opened, Saved, Saving, Then
from studio.controllers.examination import BEHIND_THE_PICTURE, Examination
from studio.controllers.file_watch import NOTHING, FileWatch, Sight
from studio.controllers.knowledge import Knowledge
from studio.services.background import Background, Queue
from studio.services.commands import Command
from studio.services.message import Message


class DocumentController(QObject):
    """The open document and what happens to it. Never shows anything itself: it emits `said`.

    Files are read and written on threads. Of several documents that are asked for the last one is opened, when what is
    being saved is on the disk; saves follow one another. ``then`` is called where it went well.

    `opened` follows another document taking the place of the last one, `edited` each edit (a `DocumentChange`),
    `issues_changed` the list of findings, once per burst of edits or when more is known, `named` a new name, path or
    saved state, `saved` a path that was written, `save_failed` why a file could not be written, `replace_asked` why
    replacing a file needs a second thought (`save_as` goes on with it), `changed_elsewhere` that another program wrote
    the open file, `edited_meanwhile` carries what would put a document in the place of one that was edited while it
    was read, `busy_changed` follows the begin and the end of opening and saving.
    """

    opened = Signal()
    edited = Signal(object)
    issues_changed = Signal(object)
    named = Signal()
    said = Signal(object)
    saved = Signal(object)
    save_failed = Signal(str)
    replace_asked = Signal(str)
    changed_elsewhere = Signal(str)
    edited_meanwhile = Signal(object)
    busy_changed = Signal()
    journal_failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.document = Document()
        self.path: Path | None = None
        self.title = "untitled"
        self.issues: list[Finding] = []
        self.knowledge = Knowledge(self)
        self._seen: Sight = NOTHING
        self._damaged = False
        self._journal: journal.Journal | None = None
        self._opening, self._writing, self._errands = Background(self), Background(self), Queue(self)
        self._loading: Loading | None = None
        self._read: Opened | None = None
        self._saves: list[Saving] = []
        self._examination = Examination(self._subject, self)
        self._examination.found.connect(self._show_findings)
        self.knowledge.changed.connect(lambda: self.knowledge.note_files(self.document))
        self.knowledge.changed.connect(self._examination.begin)
        self._watch = FileWatch(self)
        self._watch.opened_elsewhere.connect(self._say_shared)
        self._watch.changed.connect(
            lambda: self.changed_elsewhere.emit(f"{self._name} was changed by another program.")
        )
        self._watch.vanished.connect(self._say_vanished)
        # The journal writes on a thread of its own; a signal carries its complaint to this one.
        self.journal_failed.connect(lambda sentence: self.said.emit(Message(sentence, "warning")))
        self._adopt(Opened(self.document, "untitled", None, NOTHING, [], []))
        self._examination.begin(BEHIND_THE_PICTURE)

    def commands(self) -> list[Command]:
        """Undo and redo."""
        return [
            Command("undo", "Edit", "Undo", ("Ctrl+Z",), self.undo, enabled=lambda: bool(self.document.undo_label)),
            Command(
                "redo", "Edit", "Redo", ("Ctrl+Shift+Z", "Ctrl+Y"), self.redo,
                enabled=lambda: bool(self.document.redo_label),
            ),
        ]  # fmt: skip

    # Opening and closing

    @property
    def is_saving(self) -> bool:
        """Whether something is still to be written."""
        return bool(self._saves)

    @property
    def place(self) -> Path | None:
        """The path of the open file without links in it."""
        return self._seen.place

    @property
    def opening(self) -> str:
        """The name of what is being opened, "" for nothing."""
        return self._loading.name if self._loading else ""

    def new(self, template: str | None = None, then: Then | None = None) -> None:
        """Begin an empty document, or one from a template."""
        if template:
            self._load(partial(document_files.from_template, template), then, template)
        else:
            self._put(document_files.fresh(), then)

    def open(self, path: Path, then: Then | None = None) -> None:
        """Open a file as far as it can be read; what cannot be read is said, and the present document stays."""
        self._load(partial(document_files.from_file, path), then, path.name)

    def recover(self, recovery: journal.Recovery, then: Then | None = None) -> None:
        """Take up what a session that ended without closing had left; what cannot be read is said."""

        def taken_up() -> None:
            self.document.mark_modified()
            self._keep_instead_of(recovery, then)

        self._load(partial(document_files.from_recovery, recovery), taken_up, recovery.title)

    def show_run(self, document: Document, title: str, then: Then | None = None) -> None:
        """Open a network as it was trained, as a new document."""
        self._put(document_files.fresh(document, title), then)

    def cancel_opening(self) -> None:
        """Keep the present document; what is being read is not wanted any more."""
        self._opening.drop()
        self._loading = self._read = None
        self.busy_changed.emit()

    def close(self) -> None:
        """Let go of the document, once it is saved where that is under way; its journal is not needed any more.

        A disk that takes too long is not waited for: then the journal stays, for the next start to offer.
        """
        self._loading = self._read = None
        self._watch.close()
        self._examination.stop()
        self.knowledge.close()
        self._writing.forget()
        if all(save.written for save in self._saves):
            self._let_go()
        self._opening.forget()
        self._errands.forget()

    def _load(self, job: Callable[[], Opened], then: Then | None, name: str) -> None:
        self._opening.drop()
        self._loading, self._read = Loading(job, then, name, self.document, self.document.state()), None
        self._go_on()

    def _put(self, opened: Opened, then: Then | None) -> None:
        """Take a document that needs no reading, once what is being saved is on the disk."""
        self._opening.drop()
        self._loading = Loading(lambda: opened, then, opened.title, self.document, self.document.state())
        self._read = opened
        self._go_on()

    def _on_read(self, opened: Opened) -> None:
        self._read = opened
        self._go_on()

    def _not_read(self, error: Exception) -> None:
        self._loading = None
        self.said.emit(Message(str(error), "error"))
        self.busy_changed.emit()

    def _go_on(self) -> None:
        """Do what comes next, one at a time: what waits to be saved, then to be read, then to be shown."""
        if self._saves:
            return
        loading, read = self._loading, self._read
        if loading and read is None and not self._opening.is_busy:
            self._opening.run(loading.job, self._on_read, self._not_read, (files.FileError,))
        elif loading and read:
            self._loading = self._read = None
            if loading.document is self.document and loading.state is self.document.state():
                self._take(read, loading.then)
            else:
                self.edited_meanwhile.emit(lambda: self._take(read, loading.then))
        self.busy_changed.emit()

    def _take(self, opened: Opened, then: Then | None) -> None:
        self._adopt(opened)
        if opened.problems:
            self._say_damaged(opened)
        elif opened.sight.others:
            self._say_shared()
        if then:
            then()

    def _say_damaged(self, opened: Opened) -> None:
        self._damaged = True
        self.document.mark_modified()
        more = f" And {len(opened.problems) - 1} more." if len(opened.problems) > 1 else ""
        text = f"{self._name} was opened as far as it can be read. {opened.problems[0]}{more}"
        self.said.emit(Message(text, "warning"))

    def _let_go(self) -> None:
        if self._journal:
            self._errands.run(self._journal.close, expected=(OSError,))
            self._journal = None

    def _adopt(self, opened: Opened) -> None:
        self._let_go()
        self._examination.stop()
        self.document.changed.disconnect(self._on_changed)
        self.document.history_changed.disconnect(self.named.emit)
        self.document, self.path, self.title = opened.document, opened.path, opened.title
        self._seen, self._damaged = opened.sight, False
        self._watch.follow(opened.path, opened.sight)
        self.document.changed.connect(self._on_changed)
        self.document.history_changed.connect(self.named.emit)
        self._keep_safe()
        self.issues = opened.issues
        self.knowledge.follow_document(self.document, self.base)
        self.opened.emit()
        self.issues_changed.emit(self.issues)
        self.named.emit()
        if self.knowledge.known:
            self._examination.begin()

    def _keep_safe(self) -> None:
        self._journal = journal.Journal(self.document, self.path, title=self.title, on_failure=self.journal_failed.emit)

    def _keep_instead_of(self, recovery: journal.Recovery, then: Then | None) -> None:
        """Let the new journal take over; a crash meanwhile finds the work in it, or still in the old one."""
        kept = self._journal
        assert kept is not None

        def take_over() -> None:
            if kept.flush():
                journal.discard(recovery)

        self._errands.run(take_over, lambda _: then() if then else None, expected=(OSError,))

    # Saving

    def save(self, then: Then | None = None) -> None:
        """Save under the present name, unless that asks for thought; does nothing if there is none."""
        if self.path is None:
            return
        if self._damaged:
            self.replace_asked.emit(f"{self.path.name} could not be read whole. Saving drops what was left out.")
        else:
            self._ask_save(None, then, replace=False)

    def save_as(self, path: Path, then: Then | None = None) -> None:
        """Save under a name; a failure loses nothing and is told by `save_failed`, so that another place is offered."""
        self._ask_save(path, then, replace=True)

    def _ask_save(self, path: Path | None, then: Then | None, *, replace: bool) -> None:
        # One that has not begun yet will write what there is when it does.
        waiting = next((save for save in self._saves[1:] if (save.path, save.replace) == (path, replace)), None)
        save = waiting or Saving(path, replace)
        if then:
            save.then.append(then)
        if waiting is None:
            self._saves.append(save)
        if len(self._saves) == 1:
            self._begin_saving()
            self.busy_changed.emit()

    def _begin_saving(self) -> None:
        save = self._saves[0]
        path = save.path or self.path
        assert path is not None
        if self.path and self.path.parent != path.parent:
            self._keep_data_of(self.path.parent)
        document, known = self.document, self._seen.stamp

        def write() -> Saved:
            saved = document_files.write(document, path, known, replace=save.replace)
            save.written = True
            return saved

        self._writing.run(write, self._on_saved, self._not_saved, (files.FileError, ChangedElsewhere))

    def _on_saved(self, saved: Saved) -> None:
        save = self._saves.pop(0)
        moved = saved.path != self.path
        self.path, self.title = saved.path, saved.path.stem
        self._seen, self._damaged = saved.sight, False
        self._watch.follow(saved.path, saved.sight)
        self.document.mark_saved(saved.state)
        if moved:
            self._let_go()
            self._keep_safe()
            self.knowledge.follow_document(self.document, self.base)
        self.named.emit()
        self.saved.emit(saved.path)
        self._after_saving()
        for then in save.then:
            then()

    def _not_saved(self, error: Exception) -> None:
        self._saves.pop(0)
        told = self.replace_asked if isinstance(error, ChangedElsewhere) else self.save_failed
        told.emit(str(error))
        self._after_saving()

    def _after_saving(self) -> None:
        if self._saves:
            self._begin_saving()
        else:
            self._go_on()

    def _keep_data_of(self, folder: Path) -> None:
        """Name the data's files by their absolute paths: the document leaves the folder where relative ones start."""
        from studio.data import with_absolute_paths

        before = self.document.data
        settings = with_absolute_paths(before, folder)
        if settings != before:
            CONSENT.carry((Path(value) for name, value in settings.items() if value != before[name]), folder)
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

    @property
    def base(self) -> Path | None:
        """The folder where the document's relative paths start, None while it lies in none."""
        return self.path.absolute().parent if self.path else None

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
        changes = [part for scope in change.scopes.values() for part in scope.network]
        if change.sections or any(part.what != "moved" for part in changes):
            self._examination.begin()
        self.edited.emit(change)

    def _subject(self) -> tuple[Document, tuple[object, ...]]:
        self.knowledge.follow_document(self.document, self.base)
        return self.document, self.knowledge.known

    def _show_findings(self, found: list[Finding]) -> None:
        self.issues = found
        self.issues_changed.emit(found)
