"""Source text for exported training scripts, made of the very functions that Netloom itself runs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from models.codegen.formatting import literal, statement
from models.codegen.portable import portable


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


def load_data_source(
    reading: str,
    fraction: float,
    seed: int,
    *,
    by_class: bool,
    normalize: bool,
    own_split: bool = False,
    sides: Sides = ONE_EACH,
    shares: bool = False,
) -> str:
    """A function `load_data` that splits and measures what `read_data` (defined by `reading`) gives.

    `read_data` returns x and y; with `own_split` x, y, x_validation and y_validation, as the data holds some out. On a
    side of several ids each of them is a dictionary by these, which is made here of a single array if it ``shares``.
    """
    from studio.data.portable import split_indices, statistics

    parts = _parts(sides, shares, own_split, f"{fraction!r}, seed={seed!r}, by_class={by_class!r}")
    measure = (_MEASURE_EACH if sides.x else _MEASURE) if normalize else _unmeasured(sides)
    body = _LOAD.format(parts="\n".join(parts), measure=measure)
    functions = [] if own_split else [function_source(split_indices)]
    functions += [function_source(statistics)] if normalize else []
    return "\n\n".join(["import numpy as np\n", reading.strip() + "\n", *functions, body.lstrip()])


def _unmeasured(sides: Sides) -> str:
    value = "dict.fromkeys(x_train)" if sides.x else "None"
    return f"    mean, std = {value}, {value}"


def _parts(sides: Sides, shares: bool, own_split: bool, how: str) -> list[str]:
    """Lines that make the four parts out of what `read_data` gives."""
    names = ["x_train", "y_train", "x_validation", "y_validation"] if own_split else ["x", "y"]
    lines = [f"    {', '.join(names)} = read_data()"]
    for name in names if shares else []:
        ids = getattr(sides, name[0])
        lines += statement(4, f"{name} = dict.fromkeys({literal(list(ids))}, {name})") if ids else []
    if own_split:
        return lines
    first = f"y[{literal(sides.y[0])}]" if sides.y else "y"
    lines.append(f"    training, validation = split_indices({first}, {how})")
    return [*lines, *_part("train", "training", sides), *_part("validation", "validation", sides)]


def _part(part: str, rows: str, sides: Sides) -> list[str]:
    made = [
        f"{{name: values[{rows}] for name, values in {side}.items()}}" if ids else f"{side}[{rows}]"
        for side, ids in zip(("x", "y"), sides, strict=True)
    ]
    if any(sides):
        return [f"    {side}_{part} = {value}" for side, value in zip(("x", "y"), made, strict=True)]
    return [f"    x_{part}, y_{part} = {', '.join(made)}"]
