"""Blocks as classes: what is written of each definition, and which numbers its constructor is told.

All uses of a definition share one class. A number in it that follows from the definition's parameters or from the
channels of its input is written as that expression; one that differs between uses for another reason becomes an
argument that is told. What is written is held against every use, so that each makes exactly what was analyzed. Uses
that differ in more than numbers get a class each.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from models.analysis import Analysis
from models.analysis.blocks import FIRST, REPEAT, Block, Part, parts_of
from models.codegen.blocks.numbers import (
    Path,
    channel_places,
    filled,
    numbers_in,
    places_of,
    structure,
    word_for,
)
from models.codegen.formatting import class_name
from models.kinds.layer import TensorType
from models.network import Network, Node, input_nodes, without_bypassed
from models.specs.expression import IN_CHANNELS, MARK, holds_expression, names_in, parse

_USED = frozenset({"self", "nn", "torch", "x"})
_TAKEN = frozenset({"Streamed", "Scaled", "Ensemble", "Member", "Path"})
"""Classes that scripts bring along; those of losses end so."""


class Argument(NamedTuple):
    """An argument of a class's constructor; ``default`` is its source text, "" for none."""

    name: str
    type: str
    default: str = ""


class _Symbol(NamedTuple):
    """Source text, and what it comes to in each variant."""

    text: str
    values: tuple[Any, ...]


