"""A document goes on while what it was is written out."""

from __future__ import annotations

from models.document import Document, FrozenContent
from models.document.edits import Batch, Move, RemoveNodes, Rename, SetParam, SetSection
from models.document.scopes import AddScope, SetParameter
from models.network import Edge, Network, Node
from models.storage import files


def test_every_edit_after_it_leaves_it_as_it_was():
    nodes = [Node("input1", "Input", {"shape": [3, 8, 8]}), Node("conv1", "Conv2d"), Node("relu1", "ReLU")]
    wires = [Edge("input1", "output", "conv1", "input"), Edge("conv1", "output", "relu1", "input")]
    document = Document(Network(nodes, wires))
    edits = [
        SetParam("conv1", "out_channels", 5),
        Rename("relu1", "act"),
        Move({"conv1": (3.0, 4.0)}),
        SetParameter("width", 8),
        SetSection("data", {"source": "digits"}),
        AddScope("Block", Network([Node("fc1", "Linear")])),
        SetParam("fc1", "out_features", 3).within("Block"),
        RemoveNodes(["conv1"], heal=True),
        Batch("both", [Move({"act": (1.0, 1.0)}), SetParam("act", "inplace", True)]),
    ]
    for edit in edits:
        before, frozen = files.snapshot(document), FrozenContent(document.content)
        document.apply(edit)
        assert files.content_to_json(frozen.content()) == before != files.to_json(document)
    for _ in edits:
        before, frozen = files.snapshot(document), FrozenContent(document.content)
        document.undo()
        assert files.content_to_json(frozen.content()) == before != files.to_json(document)
