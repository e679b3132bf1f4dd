"""Runs that cannot go on: damage, full disks, missing data, foreign source; each ends with a sentence."""

from __future__ import annotations

import json
import os
import py_compile
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import cache_from_source
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import REGRESSION, Layers, chain, cnn, history, mlp
from told import New, Told, logged, when

from studio.running.launch import new_run
from studio.runs.checkpoints import Checkpoints
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.source import ANY
from studio.worker.errors import sentence_for
from studio.worker.process.control import Control
from studio.worker.session import resume, train


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
