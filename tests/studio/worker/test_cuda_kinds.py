"""Every registered kind on a graphics card, as it is on the CPU; skipped without one.

Stands by itself as `test_cuda.py` does: `pytest --noconftest` runs it where no Qt is. The registries are the plan, so a
new kind is tried by existing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from augmenting import document_for
from documents import ANSWERS, CNN, Layers, chain, cnn, history, mlp, suited, two_ended
from histories import history_of_run, history_of_script
from layer_cases import Case, build, cases, tensors
from trained_runs import Asking, asking, run

from models.document import Document
from models.layers import LAYERS
from models.training import AUGMENTATIONS, LOSSES, METRICS, OPTIMIZERS, SCHEDULES, Augmentation
from studio.data import dataset_from
from studio.running.launch import new_run
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import read_answer
from studio.worker.predicting.predictor import predictor_for
from studio.worker.probes import PROBES
from studio.worker.probing.base import Probe
from studio.worker.session import train
from studio.worker.training.plan import make_plan
from studio.worker.training.stepping import CAPTURED
from studio.worker.training.trainer import EpochEnd, Trainer

__all__ = ["asking", "run"]
pytestmark = [
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
    pytest.mark.filterwarnings("ignore"),
]
CARD = "cuda:0"
STILL: Layers = [("bn1", "BatchNorm1d", {}), ("relu1", "ReLU", {})]
"""Layers that draw nothing, so that a card and the CPU agree."""
RANDOM_PROBES = {"projection", "exciting"}
"""What they give hangs on the last digits of sums."""


@pytest.fixture(autouse=True)
def true_float32(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Products as the CPU has them, whatever a run before has asked for."""
    precision = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("highest")
    monkeypatch.setattr(torch.backends.cudnn, "allow_tf32", False)
    yield
    torch.set_float32_matmul_precision(precision)


def trainer(document: Document, folder: Path, device: str = CARD) -> Trainer:
    """A trainer at the beginning of a document's training."""
    run = new_run(document, None, folder / "runs")
    data = dataset_from(document.data)[0].load()
    return Trainer(make_plan(document, run.source_path.read_text(), run.source_path, data, torch.device(device)))


def ends(document: Document, folder: Path, device: str = CARD) -> list[EpochEnd]:
    return [event for event in trainer(document, folder, device).run() if isinstance(event, EpochEnd)]


def is_captured(made: Trainer) -> bool:
    return made._stepper is not None and made._stepper._graph is not None


def same_on_both(document: Document, folder: Path, tolerance: float = 2e-3) -> None:
    """What a card and the CPU measure of each epoch is the same."""
    for own, other in zip(*(ends(document, folder, device) for device in (CARD, "cpu")), strict=True):
        assert own.train.losses == pytest.approx(other.train.losses, rel=tolerance, abs=tolerance)
        assert own.validation.losses == pytest.approx(other.validation.losses, rel=5 * tolerance, abs=5 * tolerance)


def optimizer(kind: str, **params: float) -> dict[str, Any]:
    return {"kind": kind, "params": params}


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_gives_what_it_gives_on_the_cpu_forward_and_backward(kind: str) -> None:
    tried = 0
    for case in cases(kind, 12, "card"):
        if case.outputs is not None and not case.layer.draws and not puts_twice(case):
            tried += 1
            compare(case)
    assert tried or LAYERS[kind]().draws or kind.startswith("MaxUnpool")


def puts_twice(case: Case) -> bool:
    """Whether several values go to the first place of the output, of which any may be the last."""
    return [given.dtype for given in case.inputs] == ["float", "int"]


