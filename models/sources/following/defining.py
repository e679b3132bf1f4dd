"""Blocks from code alone: classes that a person adds, and containers of layers, become definitions when a layer is
first made of one. What feeds that layer tells the sizes that the lines of the class are held against.
"""

from __future__ import annotations

import ast
from collections import ChainMap
from collections.abc import Iterator, Mapping, MutableMapping
from dataclasses import dataclass, replace
from typing import Any, cast

from models.analysis import Analysis
from models.analysis.analysis import Given
from models.analysis.blocks import Block
from models.analysis.definitions import block_kind
from models.codegen.blocks.classes import Argument, argument_name
from models.codegen.formatting import class_name
from models.document.edits import Edit
from models.document.scopes import AddScope, RemoveScope
from models.kinds.layer import Layer
from models.layers import LAYERS
from models.network import Edge, Network, Node, name_problem
from models.network.names import stems
from models.sources.following.flow import drawn
from models.sources.following.state import Types, Use
from models.sources.following.steps import Drawing
from models.sources.recognizing.base import Base, Maker, input_kind, output_kind
from models.sources.recognizing.beginnings import read_beginnings
from models.sources.recognizing.containers import elements, is_container, maker, maker_name, members
from models.sources.recognizing.settings import is_set
from models.sources.recognizing.uses import read_use
from models.sources.syntax.outline import ClassOutline, Made, Outline, Problem, Unreadable, dotted
from models.sources.syntax.values import Within, same_setting, value_of
from models.specs.expression import IN_CHANNELS, MARK, names_in

Kinds = MutableMapping[str, type[Layer]]
Numbers = Mapping[str, "int | float"]


@dataclass(frozen=True)
class _Class:
    """A class that stands for a block which code defines."""

    kind: type[Block]
    arguments: tuple[Argument, ...]


