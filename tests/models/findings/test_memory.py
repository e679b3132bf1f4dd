"""The memory of a document's training: by its settings, and the batch that a device has room for."""

from __future__ import annotations

from math import ceil, floor
from typing import Any

import pytest
import torch
from torch import nn

from models.analysis.steps import largest_value
from models.checks import findings
from models.document import Document
from models.findings.computer import Devices
from models.findings.memory import fitting_batch, memory_of, room_of, smaller_batch
from models.storage import templates
from models.training.optimizers import OPTIMIZERS

UNLIKE = {"Adafactor", "Muon", "LBFGS", "SparseAdam"}
"""The last takes sparse gradients alone; the others remember sums over rows, or past updates: told roughly."""


def trained(**training: Any) -> Document:
    document = templates.load("digits-cnn")
    document.content.set_section("training", training)
    return document


@pytest.mark.parametrize("kind", [kind for kind in OPTIMIZERS if kind not in UNLIKE])
@pytest.mark.parametrize("more", [False, True])
def test_optimizers_remember_what_torch_does(kind: str, more: bool) -> None:
    settings = {"momentum": 0.5, "amsgrad": True, "centered": True} if more else {}
    optimizer, _ = OPTIMIZERS[kind].read({k: v for k, v in settings.items() if k in OPTIMIZERS[kind].fields})
    weight = nn.Parameter(torch.randn(5, 7))
    real = getattr(torch.optim, kind)([weight], **optimizer.arguments())
    weight.square().sum().backward()
    real.step()
    kept = [item for item in real.state[weight].values() if isinstance(item, torch.Tensor) and item.shape == (5, 7)]
    assert optimizer.remembers == len(kept)


def test_settings_count() -> None:
    plain = memory_of(trained(batch_size=64))
    assert memory_of(trained(batch_size=128)).activations > 1.9 * plain.activations
    assert memory_of(trained(batch_size=128, devices=2)) == plain
    assert memory_of(trained(batch_size=64), 128) == memory_of(trained(batch_size=128))
    assert memory_of(trained(optimizer={"kind": "SGD"})).optimizer == 0
    averaged = memory_of(trained(optimizer={"kind": "SGD"}, average="EMA"))
    assert averaged.optimizer == averaged.gradients
    assert memory_of(trained(precision="bfloat16")).activations < plain.activations
    assert memory_of(trained(activation_checkpointing=4)).activations != plain.activations


def test_the_room_is_that_of_the_device_that_is_set() -> None:
    devices = Devices(("cuda:0", "cuda:1", "cpu"), {"cuda:0": 8, "cuda:1": 9, "cpu": 10})
    for wanted, found in (("auto", ("cuda:0", 8)), ("cuda:1", ("cuda:1", 9)), ("cpu", ("cpu", 10)), ("mps", ("", 0))):
        assert room_of(trained(device=wanted), devices) == found


def test_the_batch_that_fits_is_the_largest_power_of_two() -> None:
    document = trained(batch_size=64)
    passing = 2 * largest_value(document.network, document.analysis)
    room = (memory_of(document, 512).total + 512 * passing) / 0.85
    assert fitting_batch(document, ceil(room) + 1) == 512 and fitting_batch(document, floor(room) - 1) == 256
    assert fitting_batch(document, 1000) == 0
    assert fitting_batch(trained(devices=2), ceil(room) + 1) == 1024


def test_where_memory_ran_out_at_most_half_is_tried_and_no_more_than_there_is_surely_room_for() -> None:
    document = trained(batch_size=1000)
    rooms = [memory_of(document, size).total for size in (4096, 128)]
    assert [smaller_batch(document, room) for room in (0, *rooms, 1000)] == [500, 500, 32, 0]
    assert smaller_batch(trained(batch_size=1), rooms[0]) == 0
    assert smaller_batch(document, 0, 90) == smaller_batch(document, rooms[0], 90) == 45


def test_the_batch_that_fits_is_told_where_kernels_take_whole_pages_as_well() -> None:
    document = templates.load("lstm-tagger")
    for batch in (8, 1024):
        room = memory_of(document, batch).total
        assert fitting_batch(document, room) in (batch // 2, batch // 4)
        assert memory_of(document, fitting_batch(document, room)).total <= 0.85 * 1.02 * room


def test_what_fits_nowhere_is_told_without_a_button() -> None:
    (finding,) = findings(trained(), Devices(("cpu",), {"cpu": 1000}))
    assert finding.code == "too-much-memory" and not finding.mends and "Not even one" in finding.detail
