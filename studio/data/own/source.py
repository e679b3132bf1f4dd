"""A program that gives data in an exported script: the same file is imported, in plain lines."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from models.codegen.formatting import literal, statement
from studio.data.script import function_source

_OPENING = '''
import contextlib
import importlib.util
import os
import random
import sys
from itertools import islice

import torch

{constants}


{functions}

def own_arrays():
    """What the file gives, as arrays by name."""
    random.seed(0)
    np.random.seed(0)
    torch.manual_seed(0)
    folder = os.path.dirname(FILE)
    sys.path.insert(0, folder)
    spec = importlib.util.spec_from_file_location("imported_file", FILE)
    module = importlib.util.module_from_spec(spec)
    sys.modules["imported_file"] = module
    with contextlib.chdir(folder):
        spec.loader.exec_module(module)
        made = getattr(module, NAME)
        if callable(made) and not isinstance(made, torch.utils.data.Dataset):
            made = made({arguments})
        return arrays_of(made, {most}, gathered)


'''


def opening_source(file: Path, name: str, arguments: dict[str, Any] | list[Any], most: int | None) -> str:
    """Python that defines `own_arrays()`, which gives what the child keeps."""
    from studio.data.own import samples

    constants = [
        *statement(0, f"FILE = {literal(str(file))}"),
        f"NAME = {literal(name)}",
        *statement(0, f"PARTS = {literal(list(samples.PARTS))}"),
        *statement(0, f"ARGUMENTS = {literal(arguments)}"),
    ]
    functions: tuple[Callable[..., Any], ...] = (
        *(samples.as_array, samples.named, samples.is_arrays, samples.parts_of),
        *(samples.samples_of, samples.stacked, samples.gathered, samples.arrays_of),
    )
    return _OPENING.format(
        constants="\n".join(constants),
        functions="\n\n".join(map(function_source, functions)),
        arguments="*ARGUMENTS" if isinstance(arguments, list) else "**ARGUMENTS",
        most=most,
    )
