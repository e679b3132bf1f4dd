"""Edits of which module a node calls: nodes that call one share its weights and settings."""

from __future__ import annotations

from models.document.content import Content, Settings
from models.document.edits import InNetwork, Whole
from models.network import Network, NetworkError


class SetModule(InNetwork, Whole):
    """Base of edits that let nodes call other modules, perhaps with other settings."""

    def __init__(self, id: str) -> None:
        self.id = id
        self._before: dict[str, tuple[str, Settings]] = {}

    def modules(self, network: Network) -> dict[str, tuple[str, Settings]]:
        """The module and the params of each node that gets others; raises `NetworkError`."""
        raise NotImplementedError

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        after = self.modules(network)
        self._before = {id: (network[id].module, network[id].params) for id in after}
        self._set(network, after)

    def revert(self, content: Content) -> None:
        self._set(content[self.scope], self._before)

    def _set(self, network: Network, modules: dict[str, tuple[str, Settings]]) -> None:
        for id, (module, params) in modules.items():
            network.set_module(id, module)
            if params != network[id].params:
                network.set_params(id, params)


class ShareWeights(SetModule):
    """Let a node, and all that share its module, call the module of another node, whose settings they take on."""

    def __init__(self, id: str, other: str) -> None:
        super().__init__(id)
        self.other = other

    @property
    def label(self) -> str:
        return f"Share weights of {self.id} with {self.other}"

    def modules(self, network: Network) -> dict[str, tuple[str, Settings]]:
        node, other = network[self.id], network[self.other]
        if node.attribute == other.attribute:
            raise NetworkError(f"{node.id} and {other.id} share their weights already.")
        if node.kind != other.kind or node.own_layer is None or not node.own_layer.has_module:
            raise NetworkError(f"{node.id} is a {node.kind:.30}: it cannot call what {other.id} calls.")
        return {id: (other.attribute, dict(other.params)) for id in network.partners(self.id)}


class OwnWeights(SetModule):
    """Give a node that shares a module one of its own; the settings stay."""

    @property
    def label(self) -> str:
        return f"Give {self.id} its own weights"

    def modules(self, network: Network) -> dict[str, tuple[str, Settings]]:
        node = network[self.id]
        others = [id for id in network.partners(self.id) if id != self.id]
        if not others and not node.module:
            raise NetworkError(f"{self.id} has its own weights already.")
        if node.module:
            return {self.id: ("" if self.id not in network.modules else network.free_id(self.id), node.params)}
        # The module was called after this node; now it is called after the next one.
        name = next((id for id in others if id not in network.modules), network.free_id(others[0]))
        return {id: ("" if id == name else name, network[id].params) for id in others}
