"""Settings without their spelling: a default that is written out, 3 for [3, 3], "SGD" for {"kind": "SGD"}."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from models.specs.fields import Field, FieldError, shown
from models.specs.spec import SpecOf

Fields = Mapping[str, Field[Any]]
ABSENT: Any = type("Absent", (), {"__repr__": lambda self: "ABSENT"})()
"""In place of a value that one side does not have."""
LONGEST = 60


class FieldChange(NamedTuple):
    """A setting with its value before and after, as JSON data; `ABSENT` where there is none."""

    name: str
    before: Any
    after: Any

    def __str__(self) -> str:
        return f"{self.name} {value_text(self.before)} → {value_text(self.after)}"


def identity(value: object) -> str:
    """Text that is equal for equal JSON data: the order of names, and 1 or 1.0, make no difference; 1 and true do."""
    return json.dumps(_plain(value), sort_keys=True)


def same(one: object, other: object) -> bool:
    """Whether two pieces of JSON data say the same."""
    return one is other or (one is not ABSENT and other is not ABSENT and identity(one) == identity(other))


def _plain(value: object) -> object:
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, dict):
        return {name: _plain(entry) for name, entry in value.items()}
    return [_plain(item) for item in value] if isinstance(value, list | tuple) else value


def normal(fields: Fields, settings: Mapping[str, Any]) -> dict[str, Any]:
    """What settings mean: each as its field writes it, defaults left out; what cannot be read stays as it is."""
    found = {name: _normal(fields.get(name), value) for name, value in settings.items()}
    return {
        name: value
        for name, value in found.items()
        if name not in fields or not same(value, fields[name].to_json(fields[name].default))
    }


def _normal(field: Field[Any] | None, value: Any) -> Any:
    if field is None:
        return value
    try:
        return field.to_json(field.parse(value))
    except FieldError:
        return value


def changes(fields: Fields, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[FieldChange]:
    """The settings whose meaning differs, those that fields declare first; of chosen kinds their own settings."""
    old, new = normal(fields, before), normal(fields, after)
    for name in [*(name for name in fields if name in old or name in new), *_unknown(fields, old, new)]:
        default = fields[name].to_json(fields[name].default) if name in fields else ABSENT
        one, other = old.get(name, default), new.get(name, default)
        if same(one, other):
            continue
        inner = _inner(fields.get(name), one, other)
        if inner is None:
            yield FieldChange(name, one, other)
        else:
            yield from (change._replace(name=f"{name}.{change.name}") for change in inner)


def _unknown(fields: Fields, *settings: Mapping[str, Any]) -> list[str]:
    names = dict.fromkeys(name for each in settings for name in each)
    return [name for name in names if name not in fields]


def _inner(field: Field[Any] | None, before: Any, after: Any) -> Iterator[FieldChange] | None:
    """The differences within two objects: of the settings of one kind, or of any two; None where they are no such."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        return None
    if not isinstance(field, SpecOf):
        return changes({}, before, after)
    kind, other = (field.registry.called(each.get("kind")) for each in (before, after))
    params = before.get("params", {}), after.get("params", {})
    if kind is None or kind is not other or not all(isinstance(each, dict) for each in params):
        return None
    return changes(kind.fields, *params)


def value_text(value: Any) -> str:
    """A value as people read it: 3×32×32, SGD(lr=0.1), at most some sixty letters."""
    text = _text(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _text(value: Any) -> str:
    match value:
        case _ if value is ABSENT:
            return "–"
        case bool():
            return "true" if value else "false"
        case None:
            return "none"
        case str():
            return value or "“”"
        case float() if value.is_integer() and abs(value) < 1e16:
            return str(int(value))
        case {"kind": str(kind), "params": dict(params), **rest} if not rest:
            settings = ", ".join(f"{name}={_text(item)}" for name, item in params.items())
            return f"{kind}({settings})" if settings else kind
        case {"kind": str(kind), **rest} if not rest:
            return kind
        case [_, *_] if all(isinstance(item, int | float) for item in value):
            return "×".join(map(_text, value))
        case list() | tuple() if all(isinstance(item, str | dict) for item in value):
            return ", ".join(map(_text, value)) or "nothing"
        case _:
            return shown(value)
