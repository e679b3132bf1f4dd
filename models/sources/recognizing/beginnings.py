"""Statements about a module's weights, as the settings that write them: how they begin, and whether they learn."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from models.analysis.beginning import gain_behind
from models.kinds.initialization import BIAS_INITIALIZATIONS, FOLLOWING, INITIALIZATIONS, Initialization
from models.kinds.layer import OF_WEIGHTS, Layer
from models.sources.recognizing.base import Base
from models.sources.syntax.outline import Made, Unreadable, attribute_of, dotted
from models.sources.syntax.text import shape
from models.sources.syntax.values import Within, value_of
from models.specs.spec import Registry

SAID = tuple(name for name in OF_WEIGHTS if name != "lr_factor")
"""The settings that such statements say."""


def read_beginnings(made: Made, base: Base, id: str, layer: Layer) -> dict[str, Any]:
    """The settings of a layer that these statements stand for; raises `Unreadable` with the reason."""
    found: dict[str, Any] = dict.fromkeys((name for name in SAID if name in layer.fields), None)
    for statement in made.beginnings:
        assert isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call), "an outline holds calls"
        call = statement.value
        if isinstance(call.func, ast.Attribute) and call.func.attr == "requires_grad_":
            found["frozen"] = _frozen(call)
        else:
            name, value = _way(call, layer)
            found[name] = value
    said = {name: value for name, value in found.items() if value not in (None, False)}
    settings = _checked(made, base, id, layer, said)
    return {name: settings.get(name, layer.fields[name].to_json(layer.fields[name].default)) for name in found}


def _frozen(call: ast.Call) -> bool:
    whole = isinstance(call.func, ast.Attribute) and attribute_of(call.func.value)
    if whole and len(call.args) == 1 and isinstance(call.args[0], ast.Constant):
        return call.args[0].value is False
    raise Unreadable(call, "Netloom freezes whole layers: self.conv1.requires_grad_(False).")


def _way(call: ast.Call, layer: Layer) -> tuple[str, Any]:
    """The setting for weights or biases that a call of ``nn.init`` stands for."""
    function = dotted(call.func).rpartition(".")
    weight = ast.unparse(call.args[0]).rpartition(".")[2] if call.args else ""
    name = "bias_init" if "bias" in weight else "weight_init"
    registry: Registry[Initialization] = BIAS_INITIALIZATIONS if name == "bias_init" else INITIALIZATIONS
    kind = next((kind for kind in registry.values() if kind.function == function[2]), None)
    if function[0] != "nn.init" or kind is None or name not in layer.fields or len(call.args) != 1:
        raise Unreadable(call, f"Netloom has no beginning of weights for ‘{ast.unparse(call):.40}’.")
    words = {word.arg or "": value_of(word.value, Within()).setting for word in call.keywords}
    params = {name: value for name, value in words.items() if name in kind.fields}
    return name, {"kind": kind.kind, "params": params}


def _checked(made: Made, base: Base, id: str, layer: Layer, settings: Mapping[str, Any]) -> Mapping[str, Any]:
    """The settings that write these statements: with the gain of what follows, where that comes to the same.

    Raises `Unreadable` where they would write something else.
    """
    inputs = base.types_into(id) if id in base.network else None
    if inputs is None:
        return settings
    gain = gain_behind(base.network, base.analysis, id)
    for chosen in (_following(settings), settings):
        try:
            begun = type(layer)(**{**layer.settings(), **_cleared(layer), **chosen})
        except ValueError as error:
            raise Unreadable(made.beginnings[0], f"{made.name}: {error}") from None
        name = f"self.{made.name}"
        lines = begun.begins(name, inputs, gain) if begun.begins_otherwise else ()
        lines += (f"{name}.requires_grad_(False)",) if begun.frozen else ()
        if not changed_beginnings(ast.parse("\n".join(lines)).body, made.beginnings):
            return chosen
    raise Unreadable(made.written, f"Netloom would begin {made.name:.30} otherwise: weights, then biases, then frozen.")


def _cleared(layer: Layer) -> dict[str, Any]:
    return {name: layer.fields[name].to_json(layer.fields[name].default) for name in SAID if name in layer.fields}


def _following(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The same with the gain of the activation that follows, where one is named."""
    found: dict[str, Any] = {}
    for name, value in settings.items():
        params = value.get("params", {}) if isinstance(value, dict) else {}
        kind = INITIALIZATIONS.get(value["kind"]) if isinstance(value, dict) else None
        follows = kind is not None and "nonlinearity" in kind.fields
        kept = {key: item for key, item in params.items() if key != "nonlinearity"}
        found[name] = {"kind": value["kind"], "params": {**kept, "nonlinearity": FOLLOWING}} if follows else value
    return found


def changed_beginnings(before: Sequence[ast.stmt], after: Sequence[ast.stmt]) -> bool:
    """Whether statements about weights say something else."""
    return shape(before) != shape(after)
