"""What an answer rests on, checked against sums, closed forms and captum's definitions worked out plainly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from documents import Layers, chain
from torch import Tensor
from trained_runs import Asking, trained

from studio.runs.folder import RunFolder

Run = Callable[[str], RunFolder]
LINEAR: Layers = [
    ("input1", "Input", {"shape": [10]}),
    ("fc1", "Linear", {"out_features": 1}),
    ("output1", "Output", {"loss": {"kind": "MSELoss"}}),
]


@pytest.fixture(scope="module")
def linear(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return trained(chain(LINEAR, "diabetes", epochs=2), tmp_path_factory.mktemp("linear"))


def test_of_a_linear_network_all_ways_tell_its_weights(linear: RunFolder, asking: Asking) -> None:
    x = asking.sample(linear, 4)[0].numpy()
    weight = asking.bench.parameters()["fc1.weight"][0].detach().numpy()
    heat = {
        name: asking.ask(name, linear, sample=4).arrays["heat"]
        for name in ("gradient", "integrated_gradients", "occlusion")
    }
    np.testing.assert_allclose(heat["gradient"], weight, rtol=1e-5)
    np.testing.assert_allclose(heat["integrated_gradients"], weight * x, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(heat["occlusion"], weight * x, rtol=1e-3, atol=1e-4)


@pytest.mark.parametrize("kind", ["images", "tables", "classes", "points", "switch"])
def test_integrated_gradients_add_up_to_the_growth_of_the_score(kind: str, run: Run, asking: Asking) -> None:
    answer = asking.ask("integrated_gradients", run(kind), sample=2, steps=512)
    assert answer.facts["sum"] == pytest.approx(answer.facts["difference"], rel=0.02, abs=2e-3)
    assert answer.facts["sum"] == pytest.approx(float(answer.arrays["heat"].sum()), rel=1e-3, abs=1e-5)


def test_the_gradient_is_that_of_the_class_which_is_answered_or_asked_for(run: Run, asking: Asking) -> None:
    x = asking.sample(run("images"), 9).requires_grad_()
    scores = asking.bench.model(x)[0]
    for number in (int(scores.argmax()), 3):
        (expected,) = torch.autograd.grad(scores[number], x, retain_graph=True)
        more = {"class": 3} if number == 3 else {}
        found = asking.ask("gradient", run("images"), sample=9, **more).arrays["heat"]
        np.testing.assert_allclose(found, expected[0], rtol=1e-4, atol=1e-6)
    assert "knows 10 classes" in asking.failure("gradient", run("images"), sample=9, **{"class": 10})


def test_grad_cam_weighs_the_maps_by_their_mean_gradient(run: Run, asking: Asking) -> None:
    answer = asking.ask("grad_cam", run("images"), sample=1)
    assert answer.facts["layer"] == "conv1", "the last convolution"
    x = asking.sample(run("images"), 1)
    model = asking.bench.model
    kept: list[Tensor] = []
    hook = model.get_submodule("conv1").register_forward_hook(lambda module, given, value: kept.append(value))
    scores = model(x)[0]
    hook.remove()
    (gradient,) = torch.autograd.grad(scores.max(), kept[0])
    expected = (gradient.mean((2, 3), keepdim=True) * kept[0]).sum(1).relu()[0]
    np.testing.assert_allclose(answer.arrays["heat"], expected.detach(), rtol=1e-4, atol=1e-6)


def test_grad_cam_of_smaller_maps_is_as_large_as_the_input(run: Run, asking: Asking) -> None:
    answer = asking.ask("grad_cam", run("images"), sample=1, layer="pool1")
    assert answer.arrays["heat"].shape == (8, 8)
    assert "needs a layer that gives maps" in asking.failure("grad_cam", run("images"), sample=1, layer="fc1")


def test_occlusion_tells_by_how_much_the_score_falls(run: Run, asking: Asking) -> None:
    x = asking.sample(run("images"), 6)
    model = asking.bench.model
    with torch.no_grad():
        scores = model(x)[0]
        best = int(scores.argmax())
        heat, times = torch.zeros(8, 8), torch.zeros(8, 8)
        for top in (0, 2, 4):
            for left in (0, 2, 4):
                covered = x.clone()
                covered[0, :, top : top + 4, left : left + 4] = 0
                heat[top : top + 4, left : left + 4] += scores[best] - model(covered)[0, best]
                times[top : top + 4, left : left + 4] += 1
    found = asking.ask("occlusion", run("images"), sample=6, patch=4).arrays["heat"]
    np.testing.assert_allclose(found, heat / times, rtol=1e-3, atol=1e-4)


def test_a_patch_larger_than_the_picture_covers_all_of_it(run: Run, asking: Asking) -> None:
    heat = asking.ask("occlusion", run("images"), sample=6, patch=50).arrays["heat"]
    assert np.ptp(heat) == pytest.approx(0)


def test_tokens_are_explained_one_by_one(run: Run, asking: Asking) -> None:
    assert asking.ask("occlusion", run("tokens"), sample=0).arrays["heat"].shape == (32,)
    x = asking.sample(run("tokens"), 0)
    model = asking.bench.model
    kept: list[Tensor] = []
    hook = model.get_submodule("embedding1").register_forward_hook(lambda module, given, value: kept.append(value))
    scores = model(x).mean(2)[0]
    hook.remove()
    (slope,) = torch.autograd.grad(scores.max(), kept[0])
    found = asking.ask("gradient", run("tokens"), sample=0).arrays["heat"]
    np.testing.assert_allclose(found, (slope * kept[0]).sum(2)[0].detach(), rtol=1e-3, atol=1e-6)
    answer = asking.ask("integrated_gradients", run("tokens"), sample=0, steps=256)
    assert answer.arrays["heat"].shape == (32,)
    assert answer.facts["sum"] == pytest.approx(answer.facts["difference"], rel=0.02, abs=1e-3)


def test_tokens_that_nothing_makes_numbers_of_can_be_occluded_alone(run: Run, asking: Asking) -> None:
    asking.ask("about", run("tokens"))
    network = asking.bench.document.network
    edge = network.edges_into("embedding1")[0]
    network.remove(edges=[edge])
    for name in ("gradient", "integrated_gradients"):
        assert "Try occlusion" in asking.failure(name, run("tokens"), sample=0)


def test_partial_dependence_is_the_mean_answer_with_the_column_set(run: Run, asking: Asking) -> None:
    answer = asking.ask("dependence", run("classes"), column=2, points=6)
    values, mean = answer.arrays["values"], answer.arrays["mean"]
    assert mean.shape == (3, 6) and len(answer.arrays["deciles"]) == 9
    np.testing.assert_allclose(mean.sum(0), 1, rtol=1e-5)
    asking.ask("about", run("classes"))
    bench = asking.bench
    data = next(iter(bench._data.values()))
    column = data.input("input1")
    low, high = np.quantile(column.validation[:, 2], [0.01, 0.99])
    assert (values[0], values[-1]) == (pytest.approx(low), pytest.approx(high))
    for place in (0, 5):
        changed = column.validation.astype(np.float32).copy()
        changed[:, 2] = values[place]
        scaled = torch.from_numpy((changed - np.asarray(column.mean)) / np.asarray(column.std)).float()
        with torch.no_grad():
            expected = bench.model(scaled).softmax(1).mean(0)
        np.testing.assert_allclose(mean[:, place], expected, rtol=1e-4)
    assert "4 columns" in asking.failure("dependence", run("classes"), column=4)
    assert "columns of a table" in asking.failure("dependence", run("images"), column=0)


def test_the_dependence_of_a_linear_network_is_a_line(linear: RunFolder, asking: Asking) -> None:
    answer = asking.ask("dependence", linear, column=2, points=5)
    bench = asking.bench
    weight = float(bench.parameters()["fc1.weight"][0, 2].detach())
    column = next(iter(bench._data.values())).input("input1")
    slope = np.diff(answer.arrays["mean"][0]) / np.diff(answer.arrays["values"])
    std = float(np.broadcast_to(np.asarray(column.std), column.shape)[2])
    _, unit = bench.objectives[0].unit or ()
    np.testing.assert_allclose(slope, weight / std * unit.item(), rtol=1e-3)
    sexes = asking.ask("dependence", linear, column=1).arrays["values"]
    assert len(sexes) == 2, "of few values each is tried"


def test_a_column_that_nobody_reads_does_not_matter(linear: RunFolder, asking: Asking) -> None:
    asking.ask("about", linear)
    bench = asking.bench
    weight = bench.model.get_parameter("fc1.weight")
    with torch.no_grad():
        kept = weight.clone()
        weight[0, 4] = 0
        weight[0, 2] = 500
        answer = asking.ask("importance", linear, repeats=3)
        weight.copy_(kept)
    means = answer.arrays["importance"].mean(0)
    assert means[4] == pytest.approx(0, abs=1e-2) and means.argmax() == 2
    assert answer.facts["features"][2] == "bmi"