def compare(case: Case) -> None:
    """One layer with the same weights and inputs on both devices: its outputs and the gradients of its inputs."""
    torch.manual_seed(0)
    real, given = build(case), tensors(case, 2)
    found = []
    for device in ("cpu", CARD):
        torch.manual_seed(0)
        real = build(case)
        if real.module is not None:
            real.module.to(device)
        inputs = [one.to(device).requires_grad_(one.is_floating_point()) for one in given]
        outputs = real(*inputs)
        total = sum((out * out).sum() for out in outputs if out.requires_grad)
        wanted = [one for one in inputs if one.requires_grad]
        grads = torch.autograd.grad(total, wanted, allow_unused=True) if torch.is_tensor(total) and wanted else ()
        found.append([one.detach().cpu() for one in (*outputs, *grads) if one is not None])
    for own, other in zip(*found, strict=True):
        torch.testing.assert_close(own, other, rtol=1e-3, atol=1e-3, equal_nan=True, msg=lambda m: f"{case}: {m}")


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_is_that_of_the_cpu(tmp_path: Path, loss: str) -> None:
    same_on_both(suited(loss, *STILL, epochs=2, optimizer=optimizer("SGD", lr=1e-3)), tmp_path)


@pytest.mark.parametrize("loss", [kind for kind in LOSSES if kind not in ANSWERS])
def test_every_loss_goes_on_when_steps_are_captured(tmp_path: Path, loss: str) -> None:
    """Either a step is captured or there is a reason, and the means of epochs are those of plain steps."""
    found = []
    for graph in (True, False):
        settings = {"epochs": 8, "batch_size": 16, "cuda_graph": graph, "optimizer": optimizer("SGD", lr=1e-3)}
        found.append(ends(suited(loss, *STILL, **settings), tmp_path))
    for own, other in zip(*found, strict=True):
        assert own.train.losses == pytest.approx(other.train.losses, rel=2e-3, abs=2e-3)


@pytest.mark.parametrize("answers", ANSWERS)
def test_metrics_are_those_of_the_cpu(tmp_path: Path, answers: str) -> None:
    wanted = [kind for kind in METRICS if LOSSES[answers]().answers in METRICS[kind].needs]
    assert wanted
    still = {"epochs": 2, "metrics": wanted, "optimizer": optimizer("SGD", lr=1e-3)}
    own, other = (
        history_of_run(suited(answers, *STILL, device=device, **still), tmp_path / device) for device in (CARD, "cpu")
    )
    for mine, theirs in zip(own, other, strict=True):
        assert mine == pytest.approx(theirs, rel=0.02, abs=0.02, nan_ok=True)


@pytest.mark.parametrize("schedule", SCHEDULES)
@pytest.mark.parametrize("by", ["epoch", "update"])
def test_captured_steps_follow_every_schedule(tmp_path: Path, schedule: str, by: str) -> None:
    if by == "update" and schedule == "ReduceLROnPlateau":
        by = "epoch"
    rows = [row for row in CNN if row[1] != "Dropout"]
    found = []
    for graph in (True, False):
        settings = {"epochs": 3, "schedule": schedule, "schedule_by": by, "warmup": 5, "cuda_graph": graph}
        found.append(ends(chain(rows, "digits", **settings), tmp_path))
    for own, other in zip(*found, strict=True):
        assert own.train.mean_loss == pytest.approx(other.train.mean_loss, rel=2e-3)
        assert own.learning_rate == other.learning_rate


@pytest.mark.parametrize("kind", AUGMENTATIONS.values(), ids=list(AUGMENTATIONS))
def test_every_augmentation_draws_on_the_card_within_captured_steps(tmp_path: Path, kind: type[Augmentation]) -> None:
    still = {"epochs": 8, "batch_size": 10, "optimizer": optimizer("SGD", lr=0.0), "seed": 3}
    made = trainer(document_for(kind, tmp_path, **still), tmp_path)
    losses = [event.train.mean_loss for event in made.run() if isinstance(event, EpochEnd)]
    assert all(map(math.isfinite, losses))
    assert is_captured(made) or made._stepper._plain, "it was tried"  # type: ignore[union-attr]
    changes = [round(loss, 6) for loss in losses]
    assert len(set(changes)) > 1, "what is drawn is new in each epoch"


