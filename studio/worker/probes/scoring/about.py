"""What there is to ask about: the data with its inputs and outputs, the layers, and whether the data is as it was."""

from __future__ import annotations

from typing import Any

from models.kinds.layer import LAYERS
from models.network import Node
from models.training.metrics import NUMBERS
from models.training.objectives import Objective
from studio.data import Data, DataError
from studio.data.data import Column
from studio.runs.probes.answer import Answer
from studio.worker.probes.layers.attention import attending
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.probing.bench import Bench
from studio.worker.training.examples import takes_tokens

MOST_WORDS = 50_000
"""Tokens that are told by their words: an answer is of bounded size."""


@probe(is_kept=True)
def about(asked: Asked) -> Steps:
    """Facts alone. Where the data cannot be read they say why in ``lost``, and the layers are there all the same."""
    yield 0, 1
    bench, checkpoint = asked.bench, asked.bench.checkpoint
    bench.look_again(asked.question.data)
    facts: dict[str, Any] = {
        "checkpoint": checkpoint.path.name if checkpoint else "",
        "device": str(bench.device),
        "layers": [_layer(bench, node) for node in bench.document.network],
        "attends": attending(bench.model),
        "outputs": [_told(item) for item in bench.objectives],
    }
    try:
        rows = asked.rows
    except DataError as error:
        return Answer({}, {**facts, "lost": str(error)})
    yield 1, 2
    data = rows.data
    facts["changed"] = not asked.question.data and bench.has_changed(data, asked.control)
    facts["notes"] = [*data.warnings, *([bench.notes[data.name]] if data.name in bench.notes else [])]
    facts |= {"data": data.name, "counts": [*data.sizes.values()]}
    facts["inputs"] = [_input(bench, id, data.input(id)) for id in rows.inputs]
    facts["outputs"] = [_output(bench, item, data) for item in facts["outputs"]]
    return Answer({}, facts)


def _layer(bench: Bench, node: Node) -> dict[str, Any]:
    report = bench.document.analysis[node.id]
    field = report.receptive_field
    kind = LAYERS.get(node.kind)
    return {
        "id": node.id,
        "kind": node.kind,
        "family": kind.family if kind else "",
        "shape": list(report.shape or ()),
        "field": [list(sizes) for sizes in field] if field else [],
        "weights": bool(report.parameters),
        "ends": not node.outputs,
        "passes": [given and given.shape for given in report.inputs] == [report.shape],
        "units": bench.taps.units(node.id, report.shape) if node.inputs and node.outputs else 0,
    }


def _input(bench: Bench, id: str, column: Column) -> dict[str, Any]:
    tokens = takes_tokens(bench.document, id)
    features, span = list(column.features), list(column.span)
    words = list(column.vocabulary[:MOST_WORDS]) if tokens else []
    return {"id": id, "shape": list(column.shape), "tokens": tokens, "span": span, "features": features, "words": words}


def _told(objective: Objective) -> dict[str, Any]:
    loss = objective.loss
    return {"id": objective.output, "targets": loss.targets, "answers": loss.answers}


def _output(bench: Bench, told: dict[str, Any], data: Data) -> dict[str, Any]:
    column = data.target(told["id"])
    if bench.goal(told["id"], data).objective.shades:
        told |= dict.fromkeys(("targets", "answers"), NUMBERS)
    return {**told, "classes": list(column.classes or ()), "shape": list(column.shape)}
