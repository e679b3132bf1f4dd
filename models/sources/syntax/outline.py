"""The outline of a module's source: its classes, the modules that their constructors make, and their ``forward``.

Nothing is ever run: source is parsed, and what stands in it is looked at.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from models.kinds.layer import LONGEST_MESSAGE
from models.sources.syntax.text import Text

LARGEST_SOURCE = 4_000_000
"""Bytes of source that are read."""


Node = ast.expr | ast.stmt | ast.keyword


class Problem(NamedTuple):
    """What cannot be drawn: the line, from 1 on, and why."""

    line: int
    message: str


class Unreadable(ValueError):
    """A part of the source that cannot be drawn."""

    def __init__(self, node: ast.expr | ast.stmt | ast.keyword, message: str) -> None:
        super().__init__(message)
        self.line = node.lineno

    @property
    def problem(self) -> Problem:
        """Where and why."""
        return problem(self.line, str(self))


def problem(line: int, message: str) -> Problem:
    """A problem whose sentence is short enough to be shown."""
    return Problem(line, message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…")


def sentence(text: str) -> str:
    """A text with a period behind it, unless it ends as a sentence does."""
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


@dataclass
class Made:
    """A module that a constructor makes: its attribute, the expression, the statement or element that this stands in,
    and the statements that give its weights their first values."""

    name: str
    call: ast.expr
    written: ast.stmt | ast.keyword
    beginnings: list[ast.stmt] = field(default_factory=list)


@dataclass
class ClassOutline:
    """A class. ``chain`` tells an `nn.Sequential`, whose modules follow one another; ``noted`` are statements that only
    keep an argument of the constructor: ``self.width = width``."""

    node: ast.ClassDef
    chain: bool
    arguments: tuple[str, ...] = ()
    made: dict[str, Made] = field(default_factory=dict)
    noted: list[ast.Assign] = field(default_factory=list)
    forward: ast.FunctionDef | None = None
    constructor: ast.FunctionDef | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name of the class."""
        return self.node.name


@dataclass
class Outline:
    """A source with its classes by name, and what keeps it from being read at all."""

    text: Text
    tree: ast.Module
    classes: dict[str, ClassOutline]
    problems: tuple[Problem, ...] = ()
    aliases: dict[str, str] = field(default_factory=dict)
    is_worked: bool = False
    """Whether its classes are not as they stand in the text, but what comes of that."""

    def said(self, call: ast.expr) -> str:
        """What an expression says, as text."""
        return ast.unparse(call) if self.is_worked else self.text.of(call)

    def same(self, node: Node, other: Outline, its: Node) -> bool:
        """Whether a part says just what a part of another outline says."""
        if self.is_worked or other.is_worked:
            return self.is_worked == other.is_worked and ast.dump(node) == ast.dump(its)
        return self.text.of(node) == other.text.of(its)


@lru_cache(maxsize=4)
def parsed(source: str) -> Outline:
    """The outline of a source as it stands; one that Python cannot read has no classes. Treat it as a value."""
    text = Text(source)
    try:
        if len(text.bytes) > LARGEST_SOURCE:
            raise SyntaxError("This source is too large to be drawn.")
        tree = ast.parse(source)
    except SyntaxError as error:
        found = problem(error.lineno or 1, f"Python: {sentence(error.msg or 'this cannot be read')}")
    except (ValueError, RecursionError, MemoryError):
        found = problem(1, "Python cannot read this source.")
    else:
        classes = {node.name: class_outline(node) for node in tree.body if isinstance(node, ast.ClassDef)}
        return Outline(text, tree, classes, aliases=_aliases(tree))
    return Outline(text, ast.Module([], []), {}, (found,))


def _aliases(tree: ast.Module) -> dict[str, str]:
    """What imported names stand for: ``F`` for ``nn.functional``."""
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Import):
            for name in node.names:
                found[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom) and node.module:
            for name in node.names:
                found[name.asname or name.name] = f"{node.module}.{name.name}"
    return found


def dotted(node: ast.expr, aliases: dict[str, str] | None = None) -> str:
    """A function's name as generated code spells it, ``nn.Conv2d`` or ``torch.cat``; "" for no plain name."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    first = (aliases or {}).get(node.id, node.id)
    name = ".".join([first, *reversed(parts)])
    return name.removeprefix("torch.") if name.startswith("torch.nn") else name


def attribute_of(node: ast.AST) -> str:
    """``conv1`` for ``self.conv1``, else ""."""
    own = isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "self"
    return node.attr if own and isinstance(node, ast.Attribute) else ""


def class_outline(node: ast.ClassDef) -> ClassOutline:
    """The outline of one class."""
    chain = any(dotted(base).rpartition(".")[2] == "Sequential" for base in node.bases)
    found = ClassOutline(node, chain)
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            found.constructor = part
            found.arguments = tuple(each.arg for each in part.args.args[1:])
            _read_constructor(part, found)
        elif isinstance(part, ast.FunctionDef) and part.name == "forward":
            found.forward = part
    return found


def _read_constructor(function: ast.FunctionDef, found: ClassOutline) -> None:
    for statement in function.body:
        try:
            _read_statement(statement, found)
        except Unreadable as error:
            found.problems.append(error.problem)


def _read_statement(statement: ast.stmt, found: ClassOutline) -> None:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        name = attribute_of(statement.targets[0])
        if not name:
            raise Unreadable(statement, "Only layers are made here: self.conv1 = nn.Conv2d(…).")
        if isinstance(statement.value, ast.Name) and statement.value.id in found.arguments:
            found.noted.append(statement)
        else:
            _add(found, Made(name, statement.value, statement))
    elif isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        _read_call(statement, statement.value, found)
    elif not isinstance(statement, ast.Pass) and not _is_text(statement):
        raise Unreadable(statement, "Netloom cannot draw this. A constructor makes layers, one a line.")


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _read_call(statement: ast.stmt, call: ast.Call, found: ClassOutline) -> None:
    """``super().__init__(…)``, or a statement about the weights of a module."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.attr == "__init__" and isinstance(function.value, ast.Call):
        if found.chain:
            _read_chain(call, found)
        return
    name = next((name for name in map(attribute_of, ast.walk(call)) if name), "")
    if name in found.made:
        found.made[name].beginnings.append(statement)
    elif name:
        raise Unreadable(statement, f"self.{name:.40} is not made before this line.")
    else:
        raise Unreadable(statement, "Netloom cannot draw this. A constructor makes layers, one a line.")


def _read_chain(call: ast.Call, found: ClassOutline) -> None:
    """The layers of ``OrderedDict(conv1=…, relu1=…)``, or of one made of pairs."""
    content = call.args[0] if len(call.args) == 1 else None
    if not isinstance(content, ast.Call) or dotted(content.func).rpartition(".")[2] != "OrderedDict":
        raise Unreadable(call, "Netloom draws the layers of OrderedDict(conv1=nn.Conv2d(…), …).")
    for item in content.keywords:
        if item.arg is None:
            raise Unreadable(item, "Netloom cannot draw this. Write one layer a line: conv1=nn.Conv2d(…).")
        _add(found, Made(item.arg, item.value, item))
    if content.args:
        raise Unreadable(content, "Write the layers as conv1=nn.Conv2d(…), one a line.")


def _add(found: ClassOutline, made: Made) -> None:
    if made.name in found.made:
        raise Unreadable(made.written, f"self.{made.name:.40} is made already.")
    found.made[made.name] = made
