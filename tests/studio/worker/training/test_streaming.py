"""Training on images that are decoded as they come is training on the same images in memory."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from itertools import pairwise
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from documents import CNN, chain, history
from histories import history_of_run, history_of_script, told_by, told_in_two
from PIL import Image

from models.document import Document
from models.storage.files import from_json
from studio.running.launch import training_script
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.worker.process.control import Control
from studio.worker.session import resume, train

PROCESSES = (2, 2, "forkserver", "2 processes")
New = Callable[[Document], RunFolder]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty images of three classes."""
    root, generator = tmp_path_factory.mktemp("images"), np.random.default_rng(0)
    for number, name in enumerate(("a", "b", "c")):
        (root / name).mkdir()
        for row in range(20):
            pixels = generator.integers(60 * number, 60 * number + 120, (8, 8), dtype=np.uint8)
            Image.fromarray(pixels).save(root / name / f"{row}.png")
    return root


def document(images: Path, loading: str = "streamed", **training: Any) -> Document:
    made = chain(CNN, "image_folder", **{"epochs": 3, "batch_size": 16, **training})
    data = {"source": "image_folder", "path": str(images), "color": "grayscale", "loading": loading}
    return Document(made.network, data, made.training)


def test_losses_are_those_of_images_in_memory_whatever_reads_ahead(new: New, images: Path) -> None:
    expected = history(told_by(train, new(document(images, "resident"))))
    assert len(expected) == 3
    for workers, factor, way, who in ((1, 1, "auto", "1 thread"), (3, 5, "threads", "3 threads"), PROCESSES):
        settings = {"num_workers": workers, "prefetch_factor": factor, "multiprocessing_context": way}
        run = new(document(images, persistent_workers=False, **settings))
        assert history(told_by(train, run)) == expected
        (said,) = [event["message"] for event in read_events(run.events_path) if event["event"] == "warning"]
        assert said.endswith(f"decoded as they come by {who}.")
    assert not active_children()


def test_a_process_that_dies_ends_the_run_with_the_reason_and_one_that_is_stopped_leaves_none(
    new: New, images: Path
) -> None:
    made = document(images, num_workers=1, multiprocessing_context="forkserver", epochs=1000)
    control, run = Control(), new(made)

    def kill(event: str, _facts: dict[str, Any]) -> None:
        if event == "epoch":
            os.kill(active_children()[0].pid or 0, signal.SIGKILL)

    outcome = train(run, listener=kill)
    assert outcome.state == "failed" and "loader process was killed (SIGKILL)" in outcome.reason
    assert not active_children()
    assert train(new(made), control=control, listener=lambda *_: control.stop()).state == "stopped"
    assert not active_children()


def test_a_run_that_streams_is_resumed_to_the_bit_and_told_from_one_on_other_files(new: New, images: Path) -> None:
    whole = history(told_by(train, new(document(images))))
    run, control = new(document(images)), Control()
    first: list[tuple[str, dict[str, Any]]] = []

    def listen(event: str, facts: dict[str, Any]) -> None:
        first.append((event, facts))
        if event == "epoch" and facts["epoch"] == 2:
            control.stop()

    assert train(run, control=control, listener=listen).state == "stopped"
    second = told_by(resume, run)
    assert history(first) + history(second) == whole
    assert next(facts for event, facts in second if event == "resumed")["exact"]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a fresh process would take too long")
def test_a_run_with_loader_processes_is_killed_and_resumed_to_the_bit(
    new: New, images: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = {"num_workers": 1, "multiprocessing_context": "spawn"}
    whole, run = history(told_by(train, new(document(images)))), new(document(images, **settings))
    monkeypatch.setattr("studio.worker.saver.FIRST_SAVE", 0.0)

    def kill(event: str, facts: dict[str, Any]) -> None:
        if event == "epoch" and facts["epoch"] == 2:
            os.kill(os.getpid(), signal.SIGKILL)

    if not (child := os.fork()):
        train(run, listener=kill)
        os._exit(0)
    assert os.WTERMSIG(os.waitpid(child, 0)[1]) == signal.SIGKILL
    told = told_by(resume, run)
    assert history(told) and history(told) == whole[-len(history(told)) :]
    resumed = next(facts for event, facts in told if event == "resumed")
    assert resumed["exact"] and resumed["step"] > 0 and not active_children()


def test_rows_of_an_array_stream_with_the_losses_of_those_in_memory(new: New, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    labels = np.arange(90) % 3
    np.save(tmp_path / "x.npy", (generator.normal(size=(90, 5)) + labels[:, None]).astype(np.float32))
    np.save(tmp_path / "y.npy", labels)
    layers = [("input1", "Input", {"shape": [5]}), ("fc1", "Linear", {"out_features": 3}), ("output1", "Output", {})]

    def made(loading: str) -> Document:
        paths = {"path": str(tmp_path / "x.npy"), "y_path": str(tmp_path / "y.npy")}
        return chain(layers, data={"source": "numpy", "loading": loading, **paths}, epochs=3, batch_size=16)

    expected = history(told_by(train, new(made("resident"))))
    run = new(made("streamed"))
    assert history(told_by(train, run)) == expected
    assert any(
        "are read from x.npy as they come" in str(event.get("message")) for event in read_events(run.events_path)
    )
    first, second = told_in_two(new(made("streamed")), 2)
    assert history(first) + history(second) == expected
    assert history_of_script(made("streamed")) == history_of_run(made("streamed"), tmp_path / "runs")


UPDATES = {"prefetch_factor": 1, "accumulate": 2, "pin_memory": False}


@pytest.mark.parametrize("settings", [{}, UPDATES], ids=["batches", "updates"])
def test_the_script_streams_with_the_losses_of_the_run(new: New, images: Path, settings: dict[str, Any]) -> None:
    made = document(images, **settings)
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(made, None), "script.py", "exec"), names)
    assert ("pin_memory()" in training_script(made, None)) == ("pin_memory" not in settings)
    assert "Images(" in training_script(made, None) and "in ahead(inputs, targets" in training_script(made, None)
    found, expected = names["main"](), history(told_by(train, new(made)))
    assert [row["validation/loss"] for row in found] == [row["validation/loss"] for row in expected]
    assert [row["train/loss"] for row in found] == [row["train/loss"] for row in expected]


