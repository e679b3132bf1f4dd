"""From edited source to edits of the document.

Source is read against what was generated of the document: a class that says the same changes nothing, and of what does
not stand in code (places, notes, frames, bypassed layers, settings as expressions) nothing is lost. Where a line cannot
be drawn, nothing of the source is taken over until it can.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from models.basics.pieces import Pieces, at_once
from models.codegen.module import Source
from models.document import MAIN, Document
from models.document.edits import AddNode, Edit, InNetwork, RemoveNodes, Rename, SetParam
from models.document.exact import ReplaceNode, SetWires
from models.document.scopes import SetParameter
from models.kinds.layer import Layer
from models.network import Edge, Node
from models.sources.following.defining import Definitions
from models.sources.following.flow import drawn_in_pieces
from models.sources.following.known import known
from models.sources.following.remaking import remade
from models.sources.following.steps import Drawing, Step
from models.sources.plain.outlining import outline
from models.sources.recognizing.base import Base, Value, bases, input_kind, output_kind
from models.sources.recognizing.beginnings import changed_beginnings, read_beginnings
from models.sources.recognizing.containers import is_container
from models.sources.recognizing.settings import alike, is_set
from models.sources.syntax.defaults import argument_defaults, same_number
from models.sources.syntax.outline import ClassOutline, Outline, Problem, Unreadable, dotted
from models.sources.syntax.values import KEPT, Within, same_setting, value_of


class Reading(NamedTuple):
    """What source says of a document: the edits that bring it there, or the lines that keep it from being drawn."""

    edits: tuple[Edit, ...] = ()
    problems: tuple[Problem, ...] = ()


class Written(NamedTuple):
    """A generated source with its classes and what each of them says."""

    source: Source
    outline: Outline
    bases: Mapping[str, Base]
    drawings: Mapping[str, Drawing]


def written(document: Document, source: Source) -> Written:
    """What was generated of a document, ready to be held against."""
    classes = bases(document, source)
    main = classes[source.class_name]
    drawings = {name: known(base, source.left_out if base is main else ()) for name, base in classes.items()}
    return Written(source, outline(source.text), classes, drawings)


def read(text: str, before: Written, shown: str = "") -> Reading:
    """What an edited source changes in the document that ``before`` was generated of.

    What is equal in source that was ``shown``, and says what the document says, is not looked at.
    """
    return at_once(read_in_pieces(text, before, shown))


def read_in_pieces(text: str, before: Written, shown: str = "") -> Pieces[Reading]:
    """The same, with rests for a window that goes on; the document must not change meanwhile."""
    try:
        return (yield from _read(text, before, shown or before.source.text))
    except RecursionError:
        return Reading((), (Problem(1, "Something here is nested too deep to be drawn."),))


def _read(text: str, before: Written, shown: str) -> Pieces[Reading]:
    found = outline(text)
    yield
    usual = outline(shown)
    problems, edits, missing = list(found.problems), list[Edit](), list[str]()
    parts, others = classes_of(found, before), classes_of(usual, before)
    definitions = Definitions(found, before.bases, parts)
    for name, base in () if problems else before.bases.items():
        part = parts.get(name)
        if part is None:
            if name in others:
                missing.append(name)
        elif name not in others or not found.same(part.node, usual, others[name].node):
            change = _Change(definitions.beside(base, part), before, found, part, definitions)
            if name in others:
                change.look(usual, others[name])
            yield from change.draw()
            problems += change.drawing.problems
            edits += [] if change.drawing.problems else change.edits()
            problems += change.problems
    gone = [name for name in missing if before.bases[name].scope not in definitions.networks]
    problems += [Problem(len(found.text.lines), f"The class {name:.40} is missing.") for name in gone]
    problems = sorted({*problems, *definitions.problems})
    return Reading((), tuple(problems)) if problems else Reading((*definitions.edits(), *edits))


def says_the_same(found: Outline, before: Written, part: ClassOutline, base: Base, definitions: Definitions) -> bool:
    """Whether a class of a source says just what the document says."""
    met = {*definitions.networks}
    change = _Change(definitions.beside(base, part), before, found, part, definitions)
    at_once(change.draw())
    said = all(map(definitions.keeps, definitions.networks.keys() - met))
    return said and not (change.drawing.problems or change.edits() or change.problems)


def classes_of(found: Outline, before: Written) -> dict[str, ClassOutline]:
    """The classes of a source by their names in the generated one; the main one may be called otherwise."""
    parts = {name: found.classes[name] for name in before.bases if name in found.classes}
    main = before.source.class_name
    others = [part for name, part in found.classes.items() if name not in before.bases]
    if main not in parts and others:
        parts[main] = others[-1]
    return parts


def renamed_attributes(found: ClassOutline, before: ClassOutline, base: Base, source: Outline) -> dict[str, str]:
    """Attributes that are called otherwise now, new names by old ones: what is gone and what is new, made alike, or of
    the same class at the same place."""
    gone = [name for name in before.made if name not in found.made and name in base.network]
    new = [name for name in found.made if name not in before.made and name not in base.network]
    names: dict[str, str] = {}
    for is_it in (_same, _placed_alike) if gone and new else ():
        for old in gone:
            free = (name for name in new if old not in names and name not in names.values())
            if match := next((name for name in free if is_it(source, found, name, before, old, base)), None):
                names[old] = match
    return names


def _same(source: Outline, found: ClassOutline, name: str, before: ClassOutline, old: str, base: Base) -> bool:
    made, call = found.made[name].call, base.calls.get(old, "")
    return source.said(made) == call or ast.dump(made) == _dumped(call)


def _placed_alike(source: Outline, found: ClassOutline, name: str, before: ClassOutline, old: str, base: Base) -> bool:
    mine, its = found.made[name].call, before.made[old].call
    heads = [dotted(call.func) if isinstance(call, ast.Call) else "" for call in (mine, its)]
    alike = heads[0] == heads[1] != "" or (is_container(mine, source.aliases) and heads[1] in base.blocks)
    return alike and _neighbor(found, name, before) == _neighbor(before, old, found)


def _neighbor(part: ClassOutline, name: str, other: ClassOutline) -> str:
    """The attribute of both classes that is made before one, "" for none."""
    names = list(part.made)
    return next((each for each in reversed(names[: names.index(name)]) if each in other.made), "")


@lru_cache(maxsize=256)
def _dumped(text: str) -> str:
    return ast.dump(ast.parse(text, mode="eval").body) if text else ""


class _Change:
    """What a class says that is otherwise than what was generated."""

    def __init__(
        self, base: Base, before: Written, found: Outline, part: ClassOutline, definitions: Definitions
    ) -> None:
        self.base, self.part, self._definitions = base, part, definitions
        self.before, self.generated = before.drawings[base.name], before.outline.classes[base.name]
        self.names = renamed_attributes(part, self.generated, base, found)
        self.problems: list[Problem] = []
        self._found = found
        self._drawing: Drawing | None = None
        self._remade = False

    @property
    def drawing(self) -> Drawing:
        """What the class says, once it was drawn."""
        assert self._drawing is not None, "it is drawn first"
        return self._drawing

    def draw(self) -> Pieces[None]:
        """Find out what the class says, where that is not known from a look."""
        if self._drawing is None:
            given = self.base, self._found, self.part, self.names, self._definitions
            self._drawing = yield from drawn_in_pieces(*given)
            yield

    def look(self, usual: Outline, other: ClassOutline) -> None:
        """Look only at modules that are made otherwise than in source that is known, where nothing else differs."""
        if self.names or list(self.part.made) != list(other.made) or not self._same_forward(usual, other):
            return
        pairs = ((name, made.call, other.made[name].call) for name, made in self.part.made.items())
        changed = {name for name, mine, its in pairs if not self._found.same(mine, usual, its)}
        steps = [step for step in self.before.steps.values() if step.attribute in changed]
        if {step.attribute for step in steps} == changed and not self.part.problems:
            self._remade = True
            self._drawing = remade(self.base, self._found, self.part, self.before, steps, self._definitions)

    def _same_forward(self, usual: Outline, other: ClassOutline) -> bool:
        if self.part.forward is None or other.forward is None:
            return self.part.forward is other.forward and self.part.chain == other.chain
        return self._found.same(self.part.forward, usual, other.forward)

    def edits(self) -> list[Edit]:
        """The edits of the scope, in an order in which they can be made."""
        found = [*self._parameters(), *self._changed(), *self._begun()] if self._remade else self._of_all()
        return [edit.within(self.base.scope) if isinstance(edit, InNetwork) else edit for edit in found]

    def _of_all(self) -> list[Edit]:
        outputs, results = self._results()
        found = [*self._renames(), *self._parameters(), *self._added(), *self._changed(), *self._begun()]
        found += self._new_outputs(results)
        gone = [id for id in self.before.steps if id not in self.drawing.steps]
        gone += [id for id in self.before.starts if id not in self.drawing.starts]
        gone += outputs
        found += [RemoveNodes(map(self._called, gone))] if gone else []
        wires = {**dict(self._wires()), **results}
        return found + ([SetWires({self._called(id): edges for id, edges in wires.items()})] if wires else [])

    def _called(self, id: str) -> str:
        """The name that a node has once attributes are renamed."""
        return self.names.get(id, id)

    def _renames(self) -> Iterator[Edit]:
        for old, new in self.names.items():
            yield Rename(old, new)

    def _parameters(self) -> Iterator[Edit]:
        """What the constructor of a block says of its parameters."""
        now, before = argument_defaults(self.part.constructor), argument_defaults(self.generated.constructor)
        if self.base.scope == MAIN or now == before:
            return
        for name, default in now.items():
            if default and not same_number(default, before.get(name, "")):
                number = self._number(default)
                yield SetParameter(self.base.within.parameters.get(name, name), number)
        for name in before.keys() - now.keys():
            if name in self.base.parameters:
                yield SetParameter(self.base.within.parameters[name], SetParameter.UNSET)

    def _number(self, default: str) -> Any:
        try:
            return value_of(ast.parse(default, mode="eval").body, Within()).number
        except Unreadable as error:
            line = self.part.constructor.lineno if self.part.constructor else self.part.node.lineno
            self.problems.append(Problem(line, str(error)))
            return 0

    def _added(self) -> Iterator[Edit]:
        for id in self.drawing.starts:
            if id not in self.base.network:
                yield AddNode(Node(id, input_kind().kind))
        for id, step in self.drawing.steps.items():
            if id not in self.base.network:
                kind = self._kind(step)
                params = {name: value for name, value in (step.settings or {}).items() if is_set(kind, name, value)}
                attribute = self._called(step.attribute)
                module = attribute if step.attribute and attribute != id else ""
                yield AddNode(Node(id, step.kind, params, module=module, kinds=self.base.kinds))

    def _kind(self, step: Step) -> type[Layer]:
        kind = self.base.kind(step.kind)
        assert kind is not None, "a step is of a known kind"
        return kind

    def _changed(self) -> Iterator[Edit]:
        done: set[str] = set()
        for id, step in self.drawing.steps.items():
            node = self.base.network.nodes.get(id)
            if node is None or step.settings is None or (step.attribute or id) in done:
                continue
            done.add(step.attribute or id)
            if node.kind == step.kind:
                yield from self._settings(node, step)
            else:
                yield from self._replaced(step)

    def _settings(self, node: Node, step: Step) -> Iterator[Edit]:
        kind, id = self._kind(step), self._called(node.id)
        for name, value in (step.settings or {}).items():
            if value is KEPT:
                continue
            default = kind.fields[name].to_json(kind.fields[name].default)
            present = node.params.get(name, default)
            if not same_setting(value, present) and not alike(kind, name, value, present):
                yield SetParam(id, name, value if is_set(kind, name, value) else SetParam.UNSET)

    def _replaced(self, step: Step) -> Iterator[Edit]:
        kind = self._kind(step)
        said = {name: value for name, value in (step.settings or {}).items() if is_set(kind, name, value)}
        for id in self.base.network.partners(step.id):
            twin = self.base.network[id].copy(self._called(id))
            rest = {name: value for name, value in twin.params.items() if name in ("frozen", "lr_factor")}
            twin.kind, twin.params = step.kind, {**said, **{k: v for k, v in rest.items() if k in kind.fields}}
            twin.module = self._called(twin.module) if twin.module else ""
            twin.refresh()
            yield ReplaceNode(twin)

    def _begun(self) -> Iterator[Edit]:
        """What statements about weights say otherwise."""
        for name, made in self.part.made.items():
            old = next((before for before, new in self.names.items() if new == name), name)
            before = self.generated.made.get(old)
            if not made.beginnings and (before is None or not before.beginnings):
                continue
            if old != name or not changed_beginnings(before.beginnings if before else (), made.beginnings):
                continue
            step = next((step for step in self.drawing.steps.values() if step.attribute == old), None)
            if step is not None:
                yield from self._beginnings(step, made)

    def _beginnings(self, step: Step, made: Any) -> Iterator[Edit]:
        kind = self._kind(step)
        node = self.base.network.nodes.get(step.id)
        layer = node.layer if node is not None and node.kind == step.kind and node.layer else kind()
        try:
            settings = read_beginnings(made, self.base, step.id, layer)
        except Unreadable as error:
            self.problems.append(error.problem)
            return
        for name, value in settings.items():
            present = kind.fields[name].to_json(getattr(layer, name))
            if not same_setting(value, present):
                yield SetParam(self._called(step.id), name, value if is_set(kind, name, value) else SetParam.UNSET)

    def _wires(self) -> Iterator[tuple[str, list[Edge]]]:
        for id, step in self.drawing.steps.items():
            known = id in self.base.network
            present = [(e.source, e.source_port, e.target_port) for e in self.base.fed(id)] if known else []
            if step.wires is None:
                was = self.before.steps.get(id)
                if present and was is not None and was.wires is not None:
                    yield id, []
                continue
            if [(source, port, target) for target, (source, port) in step.wires] != present:
                yield id, [self._edge(value, id, target) for target, value in step.wires]

    def _edge(self, value: Value, id: str, port: str) -> Edge:
        return Edge(self._called(value[0]), value[1], self._called(id), port)

    def _results(self) -> tuple[list[str], dict[str, list[Edge]]]:
        """Outputs that are gone, and what feeds the others; new ones are added where the source gives back more."""
        now, before = self.drawing.results or [], self.before.results or []
        if self.drawing.results is None or now == before:
            return [], {}
        ends = [id for id in self.base.ends if any(self._feeds(id, value) for value in before)]
        if not ends and not self._consumed(now):
            return [], {}
        pairs = dict(zip(ends, now, strict=True)) if len(now) == len(ends) else self._paired(ends, now)
        wires = {id: [self._edge(value, id, "input")] for id, value in pairs.items() if not self._feeds(id, value)}
        return [id for id in ends if id not in pairs], wires

    def _feeds(self, id: str, value: Value) -> bool:
        network = self.base.network
        return id in network and any((e.source, e.source_port) == value for e in network.edges_into(id))

    def _consumed(self, values: list[Value]) -> bool:
        """Whether something else is read of what is given back."""
        read = {value for step in self.drawing.steps.values() for _, value in step.wires or ()}
        return any(value in read for value in values)

    def _paired(self, ends: list[str], now: list[Value]) -> dict[str, Value]:
        """Which Output gets what: what it had, where that is given back, else the next."""
        pairs: dict[str, Value] = {}
        left = list(now)
        for id in ends:
            same = next((value for value in left if self._feeds(id, value)), None)
            if same is not None:
                pairs[id] = same
                left.remove(same)
        for id in ends:
            if id not in pairs and left:
                pairs[id] = left.pop(0)
        for value in left:
            pairs[self._free_output(pairs)] = value
        return pairs

    def _free_output(self, pairs: Mapping[str, Value]) -> str:
        number = 1
        while f"output{number}" in self.base.network or f"output{number}" in pairs:
            number += 1
        return f"output{number}"

    def _new_outputs(self, wires: Mapping[str, list[Edge]]) -> Iterator[Edit]:
        """The Outputs that are not there yet."""
        for id in wires:
            if id not in self.base.network and id not in self.drawing.steps:
                yield AddNode(Node(id, output_kind().kind))
