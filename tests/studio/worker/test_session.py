"""Whole runs, from their folder to their end."""

from __future__ import annotations

import json
import os
import py_compile
import resource
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from documents import CNN, MLP, REGRESSION, Layers, chain, cnn, history, mlp, regression, texts_beside_numbers

from models.document import Document
from models.document.edits import SetParam
from studio.running.launch import new_run
from studio.runs.checkpoints import Checkpoints
from studio.runs.errors import RunError
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.source import ANY
from studio.worker.errors import sentence_for
from studio.worker.process.control import Control
from studio.worker.session import Session, resume, train
from studio.worker.training.losses.drawing import draw_weights, drawn
from studio.worker.training.updating.zeros import share_near_zero
from support import held_up

New = Callable[[Document], RunFolder]


class Told:
    """Keeps what a session tells, and may act on it."""

    def __init__(self, act: Callable[[str, dict[str, Any]], None] | None = None) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []
        self.act = act

    def __call__(self, event: str, facts: dict[str, Any]) -> None:
        self.events.append((event, facts))
        if self.act:
            self.act(event, facts)

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.events]


def when(wanted: str, count: int, action: Callable[[], None]) -> Callable[[str, dict[str, Any]], None]:
    """Do something at the n-th event of a name."""
    seen = 0

    def act(event: str, facts: dict[str, Any]) -> None:
        nonlocal seen
        seen += event == wanted
        if event == wanted and seen == count:
            action()

    return act


def logged(run: RunFolder) -> list[str]:
    return [event["event"] for event in read_events(run.events_path)]


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
    (note,) = [facts["message"] for name, facts in told.events if name == "warning"]
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
    notes = [facts["message"] for name, facts in told.events if name == "warning"]
    assert notes == ["Class weights: setosa 1, versicolor 2, virginica 1."]


def test_targets_that_a_loss_makes_no_sense_of_end_the_run_with_a_remedy(new: New) -> None:
    layers: Layers = [*REGRESSION[:-1], ("output1", "Output", {"loss": "BCEWithLogitsLoss"})]
    outcome = train(new(chain(layers, "diabetes")))
    assert outcome.state == "failed" and "needs targets from 0 to 1" in outcome.reason and "MSELoss" in outcome.reason


def test_a_diverging_run_ends_with_advice_and_keeps_its_best(new: New) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [10]}),
        ("fc1", "Linear", {"out_features": 1}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    run = new(chain(layers, "diabetes", optimizer={"kind": "SGD", "params": {"lr": 1e30}}))
    outcome = train(run)
    assert outcome.state == "failed"
    assert "Try a smaller learning rate, such as 0.001." in outcome.reason
    assert "nan" in logged(run)
    assert run.status().reason == outcome.reason
    assert not any(not np.isfinite(points.values).all() for points in read_metrics(run.metrics_path).values())


def test_a_flipped_bit_in_the_last_checkpoint_means_the_one_before(new: New) -> None:
    document = cnn(epochs=4)
    run = new(document)
    for epoch in (1, 1):
        control = Control()
        (train if run.checkpoints.get("last") is None else resume)(
            run, control=control, listener=Told(when("epoch", epoch, control.stop))
        )
    last, previous = run.checkpoints.get("last"), run.checkpoints.get("previous")
    assert last and previous and last.step > previous.step
    file = last.path / "weights.safetensors"
    content = bytearray(file.read_bytes())
    content[-5] ^= 1
    file.write_bytes(content)
    told = Told()
    assert resume(run, listener=told).state == "finished"
    warning = next(facts["message"] for name, facts in told.events if name == "warning")
    assert "damaged" in warning and "The one before it is used." in warning
    whole = Told()
    train(new(document), listener=whole)
    assert history(told.events) == history(whole.events)[1:]


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk, no file can grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_ends_an_unwatched_run_and_leaves_it_readable(new: New) -> None:
    run = new(cnn(epochs=200))
    with files_of_at_most(6000):
        outcome = train(run)
    assert outcome.state == "failed" and "Could not write" in outcome.reason
    assert len(read_metrics(run.metrics_path)["train/loss"]) > 0
    assert resume(RunFolder.open(run.path), control=_stopping()).state == "stopped"


def _stopping() -> Control:
    control = Control()
    control.stop()
    return control


def test_a_full_disk_pauses_a_watched_run_which_goes_on_when_there_is_room(new: New) -> None:
    run, control = new(cnn(epochs=60)), Control()
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    reasons = []

    def act(event: str, facts: dict[str, Any]) -> None:
        if event == "paused":
            reasons.append(facts["reason"])
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
            control.go_on()

    told = Told(act)
    with files_of_at_most(6000):
        outcome = train(run, control=control, listener=told, patient=True)
    assert outcome.state == "finished"
    assert len(reasons) == 1 and "Could not write" in reasons[0]
    assert len(history(told.events)) == 60
    assert read_metrics(run.metrics_path)["validation/loss"].steps.tolist() == [45 * n for n in range(1, 61)]


def test_memory_that_runs_out_is_a_sentence(new: New) -> None:
    document = mlp(batch_size=64)
    document.network.set_params("fc1", {"out_features": 2_000_000_000})
    document.analysis.recompute()
    outcome = train(new(document))
    assert outcome.state == "failed"
    assert outcome.reason == "The memory of cpu ran out. Try smaller batches, or a smaller network."


def test_a_device_that_is_not_there_is_a_sentence(new: New) -> None:
    outcome = train(new(mlp()), device="cuda:7")
    assert outcome.state == "failed" and "This computer has no device cuda:7. It has:" in outcome.reason


def test_data_that_is_not_there_is_a_sentence(new: New, tmp_path: Path) -> None:
    outcome = train(new(mlp(data={"source": "csv", "path": str(tmp_path / "none.csv")})))
    assert outcome.state == "failed" and "none.csv" in outcome.reason


def test_whole_numbers_are_asked_of_the_data_that_an_embedding_reads(new: New) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 5, "embedding_dim": 3}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    outcome = train(new(chain(layers, "iris")))
    assert outcome.state == "failed" and "takes integers, but Iris holds float32" in outcome.reason
    assert "num_embeddings" in sentence_for(IndexError("index out of range in self"))


