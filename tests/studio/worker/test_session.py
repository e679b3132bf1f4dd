"""Whole runs, from their folder to their end: paused, stopped, resumed to the bit, and what they tell."""

from __future__ import annotations

import json
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import CNN, MLP, REGRESSION, Layers, chain, cnn, history, mlp, regression, texts_beside_numbers
from told import New, Told, logged, when

from models.document import Document
from models.document.edits import SetParam
from studio.runs.checkpoints import Checkpoints
from studio.runs.events import read_events
from studio.runs.metrics.reader import read_metrics
from studio.worker.process.control import Control
from studio.worker.session import Session, resume, train
from studio.worker.training.losses.drawing import draw_weights, drawn
from studio.worker.training.updating.zeros import share_near_zero
from support import held_up


def test_a_run_leaves_everything_in_its_folder(new: New) -> None:
    run, told = new(cnn(epochs=3)), Told()
    outcome = train(run, listener=told)
    assert outcome == ("finished", "", 3, 3 * 45)
    assert run.status().state == "finished"
    assert logged(run) == ["created", "started", "epoch", "epoch", "epoch", "finished"]
    series = read_metrics(run.metrics_path)
    assert set(series) == {
        *("train/loss", "train/accuracy", "validation/loss", "validation/accuracy"),
        *("learning_rate", "samples_per_second", "gradient_norm", "update_ratio"),
        *("device_memory_mb", "device_utilization", "data_wait"),
    }
    assert series["validation/loss"].steps.tolist() == [45, 90, 135]
    assert series["validation/loss"].epochs.tolist() == [1.0, 2.0, 3.0]
    assert len(series["train/loss"]) >= 3
    values = [event["values"] for event in read_events(run.events_path) if event["event"] == "epoch"]
    assert [value["validation/loss"] for value in values] == pytest.approx(series["validation/loss"].values.tolist())
    last, best = (run.checkpoints.get(name) for name in ("last", "best"))
    assert last and last.step == 135
    losses = [value["validation/loss"] for value in values]
    assert best and best.facts["values"]["validation/loss"] == min(losses)


def test_progress_is_told_with_steps_and_epochs(new: New) -> None:
    told = Told()
    train(new(mlp(epochs=2)), listener=told)
    facts = [facts for name, facts in told.events if name == "progress"]
    assert {"step", "steps", "epoch", "epochs", "loss", "accuracy", "samples_per_second"} <= set(facts[0])
    assert facts[0]["steps"] == 8


@pytest.mark.parametrize("document", [cnn(epochs=6), regression(epochs=6), mlp(epochs=6)], ids=["cnn", "mae", "mlp"])
def test_stopping_and_resuming_gives_the_losses_of_an_uninterrupted_run(new: New, document: Document) -> None:
    whole = Told()
    train(new(document), listener=whole)

    run, control = new(document), Control()
    first = Told(when("epoch", 3, control.stop))
    assert train(run, listener=first, control=control).state == "stopped"
    assert run.status().state == "stopped"
    second = Told()
    assert resume(run, listener=second).state == "finished"
    assert history(first.events) + history(second.events) == history(whole.events)
    assert next(facts for name, facts in second.events if name == "resumed")["exact"]
    steps = read_metrics(run.metrics_path)["validation/loss"].steps
    assert len(set(steps.tolist())) == len(steps) == 6


def test_a_run_that_has_no_checkpoint_begins_again(new: New) -> None:
    run = new(mlp())
    control = Control()
    control.leave("The window was closed")
    outcome = train(run, control=control)
    assert outcome.state == "left" and run.status().state == "interrupted"
    assert run.status().reason == outcome.reason == "The window was closed before the first step."
    told = Told()
    for path in run.checkpoints.folder.glob("*"):
        path.rename(path.with_name(f"gone-{path.name}"))
    assert resume(run, listener=told).state == "finished"
    assert len(history(told.events)) == 3


def test_a_pause_saves_and_rests_until_told(new: New) -> None:
    run, control = new(mlp(epochs=4)), Control()
    saved = []

    def act(event: str, facts: dict[str, Any]) -> None:
        if event == "epoch" and facts["epoch"] == 2:
            control.pause()
        if event == "paused":
            saved.append(run.checkpoints.get("last"))
            assert run.status().state == "paused"
            control.go_on()

    assert train(run, control=control, listener=act).state == "finished"
    assert saved and saved[0] and saved[0].step == 8
    assert logged(run)[-6:] == ["epoch", "paused", "resumed", "epoch", "epoch", "finished"]


