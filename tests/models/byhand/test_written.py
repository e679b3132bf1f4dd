"""What is written for numbers where a rule of its own applies: names, groups, limits, and sentences why not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from documents import Layers, chain

from models.byhand.pen import NotWrittenError, Page
from models.byhand.walk import Pass, Walk
from models.byhand.written import backward
from models.byhand.written.kinds import recurrent
from models.byhand.written.lookup import lines_of
from models.training import TrainingSettings

Tables = dict[str, Any]


def page_of(layers: Layers, index: int = 0, passes: list[Pass] | None = None, **tables: Tables) -> Page:
    """A page about layers in a row, with tables as a pass has them; arrays are made of lists."""
    made = {kind: {name: np.array(table, float) for name, table in each.items()} for kind, each in tables.items()}
    targets = made.pop("targets", {"output1": np.zeros((1, 2))})
    document = chain(layers, "moons", optimizer={"kind": "SGD", "params": {"lr": 0.1}})
    settings, _ = TrainingSettings.read(document.training)
    now = Pass(losses=(0.5,), **made)
    return Page(document.network, settings, Walk(passes or [now], targets, 0.1), index)


def around(kind: str, settings: Tables | None = None, shape: tuple[int, ...] = (2,), loss: str = "MSELoss") -> Layers:
    return [
        ("input1", "Input", {"shape": list(shape)}),
        ("layer1", kind, settings or {}),
        ("output1", "Output", {"loss": loss}),
    ]


def said(page: Page, table: str, place: tuple[int, ...]) -> list[str]:
    return [line.text for line in lines_of(page, table, place)]


def test_a_linear_layer_is_a_sum_of_products() -> None:
    page = page_of(
        around("Linear", {"out_features": 1}),
        values={"input1": [[2, 3]], "layer1": [[9]]},
        weights={"layer1.weight": [[1, 2]], "layer1.bias": [1]},
    )
    (line,) = lines_of(page, "value/layer1", (0, 0))
    assert line.text == "layer1₁ = W₁₁·input1₁ + W₁₂·input1₂ + b₁ = 1·2 + 2·3 + 1 = 9"
    assert line.own == "value/layer1/0/0"
    assert set(line.cells) == {
        "value/input1/0/0", "value/input1/0/1", "weight/layer1.weight/0/0", "weight/layer1.weight/0/1",
        "weight/layer1.bias/0",
    }  # fmt: skip


def test_gradients_come_back_by_the_chain_rule_with_the_textbooks_terms() -> None:
    page = page_of(
        around("Linear", {"out_features": 2}),
        values={"input1": [[2, 3]], "layer1": [[1, 4]]},
        weights={"layer1.weight": [[1, 2], [3, 4]], "layer1.bias": [0, 0]},
        gradients={"input1": [[7, 10]], "layer1": [[1, 2]]},
        slopes={"layer1.weight": [[2, 3], [4, 6]], "layer1.bias": [1, 2]},
    )
    assert said(page, "gradient/input1", (0, 1)) == ["∂L/∂input1₂ = ∂L/∂layer1₁·W₁₂ + ∂L/∂layer1₂·W₂₂ = 1·2 + 2·4 = 10"]
    assert said(page, "slope/layer1.weight", (1, 0)) == ["∂L/∂W₂₁ = ∂L/∂layer1₂·input1₁ = 2·2 = 4"]
    assert said(page, "slope/layer1.bias", (1,)) == ["∂L/∂b₂ = ∂L/∂layer1₂ = 2"]
    assert said(page, "gradient/layer1", (0, 0))[0].startswith("∂L/∂layer1₁ = 2·(layer1₁ − 0)/2")


@pytest.mark.parametrize(
    ("x", "written"),
    [(1.5, "∂L/∂layer1₁·[input1₁ > 0] = 4·1"), (-1.5, None), (0.0, None)],
)
def test_a_rectifier_lets_the_gradient_of_positive_numbers_pass(x: float, written: str | None) -> None:
    page = page_of(
        around("ReLU"),
        values={"input1": [[x, 1]], "layer1": [[max(x, 0), 1]]},
        gradients={"input1": [[4 * (x > 0), 5]], "layer1": [[4, 5]]},
    )
    (line,) = said(page, "gradient/input1", (0, 0))
    assert (written in line) if written else line == "∂L/∂input1₁ = 0"


def test_a_normalization_writes_its_mean_and_variance_before_and_their_gradients_on_the_way_back() -> None:
    x = np.array([[1.0, 2], [3, 6]])
    y = (x - x.mean(0)) / np.sqrt(x.var(0) + 1e-5)
    page = page_of(
        around("BatchNorm1d", {"affine": False}),
        values={"input1": x, "layer1": y},
        gradients={"input1": np.zeros((2, 2)), "layer1": [[1, 0], [2, 0]]},
    )
    names = [line.name for line in lines_of(page, "value/layer1", (1, 0))]
    assert names == ["μ₁", "σ²₁", "layer1₁⁽²⁾"]
    assert "μ₁ = (input1₁⁽¹⁾ + input1₁⁽²⁾)/2 = (1 + 3)/2 = 2" in said(page, "value/layer1", (0, 0))
    back = [line.name for line in lines_of(page, "gradient/input1", (0, 0))]
    assert back == ["∂L/∂σ²₁", "∂L/∂μ₁", "∂L/∂input1₁⁽¹⁾"]


@pytest.mark.parametrize(
    ("loss", "target", "expected"),
    [
        ("MSELoss", [[1, 0]], "L = ((layer1₁ − 1)^2 + (layer1₂ − 0)^2)/2"),
        ("L1Loss", [[1, 0]], "L = (|layer1₁ − 1| + |layer1₂ − 0|)/2"),
        ("HuberLoss", [[5, 0]], "L = (|layer1₁ − 5| − 0.5 + 0.5·(layer1₂ − 0)^2)/2"),
    ],
)
def test_losses_of_numbers_are_means_over_them(loss: str, target: Any, expected: str) -> None:
    layers = around("Identity", loss=loss)
    page = page_of(layers, values={"input1": [[2, 0.5]], "layer1": [[2, 0.5]]}, targets={"output1": target})
    assert said(page, "loss", ())[0].startswith(f"{expected} = ")


def test_classes_are_smoothed_as_the_loss_says() -> None:
    layers = around("Identity")
    layers[2] = ("output1", "Output", {"loss": {"kind": "CrossEntropyLoss", "params": {"label_smoothing": 0.2}}})
    tables: Tables = {"values": {"input1": [[0, 0]], "layer1": [[0, 0]]}, "probabilities": {"output1": [[0.5, 0.5]]}}
    page = page_of(layers, targets={"output1": [1]}, gradients={"layer1": [[0.4, -0.4]]}, **tables)
    assert said(page, "loss", ())[0].startswith("L = −0.1·ln(p₁) − 0.9·ln(p₂) = ")
    assert said(page, "gradient/layer1", (0, 1)) == ["∂L/∂layer1₂ = p₂ − 0.9 = 0.5 − 0.9 = −0.4"]


def test_what_is_given_or_drawn_and_what_no_gradient_reaches_is_said() -> None:
    page = page_of(around("Dropout"), values={"input1": [[1, 2]], "layer1": [[2, 0]]}, masks={"layer1": [[1, 0]]})
    for table, place, words in (
        ("weight/layer1.weight", (0, 0), "It is given."),
        ("target/output1", (0, 0), "It is given."),
        ("mask/layer1", (0, 0), "It was drawn"),
    ):
        with pytest.raises(NotWrittenError, match=words):
            lines_of(page, table, place)
    assert said(page, "value/layer1", (0, 0)) == ["layer1₁ = input1₁·m₁/(1 − 0.5) = 1·1/(1 − 0.5) = 2"]
    bare = page_of(around("Dropout"), values={"input1": [[1, 2]], "layer1": [[2, 0]]})
    with pytest.raises(NotWrittenError, match="drew is not known"):
        lines_of(bare, "value/layer1", (0, 0))


def test_too_many_numbers_are_not_written_out_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    tables: Tables = {"values": {"input1": [[1, 2]], "layer1": [[1, 2]]}, "gradients": {"layer1": [[1, 1]]}}
    tables["gradients"]["input1"] = [[1, 1]]
    monkeypatch.setattr(backward, "MOST_READ", 1)
    with pytest.raises(NotWrittenError, match="Too many numbers"):
        lines_of(page_of(around("Softmax"), **tables), "gradient/input1", (0, 0))
    monkeypatch.setattr(recurrent, "MOST", 1)
    lstm = page_of(
        around("LSTM", {"hidden_size": 1}, (2, 1)),
        values={"input1": [[[1], [2]]], "layer1": [[[0], [0]]]},
        weights={"layer1.weight_ih_l0": [[1]] * 4},
    )
    with pytest.raises(NotWrittenError, match="8 products over all steps are too many"):
        lines_of(lstm, "value/layer1", (0, 0, 0))


def test_an_update_remembers_the_pass_before_and_counts_its_steps() -> None:
    layers = around("Linear", {"out_features": 1, "bias": False}, (1,))
    passes = []
    weight = 1.0
    for _turn in range(2):
        after = weight - 0.1 * 2 * weight
        now = Pass(losses=(weight**2,))
        now.weights, now.slopes = {"layer1.weight": np.array([[weight]])}, {"layer1.weight": np.array([[2 * weight]])}
        now.after, now.state = {"layer1.weight": np.array([[after]])}, {"layer1.weight": {"step": np.array(1.0)}}
        passes.append(now)
        weight = after
    page = page_of(layers, 1, passes)
    assert said(page, "next/layer1.weight", (0, 0)) == ["W₁₁ new = W₁₁ − η·∂L/∂W₁₁ = 0.8 − 0.1·1.6 = 0.64"]
    with pytest.raises(NotWrittenError, match="counts the updates"):
        lines_of(page, "state/layer1.weight/step", ())
    del passes[1].slopes["layer1.weight"]
    with pytest.raises(NotWrittenError, match="No gradient reaches"):
        lines_of(page, "next/layer1.weight", (0, 0))


def test_steps_are_worked_out_once_a_page() -> None:
    x = np.arange(6.0).reshape(1, 6)
    page = page_of(around("LayerNorm", {"elementwise_affine": False}, (6,)), values={"input1": x, "layer1": x})
    for place in range(6):
        lines_of(page, "value/layer1", (0, place))
    assert [step.name for step in page.steps.values()] == ["μ", "σ²"]
