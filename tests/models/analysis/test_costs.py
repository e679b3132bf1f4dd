"""Multiply-adds of whole networks against torch's own counter; of what it does not see, against the weights."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from codegen_networks import random_network
from random_edits import chain
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from models.analysis import Analysis
from models.codegen.module import generate
from models.document.edits import Connect
from models.network import Edge, Network
from support import scaled

UNSEEN = frozenset({"RNN", "LSTM", "GRU", "Bilinear", "TorchCode"})
"""Kinds whose work torch's counter does not see, or we do not: products in a card of code."""


def module_of(network: Network, analysis: Analysis) -> nn.Module:
    source = generate(network, analysis)
    names: dict[str, Any] = {}
    exec(source.text, names)
    with torch.device("meta"):
        module: nn.Module = names[source.class_name]()
    return module.eval()


def examples_for(analysis: Analysis) -> list[torch.Tensor]:
    """Two examples for each input."""
    starts = [node.id for node in analysis.network if not node.inputs]
    types = [given for id in starts for given in analysis[id].outputs if given]
    kinds = {"int": torch.long, "float": torch.float}
    return [torch.zeros(2, *given.shape, dtype=kinds[given.dtype], device="meta") for given in types]


def counted(network: Network, analysis: Analysis) -> int:
    """Half of the operations that torch counts for one of two examples (some layers refuse one alone), on the meta
    device, where nothing is computed."""
    module, given = module_of(network, analysis), examples_for(analysis)
    # With gradients, or a transformer layer takes a way that the counter does not see.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        module(*given)
    assert counter.get_total_flops() % 4 == 0
    return int(counter.get_total_flops()) // 4


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:Using padding='same'")
def test_random_networks_cost_what_torch_counts() -> None:
    torch.set_num_threads(1)
    compared = 0
    for seed in range(scaled(2_000, 0.1)):
        network, analysis = random_network(seed)
        ends = [node.id for node in network if not node.outputs]
        if {node.kind for node in network} & UNSEEN or (ends and network.upstream(ends) != set(network.nodes)):
            continue  # a module leaves out what its results do not need
        compared += 1
        assert analysis.totals().multiply_adds == counted(network, analysis), seed
    assert compared > scaled(2_000, 0.1) / 4


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("bidirectional", [False, True])
@pytest.mark.parametrize("bias", [False, True])
def test_recurrent_layers_use_every_weight_once_a_step(kind: str, layers: int, bidirectional: bool, bias: bool) -> None:
    steps, features, hidden = 7, 5, 3
    settings = {"hidden_size": hidden, "num_layers": layers, "bidirectional": bidirectional, "bias": bias}
    report = chain(("Input", {"shape": [steps, features]}), (kind, settings)).analysis["n1"]
    real = getattr(nn, kind)(features, hidden, layers, bias=bias, bidirectional=bidirectional)
    matrices = [weight.numel() for weight in real.parameters() if weight.dim() == 2]
    assert report.multiply_adds == steps * sum(matrices)
    assert report.parameters == sum(weight.numel() for weight in real.parameters())
    given = torch.zeros(1, steps, features)
    results = real(given.transpose(0, 1))
    states = results[1] if isinstance(results[1], tuple) else (results[1],)
    assert report.activation_bytes == sum(item.nbytes for item in (results[0], *states))


@pytest.mark.parametrize("shape", [[6], [4, 6], [2, 4, 6]])
def test_a_bilinear_layer_weighs_every_pair(shape: list[int]) -> None:
    document = chain(("Input", {"shape": shape}), ("Bilinear", {"out_features": 5}))
    document.apply(Connect(Edge("n0", "output", "n1", "input2")))
    rows = prod(shape[:-1])
    # For each output: the sum over one input for each feature of the other, then the sum of those.
    assert document.analysis["n1"].multiply_adds == rows * 5 * (6 * 6 + 6)


@pytest.mark.parametrize(
    ("line", "counted"),
    [
        ("torch.roll(x, 1, 1)", 0),
        ("nn.functional.relu(x) * 2 + x.T.T", 0),
        ("x @ w", None),
        ("nn.functional.linear(x, w)", None),
        ("torch.einsum('nab,bc->nac', x, w)", None),
        ("nn.functional.scaled_dot_product_attention(x, x, x)", None),
    ],
)
def test_code_is_counted_where_it_multiplies_no_matrices_and_else_named(line: str, counted: int | None) -> None:
    code = f"def own(x: float[6, 6], w: weight[6, 6]) -> float[6, 6]:\n    return {line}"
    document = chain(("Input", {"shape": [6, 6]}), ("TorchCode", {"code": code}), ("Linear", {"out_features": 2}))
    analysis = document.analysis
    assert analysis["n1"].multiply_adds == counted and analysis["n1"].parameters == 36
    assert analysis.totals().unmultiplied == (("n1",) if counted is None else ())
    assert analysis.totals().multiply_adds == 6 * 6 * 2
