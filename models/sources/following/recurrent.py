"""States of recurrent layers: PyTorch gives them layers first, Netloom with the batch first, as all else."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy

from models.layers import LAYERS
from models.sources.syntax.outline import Unreadable, attribute_of

STATE = "h_n"
"""The port of recurrent kinds where their last state leaves."""


def gives_states(name: str) -> bool:
    """Whether modules of a class of torch give states beside their output."""
    kind = LAYERS.get(name.rpartition(".")[2])
    return kind is not None and STATE in kind.outputs


def batch_first(body: Sequence[ast.stmt], is_recurrent: Callable[[str], bool]) -> list[ast.stmt]:
    """The statements of a ``forward`` with states as generated code has them: ``h[-1]`` is ``h[:, -1]`` there."""
    states: set[str] = set()
    found: list[ast.stmt] = []
    for place, statement in enumerate(body):
        plain = _Turned(states).of(statement) if states else statement
        found.append(plain)
        names = list(_states(statement, is_recurrent))
        following = {ast.unparse(each) for each in body[place + 1 : place + 1 + len(names)]}
        states -= {each.id for each in ast.walk(statement) if isinstance(each, ast.Name) and _is_target(each)}
        for name in names:
            line = f"{name} = {name}.transpose(0, 1)"
            if line not in following:
                turned = ast.parse(line).body[0]
                found.append(ast.fix_missing_locations(ast.copy_location(turned, statement)))
                for part in ast.walk(turned):
                    ast.copy_location(part, statement)
                states.add(name)
    return found


def _is_target(node: ast.Name) -> bool:
    return isinstance(node.ctx, ast.Store)


def _states(statement: ast.stmt, is_recurrent: Callable[[str], bool]) -> Iterator[str]:
    """The variables that get states: ``h`` and ``c`` of ``y, (h, c) = self.lstm(x)``."""
    match statement:
        case ast.Assign([ast.Tuple([_, states])], ast.Call(function)) if is_recurrent(attribute_of(function)):
            yield from (node.id for node in ast.walk(states) if isinstance(node, ast.Name) and node.id != "_")


class _Turned(ast.NodeTransformer):
    """Puts the place of a layer behind the batch."""

    def __init__(self, states: set[str]) -> None:
        self._states = states

    def of(self, statement: ast.stmt) -> ast.stmt:
        """A statement with states as they are; the same one where it reads none."""
        read = (node for node in ast.walk(statement) if isinstance(node, ast.Name) and not _is_target(node))
        if not any(node.id in self._states for node in read):
            return statement
        made: ast.stmt = self.visit(deepcopy(statement))
        return ast.fix_missing_locations(made)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        if not (isinstance(node.value, ast.Name) and node.value.id in self._states):
            return self.generic_visit(node)
        items = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        if isinstance(items[0], ast.Slice) or any(ast.unparse(each) != ":" for each in items[1:]):
            raise Unreadable(node, "Take one state here, such as h[-1], the last layer’s.")
        whole = ast.Tuple([ast.Slice(), items[0]], ast.Load())
        return ast.copy_location(ast.Subscript(node.value, whole, ast.Load()), node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node:
            case ast.Call(ast.Attribute(ast.Name(name) as state, "squeeze"), [ast.Constant(0)]) if name in self._states:
                whole = ast.Tuple([ast.Slice(), ast.Constant(0)], ast.Load())
                return ast.copy_location(ast.Subscript(state, whole, ast.Load()), node)
        return self.generic_visit(node)

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id in self._states and not _is_target(node):
            raise Unreadable(node, f"Take one state here: {node.id:.20}[-1] is that of the last layer.")
        return node
