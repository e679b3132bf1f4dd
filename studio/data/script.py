"""Source text for exported training scripts, made of the very functions that Netloom itself runs."""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable
from textwrap import dedent
from typing import Any


def function_source(function: Callable[..., Any]) -> str:
    """The source of a plain function without its annotations, which would need imports of their own."""
    tree = ast.parse(dedent(inspect.getsource(function)))
    (definition,) = tree.body
    assert isinstance(definition, ast.FunctionDef)
    # A script imports these once at its top; here they are imported late to keep the window's start quick.
    late = ("    import numpy as np", "    from PIL import Image, ImageOps")
    lines = [line for line in inspect.getsource(function).splitlines() if line not in late]
    start = definition.body[0].lineno - 1
    names = [argument.arg for argument in definition.args.args]
    body = "\n".join(lines[start:]).replace('"""\n\n', '"""\n', 1)
    return f"def {definition.name}({', '.join(names)}):\n{body}\n"


_SPLIT = """    x, y = read_data()
    training, validation = split_indices(y, {fraction!r}, seed={seed!r}, by_class={by_class!r})
    x_train, y_train = x[training], y[training]
    x_validation, y_validation = x[validation], y[validation]"""
_HELD_OUT = "    x_train, y_train, x_validation, y_validation = read_data()"
_LOAD = '''
def load_data():
    """Training and validation examples, mean and standard deviation of the training part."""
{parts}
    mean, std = {measure}
    return x_train, y_train, x_validation, y_validation, mean, std
'''


def load_data_source(
    reading: str, fraction: float, seed: int, *, by_class: bool, normalize: bool, own_split: bool = False
) -> str:
    """A function `load_data` that splits and measures what `read_data` (defined by `reading`) gives.

    `read_data` returns x and y; with `own_split` x, y, x_validation and y_validation, as the data holds some out.
    """
    from studio.data.portable import split_indices, statistics

    parts = _HELD_OUT if own_split else _SPLIT.format(fraction=fraction, seed=seed, by_class=by_class)
    body = _LOAD.format(parts=parts, measure="statistics(x_train)" if normalize else "None, None")
    functions = [] if own_split else [function_source(split_indices)]
    functions += [function_source(statistics)] if normalize else []
    return "\n\n".join(["import numpy as np\n", reading.strip() + "\n", *functions, body.lstrip()])