class BlockClass:
    """A definition as a class: its constructor's arguments, and the expression that makes each layer's module."""

    def __init__(self, name: str, kind: type[Block], variants: Sequence[Part], plan: BlockPlan) -> None:
        self.name, self.kind = name, kind
        self.network: Network = without_bypassed(variants[0].inside.network)
        self.analysis: Analysis = variants[0].inside
        self.arguments: list[Argument] = []
        self.modules: dict[str, str] = {}
        self.values: dict[int, dict[str, Any]] = {id(part.inside): {} for part in variants}
        self._variants = [part.inside for part in variants]
        self._plan = plan
        self._channels: dict[str, _Symbol | None] = {}
        self._declare_parameters()
        for node in (self.network.nodes[id] for id in self.analysis.order if id in self.network):
            if node.layer is not None and node.layer.has_module:
                self.modules[node.id] = self._module(node)
            self._channels[node.id] = self._channels_behind(node)
        self._drop_unused()

    def call(self, inside: Analysis) -> str:
        """The expression that makes a module as one use needs it."""
        values = self.values[id(inside)]
        pairs = [(argument, repr(values[argument.name])) for argument in self.arguments]
        return f"{self.name}({', '.join(f'{a.name}={text}' for a, text in pairs if text != a.default)})"

    # Arguments

    def _declare_parameters(self) -> None:
        names: list[dict[str, Any]] = [dict(inside.given.names) if inside.given else {} for inside in self._variants]
        self._names = names
        if all(IN_CHANNELS in each for each in names):
            self._argument(IN_CHANNELS, tuple(each[IN_CHANNELS] for each in names))
        for name, field in self.kind.numbers.items():
            self._argument(argument_name(name), tuple(each[name] for each in names), repr(field.parse(field.default)))

    def _argument(self, name: str, values: tuple[Any, ...], default: str = "") -> str:
        whole = all(isinstance(value, int) for value in values) and "." not in default
        self.arguments.append(Argument(name, "int" if whole else "float", default))
        for inside, value in zip(self._variants, values, strict=True):
            self.values[id(inside)][name] = value
        return name

    def _told(self, wanted: str, values: tuple[Any, ...]) -> str:
        """An argument for what does not follow from the others."""
        taken = {argument.name for argument in self.arguments}
        name = wanted
        while name in taken or name in self.network.nodes:
            name += "_"
        return self._argument(name, values)

    def _resolved(self, values: tuple[Any, ...], symbols: Sequence[_Symbol | None], wanted: str) -> str:
        """Source text that comes to these values in the variants."""
        fitting = next((symbol for symbol in symbols if symbol and symbol.values == values), None)
        if fitting:
            return fitting.text
        return repr(values[0]) if len(set(values)) == 1 else self._told(wanted, values)

    def _drop_unused(self) -> None:
        used = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*(?!\w*=[^=])", " ".join(self.modules.values())))
        self.arguments = [a for a in self.arguments if a.name in used]
        self.arguments.sort(key=lambda argument: bool(argument.default))

    def _expression(self, value: object, *, whole: bool = True) -> _Symbol | None:
        """An expression of a setting as source; None for what is none."""
        if not isinstance(value, str) or not value.startswith(MARK):
            return None
        values = tuple(parse(value).value(names) for names in self._names)
        text = python_text(parse(value).text)
        parts = re.search(r"\.|(?<!/)/(?!/)", text) or any(
            isinstance(names.get(name), float) for names in self._names for name in names_in(value)
        )
        if whole and parts and all(isinstance(number, int) for number in values):
            text = f"round({text})"
        return _Symbol(text, values)

    def _feeding(self, node: Node) -> _Symbol | None:
        wires = self.network.edges_into(node.id)
        return self._channels.get(wires[0].source) if wires else None

    def _channels_behind(self, node: Node) -> _Symbol | None:
        """The first size of a layer's output as source, where that is known."""
        first = input_nodes(self.network)[:1]
        if first and node.id == first[0].id and all(IN_CHANNELS in names for names in self._names):
            return _Symbol(IN_CHANNELS, tuple(names[IN_CHANNELS] for names in self._names))
        shapes = [inside[node.id].shape for inside in self._variants]
        sizes = tuple(shape[0] if shape else 0 for shape in shapes)
        own = [self._expression(value) for name, value in node.params.items() if name not in (REPEAT, FIRST)]
        known = [*own, self._feeding(node)]
        return next((symbol for symbol in known if symbol and symbol.values == sizes), None)

    # Modules

    def _module(self, node: Node) -> str:
        if isinstance(node.layer, Block):
            return self._block(node)
        layers = [inside.network.nodes[node.id].layer for inside in self._variants]
        inputs = [_inputs(inside, node.id) for inside in self._variants]
        texts = [layer.module(given) if layer else "" for layer, given in zip(layers, inputs, strict=True)]
        if not texts[0]:
            return ""
        assert layers[0] is not None, "a layer with a module is known"
        numbers = [numbers_in(text) for text in texts]
        found: dict[Path, str] = {}
        for name, place, symbol in self._computed(node):
            for path in places_of(layers[0], inputs[0], name, place):
                found[path] = symbol.text
        follows = channel_places(layers[0], inputs[0])
        for path in numbers[0]:
            if path not in found:
                values = tuple(each.get(path) for each in numbers)
                symbols = [self._feeding(node)] if path in follows else []
                found[path] = self._resolved(values, symbols, f"{node.id}_{word_for(path)}")
        return filled(texts[0], found)

    def _computed(self, node: Node) -> Iterator[tuple[str, int | None, _Symbol]]:
        """The expressions in a layer's settings: the field, the place in its list if it is one, and the source."""
        for name, value in node.params.items():
            items = list(enumerate(value)) if isinstance(value, list) else [(None, value)]
            for place, item in items:
                if symbol := self._expression(item):
                    yield name, place, symbol

    def _block(self, node: Node) -> str:
        """The expression for a block within this one: its repetitions with arguments in terms of this one's."""
        many = [parts_of(inside, inside.network.nodes[node.id]) for inside in self._variants]
        items: list[tuple[str, str]] = []
        first = node.params.get(FIRST) if isinstance(node.params.get(FIRST), dict) else {}
        for place, part in enumerate(many[0]):
            inner = self._plan.class_of(part.inside)
            arguments = []
            for argument in inner.arguments:
                values = tuple(self._plan.class_of(p[place].inside).values[id(p[place].inside)][argument.name]
                               for p in many)  # fmt: skip
                setting = (first or {}).get(argument.name) if place == 0 else None
                setting = node.params.get(argument.name) if setting is None else setting
                symbols = [self._expression(setting)]
                if argument.name == IN_CHANNELS:
                    symbols = [self._feeding(node) if place == 0 else self._channels_behind(node)]
                text = self._resolved(values, symbols, f"{node.id}_{argument.name}")
                if text != argument.default:
                    arguments.append(f"{argument.name}={text}")
            counts = tuple(p[place].times for p in many)
            count = self._resolved(counts, self._counts(node, place, many[0]), f"{node.id}_count")
            items.append((f"{inner.name}({', '.join(arguments)})", count))
        return repeated(items, isinstance(node.layer, Block) and node.layer.repeat > 1)

    def _counts(self, node: Node, place: int, parts: Sequence[Part]) -> list[_Symbol | None]:
        symbol = self._expression(node.params.get(REPEAT)) if place == len(parts) - 1 else None
        before = len(parts) - 1
        if symbol is None or not before:
            return [symbol]
        return [_Symbol(f"{symbol.text} - {before}", tuple(value - before for value in symbol.values))]


