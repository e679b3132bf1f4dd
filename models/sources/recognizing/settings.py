"""From the expression that makes a module back to the settings of its layer.

A kind only knows how to write itself. What it is told is read by its declared fields, which carry PyTorch's names; what
stands in which place is found by looking at what it writes when a setting is another. Then the layer is written again:
only where that says what the source says, the settings are taken.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from copy import deepcopy
from itertools import islice, product, takewhile
from typing import Any, NamedTuple

from models.codegen.blocks.numbers import places_of
from models.kinds.layer import OF_WEIGHTS, Layer, TensorType
from models.sources.recognizing.examples import accepted_inputs, by_kind
from models.sources.recognizing.guesses import searched
from models.sources.syntax.outline import Unreadable
from models.sources.syntax.values import KEPT, Value, Within, value_of
from models.specs.fields import Bool, Field

Inputs = tuple[TensorType, ...]
MOST_READINGS = 16
"""Forms of the arguments of one module that are tried."""


class Given(NamedTuple):
    """The arguments of a call by name, ``0`` and so on for what has none, with the expressions that they are."""

    values: Mapping[str, Value]
    expressions: Mapping[str, ast.expr]


@by_kind
def signature(kind: type[Layer]) -> tuple[str, ...]:
    """The names of a module's arguments by their place: settings, or numbers for what follows from the input.

    Behind those that it writes by place come others, in the order in which it writes them, up to the first switch:
    PyTorch has switches that Netloom has not.
    """
    layer = kind()
    inputs = accepted_inputs(layer)
    if inputs is None:
        return ()
    tree = ast.parse(layer.module(inputs), mode="eval").body
    names = [str(place) for place in range(len(tree.args) if isinstance(tree, ast.Call) else 0)]
    for name in _own(kind):
        for place in _moved_by(layer, inputs, name):
            names[place] = name
    behind = [name for name in _written_words(layer, inputs) if name not in names]
    silent = next((name for name in _own(kind) if name not in names and name not in behind), "")

    def has_place(name: str) -> bool:
        # One that is never written with the others, such as either of two, may stand before them.
        known = name in kind.fields and not isinstance(kind.fields[name], Bool)
        return known and not (silent and _own(kind).index(silent) < _own(kind).index(name))

    return (*names, *takewhile(has_place, behind))


def _own(kind: type[Layer]) -> list[str]:
    """The settings that may be arguments of the module."""
    return [name for name in kind.fields if name not in OF_WEIGHTS]


def _written_words(layer: Layer, inputs: Inputs) -> list[str]:
    """The words of all arguments in the order in which a kind writes them, where no setting is as usual."""
    for name in _own(type(layer)):
        field = layer.fields[name]
        for value in (True, False, 1, 2, *inputs[0].shape, 0.25, 0.75, *getattr(field, "options", ())):
            if not field.takes(value) or field.parse(value) == field.default:
                continue
            other = layer.replace(**{name: value})
            if _written(other, inputs) is not None:
                layer = other
                break
    tree = ast.parse(layer.module(inputs), mode="eval").body
    return [word.arg or "" for word in tree.keywords] if isinstance(tree, ast.Call) else []


@by_kind
def derived_settings(kind: type[Layer]) -> frozenset[str]:
    """The settings from which arguments follow that say something else: how many sizes there are."""
    layer = kind()
    inputs = accepted_inputs(layer)
    tree = ast.parse(layer.module(inputs), mode="eval").body if inputs is not None else None
    pairs = zip(signature(kind), tree.args, strict=False) if isinstance(tree, ast.Call) else ()
    usual = {name: field.to_json(field.default) for name, field in kind.fields.items()}
    return frozenset(
        name for name, item in pairs if name in usual and not equal_values(value_of(item, Within()).number, usual[name])
    )


def _moved_by(layer: Layer, inputs: Inputs, name: str) -> set[int]:
    """The places of arguments that are others when a setting is."""
    found = set()
    for part in (None, 0):
        try:
            paths = places_of(layer, inputs, name, part)
        except (ValueError, IndexError, TypeError):
            continue
        found |= {path[0] for path in paths if isinstance(path[0], int)}
    return found


def changes_nothing(name: str, item: ast.expr) -> bool:
    """Whether an argument, by its name or its place, says no more than that memory is used again: ``inplace``."""
    switch = isinstance(item, ast.Constant) and isinstance(item.value, bool)
    return name == "inplace" or (name.isdigit() and switch)


def arguments(call: ast.Call, names: tuple[str, ...], within: Within) -> Given:
    """What a call is given; raises `Unreadable` for what is no value."""
    values: dict[str, Value] = {}
    expressions: dict[str, ast.expr] = {}
    for place, item in enumerate(call.args):
        if place >= len(names) and changes_nothing(str(place), item):
            continue
        if place >= len(names):
            raise Unreadable(item, f"Write this argument of {ast.unparse(call.func):.30} with its name.")
        name = names[place]
        values[name], expressions[name] = value_of(item, within), item
    for word in call.keywords:
        if changes_nothing(word.arg or "", word.value):
            continue
        if word.arg is None or word.arg in values:
            raise Unreadable(word, f"Netloom cannot read these arguments of {ast.unparse(call.func):.40}.")
        values[word.arg], expressions[word.arg] = value_of(word.value, within), word.value
    return Given(values, expressions)


def read_settings(
    kind: type[Layer], call: ast.expr, inputs: Inputs | None, within: Within, present: Layer | None
) -> dict[str, Any]:
    """The settings that make a layer of a kind write a module's expression, but for those that only weights have.

    ``inputs`` are what it takes, None where that is not known; ``present`` is the layer as it was, whose settings stay
    where the source does not say them. Raises `Unreadable` with the reason.
    """
    if not isinstance(call, ast.Call):
        raise Unreadable(call, f"Netloom cannot draw ‘{ast.unparse(call):.40}’ as a layer.")
    if isinstance(present, kind) and inputs is not None and says(present, call, inputs):
        return dict.fromkeys((name for name in kind.fields if name not in OF_WEIGHTS), KEPT)
    if not writes_itself(kind):
        return _searched(kind, call, inputs, present, within)
    given = arguments(call, signature(kind), within)
    first: Unreadable | None = None
    for fits in (True, False):
        for settings in islice(_readings(kind, given), MOST_READINGS):
            try:
                return _settings(kind, call, given, settings, inputs, present, fits)
            except Unreadable as error:
                first = first or error
    assert first is not None, "there is a reading, or an error"
    raise first


@by_kind
def writes_itself(kind: type[Layer]) -> bool:
    """Whether its module is the one of PyTorch that is called like it."""
    layer = kind()
    inputs = accepted_inputs(layer)
    if inputs is None or not layer.module(inputs):
        return inputs is None
    tree = ast.parse(layer.module(inputs), mode="eval").body
    nested = isinstance(tree, ast.Call) and any(isinstance(item, ast.Call) for item in tree.args)
    return not nested and ast.unparse(tree).partition("(")[0] == f"nn.{kind.kind}"


def _searched(
    kind: type[Layer], call: ast.Call, inputs: Inputs | None, present: Layer | None, within: Within
) -> dict[str, Any]:
    """The settings of a kind that writes something of its own, found by writing it with what stands in the source."""
    plain = Worked(within.values).visit(deepcopy(call))
    found = searched(kind, [plain], present, lambda layer: inputs is not None and says(layer, plain, inputs))
    if found is None:
        raise Unreadable(call, f"Netloom cannot draw this as {kind.title or kind.kind}.")
    for word in call.keywords:
        if word.arg in found and isinstance(word.value, ast.Name | ast.BinOp):
            found[word.arg] = value_of(word.value, within).setting
    return found


class Worked(ast.NodeTransformer):
    """Puts numbers in place of the arguments of a class."""

    def __init__(self, values: Mapping[str, int | float]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.copy_location(ast.Constant(self._values[node.id]), node) if node.id in self._values else node


def _settings(
    kind: type[Layer],
    call: ast.Call,
    given: Given,
    settings: Mapping[str, Value],
    inputs: Inputs | None,
    present: Layer | None,
    fits: bool,
) -> dict[str, Any]:
    """The settings, where the layer that they make writes what the source says, and with ``fits`` takes its inputs."""
    numbers = {name: value.number for name, value in settings.items()}
    found = {name: value.setting for name, value in settings.items()}
    layer = _made(kind, numbers, given, call)
    silent = [name for name in kind.fields if name not in numbers and name not in OF_WEIGHTS]
    unsaid = {name: kind.fields[name].to_json(kind.fields[name].default) for name in silent}
    if inputs is None:
        return unsaid | found | dict.fromkeys(silent if isinstance(present, kind) else (), KEPT)
    kept = _kept(layer, present, silent, inputs)
    chosen = kind(**{**numbers, **kept})
    if _written(chosen, inputs) is not None:
        _check(chosen, call, given, inputs)
    elif fits:
        raise Unreadable(call, f"{kind.kind} does not take its input so.")
    return unsaid | found | dict.fromkeys(kept, KEPT)


def _readings(kind: type[Layer], given: Given) -> Iterator[Mapping[str, Value]]:
    """The settings among the arguments, in all forms that their fields take."""
    forms: dict[str, list[Value]] = {}
    for name in given.values.keys() & kind.fields.keys() - set(OF_WEIGHTS):
        field = kind.fields[name]
        forms[name] = [
            form for form in _forms(given.values[name], name in derived_settings(kind)) if field.takes(form.number)
        ]
        if not forms[name]:
            raise Unreadable(given.expressions[name], f"{kind.kind}: {name} {_refusal(field, given.values[name])}")
    for chosen in product(*forms.values()):
        yield dict(zip(forms, chosen, strict=True))


def _refusal(field: Field[Any], value: Value) -> str:
    """Why a field does not take a value."""
    try:
        field.parse(value.number)
    except ValueError as error:
        return str(error)
    return "cannot be this."


def _forms(value: Value, derived: bool) -> Iterator[Value]:
    """What an argument may mean as a setting: itself, one number for both sides of a border, a number of sizes."""
    yield value
    if derived and isinstance(value.number, int):
        yield Value(1, KEPT)
    if isinstance(value.number, list) and value.number:
        items = value.number[::2][::-1]
        if items == value.number[1::2][::-1]:
            yield Value(items, items if value.setting is not KEPT else KEPT)
        yield Value(len(value.number), len(value.number))


def _made(kind: type[Layer], numbers: dict[str, Any], given: Given, call: ast.Call) -> Layer:
    unknown = next((name for name in given.values if name not in kind.fields and not name.isdigit()), None)
    if unknown and unknown not in _always(kind):
        known = ", ".join(name for name in kind.fields if name not in OF_WEIGHTS) or "none"
        raise Unreadable(given.expressions[unknown], f"{kind.kind} has no setting ‘{unknown:.30}’. It has: {known}.")
    try:
        return kind(**numbers)
    except ValueError as error:
        raise Unreadable(call, f"{kind.kind}: {error}") from None


@by_kind
def _always(kind: type[Layer]) -> frozenset[str]:
    """Words that a kind's module is told beside its settings: ``batch_first``, ``kdim``."""
    layer = kind()
    inputs = accepted_inputs(layer)
    tree = ast.parse(layer.module(inputs), mode="eval").body if inputs is not None else None
    found = {word.arg or "" for word in tree.keywords} if isinstance(tree, ast.Call) else set()
    return frozenset(found | {"kdim", "vdim"}) - kind.fields.keys()