class Definitions:
    """The blocks that a source defines beside those of before, whose classes are its ``parts``."""

    def __init__(self, found: Outline, bases: Mapping[str, Base], parts: Mapping[str, ClassOutline]) -> None:
        self._found, self._bases = found, bases
        self._main = list(bases.values())[-1]
        taken = [part.name for part in parts.values()]
        self._classes = {name: part for name, part in found.classes.items() if name not in taken}
        self._kinds: dict[str, type[Layer]] = {}
        self._makers: dict[str, Maker] = {}
        self._uses: dict[tuple[str, object], Use] = {}
        self._begun: list[str] = []
        self._held: dict[tuple[str, str], str] = {}
        self.networks: dict[str, Network] = {}
        """Of the blocks that were met, inner ones first."""
        self.problems: list[Problem] = []

    def beside(self, base: Base, part: ClassOutline) -> Base:
        """A class of before that knows these blocks, too, where its layers may be of them."""
        base = replace(base, within=_standing_in(base.within, part))
        held = (made.call for made in part.made.values())
        if not (self._classes or self._found.is_worked or any(is_container(c, self._found.aliases) for c in held)):
            return base
        known = {name: self._as_called(name, base) for name in base.blocks if self._found.is_worked}
        blocks = ChainMap(self._makers, known, cast(Any, base.blocks))
        return replace(base, kinds=self._all_kinds(base), blocks=blocks)

    def _as_called(self, name: str, base: Base) -> Maker:
        """A block of before, with the arguments that its class takes in the source."""
        part = self._found.classes.get(name)
        if part is None:
            return base.blocks[name]
        usual = _defaults(part)
        return _Class(base.blocks[name].kind, tuple(Argument(each, "int", usual[each]) for each in part.arguments))

    def _all_kinds(self, base: Base) -> Kinds:
        return ChainMap(self._kinds, cast(Kinds, base.kinds))

    def keeps(self, scope: str) -> bool:
        """Whether a block says what it said before."""
        kind, network = self._main.kinds.get(scope), self.networks.get(scope)
        known = kind is not None and issubclass(kind, Block) and network is not None
        return bool(known and kind and issubclass(kind, Block) and network and _alike(kind.definition, network))

    def edits(self) -> Iterator[Edit]:
        """What defines the blocks that say something new."""
        for scope, network in self.networks.items():
            if self.keeps(scope):
                continue
            if scope in self._main.kinds:
                yield RemoveScope(scope)
            yield AddScope(scope, network)

    def use(self, made: Made, types: Types | None, base: Base, present: str) -> Use | None:
        """The block that a module is; see `Definer`."""
        if is_container(made.call, self._found.aliases):
            return self._of_container(made, types, base, present or self._kind_before(base.scope, made.name))
        name = maker_name(made.call)
        if name not in self._classes:
            self._check_standing(made.call, name, types, base)
            return None
        return self._of_class(made.call, name, types, base)

    # Classes

    def _of_class(self, call: ast.expr, name: str, types: Types | None, base: Base) -> Use:
        """The block of a class, which is made when it is first met, and held against the inputs of each use."""
        assert isinstance(call, ast.Call), "a class is called"
        part = self._classes[name]
        told = _told(call, part, base.within)
        key = (name, (tuple(told.items()), types))
        if key not in self._uses:
            self._check_name(part)
            self._check_channels(call, part, told, types)
            usual = {each: _number(text, part) for each, text in _defaults(part).items() if text}
            self._define(name, part, types, told, call, usual)
            defaults = _defaults(part)
            arguments = tuple(Argument(each, "int", defaults[each]) for each in part.arguments)
            kind = self._kinds[name]
            assert issubclass(kind, Block), "definitions make blocks"
            self._makers[name] = _Class(kind, arguments)
            self._uses[key] = Use(name)
        return self._uses[key]

    def _check_name(self, part: ClassOutline) -> None:
        wanted = class_name(part.name)
        if wanted != part.name:
            raise Unreadable(part.node, f"Call this class {wanted:.40}: letters and digits, a capital first.")
        if part.name in LAYERS:
            raise Unreadable(part.node, f"Netloom has a layer {part.name:.30} already. Call this class otherwise.")

    def _check_standing(self, call: ast.expr, name: str, types: Types | None, base: Base) -> None:
        """What stands for how many channels come in, whatever it is called, is just that."""
        part, block = self._found.classes.get(name), self._main.blocks.get(name)
        if not self._found.is_worked or part is None or block is None or not types or not types[0].shape:
            return
        assert isinstance(call, ast.Call), "a class is called"
        known = {argument.name for argument in block.arguments} | set(map(argument_name, block.kind.numbers))
        given = dict(zip(part.arguments, call.args, strict=False)) | {
            word.arg or "": word.value for word in call.keywords
        }
        for each in given.keys() & {*part.arguments} - known:
            if value_of(given[each], base.within).number != types[0].shape[0]:
                raise Unreadable(
                    given[each], f"{each:.20} follows from what feeds {name:.20}: it is {types[0].shape[0]}."
                )

    def _check_channels(self, call: ast.Call, part: ClassOutline, told: Numbers, types: Types | None) -> None:
        """What is called ``in_channels`` is how many channels come in."""
        present = types[0].shape[0] if types and types[0].shape else None
        if present is not None and told.get(IN_CHANNELS, present) != present:
            raise Unreadable(call, f"{IN_CHANNELS} follows from what feeds {part.name:.20}: it is {present} here.")

    # Containers

    def _of_container(self, made: Made, types: Types | None, base: Base, present: str) -> Use | None:
        """A container of one block, so many times, or a block of its own made of all that it holds."""
        assert isinstance(made.call, ast.Call), "a container is made by a call"
        for item in elements(made.call)[:1]:
            self._check_standing(maker(item), maker_name(item), types, base)
        names = {maker_name(item) for item in elements(made.call)}
        if len(names) == 1 and (name := names.pop()) in self._classes.keys() | base.blocks.keys():
            use = self._repeated(made.call, name, types, base)
            if use is not None:
                return use
        key = (made.name, (ast.dump(made.call), types))
        if key not in self._uses:
            self._uses[key] = self._inline(made, types, base, present)
        return self._uses[key]

    def _repeated(self, call: ast.Call, name: str, types: Types | None, base: Base) -> Use | None:
        """One block, so many times; None where they differ more than repetitions may."""
        for place, item in enumerate(elements(call)) if name in self._classes else ():
            self._of_class(maker(item), name, types if place == 0 else None, base)
        try:
            return Use(base.blocks[name].kind.kind, read_use(call, base, self._found.aliases))
        except Unreadable:
            return None

    def _inline(self, made: Made, types: Types | None, base: Base, present: str) -> Use:
        """A block of the layers of a container, called after the attribute."""
        assert isinstance(made.call, ast.Call), "a container is made by a call"
        outer = {node.id for node in ast.walk(made.call) if isinstance(node, ast.Name)} & base.within.values.keys()
        if hidden := sorted(outer - base.within.parameters.keys()):
            raise Unreadable(made.call, f"{hidden[0]:.30} cannot be handed on to the layers of a container.")
        numbers = {name: base.within.values[name] for name in sorted(outer - {IN_CHANNELS})}
        scope = self._held.setdefault((base.scope, made.name), self._scope(made.name, present))
        node = ast.copy_location(ast.ClassDef(scope, [], [], [], []), made.call)
        part = ClassOutline(node, True, made=_named_members(made, base.within))
        self._define(scope, part, types, numbers, made.call, {})
        kept = self._kinds[scope].fields
        return Use(scope, {name: MARK + base.within.parameters[name] for name in numbers if name in kept})

    def _scope(self, attribute: str, present: str) -> str:
        """A name for the block of a container: that of the one that it was, where nothing else uses that."""
        users = [node.id for network in self._before() for node in network if present and node.kind == present]
        if len(users) == 1:
            return present
        wanted, number = class_name(attribute), 2
        wanted = f"{wanted}Block" if wanted in LAYERS else wanted
        taken = {*self._kinds, *self._classes, *self._main.kinds, self._main.name}
        name = wanted
        while name in taken:
            name, number = f"{wanted}{number}", number + 1
        return name

    def _before(self) -> Iterator[Network]:
        """The networks of before: the main one, and those of blocks."""
        yield self._main.network
        yield from (kind.definition for kind in self._main.kinds.values() if issubclass(kind, Block))

    def _kind_before(self, scope: str, attribute: str) -> str:
        """The kind that a module of a block had before, "" for none."""
        kind = self._main.kinds.get(scope)
        nodes = kind.definition if kind is not None and issubclass(kind, Block) else ()
        found = next((node.kind for node in nodes if node.attribute == attribute), "")
        return found if found in self._main.kinds else ""

    # Definitions

    def _define(
        self, scope: str, part: ClassOutline, types: Types | None, told: Numbers, call: ast.expr, usual: Numbers
    ) -> None:
        """Make the block of a class, or look whether it can be so, too, where it is known. What it is ``told`` by a
        call is ``usual`` where the class does not say otherwise."""
        if scope in self._begun:
            raise Unreadable(call, f"{scope:.30} cannot hold itself.")
        self._begun.append(scope)
        base = self._base(scope, part, types, told)
        drawing = drawn(base, self._found, part, {}, self)
        self._begun.remove(scope)
        drawing.problems += _idle(drawing, part)
        if drawing.problems:
            self.problems += drawing.problems
            raise Unreadable(call, f"{scope:.30} cannot be drawn yet; see line {drawing.problems[0].line}.")
        if scope not in self.networks:
            network = _network(drawing, base, part, usual)
            kind = self._kinds[scope] = block_kind(scope, network)
            if kind.problem:
                raise Unreadable(call, kind.problem)
            self.networks[scope] = network

    def _base(self, scope: str, part: ClassOutline, types: Types | None, told: Numbers) -> Base:
        """A class of which nothing but its Inputs is known."""
        arguments = [each.arg for each in part.forward.args.args[1:]] if part.forward else ["x"]
        names = [name if not name_problem(name) else f"input{place}" for place, name in enumerate(arguments, 1)]
        parameters = {name: number for name, number in told.items() if name != IN_CHANNELS}
        network = Network([Node(name, input_kind().kind) for name in names], parameters=dict(parameters))
        kinds = self._all_kinds(self._main)
        network.define(kinds)
        channels = types[0].shape[0] if types and types[0].shape else told.get(IN_CHANNELS)
        values = {**parameters, **({IN_CHANNELS: channels} if channels is not None else {})}
        given = Given(dict(zip(names, types or (None,) * len(names), strict=False)), values)
        blocks = ChainMap(self._makers, cast(Any, self._main.blocks))
        within = Within(values, {name: name for name in values})
        return Base(scope, scope, network, Analysis(network, scope, given), kinds, blocks, {}, within, parameters)


