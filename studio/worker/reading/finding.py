"""What in a file gives data: a class, a function or something that is there already."""

from __future__ import annotations

import inspect
from pathlib import Path
from types import ModuleType
from typing import Any

from torch.utils.data import DataLoader, Dataset

from models.importers import ImportFailed
from studio.worker.importing.loading import MODULE

USUAL = (
    *("load_data", "make_data", "get_data", "read_data", "load_dataset", "make_dataset", "get_dataset"),
    *("load_datasets", "make_datasets", "get_datasets", "load", "data", "dataset", "datasets"),
)
"""Names of functions that are taken before others."""
SHOWN = 8


def find_maker(module: ModuleType, name: str, arguments: Any) -> tuple[str, Any]:
    """What has that name, or the only thing that can give data; raises `ImportFailed` with those there are."""
    if name:
        if not hasattr(module, name):
            raise ImportFailed(f"expected ‘{name[:40]}’ in it, found {_listed(_candidates(module))}.")
        return name, getattr(module, name)
    for group in _candidates(module):
        usable = [item for item in group if not _lacking(getattr(module, item), arguments)]
        if len(usable) == 1:
            return usable[0], getattr(module, usable[0])
        if usable:
            raise ImportFailed(f"several things in it can give data: {', '.join(usable[:SHOWN])}. Name one of them.")
    for item in (item for group in _candidates(module) for item in group):
        lacking = _lacking(getattr(module, item), arguments)
        raise ImportFailed(f"{item} needs {', '.join(lacking[:SHOWN])}: give arguments as JSON, by name.")
    raise ImportFailed("expected a torch.utils.data.Dataset, or a function that returns arrays, found neither in it.")


def _candidates(module: ModuleType) -> list[list[str]]:
    """Names of what may give data, what is surest first."""
    items = {name: item for name, item in vars(module).items() if not name.startswith("_")}
    own = {name: item for name, item in items.items() if getattr(item, "__module__", "") == MODULE}
    ready = [name for name, item in items.items() if isinstance(item, Dataset | DataLoader)]
    classes = {name: item for name, item in own.items() if isinstance(item, type) and _is_of_samples(item)}
    outer = [name for name, item in classes.items() if not any(_derives(other, item) for other in classes.values())]
    functions = [name for name, item in own.items() if inspect.isfunction(item)]
    usual = [name for name in functions if name in USUAL]
    return [ready, usual, outer, [name for name in functions if name not in usual]]


def _is_of_samples(kind: type) -> bool:
    return issubclass(kind, Dataset) or (hasattr(kind, "__getitem__") and hasattr(kind, "__len__"))


def _derives(kind: type, base: type) -> bool:
    return kind is not base and issubclass(kind, base)


def _listed(groups: list[list[str]]) -> str:
    names = [name for group in groups for name in group]
    return ", ".join(names[:SHOWN]) or "nothing that gives data"


def _lacking(item: Any, arguments: Any) -> list[str]:
    """The arguments that must be given and are not."""
    if not callable(item) or isinstance(item, Dataset):
        return []
    try:
        parameters = list(inspect.signature(item).parameters.values())
    except ValueError:
        return []
    if isinstance(arguments, list):
        parameters, arguments = parameters[len(arguments) :], {}
    free = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    needed = [item for item in parameters if item.default is item.empty and item.kind not in free]
    return [item.name for item in needed if item.name not in arguments]


def made_by(name: str, maker: Any, arguments: Any) -> Any:
    """What a class or function makes of the arguments, or what is there already; raises `ImportFailed`."""
    if isinstance(maker, Dataset | DataLoader) or not callable(maker):
        return maker
    if lacking := _lacking(maker, arguments):
        raise ImportFailed(f"{name} needs {', '.join(lacking[:SHOWN])}: give arguments as JSON, by name.")
    made = maker(*arguments) if isinstance(arguments, list) else maker(**arguments)
    if made is None or isinstance(made, str | bytes | Path | int | float):
        raise ImportFailed(f"{name} gave {type(made).__name__}: expected a data set, or arrays of inputs and targets.")
    return made