def _kept(layer: Layer, present: Layer | None, silent: list[str], inputs: Inputs) -> dict[str, Any]:
    """The present values of settings that the source does not say, where they make no difference to what it says."""
    if present is None or type(present) is not type(layer):
        return {}
    found: dict[str, Any] = {}
    written = _written(layer, inputs)
    for name in silent:
        value = getattr(present, name)
        if value == getattr(layer, name):
            continue
        trial = {**found, name: layer.fields[name].to_json(value)}
        if written is None or _written(layer.replace(**trial), inputs) == written:
            found = trial
    return found


def _written(layer: Layer, inputs: Inputs) -> str | None:
    """What a layer writes; None where it does not take the inputs."""
    try:
        layer.output_types(inputs)
    except ValueError:
        return None
    return layer.module(inputs)


def says(layer: Layer, call: ast.expr, inputs: Inputs) -> bool:
    """Whether a layer writes just this."""
    text = _written(layer, inputs)
    return bool(text) and ast.dump(ast.parse(text or "", mode="eval").body) == ast.dump(call)


def _check(layer: Layer, call: ast.Call, given: Given, inputs: Inputs) -> None:
    """Raise `Unreadable` where the layer would write something else than the source says."""
    kind, text = type(layer), layer.module(inputs)
    tree = ast.parse(text, mode="eval").body
    assert isinstance(tree, ast.Call), "modules are made by calls"
    wanted = arguments(tree, signature(kind), Within())
    for name, value in wanted.values.items():
        if name not in given.values:
            raise Unreadable(call, f"{kind.kind} is made with {_shown(name, value)} in Netloom. Add that.")
    for name, value in given.values.items():
        if name not in wanted.values and name not in kind.fields:
            raise Unreadable(given.expressions[name], f"{kind.kind} is made without ‘{name}’ in Netloom. Take it out.")
        if name in wanted.values and not equal_values(value.number, wanted.values[name].number):
            raise Follows(given.expressions[name], kind.kind, wanted.values[name].number)


