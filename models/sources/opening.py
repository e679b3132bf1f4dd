"""A document from code alone: where Netloom wrote it, its Inputs stand in the table of layers in the docstring."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from math import inf

from models.basics.text import times
from models.codegen.module import generate
from models.document import MAIN, Content, Document
from models.document.edits import Batch
from models.kinds.layer import Shape
from models.network import Edge, Network, Node
from models.sources.following.defining import Definitions
from models.sources.following.flow import drawn
from models.sources.plain.outlining import outline
from models.sources.reading import Written, classes_of, read, written
from models.sources.recognizing.base import input_kind, output_kind
from models.sources.syntax.outline import ClassOutline, Problem

Table = Mapping[str, tuple[str, Shape]]
SIZES = (32, 28, 64, 96, 224)
"""Pixels of images that networks are usually made for."""
_ROW = re.compile(r"^(?P<id>[A-Za-z]\w*) +(?P<kind>[A-Za-z]\w*) +(?P<shape>\d+(?:×\d+)*)", re.ASCII)


def opened(text: str) -> tuple[Document, tuple[Problem, ...]]:
    """The document that code says, or the lines that cannot be drawn. Nothing is run."""
    found = outline(text)
    if found.problems or not found.classes:
        return Document(), found.problems or (Problem(1, "There is no class of a network here."),)
    best: tuple[Document, tuple[Problem, ...]] = Document(), ()
    rank = (-1.0, False, False)
    table = _table(found.tree)
    for inputs in _inputs_of_table(table) or _guesses(list(found.classes.values())[-1]):
        document, problems = _opened(text, list(found.classes)[-1], table, inputs)
        other = _reached(problems), _is_sound(document), _agrees(document, table)
        if other > rank:
            best, rank = (document, problems), other
        if rank == (inf, True, True):
            break
    return best


def _is_sound(document: Document) -> bool:
    """Whether a network has no errors."""
    return not any(issue.severity == "error" for issue in document.analysis.issues())


def _agrees(document: Document, table: Table) -> bool:
    """Whether the layers give what the table says."""
    shapes = {id: shape for id, (_, shape) in table.items() if id in document.network}
    return all(times(document.analysis[id].shape or ()) == times(shape) for id, shape in shapes.items())


def _reached(problems: tuple[Problem, ...]) -> float:
    """How far a source was followed: up to the first line that cannot be drawn."""
    return problems[0].line if problems else inf


def _opened(text: str, title: str, table: Table, inputs: list[Node]) -> tuple[Document, tuple[Problem, ...]]:
    document = Document(Network([node.copy() for node in inputs]))
    before = written(document, generate(document.network, document.analysis, title, chain=False))
    reading = read(text, before)
    if reading.problems:
        return Document(), reading.problems
    ends = _results(text, before)
    document.apply(Batch("Open code", reading.edits))
    called = _names(document.network, table)
    kind = output_kind().kind
    inner = [node for node in document.network if node.kind != kind]
    ids = [id for id, (sort, _) in table.items() if sort == kind]
    ids += [f"output{number}" for number in range(len(ids) + 1, len(ends) + 1)]
    outputs = [Node(id, kind) for id in ids[: len(ends)]]
    edges = [edge for edge in document.network.edges if document.network[edge.target].kind != kind]
    wires = [Edge(*end, node.id, node.inputs[0].name) for end, node in zip(ends, outputs, strict=True)]
    nodes = [node.copy(called.get(node.id)) for node in inner]
    network = Network([*nodes, *outputs], [_renamed(edge, called) for edge in [*edges, *wires]])
    blocks = {scope: part.copy() for scope, part in document.content.networks.items() if scope != MAIN}
    return Document(content=Content(network, blocks=blocks)), ()


def _renamed(edge: Edge, called: Mapping[str, str]) -> Edge:
    return edge._replace(source=called.get(edge.source, edge.source), target=called.get(edge.target, edge.target))


def _table(tree: ast.Module) -> Table:
    """The layers of the docstring: by name the kind and the shape of what it gives."""
    rows = filter(None, map(_ROW.match, (ast.get_docstring(tree) or "").split("\n")))
    return {row["id"]: (row["kind"], tuple(int(size) for size in row["shape"].split("×"))) for row in rows}


def _inputs_of_table(table: Table) -> list[list[Node]]:
    """The Inputs of the table, of one sort of numbers or the other, which the table does not say."""
    shapes = {id: shape for id, (sort, shape) in table.items() if sort == input_kind().kind}
    found = [[_input(id, shape, dtype) for id, shape in shapes.items()] for dtype in ("float", "int") if shapes]
    # One number alone is written as 1, too.
    bare = {id: () if shape == (1,) else shape for id, shape in shapes.items()}
    return [*found, [_input(id, shape, "float") for id, shape in bare.items()]] if bare != shapes else found


def _guesses(part: ClassOutline) -> list[list[Node]]:
    """Inputs that a network without a table may take: of as many channels as its first layer says, of usual sizes."""
    calls = (made.call for made in part.made.values())
    numbers = (node for call in calls for node in ast.walk(call) if isinstance(node, ast.Constant))
    first = next((node.value for node in numbers if isinstance(node.value, int) and node.value > 0), 3)
    images = [(first, size, size) for size in SIZES]
    usual = [*images, (first,), (16, first), (first, 64), (first, 16, 16, 16)]
    usual += [(3, size, size) for size in SIZES] + [(1, size, size) for size in SIZES]
    guesses = [[_input("input1", shape, "float")] for shape in dict.fromkeys(usual)]
    return [[Node("input1", input_kind().kind)], *guesses, [_input("input1", (16,), "int")]]


def _input(id: str, shape: Shape, dtype: str) -> Node:
    return Node(id, input_kind().kind, {"shape": list(shape), **({} if dtype == "float" else {"dtype": dtype})})


def _names(network: Network, table: Table) -> dict[str, str]:
    """What layers without a module are called in the table: they come in its order, kind by kind."""
    found: dict[str, str] = {}
    made = [node for node in network if node.layer is not None and not node.layer.has_module]
    for kind in {node.kind for node in made}:
        ids = [node.id for node in made if node.kind == kind]
        names = [id for id, (sort, _) in table.items() if sort == kind]
        if len(ids) == len(names) and not set(names) & (network.nodes.keys() - set(ids)):
            found |= dict(zip(ids, names, strict=True))
    return found


def _results(text: str, before: Written) -> list[tuple[str, str]]:
    """What the code gives back."""
    found, base = outline(text), before.bases[before.source.class_name]
    parts = classes_of(found, before)
    definitions = Definitions(found, before.bases, parts)
    part = parts[base.name]
    return drawn(definitions.beside(base, part), found, part, {}, definitions).results or []
