"""What views show: one network of a document with what is known of it, its changes, and the way to edit it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import NamedTuple

from models.analysis import Analysis
from models.basics.signal import Signal
from models.document.content import MAIN
from models.document.edits import Edit
from models.network import Change, Network


class ScopeChange(NamedTuple):
    """What an edit did within one scope: the network's changes in order, and the nodes whose report is another."""

    network: tuple[Change, ...] = ()
    reports: frozenset[str] = frozenset()


class DocumentChange(NamedTuple):
    """One applied, undone or redone edit: its label, what it did by scope, and the sections that changed ("data",
    "training"). `network` and `reports` are those of the ``scope`` that the listener shows. ``history`` tells one that
    was undone or redone."""

    label: str
    scopes: Mapping[str, ScopeChange]
    sections: tuple[str, ...] = ()
    scope: str = MAIN
    history: bool = False

    def of(self, scope: str) -> ScopeChange:
        """What happened within a scope."""
        return self.scopes.get(scope, ScopeChange())

    @property
    def network(self) -> tuple[Change, ...]:
        return self.of(self.scope).network

    @property
    def reports(self) -> frozenset[str]:
        return self.of(self.scope).reports


class Sheet(ABC):
    """One network of a document, that of `scope`; ids that are selected in a view are ids of its sheet.

    `changed` is emitted after every edit of the document, when the analysis is up to date.
    """

    scope: str = MAIN
    changed: Signal[[DocumentChange]]

    @property
    @abstractmethod
    def network(self) -> Network:
        """The network."""

    @property
    @abstractmethod
    def analysis(self) -> Analysis:
        """What is known of the network."""

    @abstractmethod
    def apply(self, edit: Edit, *, merge: bool = False) -> None:
        """Make an edit of this network; raises what the edit raises, with nothing changed."""
