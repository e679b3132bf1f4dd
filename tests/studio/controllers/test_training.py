"""Training from the window's side, with a real worker process and real data."""

from __future__ import annotations

import os
import re
import resource
import signal
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from documents import Layers, chain, mlp
from hypothesis import given
from hypothesis import strategies as st
from pytestqt.qtbot import QtBot
from training_studio import LONG, Studio, runs, states

from models.document import Document
from models.document.edits import SetParam, SetSection
from studio.controllers.preparation import next_name
from studio.running import preflight
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from support import clocked, within


def wide(**training: Any) -> Document:
    """A network that takes half a megabyte for each of 1,438 digits, and has few weights."""
    layers: Layers = [
        ("input1", "Input", {"shape": [1, 8, 8]}),
        ("conv1", "Conv2d", {"out_channels": 512, "kernel_size": 1}),
        ("sigmoid1", "Sigmoid", {}),
        ("tanh1", "Tanh", {}),
        ("pool1", "AdaptiveAvgPool2d", {"output_size": 1}),
        ("flatten1", "Flatten", {}),
        ("fc1", "Linear", {"out_features": 10}),
        ("output1", "Output", {}),
    ]
    return chain(layers, "digits", **training)


@given(st.lists(st.one_of(st.integers(0, 10**6).map("run {}".format), st.text()), max_size=20))
def test_names_go_on_from_the_highest_number(names: list[str]) -> None:
    number = int(next_name(names).removeprefix("run "))
    assert number >= 1
    assert f"run {number}" not in names
    assert all(f"run {higher}" not in names for higher in range(number, number + 30))


def test_the_first_run_is_run_1_and_deleted_names_may_come_again() -> None:
    assert next_name([]) == "run 1"
    assert next_name(["run 3", "best", "run 12 copy", "Run 40"]) == "run 4"


def test_a_worker_that_still_starts_is_said(cold: Studio) -> None:
    assert (cold.training.device_text, cold.training.status_text) == ("Looking for devices…", "Worker is off")
    cold.training.warm_up()
    cold.until(lambda: cold.training.status_text == "Worker is starting")


def test_closing_while_the_worker_starts_is_quick_and_leaves_no_process(cold: Studio) -> None:
    def close() -> float:
        studio = Studio(cold.qtbot)
        studio.training.warm_up()
        pid = studio.pid
        taken = clocked(studio.training.shutdown)
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
        studio.close()
        return taken

    within(1.0, close)


def test_a_run_from_its_name_to_its_end(studio: Studio) -> None:
    assert studio.training.status_text == "Worker ready"
    assert studio.training.device_text
    alone = studio.training.device_text
    studio.documents.apply(SetSection("training", {"devices": 2, "device": "cpu"}))
    assert studio.training.device_text.startswith("2 processes · ")
    studio.documents.undo()
    assert studio.training.device_text == alone
    run = studio.begin(mlp(epochs=60))
    folder = RunFolder.open(run)
    assert (folder.name, folder.header["title"]) == ("run 1", "exam")
    assert "class Exam(" in folder.source_path.read_text()
    studio.until(lambda: studio.ended)
    assert studio.ended == [run]
    assert states(studio) == {"run 1": "finished"}
    assert studio.said[-1].text == "run 1 has finished." and studio.said[-1].kind == "good"
    assert not studio.training.is_training and studio.training.current_id == ""
    assert studio.training.run_text == "Finished"
    last = studio.progress[-1]
    assert last.step == last.steps
    studio.begin(mlp(epochs=1000))
    assert studio.training.run_name == "run 2"
    studio.training.stop()
    studio.until(lambda: len(studio.ended) == 2)
    assert states(studio) == {"run 1": "finished", "run 2": "stopped"}


@pytest.mark.usefixtures("forked")
def test_train_before_the_worker_is_asked_for_is_not_forgotten(cold: Studio) -> None:
    cold.documents.show_run(mlp(epochs=5), "exam")
    cold.training.train()
    cold.training.warm_up()
    cold.until(lambda: cold.ended)
    assert states(cold) == {"run 1": "finished"}


def test_pause_resume_and_stop(studio: Studio) -> None:
    studio.begin(mlp(epochs=LONG))
    assert studio.training.status_text == "Training"
    studio.training.toggle_pause()
    studio.until(lambda: studio.training.is_paused)
    assert studio.training.status_text == "Paused" and studio.training.is_training
    studio.qtbot.wait(300)
    count = len(studio.progress)
    studio.qtbot.wait(300)
    assert len(studio.progress) == count
    studio.training.toggle_pause()
    studio.until(lambda: len(studio.progress) > count)
    assert not studio.training.is_paused
    studio.training.train()
    assert len(runs(studio)) == 1
    studio.training.resume("anything")
    assert "Another run" in studio.said[-1].text
    studio.training.stop()
    studio.until(lambda: studio.ended)


def test_a_stopped_run_goes_on(studio: Studio) -> None:
    run = studio.begin(mlp(epochs=LONG))
    studio.training.stop()
    studio.until(lambda: studio.ended)
    step = studio.progress[-1].step
    studio.training.resume(run.name)
    studio.until(lambda: studio.progress[-1].step > step)
    assert studio.training.current_id == run.name
    studio.training.stop()
    studio.until(lambda: len(studio.ended) == 2)


