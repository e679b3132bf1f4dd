"""Every kind of layer worked by hand in random networks: what is written for it is what torch computed."""

from __future__ import annotations

from itertools import islice

import numpy as np
import pytest
from codegen_networks import KINDS, random_network
from worked import result

from models.byhand import pen
from models.byhand.batch import made_up
from models.byhand.pen import Page
from models.byhand.written.lookup import lines_of
from models.document import Document
from models.layers.terminals import Input, Output
from models.network import Edge, Network, Node
from studio.worker.probing import working
from studio.worker.probing.working import Work

SOME = 8
"""Numbers of a table whose lines are looked at: each sum of thousands of terms takes its time."""
LONGEST = 5_000
"""Letters of a line that Python can work out."""


def document_of(network: Network) -> Document:
    """With a mean squared error at every end, and a batch of two rows."""
    for node in list(network):
        if isinstance(node.layer, Output):
            network.set_params(node.id, {"loss": {"kind": "MSELoss"}})
        elif node.outputs and not network.edges_from(node.id):
            end = network.free_id("end1")
            network.add_node(Node(end, "Output", {"loss": {"kind": "MSELoss"}}))
            network.insert_edge(Edge(node.id, node.outputs[0], end, "input"))
    document = Document(network)
    inputs = {}
    for node in network:
        if isinstance(node.layer, Input):
            whole = node.layer.dtype == "int"
            table = made_up((2, *node.layer.shape), whole)
            inputs[node.id] = (table * 0 if whole else table).tolist()
    document.content.sections["numbers"] = {"inputs": inputs}
    return document


def gives_whole_numbers(document: Document) -> bool:
    """Whether an Output gets integers, of which there is no loss."""
    types = [document.analysis[node.id].inputs[0] for node in document.network if isinstance(node.layer, Output)]
    return any(given is not None and given.dtype == "int" for given in types)


@pytest.mark.parametrize("seed", range(len(KINDS)), ids=[kind.__name__ for kind in KINDS])
def test_what_is_written_for_a_kind_is_what_torch_computed(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pen, "DIGITS", 17)
    monkeypatch.setattr(pen, "MOST_TERMS", 10_000)
    monkeypatch.setattr(working, "MOST_WEIGHTS", 10**7)
    network, _ = random_network(seed, layers=4)
    document = document_of(network)
    if gives_whole_numbers(document):
        return
    work = Work(document)
    for _ in work.walk(0):
        pass
    page = Page(document.network, work.settings, work.walked, 0)
    for name, table in page.now.tables().items():
        for place in islice(np.ndindex(*table.shape), SOME):
            for line in lines_of(page, name, place):
                if len(line.numbers) < LONGEST and np.isfinite(line.value):
                    assert result(line.numbers) == pytest.approx(line.value, rel=1e-8, abs=1e-9), line.text
