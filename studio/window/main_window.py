"""The window: composes bars, welcome and workspaces, and routes commands. Decisions lie in the controllers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QMainWindow, QVBoxLayout, QWidget

from models.checks import is_about
from models.data import Facts, Unreadable
from models.findings.computer import Devices
from studio.compare import Comparer
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.experiments.controller import ExperimentsController
from studio.controllers.exporting import Exporter
from studio.controllers.recovery import RecoveryOffer
from studio.controllers.training import TrainingController
from studio.help import Help
from studio.help.steps import steps
from studio.help.tour import Step
from studio.importer import Importer, is_code, is_model, is_weights
from studio.services import dialogs, errors
from studio.services.ahead import ReadAhead
from studio.services.commands import Command
from studio.services.garbage import GarbageCollector
from studio.services.message import Message
from studio.services.settings import Settings
from studio.trained import TrainedWindows
from studio.welcome.page import Welcome
from studio.window import look
from studio.window.command_search import open_search
from studio.window.commands import Commands
from studio.window.document_flow import DocumentFlow
from studio.window.file_drop import FileDrop, Takes, is_data, is_document
from studio.window.file_state import FileState
from studio.window.focus import tab, walk
from studio.window.messages import Messages
from studio.window.pages import Pages
from studio.window.status_bar import StatusBar
from studio.window.top_bar import TopBar
from studio.workspaces.train.table.sent import SentRuns, holds_runs
from studio.workspaces.workspace import Page, in_order
from widgets.controls import Banner, announce

if TYPE_CHECKING:
    from models.document import Document
    from studio.workspaces.data.workspace import DataWorkspace
    from studio.workspaces.design.workspace import DesignWorkspace
    from studio.workspaces.experiments.workspace import ExperimentsWorkspace
    from studio.workspaces.train.workspace import TrainWorkspace

SMALLEST = (850, 440)
FIRST_SIZE = (1440, 900)
FIRST_WORKSPACE = "design"
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
        self.experiments = ExperimentsController(self.controller, self)
        self.exporter = Exporter(self, self.controller, self.settings)
        self.importer = Importer(self, self.controller, self.open)
        self.probing = Probing(self)
        self.files = DocumentFlow(self, self.controller)
        self.comparer = Comparer(self, self.controller)
        self.trained = TrainedWindows(self, self.probing, self.controller, self.training)
        self.average_runs, self.prune_run = self.trained.average, self.trained.prune
        self.recovery = RecoveryOffer(self.controller, self.files.recover)
        self.welcome = Welcome(self.settings)
        self.pages = Pages(self, self.welcome)
        self.help = Help(self, self.controller, self.files.new, self._tour)
        self.commands = Commands(self, self._all_commands())
        self.top_bar = TopBar(self.commands.menu(), in_order())
        self.banner = Banner()
        self.messages = Messages(self.banner)
        self.status = StatusBar()
        takes = {is_document: self.open, holds_runs: self.open, is_code: self.importer.ask}
        takes |= {is_model: self.importer.read, is_data: self._use_data, is_weights: self.importer.weigh}
        self.file_drop = FileDrop(self, [Takes(*item) for item in takes.items()], self.say)
        self.sent_runs = SentRuns(self.training, self)
        self._ahead = ReadAhead(self)
        self._is_starting = self._is_bringing = False
        self.file_state = FileState(self.controller, self)
        self._lay_out()
        self._connect()
        self._connect_bars()
        self._show_document()
        self._start(path)

    # Pages

    def workspace(self, name: str) -> Page:
        """A workspace by its name, made when it is first asked for."""
        return self.pages.workspace(name)

    @property
    def design(self) -> DesignWorkspace:
        """The Design workspace."""
        return cast("DesignWorkspace", self.workspace("design"))

    def show_workspace(self, name: str) -> Page:
        """Bring a workspace to the front, and give the keyboard to it."""
        self._show_bars(True)
        self.top_bar.workspaces.set_value(name)
        return self.pages.show_workspace(name)

    def made(self, name: str) -> Page | None:
        """The page of a workspace, if it was looked at yet."""
        return self.pages.made(name)

    def show_welcome(self) -> None:
        """Bring the welcome screen to the front; the document stays open behind it."""
        self.welcome.refresh()
        self.pages.show_welcome()
        self._show_bars(False)
        self.messages.bring_back()

    def _show_bars(self, visible: bool) -> None:
        for bar in (self.top_bar, self.status):
            bar.setVisible(visible)

    # Commands

    def new(self, template: str | None = None, then: Callable[[], object] | None = None) -> None:
        """Begin another network, empty or from a template, once the present one is safe; ``then`` follows."""
        self.files.new(template, then)

    def open(self, path: Path) -> None:
        """Open a document, once the present one is safe."""
        self.files.open(path)

    def save(self) -> None:
        """Save, asking for a name if there is none."""
        self.files.save()

    def train(self) -> None:
        """Train the network as it is; with errors open Problems at the first of them."""
        # What is said of data and devices may have changed meanwhile: the training looks at them again.
        stops = (issue for issue in self.controller.issues if issue.stops_training)
        first = next((issue for issue in stops if not is_about(issue, Facts, Unreadable, Devices)), None)
        if self.training.is_training:
            self.show_workspace("train")
        elif first:
            self._show_problems(first.node)
        else:
            self.show_workspace("train")
            self.training.train()

    def open_example(self) -> None:
        """Open the bundled example and train it at once."""
        self.files.new("digits-cnn", self.train)

    def vary(self, setting: str) -> None:
        """Plan an experiment in which a setting varies, "" for one that is still to be named."""
        cast("ExperimentsWorkspace", self.workspace("experiments")).vary(setting)

    def compare_runs(self, runs: Sequence[Path]) -> None:
        """Compare what two runs trained, or what one trained with the open network."""
        self.comparer.runs(*runs[:2])

    def search_commands(self) -> None:
        """Find a command by its words, or what there is to go to or to open."""
        open_search(self, self.commands, self._finds)

    def _finds(self) -> Iterator[Command]:
        yield from self.welcome.finds()
        for workspace in in_order():
            yield from workspace.finds(self)

    def walk_panels(self, step: int = 1) -> None:
        """Move the keyboard focus to the next part of the window (F6)."""
        parts = (self.top_bar.menu_button, *self.pages.panels(), self.status.findings)
        walk([part for part in parts if part.isVisible()], self.focusWidget(), step)

    def focusNextPrevChild(self, next: bool) -> bool:
        parts = (self.top_bar, self.banner, *self.pages.panels(), self.pages, self.status)
        return tab(parts, self.focusWidget(), 1 if next else -1)

    def _all_commands(self) -> Iterator[Command]:
        """Every command, in the order of the menu."""
        yield from self.files.commands()
        yield from self.exporter.commands()
        yield from self.importer.commands()
        yield from self.comparer.commands()
        yield Command("welcome", "File", "Welcome and templates", ("Ctrl+Shift+H",), self.show_welcome)
        yield Command("quit", "File", "Quit", ("Ctrl+Q",), self.close)
        yield from self.controller.commands()
        for number, workspace in enumerate(in_order(), 1):
            show = partial(self.show_workspace, workspace.name)
            yield Command(f"show-{workspace.name}", "View", f"{workspace.title} workspace", (f"Ctrl+{number}",), show)
        for workspace in in_order():
            yield from workspace.commands(self)
        yield Command("search", "Edit", "Search commands", ("Ctrl+K",), self.search_commands)
        yield from look.commands(self.settings)
        yield Command("next-panel", "View", "Next panel", ("F6",), self.walk_panels)
        yield Command("previous-panel", "View", "Previous panel", ("Shift+F6",), partial(self.walk_panels, -1))
        yield Command("train", "Train", "Train", ("Ctrl+Return", "Ctrl+Enter"), self.train)
        yield from self.training.commands()
        yield from self.help.commands()

    def _tour(self) -> list[Step]:
        return steps(self.show_workspace(FIRST_WORKSPACE), self.top_bar)

    def _choose_device(self) -> None:
        cast("TrainWorkspace", self.show_workspace("train")).choose_device()

    def _use_data(self, path: Path) -> None:
        cast("DataWorkspace", self.workspace("data")).use_file(path)
        self.show_workspace("data")

    # Set up

    def _lay_out(self) -> None:
        self.setMinimumSize(*SMALLEST)
        self.resize(QSize(*FIRST_SIZE).boundedTo(self.screen().availableSize()))
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for part in (self.top_bar, self.pages, self.status):
            column.addWidget(part, int(part is self.pages))
        self.banner.float_over(self.pages)
        self.setCentralWidget(body)
        self.top_bar.workspaces.set_value(FIRST_WORKSPACE)
        if state := self.settings.state("window/geometry"):
            self.restoreGeometry(state)

    def _connect(self) -> None:
        controller, training = self.controller, self.training
        controller.opened.connect(self._show_document)
        controller.saved.connect(self._on_saved)
        controller.named.connect(self._show_name)
        controller.edited.connect(lambda _: self.status.show_totals(controller.document.analysis.totals()))
        controller.issues_changed.connect(self._show_issues)
        controller.said.connect(self.say)
        self.file_state.told.connect(self.status.show_file)
        self.file_state.said.connect(self.say)
        self.file_state.taken_back.connect(self.messages.take_back)
        self.files.run_wanted.connect(self.sent_runs.open)
        self.sent_runs.opened.connect(self._show_sent)
        self.sent_runs.failed.connect(lambda text: self.say(Message(text, "error")))
        self.files.shown.connect(lambda: self.show_workspace(FIRST_WORKSPACE))
        training.changed.connect(self._show_training)
        self.experiments.trained.connect(training.runs.refresh)
        self.experiments.started.connect(lambda _: self.show_workspace("experiments"))
        training.trained_opened.connect(self._show_trained)
        training.origin_found.connect(lambda path, name: self.controller.open(path, lambda: self.show_workspace(name)))
        training.run_started.connect(self._show_run)
        training.preparation.data_wanted.connect(lambda: self.show_workspace("data"))
        training.preparation.trust_asked.connect(lambda question: dialogs.ask_trust(self, *question))
        self.unexpected.connect(lambda text, log: self.say(Message(f"{text} Details: {log}", "error")))
        errors.unexpected.connect(self._on_unexpected)

    def _connect_bars(self) -> None:
        bar, welcome = self.top_bar, self.welcome
        bar.workspace_requested.connect(self.show_workspace)
        bar.home_requested.connect(self.show_welcome)
        bar.undo_requested.connect(self.controller.undo)
        bar.redo_requested.connect(self.controller.redo)
        bar.search_requested.connect(self.search_commands)
        bar.device_requested.connect(self._choose_device)
        bar.train_requested.connect(self.train)
        welcome.new_requested.connect(self.new)
        welcome.open_requested.connect(self.files.ask_open)
        welcome.document_requested.connect(self.open)
        welcome.example_requested.connect(self.open_example)
        welcome.search_requested.connect(self.search_commands)
        welcome.tour_requested.connect(self.help.start_tour)
        self.status.problems_requested.connect(self._show_problems)

    def _start(self, path: Path | None) -> None:
        self.show_welcome()
        if path:
            self._is_starting = True
            self.open(path)
        self.recovery.make()
        # The worker imports torch in a process of its own; the window is drawn before that takes a core.
        QTimer.singleShot(WARM_UP_AFTER, self, self.training.warm_up)
        QTimer.singleShot(WARM_UP_AFTER, self, self.experiments.offer)
        QTimer.singleShot(READ_AHEAD_AFTER, self, lambda: self._ahead.read("studio.workspaces.design.workspace"))

    # Showing

    def say(self, message: Message) -> None:
        """Show a sentence in the banner, or say it alone where the workspace in front shows it anyway."""
        if message.shown_by and message.shown_by == self.pages.name:
            announce(self.pages, message.text)
            return
        self.messages.say(message)
        if message.waits and not self.pages.name:
            self.banner.focus_main()  # nothing else is being done on the welcome screen

    def _show_document(self) -> None:
        if self._is_starting:  # with a file, of which the offers may be
            self.messages.clear()
        else:
            self.messages.put_off()
        self._is_starting = False
        self.status.show_totals(self.controller.document.analysis.totals())
        self._show_issues(self.controller.issues)
        self._remember()
        self._show_name()
        self._show_training()

    def _show_name(self) -> None:
        controller, document = self.controller, self.controller.document
        self.top_bar.show_document(controller.title, document.is_modified, str(controller.path or "Not saved yet"))
        self.top_bar.show_history(document.undo_label, document.redo_label)
        self.setWindowTitle(f"{'• ' if document.is_modified else ''}{controller.title} — Netloom")
        self.commands.show_enabled()
        self.file_state.tell()

    def _on_saved(self) -> None:
        self.messages.clear()
        self._remember()

    def _remember(self) -> None:
        if place := self.controller.place:
            self.settings.add_recent(place)

    def _show_issues(self, issues: object) -> None:
        self.status.show_issues(self.controller.issues, self.controller.knowledge.gap)
        self.top_bar.show_errors(self.controller.errors)
        self.top_bar.show_device(self.training.device_text)

    def _show_problems(self, node: str = "") -> None:
        self.show_workspace("design")
        self.design.show_problems(node)

    def _show_training(self) -> None:
        self.top_bar.show_training(self.training.is_training)
        self.top_bar.show_device(self.training.device_text)
        self.welcome.show_device(self.training.device_text)
        self.status.show_worker(self.training.status_text)
        self.commands.show_enabled()

    def _show_run(self, run: Path) -> None:
        self.messages.clear()
        self._is_bringing = self.files.is_blank
        if self._is_bringing:  # a run is resumed before anything is open
            self.training.show_document(run, "train")
        if not self.pages.name:
            self.show_workspace("train")

    def _show_sent(self, ids: Sequence[str]) -> None:
        """Show runs that came as files, on the charts and in the list."""
        train = cast("TrainWorkspace", self.show_workspace("train"))
        for id in ids:
            train.panel.show_run(id)

    def _show_trained(self, document: Document, title: str) -> None:
        """Show the network of a run; beside the run itself, where that goes on and nothing else was open."""
        stays, self._is_bringing = self._is_bringing, False
        self.files.show_run(document, title, (lambda: self.show_workspace("train")) if stays else None)

    def _on_unexpected(self, sentence: str, log: Path) -> None:
        # Emitted in whatever thread the error was; a signal brings it to this one.
        self.unexpected.emit(sentence, str(log))

    # The end

    def closeEvent(self, event: QCloseEvent) -> None:
        """Ask about a run and unsaved edits, and wait for a save first; then let the worker save its checkpoint."""
        if not self.files.may_close(self.training.farewell or self.experiments.farewell):
            event.ignore()
            return
        self.settings.set_state("window/geometry", self.saveGeometry())
        self.pages.save_state()
        self.hide()  # a run may take two seconds to be saved
        errors.unexpected.disconnect(self._on_unexpected)
        self.file_state.stop()
        self.recovery.close()
        for waiting in (self._ahead, self.welcome, self.sent_runs):
            waiting.forget()
        for busy in (self.training, self.experiments):
            busy.shutdown()
        stored = (self.exporter, self.importer, self.comparer, self.files.code)
        for owner in (self.trained, self.probing, *stored, self.controller):
            owner.close()
        self.settings.flush()
        self._garbage.stop()
        super().closeEvent(event)
