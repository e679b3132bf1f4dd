"""Expressions worked out as far as they can be: arithmetic, choices, lists. All else stays code."""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Iterator, Mapping
from copy import copy
from typing import Any

from models.sources.plain.arithmetic import OPERATORS, combined, number_of, tried
from models.sources.plain.frames import Frame
from models.sources.plain.values import (
    MOST_ITEMS,
    Code,
    Held,
    Symbol,
    Value,
    is_known,
    is_number,
    located,
    repeated,
    written,
)
from models.sources.syntax.outline import Unreadable, attribute_of, dotted

CONTAINERS = frozenset({"Sequential", "ModuleList", "ModuleDict"})
_FUNCTIONS: Mapping[str, Callable[..., Any]] = {
    "len": len, "int": int, "float": float, "bool": bool, "str": str, "abs": abs, "round": round, "sum": sum,
    "max": max, "min": min, "sorted": sorted,
}  # fmt: skip
_MATH: Mapping[str, Callable[..., Any]] = {
    f"math.{name}": getattr(math, name) for name in ("floor", "ceil", "sqrt", "log", "log2", "prod")
}
_TYPES: Mapping[str, Any] = {"int": int, "float": float, "str": str, "bool": bool, "tuple": tuple, "list": list}


def evaluate(node: ast.expr, frame: Frame) -> Value:
    """The value of an expression; what cannot be worked out is `Code`. Raises `Unreadable` for what has no meaning."""
    work = _BY_TYPE.get(type(node))
    return work(node, frame) if work is not None else _rebuilt(node, frame)


def decided(node: ast.expr, frame: Frame) -> bool:
    """Whether a condition holds; raises `Unreadable` where that is not known."""
    value = evaluate(node, frame)
    if isinstance(value, Symbol):
        return bool(value.number)
    if isinstance(value, Held):
        return bool(value.items) or value.kind == "ModuleDict"
    if isinstance(value, Code) and not value.is_module:
        raise Unreadable(node, f"Whether ‘{ast.unparse(node):.24}’ holds is not known here. Keep the one way it takes.")
    return bool(value)


def items_of(value: Value) -> list[Value] | None:
    """What a loop over a value goes through; None where that is not known."""
    if isinstance(value, Held):
        return list(value.items) if value.kind == "ModuleDict" else [item for _, item in value.plain()]
    if isinstance(value, Code):
        return [item for _, item in repeated(value.node)] or None
    return list(value) if isinstance(value, list | tuple | dict | str) else None


def bind(target: ast.expr, value: Value, frame: Frame) -> None:
    """Let a name, or several, stand for a value."""
    if isinstance(target, ast.Name):
        frame.names[target.id] = value
        return
    items = items_of(value)
    if not isinstance(target, ast.Tuple | ast.List) or items is None or len(items) != len(target.elts):
        raise Unreadable(target, f"‘{ast.unparse(target):.40}’ cannot be given these values here.")
    for each, item in zip(target.elts, items, strict=True):
        bind(each, item, frame)


# The kinds of expressions


def _constant(node: ast.Constant, frame: Frame) -> Value:
    return node.value if isinstance(node.value, int | float | str | None) else Code(node)


def _name(node: ast.Name, frame: Frame) -> Value:
    if node.id in frame.names:
        return frame.names[node.id]
    try:
        return frame.follower.constant(node.id)
    except KeyError:
        return Code(node)


def _attribute(node: ast.Attribute, frame: Frame) -> Value:
    name = attribute_of(node)
    if name and frame.owner is not None:
        value = frame.owner.attributes.get(name, Code(node))
        own = isinstance(value, Code) and attribute_of(value.node) == name
        return Code(node, value.is_module) if own else value
    value = evaluate(node.value, frame)
    if isinstance(value, Code) and isinstance(value.node, ast.Name):
        try:
            return frame.follower.of_class(value.node.id, node.attr)
        except KeyError:
            pass
    return _rebuilt(node, frame)


def _sequence(node: ast.List | ast.Tuple, frame: Frame) -> Value:
    found = [value for item in node.elts for value in _unpacked(item, frame)]
    return tuple(found) if isinstance(node, ast.Tuple) else found


def _unpacked(node: ast.expr, frame: Frame) -> Iterator[Value]:
    """An element, or all of those that a ``*`` stands for; what is repeated stays as it is written."""
    if not isinstance(node, ast.Starred):
        yield evaluate(node, frame)
        return
    value = evaluate(node.value, frame)
    many = None if isinstance(value, Code) else items_of(value)
    if many is None:
        yield Code(located(ast.Starred(written(value, node), ast.Load()), node))
    else:
        yield from many


