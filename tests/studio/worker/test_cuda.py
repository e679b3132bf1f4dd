"""Training and looking on a graphics card; skipped without one.

Stands by itself, without the fixtures of other tests: `pytest --noconftest tests/studio/worker/test_cuda.py` runs it
where no Qt is.
"""

from __future__ import annotations

import gc
import json
import math
import threading
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import CNN, Layers, chain, cnn, mlp, two_ended

from models.document import Document
from models.training import OPTIMIZERS
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.worker import session
from studio.worker.devices import probe, resolve
from studio.worker.process.control import Control
from studio.worker.session import Outcome
from studio.worker.state import captured, load_state, write_files
from studio.worker.training.plan import make_plan
from studio.worker.training.stepping import CAPTURED
from studio.worker.training.trainer import Diverged, EpochEnd, Trainer

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
CARD = "cuda:0"
WITHOUT_DROPOUT: Layers = [row for row in CNN if row[1] != "Dropout"]

Told = list[tuple[str, dict[str, Any]]]


@pytest.fixture(autouse=True)
def true_float32(monkeypatch: pytest.MonkeyPatch) -> None:
    """Convolutions as the CPU has them."""
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)


def trainer(document: Document, folder: Path, device: str = CARD) -> Trainer:
    """A trainer at the beginning of a document's training."""
    run = new_run(document, None, folder / "runs")
    data = dataset_from(document.data)[0].load()
    source = run.source_path
    return Trainer(make_plan(document, source.read_text(), source, data, torch.device(device)))


def finish(made: Trainer) -> list[EpochEnd]:
    return [event for event in made.run() if isinstance(event, EpochEnd)]


def trained(document: Document, folder: Path, **settings: Any) -> tuple[RunFolder, Outcome, Told]:
    """A whole run, and what was told of it."""
    run, told = new_run(document, None, folder / "runs", device=CARD), []

    def listen(event: str, facts: dict[str, Any]) -> None:
        told.append((event, facts))

    return run, session.train(run, listener=listen, **settings), told


def stepping(told: Told) -> dict[str, Any]:
    (facts,) = [facts for event, facts in told if event == "stepping"]
    return facts


def test_the_card_is_found_and_is_the_best_device() -> None:
    assert probe()[0].id == CARD and probe()[0].memory > 1e9
    assert resolve("auto") == resolve("cuda") == torch.device(CARD)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_losses_are_those_of_the_cpu(tmp_path: Path, kind: str) -> None:
    search = {"max_iter": 4, "line_search_fn": "strong_wolfe"}  # its steps are else beyond all bounds
    chosen = {"kind": kind, "params": search if OPTIMIZERS[kind].asks_again else {}}
    document = chain(WITHOUT_DROPOUT, "digits", epochs=2, optimizer=chosen)
    ends = [finish(trainer(document, tmp_path, device)) for device in (CARD, "cpu")]
    if OPTIMIZERS[kind].asks_again:  # a search along a line takes another way for the last digit of a loss
        assert all(end[-1].train.mean_loss < 0.5 * math.log(10) for end in ends)
        return
    for own, other in zip(*ends, strict=True):
        assert own.train.mean_loss == pytest.approx(other.train.mean_loss, abs=1e-3)
        assert own.validation.mean_loss == pytest.approx(other.validation.mean_loss, abs=5e-3)


@pytest.mark.parametrize("optimizer", ["SGD", "Adam", "AdamW"])
@pytest.mark.parametrize("schedule", ["CosineAnnealingLR", "StepLR"])
def test_captured_steps_are_the_plain_ones(tmp_path: Path, optimizer: str, schedule: str) -> None:
    ends, ways = [], []
    for graph in (True, False):
        settings = {"epochs": 3, "optimizer": optimizer, "schedule": schedule, "cuda_graph": graph}
        made = trainer(chain(WITHOUT_DROPOUT, "digits", **settings), tmp_path)
        ends.append(finish(made))
        ways.append(made._stepper is not None and made._stepper._graph is not None)
    assert not ways[1], "it was switched off"
    for own, other in zip(*ends, strict=True):
        assert own.step == other.step and own.train.examples == other.train.examples
        assert own.train.mean_loss == pytest.approx(other.train.mean_loss, rel=1e-3)
        assert own.learning_rate == other.learning_rate


def test_a_small_network_is_captured_and_says_how_much_faster(tmp_path: Path) -> None:
    _, outcome, told = trained(cnn(epochs=3), tmp_path)
    assert outcome.state == "finished"
    facts = stepping(told)
    assert facts["way"] == CAPTURED, facts
    assert facts["plain"] > facts["captured"] > 0 and "faster" in facts["message"]


