"""What edits change: the networks of a document by scope, and its settings for data and training."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from models.analysis.definitions import Definitions, uses_of
from models.basics.signal import Signal
from models.network import ASIDE, Change, Network, NetworkError, Node

MAIN = ""
"""The scope of the network that is trained. The others are called like the blocks that they define."""
CODE = "code"
"""The section that keeps source as a person edited it."""
SECTIONS = ("data", "training", "numbers", "data_note", "data_content", CODE, "checks")

Settings = dict[str, Any]


class Content:
    """Networks by scope, `MAIN` always among them, and settings by section.

    ``extra`` keeps unknown top-level entries of the file. Emits `changed` with each network's changes, which then
    carry the scope, and with ``Change("scope")`` for a scope that is new or gone; `section_changed` with its name.
    """

    def __init__(
        self,
        network: Network | None = None,
        sections: Mapping[str, Settings] | None = None,
        extra: dict[str, Any] | None = None,
        blocks: Mapping[str, Network] | None = None,
    ) -> None:
        self.networks: dict[str, Network] = {}
        self.kinds = Definitions(self.networks, MAIN)
        self.sections: dict[str, Settings] = {name: (sections or {}).get(name) or {} for name in SECTIONS}
        self.extra = extra or {}
        self.changed: Signal[[Change]] = Signal()
        self.section_changed: Signal[[str]] = Signal()
        self._relays: dict[str, Callable[[Change], object]] = {}
        self._join(MAIN, Network() if network is None else network)
        for scope, block in (blocks or {}).items():
            self._join(scope, block)

    def __getitem__(self, scope: str) -> Network:
        try:
            return self.networks[scope]
        except KeyError:
            raise NetworkError(f"There is no block called ‘{scope:.40}’.") from None

    def uses(self, scopes: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """By scope the nodes whose kind is another once the networks of some scopes have changed."""
        return uses_of(self.networks, frozenset[str]().union(*map(self.kinds.users, scopes)))

    def check_nesting(self, scope: str, nodes: Iterable[Node]) -> None:
        """Raise `NetworkError` if these nodes, in that scope, would make a block part of itself."""
        kinds = {node.kind for node in nodes if node.kind in self.kinds} if scope != MAIN else ()
        problem = self.kinds.recursion(scope, kinds) if kinds else ""
        if problem:
            raise NetworkError(problem)

    def section(self, name: str) -> Settings:
        """The settings of a section; raises `ValueError` if there is no such section."""
        if name not in self.sections:
            raise ValueError(f"A document has no section ‘{name:.40}’.")
        return self.sections[name]

    # Mutations, for edits

    def add_scope(self, scope: str, network: Network, index: int | None = None) -> None:
        """Take in the network of another scope, at a place in their order; raises `NetworkError` if it is taken."""
        if scope in self.networks:
            raise NetworkError(f"There is already a block called ‘{scope:.40}’.")
        self._join(scope, network)
        if index is not None:
            names = [name for name in self.networks if name != scope]
            names.insert(index, scope)
            ordered = {name: self.networks[name] for name in names}
            self.networks.clear()
            self.networks.update(ordered)
        self.kinds.forget(scope)
        self.changed.emit(Change("scope", scope=scope))

    def remove_scope(self, scope: str) -> int:
        """Take out the network of a scope other than `MAIN`; returns the place it had."""
        network = self[scope]
        if scope == MAIN:
            raise NetworkError("The main network stays.")
        index = list(self.networks).index(scope)
        network.changed.disconnect(self._relays.pop(scope))
        self.kinds.forget(scope)
        del self.networks[scope]
        self.changed.emit(Change("scope", scope=scope))
        return index

    def set_section(self, name: str, settings: Settings) -> None:
        """Replace a section's settings; raises `ValueError` if there is no such section."""
        self.section(name)
        self.sections[name] = settings
        self.section_changed.emit(name)

    def _join(self, scope: str, network: Network) -> None:
        self.networks[scope] = network
        network.define(self.kinds)
        self._relays[scope] = network.changed.connect(partial(self._relay, scope))

    def _relay(self, scope: str, change: Change) -> None:
        if scope != MAIN and change.what not in ASIDE:
            self.kinds.forget(scope)
        self.changed.emit(change._replace(scope=scope))
