"""The window: composes bars, welcome and workspaces, and routes commands. Decisions lie in the controllers."""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from models.basics.quantities import ago_text
from studio.controllers.documents import DocumentController
from studio.controllers.exporting import Exporter
from studio.controllers.recovery import RecoveryOffer
from studio.controllers.training import TrainingController
from studio.services import dialogs, errors
from studio.services.garbage import GarbageCollector
from studio.services.message import Message
from studio.services.settings import Settings
from studio.welcome.page import Welcome
from studio.window.command_search import CommandSearch
from studio.window.command_table import commands_of
from studio.window.commands import Commands
from studio.window.file_drop import FileDrop, Takes, is_data, is_document
from studio.window.focus import HasPanels, tab, walk
from studio.window.messages import Messages
from studio.window.status_bar import StatusBar
from studio.window.top_bar import TopBar
from widgets.controls import Banner, announce

if TYPE_CHECKING:
    from studio.workspaces.data.workspace import DataWorkspace
    from studio.workspaces.design.workspace import DesignWorkspace
    from studio.workspaces.train.workspace import TrainWorkspace

SMALLEST = (1024, 640)
FIRST_SIZE = (1440, 900)
WARM_UP_AFTER, READ_AHEAD_AFTER = 100, 300
"""Milliseconds from the start until the worker is started, and until the code of the Design workspace is read."""


