"""Images as what a network is to give: inputs that are their own targets, and bytes as numbers from 0 to 1."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from models.data.facts import ColumnFacts
from studio.data.data import Column
from studio.data.errors import DataError
from studio.data.splitting.parting import in_parts


def aims(
    title: str, targets: Mapping[str, Column], inputs: Mapping[str, Column], wanted: Iterable[str]
) -> dict[str, Column]:
    """The targets, and behind them those inputs among the ``wanted`` names that are targets themselves; images among
    them in shades. Raises `DataError` where an input cannot be a target."""
    from studio.data.formats.streamed import is_streamed

    found = dict(targets)
    for name in wanted:
        if name in inputs and name not in found:
            column = inputs[name]
            refuse(title, name, tokens=column.dtype.kind == "i", streamed=is_streamed(column.train))
            found[name] = replace(column, mean=None, std=None)
    return {name: shaded(column) for name, column in found.items()}


def shaded(column: Column) -> Column:
    """Targets that are images as numbers from 0 to 1, by the brightest of the training part; others as they are."""
    from studio.data.portable import brightest, in_shades

    if column.classes is not None or column.dtype.name != "uint8":
        return column
    top = brightest(column.train)  # type: ignore[arg-type]  # which are bytes
    parts = [in_shades(part, top) for part in column.every]  # type: ignore[arg-type]
    return replace(in_parts(column, parts), shades=True)


def own_aims(
    title: str, targets: Iterable[ColumnFacts], inputs: Iterable[ColumnFacts], wanted: Iterable[str]
) -> dict[str, ColumnFacts]:
    """What is known of the columns that `aims` gives, by their names."""
    found = {column.name: column for column in targets}
    known = {column.name: column for column in inputs}
    for name in wanted:
        if name in known and name not in found:
            column = known[name]
            refuse(title, name, tokens=column.tokens, streamed=column.streamed)
            shades = len(column.shape) == 3
            span = (0.0, 1.0) if shades else column.span
            found[name] = replace(column, role="target", span=span, shades=shades)
    return found


def refuse(title: str, name: str, *, tokens: bool, streamed: bool) -> None:
    """Raise `DataError` for an input that cannot be a target."""
    if tokens:
        raise DataError(
            f"{title}: expected numbers or images as target, found the tokens of {name}. Use the usual target.",
            targets={},
        )
    if streamed:
        raise DataError(
            f"{title}: {name} is read as it comes and can't be its own target. Keep all examples in memory.",
            loading="resident",
        )
