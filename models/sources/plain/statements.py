"""Statements followed one by one: choices are made, loops are written out, variables stand for what they hold."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import NamedTuple

from models.sources.plain.arithmetic import combined
from models.sources.plain.expressions import bind, decided, evaluate, items_of
from models.sources.plain.frames import Frame
from models.sources.plain.values import Held, Value
from models.sources.syntax.outline import Unreadable, attribute_of

MOST_STATEMENTS = 10_000
DEEPEST = 20


class Returned(NamedTuple):
    """What a function gives back, which ends it."""

    value: Value


class Budget:
    """How many statements may be followed in one source."""

    def __init__(self) -> None:
        self._left = MOST_STATEMENTS

    def spend(self, node: ast.stmt) -> None:
        """One statement more; raises `Unreadable` where there were too many."""
        self._left -= 1
        if self._left < 0:
            raise Unreadable(node, f"Netloom follows at most {MOST_STATEMENTS:,} statements of such code.")


class Follow:
    """Goes through the statements of functions; what remains of them is ``out``."""

    def __init__(self, budget: Budget) -> None:
        self._budget = budget
        self.out: list[ast.stmt] = []

    def run(self, body: Sequence[ast.stmt], frame: Frame) -> Returned | None:
        """Follow statements up to a return."""
        for statement in body:
            self._budget.spend(statement)
            found = self._statement(statement, frame)
            if found is not None:
                return found
        return None

    def _statement(self, node: ast.stmt, frame: Frame) -> Returned | None:
        match node:
            case ast.If():
                return self.run(node.body if decided(node.test, frame) else node.orelse, frame)
            case ast.For():
                return self._loop(node, frame)
            case ast.Return():
                return self.returned(node, frame)
            case ast.Assign(targets=[target]):
                self.assign(target, node.value, node, frame)
            case ast.AnnAssign(value=ast.expr() as value):
                self.assign(node.target, value, node, frame)
            case ast.AugAssign():
                self.augment(node, frame)
            case ast.Expr(ast.Call() as call):
                self.call(call, node, frame)
            case ast.Raise():
                raise Unreadable(node, "With these arguments the class raises this error.")
            case ast.Assert() | ast.Pass() | ast.AnnAssign():
                pass
            case _:
                self.out.append(node)
        return None

    def _loop(self, node: ast.For, frame: Frame) -> Returned | None:
        many = items_of(evaluate(node.iter, frame))
        if many is None or node.orelse:
            raise Unreadable(node, f"What ‘{ast.unparse(node.iter):.30}’ goes through is not known here.")
        if any(isinstance(each, ast.Break | ast.Continue) for each in ast.walk(node)):
            raise Unreadable(node, "Netloom follows loops without break and continue.")
        for item in many:
            bind(node.target, item, frame)
            found = self.run(node.body, frame)
            if found is not None:
                return found
        return None

    def grown(self, call: ast.Call, frame: Frame) -> bool:
        """Follow ``layers.append(…)`` and its like; tells whether it was one."""
        match call:
            case ast.Call(ast.Attribute(target, "append" | "extend" | "add_module" | "insert" as word), args):
                many = frame.owner if attribute_of(target) == "" and _is_self(target) else evaluate(target, frame)
                given = [evaluate(each, frame) for each in args]
                return _grow(many, word, given, call)
        return False

    # What constructors and forward do in their own ways

    def returned(self, node: ast.Return, frame: Frame) -> Returned:
        """What a return gives."""
        return Returned(evaluate(node.value, frame) if node.value is not None else None)

    def assign(self, target: ast.expr, value: ast.expr, node: ast.stmt, frame: Frame) -> None:
        """Let a target stand for what an expression gives."""
        raise NotImplementedError

    def call(self, call: ast.Call, node: ast.stmt, frame: Frame) -> None:
        """A call as a statement."""
        raise NotImplementedError

    def augment(self, node: ast.AugAssign, frame: Frame) -> None:
        """``layers += [nn.ReLU()]``, ``width *= 2``."""
        target = ast.copy_location(ast.parse(ast.unparse(node.target), mode="eval").body, node)
        left, right = evaluate(target, frame), evaluate(node.value, frame)
        if isinstance(left, list) and isinstance(right, list | tuple):
            left.extend(right)
            return
        result = combined(node.op, left, right, node)
        if isinstance(node.target, ast.Name):
            frame.names[node.target.id] = result
        elif frame.owner is not None and (name := attribute_of(node.target)):
            frame.owner.attributes[name] = result


def _is_self(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == "self"


def _grow(many: Value, word: str, given: list[Value], call: ast.Call) -> bool:
    match many, word, given:
        case list(), "append", [value]:
            many.append(value)
        case list() | Held(), "extend", [values]:
            for value in _all(values, call):
                many.append(value) if isinstance(many, list) else many.add(value)
        case list(), "insert", [int(place), value]:
            many.insert(place, value)
        case Held(), "append", [value]:
            many.add(value)
        case Held(), "add_module", [str(name), value]:
            many.items[name] = value
            many.named = many.kind == "Sequential"
        case _:
            return False
    return True


def _all(values: Value, call: ast.Call) -> list[Value]:
    found = items_of(values)
    if found is None:
        raise Unreadable(call, "What this adds is not known here.")
    return found
