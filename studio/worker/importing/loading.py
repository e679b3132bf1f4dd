"""The network in a file of Python: the file is run, and what it defines is made."""

from __future__ import annotations

import inspect
import json
import sys
from collections.abc import Callable, Mapping
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from torch import nn

from models.basics.text import counted
from models.importers import ImportFailed

MODULE = "imported_file"


def load_file(path: Path) -> ModuleType:
    """Run a file as a module; what lies beside it can be imported by it."""
    spec = spec_from_file_location(MODULE, path)
    if spec is None or spec.loader is None:
        raise ImportFailed(f"expected a file that ends in .py, found {path.name}.")
    module = module_from_spec(spec)
    sys.modules[MODULE] = module
    sys.path.insert(0, str(path.parent))
    sys.argv = [str(path)]  # many read their settings from the command line as soon as they are imported
    spec.loader.exec_module(module)
    return module


def find_network(module: ModuleType, name: str) -> Any:
    """The class, function or network of that name, or the only one; raises `ImportFailed` with those there are."""
    if name:
        found = getattr(module, name, None)
        if found is None:
            raise ImportFailed(f"{Path(str(module.__file__)).name} has no ‘{name:.40}’. It has {_names(module)}.")
        return found
    candidates = networks_in(module)
    if len(candidates) != 1:
        found_here = f"{counted(len(candidates), 'network')}" if candidates else "no network"
        hint = f": choose one of {_names(module)} by FILE.py:NAME" if candidates else ""
        raise ImportFailed(f"{Path(str(module.__file__)).name} has {found_here}{hint}.")
    return next(iter(candidates.values()))


def networks_in(module: ModuleType) -> dict[str, Any]:
    """The networks that a module holds or defines; classes that are part of another one are none of their own."""
    items = {name: item for name, item in vars(module).items() if not name.startswith("_")}
    made = {name: item for name, item in items.items() if isinstance(item, nn.Module)}
    if made:
        return made
    classes = {
        name: item
        for name, item in items.items()
        if isinstance(item, type) and issubclass(item, nn.Module) and item.__module__ == MODULE
    }
    inner = {
        name for name in classes if any(_uses(other, name) for other in classes.values() if other is not classes[name])
    }
    return {name: item for name, item in classes.items() if name not in inner} or classes


def _uses(kind: type[nn.Module], name: str) -> bool:
    """Whether a method of a class names another class."""
    codes = [item.__code__ for item in vars(kind).values() if inspect.isfunction(item)]
    based = any(base.__name__ == name for base in kind.__mro__[1:])
    return based or any(name in code.co_names or _nested(code, name) for code in codes)


def _nested(code: Any, name: str) -> bool:
    inner = [item for item in code.co_consts if inspect.iscode(item)]
    return any(name in item.co_names or _nested(item, name) for item in inner)


def _names(module: ModuleType) -> str:
    found = list(networks_in(module)) or ["no networks"]
    return ", ".join(found[:8]) + (" …" if len(found) > 8 else "")


def make_network(found: Any, arguments: Any) -> tuple[nn.Module, dict[str, Any]]:
    """The network that a class or function makes of the arguments it knows; those left are for its forward."""
    if isinstance(found, nn.Module):
        return found, dict(arguments) if isinstance(arguments, Mapping) else {}
    if not callable(found):
        raise ImportFailed(f"expected a class, a function or a network, found {type(found).__name__}.")
    if isinstance(arguments, list):
        made, rest = found(*arguments), {}
    else:
        mine = {name: value for name, value in arguments.items() if _takes(found, name)}
        made, rest = found(**mine), {name: value for name, value in arguments.items() if name not in mine}
    if not isinstance(made, nn.Module):
        raise ImportFailed(f"expected {found.__name__} to make a torch.nn.Module, found {type(made).__name__}.")
    unknown = next((name for name in rest if not _takes(made.forward, name)), None)
    if unknown is not None:
        raise ImportFailed(f"neither {found.__name__} nor its forward takes an argument ‘{unknown:.40}’.")
    return made, rest


def _takes(function: Callable[..., Any], name: str) -> bool:
    parameters = inspect.signature(function).parameters.values()
    return any(item.name == name or item.kind is item.VAR_KEYWORD for item in parameters)


def arguments_from(text: str) -> Any:
    """The arguments in JSON: an object of names and values, or a list. Raises `ImportFailed`."""
    try:
        value = json.loads(text or "{}")
    except ValueError as error:
        raise ImportFailed(
            f'expected --args as JSON such as {{"num_classes": 10}}, found ‘{text:.40}’: {error}.'
        ) from None
    if not isinstance(value, dict | list):
        raise ImportFailed(f"expected --args as a JSON object or list, found ‘{text:.40}’.")
    return value