def test_dropout_draws_anew_in_each_captured_step(tmp_path: Path) -> None:
    rows: Layers = [("input1", "Input", {"shape": [1, 8, 8]}), ("drop1", "Dropout", {"p": 0.5})]
    rows += [("flatten1", "Flatten", {}), ("fc1", "Linear", {"out_features": 10}), ("output1", "Output", {})]
    made = trainer(chain(rows, "digits", epochs=3, optimizer={"kind": "SGD", "params": {"lr": 0.0}}), tmp_path)
    losses = []
    for event in made.run():
        if isinstance(event, EpochEnd):
            losses.append(event.train.mean_loss)
    # Nothing is learned, so that the same masks would give the same mean.
    assert made._stepper is not None
    assert len(set(losses)) == 3


def test_two_inputs_and_two_outputs_are_captured(tmp_path: Path) -> None:
    document = two_ended(tmp_path, epochs=6)
    ends = [finish(trainer(document, tmp_path, device)) for device in (CARD, "cpu")]
    for own, other in zip(*ends, strict=True):
        assert own.train.losses == pytest.approx(other.train.losses, rel=2e-3)


@pytest.mark.parametrize("graph", [True, False])
def test_data_that_stays_in_the_computers_memory_gives_the_same_losses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, graph: bool
) -> None:
    document = chain(WITHOUT_DROPOUT, "digits", epochs=3, cuda_graph=graph)
    near = finish(trainer(document, tmp_path))
    monkeypatch.setattr("studio.worker.training.examples.SHARE_FOR_DATA", 0.0)
    made = trainer(document, tmp_path)
    assert made.plan.train.moves
    for own, other in zip(finish(made), near, strict=True):
        assert own.train.mean_loss == pytest.approx(other.train.mean_loss, rel=1e-3)


@pytest.mark.parametrize("graph", [True, False])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_takes_no_step(tmp_path: Path, graph: bool, value: float) -> None:
    made = trainer(mlp(epochs=60, cuda_graph=graph, batch_size=30), tmp_path)
    run, weights = made.run(), {}
    for _ in range(100):
        next(run)
    assert made.collect() is None
    weights = {name: weight.clone() for name, weight in made.plan.model.named_parameters()}
    made.plan.train.feeds[0].values[:] = value
    diverged = list(run)[-1]
    assert isinstance(diverged, Diverged) and not math.isfinite(diverged.loss)
    assert all(torch.equal(weight, weights[name]) for name, weight in made.plan.model.named_parameters())


def test_a_saved_training_goes_on_nearly_as_it_would_have(tmp_path: Path) -> None:
    document = chain(WITHOUT_DROPOUT, "digits", epochs=4, seed=5)
    whole = finish(trainer(document, tmp_path))
    interrupted = trainer(document, tmp_path)
    ends: list[EpochEnd] = []
    for count, event in enumerate(interrupted.run()):
        if isinstance(event, EpochEnd):
            ends.append(event)
        if count == 100:
            break
    assert interrupted.collect() is None
    folder = tmp_path / "state"
    folder.mkdir()
    write_files(captured(interrupted), folder)
    resumed = trainer(document, tmp_path)
    assert load_state(resumed, folder) is False, "a card promises no bits"
    for own, other in zip([*ends, *finish(resumed)], whole, strict=True):
        assert own.train.mean_loss == pytest.approx(other.train.mean_loss, rel=2e-3)
        assert own.train.examples == other.train.examples


def test_a_run_of_the_card_goes_on_on_the_cpu(tmp_path: Path) -> None:
    control = Control()
    run = new_run(cnn(epochs=40_000), None, tmp_path / "runs", device=CARD)
    threading.Timer(3.0, control.stop).start()
    outcome = session.train(run, control=control)
    assert outcome.state == "stopped", outcome
    document = json.loads(run.document_path.read_text())
    assert document["training"]["device"] == CARD
    again = Control()
    threading.Timer(2.0, again.stop).start()
    outcome = session.resume(run, device="cpu", control=again)
    assert outcome.state == "stopped", outcome


@pytest.mark.parametrize("precision", ["float32", "tf32", "bfloat16"])
def test_every_precision_learns(tmp_path: Path, precision: str) -> None:
    _, outcome, told = trained(cnn(epochs=8, precision=precision), tmp_path)
    values = [facts["values"] for event, facts in told if event == "epoch"]
    assert outcome.state == "finished"
    assert values[-1]["validation/loss"] < 0.6 * values[0]["validation/loss"]
    assert stepping(told)["way"] == CAPTURED
    assert torch.get_float32_matmul_precision() == ("high" if precision == "tf32" else "highest")


def test_a_stop_is_heard_at_once_and_the_card_is_free_afterwards(tmp_path: Path) -> None:
    gc.collect()
    before, control, when = torch.cuda.memory_allocated(), Control(), [0.0]

    def stop() -> None:
        when[0] = time.perf_counter()
        control.stop()

    threading.Timer(4.0, stop).start()
    _, outcome, _ = trained(cnn(epochs=100_000), tmp_path, control=control)
    assert outcome.state == "stopped" and time.perf_counter() - when[0] < 1.0
    gc.collect()
    assert torch.cuda.memory_allocated() - before < 1e6
