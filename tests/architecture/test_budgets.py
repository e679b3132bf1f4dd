"""The size and shape of the code: short functions, short files, full annotations, one door for errors."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from support import ROOT, sources

FUNCTION_LINES = 40
FILE_LINES = 400
SHARE = 0.95
ERROR_DOOR = Path("studio/services/errors.py")
BROAD = {"Exception", "BaseException"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


class Seen(NamedTuple):
    """One function, or one handler of errors, of the code."""

    place: str
    lines: int = 0
    bare: bool = False
    broad: bool = False


@pytest.fixture(scope="module")
def seen() -> list[Seen]:
    """All of the code, parsed once."""
    return [item for file in sources() for item in seen_in(file)]


def seen_in(file: Path) -> Iterator[Seen]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"), str(file))):
        if isinstance(node, Function):
            bare = is_bare_parameter(node) or node.returns is None
            yield Seen(f"{file.relative_to(ROOT)}:{node.lineno}", length(node), bare)
        elif isinstance(node, ast.ExceptHandler) and file.relative_to(ROOT) != ERROR_DOOR:
            yield Seen(f"{file.relative_to(ROOT)}:{node.lineno}", broad=is_broad(node))


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


def test_functions_are_short(seen: list[Seen]) -> None:
    lengths = {item.place: item.lines for item in seen if item.lines}
    long = {where: lines for where, lines in lengths.items() if lines > FUNCTION_LINES}
    assert len(long) <= (1 - SHARE) * len(lengths), dict(sorted(long.items(), key=lambda item: -item[1]))


def test_files_are_short() -> None:
    lengths = {file.relative_to(ROOT): len(file.read_text(encoding="utf-8").splitlines()) for file in sources()}
    long = {str(file): lines for file, lines in lengths.items() if lines > FILE_LINES}
    assert len(long) <= (1 - SHARE) * len(lengths), long


def test_functions_are_annotated(seen: list[Seen]) -> None:
    assert len(seen) > 1000
    assert not [item.place for item in seen if item.bare]


def test_only_the_outermost_door_catches_everything(seen: list[Seen]) -> None:
    assert not [item.place for item in seen if item.broad]


def test_every_module_says_what_it_is() -> None:
    texts = {str(file.relative_to(ROOT)): file.read_text(encoding="utf-8").strip() for file in sources()}
    assert not [name for name, text in texts.items() if text and not text.startswith(('"""', 'r"""'))]


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
