"""Modules that hold others in a row: `nn.Sequential` and `nn.ModuleList`, element by element."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from models.sources.syntax.outline import Unreadable, dotted
from models.sources.syntax.values import Within, value_of

CONTAINERS = frozenset({"Sequential", "ModuleList"})
MOST_ELEMENTS = 1_000
_Many = ast.GeneratorExp | ast.ListComp


def is_container(call: ast.expr, aliases: Mapping[str, str]) -> bool:
    """Whether an expression makes a module that holds others in a row."""
    return isinstance(call, ast.Call) and dotted(call.func, dict(aliases)).rpartition(".")[2] in CONTAINERS


def elements(call: ast.expr) -> list[ast.expr]:
    """The elements of a container as they are written: modules, or as many as a comprehension makes."""
    assert isinstance(call, ast.Call), "a container is made by a call"
    first = call.args[0] if len(call.args) == 1 else None
    if isinstance(first, ast.List | ast.Tuple):
        return list(first.elts)
    return [ast.copy_location(ast.Starred(first), first)] if isinstance(first, _Many) else list(call.args)


def maker(item: ast.expr) -> ast.expr:
    """The call that an element repeats."""
    inner = item.value if isinstance(item, ast.Starred) else item
    return inner.elt if isinstance(inner, _Many) else inner


def maker_name(item: ast.expr) -> str:
    """The class that an element is of, "" for what is no call."""
    call = maker(item)
    return dotted(call.func) if isinstance(call, ast.Call) else ""


def members(call: ast.Call, within: Within) -> list[tuple[str, ast.expr]]:
    """All modules of a container, each with its name, "" without one; raises `Unreadable` where they are not told."""
    first = call.args[0] if len(call.args) == 1 else None
    if isinstance(first, ast.Call) and dotted(first.func).rpartition(".")[2] == "OrderedDict":
        return list(_named(first))
    if call.keywords:
        raise Unreadable(call.keywords[0], "Write the layers of a container one by one: nn.Conv2d(…), nn.ReLU().")
    found: list[tuple[str, ast.expr]] = []
    for item in elements(call):
        found += [("", maker(item))] * _count(item, within)
        if len(found) > MOST_ELEMENTS:
            raise Unreadable(item, f"Netloom draws at most {MOST_ELEMENTS:,} layers of a container.")
    return found


def _named(call: ast.Call) -> Iterator[tuple[str, ast.expr]]:
    """The modules of an `OrderedDict`: of keywords, or of a list of pairs."""
    for word in call.keywords:
        yield word.arg or "", word.value
    pairs = call.args[0] if call.args else None
    for pair in pairs.elts if isinstance(pairs, ast.List | ast.Tuple) else ():
        match pair:
            case ast.Tuple([ast.Constant(str(name)), module]):
                yield name, module
            case _:
                raise Unreadable(pair, 'Write the layers of an OrderedDict as pairs: ("conv1", nn.Conv2d(…)).')


def _count(item: ast.expr, within: Within) -> int:
    """How many modules an element stands for."""
    inner = item.value if isinstance(item, ast.Starred) else None
    if inner is None:
        return 1
    if isinstance(inner, _Many) and len(inner.generators) == 1 and not inner.generators[0].ifs:
        over = inner.generators[0].iter
        if isinstance(over, ast.Call) and dotted(over.func) == "range" and len(over.args) == 1:
            number = value_of(over.args[0], within).number
            if isinstance(number, int) and 0 <= number <= MOST_ELEMENTS:
                return number
    raise Unreadable(item, "Netloom repeats layers as *(nn.Linear(8, 8) for _ in range(3)).")
