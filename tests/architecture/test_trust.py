"""Nothing of a file is run: no pickles, no code out of data, and one place where generated source is executed."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

from support import ROOT, module_name, sources

FORBIDDEN = {
    *("eval", "exec", "compile", "__import__", "os.system", "os.popen", "torch.load", "torch.save", "runpy.run_path"),
    *("pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "yaml", "code", "runpy"),
    "spec.loader.exec_module",
    *("torch.jit", "torch.hub", "numpy.load", "np.load", "pandas.read_pickle"),
}
"""Calls that run what they are given, and modules that hold nothing else."""
ALLOWED = {
    ("studio.worker.training.plan", "exec"),
    ("studio.worker.training.plan", "compile"),
    ("studio.worker.training.loop", "torch.load"),
    ("studio.worker.importing.loading", "spec.loader.exec_module"),
}
"""Source that was generated here or trusted by its user (`studio.runs.source`); state dicts, numbers alone; and a file
that its user asked to import, in a child with limits."""
STARTERS = {
    "studio.data.formats.processes": "multiprocessing",
    "studio.processes.limited": "subprocess",
    "studio.running.client": "subprocess",
    "studio.processes.waited": "subprocess",
    "studio.versions.git": "subprocess",
    "studio.worker.importing.limits": "os.fork",
    "studio.worker.process.neighbors": "subprocess",
    "studio.worker.ranks.spawning": "subprocess",
}
"""Who may start processes: the worker; the child in which a file that its user named is run, and its limits; git’s
plumbing, of which nothing that a repository configures is run; and what places points, what helps to train, what
decodes images and what exports, Netloom's own modules that end with whoever started them."""


def dotted(node: ast.expr) -> str:
    """``torch.load`` of a name and its attributes as they are written; ``….load`` of anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join(reversed([*names, node.id if isinstance(node, ast.Name) else "…"]))


@cache
def uses(file: Path) -> frozenset[str]:
    """Names that a file calls or imports, as they are written."""
    return frozenset(_uses(file))


def _uses(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call):
            yield dotted(node.func)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def test_what_is_looked_for_is_found(tmp_path: Path) -> None:
    (tmp_path / "x.py").write_text("import pickle\nfrom os import system\nvalue = eval('1')\ntorch.load('x')\n")
    assert uses(tmp_path / "x.py") & (FORBIDDEN | {"os.system"}) == {"pickle", "os.system", "eval", "torch.load"}


@pytest.mark.R8
def test_nothing_runs_what_comes_out_of_a_file(figure: Callable[[str], None]) -> None:
    files = [*sources(), ROOT / "main.py"]
    found = {(module_name(file), name) for file in files for name in uses(file) if name in FORBIDDEN}
    assert found == ALLOWED
    figure(f"{len(files)} files: no pickle, no eval; generated source is executed in one place")


def test_state_dicts_are_read_as_numbers_alone() -> None:
    calls = [
        ast.unparse(node)
        for file in sources()
        if "torch.load" in uses(file)
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and dotted(node.func) == "torch.load"
    ]
    assert calls and all("weights_only=True" in call for call in calls)


def test_processes_are_started_in_few_places() -> None:
    names = {"subprocess", "multiprocessing", "os.fork", "os.posix_spawn", "os.execv", "os.spawnv"}
    assert {module_name(file): name for file in sources() for name in uses(file) if name in names} == STARTERS
