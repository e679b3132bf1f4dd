"""Arguments of a forward that bundle tensors: dictionaries, dataclasses and tuples, with names or without."""

from __future__ import annotations

import ast
import inspect
import json
import keyword
import textwrap
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, NamedTuple, get_args, get_origin, get_type_hints

from torch import Tensor, nn

FROM_DICTIONARIES = frozenset({"get", "items", "keys", "pop"})
UNKNOWN = ("first", "second")
"""Names where none are found."""
TUPLE = "tuple"
MOST_NAMES = 6


class Bundle(NamedTuple):
    """An argument: its name; the class that it is made of, "" for a dictionary, `TUPLE` for one without names; and the
    names that it holds, or by which it is taken apart."""

    argument: str
    kind: str
    names: tuple[str, ...]

    def advice(self, owner: str) -> str:
        """What it is, and the wrapper whose forward takes tensors."""
        names = self.names if self.kind == TUPLE else self.names[:MOST_NAMES]
        own = [name if is_name(name) else f"input{place}" for place, name in enumerate(names, 1)]
        what = f"a {self.kind}" if self.kind else "a dictionary"
        wrapper = f"def forward(self, {', '.join(own)}): return self.network({self._made(own)})"
        return (
            f"the forward of {owner} takes {what} as ‘{self.argument}’, and inputs are tensors. Wrap it in a module "
            f"with this forward, and import that: {wrapper}"
        )

    def _made(self, own: list[str]) -> str:
        """The bundle as it is made of arguments by names of their own."""
        if self.kind == TUPLE:
            return f"({', '.join(own)})"
        named = list(zip(self.names, own, strict=False))
        if self.kind:
            return f"{self.kind}({', '.join(f'{name}={mine}' for name, mine in named)})"
        return f"{{{', '.join(f'{json.dumps(name)}: {mine}' for name, mine in named)}}}"


def is_name(text: str) -> bool:
    """Whether Python takes a text as the name of an argument, beside ``self``."""
    return text.isidentifier() and not keyword.iskeyword(text) and text != "self"


def bundle_of(network: nn.Module, given: Mapping[str, Any]) -> Bundle | None:
    """The first argument of a forward, but for those ``given``, that its annotation or its use says to be a bundle."""
    try:
        hints = get_type_hints(network.forward)
    except (NameError, TypeError, AttributeError):
        hints = {}
    tree = _tree(network)
    for name, parameter in inspect.signature(network.forward).parameters.items():
        wanted = name not in given and parameter.default is parameter.empty
        if wanted and (bundle := _bundle(name, hints.get(name), tree)):
            return bundle
    return None


def _bundle(argument: str, hint: Any, tree: ast.AST) -> Bundle | None:
    """An argument as what its annotation says, else as what it is asked for in the source."""
    kind = get_origin(hint) or hint
    keys, attributes = _asked(tree, argument)
    if isinstance(kind, type) and issubclass(kind, Mapping):
        return Bundle(argument, "", tuple(getattr(kind, "__annotations__", ())) or keys or UNKNOWN)
    if isinstance(kind, type) and is_dataclass(kind):
        return Bundle(argument, kind.__name__, tuple(item.name for item in fields(kind)))
    if isinstance(kind, type) and issubclass(kind, tuple) and hasattr(kind, "_fields"):
        return Bundle(argument, kind.__name__, tuple(kind._fields))
    if (parts := _taken_apart(tree, argument)) or kind is tuple:
        return Bundle(argument, TUPLE, parts or _numbered(hint))
    if keys or FROM_DICTIONARIES.intersection(attributes):
        return Bundle(argument, "", keys or UNKNOWN)
    return Bundle(argument, "SimpleNamespace", attributes) if attributes else None


def _tree(network: nn.Module) -> ast.AST:
    try:
        return ast.parse(textwrap.dedent(inspect.getsource(network.forward)))
    except (OSError, TypeError, SyntaxError):
        return ast.Module([], [])


def _taken_apart(tree: ast.AST, argument: str) -> tuple[str, ...]:
    """The names that an argument is unpacked into, which no network does with a batch."""
    for part in ast.walk(tree):
        match part:
            case ast.Assign([ast.Tuple(parts) | ast.List(parts)], ast.Name(id=name)) if name == argument:
                names = [part.id for part in parts if isinstance(part, ast.Name)]
                if len(names) == len(parts):
                    distinct = len(set(names)) == len(names)
                    return tuple(names if distinct else [f"input{place}" for place, _ in enumerate(names, 1)])
    return ()


def _numbered(hint: Any) -> tuple[str, ...]:
    """Names for as many parts as an annotation says."""
    parts = get_args(hint)
    return UNKNOWN if not parts or ... in parts else tuple(f"input{place}" for place in range(1, len(parts) + 1))


def _asked(tree: ast.AST, argument: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys and the attributes that a source asks of an argument, and that no tensor has."""
    keys, attributes = dict[str, None](), dict[str, None]()
    parts = (part for part in ast.walk(tree) if isinstance(part, ast.expr | ast.keyword))
    for part in sorted(parts, key=lambda part: (part.lineno, part.col_offset)):
        match part:
            case ast.Subscript(ast.Name(id=name), ast.Constant(str(key))) if name == argument:
                keys[key] = None
            case ast.Call(ast.Attribute(ast.Name(id=name), "get" | "pop"), [ast.Constant(str(key)), *_]) if (
                name == argument
            ):
                keys[key] = None
            case ast.Compare(ast.Constant(str(key)), [ast.In() | ast.NotIn()], [ast.Name(id=name)]) if name == argument:
                keys[key] = None
            case ast.Attribute(ast.Name(id=name), attribute) if name == argument and not hasattr(Tensor, attribute):
                attributes[attribute] = None
            case ast.keyword(None, ast.Name(id=name)) if name == argument:
                attributes["keys"] = None  # what ** asks for
    return tuple(keys), tuple(attributes)