def _dict(node: ast.Dict, frame: Frame) -> Value:
    keys = [evaluate(key, frame) if key is not None else None for key in node.keys]
    if not all(isinstance(key, str | int) for key in keys):
        return _rebuilt(node, frame)
    return {key: evaluate(value, frame) for key, value in zip(keys, node.values, strict=True)}


def _unary(node: ast.UnaryOp, frame: Frame) -> Value:
    if isinstance(node.op, ast.Not):
        value = evaluate(node.operand, frame)
        return not value if is_known(value) else _negated(node, value, frame)
    value = evaluate(node.operand, frame)
    if is_number(value) and isinstance(node.op, ast.USub):
        if isinstance(value, Symbol):
            return Symbol(located(ast.UnaryOp(node.op, value.node), node), -value.number)
        return -value
    return _rebuilt(node, frame)


def _negated(node: ast.UnaryOp, value: Value, frame: Frame) -> Value:
    plain = isinstance(value, Code) and not value.is_module
    return _rebuilt(node, frame) if plain else not decided(node.operand, frame)


def _binary(node: ast.BinOp, frame: Frame) -> Value:
    return combined(node.op, evaluate(node.left, frame), evaluate(node.right, frame), node)


def _compare(node: ast.Compare, frame: Frame) -> Value:
    values = [evaluate(each, frame) for each in (node.left, *node.comparators)]
    for place, sign in enumerate(node.ops):
        pair = values[place : place + 2]
        if isinstance(sign, ast.Is | ast.IsNot) and None in pair:
            pair = [None if each is None else number_of(each) for each in pair]
            if any(isinstance(each, Code) and not each.is_module for each in pair):
                return _rebuilt(node, frame)
        elif not all(is_number(each) or is_known(each) for each in pair):
            return _rebuilt(node, frame)
        if not tried(OPERATORS[type(sign)], *map(number_of, pair), node):
            return False
    return True


def _logic(node: ast.BoolOp, frame: Frame) -> Value:
    for part in node.values:
        value = evaluate(part, frame)
        if isinstance(value, Code) and not value.is_module:
            return _rebuilt(node, frame)
        if decided(part, frame) != isinstance(node.op, ast.And):
            return value
    return value


def _choice(node: ast.IfExp, frame: Frame) -> Value:
    return evaluate(node.body if decided(node.test, frame) else node.orelse, frame)


def _item(node: ast.Subscript, frame: Frame) -> Value:
    value = evaluate(node.value, frame)
    if isinstance(value, Held):
        value = dict(value.plain()) if value.kind == "ModuleDict" else [item for _, item in value.plain()]
    if isinstance(value, list | tuple | dict | str):
        if isinstance(node.slice, ast.Slice):
            parts = [number_of(evaluate(p, frame)) if p else None for p in _bounds(node.slice)]
            return tried(lambda: value[slice(*parts)], node) if not isinstance(value, dict) else Code(node)
        key = number_of(evaluate(node.slice, frame))
        if isinstance(key, int | str):
            return tried(operator.getitem, value, key, node)
    return _rebuilt(node, frame)


def _bounds(part: ast.Slice) -> tuple[ast.expr | None, ...]:
    return part.lower, part.upper, part.step


def _text(node: ast.JoinedStr, frame: Frame) -> Value:
    parts = [evaluate(p.value if isinstance(p, ast.FormattedValue) else p, frame) for p in node.values]
    return "".join(map(str, parts)) if all(isinstance(part, str | int) for part in parts) else _rebuilt(node, frame)


def _comprehension(node: ast.ListComp | ast.GeneratorExp, frame: Frame) -> Value:
    """All that it makes; where each is the same, it stays as it is written, with what it repeats worked out."""
    first = node.generators[0]
    many = items_of(evaluate(first.iter, frame))
    inner = Frame(frame.follower, frame.owner, dict(frame.names), frame.depth)
    if len(node.generators) > 1 or many is None:
        return Code(node)
    used = {each.id for each in ast.walk(node.elt) if isinstance(each, ast.Name)}
    targets = {each.id for each in ast.walk(first.target) if isinstance(each, ast.Name)}
    if not (used & targets or first.ifs) and isinstance(first.iter, ast.Call) and len(first.iter.args) == 1:
        value = evaluate(node.elt, inner)
        if isinstance(value, Code) or (isinstance(value, Held) and value.kind == "Sequential"):
            return Code(_again(node, first, written(value, node.elt), evaluate(first.iter.args[0], frame)))
    found: list[Value] = []
    for item in many:
        bind(first.target, item, inner)
        if all(decided(test, inner) for test in first.ifs):
            found.append(evaluate(node.elt, inner))
    return found


