"""Settings by dotted name, ``training.optimizer.lr`` or ``conv1.out_channels``: found, read from text and changed.

Names are those of ``--set``: ``training.…``, ``data.…``, ``parameters.…``, and of each layer its own. ``conv1.bypass``
is no field but a switch of every layer that something passes through: it stays, and hands on what comes in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from models.document import Document
from models.document.bypass import SetBypassed
from models.document.edits import Batch, Edit, SetParam, SetSection
from models.document.exact import SetParameters
from models.specs.expression import check_parameter
from models.specs.fields import Bool, Field, FieldError
from models.specs.spec import SpecOf
from models.specs.values import number_from
from models.training import TrainingSettings
from studio.data import DATASETS

MOST_NAMES = 12
BYPASS = "bypass"

Assignments = Mapping[str, Any]
"""Values as JSON data, by the dotted names of the settings that take them."""


class SettingError(ValueError):
    """A setting that is not there or a value that it does not take; the text names what there is."""


class Number(Field[float]):
    """A parameter of a network: a number that expressions can compute with."""

    def parse(self, value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise FieldError(f"expected a number, found {value!r:.40}.")
        check_parameter(self.name, value)
        return value

    def parse_text(self, text: str) -> float:
        return self.parse(number_from(text))


@dataclass(frozen=True)
class Setting:
    """A setting of one document: its dotted ``name``, its ``field``, its ``present`` value as JSON data."""

    name: str
    field: Field[Any]
    present: Any

    def from_text(self, text: str) -> Any:
        """What a person typed as JSON data; raises `SettingError`."""
        if isinstance(self.field, SpecOf) and text not in self.field.registry:
            there = ", ".join(self.field.registry)
            raise SettingError(f"There is no {self.field.registry.noun} ‘{text:.40}’. There are: {there}.")
        if self.name == "data.source" and text not in DATASETS:
            raise SettingError(f"There is no data set ‘{text:.40}’. There are: {', '.join(DATASETS)}.")
        try:
            return self.field.from_text(text)
        except FieldError as error:
            raise SettingError(f"{self.name}: {error}") from error

    def as_text(self, value: Any) -> str:
        """A value as people read it; `from_text` takes it back."""
        if isinstance(self.field, SpecOf) and isinstance(value, dict):
            return str(value.get("kind"))
        return value_text(value)


def value_text(value: Any) -> str:
    """A value of a setting, short: ``0.01``, ``3×3``, ``Adam``, ``yes``."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict) and "kind" in value:
        return str(value["kind"])
    if isinstance(value, list):
        return "×".join(value_text(item) for item in value)
    return f"{value:.6g}" if isinstance(value, float) else str(value)


def short_names(names: list[str]) -> dict[str, str]:
    """The names by as few of their last parts as tell them apart: ``lr``, or ``conv1.out_channels`` beside another."""
    short = {}
    for name in names:
        parts = name.split(".")
        for count in range(1 + (parts[-1] == BYPASS), len(parts) + 1):
            end = ".".join(parts[-count:])
            if sum(other == end or other.endswith(f".{end}") for other in names) < 2:
                break
        short[name] = end
    return short


def setting_of(document: Document, name: str) -> Setting:
    """The setting of that dotted name; raises `SettingError` that names what there is."""
    owner, _, rest = name.partition(".")
    if not rest:
        raise SettingError(f"A setting has a name such as training.epochs or conv1.out_channels, found ‘{name:.40}’.")
    if owner == "training":
        return _training(document, name, rest)
    if owner == "data":
        return _data(document, name, rest)
    if owner == "parameters":
        return _parameter(document, name, rest)
    return _param(document, name, owner, rest)


def _training(document: Document, name: str, rest: str) -> Setting:
    settings = document.training
    first, _, inner = rest.partition(".")
    field = TrainingSettings.fields.get(first)
    if not isinstance(field, SpecOf) or not inner:
        found = _field("training", TrainingSettings.fields, rest)
        return Setting(name, found, settings.get(rest, found.to_json(found.default)))
    chosen = _chosen(field, settings.get(first))
    kind = field.registry.get(str(chosen.get("kind")))
    if kind is None:
        raise SettingError(f"training.{first} is ‘{chosen.get('kind')}’, which is not known. Set it first.")
    own = _field(f"training.{first}", kind.fields, inner.removeprefix("params."))
    return Setting(name, own, _params(chosen).get(own.name, own.to_json(own.default)))


def _chosen(field: SpecOf, found: Any) -> dict[str, Any]:
    return (
        found
        if isinstance(found, dict)
        else {"kind": found}
        if isinstance(found, str)
        else field.to_json(field.default)
    )


def _params(chosen: Mapping[str, Any]) -> dict[str, Any]:
    params = chosen.get("params")
    return params if isinstance(params, dict) else {}


