"""Scores, compared with a plain loop over the network and with what the run measured itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from documents import Layers, chain, mlp, two_ended
from trained_runs import ITSELF, PICTURES, SWITCH, Asking, trained

from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.samples.reader import read_samples
from studio.worker.probing.bench import Bench
from studio.worker.process.control import Control
from studio.worker.training.loop import outputs_of

Run = Callable[[str], RunFolder]


def plain(asking: Asking, run: RunFolder, part: str = "validation") -> tuple[torch.Tensor, torch.Tensor, Bench]:
    """Outputs and targets of all examples in one go."""
    asking.ask("about", run)
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    bench = asking.desk._seat._bench
    rows = bench.rows(asking.question("scores", run, part=part), Control(), lambda done, total: None)
    ((inputs, targets),) = rows.batches(10**6)
    with torch.no_grad():
        return outputs_of(bench.model, inputs)[0], targets[0], bench


@pytest.mark.parametrize("part", ["training", "validation"])
def test_classes_are_scored_as_a_plain_loop_does(run: Run, asking: Asking, part: str) -> None:
    found = asking.ask("scores", run("images"), part=part).arrays
    output, target, _ = plain(asking, run("images"), part)
    chances = output.softmax(1)
    best = chances.topk(2, 1).values
    np.testing.assert_array_equal(found["answer"], output.argmax(1))
    np.testing.assert_array_equal(found["truth"], target)
    np.testing.assert_allclose(found["certainty"], best[:, 0], rtol=1e-5)
    np.testing.assert_allclose(found["margin"], best[:, 0] - best[:, 1], atol=1e-6)
    np.testing.assert_allclose(
        found["loss"], torch.nn.functional.cross_entropy(output, target, reduction="none"), rtol=1e-4, atol=1e-6
    )


def test_the_run_measured_the_same_at_its_best(run: Run, asking: Asking) -> None:
    found = asking.ask("scores", run("images")).arrays
    (values,) = [event["values"] for event in read_events(run("images").events_path) if event["event"] == "epoch"]
    assert np.mean(found["truth"] == found["answer"]) == pytest.approx(values["validation/accuracy"])
    assert found["loss"].mean() == pytest.approx(values["validation/loss"], rel=1e-5)


def test_all_is_training_and_then_validation(run: Run, asking: Asking) -> None:
    parts = [
        asking.ask("scores", run("classes"), part=part).arrays["truth"] for part in ("training", "validation", "all")
    ]
    np.testing.assert_array_equal(np.concatenate(parts[:2]), parts[2])


def test_the_part_that_is_kept_apart_is_scored_as_the_run_measured_it(asking: Asking) -> None:
    run = trained(mlp(data={"source": "iris", "test": 30}), asking.folder / "runs")
    found = asking.ask("scores", run, part="test", checkpoint="last").arrays
    (values,) = [event["values"] for event in read_events(run.events_path) if event["event"] == "test"]
    assert len(found["truth"]) == 30
    assert np.mean(found["truth"] == found["answer"]) == pytest.approx(values["test/accuracy"])
    labels = asking.ask("labels", run, part="test").arrays
    np.testing.assert_array_equal(labels["truth"], found["truth"])
    rows = np.concatenate([asking.ask("labels", run, part=part).arrays["rows"] for part in ("all", "test")])
    assert sorted(rows) == list(range(150)), "each row of the data is in one part"
    assert asking.ask("about", run).facts["counts"] == [90, 30, 30]
    for probe in ("thought", "samples", "projection"):
        asking.ask(probe, run, part="test", sample=29, rows=[29])
    assert "no test part" in asking.failure("scores", trained(mlp(), asking.folder / "runs"), part="test")


def test_every_position_of_a_sequence_is_an_answer(run: Run, asking: Asking) -> None:
    answer = asking.ask("scores", run("tokens"))
    output, target, _ = plain(asking, run("tokens"))
    assert answer.facts["positions"] == 32 and len(answer.arrays["truth"]) == 32 * answer.facts["examples"]
    np.testing.assert_array_equal(answer.arrays["truth"].reshape(-1, 32), target)
    np.testing.assert_array_equal(answer.arrays["answer"].reshape(-1, 32), output.argmax(1))
    np.testing.assert_allclose(answer.arrays["certainty"].reshape(-1, 32), output.softmax(1).amax(1), rtol=1e-5)
    expected = torch.nn.functional.cross_entropy(output, target, reduction="none")
    np.testing.assert_allclose(answer.arrays["loss"].reshape(-1, 32), expected, rtol=1e-4)


def test_one_switch_is_two_classes_with_a_score(run: Run, asking: Asking) -> None:
    found = asking.ask("scores", run("switch")).arrays
    output, target, _ = plain(asking, run("switch"))
    yes = output.sigmoid()[:, 0]
    np.testing.assert_allclose(found["score"], yes, rtol=1e-5)
    np.testing.assert_array_equal(found["answer"], yes > 0.5)
    np.testing.assert_array_equal(found["truth"], target[:, 0])
    np.testing.assert_allclose(found["certainty"], torch.maximum(yes, 1 - yes), rtol=1e-5)


def test_two_classes_of_softmax_have_a_score_as_well(run: Run, asking: Asking) -> None:
    found = asking.ask("scores", run("points")).arrays
    np.testing.assert_allclose(found["score"], plain(asking, run("points"))[0].softmax(1)[:, 1], rtol=1e-5)


def test_several_switches_for_one_class_each_are_one_answer(tmp_path: object, asking: Asking) -> None:
    layers = [("input1", "Input", {"shape": [4]}), ("fc1", "Linear", {"out_features": 3}), SWITCH[-1]]
    run = trained(chain(layers, "iris", epochs=1), asking.folder / "runs")
    answer = asking.ask("scores", run)
    output, target, _ = plain(asking, run)
    assert answer.facts["positions"] == 1
    np.testing.assert_array_equal(answer.arrays["truth"], target.argmax(1))
    np.testing.assert_array_equal(answer.arrays["answer"], output.argmax(1))


def test_numbers_are_given_in_the_unit_of_the_data(run: Run, asking: Asking) -> None:
    found = asking.ask("scores", run("tables")).arrays
    output, target, _ = plain(asking, run("tables"))
    mean, std = asking.bench.objectives[0].unit or ()
    np.testing.assert_allclose(found["answer"], output * std + mean, rtol=1e-5)
    np.testing.assert_array_equal(found["truth"], target)
    expected = torch.nn.functional.huber_loss(output, (target - mean) / std, reduction="none")[:, 0]
    np.testing.assert_allclose(found["loss"], expected, rtol=1e-4)


def test_each_output_of_a_network_is_scored_by_itself(tmp_path: Path, asking: Asking) -> None:
    run = trained(two_ended(tmp_path, epochs=1), tmp_path / "runs")
    facts = asking.ask("about", run).facts
    assert [output["id"] for output in facts["outputs"]] == ["kind", "price"] and len(facts["inputs"]) == 2
    kind, price = (asking.ask("scores", run, output=id).arrays for id in ("kind", "price"))
    assert "certainty" in kind and "certainty" not in price and price["answer"].shape == (len(kind["truth"]), 1)
    for name in ("gradient", "integrated_gradients", "occlusion", "grad_cam", "maps", "histograms", "projection"):
        for id in ("kind", "price"):
            question = asking.question(name, run, output=id, sample=2)
            asking.desk.put(question)
            outcome, sentence = asking.outcome(question)
            assert outcome == "done" or "needs a layer" in sentence, (name, id, sentence)
    assert "no Output “x”" in asking.failure("scores", run, output="x")


@pytest.mark.parametrize(("loss", "last"), [("BCEWithLogitsLoss", []), ("BCELoss", [("last", "Sigmoid", {})])])
def test_images_learned_as_yes_and_no_are_scored_by_their_gray(
    loss: str, last: Layers, tmp_path: Path, asking: Asking
) -> None:
    layers = [*PICTURES[:-1], *last, ("output1", "Output", {"loss": {"kind": loss}})]
    run = trained(chain(layers, data=ITSELF, epochs=1), tmp_path)
    facts = asking.ask("about", run).facts
    assert [facts["outputs"][0][name] for name in ("targets", "answers")] == ["numbers", "numbers"]
    found = asking.ask("scores", run).arrays
    output, target, _ = plain(asking, run)
    gray = output if last else output.sigmoid()
    np.testing.assert_allclose(found["answer"], gray.flatten(1), atol=1e-6)
    np.testing.assert_array_equal(found["truth"], target.flatten(1))
    (values,) = [event["values"] for event in read_events(run.events_path) if event["event"] == "epoch"]
    assert np.abs(found["answer"] - found["truth"]).mean() == pytest.approx(values["validation/mae"], rel=1e-4)
    thought = asking.ask("thought", run, sample=3).arrays
    np.testing.assert_allclose(thought["chances"].ravel(), gray[3].ravel(), atol=1e-6)
    log = read_samples(run.samples_path)
    assert log is not None and log.layout.answers[0].form == "numbers"


def test_a_thought_is_what_the_scores_say_of_that_sample(run: Run, asking: Asking) -> None:
    scores = asking.ask("scores", run("images")).arrays
    for row in (0, 100, 358):
        thought = asking.ask("thought", run("images"), sample=row).arrays
        assert thought["chances"].sum() == pytest.approx(1, abs=1e-5)
        assert thought["chances"].argmax() == scores["answer"][row]
        assert thought["chances"].max() == pytest.approx(scores["certainty"][row], rel=1e-4)
        assert thought["loss"][0] == pytest.approx(scores["loss"][row], rel=1e-3, abs=1e-5)


def test_a_sample_is_altered_as_it_is_asked(run: Run, asking: Asking) -> None:
    def values(**more: object) -> np.ndarray:  # type: ignore[type-arg]
        return asking.ask("thought", run("images"), sample=5, **more).arrays["values"].astype(int)

    plain = values()
    assert plain.shape == (1, 8, 8)
    right = values(shift=[2, 0])
    np.testing.assert_array_equal(right[:, :, 2:], plain[:, :, :-2])
    assert (right[:, :, :2] == plain.min()).all()
    np.testing.assert_array_equal(values(shift=[0, -1])[:, :-1], plain[:, 1:])
    assert (values(shift=[100, 0]) == plain.min()).all()
    brighter = values(brightness=0.25)
    np.testing.assert_array_equal(brighter, np.rint(plain + 0.25 * (plain.max() - plain.min())).astype(int))
    noisy = values(noise=0.3, seed=1)
    assert not np.array_equal(noisy, plain) and np.array_equal(noisy, values(noise=0.3, seed=1))
    assert not np.array_equal(noisy, values(noise=0.3, seed=2))


def test_a_number_of_a_row_moves_by_its_own_deviation(run: Run, asking: Asking) -> None:
    asking.ask("thought", run("tables"), sample=3)
    assert asking.desk._seat is not None and asking.desk._seat._bench is not None
    column = next(iter(next(iter(asking.desk._seat._bench._data.values())).inputs.values()))
    before, after = (
        asking.ask("thought", run("tables"), sample=3, **more).arrays["values"] for more in ({}, {"moves": [[2, 1.5]]})
    )
    assert column.std is not None
    np.testing.assert_allclose((after - before)[2], 1.5 * np.broadcast_to(column.std, before.shape)[2], rtol=1e-3)
    assert np.count_nonzero(after != before) == 1


def test_a_sketch_is_seen_as_data_is(run: Run, asking: Asking) -> None:
    from studio.runs.probes.answer import Answer, write_answer

    sample = asking.ask("samples", run("images"), rows=[7]).arrays["values"][0]
    write_answer(asking.folder / "sketch", Answer({"values": sample.astype(np.float32)}, {}))
    drawn = asking.ask("thought", run("images"), sample=0, sketch=str(asking.folder / "sketch")).arrays
    stored = asking.ask("thought", run("images"), sample=7).arrays
    np.testing.assert_allclose(drawn["chances"], stored["chances"], rtol=1e-5)
    assert "loss" not in drawn, "nobody knows what a sketch should be"
    write_answer(asking.folder / "small", Answer({"values": np.zeros((1, 4, 4), np.float32)}, {}))
    assert "shape 1×8×8" in asking.failure("thought", run("images"), sample=0, sketch=str(asking.folder / "small"))


def test_another_word_comes_to_its_position_if_the_data_has_it(run: Run, asking: Asking) -> None:
    before = asking.ask("thought", run("tokens"), sample=2)
    after = asking.ask("thought", run("tokens"), sample=2, words=[[5, 17]])
    changed = np.flatnonzero(before.arrays["values"] != after.arrays["values"])
    assert changed.tolist() == [5] and after.arrays["values"][5] == 17
    assert not np.array_equal(before.arrays["chances"], after.arrays["chances"])
    assert "from 0 to 119, not 5,000" in asking.failure("thought", run("tokens"), sample=2, words=[[5, 5_000]])
    assert "cannot be altered a little" in asking.failure("thought", run("tokens"), sample=2, noise=0.5)


def test_of_several_switches_each_is_a_position_with_no_and_yes(asking: Asking, tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    x = draw.normal(size=(60, 3)).astype(np.float32)
    np.savez(tmp_path / "labels.npz", x=x, y=(x > 0).astype(np.uint8))
    layers = [("input1", "Input", {"shape": [3]}), ("fc1", "Linear", {"out_features": 3}), SWITCH[-1]]
    data = {"source": "numpy", "path": str(tmp_path / "labels.npz")}
    labels = trained(chain(layers, data=data, epochs=1), tmp_path / "runs")
    answer = asking.ask("thought", labels, sample=4)
    output, target, _ = plain(asking, labels)
    yes = output[4].sigmoid()
    np.testing.assert_allclose(answer.arrays["chances"], torch.stack([1 - yes, yes]), rtol=1e-5)
    np.testing.assert_array_equal(answer.arrays["true"], target[4])
