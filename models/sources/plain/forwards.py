"""``forward`` followed with what the constructor left: choices made, loops and methods written out."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence

from models.sources.plain.expressions import evaluate
from models.sources.plain.frames import Frame, Instance
from models.sources.plain.statements import Budget, Follow, Returned
from models.sources.plain.values import NESTED, Code, Held, Value, located, written
from models.sources.recognizing.idioms import is_size, looped
from models.sources.syntax.outline import Unreadable, attribute_of


class Forward(Follow):
    """Follows one ``forward``; ``out`` are its statements in plain words."""

    def __init__(self, budget: Budget, owner: Instance) -> None:
        super().__init__(budget)
        self._owner = owner
        self._count = 0

    def _statement(self, node: ast.stmt, frame: Frame) -> Returned | None:
        whole = looped(node) if isinstance(node, ast.For) else None
        held = whole.value.func if whole is not None and isinstance(whole.value, ast.Call) else None
        if held is not None and frame.depth == 0 and not isinstance(evaluate(held, frame), Held | list):
            self.out.append(node)  # one call of a container goes through all that it holds
            return None
        return super()._statement(node, frame)

    def returned(self, node: ast.Return, frame: Frame) -> Returned:
        """The value of a method; that of ``forward`` is given back."""
        value = evaluate(node.value, frame) if node.value is not None else None
        if frame.depth == 0 and node.value is not None:
            made = written(value, node.value)
            self.out.append(node if _same(made, node.value) else ast.copy_location(ast.Return(made), node))
        return Returned(value)

    def assign(self, target: ast.expr, value: ast.expr, node: ast.stmt, frame: Frame) -> None:
        """A statement of ``forward``, where it computes something from tensors; else a variable."""
        found = evaluate(value, frame)
        if isinstance(found, Code) and is_shape(found.node) and isinstance(target, ast.Tuple):
            self._sizes(target, found.node, node, frame)
            return
        self._given(target, found, node, value, frame)

    def _sizes(self, target: ast.Tuple, shape: ast.expr, node: ast.stmt, frame: Frame) -> None:
        """``b, c, h, w = x.shape``: what is looked up later is that of the tensor as it is now."""
        assert isinstance(shape, ast.Call | ast.Attribute), "it is a shape"
        tensor = shape.func if isinstance(shape, ast.Call) else shape
        assert isinstance(tensor, ast.Attribute), "it is a shape"
        held = self._kept(Code(tensor.value), node)
        for place, each in enumerate(target.elts):
            if isinstance(each, ast.Name):
                size = ast.Call(ast.Attribute(held.node, "size", ast.Load()), [ast.Constant(place)], [])
                frame.names[each.id] = Code(located(size, node))

    def _given(self, target: ast.expr, found: Value, node: ast.stmt, value: ast.expr, frame: Frame) -> None:
        if isinstance(found, tuple | list) and isinstance(target, ast.Tuple | ast.List):
            if _is_exchange(target, found):
                found = [self._kept(item, node) for item in found]
            for each, item in zip(target.elts, found, strict=len(found) == len(target.elts)):
                self._given(each, item, node, value, frame)
            return
        if isinstance(target, ast.Name) and (not isinstance(found, Code) or found.is_module or is_size(found.node)):
            frame.names[target.id] = self._kept(found, node)
            return
        made = written(found, value)
        if frame.depth == 0:
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    frame.names.pop(name.id, None)
            same = isinstance(node, ast.Assign) and node.targets[0] is target and _same(made, node.value)
            self.out.append(node if same else located(ast.Assign([target], made), node))
        else:
            self.out.append(located(ast.Assign([self._renamed(target, frame)], made), node))

    def augment(self, node: ast.AugAssign, frame: Frame) -> None:
        """``x += y`` with what stands behind the names."""
        name = node.target.id if isinstance(node.target, ast.Name) else ""
        if name in frame.names and not isinstance(frame.names[name], Code):
            super().augment(node, frame)
            return
        plain = frame.depth == 0 and name not in frame.names
        if plain:
            value = written(evaluate(node.value, frame), node.value)
            same = _same(value, node.value)
            self.out.append(node if same else located(ast.AugAssign(node.target, node.op, value), node))
            return
        left = ast.copy_location(ast.Name(name, ast.Load()), node)
        whole = located(ast.BinOp(left, node.op, node.value), node)
        self.assign(node.target, whole, node, frame)

    def call(self, call: ast.Call, node: ast.stmt, frame: Frame) -> None:
        """A list that grows; all else stays, and says why it cannot be drawn."""
        match call:
            case ast.Call(ast.Attribute(ast.Name(name), "append"), [value]) if isinstance(frame.names.get(name), list):
                frame.names[name].append(self._kept(evaluate(value, frame), node))
            case _:
                if not self.grown(call, frame):
                    self.out.append(node)

    def _kept(self, value: Value, node: ast.stmt) -> Value:
        """A value that goes on meaning the same, whatever becomes of the variables in it."""
        if isinstance(value, list | tuple):
            return type(value)(self._kept(item, node) for item in value)
        if not isinstance(value, Code) or value.is_module or is_size(value.node):
            return value
        name = self.fresh()
        self.out.append(located(ast.Assign([ast.Name(name, ast.Store())], value.node), node))
        return Code(located(ast.Name(name, ast.Load()), node))

    def fresh(self) -> str:
        """The name of a variable that stands nowhere in the source."""
        self._count += 1
        return f"{NESTED}p{self._count}"

    def _renamed(self, target: ast.expr, frame: Frame) -> ast.expr:
        """A target of a method, whose variables are its own."""
        if isinstance(target, ast.Tuple | ast.List):
            return located(ast.Tuple([self._renamed(each, frame) for each in target.elts], ast.Store()), target)
        if not isinstance(target, ast.Name):
            raise Unreadable(target, "Netloom cannot draw what is kept here.")
        if target.id == "_":
            return target
        name = self.fresh()
        frame.names[target.id] = Code(located(ast.Name(name, ast.Load()), target))
        return located(ast.Name(name, ast.Store()), target)


def _is_exchange(target: ast.Tuple | ast.List, values: Sequence[Value]) -> bool:
    """Whether a value stands behind a variable that is given another one before it: ``a, b = b, a``."""
    given: set[str] = set()
    for each, value in zip(target.elts, values, strict=False):
        read = ast.walk(value.node) if isinstance(value, Code) else ()
        if any(isinstance(part, ast.Name) and part.id in given for part in read):
            return True
        given |= {part.id for part in ast.walk(each) if isinstance(part, ast.Name)}
    return False


def _same(one: ast.expr, other: ast.expr) -> bool:
    return one is other or ast.dump(one) == ast.dump(other)


def is_shape(node: ast.expr) -> bool:
    """Whether an expression is all sizes of a tensor: ``x.shape``, ``x.size()``."""
    match node:
        case ast.Attribute(_, "shape") | ast.Call(ast.Attribute(_, "size"), [], []):
            return True
    return False


def taken_apart(owner: Mapping[str, Value], functions: Iterator[ast.FunctionDef]) -> dict[str, str]:
    """The attributes of containers whose layers ``forward`` reaches one by one."""
    held = {name for name, value in owner.items() if isinstance(value, Held)}
    found = {name for name, value in owner.items() if isinstance(value, Held) and _must(value)}
    for function in functions if held else ():
        whole = set(_wholes(function))
        for node in ast.walk(function):
            if (name := attribute_of(node)) in held and id(node) not in whole:
                found.add(name)
    return dict.fromkeys(sorted(found), "")


def _must(value: Held) -> bool:
    """Whether a container is no layer itself: it is empty, or holds lists."""
    inner = (item for item in value.items.values() if isinstance(item, Held))
    return value.kind == "ModuleDict" or not value.items or any(item.kind != "Sequential" for item in inner)


def _wholes(function: ast.FunctionDef) -> Iterator[int]:
    """The attributes that are called as they are, gone through in a row, or compared with None."""
    for node in ast.walk(function):
        if isinstance(node, ast.Call):
            yield id(node.func)
        elif isinstance(node, ast.For) and looped(node) is not None:
            yield id(node.iter)
        elif isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Is | ast.IsNot):
            yield id(node.left)