@pytest.mark.usefixtures("forked")
def test_a_killed_worker_is_told_within_a_second_and_resume_works(cold: Studio) -> None:
    studio = cold
    studio.ready()
    run = studio.begin(mlp(epochs=LONG))

    def kill() -> float:
        studio.qtbot.wait(600)
        points = len(read_metrics(run / "metrics.bin")["train/loss"])
        assert points
        pid, said = studio.pid, len(studio.said)
        os.kill(pid, signal.SIGKILL)
        start = time.monotonic()
        studio.until(lambda: len(studio.said) > said)
        taken = time.monotonic() - start
        assert studio.said[-1].text == "The worker was killed by signal 9 (SIGKILL). Every point is kept."
        assert studio.said[-1].kind == "error"
        assert len(read_metrics(run / "metrics.bin")["train/loss"]) >= points
        assert states(studio) == {"run 1": "interrupted"}
        studio.act("Resume")
        studio.until(lambda: studio.training.current_id == run.name and studio.training.status_text == "Training")
        assert studio.pid != pid
        return taken

    within(1.0, kill)
    count = len(studio.progress)
    studio.until(lambda: len(studio.progress) > count)
    studio.training.stop()
    studio.until(lambda: len(studio.ended) == 2)


@pytest.mark.usefixtures("forked")
def test_an_interrupted_run_is_offered_at_the_next_start(cold: Studio, qtbot: QtBot) -> None:
    studio = cold
    run = studio.begin(mlp(epochs=LONG))
    studio.training.shutdown()
    later = Studio(qtbot)
    try:
        later.training.warm_up()
        later.until(lambda: later.said)
        assert later.said[0].text.startswith("run 1 was interrupted at epoch ")
        assert later.said[0].waits
        later.act("Resume")
        later.until(lambda: later.training.current_id == run.name)
        later.until(lambda: later.progress)
        later.training.stop()
        later.until(lambda: later.ended)
    finally:
        later.close()


def test_data_that_does_not_fit_is_said_with_its_mend(studio: Studio) -> None:
    document = mlp()
    document.apply(SetParam("fc2", "out_features", 7))
    studio.documents.show_run(document, "exam")
    studio.training.train()
    studio.until(lambda: studio.said)
    assert studio.said[-1].kind == "error" and studio.said[-1].actions
    assert not studio.training.is_training and runs(studio) == []
    label, mend = studio.said[-1].actions[0]
    assert label == "Set features of fc2 to 3"
    asked: list[bool] = []
    studio.training.preparation.data_wanted.connect(lambda: asked.append(True))
    other, choose = studio.said[-1].actions[-1]
    choose()
    assert other == "Choose other data" and asked == [True]
    mend()
    assert studio.documents.document.network["fc2"].params["out_features"] == 3
    studio.documents.document.apply(SetSection("training", {"epochs": 1, "device": "cpu"}))
    studio.training.train()
    studio.until(lambda: studio.ended)
    assert list(states(studio).values()) == ["finished"]


def test_a_loss_that_becomes_nan_ends_with_advice_that_leads_to_success(studio: Studio) -> None:
    document = mlp(epochs=LONG, optimizer={"kind": "SGD", "params": {"lr": 1e5}})
    studio.documents.show_run(document, "exam")
    studio.training.train()
    studio.until(lambda: studio.said)
    said = studio.said[-1]
    assert said.kind == "error" and "loss became" in said.text and said.text.endswith("such as 0.001.")
    assert list(states(studio).values()) == ["failed"]
    ((label, mend),) = said.actions
    assert label == "Use SGD with a learning rate of 0.001"
    mend()
    document = studio.documents.document
    assert document.training["optimizer"] == {"kind": "SGD", "params": {"lr": 0.001}}
    document.undo()
    assert document.training["optimizer"]["params"] == {"lr": 1e5}
    document.redo()
    studio.documents.apply(SetSection("training", {**document.training, "epochs": 1}))
    studio.ended.clear()
    studio.training.train()
    studio.until(lambda: studio.ended)
    assert sorted(states(studio).values()) == ["failed", "finished"]


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="needs a limit of memory for another process")
def test_memory_that_runs_out_ends_with_a_batch_size_that_leads_to_success(studio: Studio) -> None:
    process = psutil.Process(studio.pid)
    before = resource.prlimit(studio.pid, resource.RLIMIT_AS)
    resource.prlimit(studio.pid, resource.RLIMIT_AS, (process.memory_info().vms + (512 << 20), before[1]))
    try:
        studio.documents.show_run(wide(updates=1, batch_size=5000), "exam")
        studio.training.train()
        studio.until(lambda: studio.said)
        assert re.fullmatch(r"The memory of cpu ran out. A batch size of \d+ should fit.", studio.said[-1].text)
        labels = [label for label, _ in studio.said[-1].actions]
        assert labels[0].startswith("Use batches of ") and labels[1].startswith("Accumulate ")
        studio.said[-1].actions[0][1]()
        studio.ended.clear()
        studio.training.train()
        studio.until(lambda: studio.ended)
        assert sorted(states(studio).values()) == ["failed", "finished"], studio.said
    finally:
        resource.prlimit(studio.pid, resource.RLIMIT_AS, before)


def test_a_run_that_is_stopped_while_it_is_prepared_never_begins(
    cold: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = preflight.preflight
    slow = threading.Event()
    monkeypatch.setattr(preflight, "preflight", lambda *asked: slow.wait(60) and looked(*asked))
    cold.documents.show_run(mlp(), "exam")
    cold.training.train()
    assert cold.training.is_training
    cold.training.stop()
    assert not cold.training.is_training
    slow.set()
    cold.until(lambda: not any(thread.name == "background" for thread in threading.enumerate()))
    cold.qtbot.wait(50)
    assert cold.training.run is None and not cold.said and not runs(cold)


def test_a_window_that_is_closed_at_once_starts_no_worker(cold: Studio) -> None:
    cold.training.shutdown()
    cold.training.warm_up()
    assert cold.training.worker_pid is None
