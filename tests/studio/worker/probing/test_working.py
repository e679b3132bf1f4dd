"""A network worked by hand: the values of textbooks come out, and every written line is true."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
import pytest
import torch
from documents import CNN, Layers
from hypothesis import given
from hypothesis import strategies as st
from worked import EXAM, EXAM_LAYERS, exam, lines, result, worked

from models.byhand import notation
from models.byhand.exercise import MOST_WEIGHTS, ByHandError
from models.byhand.pen import Page
from models.byhand.walk import Walk, drop_noise
from models.byhand.written.lookup import lines_of
from models.document import Document
from models.storage import templates
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.working import LAST_DIGIT, Work


def work(document: Document, updates: int = 1) -> Work:
    found = Work(document)
    for _ in found.walk(updates):
        pass
    return found


def close(found: Any, expected: Any) -> None:
    np.testing.assert_allclose(found, expected, atol=6e-7)


def test_the_network_of_the_exam_comes_out_number_by_number() -> None:
    first, second = work(exam()).walked.passes
    close(first.values["fc1"], [[1.393, 1.386]])
    close(first.values["fc2"], [[2.3468, 3.12625]])
    close(first.probabilities["output1"], [[0.314438, 0.685562]])
    close(first.loss, 0.377517)
    close(first.gradients["fc2"], [[0.314438, 0.685562 - 1]])
    close(first.gradients["fc1"], [[-0.147786, -0.0282995]])
    close(first.after["fc1.weight"], [[0.251823, 0.674434], [0.432264, 0.140849]])
    close(first.after["fc2.weight"], [[0.296199, 0.586419], [0.853801, 0.763581]])
    close(first.after["fc1.bias"], [1.014779, 1.002830])
    close(first.after["fc2.bias"], [0.968556, 1.031444])
    close(second.loss, 0.287261)
    assert second.weights["fc1.weight"].tolist() == first.after["fc1.weight"].tolist()


def test_a_class_and_its_shares_are_the_same_target() -> None:
    by_class = worked(EXAM_LAYERS, {**EXAM, "targets": {"output1": [1]}}, optimizer="SGD")
    assert work(by_class, 0).walked.passes[0].loss == pytest.approx(0.377517, abs=1e-6)


def test_transposed_weights_are_what_a_book_applies_from_the_right() -> None:
    weights = {
        name: {"weight": np.transpose(each["weight"]).tolist(), "bias": [1, 1]}
        for name, each in EXAM["weights"].items()
    }
    turned = worked(EXAM_LAYERS, {**EXAM, "weights": weights}, optimizer={"kind": "SGD", "params": {"lr": 0.1}})
    first, second = work(turned).walked.passes
    close([first.loss, second.loss], [0.579859, 0.399741])


def normalized(kind: str, rows: list[list[float]]) -> Document:
    layers: Layers = [
        ("input1", "Input", {"shape": [2]}),
        ("norm1", kind, {}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    return worked(layers, {"inputs": {"input1": rows}})


def test_batch_normalization_lets_one_row_move_another_and_layer_normalization_does_not() -> None:
    before, after = ([[1, 2], [3, 4], [5, 9]], [[2, 2], [3, 4], [5, 9]])
    moved = work(normalized("BatchNorm1d", after), 0)
    np.testing.assert_allclose(moved.walked.passes[0].values["norm1"][1], [-0.26726, -0.33968], atol=5e-6)
    still = work(normalized("BatchNorm1d", before), 0)
    slopes = [still.influence(f"value/norm1/1/{place}")["value/input1"][0] for place in (0, 1)]
    np.testing.assert_allclose(slopes, np.diag([-0.204124, -0.152422]), atol=2e-6)
    assert not work(normalized("LayerNorm", before), 0).influence("value/norm1/1/0")["value/input1"][0].any()
    changed = still.walked.passes[0].values["norm1"] != moved.walked.passes[0].values["norm1"]
    assert changed[:, 0].all() and not changed[:, 1].any()


@pytest.mark.parametrize(("kind", "expected"), [("SGD", (0.98, 9.89)), ("Adam", (0.9, 9.9)), ("AdamW", (0.89, 9.8))])
def test_one_step_of_each_optimizer_from_one_and_ten(kind: str, expected: tuple[float, float]) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [2]}),
        ("fc1", "Linear", {"out_features": 1, "bias": False}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    # Of (w·x − y)², the slope by w is 2·(w·x − y)·x: 0.1 for x = (1, 1) and y = w·x − 0.05.
    numbers = {
        "inputs": {"input1": [[1, 1]]}, "targets": {"output1": [[10.95]]}, "weights": {"fc1": {"weight": [[1, 10]]}}
    }  # fmt: skip
    found = work(worked(layers, numbers, optimizer={"kind": kind, "params": {"lr": 0.1, "weight_decay": 0.1}}))
    close(found.walked.passes[0].slopes["fc1.weight"], [[0.1, 0.1]])
    close(found.walked.passes[0].after["fc1.weight"], [expected])


OPTIMIZERS = [
    {"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1},
    {"lr": 0.1, "momentum": 0.9, "dampening": 0.5},
]  # fmt: skip
SPIRAL: Layers = [
    ("input1", "Input", {"shape": [2]}),
    ("fc1", "Linear", {"out_features": 3}),
    ("act1", "LeakyReLU", {"negative_slope": 0.2}),
    ("norm1", "LayerNorm", {}),
    ("fc2", "Linear", {"out_features": 2}),
    ("soft1", "Softmax", {}),
    ("output1", "Output", {"loss": "MSELoss"}),
]
BINARY: Layers = [
    ("input1", "Input", {"shape": [3]}),
    ("norm1", "BatchNorm1d", {}),
    ("fc1", "Linear", {"out_features": 2, "bias": False}),
    ("sig1", "Sigmoid", {}),
    ("fc2", "Linear", {"out_features": 2}),
    ("tanh1", "Tanh", {}),
    ("output1", "Output", {"loss": "BCEWithLogitsLoss", "weight": 2.0}),
]
IMAGE: Layers = [
    ("input1", "Input", {"shape": [2, 5, 5]}),
    ("conv1", "Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1, "stride": 2, "groups": 2}),
    ("silu1", "SiLU", {}),
    ("pool1", "MaxPool2d", {"kernel_size": 2, "stride": 1}),
    ("conv2", "Conv2d", {"out_channels": 2, "kernel_size": 2, "dilation": 1}),
    ("pool2", "AvgPool2d", {"kernel_size": 1}),
    ("flatten1", "Flatten", {}),
    ("output1", "Output", {}),
]
ROWS = {"inputs": {"input1": [[0.5, -1.5, 2.0], [1.0, 0.25, -0.5], [-2.0, 0.75, 1.25]]}}
TWO_ROWS = {"inputs": {"input1": [[0.8, 0.3], [-1, 2]]}, "targets": {"output1": [0, 1]}}
DECAY = {"weight_decay": 0.1}
DOCUMENTS: dict[str, Callable[[], Document]] = {
    "sgd": exam,
    **{str(more): partial(exam, optimizer={"kind": "SGD", "params": more}) for more in OPTIMIZERS},
    **{kind: partial(exam, optimizer={"kind": kind, "params": DECAY}) for kind in ("Adam", "AdamW")},
    "sign, cut and shortened": partial(exam, l1=0.02, clip_grad_value=0.25, clip_grad_norm=0.3),
    "cut, then decay": partial(
        exam, clip_grad_value=0.1, weight_decay_on="all", optimizer={"kind": "Adam", "params": DECAY}
    ),
    "shorter than the norm": partial(exam, l1=0.02, clip_grad_norm=50.0),
    "two rows": lambda: worked(EXAM_LAYERS, TWO_ROWS),
    "softmax and layer norm": lambda: worked(SPIRAL, {"inputs": {"input1": [[0.8, -0.3], [2, 1]]}}),
    "batch norm and sigmoid": lambda: worked(BINARY, ROWS),
    "convolution and pooling": lambda: worked(IMAGE, {}),
}
SEVERAL = ["two rows", "softmax and layer norm", "batch norm and sigmoid", "convolution and pooling"]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_written_line_comes_to_what_torch_computed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "DIGITS", 17)
    monkeypatch.setattr(notation, "MOST_TERMS", 10_000)
    found = work(DOCUMENTS[name](), 2)
    count = 0
    for index, now in enumerate(found.walked.passes):
        for line in lines(Page(found.document.network, found.settings, found.walked, index)):
            assert result(line.numbers) == pytest.approx(line.value, rel=1e-9, abs=1e-9), line.text
            count += 1
            for cell in line.cells:
                assert now.cell(cell) is not None, cell
    assert count > 20


def test_gradients_are_shaped_before_the_step_as_a_training_does() -> None:
    document = exam(l1=0.02, clip_grad_value=0.25, clip_grad_norm=0.3)
    found = work(document, 1)
    now, _ = found.walked.passes
    slopes = {name: torch.tensor(table) for name, table in now.slopes.items()}
    for name, slope in slopes.items():
        if slope.dim() > 1:
            slope += 0.02 * torch.tensor(now.weights[name]).sign()
    weights = [torch.zeros_like(slope, requires_grad=True) for slope in slopes.values()]
    for weight, slope in zip(weights, slopes.values(), strict=True):
        weight.grad = slope
    torch.nn.utils.clip_grad_value_(weights, 0.25)
    torch.nn.utils.clip_grad_norm_(weights, 0.3)
    for (name, before), weight in zip(now.weights.items(), weights, strict=True):
        assert weight.grad is not None
        np.testing.assert_allclose(now.after[name], before - 0.1 * weight.grad.numpy(), rtol=1e-12)
    page = Page(document.network, found.settings, found.walked, 0)
    assert [line.name for line in lines_of(page, "next/fc1.weight", (0, 0))] == ["g", "g′", "g′′", "W₁₁ new"]


@pytest.mark.parametrize("name", SEVERAL)
def test_gradients_agree_with_finite_differences(name: str) -> None:
    check = work(DOCUMENTS[name](), 0).check()
    assert check.agrees and check.count > 10, (check.worst, check.cell)


def test_a_gradient_that_is_not_true_is_found_with_its_cell() -> None:
    found = work(exam(), 0)
    found.walked.passes[0].slopes["fc1.weight"][1, 0] += 0.01
    check = found.check()
    assert not check.agrees and check.cell == "slope/fc1.weight/1/0"
    assert check.worst == pytest.approx(0.01, rel=1e-4)


def test_checking_leaves_weights_and_batch_as_they_were() -> None:
    found = work(exam(), 0)
    before = [weight.clone() for weight in (*found.model.parameters(), *found.inputs.values())]
    found.check()
    after = [*found.model.parameters(), *found.inputs.values()]
    assert all((one == other).all() for one, other in zip(before, after, strict=True))


def test_a_walk_travels_as_arrays_and_facts() -> None:
    walked = work(exam(optimizer={"kind": "Adam"}), 2).walked
    again = Walk.of(walked.arrays(), walked.facts())
    assert len(again.passes) == 3 and again.rate == walked.rate
    for one, other in zip(walked.passes, again.passes, strict=True):
        assert one.losses == other.losses
        assert {name: entries.keys() for name, entries in one.state.items()} == {
            name: entries.keys() for name, entries in other.state.items()
        }
        for name, table in one.tables().items():
            np.testing.assert_array_equal(table, other.tables()[name])


def test_dropout_draws_the_same_in_every_pass_and_the_walk_is_the_same_each_time() -> None:
    layers = [layer if layer[0] != "input1" else ("input1", "Input", {"shape": [1, 4, 4]}) for layer in CNN]
    numbers = {"inputs": {"input1": np.linspace(-1, 1, 32).reshape(2, 1, 4, 4).tolist()}}
    one, other = (work(worked(layers, numbers), 1) for _ in range(2))
    assert [item.losses for item in one.walked.passes] == [item.losses for item in other.walked.passes]
    assert one.check().agrees


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"inputs": {"input1": [[1, 2, 3]]}}, "should be 1×2, but 1×3"),
        ({"inputs": {"input1": []}}, "no rows"),
        ({"weights": {"fc1": {"weight": [[1, 2]]}}}, "should be 2×2"),
        ({"weights": {"gone": {"weight": [[1, 2]]}}}, "no weight “gone.weight”"),
        ({"targets": {"output1": [7]}}, "classes from 0 to 1"),
    ],
)
def test_what_cannot_be_worked_is_said(numbers: dict[str, Any], said: str) -> None:
    with pytest.raises(ByHandError, match=said):
        Work(worked(EXAM_LAYERS, numbers))


def test_batch_normalization_of_one_row_is_refused_with_what_to_do() -> None:
    with pytest.raises(ByHandError, match="two rows at least"):
        Work(normalized("BatchNorm1d", [[1, 2]]))
    work(normalized("LayerNorm", [[1, 2]]), 0)


def test_a_large_network_is_refused_with_its_size() -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [MOST_WEIGHTS]}),
        ("fc1", "Linear", {"out_features": 2}),
        ("output1", "Output", {}),
    ]
    with pytest.raises(ByHandError, match="goes up to 4,096 weights; this network has 8,194"):
        Work(worked(layers, {}))


def test_updates_beyond_the_limit_and_cells_that_are_not_there_are_refused() -> None:
    with pytest.raises(ProbeError, match="up to 100 updates"):
        list(Work(exam()).walk(101))
    with pytest.raises(ProbeError, match="no cell"):
        work(exam(), 0).influence("value/fc1/0/9")


@pytest.mark.parametrize("kind", ["Dropout", "AlphaDropout"])
def test_what_dropout_drew_is_told_and_shares_its_gradient(kind: str) -> None:
    layers: Layers = [
        ("input1", "Input", {"shape": [12]}),
        ("drop1", kind, {"p": 0.5}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    numbers = {"inputs": {"input1": [[0.0, 1.0] * 6]}, "targets": {"output1": [[-3.0] * 12]}}
    found = work(worked(layers, numbers), 0)
    now = found.walked.passes[0]
    mask = now.masks["drop1"]
    assert {0.0, 1.0} == set(mask.ravel()), "a zero that came in does not hide what was drawn"
    scale = now.gradients["input1"][mask == 1] / now.gradients["drop1"][mask == 1]
    assert np.ptp(scale) < 1e-12 and not now.gradients["input1"][mask == 0].any()
    if kind == "Dropout":
        np.testing.assert_allclose(now.values["drop1"], now.values["input1"] * mask * 2)
    assert Walk.of(found.walked.arrays(), found.walked.facts()).passes[0].masks["drop1"].tolist() == mask.tolist()


def smallest(work: Work) -> set[float]:
    """The sizes of numbers that are tiny."""
    sizes = {abs(float(value)) for table in work.walked.tables().values() for value in np.ravel(table)}
    return {size for size in sizes if 0 < size < 1e-10}


def test_what_rounding_leaves_of_a_zero_is_shown_as_zero() -> None:
    # A tenth has no end in binary: what is normalized has sums over the rows that are 0 on paper alone.
    document = normalized("BatchNorm1d", [[0.1, 0.7], [0.3, -0.2], [0.2, 0.25]])
    document.content.sections["numbers"]["targets"] = {"output1": [[0.1, 0.3], [-0.7, 0.2], [0.6, -0.5]]}
    raw = Work(document)
    for _ in raw._walk(0):
        pass
    found = work(document, 0)
    assert smallest(raw) and not smallest(found), "torch leaves some 1e-17 behind"
    for name, table in raw.walked.tables().items():
        np.testing.assert_allclose(found.walked.tables()[name], table, atol=1e-15)


def test_numbers_that_are_really_small_stay() -> None:
    numbers = {**EXAM, "inputs": {"input1": [[160, 60]]}, "targets": {"output1": [[1, 0]]}}
    found = work(worked(EXAM_LAYERS, numbers, optimizer="SGD"), 0)
    now = found.walked.passes[0]
    scores = now.values["fc2"][0]
    assert 0 < now.probabilities["output1"][0, 0] < 1e-12
    assert now.probabilities["output1"][0, 0] == pytest.approx(np.exp(scores[0] - scores[1]), rel=1e-9)
    assert now.loss == pytest.approx(scores[1] - scores[0])


tiny_numbers = st.floats(-1, 1).map(lambda value: value * 1e-12)


@given(st.lists(tiny_numbers, min_size=1, max_size=8), st.floats(-1, 1))
def test_a_digit_that_stays_keeps_a_number(numbers: list[float], shift: float) -> None:
    table, before = np.array(numbers), np.array(numbers)
    drop_noise(table, before * (1 + shift * LAST_DIGIT))
    np.testing.assert_array_equal(table, before)
    drop_noise(table, -before)
    assert not table.any(), "not even the sign is certain"


@pytest.mark.parametrize("name", ["by-hand-attention", "by-hand-batch-norm", "by-hand-lstm"])
def test_what_rounding_leaves_within_a_layer_is_no_number_of_a_template(name: str) -> None:
    document = templates.load(name)
    found = work(document)
    written = [
        line for index in range(2) for line in lines(Page(document.network, found.settings, found.walked, index))
    ]
    assert len(written) > 30 and not [line.text for line in written if 0 < abs(line.value) < 1e-12]
