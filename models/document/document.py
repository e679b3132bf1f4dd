"""A document: the network with its data and training settings, the only writer of both, and the undo history."""

from __future__ import annotations

import copy
import threading
from typing import Any, NamedTuple

from models.analysis import Analysis
from models.basics.signal import Signal
from models.document.edits import Edit
from models.network import Change, Network

_PRESENT, _NEVER = object(), object()
"""The state that a document is in, and the saved state of one that is on no disk: it lies nowhere on the undo stack."""


class DocumentChange(NamedTuple):
    """One applied, undone or redone edit: its label, the network's changes in order, the sections that changed
    ("data", "training"), and the nodes whose report is another than before."""

    label: str
    network: tuple[Change, ...]
    sections: tuple[str, ...]
    reports: frozenset[str]


class Document:
    """What one file holds. Views read `network`, `analysis`, `data` and `training`, and ask for edits by `apply`.

    ``extra`` keeps unknown top-level entries of the file. `changed` is emitted after every edit, when the analysis is
    up to date; `history_changed` whenever what can be undone, redone or saved has changed.
    """

    def __init__(
        self,
        network: Network | None = None,
        data: dict[str, Any] | None = None,
        training: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> None:
        self.network = network or Network()
        self.data = data or {}
        self.training = training or {}
        self.extra = extra or {}
        self.analysis = Analysis(self.network)
        self.changed: Signal[[DocumentChange]] = Signal()
        self.history_changed: Signal[[]] = Signal()
        self.lock = threading.RLock()
        """Held while an edit is made and remembered: another thread that copies the document under it, and asks for its
        `state`, never sees half an edit."""
        self._undo: list[Edit] = []
        self._redo: list[Edit] = []
        self._saved: object = None
        self._mergeable = False
        self._network_changes: list[Change] = []
        self._section_changes: list[str] = []
        self.network.changed.connect(self._network_changes.append)

    def section(self, name: str) -> dict[str, Any]:
        """The settings of a section, "data" or "training"."""
        return self.data if name == "data" else self.training

    def set_section(self, name: str, settings: dict[str, Any]) -> None:
        """For edits: replace a section's settings."""
        if name not in {"data", "training"}:
            raise ValueError(f"A document has no section ‘{name}’.")
        setattr(self, name, settings)
        self._section_changes.append(name)

    def apply(self, edit: Edit, *, merge: bool = False) -> None:
        """Make an edit and put it on the undo stack; raises what the edit raises, with nothing changed.

        With ``merge`` the edit joins the one before it if both are one act, such as typing in a field.
        """
        try:
            with self.lock:
                edit.apply(self)
                self._remember(edit, merge)
        except ValueError:
            self._network_changes.clear()
            self._section_changes.clear()
            raise
        self._announce(edit.label)

    def undo(self) -> None:
        """Take back the last edit; does nothing if there is none."""
        if self._undo:
            with self.lock:
                edit = self._undo.pop()
                edit.revert(self)
                self._redo.append(edit)
                self._mergeable = False
            self._announce(f"Undo {edit.label}")

    def redo(self) -> None:
        """Make the last undone edit again; does nothing if there is none."""
        if self._redo:
            with self.lock:
                edit = self._redo.pop()
                edit.apply(self)
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

    def snapshot(self) -> dict[str, Any]:
        """The document as JSON data (see `models.storage.files`), independent of later edits."""
        from models.storage.files import to_json

        return copy.deepcopy(to_json(self))

    def _announce(self, label: str) -> None:
        network, sections = tuple(self._network_changes), tuple(dict.fromkeys(self._section_changes))
        self._network_changes.clear()
        self._section_changes.clear()
        reports = self.analysis.update(network) if network else frozenset()
        self.changed.emit(DocumentChange(label, network, sections, reports))
        self.history_changed.emit()
