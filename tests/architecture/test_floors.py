"""The picture of the house: rooms of a dozen files, nothing loose beside them, no way round in a circle."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import grimp
import networkx as nx
import pytest

from support import PACKAGES, ROOT

DOZEN = 12
DOORS = {"__init__.py", "__main__.py"}
LOOSE = {"models": set[str](), "widgets": set[str](), "studio": {"app.py"}}
"""What stands beside the folders of a package: the door to the window, and nothing else."""


@pytest.fixture(scope="module")
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(*PACKAGES, cache_dir=None)


def folders() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (file.parent for file in (ROOT / package).rglob("__init__.py"))


def circles(graph: grimp.ImportGraph) -> list[list[str]]:
    """Sets of files that reach each other by imports, type-only ones counted."""
    arrows = nx.DiGraph(
        (module, imported) for module in graph.modules for imported in graph.find_modules_directly_imported_by(module)
    )
    return [sorted(knot) for knot in nx.strongly_connected_components(arrows) if len(knot) > 1]


@pytest.mark.parametrize("folder", [*folders()], ids=lambda folder: str(folder.relative_to(ROOT)))
def test_a_folder_holds_a_dozen_files_at_most(folder: Path) -> None:
    files = sorted(file.name for file in folder.glob("*.py") if file.name not in DOORS)
    assert len(files) <= DOZEN, f"{len(files)} files: divide the folder by the ideas in it"


@pytest.mark.parametrize("package", PACKAGES)
def test_nothing_lies_beside_the_folders(package: str) -> None:
    assert {file.name for file in (ROOT / package).glob("*.py")} - DOORS == LOOSE[package]


def test_no_file_imports_itself_by_a_way_round(graph: grimp.ImportGraph) -> None:
    assert not circles(graph)


def test_a_circle_would_be_found() -> None:
    graph = grimp.ImportGraph()
    for name in ("a", "b", "c", "d"):
        graph.add_module(name)
    for importer, imported in (("a", "b"), ("b", "c"), ("c", "a"), ("c", "d")):
        graph.add_import(importer=importer, imported=imported)
    assert circles(graph) == [["a", "b", "c"]]
