"""Constructors followed with what a class is told: the layers that are made in the end, one a line."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from models.sources.plain.expressions import evaluate
from models.sources.plain.frames import Frame, Instance
from models.sources.plain.statements import Budget, Follow
from models.sources.plain.values import Code, Held, Symbol, Value, located, written
from models.sources.syntax.outline import Unreadable, attribute_of, dotted

_BEGINNINGS = "Set how weights begin in the settings of each layer, and take this line out."


class Constructor(Follow):
    """Follows one ``__init__``. What it makes is kept by attribute, with the statement that made it."""

    def __init__(self, budget: Budget, owner: Instance) -> None:
        super().__init__(budget)
        self._owner = owner
        self._made: dict[str, tuple[ast.stmt, Value]] = {}
        self._noted: list[ast.stmt] = []
        self._head: list[ast.stmt] = []

    def assign(self, target: ast.expr, value: ast.expr, node: ast.stmt, frame: Frame) -> None:
        """A layer, where it is given to ``self``; else a variable."""
        found, name = evaluate(value, frame), attribute_of(target)
        if not name:
            _bind(target, found, node, frame)
            return
        attributes = self._owner.attributes
        attributes[name] = found
        self._made.pop(name, None)
        if isinstance(found, Held):
            self._made[name] = node, found
        elif isinstance(found, Symbol):
            if isinstance(value, ast.Name) and isinstance(found.node, ast.Name):
                self._noted.append(node)
        elif isinstance(found, Code) and isinstance(found.node, ast.Call | ast.ListComp | ast.BinOp):
            self._made[name] = node, found
            own = ast.Attribute(ast.Name("self", ast.Load()), name, ast.Load())
            attributes[name] = Code(located(own, node), True)

    def call(self, call: ast.Call, node: ast.stmt, frame: Frame) -> None:
        """What the constructor of torch does, a layer more, or how weights begin."""
        function = call.func
        if isinstance(function, ast.Attribute) and function.attr == "__init__":
            self._head.append(node)
        elif isinstance(function, ast.Attribute) and function.attr in ("add_module", "register_module"):
            self._named(call, node, frame)
        elif not self.grown(call, frame):
            self._other(call, node, frame)

    def _named(self, call: ast.Call, node: ast.stmt, frame: Frame) -> None:
        """``self.add_module("conv1", …)``, or one of a container."""
        assert isinstance(call.func, ast.Attribute), "it was looked at"
        if not (isinstance(call.func.value, ast.Name) and call.func.value.id == "self"):
            if not self.grown(call, frame):
                raise Unreadable(call, "Which module this is added to is not known here.")
            return
        name = evaluate(call.args[0], frame) if len(call.args) == 2 else None
        if not isinstance(name, str) or not name.isidentifier():
            raise Unreadable(call, "Netloom cannot read the name of this layer.")
        target = ast.Attribute(ast.Name("self", ast.Load()), name, ast.Store())
        self.assign(located(target, call), call.args[1], node, frame)

    def _other(self, call: ast.Call, node: ast.stmt, frame: Frame) -> None:
        """A helper is followed; what stands behind layers that are made is about their weights."""
        name = attribute_of(call.func)
        if name == "apply" or any(_goes_over_modules(part) for part in self._parts(name, call)):
            raise Unreadable(call, _BEGINNINGS)
        found = evaluate(call, frame)
        if isinstance(found, Code):
            self.out.append(ast.copy_location(ast.Expr(found.node), node))

    def _parts(self, name: str, call: ast.Call) -> Iterable[ast.AST]:
        return (self._owner.methods[name], call) if name in self._owner.methods else (call,)

    def statements(self, exploded: Mapping[str, str]) -> Iterator[ast.stmt]:
        """What the constructor says in plain words: the layers of containers in ``exploded`` have attributes of their
        own."""
        yield from self._head
        yield from self._noted
        for name, (node, value) in self._made.items():
            yield from _assigned(name, value, node, name in exploded)
        yield from self.out

    def after(self, exploded: Mapping[str, str]) -> None:
        """Let attributes stand for what ``forward`` finds there."""
        for name, (node, value) in self._made.items():
            if isinstance(value, Held):
                self._owner.attributes[name] = _own(name, value, node, name in exploded)

    def check(self) -> None:
        """Raise `Unreadable` where one layer was put in two places, which would be two."""
        seen: set[int] = set()
        for _, value in self._made.values():
            for call in _calls(value):
                if id(call) in seen and _makes_a_layer(call):
                    raise Unreadable(
                        call, "This one layer stands in two places. Give it one attribute; call that twice."
                    )
                seen.add(id(call))


def _makes_a_layer(call: ast.Call) -> bool:
    """Whether a call is of a class, by its name."""
    return dotted(call.func).rpartition(".")[2][:1].isupper()


def _bind(target: ast.expr, value: Value, node: ast.stmt, frame: Frame) -> None:
    from models.sources.plain.expressions import bind

    if not isinstance(target, ast.Name | ast.Tuple | ast.List):
        raise Unreadable(node, "Only layers are made here: self.conv1 = nn.Conv2d(…).")
    bind(target, value, frame)


def _goes_over_modules(part: ast.AST) -> bool:
    names = {"modules", "children", "parameters", "named_parameters", "named_modules"}
    return any(isinstance(each, ast.Attribute) and each.attr in names for each in ast.walk(part))


def _assigned(name: str, value: Value, node: ast.stmt, exploded: bool) -> Iterator[ast.stmt]:
    if exploded and isinstance(value, Held):
        for key, item in value.plain():
            yield from _assigned(part_name(name, key), item, node, isinstance(item, Held) and item.kind != "Sequential")
        return
    target = ast.Attribute(ast.Name("self", ast.Load()), name, ast.Store())
    origin = value.node if isinstance(value, Code) else node.value if isinstance(node, ast.Assign) else node
    yield located(ast.Assign([target], written(value, origin or node)), node)


def part_name(name: str, key: str) -> str:
    """The attribute of one layer of a container."""
    return f"{name}_" + "".join(letter if letter.isascii() and letter.isalnum() else "_" for letter in key)


def _own(name: str, value: Value, node: ast.stmt, exploded: bool) -> Value:
    if exploded and isinstance(value, Held):
        held = Held(value.function, value.kind)
        for key, item in value.plain():
            inner = isinstance(item, Held) and item.kind != "Sequential"
            held.items[key] = _own(part_name(name, key), item, node, inner)
        return held
    return Code(located(ast.Attribute(ast.Name("self", ast.Load()), name, ast.Load()), node), True)


def _calls(value: Value) -> Iterator[ast.Call]:
    if isinstance(value, Held):
        for item in value.items.values():
            yield from _calls(item)
    elif isinstance(value, Code):
        yield from (node for node in ast.walk(value.node) if isinstance(node, ast.Call))
