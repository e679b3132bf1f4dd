"""Plain functions as text for exported scripts: the very lines that Netloom runs, without the annotations.

What is left out would need imports of its own in a script: annotations of parameters, notes to type checkers, and the
decorator of a static method. Every other line stays as it is, so the functions must fit into `formatting.WIDTH`.
Text of a function stays the same while Netloom runs, so it is made once: a script is written with every run.
"""

from __future__ import annotations

import ast
import inspect
import re
import sys
from collections.abc import Callable, Mapping
from functools import lru_cache
from textwrap import dedent
from typing import Any

from models.codegen.formatting import WIDTH

_TYPING = re.compile(r"  # type: ignore\[[\w-]+\]$", re.MULTILINE)


@lru_cache(maxsize=1024)
def portable(function: Callable[..., Any], name: str = "") -> str:
    """The text of a function, called ``name`` if it is to have another one. Raises `ValueError` for a lambda."""
    (found,) = _functions(dedent(inspect.getsource(function)), name).values()
    return found


@lru_cache(maxsize=8)
def functions_in(source: str) -> Mapping[str, str]:
    """The top functions of a source by name, each as portable text."""
    return _functions(source)


def _functions(source: str, name: str = "") -> dict[str, str]:
    lines = source.splitlines()
    found = {item.name: item for item in ast.parse(source).body if isinstance(item, ast.FunctionDef)}
    if not found:
        raise ValueError("expected functions with names of their own, found none")
    return {own: _text(item, lines, name or own) for own, item in found.items()}


@lru_cache(maxsize=8)
def classes_in(source: str) -> Mapping[str, str]:
    """The classes of a source by name, each as portable text: their methods are treated as functions are."""
    lines = source.splitlines()
    return {item.name: _class_text(item, lines) for item in ast.parse(source).body if isinstance(item, ast.ClassDef)}


def _class_text(item: ast.ClassDef, lines: list[str]) -> str:
    found, end = [], item.lineno - 1
    for method in [part for part in item.body if isinstance(part, ast.FunctionDef)]:
        found += lines[end : method.lineno - 1]
        found += [f"    {line}" for line in _head(method, method.name)]
        found += lines[method.body[0].lineno - 1 : method.end_lineno]
        end = method.end_lineno or 0
    return _TYPING.sub("", "\n".join(found)) + "\n"


def _text(item: ast.FunctionDef, lines: list[str], name: str) -> str:
    body = lines[item.body[0].lineno - 1 : item.end_lineno]
    decorators = [f"@{text}\n" for text in map(ast.unparse, item.decorator_list) if text != "staticmethod"]
    text = _TYPING.sub("", "\n".join([*_head(item, name), *body]))
    return "".join(decorators) + text + "\n"


def _head(item: ast.FunctionDef, name: str) -> list[str]:
    for argument in ast.walk(item.args):
        if isinstance(argument, ast.arg):
            argument.annotation = None
    parameters = re.sub(r"'([^'\"\\]*)'", r'"\1"', ast.unparse(item.args))
    line = f"def {name}({parameters}):"
    return [line] if len(line) <= WIDTH else [f"def {name}(", f"    {parameters}", "):"]


def divided(source: str) -> tuple[str, list[str]]:
    """Source without the docstring and the imports at its top, and these imports."""
    body = re.sub(r'\A"""[\s\S]*?"""\n', "", source.strip() + "\n")
    lines = body.splitlines()
    start = next(
        (place for place, line in enumerate(lines) if line and not line.startswith(("import ", "from "))), len(lines)
    )
    imports = [line for line in lines[:start] if line]
    return "\n".join(lines[start:]).strip() + "\n", imports


def sorted_imports(imports: set[str]) -> str:
    """Imports as isort orders them: the standard library first, plain imports before those from modules."""
    standard = {line for line in imports if line.split()[1].partition(".")[0] in sys.stdlib_module_names}
    groups = [
        sorted(group, key=lambda line: (line.startswith("from "), line)) for group in (standard, imports - standard)
    ]
    return "\n\n".join("\n".join(group) for group in groups if group) + "\n"
