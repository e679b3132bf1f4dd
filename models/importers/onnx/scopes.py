"""Where an operator lies among the modules that it was exported from, as its name or its metadata tell."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from models.importers.records import Recorder, Scope

NAMES, CLASSES = "pkg.torch.onnx.name_scopes", "pkg.torch.onnx.class_hierarchy"
TORCH = "torch.nn.modules."
WORD = re.compile(r"[A-Za-z]+")


class Level(NamedTuple):
    """A module around an operator: its attribute, its class where it is known, and its path."""

    name: str
    kind: str
    path: str


class Scopes:
    """The scopes of all operators of a graph, each made once."""

    def __init__(self, nodes: Sequence[Any]) -> None:
        self._made: dict[str, Scope] = {}
        levels = {id(node): levels_of(node) for node in nodes if node.op_type != "Constant"}
        self._levels = levels
        paths = [found[-1].path for found in levels.values() if found]
        inner = {level.path for found in levels.values() for level in found[:-1]}
        # A module of a single operator is a layer by itself.
        self._leaves = {path for path, count in Counter(paths).items() if count == 1 and path not in inner}

    def place(self, node: Any) -> tuple[Scope | None, str, str]:
        """The scope around an operator, what to call the layer, and the path of its own module, "" for none."""
        levels = self._levels.get(id(node), [])
        leaf = levels[-1] if levels and (levels[-1].path in self._leaves or levels[-1].kind.startswith(TORCH)) else None
        around = levels[:-1] if leaf else levels
        scope: Scope | None = None
        for level in around:
            if level.path not in self._made:
                kind = "" if level.kind.startswith(TORCH) else level.kind.rpartition(".")[2]
                self._made[level.path] = Recorder.scope(level.name, kind, scope, level.path)
            scope = self._made[level.path]
        return (scope, leaf.name, leaf.path) if leaf else (scope, "", "")


def levels_of(node: Any) -> list[Level]:
    """The modules around an operator from the outermost on, as the exporter of PyTorch notes them, or by its name:
    ``/layer1/layer1.0/conv1/Conv``."""
    told = {entry.key: entry.value for entry in node.metadata_props}
    names, classes = _listed(told.get(NAMES, "")), _listed(told.get(CLASSES, ""))
    if names and len(names) == len(classes):
        pairs = [(name, kind) for name, kind in zip(names, classes, strict=True)][:-1]
        return [Level(name.rpartition(".")[2], kind, name) for name, kind in pairs if name]
    parts = [part for part in node.name.split("/")[:-1] if part]
    found: list[Level] = []
    for count, part in enumerate(parts, 1):
        name = part.rpartition(".")[2]
        found.append(Level(name, _kind(part), "/".join(parts[:count])))
    return found


def _kind(part: str) -> str:
    """What a numbered module is called: one of ``layer1`` a Layer; others only hold."""
    stem, _, last = part.rpartition(".")
    word = WORD.match(stem.rpartition(".")[2])
    return word[0].capitalize() if last.isdigit() and word else ""


def _listed(text: str) -> list[str]:
    try:
        found = ast.literal_eval(text) if text else []
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return []
    return [str(item) for item in found] if isinstance(found, list) else []
