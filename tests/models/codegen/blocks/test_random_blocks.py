"""Random layers of random networks made into a block: code, weights and values are what they were without it."""

from __future__ import annotations

import random
from typing import Any

import pytest
import torch
from codegen_networks import random_network
from random_edits import state
from torch import nn

from models.analysis import Analysis
from models.blocks import group, ungroup
from models.checks import findings
from models.codegen.module import generate
from models.document import Document
from models.network import Network, NetworkError
from models.storage import files
from support import scaled

COUNT = scaled(400, 0.1)


def module_of(network: Network, analysis: Analysis) -> nn.Module:
    source, names = generate(network, analysis, "Net"), dict[str, Any]()
    exec(compile(source.text, "net", "exec"), names)
    torch.manual_seed(0)
    module: nn.Module = names[source.class_name]()
    return module.eval()


def values_of(module: nn.Module, analysis: Analysis) -> list[torch.Tensor]:
    torch.manual_seed(1)
    types = [analysis[node.id].outputs[0] for node in analysis.network if not node.inputs]
    given = [
        torch.zeros(2, *item.shape, dtype=torch.long) if item.dtype == "int" else torch.randn(2, *item.shape)
        for item in types
        if item is not None
    ]
    with torch.no_grad():
        torch.manual_seed(2)
        found = module(*given)
    return list(found) if isinstance(found, tuple) else [found]


def grouped(document: Document, rng: random.Random) -> str:
    """Make a block of layers that follow one another in network order; returns the use, "" where that cannot be."""
    inner = [id for id in document.analysis.order if (node := document.network[id]).inputs and node.outputs]
    start = rng.randrange(max(1, len(inner)))
    try:
        edit, use = group(document, document, inner[start : start + rng.randint(1, 6)])
    except NetworkError:
        return ""
    document.apply(edit)
    return use


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:Using padding='same'", "ignore:enable_nested_tensor")
def test_networks_with_a_block_compute_what_they_did() -> None:
    torch.set_num_threads(1)
    compared = 0
    for seed in range(COUNT):
        network, _ = random_network(seed)
        document = Document(network)
        totals, before, plain = document.analysis.totals(), state(document), module_of(network, document.analysis)
        wanted = values_of(plain, document.analysis)
        use = grouped(document, random.Random(seed))
        if not use:
            continue
        compared += 1
        findings(document)
        assert document.analysis.totals()[:3] == totals[:3] and document.analysis.totals().frozen == totals.frozen
        read, problems = files.from_json(files.to_json(document))
        assert problems == [] and state(read) == state(document)
        module = module_of(document.network, document.analysis)
        named = {key.removeprefix(f"{use}."): value for key, value in module.state_dict().items()}
        assert {key: value.shape for key, value in named.items()} == {
            key: value.shape for key, value in plain.state_dict().items()
        }, seed
        renamed = {key: plain.state_dict()[key.removeprefix(f"{use}.")] for key in module.state_dict()}
        module.load_state_dict(renamed)
        found = values_of(module, document.analysis)
        ends = [node.id for node in document.network if not node.outputs]
        if ends:  # loose ends come in another order
            assert all(torch.equal(a, b) for a, b in zip(found, wanted, strict=True)), seed
        back, _ = ungroup(document, document, use)
        document.apply(back)
        assert document.analysis.totals()[:3] == totals[:3]
        document.undo()
        document.undo()
        assert state(document) == before
    assert compared > COUNT / 4
