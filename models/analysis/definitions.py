"""The kinds that a document defines: which they are, what uses what, and which of them cannot be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import new_class
from typing import Any

from models.analysis.blocks import DEEPEST, FIRST, Block, First, FirstField, Number
from models.kinds.layer import LAYERS, Layer, Port
from models.network import Network, input_nodes, output_nodes
from models.specs.expression import check_parameter
from models.specs.fields import FieldError


class Definitions(Mapping[str, type[Layer]]):
    """The kinds that networks by scope define, each made when it is first asked for."""

    def __init__(self, networks: Mapping[str, Network], main: str = "") -> None:
        self._networks, self._main = networks, main
        self._made: dict[str, type[Block]] = {}

    def __getitem__(self, name: str) -> type[Layer]:
        made: type[Layer] | None = self.get(name)
        if made is None:
            raise KeyError(name)
        return made

    def __contains__(self, name: object) -> bool:
        return name in self._networks and name != self._main and name not in LAYERS

    def get(self, name: str, default: Any = None) -> Any:
        """The kind of that name. Asked of every node, so the usual answers come without an exception."""
        made = self._made.get(name)
        if made is None and name in self:
            made = self._made[name] = block_kind(name, self._networks[name], self.recursion(name))
        return default if made is None else made

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._networks if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def forget(self, scope: str) -> frozenset[str]:
        """Make anew what depends on a network that has changed; returns these kinds."""
        names = self.users(scope)
        for name in names:
            if (made := self._made.pop(name, None)) is not None:
                made.forget()
        return names

    def users(self, scope: str) -> frozenset[str]:
        """A kind with all those that it is part of."""
        found, waiting = {scope}, [scope]
        while waiting:
            name = waiting.pop()
            for user, network in self._networks.items():
                if user != self._main and user not in found and any(node.kind == name for node in network):
                    found.add(user)
                    waiting.append(user)
        return frozenset(found)

    def uses(self, scope: str) -> tuple[str, ...]:
        """The kinds that a network uses."""
        return tuple(dict.fromkeys(node.kind for node in self._networks[scope] if node.kind in self))

    def recursion(self, name: str, also: Iterable[str] = ()) -> str:
        """Why a block cannot be, with ``also`` as kinds in it, too: it holds itself or nests too deep; "" if it can."""
        before: dict[str, str] = {}
        level = list(dict.fromkeys((*self.uses(name), *also)))
        before |= dict.fromkeys(level, name)
        for _ in range(DEEPEST):
            if name in level:
                return f"{name:.20} cannot hold itself: {_way(name, before)}."
            following = [(inner, outer) for outer in level if outer in self._networks for inner in self.uses(outer)]
            for inner, outer in following:
                before.setdefault(inner, outer)
            level = list(dict.fromkeys(inner for inner, _ in following))
            if not level:
                return ""
        return f"{name:.20} holds blocks within blocks, more than {DEEPEST} levels deep."

    def order(self) -> list[str]:
        """All scopes, each behind those that use it, where that can be."""
        waiting = dict.fromkeys(self._networks, 0)
        for scope in self._networks:
            for name in self.uses(scope):
                waiting[name] += 1
        ready, found = [scope for scope, count in waiting.items() if count == 0], list[str]()
        while ready:
            scope = ready.pop(0)
            found.append(scope)
            for name in self.uses(scope):
                waiting[name] -= 1
                if waiting[name] == 0:
                    ready.append(name)
        return found + [scope for scope in self._networks if scope not in found]


def _way(name: str, before: Mapping[str, str]) -> str:
    """``A ▸ B ▸ A``."""
    steps = [name, before[name]]
    while steps[-1] != name and len(steps) < DEEPEST:
        steps.append(before[steps[-1]])
    return " ▸ ".join(f"{step:.14}" for step in reversed(steps[:3] if len(steps) <= 3 else [*steps[:2], "…", name]))


def block_kind(name: str, definition: Network, problem: str = "") -> type[Block]:
    """The kind that a network defines: its Inputs and Outputs are ports, its parameters settings."""
    inputs = tuple(Port(node.id) for node in input_nodes(definition))
    outputs = tuple(node.id for node in output_nodes(definition))
    numbers: dict[str, Number] = {}
    for parameter, value in definition.parameters.items():
        try:
            check_parameter(parameter, value)
            if hasattr(Block, parameter):
                raise FieldError(f"expected another name than ‘{parameter}’, which has a meaning of its own.")
            numbers[parameter] = Number(value, help=f"A parameter of {name}.")
        except FieldError as error:
            problem = problem or f"{name:.20}: {error}"
    if not problem and not (inputs and outputs):
        missing = "output" if inputs else "input"
        problem = f"{name:.30} has no {missing}. Open it and add one."
    first = FirstField(First(), label="First differs", help=Block.first.help)
    first.numbers = numbers
    namespace = {**numbers, FIRST: first, "inputs": inputs, "outputs": outputs, "definition": definition,
                 "numbers": numbers, "problem": problem, "title": name, "help": _help(name, definition)}  # fmt: skip
    return new_class(_identifier(name), (Block,), {"kind": name}, lambda body: body.update(namespace))


def _help(name: str, definition: Network) -> str:
    notes = [note.text for note in definition.notes.values()]
    return notes[0] if notes else f"A block of {len(definition):,} layers, defined in this document."


def _identifier(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum()) or "Block"


def uses_of(networks: Mapping[str, Network], kinds: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """By scope the nodes that are of some kinds."""
    wanted = frozenset(kinds)
    found = {scope: tuple(n.id for n in network if n.kind in wanted) for scope, network in networks.items()}
    return {scope: ids for scope, ids in found.items() if ids}
