"""Losses in an exported script: the expressions that make them, and how metrics take the outputs."""

from __future__ import annotations

from collections.abc import Sequence

from models.codegen.formatting import literal, statement
from models.codegen.portable import portable
from models.data import ColumnFacts, Facts
from models.training import Loss
from models.training.losses.weights import (
    BALANCED,
    given_weights,
    leaves_out,
    listed_weights,
    switch_weights,
    unknown_classes,
)
from models.training.objectives import Objective


def loss_expressions(objectives: Sequence[Objective], facts: Facts) -> list[str]:
    """The loss of each objective, with weights of its classes; raises `ValueError` for a class that is not there."""
    found = []
    for place, objective in enumerate(objectives):
        loss = objective.loss
        weights = _weights(place, loss, facts.target(objective.output))
        made = loss.expression(weights)
        made = f"CountedLoss({made})" if weights and leaves_out(loss) else made
        made = f"{made}.to(DEVICE)" if weights else made
        found.append(f"InUnit({made}, *unit_of(targets[{place}]))" if objective.scaled else made)
    return found


def _weights(place: int, loss: Loss, column: ColumnFacts | None) -> str:
    text, classes = str(getattr(loss, "class_weights", "")), (column.classes if column else None) or ()
    if not text:
        return ""
    if text == BALANCED:
        if loss.targets == "binary":
            return f"balanced_switches(targets[{place}])"
        return f"balanced_weights(targets[{place}], {len(classes)})"
    if unknown := unknown_classes(text, classes):
        raise ValueError(f"The data has no class {unknown[0]:.40}, which {loss.kind} has a weight for.")
    listed = listed_weights(given_weights(text), classes)
    if loss.targets == "classes":
        return f"torch.tensor({literal(listed)})"
    weights = f"torch.tensor({literal(switch_weights(listed))})"
    return f"{weights}.reshape(-1{', 1' * len(column.shape)})" if column and column.shape else weights


def readings(objectives: Sequence[Objective]) -> list[str]:
    """The functions that make scores and numbers of outputs; none where metrics take all of them as they are."""
    functions, items = {}, []
    for place, objective in enumerate(objectives):
        loss = objective.loss
        name = f"{loss.kind}_reading".lower()
        settings = "".join(f", {key}={literal(value)}" for key, value in loss.reading_settings().items())
        function = type(loss).reading
        read = f"{name}(outputs[{place}]{settings})" if function else f"outputs[{place}]"
        read = f"{read}.sigmoid()" if objective.shades else read
        items.append(f"objectives[{place}][0].read({read})" if objective.scaled else read)
        if function:
            functions[name] = portable(function, name)
    if not functions and not any(objective.scaled or objective.shades for objective in objectives):
        return []
    lines = [
        "def predictions(objectives, outputs):",
        '    """Outputs as metrics take them: scores, or numbers as they are predicted."""',
        *statement(4, f"return ({', '.join(items)}{',' * (len(items) == 1)})"),
    ]
    return [*functions.values(), "\n".join(lines) + "\n"]