@pytest.mark.parametrize(
    ("numbers", "sentence"),
    [
        (np.arange(80) % 7, "embedding1 has rows 0 to 4, but NumPy arrays holds the number 6. Set num_embeddings"),
        (np.arange(80) % 5 - 2, "An Embedding counts from 0, but NumPy arrays holds -2. Add 2 to its numbers."),
    ],
)
def test_numbers_beyond_a_table_are_named_before_the_first_step(
    new: New, tmp_path: Path, numbers: np.ndarray, sentence: str
) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4], "dtype": "int"}),
        ("embedding1", "Embedding", {"num_embeddings": 5, "embedding_dim": 3}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    np.savez(tmp_path / "words.npz", x=numbers.reshape(20, 4), y=np.arange(20) % 2)
    run = new(chain(layers, data={"source": "numpy", "path": str(tmp_path / "words.npz"), "tokens": True}))
    outcome = train(run)
    assert outcome.state == "failed" and sentence in outcome.reason
    assert "started" not in logged(run)


def test_a_source_that_fails_is_a_sentence_and_its_traceback_is_kept(new: New) -> None:
    run = new(mlp())
    run.source_path.write_text("from torch import nn\nraise ValueError('broken on purpose')\n")
    outcome = train(run, trust=ANY)
    assert outcome.state == "failed" and "broken on purpose" in outcome.reason
    assert "Traceback" in run.log_path.read_text()


@pytest.mark.parametrize("action", [train, resume])
def test_source_that_the_document_does_not_generate_is_refused_unread_and_unwritten(new: New, action: Any) -> None:
    run = new(mlp())
    run.source_path.write_text(run.source_path.read_text() + "\nopen('ran', 'w').close()\n")
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    told = Told()
    outcome = action(run, listener=told)
    assert outcome.state == "failed" and "that its network does not generate. It was not run." in outcome.reason
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before


def test_nothing_of_the_folder_runs_not_even_what_python_would_have_compiled(new: New, tmp_path: Path) -> None:
    run = new(mlp(epochs=1))
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\n")
    unchecked = py_compile.PycInvalidationMode.UNCHECKED_HASH
    cache = cache_from_source(str(run.source_path))
    py_compile.compile(str(tmp_path / "evil.py"), cfile=cache, invalidation_mode=unchecked)
    (run.path / "torch.py").write_text((tmp_path / "evil.py").read_text())
    assert train(run).state == "finished" and not (tmp_path / "ran").exists()


def test_a_document_that_cannot_be_read_is_a_sentence(new: New) -> None:
    run = new(mlp())
    run.document_path.write_text("no JSON")
    assert "is no Netloom document" in train(run).reason


def test_what_a_user_should_know_comes_before_the_start(new: New) -> None:
    told = Told()
    train(new(mlp(batch_size=1000)), listener=told)
    assert told.names.index("warning") < told.names.index("started")
    assert "1,000 is more than the 120 training examples" in dict(told.events)["warning"]["message"]


def test_a_run_that_another_process_writes_is_refused(new: New) -> None:
    run = new(mlp())
    holding = run.hold()
    outcome = train(run)
    assert outcome.state == "failed" and outcome.reason.startswith(f"Process {os.getpid()} is training")
    assert logged(run) == ["created"]
    holding.release()
    assert train(run).state == "finished"


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


def test_a_disk_that_refuses_a_checkpoint_beside_the_training_ends_the_run_with_its_reason(
    new: New, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("studio.worker.saver.FIRST_SAVE", 0.0)

    def refused(*arguments: Any) -> Any:
        raise RunError("The disk is full.")

    monkeypatch.setattr(Checkpoints, "save", refused)
    outcome = train(new(mlp(epochs=400)))
    assert (outcome.state, outcome.reason) == ("failed", "The disk is full.")


@pytest.mark.parametrize("patient", [False, True])
@pytest.mark.skipif(os.name == "nt", reason="there, a folder with open files cannot be renamed")
def test_a_run_whose_folder_is_renamed_ends_with_a_sentence_and_no_ghost(new: New, patient: bool) -> None:
    run = new(cnn(epochs=40))
    moved = run.path.with_name("moved")
    outcome = train(run, listener=when("epoch", 2, lambda: run.path.rename(moved) and None), patient=patient)
    assert outcome.state == "failed" and "moved or deleted while it trained" in outcome.reason
    assert outcome.epoch < 40
    assert os.listdir(run.path.parent) == ["moved"]
    there = RunFolder.open(moved)
    assert there.status().reason == outcome.reason
    assert len(read_metrics(there.metrics_path)["validation/loss"]) >= 1
    told = Told()
    assert resume(there, control=_stopping(), listener=told).state == "stopped"


def test_a_step_after_which_no_weight_is_a_number_does_not_finish_a_run(new: New) -> None:
    run = new(mlp(epochs=1, batch_size=200, optimizer={"kind": "SGD", "params": {"lr": 1e38, "weight_decay": 1e38}}))
    told = Told()
    outcome = train(run, listener=told)
    assert outcome.state == "failed" and outcome.step == 1
    assert "A weight became infinite or NaN by step 1." in outcome.reason
    assert "Try a smaller learning rate, such as 0.001." in outcome.reason
    assert run.checkpoints.get("last") is None
    assert logged(run)[-3:] == ["epoch", "warning", "failed"]
    assert dict(told.events)["warning"]["message"] == "The validation loss of epoch 1 is no finite number."


@pytest.mark.parametrize("part", ["epoch", "position", "step", "threads", "best", "sums", "optimizer", "data", None])
@pytest.mark.parametrize("value", [None, "x", -1, 10**30, [], {}, {"0": {"a": 1}}])
def test_a_state_that_nobody_saved_is_a_sentence(new: New, trained: RunFolder, part: str | None, value: object) -> None:
    """With right sums: somebody made it so."""
    run = new(mlp())
    source = trained.checkpoints.get("last")
    assert source

    def write(folder: Path) -> None:
        for name in ("weights.safetensors", "training.safetensors", "state.json"):
            (folder / name).write_bytes((source.path / name).read_bytes())
        state = json.loads((folder / "state.json").read_text())
        if part:
            state[part] = value
        (folder / "state.json").write_text(json.dumps(state if part else value))

    run.checkpoints.save(4, write)
    outcome = resume(run)
    assert outcome.state in ("finished", "failed")
    assert outcome.reason.startswith(("Checkpoint step-", "Training stopped")) == (outcome.state == "failed")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    """A run that has been trained."""
    run = new_run(mlp(), None, tmp_path_factory.mktemp("trained"))
    assert train(run).state == "finished"
    return run
