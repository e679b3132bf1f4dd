"""The Data workspace: sources on the left, real samples in the middle, settings and what came of them on the right."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSplitter, QVBoxLayout, QWidget

from models.data.held import SECTION
from models.document import DocumentChange
from models.document.edits import SetSection
from models.specs.fields import Text
from models.storage.consent import CONSENT
from studio.controllers.documents import DocumentController
from studio.data import DATASETS, Dataset, dataset_from, kind_for
from studio.data.errors import ConsentNeeded
from studio.data.kept.ready_set import HUB, PREFIX
from studio.data.known import completed
from studio.data.paths import resolved, stored_path
from studio.services import dialogs
from studio.services.message import Message
from studio.services.settings import Settings
from studio.services.turns import Turns
from studio.workspaces.data import sources
from studio.workspaces.data.asking import ask_place
from studio.workspaces.data.bindings import bound_for, rebound
from studio.workspaces.data.corrections import removals
from studio.workspaces.data.fit import fit_notes, mending, unreadable
from studio.workspaces.data.loading import DataLoader
from studio.workspaces.data.places import Places
from studio.workspaces.data.preview import Glimpse, Preview
from studio.workspaces.data.rows import named, own_rows, source_of
from studio.workspaces.data.seen.looking import Looking
from studio.workspaces.data.showing import Showing
from studio.workspaces.workspace import Page
from widgets.basics.painted import painted
from widgets.controls import Label
from widgets.controls.note import Note
from widgets.data.details import Details
from widgets.data.middle import DataPage
from widgets.data.source_list import SourceList
from widgets.theme import color, px

NOTHING = "Choose a ready data set or add a folder."
PATIENCE = 150
"""Milliseconds before a loading is worth mentioning."""


class DataWorkspace(Page):
    """Composes the views of the data. The document says which data; each choice here is an edit of it."""

    def __init__(self, controller: DocumentController, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(settings, parent)
        self.controller = controller
        self.loader = DataLoader(self)
        self.preview: Preview | None = None
        self._own: list[sources.Settings] = []
        self._shown: dict[str, Any] = {}
        self._stale = True
        self.sources = SourceList()
        self.page = DataPage()
        self.details = Details()
        self.looking = Looking(controller, self.page, self)
        self.places = Places(self.page, self._use, self)
        self._patience = QTimer(self, singleShot=True, interval=PATIENCE)
        self._turns = Turns(self)
        self.showing = Showing(controller, self.page, self.details)
        self._lay_out()
        self._connect()
        self._show_document()

    def use_file(self, path: Path, kind: type[Dataset] | None = None) -> None:
        """Take a file or folder of the user's as the document's data, read as a kind, else as its name says."""
        kind = kind or kind_for(path)
        if kind is None:
            return
        self._name(path)
        if kind is sources.kind_of(self.controller.document.data):
            self.places.note_moved(self.controller.document.data, self.base, path)
        stored = stored_path(path, self.base)
        self._use(sources.switched(self.controller.document.data, kind, stored))

    def panels(self) -> tuple[QWidget, ...]:
        return self.sources, self.page, self.details

    @property
    def is_busy(self) -> bool:
        """Whether data is read, or what was read is still being shown."""
        return self.loader.is_loading or self._turns.is_busy

    @property
    def base(self) -> Path | None:
        """Where the document's relative paths start."""
        return self.controller.base

    # Set up

    def _lay_out(self) -> None:
        side = QWidget()
        side.setMinimumWidth(px(156))
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 14, 0, 0)
        column.setSpacing(2)
        heading = Label("Data sources", 13, 600)
        heading.setContentsMargins(16, 0, 16, 0)
        column.addWidget(heading)
        column.addWidget(self.sources, 1)
        self.details.setMinimumWidth(px(280))
        self._columns = QSplitter(Qt.Orientation.Horizontal)
        for part in (side, self.page, self.details):
            self._columns.addWidget(part)
        self._columns.setStretchFactor(1, 1)
        self._columns.setChildrenCollapsible(False)
        self._columns.setHandleWidth(1)
        self._columns.setSizes([px(248), 1040, px(316)])
        self.remember("data/columns", self._columns)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._columns)

    def _connect(self) -> None:
        controller, loader = self.controller, self.loader
        controller.opened.connect(self._show_document)
        controller.edited.connect(self._on_edited)
        controller.named.connect(self._on_named)
        controller.knowledge.changed.connect(self._refresh_fit)
        self.sources.chosen.connect(self._choose)
        self.sources.replace_requested.connect(self._replace)
        self.sources.remove_requested.connect(self._remove)
        self.details.changed.connect(self._set)
        self.details.columns.chosen.connect(self._bind)
        self.page.samples.pair_changed.connect(self._show_pair)
        self.page.cancel_requested.connect(loader.cancel)
        self.page.again_requested.connect(lambda: self.load(fresh=True))
        loader.started.connect(self._patience.start)
        loader.progressed.connect(self.page.show_progress)
        loader.glimpsed.connect(self._show_glimpse)
        loader.loaded.connect(self._show_preview)
        loader.failed.connect(self._show_failure)
        loader.asked.connect(self._show_question)
        loader.canceled.connect(self._show_canceled)
        self._patience.timeout.connect(lambda: self.page.show_progress(0, 0))

    @painted
    def paintEvent(self, event: QPaintEvent) -> None:
        QPainter(self).fillRect(self.rect(), color("panel"))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._stale:
            self.load()
        else:
            self._refresh_fit()

    # Following the document

    def _show_document(self) -> None:
        self._own = []
        self._show_settings()

    def _on_edited(self, change: DocumentChange) -> None:
        if "data" in change.sections:
            self._show_settings()
        else:
            self._refresh_fit()
            self._show_bindings()
            self.looking.refresh()

    def _on_named(self) -> None:
        # Relative paths start elsewhere once the document is saved elsewhere.
        if self._shown and self._shown.get("base") != self.base:
            self._show_settings()

    def _show_settings(self) -> None:
        data = self.controller.document.data
        previous = self._shown.get("data", {})
        self._shown = {"data": data, "base": self.base}
        self._own = sources.own_sources(self._own, data)
        self._show_sources()
        if self.preview is None or not sources.same_place(previous, data):
            self._forget()
        self._show_form()
        self._stale = True
        if self.isVisible():
            self.load()

    def _show_sources(self) -> None:
        groups = [(title, [source_of(kind) for kind in kinds]) for title, kinds in sources.groups()]
        groups.append(("To download", self.places.rows()))
        if self._own:
            groups.insert(0, ("Your files", own_rows(self._own)))
        self.sources.set_groups(groups)
        data = self.controller.document.data
        own = next((place for place, item in enumerate(self._own) if sources.same_place(item, data)), None)
        kind = sources.kind_of(data)
        in_use = f"own:{own}" if own is not None else kind.kind if kind else ""
        self.sources.set_in_use(sources.ready_row(data) or in_use)

    def _show_form(self, *, failed: bool = False) -> None:
        self.showing.form(self.preview, failed=failed)
        self._show_bindings()

    def _show_bindings(self) -> None:
        self.showing.bindings(self.preview.facts.columns if self.preview else self.loader.offered)

    # Loading

    def load(self, *, fresh: bool = False) -> None:
        """Load what the document names; with `fresh`, files are read again whatever is remembered."""
        self._stale = False
        data = self.controller.document.data
        if sources.is_missing(data):
            self.loader.cancel()
            self._forget()
            self.page.show_empty(NOTHING)
            return
        noted = self.controller.document.content.section(SECTION)
        self.loader.request(data, self.base, noted, fresh=fresh)

    def _forget(self) -> None:
        self._turns.drop()
        self.preview = None
        self.looking.follow(None)
        self.page.show_title(sources.title(self.controller.document.data), "")
        self.page.show_waiting()
        self.details.clear()

    def _show_glimpse(self, glimpse: Glimpse) -> None:
        if self.preview is None:
            self.page.show_title(glimpse.title, glimpse.line)
            self.page.show_first(glimpse.samples)

    def _show_preview(self, preview: Preview) -> None:
        self._patience.stop()
        self.preview = preview
        self.page.show_title(preview.title, preview.line)
        self.page.samples.offer_pairs(named(preview.facts.inputs), named(preview.facts.targets))
        pair = self.page.samples.inputs.value(), self.page.samples.targets.value()
        self._turns.run(
            partial(self.showing.samples, preview, *pair),
            partial(self.showing.bars, preview, *pair),
            partial(self.showing.form, preview),
            self._show_bindings,
            partial(self._show_fit, preview),
            partial(self.looking.follow, preview),
            partial(self._learn, preview),
        )

    def _learn(self, preview: Preview) -> None:
        """Let others know what was read."""
        data = self.controller.document.data
        facts = completed(preview.facts, preview.dataset, dataset_from(data)[1])
        self.controller.knowledge.learn(data, self.base, facts)

    def _show_pair(self, input: str, target: str) -> None:
        """Show samples of one input with one target."""
        if self.preview is not None:
            self.showing.samples(self.preview, input, target)
            self.showing.bars(self.preview, input, target)

    def _show_failure(self, sentence: str) -> None:
        self._patience.stop()
        self._forget()
        problem = unreadable(self.controller.document.data, sentence, self.loader.mend)
        if self.controller.knowledge.gap:  # it was not read unasked
            self.controller.knowledge.learn(self.controller.document.data, self.base, problem)
        settings = dict(self.controller.document.data)
        kind = sources.kind_of(settings)
        actions: list[tuple[str, Callable[[], object]]] = [("Read again", partial(self.load, fresh=True))]
        if kind and kind.path_field():
            actions.insert(0, ("Choose another…", partial(self._ask, kind, partial(self._use_instead, settings))))
        self.page.show_empty(NOTHING)
        actions = [*mending(self.controller, problem), *removals(self.controller), *actions]
        actions = [*self.places.remedies(self.controller.document.data), *actions]
        data = bound_for(self.controller.document, self.loader.offered)
        if self.loader.lacks_column and data is not None:
            actions = [("Choose for me", partial(self._use, data))]
        self.page.show_notes([Note("error", sentence, actions)])
        self._show_form(failed=True)

    def _show_question(self, question: ConsentNeeded) -> None:
        self._patience.stop()
        self._forget()
        self.page.show_empty(NOTHING)
        allow = partial(self._allow, question)
        actions: list[tuple[str, Callable[[], object]]] = [(question.deed, allow)]
        if question.program:
            show = partial(dialogs.ask_to_run, self, question.why, question.program, allow)
            actions.append(("Show it…", show))
        self.page.show_notes([Note("info", f"{question.why} {question.request}", actions)])

    def _allow(self, question: ConsentNeeded) -> None:
        question.allow()
        self.page.show_notes([])
        self.settings.set_data_paths(CONSENT.given)
        self.load(fresh=True)

    def _name(self, path: Path) -> None:
        """The user has named a path: it may be read, now and after the next start."""
        CONSENT.give(path)
        self.settings.set_data_paths(CONSENT.given)

    def _show_canceled(self) -> None:
        self._patience.stop()
        self._forget()
        self.page.show_empty(NOTHING)
        again = ("Read it", partial(self.load))
        self.page.show_notes([Note("info", "Reading was canceled. The document still names this data.", [again])])

    # Does it fit the network?

    def _refresh_fit(self) -> None:
        # While another workspace is in front, edits of the network need not wait for this.
        if self.preview and self.isVisible() and not self.loader.is_loading:
            self._show_fit(self.preview)

    def _show_fit(self, preview: Preview) -> None:
        self.page.show_notes(fit_notes(self.controller, preview))

    # Edits

    def _choose(self, key: str) -> None:
        data = self.controller.document.data
        if key.startswith("own:"):
            self._use(dict(self._own[int(key[4:])]))
            return
        if key.startswith((PREFIX, HUB)):
            self.places.choose(key)
            return
        kind = DATASETS[key]
        if kind.path_field():
            self._ask(kind)
        elif kind is not sources.kind_of(data):
            self._use(sources.switched(data, kind))

    def _replace(self, key: str) -> None:
        """Ask for the file or folder that one of the user's own sources should have named."""
        settings = self._own[int(key[4:])]
        if (kind := sources.kind_of(settings)) is not None and kind.path_field() is not None:
            self._ask(kind, partial(self._use_instead, settings))

    def _use_instead(self, settings: sources.Settings, path: Path) -> None:
        """Take a file or folder in place of the one that some settings name, which else stay as they are."""
        self._name(path)
        self.places.note_moved(settings, self.base, path)
        self._forget_source(settings)
        self._use({**settings, "path": stored_path(path, self.base)})

    def _remove(self, key: str) -> None:
        """Take one of the user's own sources from the list; the document's data is then to be chosen anew."""
        settings, data = self._own[int(key[4:])], self.controller.document.data
        self._forget_source(settings)
        if sources.same_place(settings, data):
            self.controller.apply(SetSection("data", sources.without_place(data), field="data source"))
        else:
            self._show_sources()
            back = ("Undo", partial(self._restore_source, settings))
            text = f"{sources.title(settings)} was removed from the list; the file is as it was."
            self.controller.said.emit(Message(text, "info", (back,)))

    def _forget_source(self, settings: sources.Settings) -> None:
        self._own = [item for item in self._own if not sources.same_place(item, settings)]

    def _restore_source(self, settings: sources.Settings) -> None:
        self._own = sources.own_sources(self._own, settings)
        self._show_sources()

    def _use(self, settings: dict[str, Any]) -> None:
        if settings != self.controller.document.data:
            self.controller.apply(SetSection("data", settings))

    def _ask(self, kind: type[Dataset], take: Callable[[Path], object] | None = None) -> None:
        ask_place(self, kind, self.base or Path.home(), take or partial(self.use_file, kind=kind))

    def _bind(self, side: str, id: str, column: str) -> None:
        data = rebound(self.controller.document.data, side, id, column)
        self.controller.apply(SetSection("data", data, field="columns"))

    def _set(self, name: str, value: Any) -> None:
        data = self.controller.document.data
        kind = sources.kind_of(data)
        if kind is None:
            return
        field = kind.fields[name]
        if isinstance(field, Text) and field.path and value:
            self._name(resolved(value, self.base))
            value = stored_path(Path(value), self.base)
            self._forget_source(data)  # the path is corrected, letter by letter perhaps
        changed = {**data, "source": kind.kind, name: value}
        self.controller.apply(SetSection("data", changed, field=name), merge=True)
