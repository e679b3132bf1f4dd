"""The time of a step: a sum over layers and batch, in which blocks count as often as they are repeated."""

from __future__ import annotations

from typing import Any

import pytest
from block_networks import opened, resnet
from random_edits import chain

from models.analysis.pace import Pace, step_seconds
from models.document import Document
from models.findings.memory import chosen, step_time

PACE = Pace(products=1e9, windows=2e9, places=1e8, values=1e8, calls=1e5, updates=1e3)
NEVER = 1e30
INPUT, LINEAR = ("Input", {"shape": [100]}), ("Linear", {"out_features": 50, "bias": False})


def only(**speeds: float) -> Pace:
    """A pace by which all else takes no time."""
    return Pace(*[NEVER] * len(Pace._fields))._replace(**speeds)


def seconds(*layers: Any, batch: int = 1, pace: Pace = PACE) -> float:
    return step_seconds(chain(*layers).analysis, batch, pace)


def test_each_sort_of_work_counts_by_its_own_pace() -> None:
    assert seconds(INPUT, LINEAR, batch=8, pace=only(products=1e3)) == pytest.approx(8 * 100 * 50 / 1e3)
    image, conv = ("Input", {"shape": [3, 8, 8]}), ("Conv2d", {"out_channels": 4, "padding": 1})
    assert seconds(image, conv, pace=only(windows=1e3)) == pytest.approx(4 * 64 * 27 / 1e3)
    assert seconds(image, conv, pace=only(places=1e3)) == pytest.approx(4 * 64 / 1e3)
    assert seconds(image, conv, pace=only(products=1e3)) == pytest.approx(0)
    assert seconds(INPUT, ("ReLU", {}), pace=only(values=1e3)) == pytest.approx((100 + 100) / 1e3)
    assert seconds(INPUT, LINEAR, LINEAR, pace=only(updates=1e3)) == pytest.approx(1e-3)


@pytest.mark.parametrize(
    ("layers", "calls"),
    [
        ([("Input", {"shape": [9, 8]}), ("GRU", {"num_layers": 2, "bidirectional": True})], 4 * 9 * 4),
        ([("Input", {"shape": [9, 8]}), ("LSTM", {})], 9),
        ([("Input", {"shape": [9, 8]}), ("MultiheadAttention", {"num_heads": 2})], 8),
        ([("Input", {"shape": [9, 8]}), ("TransformerEncoder", {"nhead": 2, "num_layers": 3})], 3 * 16),
        ([("Input", {"shape": [8]}), ("GRUCell", {})], 4),
        ([("Input", {"shape": [4, 4]}), ("Flatten", {})], 0),
    ],
)
def test_layers_of_many_steps_are_many_calls(layers: Any, calls: int) -> None:
    document = chain(*layers)
    (before,) = (node for node in document.network if node.id == "n0")
    assert before.layer is not None
    alone = before.layer.calls(())
    assert seconds(*layers, pace=only(calls=1.0)) == pytest.approx(calls + alone)


def test_a_step_grows_with_the_batch_and_with_what_the_optimizer_keeps() -> None:
    one, two, nine = (seconds(INPUT, LINEAR, batch=batch) for batch in (1, 2, 9))
    assert nine - one == pytest.approx(8 * (two - one)) and two > one
    analysis = chain(INPUT, LINEAR).analysis
    more = step_seconds(analysis, 1, PACE, remembered=2) - step_seconds(analysis, 1, PACE)
    assert more == pytest.approx(2 * 5_000 / PACE.values)


def test_a_repeated_block_takes_what_its_repetitions_take() -> None:
    few, some, many = (opened(resnet((2, 2, count, 2), 64)).analysis for count in (2, 3, 9))
    times = [step_seconds(analysis, 4, PACE) for analysis in (few, some, many)]
    assert times[2] - times[0] == pytest.approx(7 * (times[1] - times[0])) and times[1] > times[0]


def test_the_settings_of_the_training_count() -> None:
    def told(**training: Any) -> float:
        document: Document = chain(INPUT, LINEAR, ("Output", {}))
        document.content.sections["training"] = {"batch_size": 64, **training}
        return step_time(document, PACE)

    assert told(batch_size=256) > 1.5 * told() and told(batch_size=128, devices=2) == told()
    assert told(activation_checkpointing=2) == pytest.approx(4 / 3 * told())
    assert told(optimizer={"kind": "SGD"}) < told()


@pytest.mark.parametrize(
    ("device", "found"), [("auto", "cuda:0"), ("cpu", "cpu"), ("cuda", "cuda:0"), ("cuda:1", "cuda:1"), ("mps", "")]
)
def test_the_device_that_is_set_is_the_one_that_counts(device: str, found: str) -> None:
    document = chain(INPUT)
    document.content.sections["training"] = {"device": device}
    assert chosen(document, ["cuda:0", "cuda:1", "cpu"]) == found
