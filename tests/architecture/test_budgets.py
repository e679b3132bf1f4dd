"""The size and shape of the code: short functions, short files, full annotations, one door for errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import ROOT, sources

FUNCTION_LINES = 40
FILE_LINES = 400
SHARE = 0.95
ERROR_DOOR = Path("studio/services/errors.py")
BROAD = {"Exception", "BaseException"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(file: Path) -> Iterator[Function]:
    tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def place(file: Path, node: ast.AST) -> str:
    return f"{file.relative_to(ROOT)}:{getattr(node, 'lineno', 0)}"


def length(node: Function) -> int:
    """Lines from the signature to the end, without the docstring."""
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    first = node.body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(node.body) > 1
    return lines - ((first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0)


def is_bare_parameter(node: Function) -> bool:
    arguments = node.args
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    rest = [argument for argument in (arguments.vararg, arguments.kwarg) if argument]
    bare = [argument.arg for argument in (*named, *rest) if argument.annotation is None]
    return bool(set(bare) - {"self", "cls", "mcs"})


def is_broad(handler: ast.ExceptHandler) -> bool:
    """``except:``, ``except Exception:`` and tuples that hold one of them."""
    if handler.type is None:
        return True
    return any(isinstance(node, ast.Name) and node.id in BROAD for node in ast.walk(handler.type))


def test_functions_are_short() -> None:
    lengths = {place(file, node): length(node) for file in sources() for node in functions(file)}
    long = {where: lines for where, lines in lengths.items() if lines > FUNCTION_LINES}
    assert len(long) <= (1 - SHARE) * len(lengths), dict(sorted(long.items(), key=lambda item: -item[1]))


def test_files_are_short() -> None:
    lengths = {file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in sources()}
    long = {str(file): lines for file, lines in lengths.items() if lines > FILE_LINES}
    assert len(long) <= (1 - SHARE) * len(lengths), long


def test_functions_are_annotated() -> None:
    bare = [
        place(file, node)
        for file in sources()
        for node in functions(file)
        if is_bare_parameter(node) or node.returns is None
    ]
    assert not bare


def test_only_the_outermost_door_catches_everything() -> None:
    broad = [
        place(file, node)
        for file in sources()
        if file.relative_to(ROOT) != ERROR_DOOR
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    ]
    assert not broad


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(file.relative_to(ROOT))
        for file in sources()
        if file.read_text(encoding="utf-8").strip()
        and not ast.get_docstring(ast.parse(file.read_text(encoding="utf-8")))
    ]
    assert not silent


def test_resources_hold_no_python() -> None:
    assert not list((ROOT / "resources").rglob("*.py"))


@pytest.mark.parametrize(
    ("source", "broad"),
    [
        ("except:", True),
        ("except Exception:", True),
        ("except (ValueError, Exception) as error:", True),
        ("except ValueError:", False),
        ("except (OSError, KeyError):", False),
    ],
)
def test_broad_handlers_are_recognized(source: str, broad: bool) -> None:
    statement = ast.parse(f"try:\n    pass\n{source}\n    pass").body[0]
    assert isinstance(statement, ast.Try)
    assert is_broad(statement.handlers[0]) is broad
