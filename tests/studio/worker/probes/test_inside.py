"""Attention, what excites a unit, the course of a training, parts switched off, and neighbors: compared with plain
torch and scikit-learn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from documents import Layers, chain
from torch import nn
from trained_runs import Asking, trained

from studio.runs.folder import RunFolder
from studio.worker.probes.layers.attention import weights_of
from studio.worker.probes.space.projection import principal
from studio.worker.process.neighbors import METHODS, TSNE, UMAP, Progress, placed

Run = Callable[[str], RunFolder]


# Attention


def test_attention_is_softmax_of_queries_and_keys_head_by_head(run: Run, asking: Asking) -> None:
    answer = asking.ask("attention", run("tokens"), sample=4)
    weights = answer.arrays["weights"]
    assert answer.facts == {"layer": "attention1", "layers": ["attention1"], "shape": [2, 32, 32]}
    x = asking.sample(run("tokens"), 4)
    module = asking.bench.model.get_submodule("attention1")
    assert isinstance(module, nn.MultiheadAttention) and module.in_proj_weight is not None
    with torch.no_grad():
        given = asking.bench.model.get_submodule("embedding1")(x)[0]
        projected = given @ module.in_proj_weight.T + module.in_proj_bias
        query, key, _ = (part.reshape(32, 2, 4).transpose(0, 1) for part in projected.split(8, 1))
        expected = (query @ key.transpose(1, 2) / 2).softmax(2)
    np.testing.assert_allclose(weights, expected, rtol=1e-4, atol=1e-6)
    assert "has no attention" in asking.failure("attention", run("images"), sample=0)
    assert "Choose attention1" in asking.failure("attention", run("tokens"), sample=0, layer="lstm1")


def test_attention_inside_a_transformer_layer_is_seen_and_each_call_of_a_shared_module() -> None:
    class Twice(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.encoder = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)
            self.shared = nn.MultiheadAttention(8, 4, batch_first=True)

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.encoder(x)
            for _ in range(2):
                y, _ = self.shared(y, y, y, need_weights=False)
            return y

    torch.manual_seed(0)
    model, x = Twice().eval(), torch.randn(1, 5, 8)
    with torch.no_grad():
        plain = model(x)
        found = weights_of(model, (x,))
        expected = model.encoder.self_attn(x, x, x, average_attn_weights=False)[1]
        assert torch.equal(model(x), plain)
    assert {name: tuple(value.shape) for name, value in found.items()} == {
        "encoder": (1, 2, 5, 5),
        "shared": (1, 4, 5, 5),
        "shared, call 2": (1, 4, 5, 5),
    }
    torch.testing.assert_close(found["encoder"], expected)
    assert not torch.equal(found["shared"], found["shared, call 2"])
    assert not any(module._forward_pre_hooks for module in model.modules())


# What excites a unit


def test_the_most_exciting_examples_are_those_with_the_highest_peak(run: Run, asking: Asking) -> None:
    answer = asking.ask("exciting", run("images"), layer="conv1", unit=3, count=5, examples=50)
    rows, peaks, places = (answer.arrays[name] for name in ("rows", "peaks", "places"))
    values = [
        asking.ask("maps", run("images"), sample=int(row), layer="conv1", with_values=True).arrays["values"][3]
        for row in rows
    ]
    np.testing.assert_allclose(peaks, [value.max() for value in values], rtol=1e-5)
    assert places.tolist() == [value.argmax() for value in values]
    assert (np.diff(peaks) <= 0).all() and answer.facts["shape"] == [6, 8, 8]
    everyone = asking.ask("exciting", run("images"), layer="conv1", unit=3, count=3, examples=10_000).arrays
    assert everyone["peaks"][0] >= peaks[0]


def test_climbing_raises_the_unit_within_the_span_of_the_data(run: Run, asking: Asking) -> None:
    answer = asking.ask("exciting", run("images"), layer="relu1", unit=2, examples=50, steps=40)
    low, high = answer.facts["span"]
    climbed = answer.arrays["climbed"]
    assert climbed.shape == (1, 8, 8) and low <= climbed.min() and climbed.max() <= high
    assert answer.facts["end"] > answer.facts["start"] + 0.5
    with torch.no_grad():
        _, seen = asking.bench.taps.run((torch.from_numpy(climbed)[None],))
    assert float(seen["relu1"][0, 2].mean()) == pytest.approx(answer.facts["end"], rel=1e-4)


def test_of_a_linear_unit_the_climb_follows_its_weights(run: Run, asking: Asking) -> None:
    climbed = asking.ask("exciting", run("classes"), layer="fc1", unit=5, steps=60).arrays["climbed"]
    weight = asking.bench.parameters()["fc1.weight"][5].detach().numpy()
    assert (np.sign(climbed) == np.sign(weight)).all(), "each number goes as far as the data does"
    units = asking.ask("exciting", run("tokens"), layer="lstm1", unit=15, count=2)
    assert "climbed" not in units.arrays and units.facts["shape"] == [32, 16]
    assert "has 16 units" in asking.failure("exciting", run("tokens"), layer="lstm1", unit=16)


# The course of a training


def test_the_course_begins_with_the_weights_as_they_were_drawn(run: Run, asking: Asking) -> None:
    answer = asking.ask("course", run("images"), layer="conv1", examples=16)
    facts = answer.facts["checkpoints"]
    assert facts[0]["epoch"] == 0 and facts[-1]["epoch"] == 1
    assert [item["step"] for item in facts] == sorted(item["step"] for item in facts)
    last = asking.bench.parameters()["conv1.weight"].detach()
    drawn = asking.ask("filters", run("images"), layer="conv1", checkpoint="").arrays["weight"]
    edges = answer.arrays["weights/edges"]
    bias = [asking.bench.parameters()["conv1.bias"].detach()]
    counts = np.histogram(np.concatenate([drawn.reshape(-1), bias[0].numpy()]), edges)[0]
    np.testing.assert_array_equal(answer.arrays["0/weights"], counts)
    assert answer.arrays[f"{len(facts) - 1}/weights"].sum() == last.numel() + len(bias[0])
    assert not np.array_equal(answer.arrays["0/weights"], answer.arrays[f"{len(facts) - 1}/weights"])
    assert "Choose another layer" in asking.failure("course", run("images"), layer="none", examples=16)


# Parts switched off


def test_without_a_change_nothing_changes_and_with_all_off_one_class_is_left(run: Run, asking: Asking) -> None:
    plain = asking.ask("ablation", run("images"), examples=100)
    assert plain.facts["accuracy"][0] == plain.facts["accuracy"][1] and plain.facts["loss"][0] == plain.facts["loss"][1]
    scores = asking.ask("scores", run("images")).arrays
    whole = asking.ask("ablation", run("images"), changes=[{"layer": "relu1"}])
    assert whole.facts["accuracy"][0] == pytest.approx(np.mean(scores["truth"] == scores["answer"]))
    assert whole.facts["loss"][0] == pytest.approx(scores["loss"].mean(), rel=1e-4)
    assert np.count_nonzero(whole.arrays["right"][1]) == 1, "all examples get the same answer"
    np.testing.assert_array_equal(whole.arrays["count"], np.bincount(scores["truth"]))


def test_a_filter_switched_off_is_one_whose_weights_are_zero(run: Run, asking: Asking) -> None:
    found = asking.ask("ablation", run("images"), changes=[{"layer": "bn1", "units": [1, 4]}], examples=80).facts
    model = asking.bench.model
    with torch.no_grad():
        kept = {name: value.clone() for name, value in model.state_dict().items()}
        for name in ("weight", "bias"):
            model.get_parameter(f"bn1.{name}")[[1, 4]] = 0
        expected = asking.ask("ablation", run("images"), examples=80).facts
        model.load_state_dict(kept)
    assert found["loss"][1] == pytest.approx(expected["loss"][0], rel=1e-4)


def test_a_layer_is_passed_by_where_it_keeps_the_shape(run: Run, asking: Asking) -> None:
    thought = asking.ask("thought", run("images"), sample=5, changes=[{"layer": "relu1", "bypass": True}]).arrays
    x = asking.sample(run("images"), 5)
    model = asking.bench.model
    with torch.no_grad():
        maps = model.get_submodule("bn1")(model.get_submodule("conv1")(x))
        expected = model.get_submodule("fc1")(model.get_submodule("pool1")(maps).flatten(1)).softmax(1)[0]
    np.testing.assert_allclose(thought["chances"][:, 0], expected, rtol=1e-4, atol=1e-7)
    for layer, words in (("pool1", "Switch it off"), ("none", "no layer"), ("input1", "no layer")):
        sentence = asking.failure("ablation", run("images"), changes=[{"layer": layer, "bypass": True}], examples=8)
        assert words in sentence
    assert "6 units" in asking.failure("ablation", run("images"), changes=[{"layer": "conv1", "units": [6]}])


def test_two_classes_exchange_their_answers(run: Run, asking: Asking) -> None:
    plain, swapped = (
        asking.ask("thought", run("images"), sample=5, **more).arrays["chances"][:, 0]
        for more in ({}, {"swap": [2, 7]})
    )
    expected = plain.copy()
    expected[[2, 7]] = plain[[7, 2]]
    np.testing.assert_allclose(swapped, expected, rtol=1e-5)
    assert "“swap”" in asking.failure("thought", run("images"), sample=5, swap=[2, 10])
    assert "“swap”" in asking.failure("ablation", run("tables"), swap=[0, 1])


def test_a_unit_of_a_sequence_is_a_feature_of_every_step(run: Run, asking: Asking) -> None:
    off = [{"layer": "lstm1", "units": list(range(16))}]
    all_off = asking.ask("thought", run("tokens"), sample=0, changes=off).arrays["chances"]
    whole = asking.ask("thought", run("tokens"), sample=0, changes=[{"layer": "lstm1"}]).arrays["chances"]
    np.testing.assert_allclose(all_off, whole, rtol=1e-6)


# Neighbors


def test_neighbors_are_placed_by_what_the_layer_gives(run: Run, asking: Asking, tmp_path: Path) -> None:
    # The example of the probe, whose answer is kept in the run: a process takes its time to begin.
    answer = asking.ask("neighbors", run("images"), layer="conv1", examples=40, method=TSNE)
    rows, points = answer.arrays["rows"].tolist(), answer.arrays["points"]
    inputs = torch.cat([asking.sample(run("images"), row) for row in rows])
    with torch.no_grad():
        values = asking.bench.model.get_submodule("conv1")(inputs).flatten(1).numpy()
    expected = placed(principal(values, 50)[0], TSNE, tmp_path / "far")
    away = [np.linalg.norm(one[:, None] - one[None], axis=2) for one in (points, expected)]
    assert len(rows) == 40 and np.corrcoef(away[0].ravel(), away[1].ravel())[0, 1] > 0.9


@pytest.mark.parametrize("method", METHODS)
def test_places_keep_groups_together_and_say_how_far_they_are(method: str, tmp_path: Path) -> None:
    if method == UMAP:
        pytest.importorskip("umap")
    groups = np.repeat(np.eye(3, 5, dtype=np.float32) * 50, 20, 0)
    values = groups + np.random.default_rng(0).normal(size=groups.shape).astype(np.float32)
    points = placed(values, method, tmp_path / "far")
    done, total = map(int, (tmp_path / "far").read_text().split())
    assert 0 < done <= total
    middles = points.reshape(3, 20, 2).mean(1, keepdims=True)
    within = np.linalg.norm(points.reshape(3, 20, 2) - middles, axis=2).max()
    between = min(np.linalg.norm(middles[one] - middles[other]) for one, other in ((0, 1), (0, 2), (1, 2)))
    assert between > 2 * within


def test_what_is_printed_tells_how_far_it_is(tmp_path: Path) -> None:
    progress, place = Progress(tmp_path / "far"), tmp_path / "far"
    progress.write("[t-SNE] Computing 31 nearest neighbors...")
    assert not place.exists()
    progress.write("[t-SNE] Iteration 250: error = 1.5, gradient norm = 0.1 (50 iterations in 0.02s)")
    assert place.read_text() == "250 1000"
    progress.write("Epochs completed:  38%| ###8      | 188/500 [00:01<00:02]")
    assert place.read_text() == "188 500"


def test_without_umap_a_sentence_says_what_to_install(
    run: Run, asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "umap", None)
    assert "pip install netloom[umap]" in asking.failure("neighbors", run("images"), method=UMAP)
    assert "t-sne or umap" in asking.failure("neighbors", run("images"), method="mds")


ONE: Layers = [("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 3}), ("output1", "Output", {})]


def test_a_question_that_is_given_up_ends_its_child(asking: Asking) -> None:
    import psutil

    one = trained(chain(ONE, "iris", epochs=1), asking.folder / "runs")
    question = asking.question("neighbors", one, part="all")
    asking.desk.put(question)
    me = psutil.Process()
    while not (children := [child for child in me.children() if "neighbors" in " ".join(child.cmdline())]):
        asking.desk.step()
    asking.desk.cancel(question.id)
    assert asking.outcome(question) == ("canceled", "")
    assert not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children)
