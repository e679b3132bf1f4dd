"""One class of edited source brought up to date: its constructor, its modules, its ``forward``."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from copy import deepcopy
from functools import cached_property

from models.basics.pieces import Pieces
from models.sources.arguments import call_splices
from models.sources.following.defining import Definitions
from models.sources.following.flow import drawn, drawn_in_pieces
from models.sources.following.known import known as known_drawing
from models.sources.following.steps import Drawing, Step
from models.sources.reading import Written, renamed_attributes
from models.sources.recognizing.base import Base, is_block
from models.sources.recognizing.containers import is_container, members
from models.sources.recognizing.settings import Worked, alike
from models.sources.syntax.defaults import argument_defaults
from models.sources.syntax.outline import ClassOutline, Made, Outline, Unreadable, attribute_of
from models.sources.syntax.rows import Rows, trailing
from models.sources.syntax.text import Splice, Text, last_line, shape
from models.sources.syntax.values import KEPT


class ClassWeaver:
    """One class, of which some comments were ``said`` by notes and titles."""

    def __init__(
        self,
        found: Outline,
        before: Written,
        base: Base,
        part: ClassOutline,
        said: frozenset[str],
        definitions: Definitions,
    ) -> None:
        self.base, self.part = definitions.beside(base, part), part
        self.definitions = definitions
        self.bases = tuple(before.bases.values())
        self.inline: set[str] = set()
        """The blocks whose layers stand in a container here."""
        self.found, self.written = found, before.outline
        self.generated: ClassOutline = self.written.classes[base.name]
        self.known: Drawing = before.drawings[base.name]
        self.names = renamed_attributes(part, self.generated, base, self.found)
        self.mine = Rows(self.found.text, said)
        self.its = Rows(self.written.text, frozenset())
        self.is_sound = True
        """Whether no statement came, went or was written anew."""

    @cached_property
    def drawing(self) -> Drawing:
        """What the kept class says."""
        return drawn(self.base, self.found, self.part, self.names, self.definitions)

    def look(self) -> Pieces[None]:
        """Follow what the kept class says before it is asked for, with rests."""
        if not self.part.chain and self.part.forward is not None and not self._reads_the_same:
            self.drawing = yield from drawn_in_pieces(self.base, self.found, self.part, self.names, self.definitions)

    @cached_property
    def _reads_the_same(self) -> bool:
        """Whether ``forward`` is the generated one, to the letter."""
        mine, its = self.part.forward, self.generated.forward
        if self.names or mine is None or its is None:
            return False
        return self.found.text.of(mine) == self.written.text.of(its)

    @cached_property
    def before(self) -> Drawing:
        """What the generated class says, with its statements."""
        return drawn(self.base, self.written, self.generated, {})

    @property
    def otherwise_formed(self) -> bool:
        """Whether one is a chain and the other is not, or there is nothing to hold on to."""
        part = self.part
        if part.chain and not self.generated.chain:
            return not self._wires_the_same()  # errors alone keep a chain from being written as one
        return part.chain != self.generated.chain or part.constructor is None or (part.chain and not part.made)

    def splices(self) -> list[Splice]:
        """What differs, layer by layer."""
        return [*self._signature(), *self._noted(), *self._modules(), *self._forward()]

    # The constructor

    def _signature(self) -> Iterator[Splice]:
        mine, its = self.part.constructor, self.generated.constructor
        if mine is None or its is None:
            return
        told = argument_defaults(its)
        present = argument_defaults(mine)
        if any(present.get(name) != default for name, default in told.items()) or present.keys() - told.keys() - set(
            self.base.parameters
        ):
            yield self._head(mine, its)

    def _head(self, mine: ast.FunctionDef, its: ast.FunctionDef) -> Splice:
        """The lines of a method before its body."""
        rows = self.written.text.rows(its.lineno, its.body[0].lineno - 1)
        text = self.found.text
        return Splice(text.line_start(mine.lineno), text.line_start(mine.body[0].lineno), "\n".join([*rows, ""]))

    def _noted(self) -> Iterator[Splice]:
        """Take out what keeps an argument that there is no more."""
        for statement in self.part.noted:
            if isinstance(statement.value, ast.Name) and statement.value.id not in self.generated.arguments:
                self.is_sound = False
                yield from self.mine.without(statement)

    def _modules(self) -> Iterator[Splice]:
        place = self._first_place()
        for name, made in self.generated.made.items():
            mine = self.part.made.get(self.names.get(name, name))
            if mine is None and self._is_called_as_function(name):
                self.is_sound = False
                continue
            if mine is None:
                self.is_sound = False
                yield Splice(place, place, self._rows_of(made))
                continue
            yield from self._module(mine, made)
            place = self.found.text.line_start(last_line(mine.beginnings[-1] if mine.beginnings else mine.written) + 1)
            if self.part.chain:
                place = self.found.text.line_start(last_line(mine.written) + 1)
        called = {self.names.get(name, name) for name in self.generated.made}
        for name, made in self.part.made.items():
            if name not in called and not self.base.callers.get(name):
                self.is_sound = False
                yield from self.mine.without(made.written)
                for statement in made.beginnings:
                    yield from self.mine.without(statement)

    def _is_called_as_function(self, name: str) -> bool:
        """Whether all layers of a module that is not made stand in a ``forward`` that stays: ``F.relu(x)``."""
        ids = self.base.callers.get(name, ())
        return self._stays and all((step := self.drawing.steps.get(id)) and not step.attribute for id in ids)

    @cached_property
    def _stays(self) -> bool:
        """Whether ``forward`` wires all layers as they are now."""
        if self.part.forward is None or self.generated.forward is None or self.part.chain:
            return False
        return self._reads_the_same or self._wires_the_same()

    def _is_held(self, name: str) -> bool:
        """Whether a module that is written in other words is what it was: a container, something worked out."""
        ids = self.base.callers.get(name, ())
        worked = self.found.is_worked and all(is_block(self.base.kind(self.base.network[id].kind)) for id in ids)
        if not (worked or is_container(self.part.made[name].call, self.found.aliases)):
            return False
        steps = [self.drawing.steps.get(id) for id in ids]
        return all(step is not None and self._as_it_was(id, step) for id, step in zip(ids, steps, strict=True))

    def _inside(self, mine: Made) -> list[Splice] | None:
        """What differs in the layers of a container that holds the same ones; None where more than that differs."""
        if not is_container(mine.call, self.found.aliases) or not isinstance(mine.call, ast.Call):
            return None
        ids = self.base.callers.get(mine.name, ())
        name = next((part.name for part in self.bases if ids and part.scope == self.base.network[ids[0]].kind), "")
        part = self.written.classes.get(name)
        try:
            held = [call for _, call in members(mine.call, self.base.within)]
        except Unreadable:
            return None
        if part is None or len(part.made) != len(held) or len({id(call) for call in held}) < len(held):
            return None
        base = next(part for part in self.bases if part.name == name)
        found: list[Splice] = []
        for call, made in zip(held, part.made.values(), strict=True):
            text = Text(ast.unparse(Worked(base.within.values).visit(deepcopy(made.call))))
            other = ast.parse(text.text, mode="eval").body
            found += call_splices(self.found.text, call, text, other, self.base)
        self.inline.add(base.scope)
        return found

    def _as_it_was(self, id: str, step: Step) -> bool:
        node = self.base.network[id]
        kind = self.base.kind(step.kind)
        anew = step.kind in self.definitions.networks and not self.definitions.keeps(step.kind)
        if kind is None or node.kind != step.kind or anew:
            return False
        usual = {name: field.to_json(field.default) for name, field in kind.fields.items()} | dict(node.params)
        settings = (step.settings or {}).items()
        return all(value is KEPT or alike(kind, name, value, usual[name]) for name, value in settings)

    def _first_place(self) -> int:
        """Where the first module is made."""
        text, constructor = self.found.text, self.part.constructor
        assert constructor is not None, "a class without one is written anew"
        if self.part.chain:
            return text.line_start(min(made.written.lineno for made in self.part.made.values()))
        start = next((node for node in constructor.body if isinstance(node, ast.Expr)), constructor.body[0])
        return text.line_start(last_line(start) + 1)

    def _rows_of(self, made: Made) -> str:
        """The lines of a module as they were generated, with what is said above it."""
        rows = [*self.its.above(made.written), *self.its.of(made.written)]
        if not self.generated.chain:
            for statement in made.beginnings:
                rows += self.its.of(statement)
        return "\n".join([*rows, ""])

    def _module(self, mine: Made, its: Made) -> Iterator[Splice]:
        text = self.found.text
        yield from self._comments(mine.written, its.written)
        if mine.name != its.name:
            self.is_sound = False
            start = text.start(mine.written) + (0 if self.part.chain else len("self."))
            yield Splice(start, start + len(mine.name.encode()), its.name)
        if self._is_held(mine.name):
            self.is_sound = False
        elif (inside := self._inside(mine)) is not None:
            self.is_sound = False
            yield from inside
        else:
            yield from self._call(mine, its)
        if shape(mine.beginnings) == shape(its.beginnings):
            return
        self.is_sound = False
        for statement in mine.beginnings:
            yield from self.mine.without(statement)
        rows = [row for statement in its.beginnings for row in self.its.of(statement)]
        last = self.part.constructor if self.part.chain else mine.written
        assert last is not None, "a class without a constructor is written anew"
        place = text.line_start(last_line(last) + 1)
        if rows:
            yield Splice(place, place, "\n".join([*rows, ""]))

    def _call(self, mine: Made, its: Made) -> Iterator[Splice]:
        for splice in call_splices(self.found.text, mine.call, self.written.text, its.call, self.base):
            self.is_sound &= not self.found.is_worked
            yield splice

    def _comments(self, mine: ast.stmt | ast.keyword, its: ast.stmt | ast.keyword) -> Iterator[Splice]:
        """What notes say above a statement, and the shape behind it, as they are now."""
        yield from self.mine.said_anew(mine, self.its.above(its))
        yield from trailing(self.found.text, mine, self.written.text, its)

    # The forward

    def _forward(self) -> Iterator[Splice]:
        its, mine = self.generated.forward, self.part.forward
        if self.part.chain or its is None:
            return
        if mine is not None and self._stays:
            yield from self._called_anew(mine)
            return
        self.is_sound = False
        text = self.found.text
        rows = "\n".join([*self._forward_rows(its), ""])
        if mine is None:
            place = text.line_start(last_line(self.part.node) + 1)
            yield Splice(place, place, f"\n{rows}")
        else:
            yield Splice(text.line_start(mine.lineno), text.line_start(last_line(mine) + 1), rows)

    def _is_function(self, step: Step) -> bool:
        """Whether a layer is a function whose arguments can be others: ``F.max_pool2d(x, 2)``."""
        call, node = step.function, self.base.network.nodes.get(step.id)
        known = (
            call is not None and node is not None and node.kind == step.kind and node.attribute in self.generated.made
        )
        return bool(known and call is not None and call.args and isinstance(call.func, ast.Attribute | ast.Name))

    def _functions(self) -> Iterator[Splice]:
        """The arguments of functions as they are now, where they say something else."""
        for step in self.drawing.steps.values():
            call = step.function
            if call is None or step.settings is None or not self._is_function(step):
                continue
            made = self.generated.made[self.base.network[step.id].attribute].call
            assert isinstance(made, ast.Call), "a module is made by a call"
            words = [*map(self.written.text.of, made.args), *map(self.written.text.of, made.keywords)]
            start, end = self.found.text.end(call.args[0]), self.found.text.end(call) - 1
            self.is_sound = False
            yield Splice(start, end, "".join(f", {word}" for word in words))

    def _called_anew(self, forward: ast.FunctionDef) -> Iterator[Splice]:
        """The attributes in a ``forward`` as they are called now."""
        if self._reads_the_same:
            return
        yield from self._functions()
        called = {mine: name for name, mine in self.names.items()}
        for node in ast.walk(forward) if called else ():
            name = called.get(attribute_of(node))
            if name is not None and isinstance(node, ast.Attribute):
                end = self.found.text.end(node)
                self.is_sound = False
                yield Splice(end - len(node.attr.encode()), end, name)

    def _wires_the_same(self) -> bool:
        drawing, base = self.drawing, self.base
        if drawing.problems or drawing.starts != base.starts:
            return False
        for id, step in drawing.steps.items():
            if step.wires is None:
                continue
            fed = [(e.source, e.source_port, e.target_port) for e in base.fed(id)] if id in base.network else None
            if [(source, port, target) for target, (source, port) in step.wires] != fed:
                return False
            if not step.attribute and step.settings is not None and not self._is_function(step):
                return False
        called = {id for id, step in self.known.steps.items() if step.wires is not None}
        known = drawing.steps.keys() >= called
        return known and drawing.results in (self.known.results, known_drawing(base, ()).results)

    def _forward_rows(self, its: ast.FunctionDef) -> list[str]:
        """The generated ``forward`` with statements that say the same, and comments, as they were kept."""
        rows = self.written.text.rows(its.lineno, its.body[0].lineno - 1)
        mine = {_key(statement): statement for statement in (self.part.forward.body if self.part.forward else ())}
        known = self._by_layer(self.drawing)
        for ids, statement in self._by_statement(its):
            kept = known.get(ids) or mine.get(_key(statement) if not ids else "")
            if kept is None:
                rows += [*self.its.above(statement), *self.its.of(statement)]
                continue
            rows += [*self.mine.own_above(kept), *self.its.above(statement)]
            same = shape([kept]) == shape([statement])
            rows += self.mine.of(kept) if same else self.its.of(statement, self.mine.comment(kept))
        return rows

    def _by_layer(self, drawing: Drawing) -> dict[str, ast.stmt]:
        """The statements of layers that have one of their own, by id and place."""
        return {
            f"{id} {place}": statement
            for id, step in drawing.steps.items()
            for place, statement in enumerate(step.statements)
        }

    def _by_statement(self, function: ast.FunctionDef) -> Iterator[tuple[str, ast.stmt]]:
        """Generated statements in order, each with the layer whose it is and its place among its own."""
        owners = {id(statement): key for key, statement in self._by_layer(self.before).items()}
        for statement in function.body:
            yield owners.get(id(statement), ""), statement

    # A whole class

    def whole(self, name: str) -> Iterator[Splice]:
        """The class as it is generated, of this name, with the comments that stood at its layers."""
        node = self.generated.node
        above: dict[int, list[str]] = {}
        behind: dict[int, str] = {}
        for name, made in self.generated.made.items():
            mine = self.part.made.get(self.names.get(name, name))
            if mine is not None:
                above[made.written.lineno] = self.mine.own_above(mine.written)
                behind[last_line(made.written)] = self.mine.comment(mine.written)
        known = self._by_layer(self.drawing)
        for key, statement in self._by_statement(self.generated.forward) if self.generated.forward else ():
            if kept := known.get(key):
                above[statement.lineno] = self.mine.own_above(kept)
                behind[last_line(statement)] = self.mine.comment(kept)
        rows: list[str] = []
        for line in range(node.lineno, last_line(node) + 1):
            row = self.written.text.lines[line - 1]
            row = row.replace(self.generated.name, name, 1) if line == node.lineno else row
            indent = row[: len(row) - len(row.lstrip())]
            rows += [f"{indent}{each.strip()}".rstrip() for each in above.get(line, ())]
            rows.append(self.its.with_comment(row, behind.get(line, "")))
        text, mine_node = self.found.text, self.part.node
        yield Splice(
            text.line_start(mine_node.lineno), text.line_start(last_line(mine_node) + 1), "\n".join([*rows, ""])
        )


def _key(statement: ast.stmt) -> str:
    """What a statement is known by that no layer writes: a return."""
    return type(statement).__name__ if isinstance(statement, ast.Return) else ""