SETTINGS: dict[str, dict[str, Any]] = {
    "accumulation": {"accumulate": 3},
    "clips and L1": {"clip_grad_norm": 0.5, "clip_grad_value": 0.1, "l1": 1e-4},
    "EMA": {"average": "EMA"},
    "SWA": {"average": "SWA", "average_from": 0.5},
    "decay": {"optimizer": {"kind": "AdamW", "params": {"weight_decay": 0.1}}},
    "classes are weighed": {"sampling": "balanced"},
    "samples over time": {"samples_over_time": True},
    "measured afterwards": {"train_measured": "afterwards"},
    "channels last": {"channels_last": True},
    "no fused step": {"fused": False},
    "deterministic": {"deterministic": True},
    "parts are worked out again": {"activation_checkpointing": 2},
}


@pytest.mark.parametrize("name", SETTINGS)
def test_every_setting_is_on_a_card_what_it_is_on_the_cpu(tmp_path: Path, name: str) -> None:
    rows = [row for row in CNN if row[1] != "Dropout"]
    rate = {"optimizer": optimizer("SGD", lr=0.02, momentum=0.9)}
    same_on_both(chain(rows, "digits", **{"epochs": 3, **rate, **SETTINGS[name]}), tmp_path, 5e-3)


@pytest.mark.parametrize("name", SETTINGS)
def test_a_script_reproduces_a_run_of_the_card(tmp_path: Path, name: str) -> None:
    rows = [row for row in CNN if row[1] != "Dropout"]
    document = chain(rows, "digits", **{"epochs": 3, "device": CARD, "seed": 2, **SETTINGS[name]})
    run_, script = history_of_run(document, tmp_path), history_of_script(document)
    for own, other in zip(run_, script, strict=True):
        assert own == pytest.approx({key: other[key] for key in own}, rel=0.02, abs=0.02)


def test_float16_learns_and_its_scaler_lives_in_the_captured_step(tmp_path: Path) -> None:
    for chosen in (optimizer("SGD", lr=0.05, momentum=0.9), optimizer("Adam"), optimizer("AdamW")):
        found = []
        for graph in (True, False):
            rows = [row for row in CNN if row[1] != "Dropout"]
            settings = {"epochs": 4, "precision": "float16", "optimizer": chosen, "cuda_graph": graph}
            made = trainer(chain(rows, "digits", **settings), tmp_path)
            found.append([event.train.mean_loss for event in made.run() if isinstance(event, EpochEnd)])
            assert is_captured(made) is graph
            assert made.plan.scaler.get_scale() > 1
        assert found[0] == pytest.approx(found[1], rel=0.03)
        assert found[0][-1] < 0.5 * found[0][0]


@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_float16_takes_no_step_behind_a_loss_that_is_no_number(tmp_path: Path, value: float) -> None:
    made = trainer(mlp(epochs=60, batch_size=30, precision="float16"), tmp_path)
    run_ = made.run()
    for _ in range(100):
        next(run_)
    assert made.collect() is None
    weights = {name: weight.clone() for name, weight in made.plan.model.named_parameters()}
    made.plan.train.feeds[0].values[:] = value
    list(run_)
    assert all(torch.equal(weight, weights[name]) for name, weight in made.plan.model.named_parameters())


@pytest.mark.parametrize("setting", [{"activation_checkpointing": 2}, {"activation_checkpointing": 3}])
def test_parts_that_are_worked_out_again_are_captured_where_nothing_is_drawn(
    tmp_path: Path, setting: dict[str, Any]
) -> None:
    rows = [row for row in CNN if row[1] != "Dropout"]
    made = trainer(chain(rows, "digits", epochs=4, **setting), tmp_path)
    found = [event.train.mean_loss for event in made.run() if isinstance(event, EpochEnd)]
    assert is_captured(made)
    plain = [end.train.mean_loss for end in ends(chain(rows, "digits", epochs=4), tmp_path)]
    assert found == pytest.approx(plain, rel=2e-3)


