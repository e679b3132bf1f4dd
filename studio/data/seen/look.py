"""All that is seen of a data set, in one record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from studio.data.data import Column, Data
from studio.data.seen.columns import Feature, Span, features_of, span_of
from studio.data.seen.far import farthest
from studio.data.seen.twins import Place, Twins, exact_twins, near_twins


class ClassCount(NamedTuple):
    """A class of a target: its total over all parts, its share of all, and what it counts in each (None where there is
    no such part)."""

    name: str
    total: int
    share: float
    training: int
    validation: int
    test: int | None = None


class Numbers(NamedTuple):
    """A target of numbers: range, mean and standard deviation over all parts, and the mean absolute error of always
    giving the mean of the training part, in validation."""

    lowest: float
    highest: float
    mean: float
    std: float
    mean_alone: float


class Target(NamedTuple):
    """A target: its classes, or its numbers. ``per`` is what classes count: examples, or positions of masks."""

    name: str
    per: str
    classes: list[ClassCount]
    numbers: Numbers | None


class Seen(NamedTuple):
    """What there is to see; ``ordered_by_class`` tells that each class stands in one piece in the data, one behind the
    other. Twins are None where they are not looked for."""

    name: str
    examples: int
    parts: dict[str, int]
    split: str
    inputs: list[Span]
    columns: list[Feature]
    targets: list[Target]
    ordered_by_class: bool
    exact: Twins | None
    near: Twins | None
    warnings: list[str]
    farthest: Sequence[Place] = ()
    """The examples that lie farthest from what is usual."""
    groups: Sequence[str] = ()
    """The names of columns by which the rows could be parted."""
    unlisted: int = 0
    """How many columns of numbers are not among the ``columns``."""


def seen(data: Data, split: str) -> Seen:
    """Look at loaded data; ``split`` says in words how it was parted."""
    parts = data.sizes
    rows = [column for column in data.inputs.values() if column.features and not column.vocabulary]
    wide = sum(column.shape[0] for column in rows if len(column.shape) == 1)
    columns = [found for column in data.inputs.values() for found in features_of(column, data.first_target)]
    return Seen(
        data.name,
        sum(parts.values()),
        parts,
        "by the data itself" if data.own_split else split,
        [span_of(column) for column in data.inputs.values()],
        columns,
        [_target(column) for column in data.targets.values()],
        _is_ordered(data),
        exact_twins(data),
        near_twins(data),
        list(data.warnings),
        farthest(data),
        [
            column.name
            for column in data.columns
            if column.role == "input" and (column.taken or column.shape in ((), (1,)))
        ],
        max(0, wide - len(columns)),
    )


def _target(column: Column) -> Target:
    per = "positions" if column.shape else "examples"
    if column.classes is not None:
        counts = column.every_count
        total = sum(map(sum, counts.values())) or 1
        found = [ClassCount(name, sum(each), sum(each) / total, *each) for name, each in counts.items()]
        return Target(column.name, per, found, None)
    both = np.concatenate(column.every)
    mean = column.train.mean(0, dtype=np.float64)
    numbers = Numbers(
        float(both.min()),
        float(both.max()),
        float(both.mean(dtype=np.float64)),
        float(both.std(dtype=np.float64)),
        float(np.abs(column.validation - mean).mean()),
    )
    return Target(column.name, per, [], numbers)


def _is_ordered(data: Data) -> bool:
    target = data.first_target
    if target.classes is None or target.shape or data.rows is None:
        return False
    apart = [] if data.test_rows is None else [data.test_rows]
    order = np.argsort(np.concatenate([*data.rows, *apart]), kind="stable")
    labels = np.concatenate(target.every)[order]
    changes = int(np.count_nonzero(labels[1:] != labels[:-1]))
    return 1 <= changes == len(np.unique(labels)) - 1


def _class_facts(item: ClassCount) -> dict[str, Any]:
    there = {name: value for name, value in item._asdict().items() if value is not None}
    return {("count" if name == "total" else name): value for name, value in there.items()}


def as_json(found: Seen) -> dict[str, Any]:
    """What is seen as JSON data."""
    facts = found._asdict()
    first = found.targets[0]
    return {
        **{name: facts[name] for name in ("name", "examples", "parts", "split", "ordered_by_class", "warnings")},
        "classes": [*map(_class_facts, first.classes)],
        "targets": [
            {
                "name": item.name,
                "per": item.per,
                "classes": [*map(_class_facts, item.classes)],
                "numbers": item.numbers and item.numbers._asdict(),
            }
            for item in found.targets
        ],
        "inputs": [
            item._asdict() | {"vocabulary": item.vocabulary and item.vocabulary._asdict()} for item in found.inputs
        ],
        "columns": [item._asdict() for item in found.columns],
        "duplicates": {"exact": found.exact and found.exact.facts(), "near": found.near and found.near.facts()},
        "label_conflicts": found.exact.conflicts if found.exact else None,
    }
