"""Every kind of layer worked by hand: what is written for it, forward and backward, is what torch computed."""

from __future__ import annotations

from math import prod
from random import Random
from typing import Any

import numpy as np
import pytest
from codegen_networks import KINDS, fits
from layer_cases import Case, one_case
from worked import result

from models.byhand import notation
from models.byhand.pen import NotWrittenError, Page
from models.byhand.written.lookup import lines_of
from models.byhand.written.registry import WITHOUT, WRITERS, found
from models.document import Document
from models.kinds.layer import Layer
from models.layers import LAYERS
from models.layers.learned.attending import Waves
from models.network import Edge, Network, Node
from studio.worker.probing.working import Work

CASES = 2
PLACES = 5
"""Numbers of a table whose lines are looked at."""
WRITTEN = [kind for kind in KINDS if not found(WITHOUT, kind())]
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


def worked(document: Document) -> Page:
    work = Work(document)
    for _ in work.walk(0):
        pass
    return Page(document.network, work.settings, work.walked, 0)


@pytest.mark.parametrize("kind", WRITTEN, ids=[kind.__name__ for kind in WRITTEN])
def test_what_is_written_for_a_kind_is_what_torch_computed(kind: type[Layer], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "DIGITS", 17)
    monkeypatch.setattr(notation, "MOST_TERMS", 10_000)
    rng = np.random.default_rng(7)
    for number in range(CASES):
        case = small_case(kind, Random(f"{kind.__name__}{number}"))
        if any(given.dtype == "int" for given in case.outputs or ()):
            continue  # of integers there is no loss
        page = worked(document_of(case, rng))
        written = set()
        for name, table in page.now.tables().items():
            if name.startswith("weight/") or name == "value/input1" or name.startswith("value/input"):
                continue
            places = list(np.ndindex(*table.shape))
            for at in rng.permutation(len(places))[:PLACES]:
                try:
                    found = lines_of(page, name, places[at])
                except NotWrittenError as reason:
                    assert "max_norm" in case.layer.settings() or name.startswith("mask/"), f"{name}: {reason}"
                    continue
                written.add(name.partition("/")[0])
                near = 1e-5 if isinstance(case.layer, Waves) else 1e-7  # torch works angles out as float32
                for line in found:
                    assert result(line.numbers) == pytest.approx(line.value, rel=near, abs=near / 100), line.text
        assert "value" in written or "max_norm" in case.layer.settings(), case.layer.settings()


def test_every_kind_with_values_has_steps() -> None:
    inner = [kind for kind in LAYERS.values() if kind.outputs and kind.inputs]
    assert [kind.kind for kind in inner if not found(WRITERS, kind()) and not found(WITHOUT, kind())] == []


@pytest.mark.parametrize("kind", ["LSTM", "MultiheadAttention", "TransformerEncoderLayer"])
def test_dropout_inside_a_layer_is_said_to_be_unseen(kind: str) -> None:
    settings = {
        "LSTM": {"hidden_size": 2, "num_layers": 2, "dropout": 0.5},
        "MultiheadAttention": {"num_heads": 1, "dropout": 0.5},
        "TransformerEncoderLayer": {"nhead": 1, "dim_feedforward": 2, "dropout": 0.5},
    }[kind]
    layer, _ = LAYERS[kind].read(settings)
    from models.kinds.layer import TensorType

    given = (TensorType((2, 2)),)
    page = worked(document_of(Case(layer, given, layer.output_types(given)), np.random.default_rng(1)))
    with pytest.raises(NotWrittenError, match=r"draws inside torch\. Set it to 0"):
        lines_of(page, "value/layer1", (0, 0, 0))
