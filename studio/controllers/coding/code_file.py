"""A file of the open document's code beside it, kept in step: edits of either come to the other."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QObject, QTimer

from models.document import DocumentChange
from models.document.content import CODE
from models.document.edits import SetSection
from models.storage import files
from studio.controllers.document_files import ChangedElsewhere
from studio.controllers.documents import DocumentController
from studio.controllers.file_watch import Stamp, stamp_of
from studio.services.background import Background
from studio.services.commands import Command
from studio.services.message import Action, Message

LOOK_MS = 1000
SEND_MS = 700
"""Milliseconds without an edit after which the file gets the code."""
BESIDE = "beside"
"""The entry of the section that keeps code, which tells that a file of it lies beside the document."""


class _Found(NamedTuple):
    """A file as it lies on the disk; ``content`` is None where there is none, or nobody needs it."""

    stamp: Stamp
    content: bytes | None = None


class CodeFile(QObject):
    """Looks at ``F.py`` beside ``F.netloom``, on a thread. What cannot be drawn, or was changed twice, is said once."""

    def __init__(self, controller: DocumentController, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._base = ""
        self._stamp: Stamp = None
        self._path: Path | None = None
        self._told: bytes | None = None
        self._disk = Background(self)
        self._timer = QTimer(self, interval=LOOK_MS)
        self._timer.timeout.connect(self._look)
        self._pause = QTimer(self, singleShot=True, interval=SEND_MS)
        self._pause.timeout.connect(lambda: self._look(always=True))
        controller.opened.connect(self._follow)
        controller.saved.connect(self._follow)
        controller.edited.connect(self._edited)
        self._follow()

    def commands(self) -> list[Command]:
        """The switch."""
        return [
            Command(
                "code-file", "File", "Keep code in step beside the document", (), self.toggle,
                enabled=lambda: self._controller.path is not None, checked=lambda: self.is_on,
            )
        ]  # fmt: skip

    @property
    def is_on(self) -> bool:
        """Whether a file is kept in step."""
        return self._controller.document.content.section(CODE).get(BESIDE) is True

    @property
    def path(self) -> Path | None:
        """The file; None for none."""
        path = self._controller.path
        return path.with_suffix(".py") if path is not None and self.is_on else None

    def toggle(self) -> None:
        """Keep a file in step, or no more; it stays where it is."""
        section = dict(self._controller.document.content.section(CODE))
        if self.is_on:
            section.pop(BESIDE)
        else:
            section[BESIDE] = True
        self._controller.apply(SetSection(CODE, section, field="code in step"))

    def close(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._pause.stop()
        self._disk.forget()

    def _follow(self) -> None:
        """Look at the file of another document, or under another name."""
        path = self.path
        if path == self._path and path is not None:
            return
        self._path, self._stamp, self._told, self._base = path, None, None, ""
        if path is None:
            self._timer.stop()
            self._pause.stop()
        else:
            from models.sources import kept_source  # which few documents need, and the first window does not

            self._base = kept_source(self._controller.document.content)
            self._timer.start()
            self._look(always=True)

    def _edited(self, change: DocumentChange) -> None:
        self._follow()
        if self._path is not None:
            self._pause.start()

    def _look(self, always: bool = False) -> None:
        path, seen = self._path, self._stamp
        if path is None or self._disk.is_busy:
            if path is not None and always:
                self._pause.start()
            return
        self._disk.run(
            lambda: _found(path, None if always else seen),
            self._arrived,
            lambda error: self._tell(str(error)),
            (OSError,),
        )

    def _arrived(self, found: _Found) -> None:
        fresh = found.content is not None or found.stamp is None
        self._stamp = found.stamp
        if fresh and self._path is not None:
            self._sync(found)

    def _sync(self, found: _Found, first: str = "") -> None:
        """Take over what the file says otherwise, and write what the document says otherwise."""
        from models.sources import CANVAS_FIRST, code_of, next_step

        document, content = self._controller.document, _text(found.content)
        present = code_of(document, self._controller.title).text
        if content is None or content == present or (first == CANVAS_FIRST and not self._base):
            self._write(present, found)
            return
        if not self._base and not first:
            self._ask(found, f"{self._name} is there already, and says something else.")
            return
        step = next_step(document, self._controller.title, content, self._base, first)
        if step.conflicts:
            self._ask(found, f"{self._name} and the canvas both changed line {step.conflicts[0]}.")
        elif step.problems:
            line, message = step.problems[0]
            self._tell(f"{self._name}, line {line}: {message}", found.content)
        elif step.edit is None or self._controller.apply(step.edit):
            self._write(code_of(document, self._controller.title).text, found)

    def _write(self, text: str, found: _Found) -> None:
        path, self._base, self._told = self._path, text, None
        if path is None or text == _text(found.content):
            return
        self._disk.run(lambda: _written(path, text, found), self._note, self._not_written, _REFUSED)

    def _note(self, stamp: Stamp) -> None:
        self._stamp = stamp

    def _not_written(self, error: Exception) -> None:
        if isinstance(error, ChangedElsewhere):
            self._stamp = None  # somebody was faster: look again
        else:
            self._tell(str(error))

    @property
    def _name(self) -> str:
        return self._path.name if self._path else ""

    def _ask(self, found: _Found, sentence: str) -> None:
        from models.sources import CANVAS_FIRST, CODE_FIRST

        def act(first: str) -> Callable[[], object]:
            return lambda: self._sync(found, first)

        actions = (("Take the code", act(CODE_FIRST)), ("Keep the canvas", act(CANVAS_FIRST)))
        self._tell(sentence, found.content, actions)

    def _tell(self, sentence: str, content: bytes | None = None, actions: tuple[Action, ...] = ()) -> None:
        """Say something about the content of the file, once."""
        if content is None or content != self._told:
            self._told = content
            self._controller.said.emit(Message(sentence, "warning", actions, waits=bool(actions)))


_REFUSED = (files.FileError, ChangedElsewhere, OSError)


def _found(path: Path, seen: Stamp) -> _Found:
    """A file as it is now, read where it is another than it was seen."""
    stamp = stamp_of(path)
    return _Found(stamp, path.read_bytes() if stamp is not None and stamp != seen else None)


def _written(path: Path, text: str, found: _Found) -> Stamp:
    """Write a file that is still as it was found, with the ends of lines that it has; None where somebody else has
    written it since."""
    if stamp_of(path) != found.stamp:
        raise ChangedElsewhere(path.name)
    windows = b"\r\n" in (found.content or b"")
    content = (text.replace("\n", "\r\n") if windows else text).encode()
    files.save_text(content, path)
    stamp = stamp_of(path)
    return stamp if path.read_bytes() == content else None  # somebody was at it at once: it is looked at again


def _text(content: bytes | None) -> str | None:
    """The text of a file; what is none becomes a text that no reader takes."""
    return None if content is None else content.decode("utf-8-sig", errors="replace").replace("\r\n", "\n")
