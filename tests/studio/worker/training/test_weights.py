"""Settings of single layers: how their weights begin, whether they learn, and how fast."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from documents import Layers, chain
from histories import history_of_run, history_of_script
from safetensors.torch import load_file

from models.document import Document
from models.document.bypass import toggled
from models.document.edits import SetParam
from studio.runs.checkpoints import WEIGHTS
from studio.runs.folder import RunFolder
from studio.worker.errors import TrainingError
from studio.worker.process.control import Control
from studio.worker.session import resume, train
from studio.worker.training.plan import Plan

New = Callable[[Document], RunFolder]
Make = Callable[[Document], Plan]


def network(**training: Any) -> Document:
    """Iris by layers that begin, learn and rest each in their way."""
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("fc1", "Linear", {"out_features": 8, "weight_init": "KaimingNormal", "bias_init": "Ones", "frozen": True}),
        ("relu1", "ReLU", {}),
        ("fc2", "Linear", {"out_features": 8, "weight_init": "Orthogonal", "lr_factor": 0.25}),
        ("bn1", "BatchNorm1d", {"bias_init": {"kind": "Constant", "params": {"val": 0.5}}}),
        ("fc3", "Linear", {"out_features": 3, "lr_factor": 2.0}),
        ("output1", "Output", {}),
    ]
    return chain(layers, **training)


SETTINGS: dict[str, dict[str, Any]] = {
    "plain": {},
    "a schedule, decay and clipping": {
        "optimizer": {"kind": "AdamW", "params": {"lr": 0.01}},
        "schedule": "CosineAnnealingLR",
        "warmup": 4,
        "clip_grad_norm": 0.5,
        "l1": 0.001,
    },
    "momentum, accumulated, averaged": {
        "optimizer": {"kind": "SGD", "params": {"lr": 0.05, "momentum": 0.9}},
        "accumulate": 2,
        "average": "EMA",
    },
}


@pytest.mark.parametrize("name", SETTINGS)
def test_the_script_gives_the_values_of_the_run(name: str, tmp_path: Path) -> None:
    document = network(**SETTINGS[name])
    assert history_of_script(document) == history_of_run(document, tmp_path)


def final(run: RunFolder) -> dict[str, torch.Tensor]:
    checkpoint = run.checkpoints.get("last")
    assert checkpoint is not None
    return load_file(checkpoint.path / WEIGHTS)


@pytest.mark.parametrize("name", ["a schedule, decay and clipping", "plain"])
def test_it_resumes_to_the_bit_and_frozen_weights_stay(new: New, plan: Make, name: str) -> None:
    document = network(**SETTINGS[name])
    whole = new(document)
    assert train(whole).state == "finished"
    run, control = new(document), Control()

    def stop(event: str, _: object) -> None:
        if event == "epoch":
            control.stop()

    assert train(run, control=control, listener=stop).state == "stopped"
    assert resume(run).state == "finished"
    weights, other = final(whole), final(run)
    assert all(torch.equal(weights[name], other[name]) for name in weights)
    begun = plan(document).model.state_dict()
    still = {name for name in begun if torch.equal(begun[name], weights[name])}
    assert still == {"fc1.weight", "fc1.bias"}
    assert begun["fc1.bias"].eq(1).all() and begun["bn1.bias"].eq(0.5).all()


@pytest.mark.parametrize("decay", [0.0, 0.01])
def test_each_group_has_its_rate_and_no_weight_is_in_two(plan: Make, decay: float) -> None:
    optimizer = {"kind": "SGD", "params": {"lr": 0.1, "weight_decay": decay}}
    made = plan(network(optimizer=optimizer, weight_decay_on="matrices"))
    names = {id(weight): name for name, weight in made.model.named_parameters()}
    rates = {names[id(weight)]: group["lr"] for group in made.optimizer.param_groups for weight in group["params"]}
    assert set(rates) == set(names.values())
    assert sum(len(group["params"]) for group in made.optimizer.param_groups) == len(names)
    own = {"fc2": 0.025, "fc3": 0.2}
    assert rates == pytest.approx({name: own.get(name.partition(".")[0], 0.1) for name in rates})
    spared = {id(weight) for group in made.optimizer.param_groups if group.get("spared") for weight in group["params"]}
    assert spared == ({id(weight) for weight in made.model.parameters() if weight.dim() == 1} if decay else set())


def test_a_factor_is_the_rate_of_that_layer_in_each_step(plan: Make) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [4]}),
        ("fc1", "Linear", {"out_features": 3}),
        ("output1", "Output", {}),
    ]
    steps = []
    for factor in (1.0, 0.5):
        document = chain(layers, optimizer={"kind": "SGD", "params": {"lr": 0.1}})
        document.apply(SetParam("fc1", "lr_factor", factor))
        made = plan(document)
        (weight, *_) = made.model.parameters()
        before = weight.detach().clone()
        made.set_learning_rate(0)
        made.model(torch.ones(1, 4)).sum().backward()
        made.optimizer.step()
        steps.append(weight.detach() - before)
    assert torch.allclose(steps[1], steps[0] / 2, atol=1e-7) and steps[0].count_nonzero()


def test_where_all_are_frozen_there_is_nothing_to_learn(plan: Make) -> None:
    document = network()
    for id in ("fc2", "bn1", "fc3"):
        document.apply(SetParam(id, "frozen", True))
    with pytest.raises(TrainingError, match="all of its layers are frozen"):
        plan(document)


def test_a_bypassed_layer_is_in_neither_run_nor_script(new: New, plan: Make, tmp_path: Path) -> None:
    document = network()
    document.apply(toggled(document.network, document.analysis, ["bn1", "fc2"]))
    assert "fc2.weight" not in plan(document).model.state_dict()
    assert history_of_script(document) == history_of_run(document, tmp_path)
