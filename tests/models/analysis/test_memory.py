"""The memory of a training: what is kept for the backward pass against the bytes that torch's own hooks count."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from block_networks import gated, opened, resnet
from layer_cases import build, cases, tensors
from saved_tensors import kept_by_torch

from models.analysis.memory import activation_bytes, largest_batch, training_memory
from models.codegen.module import generate
from models.document import Document
from models.kinds.layer import TensorType
from models.layers import LAYERS
from models.network import Edge, Network, Node, input_nodes, output_nodes
from models.storage import templates
from support import scaled

BATCH = 16
ROUGH = {
    "LSTM", "Expression", "TorchCode", "MatMul", "CosineSimilarity",
    "LocalResponseNorm", "RotaryPositions", "ScaledDotProductAttention",
    "MultiheadAttention", "TransformerDecoderLayer", "TransformerDecoder", "Transformer", "EmbeddingBag",
    "RNNCell", "GRUCell", "LSTMCell", "LPPool1d", "LPPool2d", "LPPool3d", "TransformerEncoder",
    "TransformerEncoderLayer", "Heaviside", "FeatureAlphaDropout", "RNN", "GRU",
}  # fmt: skip
"""Kinds whose kernels keep workspaces, or other things for other settings: told within a factor."""


def declared(layer: Any, inputs: tuple[TensorType, ...]) -> int:
    """What the analysis of a network of one layer says is kept, with inputs that a gradient passes back to."""
    nodes = [Node(f"in{place}", "LearnedTensor", {"shape": list(given.shape)}) for place, given in enumerate(inputs)]
    nodes += [Node("start", "Input", {"shape": [1]}), Node("it", layer.kind, layer.settings())]
    ports = [port for port in layer.inputs for _ in range(len(inputs) if port.variadic else 1)]
    wires = [Edge(f"in{place}", "output", "it", port.name) for place, port in enumerate(ports[: len(inputs)])]
    wires += [Edge("start", "output", f"in{place}", "input") for place in range(len(inputs))]
    document = Document(Network(nodes, wires))
    assert document.analysis["it"].parameters is not None, document.analysis["it"].issues
    return activation_bytes(document.analysis, BATCH)


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:Using padding='same'", "ignore:enable_nested_tensor")
@pytest.mark.parametrize("kind", [kind for kind in LAYERS if LAYERS[kind].inputs and not LAYERS[kind].is_output])
def test_what_a_kind_keeps_is_what_torch_saves(kind: str) -> None:
    torch.set_num_threads(1)
    compared = 0
    for case in cases(kind, max(20, scaled(120)), "memory"):
        if (
            not case.outputs
            or case.layer.frozen
            or any(not given.shape or given.dtype == "int" for given in case.inputs)
        ):
            continue
        real, given = build(case), [tensor.requires_grad_() * 1.0 for tensor in tensors(case, BATCH)]
        own = [] if real.module is None else [*real.module.parameters(), *real.module.buffers()]
        saved = kept_by_torch(lambda real=real, given=given: real(*given), own)  # type: ignore[misc]
        told = declared(case.layer, case.inputs)
        # Numbers that are kept once, whatever the batch, count in tensors as small as these.
        room = 0.05 * saved + 128 if kind not in ROUGH else 2 * saved + 20_000
        assert abs(told - saved) <= room, (case, told, saved)
        compared += 1
    assert compared or LAYERS[kind].accepts == "int" or kind in {"MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"}


@pytest.mark.parametrize("name", ["small-vit", "transformer", "lstm-tagger", "gru-tagger", "small-resnet"])
def test_what_a_template_keeps_is_what_torch_saves(name: str) -> None:
    """Others are compared where they are trained a step; attention on the CPU is not what it is elsewhere."""
    document = templates.load(name)
    names: dict[str, Any] = {}
    source = generate(document.network, document.analysis, "Net")
    exec(compile(source.text, name, "exec"), names)
    model = names[source.class_name]()
    (start,), (end,) = input_nodes(document.network), output_nodes(document.network)
    (item,) = document.analysis[start.id].outputs
    assert item is not None
    few = 2
    given = torch.randint(0, 12, (few, *item.shape)) if item.dtype == "int" else torch.randn(few, *item.shape)
    saved = kept_by_torch(lambda: [model(given)], [*model.parameters(), *model.buffers()])
    loss = few * 4 * prod(document.analysis[end.id].shape or ())
    assert activation_bytes(document.analysis, few) - loss == pytest.approx(saved, rel=0.05)


def test_a_repeated_block_keeps_what_its_repetitions_keep() -> None:
    once, many = (opened(resnet(counts, 64)) for counts in ((2, 2, 2, 2), (2, 2, 9, 2)))
    two = opened(resnet((2, 2, 3, 2), 64))
    sizes = [activation_bytes(document.analysis, 4) for document in (once, two, many)]
    assert sizes[2] - sizes[0] == 7 * (sizes[1] - sizes[0]) > 0


def test_memory_is_a_sum_of_its_parts_and_grows_evenly_with_the_batch() -> None:
    analysis = opened(gated()).analysis
    totals, memory = analysis.totals(), training_memory(analysis, 8, remembered=2)
    assert memory.gradients == 4 * totals.parameters and memory.optimizer == 2 * memory.gradients
    assert memory.weights == 4 * (totals.parameters + totals.buffers)
    assert memory.total == memory.weights + memory.gradients + memory.optimizer + memory.activations
    one, two, nine = (activation_bytes(analysis, batch) for batch in (1, 2, 9))
    assert nine - one == 8 * (two - one)
    half = training_memory(analysis, 8, halved=True)
    assert half.activations < memory.activations and half.weights > memory.weights


def test_parts_that_are_worked_out_again_keep_less() -> None:
    analysis = templates.load("resnet50").analysis
    sizes = [activation_bytes(analysis, 8, recomputed=layers) for layers in (0, 3, 12, 10_000)]
    assert sizes[2] < sizes[1] < sizes[0] and sizes[3] == pytest.approx(sizes[0], rel=0.05)


def test_the_largest_batch_is_the_last_for_which_there_is_room() -> None:
    assert [largest_batch(lambda size: 100 + size, room) for room in (100, 101, 163, 164, 2**30)] == [
        0,
        1,
        32,
        64,
        2**20,
    ]


def test_what_learns_nothing_keeps_nothing() -> None:
    wires = [Edge("a", "output", "b", "input"), Edge("b", "output", "c", "input")]
    nodes = [Node("a", "Input", {"shape": [8]}), Node("b", "Tanh"), Node("c", "Linear", {"out_features": 2})]
    assert activation_bytes(Document(Network(nodes, wires)).analysis, 1) == 4 * 8
    assert activation_bytes(Document(Network(nodes[:2], wires[:1])).analysis, 1) == 0