def _again(
    node: ast.ListComp | ast.GeneratorExp, first: ast.comprehension, each: ast.expr, times: Value
) -> ast.ListComp | ast.GeneratorExp:
    assert isinstance(first.iter, ast.Call), "it goes over a range"
    over = located(ast.Call(first.iter.func, [written(times, first.iter)], []), first.iter)
    return located(type(node)(each, [ast.comprehension(first.target, over, [], 0)]), node)


# Calls


def _call(node: ast.Call, frame: Frame) -> Value:
    function = node.func
    method = attribute_of(function)
    if frame.owner is not None and method in frame.owner.methods and method not in frame.owner.attributes:
        return frame.follower.method(method, node, frame)
    if isinstance(function, ast.Name) and function.id not in frame.names:
        found = _builtin(function.id, node, frame)
        if found is not None:
            return found[0]
    if isinstance(function, ast.Attribute) and function.attr in ("items", "values", "keys") and not node.args:
        value = evaluate(function.value, frame)
        pairs = dict(value.plain()) if isinstance(value, Held) else value
        if isinstance(pairs, dict):
            return [list(each) if isinstance(each, tuple) else each for each in getattr(pairs, function.attr)()]
    value = evaluate(function, frame)
    if isinstance(value, Code) and isinstance(value.node, ast.Name):
        given = frame.follower.called(value.node.id, node, frame)
        if given is not None:
            return given
    return _of_torch(node, value, frame)


def _of_torch(node: ast.Call, function: Value, frame: Frame) -> Value:
    if isinstance(function, Held) and function.kind == "Sequential" and len(node.args) == 1:
        value = evaluate(node.args[0], frame)
        for _, item in function.plain():
            value = Code(located(ast.Call(written(item, node), [written(value, node)], []), node))
        return value
    name = dotted(function.node, dict(frame.follower.aliases)) if isinstance(function, Code) else ""
    given = evaluate(node.args[0], frame) if name in _MATH and len(node.args) == 1 else None
    if is_number(given) and not isinstance(given, Symbol):
        return tried(_MATH[name], given, node)
    if name.rpartition(".")[2] in CONTAINERS and name.startswith("nn."):
        held = _held(node, name.rpartition(".")[2], written(function, node.func), frame)
        if held is not None:
            return held
    made = _rebuilt(node, frame)
    return Code(made.node, True) if name.startswith("nn.") and not name.startswith("nn.functional") else made


def _held(node: ast.Call, kind: str, function: ast.expr, frame: Frame) -> Held | None:
    """A container with what it is made of; None where that is not known."""
    held = Held(function, kind)
    content = node.args[0] if len(node.args) == 1 else None
    ordered = isinstance(content, ast.Call) and dotted(content.func).rpartition(".")[2] == "OrderedDict"
    if ordered and isinstance(content, ast.Call):
        held.named = True
        words = {word.arg or "": evaluate(word.value, frame) for word in content.keywords}
        pairs = evaluate(content.args[0], frame) if content.args else []
        held.items = {**words, **dict(map(tuple, pairs if isinstance(pairs, list) else pairs.items()))}
        return held
    if kind == "ModuleDict":
        found = evaluate(content, frame) if content is not None else {}
        found = dict(map(tuple, found)) if isinstance(found, list) else found
        held.items = found if isinstance(found, dict) else {}
        return held if isinstance(found, dict) else None
    values = [value for item in node.args for value in _unpacked(item, frame)]
    if kind == "ModuleList" and content is not None:
        values = _listed(values[0], content)
    for value in values:
        held.add(value)
    return held


def _listed(value: Value, node: ast.expr) -> list[Value]:
    if isinstance(value, Code):
        return [Code(located(ast.Starred(value.node, ast.Load()), node))]
    found = items_of(value)
    if found is None:
        raise Unreadable(node, "Netloom draws the layers of nn.ModuleList([nn.Conv2d(…), …]).")
    return found