def _data(document: Document, name: str, rest: str) -> Setting:
    from models.specs.fields import Choice

    source = str(document.data.get("source", "digits"))
    if rest == "source":
        return Setting(name, Choice("digits", tuple(DATASETS)), source)
    kind = DATASETS.get(source)
    if kind is None:
        raise SettingError(f"The data set ‘{source}’ is not known. Set data.source first.")
    field = _field("data", kind.fields, rest)
    return Setting(name, field, document.data.get(rest, field.to_json(field.default)))


def _parameter(document: Document, name: str, rest: str) -> Setting:
    parameters = document.network.parameters
    if rest not in parameters:
        raise SettingError(f"The network has no parameter ‘{rest}’. It has: {_listed(list(parameters)) or 'none'}.")
    field = Number(0.0, label=rest)
    field.name = rest
    return Setting(name, field, parameters[rest])


def _param(document: Document, name: str, id: str, rest: str) -> Setting:
    if id not in document.network:
        there = _listed(["training", "data", *document.network.nodes])
        raise SettingError(f"There is no setting or layer ‘{id}’. There are: {there}.")
    node = document.network[id]
    if node.own_layer is None:
        raise SettingError(f"{id} is a {node.kind}, a kind that Netloom does not know; its settings cannot be read.")
    if rest == BYPASS:
        if not (node.own_layer.inputs and node.own_layer.outputs):
            raise SettingError(f"{id} cannot be bypassed: there is nothing that could pass through.")
        return Setting(name, Bool(False, label="Bypass", help="Train the network without this layer."), node.bypassed)
    field = _field(id, node.own_layer.fields, rest)
    return Setting(name, field, node.params.get(rest, field.to_json(field.default)))


def _field(owner: str, fields: Mapping[str, Field[Any]], name: str) -> Field[Any]:
    if name not in fields:
        raise SettingError(f"{owner} has no setting ‘{name}’. It has: {', '.join(fields) or 'none'}.")
    return fields[name]


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - MOST_NAMES:,} more" if len(names) > MOST_NAMES else ""
    return ", ".join(names[:MOST_NAMES]) + more


def edit_of(document: Document, name: str, value: Any) -> Edit:
    """The edit that gives a setting a value (JSON data); raises `SettingError` where there is no such setting or it
    takes no such value."""
    setting = setting_of(document, name)
    if not setting.field.takes(value):
        try:
            setting.field.parse(value)
        except FieldError as error:
            raise SettingError(f"{name}: {error}") from error
    owner, _, rest = name.partition(".")
    if owner == "training":
        return SetSection("training", _with_training(document.training, rest, value), field=rest)
    if owner == "data":
        changed = {"source": value} if rest == "source" and value != setting.present else {rest: value}
        kept = {} if rest == "source" and value != setting.present else {"source": "digits", **document.data}
        return SetSection("data", kept | changed, field=rest)
    if owner == "parameters":
        return SetParameters({**document.network.parameters, rest: value})
    if rest == BYPASS:
        return SetBypassed([owner], bool(value))
    return SetParam(owner, rest, value)


def _with_training(settings: Mapping[str, Any], rest: str, value: Any) -> dict[str, Any]:
    first, _, inner = rest.partition(".")
    field = TrainingSettings.fields[first] if inner else None
    if not isinstance(field, SpecOf):
        return {**settings, rest: value}
    chosen = _chosen(field, settings.get(first))
    return {**settings, first: {**chosen, "params": {**_params(chosen), inner.removeprefix("params."): value}}}


def in_order(assignments: Assignments) -> list[tuple[str, Any]]:
    """The assignments in the order in which they can be made: an optimizer before its settings."""

    def place(item: tuple[str, Any]) -> tuple[int, bool]:
        return item[0].count("."), item[0] != "data.source"

    return sorted(assignments.items(), key=place)


def assign(document: Document, assignments: Assignments) -> None:
    """Change a document that nobody looks at; raises `SettingError` as `edit_of` does."""
    for name, value in in_order(assignments):
        edit = edit_of(document, name, value)
        edit.apply(document.content)
        if not isinstance(edit, SetSection):
            document.analysis.recompute()


def taking_over(document: Document, assignments: Assignments) -> Batch:
    """One edit that gives a document these settings; raises `SettingError` where it lacks one of them."""
    from models.document.frozen import FrozenContent

    # Each edit is made against what those before it have left, as the settings of an optimizer depend on its kind.
    copy = Document(content=FrozenContent(document.content).content())
    edits = []
    for name, value in in_order(assignments):
        edits.append(edit_of(copy, name, value))
        edit_of(copy, name, value).apply(copy.content)
    names = short_names(list(assignments))
    words = ", ".join(f"{names[name]} {value_text(value)}" for name, value in assignments.items())
    return Batch(f"Use {words}", edits)
