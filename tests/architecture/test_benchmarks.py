"""Benchmarks are run by hand: what they import must be there, or nobody notices that they broke."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
OWN = ("benchmarks", "models", "widgets", "studio", "tools")


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("*.py")), ids=lambda path: path.stem)
def test_what_a_benchmark_imports_of_ours_is_there(path: Path) -> None:
    tree = ast.parse(path.read_text())
    for found in ast.walk(tree):
        if isinstance(found, ast.ImportFrom) and found.module and found.module.split(".")[0] in OWN:
            module = importlib.import_module(found.module)
            missing = [alias.name for alias in found.names if not hasattr(module, alias.name)]
            missing = [name for name in missing if not _is_module(f"{found.module}.{name}")]
            assert not missing, f"{path.name}:{found.lineno} imports {missing} from {found.module}"


@pytest.mark.parametrize("name", ["training", "samples"])
def test_the_methods_that_a_benchmark_times_are_there(name: str) -> None:
    module = importlib.import_module(f"benchmarks.{name}")
    timed = [item for value in vars(module).values() if isinstance(value, list) for item in value]
    places = [item for item in timed if isinstance(item, tuple) and len(item) == 2 and isinstance(item[0], type)]
    assert places and all(callable(getattr(owner, method, None)) for owner, method in places), places


def _is_module(name: str) -> bool:
    return importlib.util.find_spec(name) is not None
