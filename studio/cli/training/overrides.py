"""``--set training.epochs=3``: settings changed for one run, read by the same fields as forms and documents."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from studio.cli.console import CommandError, listed

if TYPE_CHECKING:
    from models.document import Document
    from models.specs.fields import Field

HELP = (
    "change a setting for this run: training.epochs=3, training.optimizer=SGD, training.optimizer.lr=0.1, "
    "data.source=iris, conv1.out_channels=32, parameters.width=16"
)


def override(document: Document, assignments: Iterable[str]) -> None:
    """Apply assignments, in order; raises `CommandError` that names what there is."""
    for assignment in assignments:
        path, sign, value = assignment.partition("=")
        names = path.strip().split(".")
        if not sign or len(names) < 2:
            raise CommandError(f"--set expects NAME=VALUE such as training.epochs=3, found ‘{assignment}’.")
        if names[0] == "training":
            document.content.set_section("training", _training(document.training, names[1:], value))
        elif names[0] == "data":
            document.content.set_section("data", _data(document.data, ".".join(names[1:]), value))
        elif names[0] == "parameters":
            _parameter(document, ".".join(names[1:]), value)
        else:
            _param(document, names[0], ".".join(names[1:]), value)


def _training(settings: dict[str, Any], names: list[str], value: str) -> dict[str, Any]:
    from models.specs.spec import SpecOf
    from models.training import TrainingSettings

    fields = TrainingSettings.fields
    field = fields.get(names[0])
    if not isinstance(field, SpecOf):
        name = ".".join(names)
        return settings | {name: _parsed(name, _field("training", fields, name), value)}
    if len(names) == 1:
        return settings | {names[0]: field.to_json(field.parse(_known(field, value)))}
    name = ".".join(names[1:]).removeprefix("params.")
    current = settings.get(names[0])
    chosen = current if isinstance(current, dict) else field.to_json(field.default)
    kind = field.registry.get(str(chosen.get("kind")))
    if kind is None:
        raise CommandError(f"training.{names[0]} is ‘{chosen.get('kind')}’, which is not known. Set it first.")
    own = _field(f"training.{names[0]}", kind.fields, name)
    return settings | {names[0]: _with_param(chosen, name, _parsed(".".join(names), own, value))}


def _with_param(chosen: dict[str, Any], name: str, value: Any) -> dict[str, Any]:
    params = chosen.get("params")
    return chosen | {"params": (params if isinstance(params, dict) else {}) | {name: value}}


def _known(field: Any, value: str) -> str:
    if value not in field.registry:
        raise CommandError(f"There is no {field.registry.noun} ‘{value}’. There are: {', '.join(field.registry)}.")
    return value


def _data(settings: dict[str, Any], name: str, value: str) -> dict[str, Any]:
    from studio.data import DATASETS

    if name == "source":
        if value not in DATASETS:
            raise CommandError(f"There is no data set ‘{value}’. There are: {', '.join(DATASETS)}.")
        # Settings of one source mean nothing to another.
        return settings if settings.get("source") == value else {"source": value}
    kind = DATASETS.get(str(settings.get("source", "digits")))
    if kind is None:
        raise CommandError(f"The data set ‘{settings.get('source')}’ is not known. Set data.source first.")
    return {"source": kind.kind} | settings | {name: _parsed(name, _field("data", kind.fields, name), value)}


def _param(document: Document, id: str, name: str, value: str) -> None:
    from models.document.edits import SetParam

    if id not in document.network:
        names = listed(["training", "data", *document.network.nodes])
        raise CommandError(f"There is no setting or layer ‘{id}’. There are: {names}.")
    node = document.network[id]
    if node.layer is None:
        raise CommandError(f"{id} is a {node.kind}, a kind that Netloom does not know; its settings cannot be read.")
    parsed = _parsed(name, _field(id, node.layer.fields, name), value)
    SetParam(id, name, parsed).apply(document.content)  # of all layers that share its weights
    document.analysis.recompute()


def _parameter(document: Document, name: str, value: str) -> None:
    from models.specs.expression import check_parameter
    from models.specs.values import FieldError, number_from

    parameters = document.network.parameters
    if name not in parameters:
        raise CommandError(f"The network has no parameter ‘{name}’. It has: {listed(list(parameters)) or 'none'}.")
    try:
        number = number_from(value)
        check_parameter(name, number)
    except FieldError as error:
        raise CommandError(f"parameters.{name}: {error}") from error
    document.network.set_parameters(parameters | {name: number})
    document.analysis.recompute()


def _field(owner: str, fields: dict[str, Field[Any]], name: str) -> Field[Any]:
    if name not in fields:
        raise CommandError(f"{owner} has no setting ‘{name}’. It has: {', '.join(fields) or 'none'}.")
    return fields[name]


def _parsed(name: str, field: Field[Any], value: str) -> Any:
    from models.specs.fields import FieldError

    try:
        return field.from_text(value)
    except FieldError as error:
        raise CommandError(f"{name}: {error}") from error
