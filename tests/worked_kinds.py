"""Networks of one layer of any kind, small enough to be worked by hand."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

import numpy as np
from codegen_networks import fits
from layer_cases import Case, one_case

from models.document import Document
from models.kinds.layer import Layer
from models.network import Edge, Network, Node

SMALL = 120
"""Numbers of an input, of an output, and of all weights of a case."""


def small_case(kind: type[Layer], rng: Random) -> Case:
    """A layer of that kind that reads and gives few numbers."""
    for _ in range(3_000):
        case = one_case(kind, rng)
        if not fits(case.layer, case.inputs) or case.outputs is None or not case.inputs:
            continue
        weights = sum(weight.elements for weight in case.layer.weights(case.inputs))
        sizes = [prod(given.shape) for given in (*case.inputs, *case.outputs)]
        if min(sizes) > 0 and max(*sizes, weights) <= SMALL and not _draws_inside(case.layer):
            return case
    raise AssertionError(f"no small {kind.__name__} was drawn")


def _draws_inside(layer: Any) -> bool:
    """Whether torch draws what nobody sees: there nothing is written, as `test_dropout_inside…` has it."""
    return layer.family in ("Recurrent", "Attention") and getattr(layer, "dropout", 0) > 0


def document_of(case: Case, rng: np.random.Generator) -> Document:
    """The layer between Inputs of two rows and an Output with a mean squared error at every port."""
    network, inputs = Network(), dict[str, Any]()
    layer = case.layer
    network.add_node(Node("layer1", layer.kind, layer.settings()))
    ports = layer.inputs * len(case.inputs) if layer.inputs[0].variadic else layer.inputs
    for place, (given, port) in enumerate(zip(case.inputs, ports, strict=False)):
        id = f"input{place + 1}"
        network.add_node(Node(id, "Input", {"shape": list(given.shape), "dtype": given.dtype}))
        network.insert_edge(Edge(id, "output", "layer1", port.name))
        whole = given.dtype == "int"
        entries = min(getattr(layer, "num_embeddings", 2), 3)
        shape = (2, *given.shape)
        inputs[id] = (rng.integers(0, entries, shape) if whole else rng.normal(size=shape)).tolist()
    for port in layer.outputs:
        network.add_node(Node(f"end_{port}", "Output", {"loss": {"kind": "MSELoss"}}))
        network.insert_edge(Edge("layer1", port, f"end_{port}", "input"))
    document = Document(network)
    document.content.sections["numbers"] = {"inputs": inputs}
    return document
