"""Taps see what the exported module gives: every kind of layer has its turn in random networks."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
import torch
from codegen_networks import KINDS, Growth, random_network
from documents import Layers, chain, cnn
from torch import Tensor, nn

from models.analysis import Analysis
from models.codegen.module import generate
from models.kinds.layer import Layer
from models.network import Edge, Network, Node
from studio.worker.probing.taps import Taps
from studio.worker.training.plan import load_model

PATH = Path("drawn.py")
TRIES = 8
"""Networks that a kind may be drawn in by itself."""
Made = tuple[Network, Analysis, nn.Module, Taps]


def inputs_for(network: Network, taps: Taps) -> tuple[Tensor, ...]:
    made = []
    for id in taps._inputs:
        layer = network[id].layer
        assert layer is not None
        (given,) = layer.output_types(())
        shape = (2, *given.shape)
        made.append(torch.zeros(shape, dtype=torch.long) if given.dtype == "int" else torch.rand(shape) + 0.1)
    return tuple(made)


def drawn(seed: int) -> Made:
    """A random network with its module, and taps in it."""
    return built(*random_network(seed, layers=5), seed)


def alone(kind: type[Layer], seed: int) -> Made:
    """A network of one layer, with random settings."""
    growth = Growth(random.Random(seed))
    growth.take_turn(kind)
    growth.finish(ends=1)
    return built(growth.network, Analysis(growth.network), seed)


def built(network: Network, analysis: Analysis, seed: int) -> Made:
    """A network with its module, and taps in it."""
    source = generate(network, analysis, "Drawn")
    torch.manual_seed(seed)
    model = load_model(source.text, PATH).eval()
    return network, analysis, model, Taps(model, network, source, source.text, PATH)


def firsts(value: Any) -> Tensor:
    found = value[0] if isinstance(value, tuple) else value
    assert isinstance(found, Tensor)
    return found


def total_of(outputs: Any) -> Tensor:
    """A number that every output has a part in."""
    several = outputs if isinstance(outputs, tuple) else (outputs,)
    return sum((value.float().nan_to_num().square().sum() for value in several), torch.zeros(()))


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_every_layer_gives_what_hooks_see_and_what_the_analysis_says(seed: int) -> None:
    network, analysis, model, taps = drawn(seed)
    inputs = inputs_for(network, taps)
    calls: list[tuple[nn.Module, Tensor]] = []
    hooks = [
        module.register_forward_hook(lambda module, _, value: calls.append((module, firsts(value).clone())))
        for module in model.children()
    ]
    with torch.no_grad():
        torch.manual_seed(seed)  # a fractional pooling draws its windows each time
        expected = model(*inputs)
        hooked, calls = calls, []
        torch.manual_seed(seed)
        outputs, seen = taps.run(inputs)
    for hook in hooks:
        hook.remove()
    expected = expected if isinstance(expected, tuple) else (expected,)
    assert all(torch.equal(a.nan_to_num(), b.nan_to_num()) for a, b in zip(outputs, expected, strict=True))
    whole = [id for id in seen if (layer := network[id].layer) and layer.is_module]
    modules = {id: getattr(model, network[id].attribute) for id in whole if hasattr(model, network[id].attribute)}
    for id, module in modules.items():
        if isinstance(module, nn.Module) and id not in taps._inputs:
            given = [value for called, value in hooked if called is module]
            assert any(
                value.shape == seen[id].shape and torch.equal(value.nan_to_num(), seen[id].nan_to_num())
                for value in given
            ), id
    for id, value in seen.items():
        kind = analysis[id].outputs[0]
        assert kind is not None and tuple(value.shape) == (2, *kind.shape), id


@pytest.mark.parametrize("seed", range(len(KINDS)))
def test_gradients_are_those_of_the_network_itself(seed: int) -> None:
    network, _, model, taps = drawn(seed)
    inputs = tuple(value.requires_grad_(value.is_floating_point()) for value in inputs_for(network, taps))
    given = [value for value in (*inputs, *model.parameters()) if value.requires_grad]

    def gradients(outputs: tuple[Tensor, ...]) -> list[Tensor]:
        total = sum(value.float().nan_to_num().square().sum() for value in outputs)
        if not given or not isinstance(total, Tensor) or not total.requires_grad:
            return []
        found = torch.autograd.grad(total, given, allow_unused=True)
        return [value.nan_to_num() for value in found if value is not None]

    torch.manual_seed(seed)
    expected = model(*inputs)
    expected = gradients(expected if isinstance(expected, tuple) else (expected,))
    torch.manual_seed(seed)
    found = gradients(taps.run(inputs)[0])
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


def test_the_gradient_at_every_layer_is_that_which_hooks_see() -> None:
    seen: set[str] = set()
    passing: set[str] = set()
    for seed in range(len(KINDS)):
        seen |= kinds_with_equal_gradients(drawn(seed), seed, passing)
    wanted = {kind.kind: kind for kind in KINDS if kind.is_module and kind().has_module}
    for name in wanted.keys() - seen - passing:  # in no network did they reach an output
        for seed in range(TRIES):
            if name not in seen:
                seen |= kinds_with_equal_gradients(alone(wanted[name], seed), seed, passing)
    assert wanted.keys() <= seen | passing
    assert passing - seen <= {"Identity", "DropPath", *(name for name in wanted if "Dropout" in name)}


def kinds_with_equal_gradients(made: Made, seed: int, passing: set[str]) -> set[str]:
    """The kinds of a network at whose layers taps and hooks see the same gradient; fails where they do not. Those that
    give the very tensor that they got come to ``passing``."""
    network, _, model, taps = made
    inputs = tuple(value.requires_grad_(value.is_floating_point()) for value in inputs_for(network, taps))
    hooked: list[tuple[nn.Module, Tensor]] = []
    kinds = {getattr(model, node.attribute, None): node.kind for node in network}

    def note(module: nn.Module, given: tuple[Any, ...], value: Any) -> None:
        first = firsts(value)
        if any(first is one for one in given):
            passing.add(kinds[module])
        elif first.requires_grad:
            first.retain_grad()
            hooked.append((module, first))

    hooks = [module.register_forward_hook(note) for module in model.children()]
    torch.manual_seed(seed)
    expected = total_of(model(*inputs))
    for hook in hooks:
        hook.remove()
    torch.manual_seed(seed)
    outputs, seen = taps.run(inputs)
    for total in (expected, total_of(outputs)):
        if total.requires_grad:
            total.backward()  # type: ignore[no-untyped-call]
    found = set()
    for id, value in seen.items():
        module = getattr(model, network[id].attribute, None)
        given = [one.grad for called, one in hooked if called is module and one.grad is not None]
        if given and value.grad is not None:
            own = value.grad.nan_to_num()
            equal = [one.shape == own.shape and torch.allclose(one.nan_to_num(), own, 1e-4, 1e-5) for one in given]
            assert any(equal), (seed, id)
            found.add(network[id].kind)
    return found


def test_all_kinds_have_had_their_turn() -> None:
    drawn = {node.kind for seed in range(len(KINDS)) for node in random_network(seed, layers=5)[0]}
    assert drawn >= {layer.kind for layer in KINDS}


def made(text: str = "") -> tuple[nn.Module, Taps]:
    document = cnn()
    source = generate(document.network, document.analysis, "Digits")
    text = text or source.text
    model = load_model(text, PATH).eval()
    return model, Taps(model, document.network, source, text, PATH)


def test_a_relu_in_place_does_not_spoil_the_layer_before_it() -> None:
    document = cnn()
    text = generate(document.network, document.analysis, "Digits").text
    _, taps = made(text.replace("nn.ReLU()", "nn.ReLU(inplace=True)"))
    with torch.no_grad():
        _, seen = taps.run((torch.randn(2, 1, 8, 8),))
    assert (seen["bn1"] < 0).any() and not (seen["relu1"] < 0).any()


def test_a_change_of_what_a_layer_gives_reaches_the_answer_once() -> None:
    model, taps = made()
    x = torch.randn(2, 1, 8, 8)
    with torch.no_grad():
        plain = model(x)
        (changed,), _ = taps.run((x,), {"relu1": torch.zeros_like})
        (again,), _ = taps.run((x,))
    assert not torch.equal(changed, plain)
    assert torch.equal(changed[0], changed[1])
    assert torch.equal(again, plain)


def test_gradients_reach_every_layer_and_nothing_is_left_on_the_network() -> None:
    model, taps = made()
    x = torch.randn(2, 1, 8, 8)
    (output,), seen = taps.run((x,))
    output.sum().backward()
    assert all(seen[id].grad is not None for id in ("conv1", "relu1", "fc1"))
    assert not any(module._forward_hooks for module in model.modules())


def test_steps_are_told_by_who_gives_and_who_takes_them() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [5, 3]}),
        ("lstm1", "LSTM", {"hidden_size": 4}),
        ("dropout1", "Dropout", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("permute1", "Permute", {"dims": [2, 1]}),
        ("conv1", "Conv1d", {"out_channels": 2, "kernel_size": 1}),
        ("output1", "Output", {}),
    ]
    document = chain(layers)
    _, _, _, taps = built(document.network, document.analysis, 0)
    given = [id for id, _, _ in layers if taps.gives_steps(id)]
    assert given == ["input1", "lstm1", "dropout1", "fc1"]
    assert taps.units("fc1", (5, 2)) == 2 and taps.units("conv1", (2, 5)) == 2


def test_other_outputs_that_somebody_reads_are_seen_with_their_gradients() -> None:
    network = Network()
    nodes = [Node("input1", "Input", {"shape": [3, 2]}), Node("lstm1", "LSTM", {"hidden_size": 2})]
    for node in (*nodes, Node("flatten1", "Flatten"), Node("output1", "Output")):
        network.add_node(node)
    for edge in (("input1", "output", "lstm1"), ("lstm1", "c_n", "flatten1"), ("flatten1", "output", "output1")):
        network.insert_edge(Edge(*edge, "input"))
    source = generate(network, Analysis(network))
    model = load_model(source.text, PATH, source.class_name)
    taps = Taps(model, network, source, source.text, PATH)
    (output,), seen = taps.run((torch.ones(1, 3, 2),))
    output.sum().backward()
    assert list(taps.ports) == ["lstm1:c_n"] and "lstm1:c_n" not in seen
    cell, grad = taps.ports["lstm1:c_n"], taps.ports["lstm1:c_n"].grad
    assert cell.shape == (1, 1, 2) and grad is not None and (grad == 1).all()
    torch.testing.assert_close(output, cell.flatten(1))
