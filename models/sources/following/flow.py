"""Following values through ``forward``: which layer takes what of which other.

Every statement is held against what a layer would write. Layers with a module are known by their attribute; others by
what feeds them, and where that has changed, by their order.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from functools import partial
from typing import Any

from models.basics.pieces import Pieces, at_once
from models.kinds.layer import Layer
from models.network import name_problem
from models.sources.following.modules import Modules
from models.sources.following.recurrent import batch_first, gives_states
from models.sources.following.rewording import Rewording
from models.sources.following.state import Definer, State
from models.sources.following.steps import NEW, Drawing, Step, settle
from models.sources.following.writers import Writers
from models.sources.plain.values import NESTED
from models.sources.recognizing.base import Base, is_block
from models.sources.recognizing.containers import is_container
from models.sources.recognizing.formulas import formula, formula_kind
from models.sources.recognizing.functions import Group, named_function
from models.sources.recognizing.idioms import (
    TRAINING,
    is_silent,
    looped,
)
from models.sources.recognizing.settings import alike, read_settings
from models.sources.syntax.outline import ClassOutline, Made, Outline, Problem, Unreadable, attribute_of, dotted
from models.sources.syntax.text import last_line, targets_of

STATEMENTS = 300
"""Statements that are followed between two rests."""
MOST_LINES = 200
"""Statements that one layer is written in."""


def drawn(
    base: Base, source: Outline, part: ClassOutline, names: Mapping[str, str], definer: Definer | None = None
) -> Drawing:
    """What a class says. ``names`` are attributes that were renamed, new ones by those of the base; ``definer`` makes
    blocks of what the base has no kind for."""
    return at_once(drawn_in_pieces(base, source, part, names, definer))


def drawn_in_pieces(
    base: Base, source: Outline, part: ClassOutline, names: Mapping[str, str], definer: Definer | None = None
) -> Pieces[Drawing]:
    """The same, with rests."""
    return _Flow(base, source, part, names, definer).run()


class _Flow:
    def __init__(
        self, base: Base, source: Outline, part: ClassOutline, names: Mapping[str, str], definer: Definer | None
    ) -> None:
        self.base, self.source, self.part = base, source, part
        self.state = State(base, source, definer)
        self.modules = Modules(self.state, part, names)
        self.writers = Writers(self.state, self.modules)
        self.words = Rewording(self.state, part, self._nested)
        self.count = 0
        self.body: set[ast.stmt] = set()

    def run(self) -> Pieces[Drawing]:
        """Follow all values; what cannot be followed is a problem of what comes of it."""
        drawing = self.state.drawing
        drawing.problems += self.part.problems
        if self.part.chain:
            self._run_chain()
        elif self.part.forward is not None:
            yield from self._run_forward(self.part.forward)
            yield
        called = {step.attribute for step in drawing.steps.values()}
        for name, made in self.part.made.items() if not drawing.problems else ():
            if self.modules.attribute(name) not in called:
                self._guarded(partial(self.modules.uncalled, made))
        settle(drawing, self.base, self.writers.missing())
        return drawing

    def _guarded(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except Unreadable as error:
            self.state.drawing.problems.append(error.problem)
            return False
        return True

    # The two forms of a class

    def _run_chain(self) -> None:
        for id in self.base.starts[:1]:
            self.state.env["x"] = self.state.start(id)
        for made in self.part.made.values() if self.state.env else ():
            if not self._guarded(partial(self._link, made)):
                return
        self.state.drawing.results = list(self.state.env.values())

    def _link(self, made: Made) -> None:
        """A module of a chain."""
        value = self.state.env["x"]
        step, kind, layer = self.modules.step(made, (value,), made.written.lineno)
        if not (is_block(kind) or layer.chains) or len(layer.inputs) != 1:
            raise Unreadable(made.written, f"{kind.kind} cannot stand in an nn.Sequential.")
        self.state.put(step, layer, (value,), {"x": 0})

    def _run_forward(self, function: ast.FunctionDef) -> Iterator[None]:
        parameters = [each.arg for each in function.args.args[1:]]
        if function.args.vararg or function.args.kwarg or function.args.kwonlyargs:
            self.state.drawing.problems.append(Problem(function.lineno, "forward takes its inputs one by one here."))
            return
        for name, id in self._paired(parameters):
            self.state.env[name] = self.state.start(id)
        try:
            body, place, rested = batch_first(function.body, self._is_recurrent), 0, 0
        except Unreadable as error:
            self.state.drawing.problems.append(error.problem)
            return
        self.body = set(function.body)
        while place < len(body):
            if place >= rested + STATEMENTS:
                rested = place
                yield
            try:
                place += self._statement(body, place)
            except Unreadable as error:
                self.state.drawing.problems.append(error.problem)
                return  # what follows would only be wrong for it
        if self.state.drawing.results is None:
            self.state.drawing.problems.append(
                Problem(last_line(function), "forward gives nothing back. Add a return.")
            )

    def _is_recurrent(self, attribute: str) -> bool:
        """Whether a module gives states with the layers first, which Netloom has behind the batch."""
        made = self.part.made.get(attribute)
        return made is not None and isinstance(made.call, ast.Call) and gives_states(dotted(made.call.func))

    def _paired(self, parameters: list[str]) -> Iterator[tuple[str, str]]:
        """The arguments of ``forward`` with the nodes that they are: by name, else in order."""
        free = [id for id in self.base.starts if id not in parameters]
        for name in parameters:
            if name in self.base.starts:
                yield name, name
            elif free:
                yield name, free.pop(0)
            else:
                wanted = name if not name_problem(name) else "input1"
                yield name, wanted if wanted not in self.base.network else f"{NEW}{name}"

    # Statements

    def _statement(self, body: Sequence[ast.stmt], place: int) -> int:
        """Follow the statement at a place, with those that belong to it; returns how many they are."""
        statement = body[place]
        if isinstance(statement, ast.Return):
            self._return(statement)
            return len(body) - place
        if is_silent(statement):
            return 1
        if isinstance(statement, ast.For) and (plain := looped(statement)) is not None:
            self._again(plain, statement)
            return 1
        if not isinstance(statement, ast.Assign | ast.AugAssign):
            word = type(statement).__name__.lower()
            raise Unreadable(statement, f"Netloom cannot draw ‘{word}’. Each line here is a layer: x = self.conv1(x).")
        group = self._group(body, place)
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Name):
            self._alias(statement, statement.value)
            return 1
        if len(group) == 1:
            single = self._single(statement)
            if single and self._plain(*single):
                return 1
        if len(group) == 1 and self._holds_parts(statement) and self._hoist(statement):
            return 1
        try:
            length = self._written(body, place, group)
        except Unreadable:
            if len(group) > 1 or not self._hoist(statement):
                raise
            return 1  # it was the parts of the expression that are layers
        if length:
            return length
        if len(group) == 1 and (self._formula(statement, True) or self._hoist(statement) or self._formula(statement)):
            return 1
        raise Unreadable(statement, self._unknown(statement))

    def _holds_parts(self, statement: ast.Assign | ast.AugAssign) -> bool:
        """Whether a block is called within another expression, or with expressions that are layers themselves."""
        for call in ast.walk(statement.value):
            made = self.part.made.get(attribute_of(call.func)) if isinstance(call, ast.Call) else None
            if made is None or not isinstance(call, ast.Call):
                continue
            name = dotted(made.call.func) if isinstance(made.call, ast.Call) else ""
            if name in self.source.classes or is_container(made.call, self.source.aliases):
                within = call is not statement.value or isinstance(statement, ast.AugAssign)
                return within or any(map(self.words.is_layer, call.args))
        return False

    def _group(self, body: Sequence[ast.stmt], place: int) -> list[ast.stmt]:
        """Statements up to the first whose variables others read."""
        found: list[ast.stmt] = []
        for statement in body[place:]:
            if not isinstance(statement, ast.Assign | ast.AugAssign):
                break
            found.append(statement)
            if any(not name.startswith("_") for name in targets_of(statement)):
                break
        return found

    def _single(self, statement: ast.stmt) -> tuple[ast.stmt, ast.Call, str, list[str]] | None:
        """A call of a module with plain names for all that it takes and gives."""
        call = statement.value if isinstance(statement, ast.Assign) else None
        attribute = attribute_of(call.func) if isinstance(call, ast.Call) else ""
        if not attribute or not isinstance(call, ast.Call):
            return None
        return statement, call, attribute, targets_of(statement)

    def _plain(self, statement: ast.stmt, call: ast.Call, attribute: str, targets: list[str]) -> bool:
        """Follow a call of a module that takes tensors and gives one; False for all others."""
        made = self.modules.made(statement, attribute)
        if call.keywords or len(targets) != 1 or not all(isinstance(item, ast.Name) for item in call.args):
            return False
        values = tuple(self.state.value(item) for item in call.args)
        step, kind, layer = self.modules.step(made, values, statement.lineno)
        simple = kind.lines is Layer.lines and kind.forward is Layer.forward
        if not (simple or is_block(kind)) or len(layer.outputs) != 1:
            self.modules.unclaim(step)
            return False
        step.statements = (statement,)
        self._check_count(call, kind, len(values))
        self.state.put(step, layer, values, {targets[0]: 0})
        return True

    def _check_count(self, node: ast.expr, kind: type[Layer], count: int) -> None:
        needed = sum(not port.optional for port in kind.inputs)
        most = 1_000 if any(port.variadic for port in kind.inputs) else len(kind.inputs)
        if not needed <= count <= most:
            wanted = f"{needed} to {most}" if most > needed else str(needed)
            raise Unreadable(node, f"{kind.kind} takes {wanted} inputs; here it gets {count}.")

    def _alias(self, statement: ast.Assign, value: ast.Name) -> None:
        if apart := next((each for each in statement.targets if isinstance(each, ast.Tuple | ast.List)), None):
            raise Unreadable(statement, self._apart(value.id, apart))
        for name in targets_of(statement):
            self.state.env[name] = self.state.value(value)

    def _apart(self, name: str, target: ast.Tuple | ast.List) -> str:
        """Why a value is not taken apart: it is one tensor, as an input of forward is."""
        forward = self.part.forward
        if forward is None or name not in [each.arg for each in forward.args.args]:
            return f"‘{name:.20}’ is one tensor, which is not taken apart. Index it instead."
        names = [part.id for part in target.elts if isinstance(part, ast.Name)]
        if len(set(names)) < len(target.elts):
            names = [f"input{place}" for place, _ in enumerate(target.elts, 1)]
        return f"‘{name:.20}’ is one tensor. Take each by itself: forward(self, {', '.join(names):.30})."

    def _return(self, statement: ast.Return) -> None:
        value = statement.value
        items = value.elts if isinstance(value, ast.Tuple) else [value] if value is not None else []
        names = [item if isinstance(item, ast.Name) else self._nested(item) for item in items]
        self.state.drawing.results = [self.state.value(name) for name in names]

    # Layers that are written in other ways

    def _written(self, body: Sequence[ast.stmt], place: int, group: list[ast.stmt]) -> int:
        """Find the layer that writes these statements, and follow it; returns how many statements that takes, 0 where
        there is none."""
        attribute = next((name for name in _attributes(group) if name != TRAINING), "")
        # What was put together from parts of an expression stands nowhere.
        text = self.source.text if group[0] in self.body else None
        look = Group(body[place : place + MOST_LINES], group, self.state.env, attribute, text)
        return self.writers.follow(look, self.modules.made(group[0], attribute) if attribute else None)

    def _hoist(self, statement: ast.stmt) -> bool:
        """Follow the parts of a nested expression first, then what is done with them."""
        assert isinstance(statement, ast.Assign | ast.AugAssign)
        twin = deepcopy(statement)
        value = twin.value if isinstance(twin, ast.Assign) else _sum(twin)
        plain = ast.copy_location(ast.Assign(_target_list(twin), value), statement)
        if (other := self.words.otherwise(plain)) is not None:
            plain = other
        else:
            function = named_function(plain.value, self.source.aliases)
            if function is not None:
                return self._function(plain, *function)
            return isinstance(twin, ast.AugAssign) and self._again(plain)
        try:
            return self._again(plain, statement)
        except Unreadable as error:
            raise Unreadable(statement, self._unknown(statement)) if NESTED in str(error) else error from None

    def _formula(self, statement: ast.stmt, needed: bool = False) -> bool:
        """Follow arithmetic over tensors, as one layer; if it is ``needed``, where other layers could not say it."""
        assert isinstance(statement, ast.Assign | ast.AugAssign)
        value = statement.value if isinstance(statement, ast.Assign) else _sum(statement)
        found, targets = formula(value, self.source.aliases, self.state.env), targets_of(statement)
        if found is None or len(targets) != 1 or (needed and not found.is_needed):
            return False
        names = [part if isinstance(part, ast.Name) else self._nested(part) for part in found.operands]
        sources = tuple(self.state.value(name) for name in names)
        kind, field = formula_kind()
        layer = kind(**{field: found.text})
        same = (id for id, other in self.writers.fed(sources, kind) if found.says(getattr(other, field)))
        id = next(same, "")
        step = Step(id, kind.kind) if id else self._new_layer(kind.kind, {field: found.text}, targets[0])
        step.statements, step.line = (statement,), statement.lineno
        self.state.put(step, layer, sources, {targets[0]: 0})
        return True

    def _new_layer(self, kind: str, settings: Mapping[str, Any], variable: str) -> Step:
        """A layer called after its variable, where that says something."""
        return self.writers.new(kind, settings, "" if variable == "x" or variable.startswith(NESTED) else variable)

    def _again(self, plain: ast.Assign, origin: ast.stmt | None = None) -> bool:
        """Follow a statement whose parts are plain names now."""
        before = set(self.state.drawing.steps)
        self._statement([ast.fix_missing_locations(plain)], 0)
        for id in self.state.drawing.steps.keys() - before:
            self.state.drawing.steps[id].statements = (origin or plain,)
        return True

    def _nested(self, node: ast.expr) -> ast.Name:
        """Follow an expression within another; returns the name of what it gives."""
        self.count += 1
        name = f"{NESTED}{self.count}"
        statement = ast.copy_location(ast.Assign([ast.Name(name, ast.Store())], node), node)
        self._statement([ast.fix_missing_locations(statement)], 0)
        return ast.copy_location(ast.Name(name, ast.Load()), node)

    def _function(self, statement: ast.Assign, kind: type[Layer], call: ast.Call, inputs: list[ast.expr]) -> bool:
        """A layer that is called as a function: ``F.relu(x)``."""
        values = tuple(self.state.value(item) for item in inputs)
        types = self.state.types(values, "")
        settings = read_settings(kind, call, None, self.base.within, None)
        layer, _ = kind.read(settings, dict(self.base.within.values))
        if types is not None and layer.weights(types):
            raise Unreadable(statement, f"{kind.kind} has weights. Make it in __init__, and call it here.")
        targets = targets_of(statement)
        id, present = next(iter(self.writers.fed(values, kind)), ("", layer))
        if id:
            unchanged = all(alike(kind, name, value, getattr(present, name)) for name, value in settings.items())
            step = Step(id, kind.kind, None if unchanged else settings)
        else:
            step = self._new_layer(kind.kind, settings, targets[0])
        step.statements, step.line = (statement,), statement.lineno
        step.function = statement.value if isinstance(statement.value, ast.Call) else None
        self.state.put(step, layer, values, {targets[0]: 0})
        return True

    def _unknown(self, statement: ast.stmt) -> str:
        assert isinstance(statement, ast.Assign | ast.AugAssign)
        text = re.sub(rf"{NESTED}\w+", "…", ast.unparse(statement.value))
        return f"Netloom has no layer for ‘{text:.48}’."


def _attributes(statements: Sequence[ast.stmt]) -> Iterator[str]:
    """The attributes of the module that statements name."""
    return (name for part in statements for node in ast.walk(part) if (name := attribute_of(node)))


def _target_list(statement: ast.Assign | ast.AugAssign) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else [statement.target]


def _sum(statement: ast.AugAssign) -> ast.expr:
    target = statement.target
    assert isinstance(target, ast.Name)
    return ast.copy_location(ast.BinOp(ast.Name(target.id, ast.Load()), statement.op, statement.value), statement)
