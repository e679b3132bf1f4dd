"""Real runs on two processes: what they give, and what becomes of them when something happens."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch
from documents import CNN, MLP, Layers, chain, history, mlp, two_ended
from nursery import Nursery
from PIL import Image

from models.document import Document
from models.document.edits import AddNode, Connect, SetParam
from models.network import Edge, Node
from studio.processes.interpreter import ROOT, environment
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.metrics.reader import read_metrics
from studio.runs.samples.reader import read_samples
from studio.worker.process.control import Control
from studio.worker.ranks.company import STORE
from studio.worker.ranks.meeting import Meeting, is_loss, store_in
from studio.worker.ranks.place import Place
from studio.worker.session import resume, train

New = Callable[[Document], RunFolder]
Listener = Callable[[str, dict[str, Any]], None]

DROPS: Layers = [
    ("input1", "Input", {"shape": [4]}),
    ("fc1", "Linear", {"out_features": 16}),
    ("dropout1", "Dropout", {"p": 0.5}),
    ("fc2", "Linear", {"out_features": 3}),
    ("output1", "Output", {}),
]


def document(**training: Any) -> Document:
    """120 examples in batches of 17: seven whole ones and one of a single example, which everybody takes whole."""
    sgd = {"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.9}}
    return mlp(**{"epochs": 3, "batch_size": 17, "optimizer": sgd, "sparsity": 0.2, **training})


def values(run: RunFolder) -> list[list[float]]:
    return [list(event["values"].values()) for event in read_events(run.events_path) if event["event"] == "epoch"]


def measured_at_last(run: RunFolder) -> list[list[float]]:
    return [list(event["values"].values()) for event in read_events(run.events_path) if event["event"] == "test"]


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def at_epoch(number: int, action: Callable[[], object]) -> Listener:
    return lambda event, facts: action() if event == "epoch" and facts["epoch"] == number else None


@pytest.mark.usefixtures("forked")
def test_two_processes_have_the_losses_metrics_and_samples_of_one(new: New) -> None:
    alone, together = new(document()), new(document(devices=2))
    assert train(alone).state == "finished"
    outcome = train(together)
    assert outcome.state == "finished", outcome
    assert np.allclose(values(together), values(alone), rtol=0, atol=1e-5)
    found, expected = (read_metrics(run.metrics_path) for run in (together, alone))
    assert found["train/loss"].steps[-1] == expected["train/loss"].steps[-1] == 3 * 8
    ours, theirs = (read_samples(run.samples_path) for run in (together, alone))
    assert ours and theirs and ours.epochs.tolist() == theirs.epochs.tolist() == [1, 2, 3]
    losses = [log.loss_halves.astype(np.int32) for log in (ours, theirs)]
    assert np.abs(losses[0] - losses[1]).max() <= 1  # the last bit of eight
    assert (ours.right() == theirs.right()).all() and (ours.answers_at(2) == theirs.answers_at(2)).all()
    started = next(event for event in read_events(together.events_path) if event["event"] == "started")
    assert started["processes"] == 2
    assert not (together.path / STORE).exists() and not torch.distributed.is_initialized()


def with_a_side(**training: Any) -> Document:
    """A layer of it leads nowhere, so that its weights have no gradient."""
    made = document(sparsity=0.0, **training)
    made.apply(AddNode(Node("side", "Linear", {"out_features": 5})))
    made.apply(Connect(Edge("relu1", "output", "side", "input")))
    return made


def frozen(**training: Any) -> Document:
    made = document(sparsity=0.0, **training)
    made.apply(SetParam("fc1", "frozen", True))
    return made


def with_a_test(**training: Any) -> Document:
    """It stops early, and what is kept apart is measured with the best weights."""
    settings = {"epochs": 9, "patience": 2, "min_delta": 1e6, "restore_best": True, "sparsity": 0.0}
    made = document(**settings, **training)
    return Document(made.network, {**made.data, "test": 0.2}, made.training)


PLATEAU = {"kind": "ReduceLROnPlateau", "params": {"patience": 0, "threshold": 0.2}}
CASES: dict[str, Callable[..., Document]] = {
    "accumulated": partial(document, accumulate=3, sparsity=0.0),
    "by class": partial(document, sampling="balanced"),
    "a layer that leads nowhere": with_a_side,
    "a layer that leads nowhere, accumulated": partial(with_a_side, accumulate=2),
    "frozen": frozen,
    "fewer examples than processes": partial(document, batch_size=1, epochs=1),
    "stopped early, tested": with_a_test,
    "plateau": partial(document, epochs=6, schedule=PLATEAU),
    "EMA, clipped": partial(document, average="EMA", average_decay=0.9, clip_grad_norm=0.1),
    "SWA, measured afterwards": partial(document, average="SWA", average_from=0.3, train_measured="afterwards"),
    "by updates": partial(document, updates=14, schedule="OneCycleLR", schedule_by="update", optimizer="Adam"),
}


@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("name", CASES)
def test_two_processes_do_as_one_does(new: New, name: str) -> None:
    alone, together = (new(CASES[name](devices=count)) for count in (1, 2))
    first, second = train(alone), train(together)
    assert first == second, second
    assert len(values(alone)) > 0 and np.allclose(values(together), values(alone), rtol=0, atol=1e-5)
    assert np.allclose(measured_at_last(together), measured_at_last(alone), rtol=0, atol=1e-5)
    assert bool(measured_at_last(alone)) == (name == "stopped early, tested")


@pytest.mark.usefixtures("forked")
def test_gradients_are_scaled_alike_where_products_are_in_half_the_bits(new: New) -> None:
    alone, together = (new(document(devices=count, precision="float16")) for count in (1, 2))
    assert train(alone) == train(together)
    assert np.allclose(values(together), values(alone), rtol=0, atol=1e-3)


@pytest.mark.usefixtures("forked")
def test_several_outputs_and_images_that_stream_and_are_augmented_are_parted_alike(new: New, tmp_path: Path) -> None:
    for number, name in enumerate(("a", "b")):
        (tmp_path / name).mkdir()
        for row in range(15):
            Image.new("L", (8, 8), 90 * number + 5 * row).save(tmp_path / name / f"{row}.png")
    layers = [layer for layer in CNN if layer[1] not in ("BatchNorm2d", "Dropout")]
    data = {"source": "image_folder", "path": str(tmp_path), "color": "grayscale", "loading": "streamed"}
    streamed = partial(chain, layers, data=data, batch_size=7)
    drawn = ["RandomCrop", "RandomHorizontalFlip", "GaussianNoise", "RandomErasing", "RandAugment"]
    for made in (streamed, partial(streamed, augmentation=drawn), partial(two_ended, tmp_path)):
        alone, together = (new(made(devices=count, epochs=2)) for count in (1, 2))
        assert train(alone).state == train(together).state == "finished"
        assert np.allclose(values(together), values(alone), rtol=0, atol=1e-5)


@pytest.mark.usefixtures("forked")
@pytest.mark.parametrize("accumulate", [1, 3])
def test_two_processes_weigh_classes_as_one_does(accumulate: int, new: New) -> None:
    loss = {"kind": "CrossEntropyLoss", "params": {"class_weights": "setosa: 5, virginica: 0"}}
    layers = [*MLP[:-1], ("output1", "Output", {"loss": loss})]
    runs = [
        new(chain(layers, "iris", epochs=3, batch_size=17, accumulate=accumulate, devices=count)) for count in (1, 2)
    ]
    for run in runs:
        outcome = train(run)
        assert outcome.state == "finished", outcome
    alone, together = (np.array(values(run)) for run in runs)
    # The losses of training; validation is a mean over other batches.
    assert np.allclose(together[:, 0], alone[:, 0], rtol=0, atol=1e-5)


@pytest.mark.usefixtures("forked")
def test_pause_stop_and_resume_are_obeyed_by_all_and_go_on_to_the_bit(new: New) -> None:
    drops = chain(DROPS, "iris", epochs=4, batch_size=17, devices=2, sparsity=0.3)
    whole: list[tuple[str, dict[str, Any]]] = []
    train(new(drops), listener=lambda *told: whole.append(told))

    run, control, told = new(drops), Control(), list[tuple[str, dict[str, Any]]]()

    def listen(event: str, facts: dict[str, Any]) -> None:
        told.append((event, facts))
        if event == "epoch":
            {1: control.pause, 2: control.stop}.get(facts["epoch"], lambda: None)()
        if event == "paused":
            control.go_on()

    assert train(run, control=control, listener=listen).state == "stopped"
    assert [event for event, _ in told if event in ("paused", "resumed")] == ["paused", "resumed"]
    assert resume(run, listener=listen, control=Control()).state == "finished"
    assert history(told) == history(whole)
    assert next(facts for event, facts in told if event == "resumed" and "exact" in facts)["exact"]


@pytest.mark.usefixtures("forked")
def test_a_process_that_is_killed_ends_the_run_with_its_reason_and_one_alone_goes_on(new: New) -> None:
    run, control = new(document(devices=2, epochs=200)), Control()
    before = {child.pid for child in psutil.Process().children()}

    def kill() -> None:
        (helper,) = {child.pid for child in psutil.Process().children()} - before
        os.kill(helper, signal.SIGKILL)

    outcome = train(run, control=control, listener=at_epoch(2, kill))
    assert (outcome.state, outcome.reason) == ("failed", "Process 2 of 2 was killed by signal 9 (SIGKILL).")
    assert run.status().state == "failed" and not (run.path / STORE).exists()
    stops = Control()
    assert resume(run, devices=1, control=stops, listener=at_epoch(4, stops.stop)).state == "stopped"
    resumed = next(event for event in read_events(run.events_path) if event["event"] == "resumed")
    assert "processes" not in resumed


@pytest.mark.usefixtures("forked")
def test_a_loss_that_is_no_number_ends_all_before_the_step(new: New) -> None:
    steep = {"kind": "SGD", "params": {"lr": 1e30}}
    alone, together = (new(document(devices=count, optimizer=steep)) for count in (1, 2))
    reasons = [train(run).reason for run in (alone, together)]
    assert reasons[0] == reasons[1] and reasons[0].startswith("The loss became")


def test_a_launcher_starts_both_and_a_killed_first_process_leaves_nobody_behind(
    tmp_path: Path, new: New, nursery: Nursery
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    path = new(document(epochs=100_000)).document_path
    started = []
    for rank in (0, 1):
        numbers = {"RANK": rank, "WORLD_SIZE": 2, "LOCAL_RANK": rank, "LOCAL_WORLD_SIZE": 2, "MASTER_PORT": port}
        variables = {name: str(number) for name, number in numbers.items()} | {"MASTER_ADDR": "127.0.0.1"}
        command = [sys.executable, str(ROOT / "main.py"), "train", str(path), "--runs", str(tmp_path / "together")]
        output = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE}
        started.append(nursery.subprocess.Popen(command, env=environment() | variables, **output))
    try:
        until(lambda: any('"epoch"' in log.read_text() for log in (tmp_path / "together").glob("*/events.jsonl")))
        started[0].kill()
        assert started[1].wait(20) == 0
    finally:
        for process in started:
            process.kill()
            process.communicate()


def test_what_fails_elsewhere_is_told_here(tmp_path: Path) -> None:
    first, second = (
        Meeting(Place(rank, 2, rank, 2), store_in(tmp_path / "store", Place(rank, 2, rank, 2)), []) for rank in (0, 1)
    )
    assert first.failure() == ""
    second.tell_failure("The memory of cuda:1 ran out.")
    assert first.failure() == "Process 2 of 2 failed: The memory of cuda:1 ran out."
    lost = RuntimeError("[gloo/transport/tcp/pair.cc:547] Connection closed by peer")
    assert first.reason_for(lost) == first.failure()
    assert first.reason_for(RuntimeError("mat1 and mat2 shapes cannot be multiplied")) == ""
    assert is_loss(lost) and not is_loss(ValueError("Connection"))
