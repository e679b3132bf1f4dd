"""Which layer writes a statement: by what it is written with, and by writing it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import combinations
from typing import Any, NamedTuple

from models.kinds.layer import OF_WEIGHTS, Layer, TensorType
from models.layers import LAYERS
from models.sources.recognizing.base import Base, Value
from models.sources.recognizing.examples import accepted_inputs, by_kind
from models.sources.recognizing.guesses import searched
from models.sources.recognizing.idioms import TRAINING
from models.sources.recognizing.settings import writes_itself
from models.sources.syntax.outline import attribute_of, dotted
from models.sources.syntax.text import Text, shape, targets_of
from models.specs.fields import Bool, Choice

Types = tuple[TensorType, ...]
MOST_TARGETS = 20
_NUMBERS = re.compile(r"\d+")


class Found(NamedTuple):
    """Statements that a layer writes: what it takes, and the variables that it gives its ports' values to."""

    sources: tuple[Value, ...]
    targets: Mapping[str, int]
    statements: tuple[ast.stmt, ...]

    @property
    def length(self) -> int:
        """How many statements there are."""
        return len(self.statements)


class Group:
    """Statements from a place on, of which the first ones belong to one layer, with the values that variables hold."""

    def __init__(
        self,
        rest: Sequence[ast.stmt],
        first: Sequence[ast.stmt],
        env: Mapping[str, Value],
        attribute: str,
        text: Text | None,
    ) -> None:
        self.rest, self.first, self.attribute, self._text = rest, first, attribute, text
        read = [
            node.id
            for part in first
            for node in _in_order(part)
            if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load) and node.id in env
        ]
        self._named: dict[tuple[Value, ...], tuple[str, ...]] = {}
        once = tuple(dict.fromkeys(read))
        for names in (once, tuple(read), once[::-1]):
            self._named.setdefault(tuple(env[name] for name in names), names)
        self._shapes: dict[int, str] = {}
        self._digits: dict[int, list[str]] = {}

    def sources(self) -> list[tuple[Value, ...]]:
        """What the layer may take: each value once, or as often as it is read."""
        return list(self._named)

    def names(self, sources: tuple[Value, ...]) -> tuple[str, ...]:
        """The variables that hold these values."""
        return self._named[sources]

    def shape(self, count: int) -> str:
        """The first statements, laid out as any other."""
        if count not in self._shapes:
            self._shapes[count] = shape(self.rest[:count])
        return self._shapes[count]

    def is_written(self, lines: Sequence[str]) -> bool:
        """Whether the first statements are these, to the letter or at least in what they say."""
        count = len(lines)
        if count > len(self.rest):
            return False
        if self._text is not None and all(map(self._is, self.rest, lines)):
            return True
        if sorted(_NUMBERS.findall("\n".join(lines))) != self._numbers(count):
            return False  # which is seen sooner than the rest
        return shape(ast.parse("\n".join(lines)).body) == self.shape(count)

    def _numbers(self, count: int) -> list[str]:
        """The digits in the first statements."""
        if count not in self._digits:
            text = "\n".join(map(ast.unparse, self.rest[:count]))
            self._digits[count] = sorted(_NUMBERS.findall(text))
        return self._digits[count]

    def _is(self, statement: ast.stmt, line: str) -> bool:
        return self._text is not None and self._text.of(statement) == line

    def targets(self, layer: Layer) -> Iterator[tuple[str, ...]]:
        """Which variables may hold what the ports of a layer give, "" for a port that is not read."""
        written, count = targets_of(self.first[-1]), len(layer.outputs)
        if len(written) == count:
            yield tuple("" if name == "_" else name for name in written)
        names = [name for name in written if not name.startswith("_")]
        for number, places in enumerate(combinations(range(count), len(names))):
            if number == MOST_TARGETS:
                return
            yield tuple(names[places.index(place)] if place in places else "" for place in range(count))

    def wanted(self, found: Found) -> str:
        """The name that a new layer without a module should have: that of its variable."""
        return next((name for name in found.targets if name != "x"), "")

    def searched(
        self, kind: type[Layer], present: Layer | None, types: Types, sources: tuple[Value, ...], fits: bool
    ) -> tuple[Found, Mapping[str, Any], Layer] | None:
        """The layer of a kind that writes these statements, with its settings; None where there is none."""
        results: list[tuple[Found, Layer]] = []

        def writes(layer: Layer) -> bool:
            found = matched(self, layer, types, sources, fits)
            if found:
                results.append((found, layer))
            return found is not None

        settings = searched(kind, self.first, present, writes)
        return None if settings is None else (results[-1][0], settings, results[-1][1])


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """A tree's parts as they stand in the text."""
    yield node
    for child in ast.iter_child_nodes(node):
        yield from _in_order(child)


