"""How an exported script measures: the functions of its metrics, word for word, and the pass over a part."""

from __future__ import annotations

from collections.abc import Sequence

from models.codegen.formatting import literal, statement
from models.codegen.losses import readings
from models.codegen.portable import portable
from models.training.metrics import EMBEDDING
from models.training.metrics.keeping import joined, kept, stride
from models.training.objectives import Objective, measured

TRAINING_MEANWHILE = (
    "            total += losses[0].item() * len(rows)",
    "            seen += len(rows)",
    '        values = {"train/loss": total / seen}',
)
TRAINING_AFTERWARDS = (
    "        found = evaluate(model, objectives, inputs, targets)",
    '        values = {f"train/{name}": value for name, value in found.items()}',
)
"""What a script notes of the training part: the mean loss of its steps, or what a pass over all of it measures."""


def evaluation_batch(objectives: Sequence[Objective], size: int, together: int) -> int:
    """How many examples are measured at once: ``together``, or the ``size`` of the batches of training if that is more.

    Where a loss compares the examples of a batch it is that size, so that both losses are of one kind.
    """
    return size if _compares(objectives) else max(size, together)


def _compares(objectives: Sequence[Objective]) -> bool:
    return any(objective.loss.answers == EMBEDDING for objective in objectives)


_ADD = """            new = tally(parts(outputs[place], batch[place], **settings))
            tallies[number] = added(tallies[number], new)
"""
_KEEP = """            new = parts(outputs[place], batch[place], **settings)
            if parts in KEEPING:
                tallies[number] = joined(tallies[number], kept(new))
            else:
                tallies[number] = added(tallies[number], tally(new))
"""
_READ = """        outputs = predictions(objectives, outputs)
"""
_EVALUATE = '''def evaluate(model, objectives, inputs, targets):
    """The losses and metrics over all examples, by name."""
    model.eval()
    losses, tallies = [0.0] * len(LOSSES), [None] * len(METRICS)
    for rows in in_order(len(inputs[0]), {size}, DEVICE):
        batch = picked(targets, rows)
        found, outputs = validation_step(model, objectives, picked(inputs, rows), batch)
{read}        losses = [a + b.item() * len(rows) for a, b in zip(losses, found)]
        for number, (_, place, parts, _, settings) in enumerate(METRICS):
{tally}    values = {{name: loss / len(inputs[0]) for name, loss in zip(LOSSES, losses)}}
    own = losses[1:] or losses
    for (name, place, _, value, _), (count, sums) in zip(METRICS, tallies):
        # Of answers that are NaN there is nothing to be told.
        values[name] = own[place] if own[place] != own[place] else value(count, *sums)
    return values
'''


def measuring(objectives: list[Objective], together: int) -> list[str]:
    """The functions of the metrics, their table, and the function that measures all examples of a part, in batches of
    at least so many ``together``."""
    functions: dict[str, str] = {}
    rows: list[str] = []
    for place, name, metric in measured(objectives):
        parts, value = f"{metric.name}_parts", f"{metric.name}_value"
        functions |= {helper.__name__: portable(helper) for helper in metric.helpers}
        functions[parts], functions[value] = portable(metric.parts, parts), portable(metric.value, value)
        settings = ", ".join(f'"{field}": {getattr(metric, field)!r}' for field in metric.fields)
        rows += statement(4, f"({literal(name)}, {place}, {parts}, {value}, {{{settings}}})", comma=True)
    table = "\n".join(("METRICS = [", *rows, "]")) + "\n"
    reading = readings(objectives)
    keeping = [metric.name for _, _, metric in measured(objectives) if metric.keeps]
    if keeping:
        functions |= {function.__name__: portable(function) for function in (stride, kept, joined)}
        names = ", ".join(f"{name}_parts" for name in dict.fromkeys(keeping))
        table += "\n".join(statement(0, f"KEEPING = [{names}]")) + "\n"
    size = "BATCH_SIZE" if _compares(objectives) else f"max(BATCH_SIZE, {together})"
    evaluate = _EVALUATE.format(tally=_KEEP if keeping else _ADD, size=size, read=_READ if reading else "")
    return [*functions.values(), table, *reading, evaluate]
