"""A document: a content, of which it is the only writer, with its analyses and the undo history."""

from __future__ import annotations

import threading

from models.analysis import Analysis, Given
from models.analysis.blocks import unfolded
from models.basics.signal import Signal
from models.document.content import MAIN, Content, Settings
from models.document.edits import Edit, InNetwork
from models.document.sheet import DocumentChange, ScopeChange, Sheet
from models.network import ASIDE, Change, Network

_PRESENT, _NEVER = object(), object()
"""The state that a document is in, and the saved state of one that is on no disk: it lies nowhere on the undo stack."""


class Document(Sheet):
    """A content with what is known of it and how it came about. Views read networks, analyses and settings, and ask for
    edits by `apply`. A document is itself the `Sheet` of its main network; `sheet` gives those of the others.

    `changed` is emitted after every edit, when the analyses are up to date; `history_changed` whenever what can be
    undone, redone or saved has changed.
    """

    def __init__(
        self,
        network: Network | None = None,
        data: Settings | None = None,
        training: Settings | None = None,
        *,
        content: Content | None = None,
    ) -> None:
        """A document of that ``content``, or of a main ``network`` and settings alone."""
        self.content = content or Content(network, {"data": data or {}, "training": training or {}})
        self.analyses: dict[str, Analysis] = {}
        self.viewpoints: dict[str, tuple[str, str]] = {}
        """By scope of a block the use that it is looked at from: a scope and a node. Without one, its first use."""
        self.changed: Signal[[DocumentChange]] = Signal()
        self.history_changed: Signal[[]] = Signal()
        self.lock = threading.RLock()
        """Held while an edit is made and remembered: another thread that copies the document under it, and asks for its
        `state`, never sees half an edit."""
        self._undo: list[Edit] = []
        self._redo: list[Edit] = []
        self._saved: object = None
        self._mergeable = False
        self._sheets: dict[str, _BlockSheet] = {}
        self._changes: list[Change] = []
        self._sections: list[str] = []
        self.content.changed.connect(self._changes.append)
        self.content.section_changed.connect(self._sections.append)
        for scope in self.content.kinds.order():
            self._analyzed(scope, ())

    @property
    def network(self) -> Network:
        """The main network."""
        return self.content[MAIN]

    @property
    def analysis(self) -> Analysis:
        """What is known of the main network."""
        return self.analyses[MAIN]

    def sheet(self, scope: str) -> Sheet:
        """One network as views show it; raises `NetworkError` if there is none of that scope."""
        if scope == MAIN:
            return self
        self.content[scope]
        return self._sheets.setdefault(scope, _BlockSheet(self, scope))

    @property
    def data(self) -> Settings:
        """The settings of the data set."""
        return self.content.sections["data"]

    @property
    def training(self) -> Settings:
        """The settings of the training."""
        return self.content.sections["training"]

    def apply(self, edit: Edit, *, merge: bool = False) -> None:
        """Make an edit and put it on the undo stack; raises what the edit raises, with nothing changed.

        With ``merge`` the edit joins the one before it if both are one act, such as typing in a field.
        """
        try:
            with self.lock:
                edit.apply(self.content)
                self._remember(edit, merge)
        except ValueError:
            self._changes.clear()
            self._sections.clear()
            raise
        self._announce(edit.label)

    def note(self, section: str, settings: Settings) -> None:
        """Keep in a section what became known and nobody chose: beside the history, for the next time it is saved.

        Raises `ValueError` if there is no such section.
        """
        with self.lock:
            self.content.set_section(section, settings)
        self._announce(f"Note {section}")

    def undo(self) -> None:
        """Take back the last edit; does nothing if there is none."""
        if self._undo:
            with self.lock:
                edit = self._undo.pop()
                edit.revert(self.content)
                self._redo.append(edit)
                self._mergeable = False
            self._announce(f"Undo {edit.label}", history=True)

    def redo(self) -> None:
        """Make the last undone edit again; does nothing if there is none."""
        if self._redo:
            with self.lock:
                edit = self._redo.pop()
                edit.apply(self.content)
                self._undo.append(edit)
                self._mergeable = False
            self._announce(f"Redo {edit.label}", history=True)

    def _remember(self, edit: Edit, merge: bool) -> None:
        self._redo.clear()
        joins = merge and self._mergeable and bool(self._undo) and self._undo[-1] is not self._saved
        merged = self._undo[-1].merged(edit) if joins else None
        if merged:
            self._undo[-1] = merged
        else:
            self._undo.append(edit)
        self._mergeable = True

    @property
    def undo_label(self) -> str:
        """What `undo` would take back, "" if nothing."""
        return self._undo[-1].label if self._undo else ""

    @property
    def redo_label(self) -> str:
        """What `redo` would make again, "" if nothing."""
        return self._redo[-1].label if self._redo else ""

    @property
    def is_modified(self) -> bool:
        """Whether there are edits since `mark_saved` (or since the beginning)."""
        return (self._undo[-1] if self._undo else None) is not self._saved

    def state(self) -> object:
        """What stands for the present state, for `mark_saved`; the next edit does not join the one that led to it."""
        with self.lock:
            self._mergeable = False
            return self._undo[-1] if self._undo else None

    def mark_saved(self, state: object = _PRESENT) -> None:
        """Call when the document as it was in a `state` is on disk, as it is now if none is given."""
        self._saved = self.state() if state is _PRESENT else state
        self.history_changed.emit()

    def mark_modified(self) -> None:
        """Call when the present state is on no disk: a recovered or repaired document."""
        self._saved = _NEVER
        self.history_changed.emit()

    def _announce(self, label: str, *, history: bool = False) -> None:
        changes, sections = tuple(self._changes), tuple(dict.fromkeys(self._sections))
        self._changes.clear()
        self._sections.clear()
        scopes = self._followed(changes)
        change = DocumentChange(label, scopes, sections, history=history)
        self.changed.emit(change)
        for scope, sheet in list(self._sheets.items()):
            if scope in self.content.networks:
                sheet.changed.emit(change._replace(scope=scope))
        self.history_changed.emit()

    def look_from(self, scope: str, use: tuple[str, str]) -> None:
        """Look at a block as it is in one of its uses: a scope and a node."""
        if self.viewpoints.get(scope) != use:
            self.viewpoints[scope] = use
            self.changed.emit(DocumentChange("Look inside", self._followed(())))

    def _followed(self, changes: tuple[Change, ...]) -> dict[str, ScopeChange]:
        """Bring all analyses up to date: of what changed, of what uses blocks that changed, and of blocks that are
        given something else."""
        inner = {change.scope for change in changes if change.scope != MAIN and change.what not in ASIDE}
        uses = self.content.uses(inner) if inner else {}
        changed = dict.fromkeys(change.scope for change in changes)
        blocks = self.content.kinds.order() if len(self.content.networks) > 1 else [MAIN]
        found: dict[str, ScopeChange] = {}
        for scope in dict.fromkeys((*blocks, *changed)):
            mine = tuple(change for change in changes if change.scope == scope)
            if ids := uses.get(scope):
                mine += (Change("params", ids, scope=scope),)
            result = self._analyzed(scope, mine)
            if mine or result.reports:
                found[scope] = result
        return found

    def _analyzed(self, scope: str, changes: tuple[Change, ...]) -> ScopeChange:
        """Bring what is known of a scope up to date."""
        network, analysis = self.content.networks.get(scope), self.analyses.get(scope)
        if network is None:
            self.analyses.pop(scope, None)
            return ScopeChange(changes)
        given = None if scope == MAIN else self._given(scope)
        if analysis is None or analysis.network is not network:
            self.analyses[scope] = Analysis(network, scope, given)
            return ScopeChange(changes, frozenset(network.nodes))
        return ScopeChange(changes, analysis.update(changes, given))

    def _given(self, scope: str) -> Given | None:
        """What a block is told by the use that it is looked at from; None where nothing uses it."""
        place = self.viewpoints.get(scope)
        if place is None or not self._is_use(place, scope):
            scopes = self.content.networks.items()
            uses = ((outer, node.id) for outer, network in scopes for node in network if node.kind == scope)
            place = next(uses, None)
        analysis = self.analyses.get(place[0]) if place else None
        inside = unfolded(analysis, place[1]) if place and analysis else None
        return inside.given if inside else None

    def _is_use(self, place: tuple[str, str], scope: str) -> bool:
        network = self.content.networks.get(place[0])
        return network is not None and place[1] in network and network[place[1]].kind == scope


class _BlockSheet(Sheet):
    """The network of a scope other than the main one."""

    def __init__(self, document: Document, scope: str) -> None:
        self.document, self.scope = document, scope
        self.changed = Signal()

    @property
    def network(self) -> Network:
        return self.document.content[self.scope]

    @property
    def analysis(self) -> Analysis:
        return self.document.analyses[self.scope]

    def apply(self, edit: Edit, *, merge: bool = False) -> None:
        self.document.apply(edit.within(self.scope) if isinstance(edit, InNetwork) else edit, merge=merge)


def document_of(sheet: Sheet) -> Document:
    """The document whose network a sheet shows."""
    if isinstance(sheet, _BlockSheet):
        return sheet.document
    assert isinstance(sheet, Document), "a sheet is of a document"
    return sheet
