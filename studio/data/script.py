"""Source text for exported training scripts, made of the very functions that Netloom itself runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from models.codegen.formatting import literal, statement
from models.codegen.portable import portable
from studio.data.splitting.splitting import Splitting

if TYPE_CHECKING:
    from studio.data.texts.tokens import Numbering


def function_source(function: Callable[..., Any]) -> str:
    """The source of a plain function for a script."""
    # A script imports these once at its top; here they are imported late to keep the window's start quick.
    late = ("    import numpy as np", "    from PIL import Image, ImageOps")
    lines = [line for line in portable(function).splitlines() if line not in late]
    return "\n".join(lines).replace('"""\n\n', '"""\n', 1) + "\n"


class Sides(NamedTuple):
    """The ids of a side on which several columns are bound; with none it is a single array."""

    x: Sequence[str] = ()
    y: Sequence[str] = ()


ONE_EACH = Sides()
Numbers = tuple[Mapping[str, Mapping[int, int]], Sequence[int], int | None]
"""Corrections: class indices by Output and row, rows that are left out, and where validation begins if the data says
that."""
NO_CORRECTIONS: Numbers = ({}, (), None)
ALL = "{rows}"
"""An expression over rows that takes every one of them."""

_LOAD = '''
def load_data():
    """Training and validation examples, mean and standard deviation of the training part."""
{parts}
{measure}
    return x_train, y_train, x_validation, y_validation, mean, std
'''
_MEASURE = "    mean, std = statistics(x_train)"
_MEASURE_EACH = """    mean, std = dict.fromkeys(x_train), dict.fromkeys(x_train)
    for name, values in x_train.items():
        if values.dtype != np.int64:  # tokens stay as they are
            mean[name], std[name] = statistics(values)"""
_SAMPLE_EACH = "    mean, std = statistics(next(iter(x_train.values())).sample())\n" + (
    "    mean, std = dict.fromkeys(x_train, mean), dict.fromkeys(x_train, std)"
)


def load_data_source(
    reading: str,
    splitting: Splitting,
    *,
    by_class: bool,
    normalize: bool,
    own_split: bool = False,
    sides: Sides = ONE_EACH,
    shares: bool = False,
    training_share: float = 1.0,
    resample: int = 0,
    sampled: bool = False,
    corrections: Numbers = NO_CORRECTIONS,
    gaps: Sequence[str] = (),
    numbering: Numbering | None = None,
    tokens_follow: bool = False,
) -> str:
    """A function `load_data` that splits and measures what `read_data` (defined by `reading`) gives.

    `read_data` returns x and y; with `own_split` x, y, x_validation and y_validation, as the data holds some out. On a
    side of several ids each of them is a dictionary by these, which is made here of a single array if it ``shares``.
    The ``gaps`` of some Inputs are filled behind the split, by the training part. A column by which
    rows are parted comes behind x and y where the user names it.
    With a ``numbering`` tokens get their IDs by the training part, and so do targets that are the tokens that follow.
    ``corrections`` come after the split, and of what is left ``training_share`` is trained on, with ``resample`` drawn
    again by that number; mean and standard deviation are those of a sample if it is ``sampled``.
    """
    from studio.data.portable import (
        filled,
        medians,
        resampled_rows,
        some_rows,
        spread_rows,
        statistics,
    )
    from studio.data.texts.tokens import token_ids

    taken = ALL
    if training_share < 1.0:
        taken = f"some_rows({taken}, share={training_share!r}, seed={splitting.seed!r})"
    if resample:
        taken = f"resampled_rows({taken}, seed={resample!r})"
    split = None if own_split else splitting
    parts = _parts(sides, shares, split, by_class, corrections, taken)
    if numbering is not None:
        parts[1:1] = _token_lines(numbering, split, tokens_follow, by_class)
    parts += [line for id in gaps for line in _filling(f"[{literal(id)}]" if id and sides.x else "")]
    measure = (_MEASURE_EACH if sides.x else _MEASURE) if normalize else _unmeasured(sides)
    if sampled and normalize:
        measure = _SAMPLE_EACH if sides.x else "    mean, std = statistics(x_train.sample())"
    body = _LOAD.format(parts="\n".join(parts), measure=measure)
    functions = [] if own_split else [*map(function_source, splitting.functions)]
    functions += [function_source(some_rows)] if training_share < 1.0 else []
    functions += [function_source(resampled_rows)] if resample else []
    functions += [function_source(token_ids)] if numbering is not None else []
    functions += [function_source(medians), function_source(filled)] if gaps else []
    functions += [function_source(statistics)] if normalize else []
    functions += [function_source(spread_rows)] if sampled and "spread_rows(" in reading else []
    return "\n\n".join(["import numpy as np\n", reading.strip() + "\n", *functions, body.lstrip()])


def _filling(key: str) -> list[str]:
    """Lines that fill the gaps of one Input."""
    filled = [f"    x_{part}{key} = filled(x_{part}{key}, middle)" for part in ("train", "validation")]
    return [f"    middle = medians(x_train{key})", *filled]


def _token_lines(numbering: Numbering, split: Splitting | None, follow: bool, by_class: bool) -> list[str]:
    """Lines that give tokens, numbered as they came, the IDs of the training part's vocabulary."""
    limits = f"size={numbering.size}, rarest={numbering.rarest}"
    names = ["x"] if split else ["x_train", "x_validation"]
    seen, count = "x_train", "max(x_train.max(), x_validation.max()) + 1"
    if split:
        seen, count = f"x[{split.source('x', 'y', by_class)}[0]]", "x.max() + 1"
    names += [name.replace("x", "y", 1) for name in names] if follow else []
    return [*statement(4, f"ids = token_ids({seen}, {count}, {limits})"), *(f"    {n} = ids[{n}]" for n in names)]


