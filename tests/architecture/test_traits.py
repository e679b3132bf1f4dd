"""Kinds of layers are asked for what they are: no name of one is written outside their folder."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.kinds.layer import FAMILIES
from models.layers import LAYERS
from support import ROOT

ALLOWED = {
    # Words on the screen, in tables and in sentences, which happen to be names of kinds.
    ("widgets/inspector/parts.py", "Input"),
    ("widgets/inspector/parts.py", "Output"),
    ("models/codegen/module.py", "Output"),
    ("models/kinds/arithmetic.py", "Add"),
    ("widgets/inspector/parameters.py", "Add"),
    ("studio/workspaces/inspect/tables.py", "Threshold"),
    ("studio/workspaces/train/run_panel.py", "Average"),
    ("studio/trained/averaging.py", "Average"),
    ("studio/data/__init__.py", "Split"),
    ("studio/cli/data/written.py", "Mean"),
    ("widgets/data/details.py", "Split"),
    ("widgets/runs/run_list.py", "Fold"),
    ("widgets/runs/run_list.py", "Unfold"),
}
"""Literals that are no question for a kind, by file."""
READERS = ("models/importers", "studio/worker/importing/settings.py")
"""Tables from the names of other programs to those of kinds, which are what they are about."""
SHORTEST_PART = 3
"""Letters from which on a part of a name tells kinds apart."""


def sources() -> list[Path]:
    files = [path for folder in ("models", "studio", "widgets") for path in (ROOT / folder).rglob("*.py")]
    return [
        path for path in files if not any(path.is_relative_to(ROOT / place) for place in ("models/layers", *READERS))
    ]


def names_in(tree: ast.AST) -> Iterator[ast.Constant]:
    """Literals that are the name of a kind; where a family has the same name, that is meant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and node.value in LAYERS and node.value not in FAMILIES:
            yield node


def guesses_in(tree: ast.AST) -> Iterator[ast.AST]:
    """Comparisons of what is called ``kind`` with a name, or a part of one: ``node.kind.startswith("BatchNorm")``."""
    for node in ast.walk(tree):
        parts: list[ast.expr] = []
        if isinstance(node, ast.Compare):
            parts = [node.left, *node.comparators]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            parts = [node.func.value, *node.args]
        asks = any(isinstance(part, ast.Attribute) and part.attr == "kind" for part in parts)
        literals = (inner for part in parts for inner in ast.walk(part) if isinstance(inner, ast.Constant))
        if asks and any(is_part_of_a_name(literal.value) for literal in literals):
            yield node


def is_part_of_a_name(value: object) -> bool:
    return isinstance(value, str) and len(value) >= SHORTEST_PART and any(value in name for name in LAYERS)


@pytest.mark.parametrize("path", sources(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_no_file_asks_for_a_kind_by_name(path: Path) -> None:
    tree, place = ast.parse(path.read_text(encoding="utf-8")), path.relative_to(ROOT).as_posix()
    named = [(node.lineno, node.value) for node in names_in(tree) if (place, node.value) not in ALLOWED]
    assert not named, f"{place} names kinds of layers; ask for a trait of `models.kinds.layer.Layer`"
    assert not [ast.unparse(node) for node in guesses_in(tree)]


def test_what_is_allowed_is_there() -> None:
    """An entry that is not needed any more goes."""
    for place, name in ALLOWED:
        tree = ast.parse((ROOT / place).read_text(encoding="utf-8"))
        assert name in {node.value for node in names_in(tree)}, (place, name)


@pytest.mark.parametrize(
    "line",
    [
        'node.kind == "Conv2d"',
        'node.kind in {"Add", "Multiply"}',
        'node.kind != "Linear"',
        'node.kind.startswith("BatchNorm")',
        '"Pool" in node.kind',
        'Node("a", "Flatten")',
    ],
)
def test_questions_by_name_are_noticed(line: str) -> None:
    tree = ast.parse(line)
    assert [*names_in(tree), *guesses_in(tree)]


@pytest.mark.parametrize("line", ['dtype.kind == "f"', 'data.kind == "numpy"', 'color("Linear")', "node.kind == kind"])
def test_other_questions_are_left_alone(line: str) -> None:
    tree = ast.parse(line)
    assert not [*names_in(tree), *guesses_in(tree)]
