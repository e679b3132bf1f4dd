"""The exercises that come along, worked by plain arithmetic here and by Netloom: the same numbers, and whole keys."""

from __future__ import annotations

from math import exp, log, sqrt, tanh
from typing import Any

import numpy as np
import pytest
from worked import lines, result, worked

from models.byhand import notation
from models.byhand.exercise import SECTION, Exercise
from models.byhand.pen import Page
from models.byhand.report import Writer, as_latex, as_markdown
from models.byhand.walk import Walk
from models.document import Document
from models.storage import templates
from studio.worker.probing.working import Work

EXERCISES = [item.name for item in templates.available() if item.category == "By hand"]


def walk_of(document: Document, updates: int = 1) -> Walk:
    work = Work(document)
    for _ in work.walk(updates):
        pass
    return work.walked


def sigmoid(x: float) -> float:
    return 1 / (1 + exp(-x))


@pytest.mark.parametrize("name", EXERCISES)
def test_each_is_worked_whole_with_every_line_true_and_its_gradients_confirmed(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = templates.load(name)
    work = Work(document)
    for _ in work.walk(2):
        pass
    hidden = Exercise.read(document.content.section(SECTION)).hidden
    assert [cell for cell in hidden if work.walked.cell(cell) is None] == [], "a key for every gap"
    assert work.check().agrees
    monkeypatch.setattr(notation, "DIGITS", 17)
    for index in range(3):
        written = list(lines(Page(document.network, work.settings, work.walked, index)))
        assert len(written) > 10
        for line in written:
            assert result(line.numbers) == pytest.approx(line.value, rel=1e-9, abs=1e-12), line.text


@pytest.mark.parametrize("name", [name for name in EXERCISES if name != "by-hand"])
def test_a_sheet_has_a_gap_for_each_hidden_number_and_a_key_has_none(name: str) -> None:
    document = templates.load(name)
    work = Work(document)
    for _ in work.walk(2):
        pass
    hidden = work.exercise.hidden
    sheet = as_markdown(Writer(document.network, work.settings, work.walked, hidden).parts("sheet"))
    key = as_latex(Writer(document.network, work.settings, work.walked).parts("key"))
    gap = r"\underline{\quad}"
    assert sheet.count(gap) >= len(hidden) > 0 and gap not in key


def test_a_neuron_learns_and() -> None:
    walk = walk_of(templates.load("by-hand-neuron"), 2)
    rows, target = [(0, 0), (0, 1), (1, 0), (1, 1)], [0, 0, 0, 1]
    w, b = [0.5, -0.5], 0.0
    for turn in range(3):
        z = [w[0] * x1 + w[1] * x2 + b for x1, x2 in rows]
        loss = -sum(log(sigmoid(a) if y else 1 - sigmoid(a)) for a, y in zip(z, target, strict=True)) / 4
        np.testing.assert_allclose(walk.passes[turn].values["fc1"].ravel(), z)
        assert walk.passes[turn].loss == pytest.approx(loss)
        delta = [(sigmoid(a) - y) / 4 for a, y in zip(z, target, strict=True)]
        slope = [sum(d * row[k] for d, row in zip(delta, rows, strict=True)) for k in (0, 1)]
        np.testing.assert_allclose(walk.passes[turn].slopes["fc1.weight"][0], slope)
        w, b = [each - s for each, s in zip(w, slope, strict=True)], b - sum(delta)
    assert walk.passes[2].loss < walk.passes[0].loss


def test_softmax_regression_learns_from_answers_less_truth() -> None:
    walk = walk_of(templates.load("by-hand-softmax"), 2)
    rows, truth = np.array([[1, 2], [-1, 0.5]]), np.array([[0, 0, 1], [1, 0, 0]])
    w, b = np.array([[0.1, 0.2], [0.3, -0.1], [-0.2, 0.4]]), np.zeros(3)
    for now in walk.passes:
        powers = np.exp(rows @ w.T + b)
        p = powers / powers.sum(1, keepdims=True)
        np.testing.assert_allclose(now.probabilities["output1"], p)
        assert now.loss == pytest.approx(-np.log((p * truth).sum(1)).mean())
        delta = (p - truth) / len(rows)
        np.testing.assert_allclose(now.gradients["fc1"], delta)
        w, b = w - 0.5 * delta.T @ rows, b - 0.5 * delta.sum(0)
        if now.after:
            np.testing.assert_allclose(now.after["fc1.weight"], w)
            np.testing.assert_allclose(now.after["fc1.bias"], b, atol=1e-15)
    assert walk.passes[2].loss < walk.passes[1].loss < walk.passes[0].loss


def test_xor_with_nesterov_momentum() -> None:
    first, second = walk_of(templates.load("by-hand-xor")).passes
    np.testing.assert_allclose(first.values["relu1"], [[0, 0], [1, 0], [1, 0], [2, 1]])
    np.testing.assert_allclose(first.values["fc2"].ravel(), [0, 1, 1, 1])
    assert first.loss == pytest.approx(0.25)
    delta = [0, 0, 0, 2 * 1 / 4]
    np.testing.assert_allclose(first.gradients["fc2"].ravel(), delta)
    slope = [0.5 * 2, 0.5 * 1]
    np.testing.assert_allclose(first.slopes["fc2.weight"][0], slope)
    # The first velocity is the gradient; Nesterov steps along g + 0.9·V.
    new = [w - 0.1 * (g + 0.9 * g) for w, g in zip((1, -1), slope, strict=True)]
    np.testing.assert_allclose(first.after["fc2.weight"][0], new)
    velocity = 0.9 * first.slopes["fc2.weight"] + second.slopes["fc2.weight"]
    third = walk_of(templates.load("by-hand-xor"), 2).passes[1]
    np.testing.assert_allclose(third.state["fc2.weight"]["momentum_buffer"], velocity)
    step = second.slopes["fc2.weight"] + 0.9 * velocity
    np.testing.assert_allclose(third.after["fc2.weight"], second.weights["fc2.weight"] - 0.1 * step)


def test_a_padded_convolution_pooled_and_its_gradient() -> None:
    now = walk_of(templates.load("by-hand-conv")).passes[0]
    image = np.pad(now.values["input1"][0, 0], 1)
    kernel = now.weights["conv1.weight"][0, 0]
    found = [[(image[r : r + 3, c : c + 3] * kernel).sum() for c in range(4)] for r in range(4)]
    np.testing.assert_allclose(now.values["conv1"][0, 0], found)
    rectified = np.maximum(found, 0)
    pooled = rectified.reshape(2, 2, 2, 2).max((1, 3))
    np.testing.assert_allclose(now.values["pool1"][0, 0], pooled)
    scores = now.weights["fc1.weight"] @ pooled.ravel()
    p = np.exp(scores) / np.exp(scores).sum()
    assert now.loss == pytest.approx(-log(p[0]))
    back = now.weights["fc1.weight"].T @ (p - [1, 0])
    delta = np.zeros((4, 4))
    for place, value in enumerate(back):
        r, c = divmod(place, 2)
        block = rectified[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
        down, across = np.unravel_index(block.argmax(), (2, 2))
        delta[2 * r + down, 2 * c + across] = value * (block.max() > 0)
    slope = [[(image[r : r + 4, c : c + 4] * delta).sum() for c in range(3)] for r in range(3)]
    np.testing.assert_allclose(now.slopes["conv1.weight"][0, 0], slope, atol=1e-12)


def test_batch_normalization_and_the_way_back_through_its_mean_and_variance() -> None:
    now = walk_of(templates.load("by-hand-batch-norm")).passes[0]
    x, y = now.values["input1"], now.values["norm1"]
    root = np.sqrt(x.var(0) + 1e-5)
    np.testing.assert_allclose(y, (x - x.mean(0)) / root, atol=1e-12)
    delta = 2 * (y - [[0, 0], [0, 1], [1, 0]]) / 6
    np.testing.assert_allclose(now.gradients["norm1"], delta)
    # Ioffe and Szegedy 2015, step by step.
    by_variance = (delta * (x - x.mean(0)) * -0.5 / root**3).sum(0)
    by_mean = (-delta / root).sum(0)
    back = delta / root + by_variance * 2 * (x - x.mean(0)) / 3 + by_mean / 3
    np.testing.assert_allclose(now.gradients["input1"], back, atol=1e-12)
    np.testing.assert_allclose(now.after["norm1.weight"], 1 - 0.1 * (delta * y).sum(0))


def test_an_lstm_cell_over_three_steps() -> None:
    walk = walk_of(templates.load("by-hand-lstm"))
    w, u, b = (0.5, 0.25, 1, 0.5), (0.1, 0.2, -0.3, 0.4), (0, 1, 0, 0)
    h = c = 0.0
    for time, x in enumerate((1, -1, 0.5)):
        i, f, g, o = (bend(w[k] * x + u[k] * h + b[k]) for k, bend in enumerate((sigmoid, sigmoid, tanh, sigmoid)))
        c = f * c + i * g
        h = o * tanh(c)
        assert walk.passes[0].values["lstm1"][0, time, 0] == pytest.approx(h)
    assert walk.passes[0].loss == pytest.approx(
        sum((a - y) ** 2 for a, y in zip(walk.passes[0].values["lstm1"].ravel(), (0, 0, 1), strict=True)) / 3
    )
    # Of the last step alone: ∂L/∂x₃ = Σ over gates of the slope there times w.
    before = walk.passes[0].values["lstm1"][0, 1, 0]
    found = walk.passes[0].gradients["input1"][0, 2, 0]
    step = 1e-6
    losses = []
    for moved in (0.5 + step, 0.5 - step):
        gates = [bend(w[k] * moved + u[k] * before + b[k]) for k, bend in enumerate((sigmoid, sigmoid, tanh, sigmoid))]
        old = _memory(w, u, b)
        losses.append((gates[3] * tanh(gates[1] * old + gates[0] * gates[2]) - 1) ** 2 / 3)
    assert found == pytest.approx((losses[0] - losses[1]) / (2 * step), abs=1e-8)


def _memory(w: Any, u: Any, b: Any) -> float:
    """The memory after the first two steps."""
    h = c = 0.0
    for x in (1, -1):
        i, f, g, o = (bend(w[k] * x + u[k] * h + b[k]) for k, bend in enumerate((sigmoid, sigmoid, tanh, sigmoid)))
        c = f * c + i * g
        h = o * tanh(c)
    return c


def test_two_tokens_attend_to_each_other() -> None:
    now = walk_of(templates.load("by-hand-attention")).passes[0]
    x = np.array([[1.0, 0], [1, 2]])
    scores = x @ x.T / sqrt(2)
    shares = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    np.testing.assert_allclose(now.values["attention1"][0], shares @ x)
    delta = 2 * (shares @ x - [[1, 1], [0, 1]]) / 4
    np.testing.assert_allclose(now.slopes["attention1.out_proj.weight"], delta.T @ (shares @ x))
    by_share = delta @ x.T
    by_score = shares * (by_share - (by_share * shares).sum(1, keepdims=True)) / sqrt(2)
    back = shares.T @ delta + by_score @ x + by_score.T @ x
    np.testing.assert_allclose(now.gradients["input1"][0], back, atol=1e-12)


@pytest.mark.parametrize(
    ("optimizer", "rule"),
    [
        ({"kind": "SGD", "params": {"lr": 0.1, "momentum": 0.5}}, "momentum"),
        ({"kind": "Adam", "params": {"lr": 0.1}}, "adam"),
        ({"kind": "AdamW", "params": {"lr": 0.1, "weight_decay": 0.1}}, "adamw"),
        ({"kind": "RMSprop", "params": {"lr": 0.1, "centered": True, "momentum": 0.5}}, "rmsprop"),
        ({"kind": "Adagrad", "params": {"lr": 0.1, "lr_decay": 0.5}}, "adagrad"),
        ({"kind": "Adadelta", "params": {"lr": 1.0}}, "adadelta"),
        ({"kind": "Adam", "params": {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}}, "amsgrad"),
    ],
)
def test_three_updates_of_one_weight_by_every_optimizer(optimizer: dict[str, Any], rule: str) -> None:
    layers = [
        ("input1", "Input", {"shape": [1]}),
        ("fc1", "Linear", {"out_features": 1, "bias": False}),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    numbers = {"inputs": {"input1": [[1]]}, "targets": {"output1": [[0]]}, "weights": {"fc1": {"weight": [[2]]}}}
    passes = walk_of(worked(layers, numbers, optimizer=optimizer), 3).passes
    w, m, v, most, kept, moved = 2.0, 0.0, 0.0, 0.0, 0.0, 0.0
    for t in (1, 2, 3):
        g = 2 * w
        if rule == "momentum":
            m = g if t == 1 else 0.5 * m + g
            w -= 0.1 * m
        elif rule in ("adam", "adamw", "amsgrad"):
            g += 0.1 * w * (rule == "amsgrad")
            w *= 1 - 0.01 * (rule == "adamw")
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            most = max(most, v)
            second = most if rule == "amsgrad" else v
            w -= 0.1 * m / (1 - 0.9**t) / (sqrt(second / (1 - 0.999**t)) + 1e-8)
        elif rule == "rmsprop":
            v, m = 0.99 * v + 0.01 * g * g, 0.99 * m + 0.01 * g
            kept = 0.5 * kept + g / (sqrt(v - m * m) + 1e-8)
            w -= 0.1 * kept
        elif rule == "adagrad":
            v += g * g
            w -= 0.1 / (1 + (t - 1) * 0.5) * g / (sqrt(v) + 1e-10)
        else:
            v = 0.9 * v + 0.1 * g * g
            step = sqrt(moved + 1e-6) / sqrt(v + 1e-6) * g
            moved = 0.9 * moved + 0.1 * step * step
            w -= step
        assert passes[t - 1].after["fc1.weight"].item() == pytest.approx(w, rel=1e-9), t