def _unmeasured(sides: Sides) -> str:
    value = "dict.fromkeys(x_train)" if sides.x else "None"
    return f"    mean, std = {value}, {value}"


def _parts(
    sides: Sides, shares: bool, split: Splitting | None, by_class: bool, corrections: Numbers, taken: str
) -> list[str]:
    """Lines that make the four parts out of what `read_data` gives, which has both parts if there is nothing to
    split."""
    names = ["x", "y"] if split else ["x_train", "y_train", "x_validation", "y_validation"]
    given = [*names, split.column] if split and split.column else names
    lines = [f"    {', '.join(given)} = read_data()"]
    for name in names if shares else []:
        ids = getattr(sides, name[0])
        lines += statement(4, f"{name} = dict.fromkeys({literal(list(ids))}, {name})") if ids else []
    key = f"[{literal(sides.y[0])}]" if sides.y else ""
    if split is None:
        return [*lines, *_own_corrections(sides, key, corrections), *_taken_of_its_own(sides, key, taken)]
    labels, out, _ = corrections
    x = f"x[{literal(sides.x[0])}]" if sides.x else "x"
    lines += statement(4, f"training, validation = {split.source(x, f'y{key}', by_class)}")
    for id, own in labels.items():
        lines += _relabeled(f"y{_key(id, sides)}", own)
    if out:
        lines += statement(4, f"left_out = {literal(list(out))}")
        lines += [f"    {rows} = {rows}[~np.isin({rows}, left_out)]" for rows in ("training", "validation")]
    if taken != ALL:
        lines += statement(4, f"training = {taken.format(rows='training')}")
    return [*lines, *_part("train", "training", sides), *_part("validation", "validation", sides)]


def _taken_of_its_own(sides: Sides, key: str, taken: str) -> list[str]:
    """Lines that take some rows of a training part that the data has of its own."""
    if taken == ALL:
        return []
    rows = taken.format(rows=f"np.arange(len(y_train{key}))")
    return [*statement(4, f"taken = {rows}"), *_part("train", "taken", sides, "_train")]


def _own_corrections(sides: Sides, key: str, corrections: Numbers) -> list[str]:
    """Lines that correct parts that the data has of its own."""
    labels, out, training = corrections
    lines = []
    for part, first, last in (("train", 0, training or 0), ("validation", training or 0, math.inf)):
        for id, after in labels.items():
            own = {row - first: label for row, label in after.items() if first <= row < last}
            lines += _relabeled(f"y_{part}{_key(id, sides)}", own)
        gone = [row - first for row in out if first <= row < last]
        if gone:
            lines += statement(4, f"kept = np.setdiff1d(np.arange(len(y_{part}{key})), {literal(gone)})")
            lines += _part(part, "kept", sides, f"_{part}")
    return lines


def _key(id: str, sides: Sides) -> str:
    """How the target of an Output is taken out of its side."""
    return f"[{literal(id)}]" if sides.y else ""


def _relabeled(target: str, labels: Mapping[int, int]) -> list[str]:
    """Lines that give some rows other classes."""
    if not labels:
        return []
    rows = statement(4, f"relabeled = {literal(list(labels))}")
    return [*rows, *statement(4, f"{target}[relabeled] = {literal(list(labels.values()))}")]


def _part(part: str, rows: str, sides: Sides, source: str = "") -> list[str]:
    made = [
        f"{{name: values[{rows}] for name, values in {side}{source}.items()}}" if ids else f"{side}{source}[{rows}]"
        for side, ids in zip(("x", "y"), sides, strict=True)
    ]
    if any(sides):
        return [f"    {side}_{part} = {value}" for side, value in zip(("x", "y"), made, strict=True)]
    return [f"    x_{part}, y_{part} = {', '.join(made)}"]
