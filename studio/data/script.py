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
    late = ("    import numpy as np", "    from PIL import Image")
    lines = [line for line in inspect.getsource(function).splitlines() if line not in late]
    start = definition.body[0].lineno - 1
    names = [argument.arg for argument in definition.args.args]
    body = "\n".join(lines[start:]).replace('"""\n\n', '"""\n', 1)
    return f"def {definition.name}({', '.join(names)}):\n{body}\n"


def load_data_source(reading: str, fraction: float, seed: int, by_class: bool, normalize: bool) -> str:
    """A function `load_data` that splits and measures what `read_data` (defined by `reading`) gives.

    `read_data` returns x and y, or x, y, x_validation and y_validation where the data says itself what is held out.
    """
    from studio.data.portable import split_indices, statistics

    measure = "statistics(x_train)" if normalize else "(None, None)"
    body = f'''
def load_data():
    """Training and validation examples, and the mean and standard deviation of the training part."""
    parts = read_data()
    if len(parts) == 4:
        x_train, y_train, x_validation, y_validation = parts
    else:
        x, y = parts
        training, validation = split_indices(y, {fraction!r}, {seed!r}, {by_class!r})
        x_train, y_train, x_validation, y_validation = x[training], y[training], x[validation], y[validation]
    mean, std = {measure}
    return x_train, y_train, x_validation, y_validation, mean, std
'''
    functions = [function_source(split_indices)] + ([function_source(statistics)] if normalize else [])
    return "\n\n".join(["import numpy as np\n", reading.strip() + "\n", *functions, body.lstrip()])
