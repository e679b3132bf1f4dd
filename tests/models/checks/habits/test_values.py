"""Values of data that make learning hard: told with their numbers where they are so, and not where something helps."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from random_edits import chain

from models.checks import Finding, findings
from models.data import Facts
from models.data.facts import Span
from models.storage import templates
from studio.data.known import known_data

OUT = ("Output", {})
NUMBERS = ("Output", {"loss": {"kind": "MSELoss"}})


def flowers(*counts: int, shape: tuple[int, ...] = ()) -> Facts:
    names = tuple("abcdefgh"[: len(counts)])
    return replace(Facts.simple("Flowers", (4,), names, shape, sum(counts), counts=counts), held_out=0.2)


def prices(span: Span | None, inputs: Span | None = None) -> Facts:
    return replace(Facts.simple("Prices", (4,), None, (1,), 500, spans=(inputs, span)), held_out=0.2)


def found(facts: Facts, *layers: Any, data: Any = None, **training: Any) -> list[Finding]:
    document = chain(("Input", {"shape": list(facts.shape)}), *layers)
    document.content.sections["data"] = {"source": "csv", **(data or {})}
    document.content.sections["training"] = training
    return findings(document, facts)


@pytest.mark.parametrize(
    ("counts", "severity"), [((300, 100), ""), ((440, 110), "hint"), ((1000, 100, 300), "warning")]
)
def test_how_unequal_classes_are_decides_how_loud_it_is_said(counts: tuple[int, ...], severity: str) -> None:
    told = found(flowers(*counts), ("Linear", {"out_features": len(counts)}), OUT)
    assert [finding.severity for finding in told] == [severity] * bool(severity)
    assert all(f"“b” has {counts[1]} in training" in finding.detail for finding in told)


def test_classes_of_places_and_classes_without_an_example_are_not_compared() -> None:
    positions = flowers(900, 10, shape=(4,))
    assert not [item for item in found(positions, ("Linear", {}), OUT) if item.code == "class-imbalance"]
    assert found(flowers(500, 400, 0), ("Linear", {"out_features": 3}), OUT) == []


def test_the_first_layer_with_weights_decides_whether_large_inputs_matter() -> None:
    facts, plain = replace(flowers(50, 50), inputs=prices(None, (0.0, 255.0)).inputs), {"normalize": False}
    end = ("Linear", {"out_features": 2}), OUT
    (told,) = found(facts, *end, data=plain)
    assert (told.code, told.node) == ("unscaled-inputs", "n0") and "from 0 to 255" in told.message
    assert found(facts, ("Dropout", {"p": 0.1}), *end, data=plain)[0].code == "unscaled-inputs"
    assert found(facts, ("LayerNorm", {}), *end, data=plain) == found(facts, *end) == []
    wide = replace(facts, inputs=prices(None, (-1472.4, 150_000.0)).inputs)
    assert "from -1,472 to 150,000" in found(wide, *end, data=plain)[0].message
    small = replace(facts, inputs=prices(None, (-1.0, 8.0)).inputs)
    assert found(small, *end, data=plain) == []


@pytest.mark.parametrize(
    ("span", "severity"), [((25.0, 346.0), "warning"), ((-1e-5, 1e-4), "warning"), ((-2.0, 5.0), ""), (None, "hint")]
)
def test_targets_of_an_unusual_size_are_to_be_scaled(span: Span | None, severity: str) -> None:
    told = found(prices(span), ("Linear", {"out_features": 1}), NUMBERS, scale_targets=False)
    assert [(item.code, item.severity) for item in told] == [("unscaled-targets", severity)] * bool(severity)
    assert found(prices(span), ("Linear", {"out_features": 1}), NUMBERS) == []


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("Sigmoid", "Targets go from -3 to 8; n2 gives 0 to 1."),
        ("Tanh", "Targets go from -3 to 8; n2 gives -1 to 1."),
        ("ReLU", "Targets go from -3 to 8; n2 gives 0 and more."),
        ("LeakyReLU", ""),
    ],
)
def test_what_an_activation_at_the_end_never_gives_is_told(kind: str, message: str) -> None:
    told = found(prices((-3.0, 8.0)), ("Linear", {"out_features": 1}), (kind, {}), NUMBERS)
    assert [item.message for item in told] == [message] * bool(message)


def test_targets_that_a_loss_cannot_take_stop_the_training() -> None:
    poisson = ("Output", {"loss": {"kind": "PoissonNLLLoss"}})
    (told,) = found(prices((-3.0, 8.0)), ("Linear", {"out_features": 1}), poisson)
    assert (
        told.stops_training
        and told.message == "PoissonNLLLoss needs targets of 0 and more; those of Prices go from -3 to 8."
    )
    assert found(prices((0.0, 8.0)), ("Linear", {"out_features": 1}), poisson) == []


@pytest.mark.parametrize("normalize", [True, False])
def test_the_values_of_data_that_comes_along_are_known_before_it_is_read(normalize: bool) -> None:
    document = chain(("Input", {"shape": [13]}), ("Linear", {"out_features": 3}), OUT)
    document.content.sections["data"] = {"source": "wine", "normalize": normalize}
    codes = [item.code for item in findings(document, known_data(document.data, None))]
    assert codes == ["unscaled-inputs"] * (not normalize)


@pytest.mark.parametrize("name", ["exam-cnn", "autoencoder", "vae", "resnet50"])
def test_where_nobody_chose_data_it_is_one_hint_that_the_usual_does_not_fit(name: str) -> None:
    document = templates.load(name)
    told = findings(document, known_data(document.data, None))
    (item,) = told
    assert (item.code, item.severity, item.mends) == ("data-input", "hint", ())
    assert item.message.startswith("No data is chosen for ")
