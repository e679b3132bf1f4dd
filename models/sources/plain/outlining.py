"""The outline of source as people write it: that of its plain words, worked out where it has others."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from functools import lru_cache

from models.sources.plain.forwards import is_shape
from models.sources.plain.programs import CONSTRUCTOR, Plain, Program
from models.sources.recognizing.idioms import is_size, looped
from models.sources.syntax.outline import ClassOutline, Outline, Unreadable, attribute_of, class_outline, parsed

_TOLD = (ast.Call, ast.Subscript, ast.For, ast.Assign, ast.If, ast.IfExp, ast.While, ast.With, ast.Try)
_LISTS = (ast.JoinedStr, ast.Subscript, ast.IfExp, ast.Compare, ast.BoolOp, ast.ListComp, ast.GeneratorExp)
_HELD = (ast.List, ast.Tuple, ast.Constant)
_GROWING = frozenset({"append", "extend", "insert", "add_module", "register_module"})


@lru_cache(maxsize=4)
def outline(source: str) -> Outline:
    """The outline of a source; one that Python cannot read has no classes. Treat it as a value."""
    found = parsed(source)
    if found.problems or not _needs_work(found):
        return found
    try:
        classes = Program(found.tree, found.aliases).run()
    except Unreadable as error:
        return Outline(found.text, found.tree, {}, (error.problem,), found.aliases, True)
    except RecursionError:
        return found
    rest = {name: part for name, part in found.classes.items() if name not in classes}
    worked = {name: _of_plain(plain) for name, plain in classes.items()}
    return Outline(found.text, found.tree, {**rest, **worked}, (), found.aliases, True)


def last_made(found: Outline) -> str:
    """The last class that no other makes, which is the network; "" for none."""
    made = {
        node.id
        for name, part in found.classes.items()
        for node in ast.walk(part.node)
        if isinstance(node, ast.Name) and node.id != name
    }
    return next((name for name in reversed(found.classes) if name not in made), "")


def _of_plain(plain: Plain) -> ClassOutline:
    """The outline of a class; of one that could not be worked out nothing but why."""
    found = class_outline(plain.node)
    if plain.problems:
        found.problems, found.forward, found.made = list(plain.problems), None, {}
    return found


def _needs_work(found: Outline) -> bool:
    """Whether classes hold other words than calls of layers, one a line."""
    main = last_made(found)
    known = {*found.aliases, *found.classes, *dir(builtins)}
    return any(
        (name == main and _is_told(part))
        or _has_more(part)
        or (part.constructor is not None and _more_in_constructor(part, part.constructor, known))
        or (part.forward is not None and _more_in_forward(part, part.forward))
        for name, part in found.classes.items()
        if not part.chain
    )


def _is_told(part: ClassOutline) -> bool:
    """Whether a class has arguments."""
    return part.constructor is not None and bool(part.arguments or part.constructor.args.kwonlyargs)


def _has_more(part: ClassOutline) -> bool:
    """Whether a class has arguments that are told anything but numbers."""
    function = part.constructor
    return function is not None and any(
        not isinstance(node, ast.Constant) or isinstance(node.value, bool | str | None)
        for node in [*function.args.defaults, *function.args.kw_defaults]
        if node is not None and not isinstance(node, ast.UnaryOp)
    )


def _more_in_constructor(part: ClassOutline, function: ast.FunctionDef, known: set[str]) -> bool:
    names = known | {*part.arguments, "self"} | {each.arg for each in function.args.kwonlyargs}
    return any(_is_more(statement, names) for statement in function.body)


def _is_more(statement: ast.stmt, known: set[str]) -> bool:
    """Whether a statement of a constructor is more than a layer made of known names, or one about its weights."""
    match statement:
        case ast.Assign([target], value) if attribute_of(target):
            if isinstance(value, ast.Attribute | ast.Constant | ast.List | ast.Dict):
                return True
        case ast.Expr(ast.Call(ast.Attribute(_, word))):
            if word in _GROWING:
                return True
        case ast.Expr(ast.Constant()) | ast.Pass():
            return False
        case ast.Expr(ast.Call()):
            pass
        case _:
            return True
    return any(_is_more_than_a_call(node, known) for node in _within(statement))


def _within(node: ast.AST) -> Iterator[ast.AST]:
    """A tree's parts; of a comprehension that makes the same again and again only what it makes, and how often."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ListComp | ast.GeneratorExp) and not _varies(child):
            yield from _within(child.elt)
            yield from _within(child.generators[0].iter)
        else:
            yield from _within(child)


def _varies(node: ast.ListComp | ast.GeneratorExp) -> bool:
    """Whether a comprehension makes others than the same again and again."""
    part = node.generators[0]
    if len(node.generators) > 1 or part.ifs or not isinstance(part.iter, ast.Call):
        return True
    targets = {each.id for each in ast.walk(part.target) if isinstance(each, ast.Name)}
    return any(isinstance(each, ast.Name) and each.id in targets for each in ast.walk(node.elt))


def _is_more_than_a_call(node: ast.AST, known: set[str]) -> bool:
    if isinstance(node, ast.Name):
        return isinstance(node.ctx, ast.Load) and node.id not in known
    if isinstance(node, ast.Call):
        return bool(attribute_of(node.func)) or (
            isinstance(node.func, ast.Attribute) and node.func.attr == "ModuleDict"
        )
    return isinstance(node, _LISTS)


def _more_in_forward(part: ClassOutline, function: ast.FunctionDef) -> bool:
    methods = {node.name for node in part.node.body if isinstance(node, ast.FunctionDef)} - {CONSTRUCTOR}
    return any(isinstance(node, _TOLD) and _tells_more(node, methods) for node in ast.walk(function))


def _tells_more(node: ast.AST, methods: set[str]) -> bool:
    """Whether a part of ``forward`` says which way to go, or keeps something that is no tensor."""
    match node:
        case ast.Call(ast.Attribute(_, word)):
            return attribute_of(node.func) in methods or word in {"append", "items", "values", "keys"}
        case ast.Call():
            return False
        case ast.Subscript():
            return bool(attribute_of(node.value))
        case ast.For():
            return looped(node) is None
        case ast.Assign():
            return (
                is_size(node.value)
                or is_shape(node.value)
                or isinstance(node.value, ast.List | ast.Tuple | ast.Constant)
            )
    return True
