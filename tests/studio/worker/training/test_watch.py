"""What becomes of single samples: as torch gives it one by one, to the same bytes whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from documents import MLP, Layers, chain, cnn, mlp, regression, two_ended

from models.document import Document
from models.training import LOSSES, METRICS
from models.training.losses import ComparingLoss
from models.training.objectives import Objective
from studio.data import dataset_from
from studio.runs.events import read_events
from studio.runs.folder import RunFolder
from studio.runs.samples.layout import MOST_SAMPLES
from studio.runs.samples.reader import SampleLog, read_samples, whole_floats
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.state import captured, load_state, write_files
from studio.worker.training import watch as watching
from studio.worker.training.loop import losses_of, outputs_of
from studio.worker.training.plan import Plan
from studio.worker.training.single import answers_in, each_loss, form_of, make_loss, truth_in
from studio.worker.training.trainer import EpochEnd, Tick, Trainer

Make = Callable[[Document], Trainer]
New = Callable[[Document], RunFolder]
SWITCHES: Layers = [
    ("input1", "Input", {"shape": [4]}),
    ("fc1", "Linear", {"out_features": 3}),
    ("output1", "Output", {"loss": "BCEWithLogitsLoss"}),
]
STILL = {"optimizer": {"kind": "SGD", "params": {"lr": 1e-30}}}
"""Weights that stay as they are drawn, so that what an epoch saw can be worked out behind it."""


def epochs_of(trainer: Trainer) -> list[bytes]:
    """What is kept of each epoch."""
    kept = []
    for event in trainer.run():
        if isinstance(event, EpochEnd):
            content = trainer.plan.watch.finish(event.epoch)
            assert content is not None
            kept.append(content)
    return kept


def log_of(run: RunFolder) -> SampleLog:
    found = read_samples(run.samples_path)
    assert found is not None
    return found


@pytest.mark.parametrize("kind", [kind for kind in LOSSES if LOSSES[kind].answers != "embedding"])
@pytest.mark.parametrize("places", [(), (3,)])
def test_the_losses_of_samples_are_those_of_batches_of_one(kind: str, places: tuple[int, ...]) -> None:
    loss = LOSSES[kind]()
    if loss.answers == "sequence":
        places = (3,)
    compares = isinstance(loss, ComparingLoss)
    output = torch.randn(7, 6) if compares else torch.randn(7, 4, *places)
    if loss.expects:
        output = output.sigmoid() if loss.expects == "sigmoid" else output.log_softmax(1)
    shape = loss.targets_for(tuple(output.shape))
    target = torch.randint(0, 4, (7, *places)) if loss.targets == "classes" else torch.rand(shape)
    found = each_loss(loss)(output, target).reshape(7, -1).mean(1)
    function = make_loss(loss)
    assert torch.allclose(found, torch.stack([function(output[n : n + 1], target[n : n + 1]) for n in range(7)]))


@pytest.mark.parametrize(
    "document",
    [mlp(epochs=1, **STILL), regression(epochs=1, **STILL), chain(SWITCHES, "iris", epochs=1, **STILL)],
    ids=["classes", "numbers", "one of several"],
)
def test_an_epoch_holds_what_the_network_gave(trainer: Make, document: Document) -> None:
    made = trainer(document)
    plan = made.plan
    (content,) = epochs_of(made)
    count, answers = len(plan.train), plan.watch.layout.answers[0]
    losses = whole_floats(np.frombuffer(content, "<u2", count))
    if not any(isinstance(module, torch.nn.BatchNorm1d) for module in plan.model.modules()):
        inputs, targets = next(plan.train.batches([torch.arange(count)]))
        with torch.no_grad():
            outputs = outputs_of(plan.model, inputs)
        mean = float(losses_of(plan.losses, outputs, targets)[0])
        assert losses.mean() == pytest.approx(mean, rel=0.01)
        right = np.unpackbits(np.frombuffer(content, np.uint8)[2 * count :], count=count, bitorder="little")
        form = answers.form
        assert right.tolist() == (answers_in(form, outputs[0]) == truth_in(form, targets[0]))[:, 0].int().tolist()
    assert np.isfinite(losses).all() == (not plan.drops_example)
    inputs, targets = next(plan.validation.batches([torch.arange(len(plan.validation))]))
    plan.model.eval()
    with torch.no_grad():
        given = answers_in(answers.form, plan.read(outputs_of(plan.model, inputs))[0]).flatten()
    halves = np.frombuffer(content[-2 * answers.count :], "<u2")
    if answers.form == "numbers":
        assert np.allclose(whole_floats(halves), given.numpy(), rtol=0.01)
    else:
        assert halves.tolist() == given.tolist()


@pytest.mark.parametrize("places", [(), (3,)])
@pytest.mark.parametrize("kind", ["CrossEntropyLoss", "BCEWithLogitsLoss"])
def test_right_answers_are_the_same_whether_a_metric_tells_of_them_or_not(
    trainer: Make, kind: str, places: tuple[int, ...]
) -> None:
    output = torch.randn(40, 5, *places, generator=torch.Generator().manual_seed(1))
    target = output.argmax(1) if kind == "CrossEntropyLoss" else (output > 0).float()
    target[::3] = target[::3].roll(1, 0)
    metric = METRICS["Accuracy"]()
    rights = {0: metric.rows(output, target)[0]}
    watch = trainer(chain(SWITCHES, "iris", epochs=1)).plan.watch
    watch._objectives = [watch._objectives[0]._replace(loss=LOSSES[kind]())]
    for form in ("classes",) if kind == "CrossEntropyLoss" else ("switches", "one of several"):
        watch._forms = [form]
        found = watch._right_of((output,), (target,), rights)
        assert found.shape == (40,) and 0 < int(found.sum()) < 40
        assert torch.equal(found, watch._right_of((output,), (target,), {}))


@pytest.mark.parametrize("document", [mlp, cnn], ids=["mlp", "cnn"])
def test_an_epoch_is_the_same_whatever_is_measured_beside_it(trainer: Make, document: Callable[..., Document]) -> None:
    usual, others = (
        epochs_of(trainer(document(epochs=2, metrics=metrics)))
        for metrics in (["Accuracy"], ["TopKAccuracy", "RocAuc"])
    )
    assert usual == others


def test_losses_of_several_outputs_are_weighed_together(trainer: Make, tmp_path: Path) -> None:
    made = trainer(two_ended(tmp_path, epochs=1, **STILL))
    plan, layout = made.plan, made.plan.watch.layout
    (content,) = epochs_of(made)
    inputs, targets = next(plan.train.batches([torch.arange(len(plan.train))]))
    with torch.no_grad():
        kinds, prices = outputs_of(plan.model, inputs)
    one = torch.nn.functional.cross_entropy(kinds, targets[0], reduction="none")
    mean, std = plan.objectives[1].unit or ()
    expected = one + 0.25 * (prices - (targets[1] - mean) / std).square()[:, 0]
    assert np.allclose(whole_floats(np.frombuffer(content, "<u2", layout.samples)), expected.numpy(), rtol=0.01)
    assert [(part.output, part.form) for part in layout.answers] == [("kind", "classes"), ("price", "numbers")]


@pytest.mark.parametrize("document", [cnn(epochs=2), regression(epochs=3)], ids=["cnn", "regression"])
@pytest.mark.parametrize("steps", [1, 6])
def test_a_checkpoint_within_an_epoch_goes_on_to_the_same_bytes(
    trainer: Make, tmp_path: Path, document: Document, steps: int
) -> None:
    whole = epochs_of(trainer(document))
    first = trainer(document)
    run = first.run()
    for _ in range(steps):
        assert next(run) is Tick.STEP
    first.collect()
    tmp_path.joinpath("state").mkdir()
    write_files(captured(first), tmp_path / "state")
    second = trainer(document)
    assert load_state(second, tmp_path / "state")
    assert epochs_of(second) == whole


def test_a_run_keeps_its_samples(new: New) -> None:
    run = new(mlp(epochs=3))
    assert train(run).state == "finished"
    log = log_of(run)
    assert log.epochs.tolist() == [1, 2, 3] and log.loss_halves.shape == (3, 120)
    part = dataset_from({"source": "iris"})[0].load()
    epochs = [event["values"] for event in read_events(run.events_path) if event["event"] == "epoch"]
    told = [values["validation/accuracy"] for values in epochs]
    for place, accuracy in enumerate(told):
        assert np.mean(log.answers_at(place) == part.validation.y) == pytest.approx(accuracy)


def test_resuming_cuts_back_to_the_checkpoint(new: New) -> None:
    run, whole = new(cnn(epochs=3)), new(cnn(epochs=3))
    assert train(whole).state == "finished"
    control = Control()
    seen = []

    def stop(event: str, facts: dict[str, object]) -> None:
        seen.append(event)
        if seen.count("epoch") == 2:
            control.stop()

    assert train(run, control=control, listener=stop).state == "stopped"
    with open(run.samples_path, "ab") as file:  # an epoch that no checkpoint knows of
        file.write(whole.samples_path.read_bytes()[-log_of(whole).layout.record :])
    assert resume(run).state == "finished"
    assert run.samples_path.read_bytes() == whole.samples_path.read_bytes()


def test_switched_off_nothing_is_kept_and_that_is_said(new: New) -> None:
    run = new(mlp(epochs=1, samples_over_time=False))
    assert train(run).state == "finished"
    log = log_of(run)
    assert not len(log.epochs) and log.layout.skipped == log.layout.unanswered == watching.OFF


def test_too_many_samples_or_answers_are_left_out(
    plan: Callable[[Document], Plan], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST_SAMPLES == 100_000
    monkeypatch.setattr(watching, "MOST_SAMPLES", 119)
    layout = plan(mlp(epochs=1)).watch.layout
    assert "up to 119; this run trains on 120" in layout.skipped and not layout.samples and layout.answers
    monkeypatch.setattr(watching, "MOST_SAMPLES", 120)
    monkeypatch.setattr(watching, "MOST_ANSWERS", 29)
    layout = plan(mlp(epochs=1)).watch.layout
    assert layout.samples == 120 and "up to 29 an epoch; this run has 30" in layout.unanswered and not layout.answers


def test_every_loss_has_a_value_for_each_sample() -> None:
    """A loss that joins without one is told by `_why_no_losses`; one that compares the examples of a batch has none."""
    assert all(watching.has_each(loss()) == (loss.answers != "embedding") for loss in LOSSES.values())


def test_an_embedding_keeps_nothing_of_single_samples_and_says_why(new: New) -> None:
    layers: Layers = [*MLP[:-1], ("output1", "Output", {"loss": "SupConLoss"})]
    run = new(chain(layers, "iris", epochs=1))
    assert train(run).state == "finished"
    log = read_samples(run.samples_path)
    assert log is not None and not log.layout.answers and not log.layout.samples
    assert "no loss of its own" in log.layout.skipped and "by its neighbors" in log.layout.unanswered


def ending(loss: str, *, shades: bool = False) -> Objective:
    """An Output with a loss."""
    return Objective("output1", LOSSES[loss](), 1.0, (), shades=shades)


def test_forms() -> None:
    assert form_of(ending("BCEWithLogitsLoss", shades=True), 0, torch.zeros(2, 1, 4, 4)) == "numbers"
    assert form_of(ending("CrossEntropyLoss"), 3, torch.zeros(2)) == "classes"
    assert form_of(ending("BCEWithLogitsLoss"), 3, torch.zeros(2, 3)) == "one of several"
    assert form_of(ending("BCEWithLogitsLoss"), 2, torch.zeros(2, 1)) == "switches"
    assert form_of(ending("MSELoss"), 0, torch.zeros(2, 1)) == "numbers"