def matched(
    look: Group, layer: Layer, types: Types | None, sources: tuple[Value, ...], fits: bool = True
) -> Found | None:
    """The statements of a group that a layer writes, which takes these inputs or not, by ``fits``; None for others."""
    if types is None or _takes(layer, types) != fits:
        return None
    try:
        return _matched(look, layer, types, sources)
    except (ValueError, IndexError, ZeroDivisionError):
        return None  # what it would write follows from inputs that it does not take


def _matched(look: Group, layer: Layer, types: Types, sources: tuple[Value, ...]) -> Found | None:
    if len(types) > len(layer.inputs) and not any(port.variadic for port in layer.inputs):
        return None
    names = look.names(sources)
    for targets in look.targets(layer):
        if not any(targets):
            continue
        lines = layer.lines(f"self.{look.attribute}", names, targets, types)
        if look.is_written(lines):
            held = {name: place for place, name in enumerate(targets) if name}
            return Found(sources, held, tuple(look.rest[: len(lines)]))
    return None


def _takes(layer: Layer, types: Types) -> bool:
    try:
        layer.output_types(types)
    except (ValueError, IndexError):
        return False
    return True


# Kinds without a module


def functional_kinds(look: Group) -> list[type[Layer]]:
    """The kinds that may write statements which begin like these."""
    head = _head(look.first[0])
    return [
        kind for kind in LAYERS.values() if not is_made(kind) and kind.inputs and kind.outputs and head in _heads(kind)
    ]


@by_kind
def is_made(kind: type[Layer]) -> bool:
    """Whether a constructor makes a module for layers of a kind."""
    return kind().has_module


def _head(statement: ast.stmt) -> str:
    """What a statement's value is made with: a function, a method, an operator."""
    value = statement.value if isinstance(statement, ast.Assign) else None
    if isinstance(value, ast.Call):
        name = dotted(value.func)
        return name if name.startswith(("torch.", "nn.")) else f".{getattr(value.func, 'attr', '')}"
    return type(value.op).__name__ if isinstance(value, ast.BinOp) else type(value).__name__


@by_kind
def _heads(kind: type[Layer]) -> frozenset[str]:
    """What statements of a kind begin with, whatever its settings."""
    found: set[str] = set()
    for layer in _variants(kind):
        inputs = accepted_inputs(layer)
        if inputs is not None:
            names = tuple(f"a{place}" for place in range(len(inputs)))
            targets = tuple(f"t{place}" for place in range(len(layer.outputs)))
            found.add(_head(ast.parse("\n".join(layer.lines("self.m", names, targets, inputs))).body[0]))
    return frozenset(found or {".split"} if kind.outputs else found)


def _variants(kind: type[Layer]) -> Iterator[Layer]:
    """A layer of a kind as it is, and with each switch and choice otherwise."""
    yield kind()
    for name, field in kind.fields.items():
        options = field.options if isinstance(field, Choice) else (True, False) if isinstance(field, Bool) else ()
        for option in options if name not in OF_WEIGHTS else ():
            yield kind(**{name: option})