class MainWindow(QMainWindow):
    """One window, one document."""

    unexpected = Signal(str, str)

    def __init__(self, settings: Settings | None = None, path: Path | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self._garbage = GarbageCollector(self)
        self.controller = DocumentController(self)
        self.training = TrainingController(self.controller, self)
        self.exporter = Exporter(self, self.controller)
        self.commands = Commands(self, commands_of(self))
        self.top_bar = TopBar(self.commands.menu())
        self.banner = Banner()
        self.messages = Messages(self.banner)
        self.recovery = RecoveryOffer(self.controller, self._open_safely)
        self.status = StatusBar()
        self.file_drop = FileDrop(self, [Takes(is_document, self.open), Takes(is_data, self._use_data)])
        self.welcome = Welcome(self.settings)
        self.pages = QStackedWidget()
        self._workspaces: dict[str, QWidget] = {}
        self._saved_at: float | None = None
        self._closing = False
        self._lay_out()
        self._connect()
        self._show_document()
        self._start(path)

    # Pages

    def workspace(self, name: str) -> QWidget:
        """The workspace "data", "design" or "train", made when it is first asked for."""
        if name not in self._workspaces:
            self._workspaces[name] = self._make_workspace(name)
            self.pages.addWidget(self._workspaces[name])
        return self._workspaces[name]

    @property
    def design(self) -> DesignWorkspace:
        """The Design workspace."""
        return cast("DesignWorkspace", self.workspace("design"))

    def show_workspace(self, name: str) -> None:
        """Bring a workspace to the front."""
        widget = self.workspace(name)
        self.pages.setCurrentWidget(widget)
        self.top_bar.workspaces.set_value(name)
        self._show_bars(True)
        (self.design.canvas if name == "design" else widget).setFocus()

    def show_welcome(self) -> None:
        """Bring the welcome screen to the front; the document stays open behind it."""
        self.welcome.refresh()
        self.pages.setCurrentWidget(self.welcome)
        self._show_bars(False)

    def _make_workspace(self, name: str) -> QWidget:
        # Each loads with the first look at it, not with the window.
        if name == "design":
            from studio.workspaces.design.workspace import DesignWorkspace

            design = DesignWorkspace(self.controller, self.settings)
            design.export_requested.connect(self.exporter.ask_module)
            return design
        if name == "data":
            from studio.workspaces.data.workspace import DataWorkspace

            return DataWorkspace(self.controller, self.settings)
        from studio.workspaces.train.workspace import TrainWorkspace

        return TrainWorkspace(self.controller, self.training, self.settings)

    def _show_bars(self, visible: bool) -> None:
        self.top_bar.setVisible(visible)
        self.status.setVisible(visible)

    # Commands

    def new(self, template: str | None = None) -> None:
        """Begin another network, empty or from a template, once the present one is safe."""
        self._open_safely(lambda: self.controller.new(template))

    def ask_open(self) -> None:
        """Ask for a document and open it."""
        start = self.controller.path.parent if self.controller.path else Path.home()
        dialogs.ask_open(self, "Open a network", start, dialogs.FILES, self.open)

    def open(self, path: Path) -> None:
        """Open a document, once the present one is safe."""
        self._open_safely(lambda: self._open(path))

    def save(self, then: Callable[[], object] | None = None) -> None:
        """Save, asking for a name if there is none; ``then`` follows only where it was saved."""
        if self.controller.path is None:
            self.ask_save_as(then)
        elif self._saved(self.controller.save()) and then:
            then()

    def ask_save_as(self, then: Callable[[], object] | None = None) -> None:
        """Ask for a name and save."""
        start = self.controller.path or Path.home() / f"{self.controller.title}.netloom"

        def chosen(path: Path) -> None:
            if self._saved(self.controller.save_as(path)) and then:
                then()

        dialogs.ask_save(self, "Save the network", start, dialogs.FILES, "netloom", chosen)

    def train(self) -> None:
        """Train the network as it is; with errors open Problems at the first of them."""
        first = next((issue for issue in self.controller.issues if issue.severity == "error"), None)
        if self.training.is_training:
            self.show_workspace("train")
        elif first:
            self.show_workspace("design")
            self.design.show_problems(first.node)
        else:
            self.show_workspace("train")
            self.training.train()

    def open_example(self) -> None:
        """Open the bundled example and train it at once."""

        def begin() -> None:
            self.controller.new("digits-cnn")
            self.train()

        self._when_safe(begin)

    def search_commands(self) -> None:
        """Find a command by its words."""
        CommandSearch(self, self.commands).open()

    def walk_panels(self, step: int = 1) -> None:
        """Move the keyboard focus to the next part of the window (F6)."""
        parts = (self.top_bar.menu_button, *self._panels(), self.status.findings)
        walk([part for part in parts if part.isVisible()], self.focusWidget(), step)

    def focusNextPrevChild(self, next: bool) -> bool:
        parts = (self.top_bar, self.banner, *self._panels(), self.pages, self.status)
        return tab(parts, self.focusWidget(), 1 if next else -1)

    def _panels(self) -> tuple[QWidget, ...]:
        current = self.pages.currentWidget() or self.welcome
        return current.panels() if isinstance(current, HasPanels) else (current,)

    def _choose_device(self) -> None:
        """Let the user choose where the next run trains: the setting in the Train workspace has them all."""
        self.show_workspace("train")
        cast("TrainWorkspace", self.workspace("train")).form.focus_field("device")

    # Set up

    def _lay_out(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(QSize(*FIRST_SIZE).boundedTo(self.screen().availableSize()))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top_bar, self.banner, self.pages, self.status):
            column.addWidget(part, 1 if part is self.pages else 0)
        self.pages.addWidget(self.welcome)
        self.setCentralWidget(body)
        state = self.settings.state("window/geometry")
        if state:
            self.restoreGeometry(state)

    def _connect(self) -> None:
        controller, bar, welcome = self.controller, self.top_bar, self.welcome
        controller.opened.connect(self._show_document)
        controller.named.connect(self._show_name)
        controller.edited.connect(lambda _: self.status.show_totals(controller.document.analysis.totals()))
        controller.issues_changed.connect(self._show_issues)
        controller.said.connect(self.say)
        controller.save_failed.connect(self._say_not_saved)
        controller.replace_asked.connect(self._ask_replace)
        controller.changed_elsewhere.connect(self._offer_again)
        bar.workspace_requested.connect(self.show_workspace)
        bar.home_requested.connect(self.show_welcome)
        bar.undo_requested.connect(controller.undo)
        bar.redo_requested.connect(controller.redo)
        bar.search_requested.connect(self.search_commands)
        bar.device_requested.connect(self._choose_device)
        bar.train_requested.connect(self.train)
        welcome.new_requested.connect(self.new)
        welcome.open_requested.connect(self.ask_open)
        welcome.document_requested.connect(self.open)
        welcome.example_requested.connect(self.open_example)
        welcome.search_requested.connect(self.search_commands)
        self.status.problems_requested.connect(self._show_problems)
        self.training.changed.connect(self._show_training)
        self.training.trained_opened.connect(lambda *run: self._open_safely(lambda: controller.show_run(*run)))
        self.training.run_started.connect(self._show_run)
        self.training.data_wanted.connect(lambda: self.show_workspace("data"))
        self.training.trust_asked.connect(lambda question: dialogs.ask_trust(self, *question))
        self.unexpected.connect(lambda sentence, log: self.say(Message(f"{sentence} Details: {log}", "error")))
        errors.unexpected.connect(self._on_unexpected)
        self._clock = QTimer(self)
        self._clock.setInterval(30_000)
        self._clock.timeout.connect(self._show_saved)
        self._clock.start()

    def _start(self, path: Path | None) -> None:
        self.show_welcome()
        if path:
            self._open_with(lambda: self._open(path))
        self.recovery.make()
        # The worker imports torch in a process of its own; the window is drawn before that takes a core.
        QTimer.singleShot(WARM_UP_AFTER, self, self.training.warm_up)
        QTimer.singleShot(READ_AHEAD_AFTER, self, lambda: import_module("studio.workspaces.design.workspace"))

    # Showing

    def say(self, message: Message) -> None:
        """Show a sentence in the banner, or say it alone where the workspace in front shows it anyway."""
        if message.shown_by and self.pages.currentWidget() is self._workspaces.get(message.shown_by):
            announce(self.pages, message.text)
        else:
            self.messages.say(message)

    def _say_not_saved(self, sentence: str) -> None:
        self.say(Message(sentence, "error", (("Save elsewhere…", self.ask_save_as),)))

    def _ask_replace(self, sentence: str) -> None:
        path = self.controller.path
        assert path is not None
        replace = ("Replace it", lambda: self._saved(self.controller.save_as(path)))
        self.say(Message(sentence, "warning", (replace, ("Save elsewhere…", self.ask_save_as))))

    def _offer_again(self, sentence: str) -> None:
        if path := self.controller.path:
            self.say(Message(sentence, "warning", (("Open it again", lambda: self.open(path)),)))

    def _show_document(self) -> None:
        self.messages.clear()
        self.status.show_totals(self.controller.document.analysis.totals())
        self._show_issues(self.controller.issues)
        self._saved_at = None
        self._show_name()
        self._show_training()

    def _show_name(self) -> None:
        controller, document = self.controller, self.controller.document
        place = str(controller.path) if controller.path else "Not saved yet"
        self.top_bar.show_document(controller.title, document.is_modified, place)
        self.top_bar.show_history(document.undo_label, document.redo_label)
        self.setWindowTitle(f"{'• ' if document.is_modified else ''}{controller.title} — Netloom")
        self._show_saved()

    def _show_saved(self) -> None:
        if self.controller.path is None:
            text = "Not saved yet"
        elif self._saved_at is None:
            text = "Edited" if self.controller.document.is_modified else "Saved"
        else:
            text = f"Saved {ago_text(time.monotonic() - self._saved_at)}"
        self.status.show_file(text)

    def _show_issues(self, issues: object) -> None:
        self.status.show_issues(self.controller.issues)
        self.top_bar.show_errors(self.controller.errors)

    def _show_problems(self) -> None:
        self.show_workspace("design")
        self.design.show_problems()

    def _show_training(self) -> None:
        self.top_bar.show_training(self.training.is_training)
        self.top_bar.show_device(self.training.device_text)
        self.welcome.show_device(self.training.device_text)
        self.status.show_worker(self.training.status_text)
        if "design" in self._workspaces:
            self.design.show_training(self.training.trains_what_is_open)

    def _show_run(self) -> None:
        self.messages.clear()
        if self.pages.currentWidget() is self.welcome:  # a run is resumed before anything is open
            self.show_workspace("train")

    def _on_unexpected(self, sentence: str, log: Path) -> None:
        # Emitted in whatever thread the error was; a signal brings it to this one.
        self.unexpected.emit(sentence, str(log))

    # Nothing is lost

    def _open(self, path: Path) -> bool:
        opened = self.controller.open(path)
        if opened:
            self.settings.add_recent(path)
        return opened

    def _use_data(self, path: Path) -> None:
        cast("DataWorkspace", self.workspace("data")).use_file(path)
        self.show_workspace("data")

    def _open_safely(self, act: Callable[[], object]) -> None:
        self._when_safe(lambda: self._open_with(act))

    def _open_with(self, act: Callable[[], object]) -> None:
        if act() is not False:
            self.show_workspace("design")

    def _saved(self, saved: bool) -> bool:
        if saved and self.controller.path:
            self.messages.clear()
            self._saved_at = time.monotonic()
            self.settings.add_recent(self.controller.path)
            self._show_saved()
        return saved

    def _when_safe(self, act: Callable[[], object]) -> None:
        """Do something that replaces the document, after asking about unsaved edits if there are any."""
        if not self.controller.document.is_modified:
            act()
            return

        def answered(answer: str) -> None:
            if answer == "save":
                self.save(then=act)
            elif answer == "discard":
                act()

        dialogs.ask_unsaved(self, self.controller.title, answered)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about unsaved edits first; then let the worker save its checkpoint and end."""
        if self.controller.document.is_modified and not self._closing:
            event.ignore()
            self._when_safe(self._close_unasked)
            return
        self._remember()
        self.hide()  # a run may take two seconds to be saved
        errors.unexpected.disconnect(self._on_unexpected)
        self._clock.stop()
        self.welcome.forget()
        self.training.shutdown()
        self.exporter.close()
        self.controller.close()
        self._garbage.stop()
        super().closeEvent(event)

    def _close_unasked(self) -> None:
        self._closing = True
        self.close()

    def _remember(self) -> None:
        self.settings.set_state("window/geometry", self.saveGeometry())
        for workspace in self._workspaces.values():
            if isinstance(workspace, HasPanels):
                workspace.save_state()
