"""A document: a content, of which it is the only writer, with its analyses and the undo history."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import NamedTuple

from models.analysis import Analysis
from models.basics.signal import Signal
from models.document.content import MAIN, Content, Settings
from models.document.edits import Edit
from models.network import Change, Network

_PRESENT, _NEVER = object(), object()
"""The state that a document is in, and the saved state of one that is on no disk: it lies nowhere on the undo stack."""


class ScopeChange(NamedTuple):
    """What an edit did within one scope: the network's changes in order, and the nodes whose report is another."""

    network: tuple[Change, ...] = ()
    reports: frozenset[str] = frozenset()


class DocumentChange(NamedTuple):
    """One applied, undone or redone edit: its label, what it did by scope, and the sections that changed ("data",
    "training"). `network` and `reports` are those of the main scope."""

    label: str
    scopes: Mapping[str, ScopeChange]
    sections: tuple[str, ...] = ()

    def of(self, scope: str) -> ScopeChange:
        """What happened within a scope."""
        return self.scopes.get(scope, ScopeChange())

    @property
    def network(self) -> tuple[Change, ...]:
        return self.of(MAIN).network

    @property
    def reports(self) -> frozenset[str]:
        return self.of(MAIN).reports


class Document:
    """A content with what is known of it and how it came about. Views read the networks, their analyses and the
    settings, and ask for edits by `apply`.

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
        self.analyses = {scope: Analysis(network, scope) for scope, network in self.content.networks.items()}
        self.changed: Signal[[DocumentChange]] = Signal()
        self.history_changed: Signal[[]] = Signal()
        self.lock = threading.RLock()
        """Held while an edit is made and remembered: another thread that copies the document under it, and asks for its
        `state`, never sees half an edit."""
        self._undo: list[Edit] = []
        self._redo: list[Edit] = []
        self._saved: object = None
        self._mergeable = False
        self._changes: list[Change] = []
        self._sections: list[str] = []
        self.content.changed.connect(self._changes.append)
        self.content.section_changed.connect(self._sections.append)

    @property
    def network(self) -> Network:
        """The main network."""
        return self.content[MAIN]

    @property
    def analysis(self) -> Analysis:
        """What is known of the main network."""
        return self.analyses[MAIN]

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

    def undo(self) -> None:
        """Take back the last edit; does nothing if there is none."""
        if self._undo:
            with self.lock:
                edit = self._undo.pop()
                edit.revert(self.content)
                self._redo.append(edit)
                self._mergeable = False
            self._announce(f"Undo {edit.label}")

    def redo(self) -> None:
        """Make the last undone edit again; does nothing if there is none."""
        if self._redo:
            with self.lock:
                edit = self._redo.pop()
                edit.apply(self.content)
                self._undo.append(edit)
                self._mergeable = False
            self._announce(f"Redo {edit.label}")

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

    def _announce(self, label: str) -> None:
        changes, sections = tuple(self._changes), tuple(dict.fromkeys(self._sections))
        self._changes.clear()
        self._sections.clear()
        scopes = {
            scope: self._analyzed(scope, tuple(change for change in changes if change.scope == scope))
            for scope in dict.fromkeys(change.scope for change in changes)
        }
        self.changed.emit(DocumentChange(label, scopes, sections))
        self.history_changed.emit()

    def _analyzed(self, scope: str, changes: tuple[Change, ...]) -> ScopeChange:
        """Bring what is known of a scope up to date."""
        network, analysis = self.content.networks.get(scope), self.analyses.get(scope)
        if network is None:
            self.analyses.pop(scope, None)
            return ScopeChange(changes)
        if analysis is None or analysis.network is not network:
            self.analyses[scope] = Analysis(network, scope)
            return ScopeChange(changes, frozenset(network.nodes))
        return ScopeChange(changes, analysis.update(changes))