def _standing_in(within: Within, part: ClassOutline) -> Within:
    """What names stand for, where arguments that are no parameter stand for how many channels come in."""
    channels = within.values.get(IN_CHANNELS)
    gone = [name for name in part.arguments if name not in within.values] if channels is not None else []
    said = dict.fromkeys(gone, channels or 0)
    return Within({**within.values, **said}, {**within.parameters, **dict.fromkeys(gone, IN_CHANNELS)})


def _alike(one: Network, other: Network) -> bool:
    """Whether two networks are the same but for where they lie and what is noted."""
    if one.nodes.keys() != other.nodes.keys() or set(one.edges) != set(other.edges):
        return False
    same = all(
        mine.kind == its.kind
        and mine.attribute == its.attribute
        and mine.params.keys() == its.params.keys()
        and all(same_setting(value, its.params[name]) for name, value in mine.params.items())
        for mine, its in ((node, other[node.id]) for node in one)
    )
    return same and dict(one.parameters) == dict(other.parameters)


def _idle(drawing: Drawing, part: ClassOutline) -> Iterator[Problem]:
    """The layers that a class makes and never calls, with which it could be no block."""
    called = {step.attribute for step in drawing.steps.values() if step.wires is not None}
    for name, made in part.made.items() if not drawing.problems else ():
        if name not in called:
            yield Problem(made.written.lineno, f"self.{name:.30} is made, and forward does not call it.")


