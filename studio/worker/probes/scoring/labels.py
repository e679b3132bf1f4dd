"""The labels of all examples, with the rows that they have in the data as it is read."""

from __future__ import annotations

import math

import numpy as np

from studio.runs.probes.answer import Answer
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe


@probe()
def labels(asked: Asked) -> Steps:
    """``truth`` (a class each, or the first number) and ``rows`` for each example of the part, in order.

    ``facts["form"]`` tells what a label is: "class", "number", or "many" where there are several an example;
    ``correctable`` whether the document's data can give an example another class, ``known`` whether rows are;
    ``target`` names the column if it is another than the first.
    """
    yield 0, 1
    rows, data, goal = asked.rows, asked.rows.data, asked.goal
    column = data.target(goal.objective.output)
    truth = np.concatenate([column.every[number] for number in rows.numbers]).reshape(len(rows), -1)[:, 0]
    known = data.rows is not None
    where = [part for part in (*(data.rows or ()), data.test_rows) if part is not None]
    own = np.concatenate([where[number] for number in rows.numbers]) if known else np.arange(len(rows))
    is_class = column.classes is not None and column.shape == ()
    correctable = known and is_class
    target = "" if column.name == data.first_target.name else column.name
    numbers = truth.astype(np.int32) if is_class else truth.astype(np.float32)
    form = "class" if is_class else "many" if column.classes is not None or math.prod(column.shape) > 1 else "number"
    facts = {"form": form, "correctable": correctable, "known": known, "target": target}
    return Answer({"truth": numbers, "rows": own.astype(np.int64)}, facts)
