"""What can be compared from the window: the open network with git, a file or a run, two files, two runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from models.storage.files import FileError
from studio.controllers.documents import DocumentController
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.services import dialogs
from studio.services.background import Background
from studio.services.commands import Command
from studio.services.message import Message
from studio.versions import Version, in_git, of_run, on_disk

if TYPE_CHECKING:
    from studio.compare.window import CompareWindow

Read = Callable[[], Version]


def _trained(folder: Path) -> Version:
    return of_run(RunFolder.open(folder))


class Comparer:
    """Reads what is to be compared on a thread, and shows it. There is one such window at a time."""

    def __init__(self, window: QWidget, controller: DocumentController) -> None:
        self._window, self._controller = window, controller
        self._reading = Background(window)
        self.shown: CompareWindow | None = None

    def commands(self) -> list[Command]:
        """What opens the window."""
        return [
            Command("compare-git", "File", "Compare with the last commit", (), self.with_git, enabled=self._has_file),
            Command("compare-file", "File", "Compare with another network…", (), self.ask_other),
            Command("compare-files", "File", "Compare two networks…", (), self.ask_two),
        ]

    @property
    def is_busy(self) -> bool:
        """Whether something is still read."""
        return self._reading.is_busy

    def with_git(self) -> None:
        """Compare what git has of the open document (HEAD) with the network as it is now."""
        path = self._controller.path
        if path is not None:
            self._read([lambda: in_git(path)], lambda sides: self._show(sides[0], self._open()))

    def with_file(self, path: Path) -> None:
        """Compare the open network with another document."""
        self._read([lambda: on_disk(path)], lambda sides: self._show(self._open(), sides[0]))

    def files(self, first: Path, second: Path) -> None:
        """Compare two documents."""
        self._read([lambda: on_disk(first), lambda: on_disk(second)], lambda sides: self._show(sides[0], sides[1]))

    def runs(self, *folders: Path) -> None:
        """Compare what two runs trained, or what one did with the open network as it is now."""
        both = folders if len(folders) == 2 else ()
        read = [partial(_trained, folder) for folder in folders]
        self._read(read, lambda sides: self._show(sides[0], sides[1] if both else self._open(), both))

    def ask_other(self) -> None:
        """Ask for a document to compare the open one with."""
        self._ask("Compare with", self.with_file)

    def ask_two(self) -> None:
        """Ask for two documents to compare."""
        self._ask("Compare: the older network", lambda one: self._ask("With: the newer network", self._second(one)))

    def close(self) -> None:
        """Want nothing any more."""
        self._reading.forget()
        if self.shown:
            self.shown.close()

    def _second(self, first: Path) -> Callable[[Path], None]:
        return lambda second: self.files(first, second)

    def _ask(self, title: str, then: Callable[[Path], object]) -> None:
        path = self._controller.path
        dialogs.ask_open(self._window, title, path.parent if path else Path.home(), dialogs.FILES, then)

    def _has_file(self) -> bool:
        return self._controller.path is not None

    def _open(self) -> Version:
        return Version(f"{self._controller.title}, as it is now", self._controller.document, [])

    def _read(self, sides: Sequence[Read], show: Callable[[list[Version]], None]) -> None:
        def failed(error: Exception) -> None:
            self._controller.said.emit(Message(str(error), "error"))

        self._reading.run(lambda: [read() for read in sides], show, failed, (FileError, RunError))

    def _show(self, left: Version, right: Version, runs: Sequence[Path] = ()) -> None:
        if self.shown:
            self.shown.close()
        problems = [f"{side.title}: {problem}" for side in (left, right) for problem in side.problems]
        if problems:
            more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
            self._controller.said.emit(Message(f"{problems[0]}{more}", "warning"))
        # Its canvases and lists are loaded with the first comparison: the window need not wait for them.
        from studio.compare.window import CompareWindow

        self.shown = CompareWindow(self._controller, left, right, self._window, runs)
        self.shown.closed.connect(self._forget)
        self.shown.show()
        self.shown.list.setFocus()

    def _forget(self) -> None:
        self.shown = None