def equal_values(one: Any, other: Any) -> bool:
    """Whether two values say the same: one number stands for as many equal ones, -1 for what is worked out."""
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        return all(item in (-1, number) for item, number in zip(one, other, strict=True))
    if isinstance(one, list) != isinstance(other, list):
        many, single = (one, other) if isinstance(one, list) else (other, one)
        return bool(many) and all(item == single for item in many)
    return bool(one == other) and isinstance(one, bool) == isinstance(other, bool)


def is_set(kind: type[Layer], name: str, value: Any) -> bool:
    """Whether a setting stands in a document: it is known, and another than the default."""
    if value is KEPT:
        return False
    return not alike(kind, name, value, kind.fields[name].to_json(kind.fields[name].default))


def alike(kind: type[Layer], name: str, one: Any, other: Any) -> bool:
    """Whether two values of a setting mean the same: 3 and [3, 3]."""
    field = kind.fields[name]
    try:
        return bool(field.parse(one) == field.parse(other))
    except ValueError:
        return False


def _shown(name: str, value: Value) -> str:
    return f"{value.number!r}" if name.isdigit() else f"{name}={value.number!r}"


class Follows(Unreadable):
    """A number that is another than what feeds the layer makes it."""

    def __init__(self, node: ast.expr, kind: str, number: Any) -> None:
        super().__init__(node, f"This follows from what feeds {kind:.30}: it is {number!r:.24} here.")
