"""Edits of scopes: networks beside the main one, and the parameters of any."""

from __future__ import annotations

from typing import Any

from models.document.content import Content, Settings
from models.document.edits import Edit, InNetwork, Whole
from models.network import Network, Node
from models.specs.expression import check_parameter, renamed
from models.specs.fields import FieldError, shown


class AddScope(Whole):
    """Add the network of another scope."""

    def __init__(self, scope: str, network: Network) -> None:
        self.scope, self.network = scope, network

    @property
    def label(self) -> str:
        return f"Add {self.scope}"

    def apply(self, content: Content) -> None:
        content.add_scope(self.scope, self.network)

    def revert(self, content: Content) -> None:
        content.remove_scope(self.scope)


class RemoveScope(Whole):
    """Remove a scope with its network."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self._before: tuple[Network, int] | None = None

    @property
    def label(self) -> str:
        return f"Delete {self.scope}"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        self._before = network, content.remove_scope(self.scope)

    def revert(self, content: Content) -> None:
        assert self._before is not None, "an edit is reverted after it was applied"
        network, place = self._before
        content.add_scope(self.scope, network, place)


class SetParameter(InNetwork):
    """Add a parameter of a network, change its value, or take it away with `UNSET`. Typing on in a field is one undo.

    Raises `FieldError` for a name or a value that expressions could not use.
    """

    UNSET: Any = object()

    def __init__(self, name: str, value: Any) -> None:
        self.name, self.value = name, value
        self._before: Settings = {}

    @property
    def label(self) -> str:
        return f"Delete {self.name}" if self.value is self.UNSET else f"Set {self.name}"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        if self.value is self.UNSET:
            after = {name: value for name, value in network.parameters.items() if name != self.name}
        else:
            check_parameter(self.name, self.value)
            after = network.parameters | {self.name: self.value}
        self._before = network.parameters
        network.set_parameters(after)

    def revert(self, content: Content) -> None:
        content[self.scope].set_parameters(self._before)

    def merged(self, later: Edit) -> Edit | None:
        if not isinstance(later, SetParameter) or (later.scope, later.name) != (self.scope, self.name):
            return None
        both = SetParameter(self.name, later.value).within(self.scope)
        both._before = self._before
        return both


class RenameParameter(InNetwork, Whole):
    """Give a parameter of a network another name, in all settings that compute with it.

    Raises `FieldError` for a name that cannot be, or that another parameter has.
    """

    def __init__(self, name: str, new: str) -> None:
        self.name, self.new = name, new
        self._before: tuple[Settings, dict[str, Settings]] = ({}, {})

    @property
    def label(self) -> str:
        return f"Rename {self.name}"

    def apply(self, content: Content) -> None:
        network = content[self.scope]
        if self.name not in network.parameters:
            raise FieldError(f"expected a named number of the network, found {shown(self.name)}.")
        if self.new in network.parameters:
            raise FieldError(f"expected a new name, found {self.new}, which another number has.")
        check_parameter(self.new, 0)
        settings = {node.id: self._renamed(node) for node in network if node.computed}
        changed = {id: params for id, params in settings.items() if params != network[id].params}
        self._before = network.parameters, {id: network[id].params for id in changed}
        names = {self.new if name == self.name else name: value for name, value in network.parameters.items()}
        self._set(network, names, changed)

    def _renamed(self, node: Node) -> Settings:
        fields = node.own_layer.fields if node.own_layer else {}
        return {
            name: renamed(value, self.name, self.new) if name in fields else value
            for name, value in node.params.items()
        }

    def revert(self, content: Content) -> None:
        self._set(content[self.scope], *self._before)

    @staticmethod
    def _set(network: Network, parameters: Settings, settings: dict[str, Settings]) -> None:
        network.set_parameters(parameters)
        for id, params in settings.items():
            network.set_params(id, params)
