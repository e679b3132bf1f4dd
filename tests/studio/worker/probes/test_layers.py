"""Maps, filters, spreads and places in space, compared with plain torch, numpy and scikit-learn."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch
from sklearn.decomposition import PCA
from trained_runs import Asking

from studio.runs.folder import RunFolder
from studio.worker.probes.layers.maps import pictured
from studio.worker.probes.space.projection import principal

Run = Callable[[str], RunFolder]


def test_maps_come_most_active_first_from_the_lowest_value_to_the_highest(run: Run, asking: Asking) -> None:
    answer = asking.ask("maps", run("images"), sample=3, layer="conv1", channels=99, side=8, with_values=True)
    (facts,) = answer.facts["layers"]
    values = answer.arrays["values"]
    activity = np.abs(values).mean((1, 2))
    assert facts["channels"] == np.argsort(-activity, kind="stable").tolist()
    assert (facts["low"], facts["high"]) == (pytest.approx(values.min()), pytest.approx(values.max()))
    scaled = (values[facts["channels"]] - values.min()) / np.ptp(values) * 255
    assert np.abs(answer.arrays["0"] - scaled).max() <= 0.51


def test_every_layer_is_on_the_page_in_the_order_of_the_network(run: Run, asking: Asking) -> None:
    layers = asking.ask("maps", run("images"), sample=0).facts["layers"]
    assert [layer["id"] for layer in layers] == ["input1", "conv1", "bn1", "relu1", "pool1", "drop1", "flatten1", "fc1"]
    assert [layer["form"] for layer in layers] == ["maps"] * 6 + ["values"] * 2
    assert layers[3]["zeros"] > 0.1 and layers[1]["zeros"] == 0
    assert "Choose another layer" in asking.failure("maps", run("images"), sample=0, layer="output1")


def test_large_maps_are_thinned_and_broken_values_do_no_harm() -> None:
    value = torch.rand(1, 3, 100, 60)
    value[0, 0, 0, 0] = torch.nan
    pictures, facts = pictured(value, 8, 25)
    assert pictures[""].shape == (3, 25, 15) and facts["step"] == 4 and not facts["finite"]
    pictures, facts = pictured(torch.full((1, 2, 5, 5), 3.0), 8, 25)
    assert not pictures[""].any() and facts["low"] == facts["high"] == 3


def test_two_samples_stand_in_one_scale_with_what_differs_first(run: Run, asking: Asking) -> None:
    first, other = (
        asking.ask("maps", run("images"), sample=row, layer="conv1", channels=99, with_values=True).arrays["values"]
        for row in (3, 9)
    )
    answer = asking.ask("maps", run("images"), sample=3, beside=9, layer="conv1", channels=99)
    (facts,) = answer.facts["layers"]
    order = facts["channels"]
    assert order == np.argsort(-np.abs(first - other).mean((1, 2)), kind="stable").tolist()
    low, high = min(first.min(), other.min()), max(first.max(), other.max())
    for name, values in (("0", first), ("0/beside", other)):
        assert np.abs(answer.arrays[name] - (values[order] - low) / (high - low) * 255).max() <= 0.51
    reach = np.abs(first - other).max()
    assert facts["reach"] == pytest.approx(reach)
    difference = ((first - other)[order] / reach + 1) * 127.5
    assert np.abs(answer.arrays["0/difference"] - difference).max() <= 0.51
    same = asking.ask("maps", run("images"), sample=3, beside=3)
    assert not any(same.arrays[name].any() for name in same.arrays if "difference" in name)
    assert "no such sample" in asking.failure("maps", run("images"), sample=3, beside=10_000)


def test_states_of_a_sequence_are_units_by_steps_around_zero(run: Run, asking: Asking) -> None:
    answer = asking.ask("maps", run("tokens"), sample=2, layer="lstm1", with_values=True)
    (facts,) = answer.facts["layers"]
    values = answer.arrays["values"]
    assert facts["form"] == "states" and values.shape == (32, 16) and answer.arrays["0"].shape == (1, 16, 32)
    reach = np.abs(values).max()
    assert (facts["low"], facts["high"]) == (pytest.approx(-reach), pytest.approx(reach))
    assert np.abs(answer.arrays["0"][0] - (values.T / reach + 1) * 127.5).max() <= 0.51


def test_filters_are_the_weights_themselves(run: Run, asking: Asking) -> None:
    answer = asking.ask("filters", run("images"), layer="conv1")
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    weight = asking.desk._seat._bench.parameters()["conv1.weight"].detach()
    np.testing.assert_array_equal(answer.arrays["weight"], weight)
    np.testing.assert_allclose(answer.facts["norms"], weight.flatten(1).norm(dim=1), rtol=1e-5)
    assert asking.ask("filters", run("tokens"), layer="lstm1").facts["shape"] == [32, 8]
    assert "has no filters" in asking.failure("filters", run("images"), layer="relu1")


def test_spreads_count_every_value_once(run: Run, asking: Asking) -> None:
    answer = asking.ask("histograms", run("images"), examples=64)
    layers = {layer["id"]: (number, layer) for number, layer in enumerate(answer.facts["layers"])}
    number, conv = layers["conv1"]
    assert answer.arrays[f"{number}/activations"].sum() == 20_000, "of more values a part is taken"
    assert answer.arrays[f"{number}/weights"].sum() == 6 * 9 + 6
    number, fc = layers["fc1"]
    assert answer.arrays[f"{number}/activations"].sum() == 64 * 10
    _, relu = layers["relu1"]
    assert 0.1 < relu["activations"]["zeros"] < 0.9 and relu["activations"]["dead"] < 1
    assert conv["gradients"]["size"] > 0 and fc["gradients"]["size"] > 0


def test_gradients_are_of_the_loss_that_was_trained_with_numbers_in_its_unit(run: Run, asking: Asking) -> None:
    facts = asking.ask("histograms", run("tables"), examples=64).facts["layers"]
    last = next(layer for layer in reversed(facts) if layer.get("gradients"))
    # Errors of some hundred would lie beyond the bend of Huber's loss, each with a slope of 1/64.
    assert 0 < last["gradients"]["size"] < 0.9 / 64


def test_a_channel_that_never_speaks_is_dead(run: Run, asking: Asking) -> None:
    asking.ask("about", run("images"))
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    bias = asking.desk._seat._bench.model.get_parameter("bn1.bias")
    with torch.no_grad():
        kept = bias.clone()
        bias[:3] = -1e6
        facts = asking.ask("histograms", run("images"), examples=8).facts["layers"]
        bias.copy_(kept)
    assert next(layer for layer in facts if layer["id"] == "relu1")["activations"]["dead"] == pytest.approx(0.5)


def test_what_pads_texts_is_not_dead(run: Run, asking: Asking) -> None:
    """Places behind the last word are 0 in every text, in the Input and, with a row for padding, in its Embedding."""
    facts = asking.ask("histograms", run("written"), examples=40).facts["layers"]
    layers = {layer["id"]: layer["activations"] for layer in facts}
    assert all(layers[id]["dead"] == 0 for id in ("words", "embedding1", "others"))
    assert all(0 <= given["zeros"] <= 1 for given in layers.values())


@pytest.mark.parametrize("shape", [(30, 7), (7, 30), (12, 1)])
def test_the_projection_is_that_of_scikit_learn_but_for_signs(shape: tuple[int, int]) -> None:
    values = np.random.default_rng(0).normal(size=shape).astype(np.float32) @ np.diag(
        np.arange(1, shape[1] + 1)
    ).astype(np.float32)
    points, spread = principal(values)
    count = min(2, *shape)
    expected = PCA(count).fit(values)
    np.testing.assert_allclose(np.abs(points[:, :count]), np.abs(expected.transform(values)), rtol=1e-3, atol=1e-3)
    np.testing.assert_allclose(spread[:count], expected.explained_variance_ratio_, rtol=1e-4)


def test_points_know_their_samples_and_answers(run: Run, asking: Asking) -> None:
    scores = asking.ask("scores", run("images")).arrays
    answer = asking.ask("projection", run("images"), examples=100)
    rows = answer.arrays["rows"]
    assert answer.facts["layer"] == "flatten1" and len(set(rows.tolist())) == 100
    np.testing.assert_array_equal(answer.arrays["truth"], scores["truth"][rows])
    np.testing.assert_array_equal(answer.arrays["answer"], scores["answer"][rows])


def test_the_surface_agrees_with_the_answers_at_the_points(run: Run, asking: Asking) -> None:
    answer = asking.ask("surface", run("points"), side=300)
    scores = asking.ask("scores", run("points")).arrays
    (left, right), (low, high) = answer.facts["ranges"]
    points, chances = answer.arrays["points"], answer.arrays["chances"]
    assert chances.shape == (2, 300, 300)
    np.testing.assert_allclose(chances.sum(0), 1, rtol=1e-5)
    columns = np.rint((points[:, 0] - left) / (right - left) * 299).astype(int)
    lines = np.rint((points[:, 1] - low) / (high - low) * 299).astype(int)
    assert np.abs(chances[1, lines, columns] - scores["score"][answer.arrays["rows"]]).max() < 0.02
    assert "Input of two numbers" in asking.failure("surface", run("images"))