def test_stop_while_paused_ends(new: New) -> None:
    control = Control()
    told = Told(lambda event, _: control.pause() if event == "epoch" else control.stop() if event == "paused" else None)
    assert train(new(mlp()), control=control, listener=told).state == "stopped"


def test_the_best_checkpoint_is_that_of_the_series_that_is_watched(new: New) -> None:
    document = mlp(epochs=6, watched="macro_f1", optimizer={"kind": "SGD", "params": {"lr": 0.5}})
    run = new(document)
    assert train(run).state == "finished"
    epochs = [event for event in read_events(run.events_path) if event["event"] == "epoch"]
    scores = [event["values"]["validation/macro_f1"] for event in epochs]
    best = run.checkpoints.get("best")
    assert best and best.facts["epoch"] == 1 + scores.index(max(scores))


def test_an_mlp_that_drops_most_says_so_or_is_measured_as_validation_is(new: New) -> None:
    layers: Layers = [*MLP[:3], ("drop1", "Dropout", {"p": 0.9}), *MLP[3:]]
    rate = {"kind": "Adam", "params": {"lr": 0.02}}
    told, afterwards = Told(), Told()
    assert train(new(chain(layers, epochs=8, optimizer=rate)), listener=told).state == "finished"
    epochs = [facts for name, facts in told.events if name == "epoch"]
    assert all(facts["dropout"] is True for facts in epochs)
    same = chain(layers, epochs=8, optimizer=rate, train_measured="afterwards")
    assert train(new(same), listener=afterwards).state == "finished"
    last = [facts["values"] for name, facts in afterwards.events if name == "epoch"][-1]
    assert last["validation/accuracy"] == epochs[-1]["values"]["validation/accuracy"]  # training itself is the same
    assert abs(last["train/accuracy"] - last["validation/accuracy"]) < 0.1
    assert epochs[-1]["values"]["train/accuracy"] < last["train/accuracy"] - 0.1


def test_l1_tells_after_each_epoch_how_many_weights_are_near_0(new: New) -> None:
    run = new(mlp(epochs=4, l1=0.1, optimizer={"kind": "SGD", "params": {"lr": 0.01}}))
    assert train(run).state == "finished"
    shares = read_metrics(run.metrics_path)["near_zero"]
    assert shares.epochs.tolist() == [1, 2, 3, 4] and shares.values[-1] > 2 * shares.values[0] > 0
    tables = [torch.tensor([[0.0, 1.0], [-1e-4, 2e-3]]), torch.zeros(8)]
    assert share_near_zero(tables) == 0.5 and share_near_zero(tables[1:]) == 0.0


def test_texts_beside_numbers_are_resumed_to_the_bit(new: New, tmp_path: Path) -> None:
    _is_resumed_to_the_bit(new, texts_beside_numbers(tmp_path, epochs=2, batch_size=8))


@pytest.mark.parametrize("more", [{"sampling": "balanced"}, {"sampling": "grouped"}, {"train_measured": "afterwards"}])
def test_draws_and_measuring_are_resumed_to_the_bit(new: New, more: dict[str, Any]) -> None:
    _is_resumed_to_the_bit(new, cnn(epochs=2, metrics=["RocAuc", "MacroF1"], **more))


def _is_resumed_to_the_bit(new: New, document: Document) -> None:
    whole = Told()
    assert train(new(document), listener=whole).state == "finished"
    run, control, parts = new(document), Control(), Told()

    def stop_soon(event: str, facts: dict[str, Any]) -> None:
        parts(event, facts)
        if event == "started":
            control.stop()

    assert train(run, control=control, listener=stop_soon).state == "stopped"
    assert resume(run, listener=parts).state == "finished"
    assert history(parts.events) == history(whole.events)