def _defaults(part: ClassOutline) -> dict[str, str]:
    """The arguments of a constructor, each with its default as source, "" for none."""
    if part.constructor is None:
        return {}
    defaults = [ast.unparse(each) for each in part.constructor.args.defaults]
    return dict(zip(part.arguments, [""] * (len(part.arguments) - len(defaults)) + defaults, strict=True))


def _told(call: ast.Call, part: ClassOutline, within: Within) -> Numbers:
    """The numbers that a class is told by a call, those with a default included."""
    usual = {name: _number(text, part) for name, text in _defaults(part).items() if text}
    given = _given(call, part)
    if len(call.args) > len(part.arguments) or not given.keys() <= {*part.arguments}:
        raise Unreadable(call, f"{part.name:.30} takes: {', '.join(part.arguments) or 'nothing':.40}.")
    found: dict[str, int | float] = {}
    for name in part.arguments:
        if name not in given and name not in usual:
            raise Unreadable(call, f"{part.name:.30} needs a number for {name:.30}.")
        found[name] = _checked(value_of(given[name], within).number, name, call) if name in given else usual[name]
    return found


def _given(call: ast.Call, part: ClassOutline) -> dict[str, ast.expr]:
    """What a call gives the arguments of a class, by name."""
    return dict(zip(part.arguments, call.args, strict=False)) | {word.arg or "": word.value for word in call.keywords}


def _number(text: str, part: ClassOutline) -> int | float:
    """The default of an argument; raises `Unreadable` for anything but a number."""
    assert part.constructor is not None, "it has arguments"
    node = ast.parse(text, mode="eval").body
    return _checked(value_of(ast.copy_location(node, part.constructor), Within()).number, text, part.constructor)


def _checked(number: object, name: str, node: ast.expr | ast.stmt) -> int | float:
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise Unreadable(node, f"A block is told numbers; ‘{name:.30}’ is none.")
    return number


def _named_members(made: Made, within: Within) -> dict[str, Made]:
    """The layers of a container by name: those without one are called after their kind, with a number."""
    assert isinstance(made.call, ast.Call), "a container is made by a call"
    found: dict[str, Made] = {}
    for name, call in members(made.call, within):
        stem = stems(dotted(call.func).rpartition(".")[2])[0] if isinstance(call, ast.Call) else "layer"
        number = 1
        while not name or name in found:
            name, number = f"{stem}{number}" if f"{stem}{number}" not in found else "", number + 1
        found[name] = Made(name, call, made.written)
    return found


def _network(drawing: Drawing, base: Base, part: ClassOutline, usual: Numbers) -> Network:
    """The definition that a class says, with the numbers that are ``usual``, else those that it was told first."""
    nodes = [Node(id, input_kind().kind) for id in drawing.starts]
    edges: list[Edge] = []
    for id, step in drawing.steps.items():
        kind = base.kind(step.kind)
        assert kind is not None, "a step is of a known kind"
        settings = dict(step.settings or {})
        if (made := part.made.get(step.attribute)) is not None and made.beginnings:
            settings |= read_beginnings(made, base, id, kind())
        params = {name: value for name, value in settings.items() if is_set(kind, name, value)}
        nodes.append(
            Node(id, step.kind, params, module=step.attribute if step.attribute != id else "", kinds=base.kinds)
        )
        edges += drawing.edges(id)
    for place, (source, port) in enumerate(drawing.results or (), 1):
        nodes.append(Node(f"output{place}", output_kind().kind))
        edges.append(Edge(source, port, f"output{place}", nodes[-1].inputs[0].name))
    used = {name for node in nodes for value in node.params.values() for name in names_in(value)}
    numbers = {name: usual.get(name, number) for name, number in base.parameters.items() if name in used}
    network = Network(nodes, edges, parameters=numbers)
    network.define(base.kinds)
    return network