def test_the_script_has_images_decoded_as_the_settings_say(images: Path) -> None:
    threads: dict[str, Any] = {"__name__": "script"}
    exec(training_script(document(images, num_workers=3), None), threads)
    assert isinstance(threads["decoders"](), ThreadPoolExecutor) and threads["decoders"]()._max_workers == 3
    settings = {"num_workers": 2, "multiprocessing_context": "spawn", "persistent_workers": False}
    text = training_script(document(images, **settings), None)
    processes: dict[str, Any] = {"__name__": "script"}
    exec(text, processes)
    made = processes["decoders"]()
    assert isinstance(made, ProcessPoolExecutor) and made._max_workers == 2
    assert made._mp_context.get_start_method() == "spawn" and "decoders().shutdown()" in text


def test_an_image_that_breaks_is_told_and_ends_nothing(new: New, images: Path, tmp_path: Path) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / "data" / name).mkdir(parents=True)
        for file in (images / name).iterdir():
            (tmp_path / "data" / name / file.name).symlink_to(file)
    (tmp_path / "data" / "a" / "99.png").write_bytes(b"broken")
    run = new(document(tmp_path / "data", epochs=2))
    assert train(run).state == "finished"
    messages = [event["message"] for event in read_events(run.events_path) if event["event"] == "warning"]
    assert sum("1 image could not be read" in message and "99.png" in message for message in messages) == 1


def test_a_small_unet_learns_masks_and_the_script_has_its_losses(new: New, tmp_path: Path) -> None:
    generator = np.random.default_rng(0)
    for folder in ("images", "masks"):
        (tmp_path / folder).mkdir()
    for number in range(20):
        mask = np.kron(generator.integers(0, 2, (2, 2)), np.ones((4, 4)))
        pixels = np.clip(40 + 150 * mask + generator.normal(0, 9, mask.shape), 0, 255).astype(np.uint8)
        Image.fromarray(pixels).save(tmp_path / "images" / f"{number}.png")
        Image.fromarray((255 * mask).astype(np.uint8)).save(tmp_path / "masks" / f"{number}_mask.png")
    made = small_unet(tmp_path)
    rows = history(told_by(train, new(made)))
    assert rows[-1]["validation/loss"] < 0.7 * rows[0]["validation/loss"]
    names: dict[str, Any] = {"__name__": "script"}
    exec(compile(training_script(made, None), "script.py", "exec"), names)
    assert [row["validation/loss"] for row in names["main"]()] == [row["validation/loss"] for row in rows]


def small_unet(folder: Path) -> Document:
    """Down once, up once, with what was before joined on; two classes a pixel."""
    nodes = [
        ("input1", "Input", {"shape": [1, 8, 8]}), ("before", "Conv2d", {"out_channels": 4, "padding": 1}),
        ("act1", "ReLU", {}), ("pool1", "MaxPool2d", {"kernel_size": 2}),
        ("middle", "Conv2d", {"out_channels": 8, "padding": 1}), ("act2", "ReLU", {}),
        ("up1", "Upsample", {"scale_factor": 2}), ("join", "Concat", {}),
        ("after", "Conv2d", {"out_channels": 2, "padding": 1}), ("output1", "Output", {}),
    ]  # fmt: skip
    ways = [*pairwise([id for id, _, _ in nodes]), ("act1", "join")]
    network = {
        "nodes": [{"id": id, "kind": kind, "params": params} for id, kind, params in nodes],
        "edges": [*map(list, ways)],
    }
    data = {"source": "image_folder", "path": str(folder), "color": "grayscale"}
    training = {"epochs": 12, "batch_size": 4, "device": "cpu"}
    made, problems = from_json({"netloom": 1, "network": network, "data": data, "training": training})
    assert not problems
    return made
