"""Settings of optimizers that are left out or far from what works: said, with a button that mends them."""

from __future__ import annotations

import pytest
from documents import chain

from models.checks import Finding, findings
from models.document import Document
from models.training import TrainingSettings
from models.training.optimizers import SGD


def steps_by(**params: object) -> Document:
    layers = [("in1", "Input", {"shape": [4]}), ("fc1", "Linear", {}), ("out1", "Output", {})]
    return chain(layers, "iris", optimizer={"kind": "SGD", "params": params})


def optimizer_of(document: Document) -> SGD:
    optimizer = TrainingSettings.read(document.training)[0].optimizer
    assert isinstance(optimizer, SGD)
    return optimizer


def found(document: Document) -> list[Finding]:
    return [finding for finding in findings(document) if finding.code == "nesterov"]


@pytest.mark.parametrize("params", [{}, {"dampening": 0.5}, {"momentum": 0.5, "dampening": 0.5}])
def test_nesterov_that_is_left_out_is_said_and_mended(params: dict[str, float]) -> None:
    document = steps_by(lr=0.02, nesterov=True, **params)
    assert "nesterov" not in optimizer_of(document).arguments()
    (finding,) = found(document)
    assert "it is left out" in finding.message
    document.apply(finding.mends[0].edit)
    assert not found(document)
    mended = optimizer_of(document)
    assert mended.arguments()["nesterov"] is True and mended.lr == 0.02
    assert mended.momentum == (params.get("momentum") or 0.9)


@pytest.mark.parametrize("params", [{"momentum": 0.9, "nesterov": True}, {"dampening": 0.5}, {"momentum": 0.9}])
def test_what_has_its_effect_is_left_alone(params: dict[str, float]) -> None:
    assert not found(steps_by(**params))
