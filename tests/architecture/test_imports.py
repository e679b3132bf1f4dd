"""Who may import whom: the contracts of pyproject.toml, what contracts cannot say, and what really gets loaded."""

from __future__ import annotations

import subprocess
import sys

import grimp
import pytest

from studio.app import WITHOUT_QT
from support import PACKAGES, ROOT, module_name, run_python, sources

WORKER = "studio.worker"
WORKER_MAY_IMPORT = ("models", "studio.data", "studio.runs", WORKER)
HEAVY = ("torch", "sklearn", "scipy", "PIL", "pyqtgraph", "networkx", "safetensors")

PROBE = """
import importlib, sys
names, banned = sys.argv[1].split(","), sys.argv[2].split(",")
for name in names:
    importlib.import_module(name)
    loaded = [package for package in banned if package in sys.modules]
    assert not loaded, f"import {name} loads {loaded}"
"""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, include_external_packages=True, cache_dir=None)


def within(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def modules(*packages: str) -> list[str]:
    """Their modules, without those that start a program when they are imported."""
    return [module_name(file) for file in sources(*packages) if file.name != "__main__.py"]


def assert_never_loaded(names: list[str], banned: tuple[str, ...]) -> None:
    result = run_python(PROBE, ",".join(names), ",".join(banned), environment={"QT_QPA_PLATFORM": "offscreen"})
    assert result.returncode == 0, result.stderr


def test_the_contracts_hold() -> None:
    command = [sys.executable, "-c", "from importlinter.cli import lint_imports_command as run; run()", "--no-cache"]
    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_worker_imports_nothing_else_of_the_studio(graph: grimp.ImportGraph) -> None:
    strays = {
        f"{module} -> {imported}"
        for module in graph.modules
        if within(module, (WORKER,))
        for imported in graph.find_modules_directly_imported_by(module)
        if within(imported, PACKAGES) and not within(imported, WORKER_MAY_IMPORT)
    }
    assert not strays


def test_only_the_worker_imports_torch(graph: grimp.ImportGraph) -> None:
    assert "torch" in graph.modules, "the worker imports torch, so the graph should know it"
    importers = {name for name in graph.find_modules_that_directly_import("torch") if not within(name, (WORKER,))}
    assert not importers


def test_nobody_imports_main(graph: grimp.ImportGraph) -> None:
    assert "main" not in graph.modules


def test_the_window_and_the_command_line_load_no_torch() -> None:
    assert_never_loaded([name for name in modules() if not within(name, (WORKER,))], ("torch",))


def test_models_load_neither_qt_nor_torch() -> None:
    assert_never_loaded(modules("models"), ("PySide6", "torch", "pyqtgraph", "sklearn", "widgets", "studio"))


def test_the_worker_loads_no_qt() -> None:
    assert_never_loaded(modules("studio/worker", "studio/data", "studio/runs"), ("PySide6", "pyqtgraph", "widgets"))


def test_the_command_line_loads_neither_qt_nor_torch_until_it_needs_them() -> None:
    assert_never_loaded(["studio.cli"], ("PySide6", "numpy", *HEAVY))


def test_the_window_opens_before_anything_heavy_is_loaded() -> None:
    behind_it = ("models.checks.training", "models.codegen.augmenting", "models.sources")
    assert_never_loaded(["studio.app", "studio.window.main_window"], ("numpy", *behind_it, *HEAVY))


def test_what_the_window_loads_before_qt_holds_none_of_it() -> None:
    assert_never_loaded(list(WITHOUT_QT), ("PySide6",))


def test_the_window_is_imported_without_a_look_at_its_sources() -> None:
    code = """
import linecache, sys
from studio import app
app.import_unread()
import studio.window.main_window
from PySide6.QtGui import *  # of which PySide still makes each class when it is asked for
QPageLayout
own = [name for name in sys.modules if name.startswith(("models.", "widgets.", "studio."))]
read = [name for name in own if sys.modules[name].__file__ in linecache.cache]
assert not read, read
"""
    result = run_python(code, environment={"QT_QPA_PLATFORM": "offscreen"})
    assert result.returncode == 0, result.stderr