@lru_cache(maxsize=4)
def kinds_written_with(word: str) -> frozenset[str]:
    """The kinds whose modules are called with an argument of that name."""
    return frozenset(kind.kind for kind in LAYERS.values() if is_made(kind) and _calls_with(kind, word))


def _calls_with(kind: type[Layer], word: str) -> bool:
    layer = kind()
    inputs = accepted_inputs(layer)
    if inputs is None or not layer.outputs:
        return False
    names = tuple(f"a{place}" for place in range(len(inputs)))
    targets = ("t", *[""] * (len(layer.outputs) - 1))  # of which the first alone is read
    return any(f"{word}=" in line for line in layer.lines("self.m", names, targets, inputs))


# Functions in place of modules


@lru_cache(maxsize=1)
def _by_function() -> dict[str, type[Layer]]:
    """The kinds that `torch.nn.functional` has a function for, by its name."""
    found: dict[str, type[Layer]] = {}
    for kind in LAYERS.values():
        if is_made(kind) and len(kind.inputs) == 1 and kind.weights is Layer.weights and writes_itself(kind):
            found[kind.kind.lower()] = kind
    return found


_OTHER_NAMES: Mapping[str, str] = {"interpolate": "upsample"}


def named_function(node: ast.expr, aliases: Mapping[str, str]) -> tuple[type[Layer], ast.Call, list[ast.expr]] | None:
    """The kind that a call of a function stands for, the call of its module, and the inputs: ``F.relu(x)``,
    ``torch.flatten(x, 1)``, ``x.relu()``; None for any other expression."""
    if not isinstance(node, ast.Call):
        return None
    name = dotted(node.func, dict(aliases))
    inputs, rest = node.args[:1], node.args[1:]
    if not name.startswith(("nn.functional.", "torch.")) and isinstance(node.func, ast.Attribute):
        inputs, rest = [node.func.value], node.args
        name = f".{node.func.attr}"
    word = name.rpartition(".")[2]
    kind = _by_function().get(_OTHER_NAMES.get(word, word).replace("_", ""))
    if kind is None or not inputs:
        return None
    rest = [item for item in rest if attribute_of(item) != TRAINING]
    words = [word for word in node.keywords if word.arg not in {TRAINING, "inplace"}]
    module = ast.Call(ast.parse(f"nn.{kind.kind}", mode="eval").body, rest, words)
    return kind, ast.fix_missing_locations(ast.copy_location(module, node)), inputs


# Kinds of modules


def kind_of_module(call: ast.expr, aliases: Mapping[str, str], base: Base, present: str) -> str:
    """The name of the kind whose module an expression makes, as it was or by its name; "" for none."""
    if not isinstance(call, ast.Call):
        return ""
    name = dotted(call.func, dict(aliases))
    own = base.kind(present) if present else None
    if own is not None and present in LAYERS and is_made(own) and not writes_itself(own) and name == _module_head(own):
        return present
    stem = name.removeprefix("nn.")
    kind = LAYERS.get(stem)
    if kind is not None and name == f"nn.{stem}" and is_made(kind) and writes_itself(kind):
        return stem
    used = [node.id for node in ast.walk(call) if isinstance(node, ast.Name) and node.id in base.blocks]
    return base.blocks[used[0]].kind.kind if used else ""


def kinds_with_module_of_others(call: ast.expr) -> Iterator[str]:
    """The kinds that work with a module which is made so, without being called like it."""
    name = dotted(call.func) if isinstance(call, ast.Call) else ""
    stem = name.removeprefix("nn.")
    if stem in LAYERS and is_made(LAYERS[stem]):
        yield stem
    for kind in LAYERS.values():
        if is_made(kind) and not writes_itself(kind) and _module_head(kind) == name:
            yield kind.kind


@by_kind
def _module_head(kind: type[Layer]) -> str:
    layer = kind()
    inputs = accepted_inputs(layer)
    return layer.module(inputs).partition("(")[0] if inputs is not None else f"nn.{kind.kind}"
