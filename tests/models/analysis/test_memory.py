"""The memory of a training: what is kept for the backward pass against the bytes that torch's own hooks count."""

from __future__ import annotations

from math import prod
from typing import Any

import pytest
import torch
from block_networks import gated, opened, resnet
from layer_cases import Case, build, cases, tensors
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
ROUGH = {"TorchCode"}
"""Kinds of which it is not known what they compute: told within a factor."""


def ports_of(layer: Any, inputs: tuple[TensorType, ...]) -> list[str]:
    """The name of the port of each input."""
    return [port.name for port in layer.inputs for _ in range(len(inputs) if port.variadic else 1)][: len(inputs)]


def learns(port: str, given: TensorType) -> bool:
    """Whether a gradient passes back to an input; masks are given."""
    return given.dtype == "float" and port != "mask"


def declared(layer: Any, inputs: tuple[TensorType, ...]) -> int:
    """What the analysis of a network of one layer says is kept, with inputs that a gradient passes back to."""
    ports = ports_of(layer, inputs)
    nodes = [Node("start", "Input", {"shape": [1]}), Node("it", layer.kind, layer.settings())]
    wires = []
    for place, (port, given) in enumerate(zip(ports, inputs, strict=True)):
        kind, settings = "Input", {"shape": list(given.shape), "dtype": given.dtype}
        if learns(port, given):
            kind, settings = "LearnedTensor", {"shape": list(given.shape)}
            wires.append(Edge("start", "output", f"in{place}", "input"))
        nodes.append(Node(f"in{place}", kind, settings))
        wires.append(Edge(f"in{place}", "output", "it", port))
    for name in layer.outputs:
        nodes.append(Node(f"reads_{name}", "Flatten"))
        wires.append(Edge("it", name, f"reads_{name}", "input"))
    document = Document(Network(nodes, wires))
    assert document.analysis["it"].parameters is not None, document.analysis["it"].issues
    return activation_bytes(document.analysis, BATCH)


def is_usual(layer: Any, given: TensorType) -> bool:
    """Whether an input is one that a layer has in a training: integers only where it asks for them."""
    return bool(given.shape) and (given.dtype == "float" or layer.accepts == "int")


def given_to(case: Case) -> list[torch.Tensor]:
    """Inputs of a case, none a leaf, so that what a layer changes in place is no parameter of anybody."""
    pairs = zip(tensors(case, BATCH), ports_of(case.layer, case.inputs), case.inputs, strict=True)
    return [tensor.requires_grad_() * 1.0 if learns(port, kind) else tensor for tensor, port, kind in pairs]


@pytest.mark.soak
@pytest.mark.filterwarnings("ignore:Using padding='same'", "ignore:enable_nested_tensor")
@pytest.mark.parametrize("kind", [kind for kind in LAYERS if LAYERS[kind].inputs and not LAYERS[kind].is_output])
def test_what_a_kind_keeps_is_what_torch_saves(kind: str) -> None:
    torch.set_num_threads(1)
    compared = 0
    for case in cases(kind, max(20, scaled(120)), "memory"):
        if not case.outputs or case.layer.frozen or not all(is_usual(case.layer, given) for given in case.inputs):
            continue
        real, given = build(case), given_to(case)
        own = [] if real.module is None else [*real.module.parameters(), *real.module.buffers()]
        saved = kept_by_torch(lambda real=real, given=given: real(*given), own)  # type: ignore[misc]
        told = declared(case.layer, case.inputs)
        # Numbers that are kept once, whatever the batch, count in tensors as small as these.
        room = 0.05 * saved + 128 if kind not in ROUGH else 2 * saved + 20_000
        assert abs(told - saved) <= room, (case, told, saved)
        compared += 1
    assert compared or kind in {"MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"}


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


def wired(kind: str, settings: dict[str, Any], *wires: tuple[str, str], shape: tuple[int, ...] = (5, 8)) -> int:
    """Bytes that a layer adds to what is kept of one example: ``wires`` lead from learned tensors a, b and c to its
    ports, or from its ports to readers."""
    nodes = [Node("start", "Input", {"shape": [1]}), Node("it", kind, settings), Node("reader", "Flatten")]
    nodes += [Node(name, "LearnedTensor", {"shape": list(shape)}) for name in "abc"]
    edges = [Edge("start", "output", name, "input") for name in "abc"]
    for start, end in wires:
        edges.append(Edge(start, "output", "it", end) if start in "abc" else Edge("it", start, "reader", end))
    return activation_bytes(Document(Network(nodes, edges)).analysis, 1)


def test_attention_keeps_its_scores_where_somebody_reads_them_and_one_copy_of_what_it_reads_twice() -> None:
    query, steps = ("a", "query"), 4 * 5 * 8
    alone = wired("MultiheadAttention", {"num_heads": 2}, query)
    assert wired("MultiheadAttention", {"num_heads": 2}, query, ("output", "input")) == alone
    told = wired("MultiheadAttention", {"num_heads": 2}, query, ("weights", "input"))
    assert told - alone == steps + 4 * 2 * 5 * 5 - 4 * 2 * 5
    itself = wired("MultiheadAttention", {"num_heads": 2}, query, ("a", "key"), ("a", "value"))
    other = wired("MultiheadAttention", {"num_heads": 2}, query, ("b", "key"), ("b", "value"))
    assert itself == alone and other == alone + steps
    assert wired("MultiheadAttention", {"num_heads": 2}, query, ("b", "key"), ("c", "value")) == other + steps


def test_inputs_are_told_apart_by_their_ports_in_whatever_order_they_were_wired() -> None:
    first = wired("MatMul", {}, ("a", "first"), ("a", "second"), shape=(8, 8))
    assert first == wired("MatMul", {}, ("a", "second"), ("a", "first"), shape=(8, 8)) == 4 * 64
    nodes = [Node("start", "Input", {"shape": [1]}), Node("it", "MatMul")]
    nodes += [Node(name, "LearnedTensor", {"shape": [size, 4, 4]}) for name, size in (("a", 1), ("b", 3))]
    edges = [Edge("start", "output", name, "input") for name in "ab"]
    edges += [Edge("b", "output", "it", "second"), Edge("a", "output", "it", "first")]
    # What is stretched is written out; the other input is kept as it is.
    assert activation_bytes(Document(Network(nodes, edges)).analysis, 1) == 2 * 4 * 3 * 16


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


def test_blocks_that_are_worked_out_again_keep_what_they_are_given_and_the_largest_of_them() -> None:
    few, many = (opened(resnet((2, 2, count, 2), 64)).analysis for count in (2, 9))
    plain, again = activation_bytes(few, 4), activation_bytes(few, 4, by_blocks=True)
    assert again < 0.65 * plain
    # Seven blocks more are given 1024×4×4 numbers each.
    assert activation_bytes(many, 4, by_blocks=True) - again == 7 * 4 * (4 * 1024 * 4 * 4)
    analysis = templates.load("digits-cnn").analysis
    assert activation_bytes(analysis, 4, by_blocks=True) == activation_bytes(analysis, 4)


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
