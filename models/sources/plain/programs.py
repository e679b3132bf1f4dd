"""A module of source worked out: which classes there are in the end, each with the arguments that remain numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from copy import copy
from typing import NamedTuple

from models.layers import LAYERS
from models.sources.plain.constructors import Constructor
from models.sources.plain.expressions import evaluate, spread
from models.sources.plain.forwards import Forward, taken_apart
from models.sources.plain.frames import Frame, Instance
from models.sources.plain.statements import DEEPEST, Budget, Follow
from models.sources.plain.values import Code, Symbol, Value, is_known, is_number, located, written
from models.sources.syntax.outline import Problem, Unreadable, dotted
from models.specs.expression import IN_CHANNELS

SEVERAL = "total_channels"
CONSTRUCTOR, FORWARD = "__init__", "forward"


class Plain(NamedTuple):
    """A class in plain words, and what keeps it from being so."""

    node: ast.ClassDef
    problems: tuple[Problem, ...] = ()


class _Kept(NamedTuple):
    """A class that was worked out: its name, and which arguments it still takes."""

    name: str
    arguments: tuple[str, ...]


class Program:
    """The classes of a module, worked out from those that no other makes."""

    def __init__(self, tree: ast.Module, aliases: Mapping[str, str]) -> None:
        self.aliases = aliases
        self._tree = tree
        self._functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
        self._classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
        self._constants: dict[str, Value] = {}
        self._budget = Budget()
        self._follows: list[Follow] = []
        self._stack: list[str] = []
        self._memory: dict[str, _Kept] = {}
        self.classes: dict[str, Plain] = {}
        """By name, inner ones first."""
        self._own: dict[str, list[str]] = {}
        """The names of the classes that one of the source became."""
        self._read_constants()

    def _read_constants(self) -> None:
        for node in self._tree.body:
            match node:
                case ast.Assign([ast.Name(name)], value):
                    try:
                        found = evaluate(value, Frame(self))
                    except Unreadable:
                        continue
                    if is_known(found):
                        self._constants[name] = found

    # What expressions ask

    def constant(self, name: str) -> Value:
        """A value of the module by its name."""
        return self._constants[name]

    def of_class(self, name: str, attribute: str) -> Value:
        """What stands in the body of a class: ``expansion = 4``."""
        for node in self._classes[name].body:
            match node:
                case ast.Assign([ast.Name(found)], value) if found == attribute:
                    return evaluate(value, Frame(self))
        raise KeyError(attribute)

    def called(self, name: str, call: ast.Call, frame: Frame) -> Value | None:
        """What a function of the module gives, or the call of a class that was worked out."""
        if name in self._functions and self._follows:
            return self._through(self._functions[name], call, frame, None)
        part = self._classes.get(name)
        if part is None or name in self._stack or not _methods(part).keys() & {FORWARD} or not self._follows:
            return None
        call = spread(call, frame)
        if (call.args and isinstance(call.args[-1], ast.Starred)) or any(word.arg is None for word in call.keywords):
            raise Unreadable(call, f"Write the arguments of {name:.40} one by one.")
        kept, given = self._use(part, call, frame)
        order = _parameters(part)
        said = dict(zip(order, call.args, strict=False)) | {word.arg or "": word.value for word in call.keywords}
        values = {each: written(given[each], node) for each, node in said.items() if each in kept.arguments}
        if (
            values.keys() == said.keys()
            and not call.keywords
            and not any(_called(each, part) == SEVERAL for each in order)
        ):
            made = ast.Call(ast.Name(kept.name, ast.Load()), list(values.values()), [])
        else:
            words = [located(ast.keyword(_called(each, part), value), said[each]) for each, value in values.items()]
            made = ast.Call(ast.Name(kept.name, ast.Load()), [], words)
        return Code(located(made, call), True)

    def method(self, name: str, call: ast.Call, frame: Frame) -> Value:
        """What a method of ``self`` gives."""
        assert frame.owner is not None, "it has methods"
        return self._through(frame.owner.methods[name], call, frame, frame.owner)

    def _through(self, function: ast.FunctionDef, call: ast.Call, frame: Frame, owner: Instance | None) -> Value:
        """Follow a function where it is called."""
        if frame.depth >= DEEPEST:
            raise Unreadable(call, f"{function.name:.40} calls itself too often to be drawn.")
        static = any(dotted(each) == "staticmethod" for each in function.decorator_list)
        given = self._bound(function, call, frame, skip=1 if owner is not None and not static else 0)
        inner = Frame(self, owner, given, frame.depth + 1)
        found = self._follows[-1].run(function.body, inner)
        return found.value if found is not None else None

    def _bound(self, function: ast.FunctionDef, call: ast.Call, frame: Frame, skip: int) -> dict[str, Value]:
        """The arguments of a function by name, with what a call gives them, else their defaults."""
        arguments, call = function.args, spread(call, frame)
        if arguments.vararg:
            raise Unreadable(function, f"Write the arguments of this one by one, without *{arguments.vararg.arg:.20}.")
        names = [each.arg for each in [*arguments.posonlyargs, *arguments.args][skip:]]
        usual = dict(_defaults(function))
        words = {word.arg or "": word.value for word in call.keywords}
        passed = dict(zip(names, call.args, strict=False)) | words
        known = {*names, *(each.arg for each in arguments.kwonlyargs)}
        rest = {name: passed.pop(name) for name in passed.keys() - known} if arguments.kwarg else {}
        if len(call.args) > len(names) or not passed.keys() <= known:
            raise Unreadable(call, f"{function.name:.30} takes: {', '.join(names):.40}.")
        found = {name: evaluate(value, frame) for name, value in passed.items()}
        if arguments.kwarg:
            found[arguments.kwarg.arg] = {name: evaluate(rest[name], frame) for name in sorted(rest)}
        for name in [*names, *(each.arg for each in arguments.kwonlyargs)]:
            if name not in found:
                if name not in usual:
                    raise Unreadable(call, f"A value for {name:.30} is missing here.")
                found[name] = evaluate(usual[name], Frame(self))
        return found

    # Classes

    def run(self) -> dict[str, Plain]:
        """Work out all classes that something makes, and those that nothing does; the latter come last."""
        roots = [name for name in self._classes if not self._is_made(name)]
        for name in reversed(roots):  # what is handed to one as an argument stands before it
            if name not in self._own:
                self._root(self._classes[name], name == roots[-1])
        inner = {name: plain for name, plain in self.classes.items() if name not in roots or name in self._own}
        return inner | {name: self.classes[name] for name in roots if name in self.classes and name not in inner}

    def _is_made(self, name: str) -> bool:
        """Whether another class makes one, itself or by a function that it calls."""
        parts: list[ast.stmt] = [part for other, part in self._classes.items() if other != name]
        called = {found for part in parts for found in _names(part)}
        helpers = (part for other, part in self._functions.items() if other in called)
        return name in called or any(name in _names(part) for part in helpers)

    def _root(self, part: ast.ClassDef, is_last: bool) -> None:
        """A class that no other makes: all that it is told are constants. Where that cannot be, only the last one,
        which is the network, says so."""
        function = _methods(part).get(CONSTRUCTOR)
        usual = dict(_defaults(function)) if function is not None else {}
        call = None
        if function is not None and any(name not in usual for name in _parameters(part)):
            call = self._example(part.name)
        try:
            if function is None:
                values: dict[str, Value] = {}
            else:
                bare = located(ast.Call(ast.Name(part.name, ast.Load()), [], []), function)
                values = self._bound(function, call or bare, Frame(self), skip=1)
        except Unreadable as error:
            missing = [name for name in _parameters(part) if name not in usual]
            if not is_last:
                return
            text = f"Give {missing[0]:.30} a default here, such as {missing[0]:.20}=10." if missing else str(error)
            line = function.lineno if function is not None and missing else error.line
            self.classes[part.name] = Plain(part, (Problem(line, text),))
            return
        node, problems = self._worked_out(part, values, {})
        self.classes[part.name] = Plain(node, problems)

    def _example(self, name: str) -> ast.Call | None:
        """A call that makes a class with constants, somewhere outside of classes."""
        for node in ast.walk(ast.Module([part for part in self._tree.body if not isinstance(part, ast.ClassDef)], [])):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
                values = [evaluate(each, Frame(self)) for each in [*node.args, *(word.value for word in node.keywords)]]
                if all(is_known(value) or self._is_class(value) for value in values):
                    return node
        return None

    def _is_class(self, value: Value) -> bool:
        return isinstance(value, Code) and isinstance(value.node, ast.Name) and value.node.id in self._classes

    def _use(self, part: ast.ClassDef, call: ast.Call, frame: Frame) -> tuple[_Kept, dict[str, Value]]:
        """The class that a call makes, with what it is told."""
        function = _methods(part).get(CONSTRUCTOR)
        given = self._bound(function, call, frame, skip=1) if function is not None else {}
        key = f"{part.name}:{ {name: _told(value) for name, value in given.items()} }"
        if key not in self._memory:
            numbers = {name: value for name, value in given.items() if is_number(value)}
            for name, value in given.items():
                _check_own(name, value, call)
            self._stack.append(part.name)
            symbols = {
                name: Symbol(
                    ast.Name(_called(name, part), ast.Load()), value.number if isinstance(value, Symbol) else value
                )
                for name, value in numbers.items()
            }
            node, problems = self._worked_out(part, {**given, **symbols}, symbols)
            self._stack.pop()
            self._memory[key] = _Kept(self._named(part.name, Plain(node, problems)), tuple(symbols))
        return self._memory[key], given

    def _named(self, name: str, plain: Plain) -> str:
        """The class of that name that says this; one more where those that there are say something else."""
        for other in self._own.setdefault(name, []):
            if _says(self.classes[other].node) == _says(plain.node):
                return other
        wanted, number = f"{name}Block" if name in LAYERS else name, 2
        free = wanted
        while free in self.classes or (free in self._classes and free != name):
            free, number = f"{wanted}{number}", number + 1
        plain.node.name = free
        self.classes[free] = plain
        self._own[name].append(free)
        return free

    def _worked_out(
        self, part: ast.ClassDef, values: Mapping[str, Value], kept: Mapping[str, Symbol]
    ) -> tuple[ast.ClassDef, tuple[Problem, ...]]:
        """A class in plain words, told these values, of which some remain arguments."""
        methods = _methods(part)
        owner = Instance({name: each for name, each in methods.items() if name not in (CONSTRUCTOR, FORWARD)})
        for node in part.body:
            match node:
                case ast.Assign([ast.Name(name)], value):
                    owner.attributes[name] = evaluate(value, Frame(self))
        made, problems = copy(part), list[Problem]()
        body: list[ast.stmt] = []
        for name, function in sorted(methods.items(), key=lambda each: each[0] != CONSTRUCTOR):
            try:
                if name == CONSTRUCTOR:
                    body.append(_function(function, self._constructor(function, methods, owner, values), kept))
                elif name == FORWARD:
                    body.append(self._forward(function, owner))
            except Unreadable as error:
                problems.append(error.problem)
                body.append(function)
                break
        made.body = body
        return made, tuple(problems)

    def _constructor(
        self,
        function: ast.FunctionDef,
        methods: Mapping[str, ast.FunctionDef],
        owner: Instance,
        values: Mapping[str, Value],
    ) -> list[ast.stmt]:
        follow = Constructor(self._budget, owner)
        self._follows.append(follow)
        try:
            follow.run(function.body, Frame(self, owner, dict(values)))
        finally:
            self._follows.pop()
        follow.check()
        exploded = taken_apart(owner.attributes, (each for name, each in methods.items() if name != CONSTRUCTOR))
        statements = list(follow.statements(exploded))
        follow.after(exploded)
        return statements

    def _forward(self, function: ast.FunctionDef, owner: Instance) -> ast.FunctionDef:
        follow = Forward(self._budget, owner)
        self._follows.append(follow)
        usual = {name: evaluate(value, Frame(self)) for name, value in _defaults(function)}
        try:
            follow.run(function.body, Frame(self, owner, usual))
        finally:
            self._follows.pop()
        made = copy(function)
        made.args = copy(function.args)
        made.args.args = [each for each in function.args.args if each.arg not in usual]
        made.args.defaults = []
        made.body = follow.out or function.body
        return made


def _called(name: str, part: ast.ClassDef) -> str:
    """The name of an argument: in a block of several inputs ``in_channels`` need not be those of the first."""
    forward = _methods(part)[FORWARD]
    return SEVERAL if name == IN_CHANNELS and len(forward.args.args) > 2 else name


def _names(part: ast.stmt) -> set[str]:
    """The names in a part of the source."""
    return {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}


def _methods(part: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {node.name: node for node in part.body if isinstance(node, ast.FunctionDef)}


def _parameters(part: ast.ClassDef) -> list[str]:
    function = _methods(part).get(CONSTRUCTOR)
    if function is None:
        return []
    return [each.arg for each in [*function.args.args[1:], *function.args.kwonlyargs]]


def _defaults(function: ast.FunctionDef) -> Iterator[tuple[str, ast.expr]]:
    arguments = function.args
    names = [each.arg for each in [*arguments.posonlyargs, *arguments.args]]
    yield from zip(names[len(names) - len(arguments.defaults) :], arguments.defaults, strict=True)
    for each, value in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if value is not None:
            yield each.arg, value


def _function(function: ast.FunctionDef, body: list[ast.stmt], kept: Mapping[str, Symbol]) -> ast.FunctionDef:
    """A constructor with this body, which still takes what remains an argument."""
    made, arguments = copy(function), copy(function.args)
    usual = {name: value for name, value in _defaults(function) if name in kept and _is_plain(value)}
    every = {each.arg: each for each in [*function.args.args[1:], *function.args.kwonlyargs] if each.arg in kept}
    order = sorted(every, key=lambda name: name in usual)
    renamed = [copy(every[name]) for name in order]
    for each in renamed:
        node = kept[each.arg].node
        assert isinstance(node, ast.Name), "an argument is a name"
        each.arg = node.id
    arguments.args = [function.args.args[0], *renamed]
    arguments.defaults = [usual[name] for name in order if name in usual]
    arguments.kwonlyargs, arguments.kw_defaults = [], []
    made.args, made.body = arguments, body or [ast.copy_location(ast.Pass(), function)]
    return made


def _is_plain(value: ast.expr) -> bool:
    inner = value.operand if isinstance(value, ast.UnaryOp) else value
    return (
        isinstance(inner, ast.Constant) and isinstance(inner.value, int | float) and not isinstance(inner.value, bool)
    )


def _says(node: ast.ClassDef) -> str:
    return "\n".join(ast.dump(part) for part in node.body)


def _told(value: Value) -> object:
    """A value by which calls are told apart."""
    if isinstance(value, Symbol):
        return value.number
    return value if is_known(value) else ast.dump(written(value, ast.Pass(lineno=1, col_offset=0)))


def _check_own(name: str, value: Value, call: ast.Call) -> None:
    """Raise `Unreadable` where a class would be handed what hangs on the arguments of another."""
    if isinstance(value, list | tuple) and any(isinstance(item, Symbol) for item in value):
        raise Unreadable(call, f"Netloom cannot hand {name:.30} on: its numbers follow from arguments.")
    if isinstance(value, Code) and value.is_module and isinstance(value.node, ast.Call):
        raise Unreadable(call, f"Make the layer {name:.30} inside the class that calls it.")