def test_parts_that_draw_are_worked_out_again_in_plain_steps(tmp_path: Path) -> None:
    made = trainer(cnn(epochs=3, activation_checkpointing=2), tmp_path)
    told = [event for event in made.run() if not isinstance(event, EpochEnd)]
    assert not is_captured(made) and any("drawn" in getattr(event, "reason", "") for event in told)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_saves_and_resumes(tmp_path: Path, kind: str) -> None:
    made = new_run(mlp(epochs=4, optimizer=kind), None, tmp_path / "runs", device=CARD)
    told: list[tuple[str, dict[str, Any]]] = []
    assert train(made, listener=lambda event, facts: told.append((event, facts))).state == "finished"
    assert all(math.isfinite(value) for values in history(told) for value in values.values())


def test_two_inputs_and_outputs_are_captured_with_every_metric(tmp_path: Path) -> None:
    made = trainer(two_ended(tmp_path, epochs=6, metrics=["Accuracy", "MeanAbsoluteError"]), tmp_path)
    list(made.run())
    assert is_captured(made)


@pytest.mark.parametrize("probe", PROBES.values(), ids=list(PROBES))
def test_every_probe_answers_from_a_card_as_from_the_cpu(
    probe: Probe, run: Callable[[str], RunFolder], asking: Asking
) -> None:
    first, second = (
        asking.question(probe.name, run(probe.suits), device=device, **probe.example) for device in ("cpu", CARD)
    )
    answers = []
    for question in (first, second):
        asking.desk.put(question)
        outcome, sentence = asking.outcome(question)
        if outcome == "failed" and "CPU" in sentence:
            return
        assert outcome == "done", sentence
        answers.append(read_answer(Path(question.answer)))
    own, other = answers
    assert own.arrays.keys() == other.arrays.keys() and own.facts.keys() == other.facts.keys()
    if probe.is_timed or probe.name in RANDOM_PROBES:
        return
    for name, array in own.arrays.items():
        assert array.shape == other.arrays[name].shape, name
        if array.dtype.kind == "f":
            np.testing.assert_allclose(array, other.arrays[name], rtol=2e-2, atol=2e-3, err_msg=name)


def test_predictions_from_a_card_are_those_of_the_cpu(run: Callable[[str], RunFolder]) -> None:
    for name in ("images", "tables", "tokens", "mixed"):
        folder = run(name)
        own, other = (predictor_for(folder.path, device=device) for device in (CARD, "cpu"))
        for one, two in zip(own.bench.model.parameters(), other.bench.model.parameters(), strict=True):
            assert one.device.type == "cuda" and torch.equal(one.cpu(), two)


@pytest.mark.parametrize("workers", [0, 2])
def test_streamed_batches_are_those_of_resident_data(tmp_path: Path, workers: int) -> None:
    x = np.random.default_rng(0).integers(0, 256, (400, 1, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "a.npz", x=x, y=np.arange(400) % 10)
    rows = [row for row in CNN if row[1] != "Dropout"]
    data = {"source": "numpy", "path": str(tmp_path / "a.npz")}
    near, far = (
        ends(chain(rows, data=data, epochs=2, **settings), tmp_path)
        for settings in ({}, {"num_workers": workers, "pin_memory": True})
    )
    for own, other in zip(near, far, strict=True):
        assert own.train.mean_loss == pytest.approx(other.train.mean_loss, rel=2e-3)


def test_a_compiled_network_learns(tmp_path: Path) -> None:
    document = cnn(epochs=12, compile=True)
    made = new_run(document, None, tmp_path / "runs", device=CARD)
    told: list[tuple[str, dict[str, Any]]] = []
    outcome = train(made, listener=lambda event, facts: told.append((event, facts)))
    assert outcome.state == "finished", outcome
    assert any(event == "stepping" for event, _ in told)


def test_a_step_of_a_small_network_is_captured_with_these_settings(tmp_path: Path) -> None:
    rows = [row for row in CNN if row[1] != "Dropout"]
    for name in ("clips and L1", "EMA", "samples over time", "channels last", "decay"):
        made = trainer(chain(rows, "digits", epochs=3, **SETTINGS[name]), tmp_path)
        told = list(made.run())
        assert is_captured(made), (name, [event for event in told if getattr(event, "way", "")])
    assert CAPTURED == "captured"