def _builtin(name: str, node: ast.Call, frame: Frame) -> tuple[Value] | None:
    """What a function of Python's own gives, in a tuple; None for any other, and where that is not known."""
    if name == "isinstance" and len(node.args) == 2:
        kinds = [_TYPES.get(each.id) for each in ast.walk(node.args[1]) if isinstance(each, ast.Name)]
        value = number_of(evaluate(node.args[0], frame))
        return None if isinstance(value, Code) or None in kinds else (isinstance(value, tuple(filter(None, kinds))),)
    if name not in {*_FUNCTIONS, "range", "enumerate", "zip", "reversed", "list", "tuple"}:
        return None
    given = [value for item in node.args for value in _unpacked(item, frame)]
    if name in _FUNCTIONS:
        return _worked(name, given, node)
    if name == "range" and all(map(is_number, given)):
        many = tried(range, *map(number_of, given), node)
        if len(many) > MOST_ITEMS:
            raise Unreadable(node, f"Netloom follows a loop at most {MOST_ITEMS:,} times.")
        return (list(many),)
    lists = [items_of(value) for value in given]
    if not lists or any(each is None for each in lists) or name == "range":
        return None
    first = lists[0] or []
    if name == "zip":
        return ([list(each) for each in zip(*(each or [] for each in lists), strict=False)],)
    if name == "enumerate":
        return ([[place, each] for place, each in enumerate(first)],)
    return (tuple(first) if name == "tuple" else first[::-1] if name == "reversed" else first,)


def _worked(name: str, given: list[Value], node: ast.Call) -> tuple[Value] | None:
    if name == "len" and len(given) == 1:
        many = items_of(given[0])
        return None if many is None else (len(many),)
    if node.keywords or not all(is_number(value) or is_known(value) for value in given):
        return None
    result = tried(
        _FUNCTIONS[name], *([number_of(x) for x in v] if isinstance(v, list) else number_of(v) for v in given), node
    )
    if not any(isinstance(value, Symbol) for value in given):
        return (result,)
    if name == "int" and result >= 0:
        made: ast.expr = ast.BinOp(written(given[0], node), ast.FloorDiv(), ast.Constant(1))
    else:
        made = ast.Call(node.func, [written(value, node) for value in given], [])
    return (Symbol(located(made, node), result),)


def _rebuilt(node: ast.expr, frame: Frame) -> Code:
    """The same expression, its parts worked out."""
    made = copy(node)
    for name, child in ast.iter_fields(node):
        if isinstance(child, ast.expr):
            setattr(made, name, written(evaluate(child, frame), child))
        elif isinstance(child, list) and name in {"args", "elts", "values", "comparators"}:
            setattr(made, name, [written(v, item) for item in child for v in _unpacked(item, frame)])
        elif isinstance(child, list) and name == "keywords":
            setattr(made, name, [word for each in child for word in _words(each, frame)])
    return Code(made)


def spread(call: ast.Call, frame: Frame) -> ast.Call:
    """A call with all that ``*`` and ``**`` stand for, where it has any."""
    if not any(isinstance(item, ast.Starred) for item in call.args) and all(word.arg for word in call.keywords):
        return call
    args = [written(value, item) for item in call.args for value in _unpacked(item, frame)]
    return located(ast.Call(call.func, args, [new for word in call.keywords for new in _words(word, frame)]), call)


def _words(word: ast.keyword, frame: Frame) -> Iterator[ast.keyword]:
    """An argument with a name, or all that ``**`` stands for."""
    value = evaluate(word.value, frame)
    pairs = value.items() if word.arg is None and isinstance(value, dict) else [(word.arg, value)]
    for name, item in pairs:
        yield located(ast.keyword(name, written(item, word.value)), word)


def _as_it_is(node: ast.expr, frame: Frame) -> Value:
    return Code(node)


_BY_TYPE: Mapping[type, Callable[[Any, Frame], Value]] = {
    ast.Constant: _constant, ast.Name: _name, ast.Attribute: _attribute, ast.List: _sequence, ast.Tuple: _sequence,
    ast.Dict: _dict, ast.UnaryOp: _unary, ast.BinOp: _binary, ast.Compare: _compare, ast.BoolOp: _logic,
    ast.IfExp: _choice, ast.Subscript: _item, ast.JoinedStr: _text, ast.ListComp: _comprehension,
    ast.GeneratorExp: _comprehension, ast.Call: _call, ast.Lambda: _as_it_is, ast.SetComp: _as_it_is,
    ast.DictComp: _as_it_is,
}  # fmt: skip
