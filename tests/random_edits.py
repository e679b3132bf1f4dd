"""Random documents and edits out of plain numbers, so that Hypothesis can shrink them and a soak can pour them out."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterator

from hypothesis import strategies as st

from models.document import Document
from models.document.edits import (
    AddNode,
    AddNodes,
    Batch,
    Connect,
    Disconnect,
    Edit,
    Move,
    RemoveNodes,
    Rename,
    SetParam,
    SetSection,
    insert_on_edge,
)
from models.document.remarks import SetFrame, SetLayerNote, SetNote
from models.document.replacing import Replace
from models.document.scopes import SetParameter
from models.document.sharing import OwnWeights, ShareWeights
from models.network import Edge, Frame, Network, Node, Note
from models.network.remarks import COLORS
from models.storage import files

KINDS = (
    ("Conv2d", {"out_channels": 4, "padding": 1}), ("ReLU", {}), ("BatchNorm2d", {}), ("MaxPool2d", {"kernel_size": 2}),
    ("Flatten", {}), ("Linear", {"out_features": 5}), ("Dropout", {}), ("Add", {}), ("Concat", {}), ("LSTM", {}),
    ("Input", {"shape": [3, 8, 8]}), ("Input", {"shape": [6]}), ("Output", {}), ("Zork", {"depth": 3}),
)  # fmt: skip
VALUES = (
    1, 2, 3, 7, 0, -1, 10**9, "same", "many", None, True, 0.5, [2, 2], [1, 2, 3], {"kind": "MSELoss"},
    "=width", "=in_channels * 2", "=width / 2", ["=width", 2], "=(",
)  # fmt: skip
PARAMS = ("out_channels", "kernel_size", "padding", "stride", "out_features", "p", "shape", "dim", "bias", "unheard_of")

Code = tuple[int, int, int, int]
codes = st.tuples(*[st.integers(0, 10_000)] * 4)


def state(document: Document) -> bytes:
    """Everything that a file would hold, in its order."""
    return files.format_json(files.to_json(document))


def chain(*specs: tuple[str, dict[str, object]]) -> Document:
    """A document of layers n0, n1, … in a row, each below the one before."""
    nodes = [Node(f"n{place}", kind, dict(params), (0, 72 * place)) for place, (kind, params) in enumerate(specs)]
    wires = [
        Edge(first.id, first.outputs[0], second.id, second.inputs[0].name)
        for first, second in itertools.pairwise(nodes)
    ]
    return Document(Network(nodes, wires))


def random_codes(seed: int, count: int) -> Iterator[Code]:
    """So many codes from a seed."""
    source = random.Random(seed)
    for _ in range(count):
        yield source.randrange(10_000), source.randrange(10_000), source.randrange(10_000), source.randrange(10_000)


def edit_from(document: Document, code: Code) -> Edit | None:
    """The edit that four numbers stand for in this document; None if there is nothing to edit that way."""
    what, first, second, third = code
    network = document.network
    ids, edges = list(network.nodes), network.edges
    if not ids or what % 20 == 0:
        return AddNode(_node(network, first, second), third % (len(ids) + 1) if third % 2 else None)
    id, other = ids[first % len(ids)], ids[second % len(ids)]
    edge = edges[first % len(edges)] if edges else None
    match what % 20:
        case 1:
            return RemoveNodes([id, other] if third % 3 == 0 else [id], heal=bool(third % 2))
        case 2 | 3 | 4:
            return Connect(_wire(network, id, other, third), second % (len(edges) + 1) if third % 5 == 0 else None)
        case 5:
            if third % 3 == 0:
                return Replace(id, KINDS[second % len(KINDS)][0])
            return Disconnect(edge) if edge else None
        case 6 | 7:
            value = SetParam.UNSET if third % 7 == 0 else VALUES[third % len(VALUES)]
            return SetParam(id, PARAMS[second % len(PARAMS)], value)
        case 8:
            return Rename(id, f"{'abcx'[second % 4]}{third % 20}" if third % 9 else "not a name")
        case 9:
            return Move({id: (second, third), other: None if third % 4 == 0 else (third, second)})
        case 10:
            return SetSection("training" if second % 2 else "data", {"epochs": third}, field="epochs")
        case 11:
            nodes = [_node(network, number, number) for number in range(second, second + third % 30 + 1)]
            piece = Network({node.id: node for node in nodes}.values())
            near = itertools.pairwise(node for node in piece if node.inputs and node.outputs)
            return AddNodes(Network(piece, [_wire(piece, one.id, two.id, third) for one, two in near]))
        case 12:
            return ShareWeights(id, other) if third % 4 else OwnWeights(id)
        case 13:
            same = [node.id for node in network if node.kind == network[id].kind and node.id != id]
            return ShareWeights(id, same[second % len(same)]) if same else OwnWeights(id)
        case 14:
            name = ("width", "height", "min")[second % 3]
            return SetParameter(name, SetParameter.UNSET if third % 5 == 0 else third % 7)
        case 15:
            frame = Frame(f"Part {third % 3}", COLORS[third % len(COLORS)], (16, 40 + third % 2, 16, 16))
            return SetFrame(f"frame{second % 3}", frame if third % 4 else None, [id, other] if third % 5 else None)
        case 16:
            note = Note(f"Text {third % 3}", (first % 500, second % 500), (240, 120), COLORS[first % len(COLORS)])
            return SetNote(f"note{second % 3}", note if third % 4 else None)
        case 17:
            return SetLayerNote(id, ("", "# Why", 'Two\nlines: "quoted"')[third % 3])
        case _:
            if edge and third % 2:
                node = _node(network, second, third)
                return insert_on_edge(network, node, edge) if node.inputs and node.outputs else None
            return Batch("Several", [AddNode(_node(network, first, second)), Connect(_wire(network, id, other, third))])


def apply(document: Document, code: Code) -> bool:
    """Make the edit if it can be made; one that cannot must change nothing."""
    edit = edit_from(document, code)
    if edit is None:
        return False
    before = state(document)
    try:
        document.apply(edit)
    except ValueError:
        assert state(document) == before, "a refused edit changed the document"
        return False
    return True


def _node(network: Network, kind: int, name: int) -> Node:
    chosen, params = KINDS[kind % len(KINDS)]
    id = network.free_id("abcd"[name % 4]) if name % 8 else "a1"
    return Node(id, chosen, dict(params), (name, kind) if name % 2 else None)


def _wire(network: Network, source: str, target: str, port: int) -> Edge:
    outputs, inputs = network[source].outputs or ("output",), network[target].inputs
    names = [item.name for item in inputs] or ["input"]
    return Edge(source, outputs[port % len(outputs)], target, names[port // 7 % len(names)])