def test_balanced_draws_take_all_classes_alike_and_say_what_an_epoch_is(new: New) -> None:
    told = Told()
    document = chain([("input1", "Input", {"shape": [13]}), *MLP[1:]], "wine", epochs=1, sampling="balanced")
    assert train(new(document), listener=told).state == "finished"
    (note,) = [facts["message"] for name, facts in told.events if name == "note"]
    assert note.startswith("An epoch draws ") and len(note) <= 90
    labels = torch.tensor([0] * 900 + [1] * 90 + [2] * 10)
    rows = torch.cat(drawn(draw_weights(labels), 64, torch.Generator().manual_seed(1), "cpu", False))
    assert len(rows) == 1000
    assert torch.bincount(labels[rows]).tolist() == pytest.approx([333] * 3, abs=60)


def test_a_metric_without_a_value_is_left_out(new: New) -> None:
    steady: Layers = [*REGRESSION[:-1], ("gone", "Hardshrink", {"lambd": 1e9}), REGRESSION[-1]]
    run, told = new(chain(steady, "diabetes", epochs=2, metrics=["SpearmanCorrelation", "R2Score"])), Told()
    run_watched = new(chain(steady, "diabetes", epochs=2, watched="spearman"))
    assert train(run, listener=told).state == train(run_watched).state == "finished"
    values = [facts["values"] for name, facts in told.events if name == "epoch"]
    assert set(values[0]) == {"train/loss", "train/r2", "validation/loss", "validation/r2"}
    assert not any("spearman" in name for name in read_metrics(run.metrics_path))
    said = [facts["message"] for name, facts in told.events if name == "warning"]
    parts = ("training", "validation")
    assert said == [f"No spearman correlation in {part}: targets or predictions are all alike." for part in parts]


def test_balanced_draws_need_classes(new: New) -> None:
    outcome = train(new(regression(sampling="balanced")))
    assert outcome.state == "failed" and "needs a class an example" in outcome.reason


def test_weights_of_classes_are_told(new: New) -> None:
    document = mlp(epochs=1)
    weights = {"kind": "CrossEntropyLoss", "params": {"class_weights": "versicolor: 2"}}
    document.apply(SetParam("output1", "loss", weights))
    told = Told()
    assert train(new(document), listener=told).state == "finished"
    notes = [facts["message"] for name, facts in told.events if name == "note"]
    assert notes == ["Class weights: setosa 1, versicolor 2, virginica 1."]


def test_stop_while_the_data_is_read(new: New) -> None:
    control = Control()
    control.stop()
    session = Session(new(chain(CNN, "digits")), "", control, None, False)
    assert session.run(resuming=False).state == "stopped"


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that whoever opens it waits for")
def test_stop_is_heard_while_a_file_can_not_be_read(new: New, tmp_path: Path) -> None:
    run = new(chain(MLP, "iris"))
    document = json.loads(run.document_path.read_text())
    document["data"] = {"source": "csv", "path": str(tmp_path / "data.csv")}
    run.document_path.write_text(json.dumps(document))
    control = Control()
    session = Session(run, "", control, when("loading", 1, control.stop), False)
    with held_up(tmp_path / "data.csv"):
        assert session.run(resuming=False).state == "stopped"
        assert session.left_behind
    assert logged(run)[-1] == "stopped"


def test_the_first_checkpoint_comes_soon(new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("studio.worker.saver.FIRST_SAVE", 0.0)
    run, saved = new(mlp(epochs=2)), []
    train(run, listener=lambda event, facts: saved.append(facts["step"]) if event == "checkpoint" else None)
    assert saved == [1, 8]


def test_steps_go_on_while_a_checkpoint_is_written(new: New, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that is due first is held up until so many steps later, and is whole then."""
    monkeypatch.setattr("studio.worker.saver.FIRST_SAVE", 0.0)
    plain, steps, may = Checkpoints.save, [0], threading.Event()

    def held(*arguments: Any) -> Any:
        assert may.wait(60)
        return plain(*arguments)

    def listener(event: str, facts: dict[str, Any]) -> None:
        if event == "epoch":
            steps.append(facts["step"])
            may.set()
        if event == "checkpoint":
            saved.append(facts["step"])

    saved: list[int] = []
    monkeypatch.setattr(Checkpoints, "save", held)
    run = new(mlp(epochs=3))
    assert train(run, listener=listener).state == "finished"
    assert saved[0] == 1 and steps[1] > 1 and saved[-1] == steps[-1]
    checkpoint, problems = run.checkpoints.newest_sound()
    assert checkpoint and checkpoint.step == steps[-1] and not problems