class BlockPlan:
    """The classes of all blocks that a network uses, inner ones first, under names that differ from ``taken``."""

    def __init__(self, network: Network, analysis: Analysis, taken: str) -> None:
        self.classes: list[BlockClass] = []
        self._by_inside: dict[int, BlockClass] = {}
        self._names = {taken}
        variants: dict[type[Block], dict[int, Part]] = {}
        _gather(network, analysis, variants)
        for kind in _inner_first(variants):
            groups: dict[tuple[object, ...], list[Part]] = {}
            for part in variants[kind].values():
                groups.setdefault(self._signature(part.inside), []).append(part)
            for parts in groups.values():
                made = BlockClass(self._free_name(kind.kind), kind, parts, self)
                self.classes.append(made)
                self._by_inside |= {id(part.inside): made for part in parts}

    def class_of(self, inside: Analysis) -> BlockClass:
        """The class of which a use is made."""
        return self._by_inside[id(inside)]

    def expression(self, analysis: Analysis, node: Node) -> str:
        """What makes the module of a use in the main network."""
        parts = parts_of(analysis, node)
        items = [(self.class_of(part.inside).call(part.inside), str(part.times)) for part in parts]
        return repeated(items, isinstance(node.layer, Block) and node.layer.repeat > 1)

    def _free_name(self, kind: str) -> str:
        stem = class_name(kind)
        stem = "Block" if stem == "Network" else f"{stem}Block" if stem in _TAKEN or stem.endswith("Loss") else stem
        number, name = 2, stem
        while name in self._names:
            name, number = f"{stem}{number}", number + 1
        self._names.add(name)
        return name

    def _signature(self, inside: Analysis) -> tuple[object, ...]:
        """What uses that share a class have in common: all that is written, but for numbers."""
        return tuple(self._shape_of(inside, node) for node in inside.network)

    def _shape_of(self, inside: Analysis, node: Node) -> object:
        layer, inputs = node.layer, _inputs(inside, node.id)
        if layer is None:
            return None
        targets = tuple(f"t{place}" for place, _ in enumerate(node.outputs))
        arguments = tuple(f"a{place}" for place, _ in enumerate(inputs))
        lines = layer.lines("self.layer", arguments, targets, inputs) if targets and inputs else ()
        if isinstance(layer, Block):
            parts = parts_of(inside, node)
            return layer.repeat > 1, tuple(self.class_of(part.inside).name for part in parts), lines
        alone = {name: value for name, value in node.params.items() if not isinstance(value, list) or len(value) == 1}
        computed = {name for name, value in alone.items() if holds_expression(value)}
        return structure(layer.module(inputs), computed), lines


def repeated(items: Sequence[tuple[str, str]], repeats: bool) -> str:
    """Modules, each so many times, as one expression."""
    if not repeats:
        return items[0][0]
    texts = [text if count == "1" else f"*({text} for _ in range({count}))" for text, count in items]
    return f"nn.Sequential({', '.join(texts)})"


def argument_name(parameter: str) -> str:
    """A parameter's name as an argument of a constructor: nothing that Python or the class uses itself."""
    taken = keyword.iskeyword(parameter) or parameter in _USED or hasattr(builtins, parameter)
    return f"{parameter}_" if taken else parameter


def python_text(text: str) -> str:
    """An expression as Python: its grammar is Python's but for numbers that begin with zeros."""
    text = re.sub(r"(?<![\w.])0+(?=\d)", "", text)
    return re.sub(r"[A-Za-z]\w*", lambda found: _name(found[0]), text, flags=re.ASCII)


def _name(word: str) -> str:
    return word if word in {"min", "max"} else argument_name(word)


def _gather(network: Network, analysis: Analysis, found: dict[type[Block], dict[int, Part]]) -> None:
    """All different insides of each kind that is used, however deep."""
    for node in network:
        for part in parts_of(analysis, node):
            kind = type(node.layer)
            assert issubclass(kind, Block), "only blocks have parts"
            known = found.setdefault(kind, {})
            if id(part.inside) not in known:
                known[id(part.inside)] = part
                _gather(part.inside.network, part.inside, found)


def _inner_first(found: dict[type[Block], dict[int, Part]]) -> list[type[Block]]:
    by_name = {kind.kind: kind for kind in found}
    done: dict[type[Block], None] = {}

    def visit(kind: type[Block]) -> None:
        for node in kind.definition:
            if node.kind in by_name and by_name[node.kind] not in done:
                visit(by_name[node.kind])
        done[kind] = None

    for kind in found:
        if kind not in done:
            visit(kind)
    return list(done)


def _inputs(analysis: Analysis, id: str) -> tuple[TensorType, ...]:
    return tuple(item for item in analysis[id].inputs if item is not None)
