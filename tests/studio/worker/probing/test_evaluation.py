"""A network worked by hand as it answers once it has trained, and the statistics that it remembers while it trains."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

import numpy as np
import pytest
from documents import Layers
from worked import lines, result, worked
from worked_kinds import document_of, small_case

from models.analysis.steps import answers_otherwise
from models.byhand import notation
from models.byhand.exercise import ByHandError
from models.byhand.pen import NotWrittenError, Page
from models.byhand.walk import Walk
from models.byhand.written.lookup import lines_of
from models.document import Document
from models.layers import LAYERS
from studio.worker.probing.working import Work

ROWS = [[1.0, 2.0], [3.0, 4.0], [5.0, 9.0]]
GIVEN = {"norm1": {"weight": [2, 1], "bias": [0, 1], "running_mean": [1, -1], "running_var": [4, 0.25]}}


def normalized(mode: str, kind: str = "BatchNorm1d", rows: Any = ROWS, **settings: Any) -> Document:
    layers: Layers = [
        ("input1", "Input", {"shape": list(np.shape(rows)[1:])}),
        ("norm1", kind, settings),
        ("output1", "Output", {"loss": "MSELoss"}),
    ]
    numbers = {"inputs": {"input1": rows}, "targets": {"output1": np.zeros(np.shape(rows)).tolist()}, "mode": mode}
    given = GIVEN if settings.get("affine", kind[0] == "B") else {}
    return worked(layers, {**numbers, "weights": given}, optimizer={"kind": "SGD", "params": {"lr": 0.1}})


def work(document: Document, updates: int = 1) -> Work:
    found = Work(document)
    for _ in found.walk(updates):
        pass
    return found


def page_of(found: Work, index: int = 0) -> Page:
    return Page(found.document.network, found.settings, found.walked, index)


def said(found: Work, table: str, place: tuple[int, ...]) -> list[str]:
    return [line.text for line in lines_of(page_of(found), table, place)]


def test_in_evaluation_the_running_statistics_normalize_and_gradients_pass_them_as_constants() -> None:
    found = work(normalized("evaluation"))
    now, then = found.walked.passes
    x, scale = np.array(ROWS), np.array([2, 1]) / np.sqrt(np.array([4, 0.25]) + 1e-5)
    y = (x - [1, -1]) * scale + [0, 1]
    np.testing.assert_allclose(now.values["norm1"], y, rtol=1e-12)
    back = 2 * y / y.size
    np.testing.assert_allclose(now.gradients["input1"], back * scale, rtol=1e-12)
    np.testing.assert_allclose(now.slopes["norm1.bias"], back.sum(0), rtol=1e-12)
    assert found.check().agrees
    # Nothing is remembered, weights learn all the same.
    assert "norm1.running_mean" not in now.after and then.weights["norm1.running_mean"].tolist() == [1, -1]
    np.testing.assert_allclose(then.weights["norm1.bias"], [0, 1] - 0.1 * back.sum(0), rtol=1e-12)
    assert said(found, "value/norm1", (0, 0)) == [
        "norm1₁⁽¹⁾ = W₁·(input1₁⁽¹⁾ − running_mean₁)/√(running_var₁ + ε) + b₁ = 2·(1 − 1)/√(4 + (10^(−5))) + 0 = 0"
    ]


def test_in_training_the_statistics_move_towards_those_of_the_batch_once_a_pass() -> None:
    found = work(normalized("training"), 2)
    x, mean, variance = np.array(ROWS), np.array([1, -1.0]), np.array([4, 0.25])
    for now in found.walked.passes[:2]:
        np.testing.assert_allclose(now.weights["norm1.running_mean"], mean, rtol=1e-12)
        mean, variance = 0.9 * mean + 0.1 * x.mean(0), 0.9 * variance + 0.1 * x.var(0, ddof=1)
        np.testing.assert_allclose(now.after["norm1.running_mean"], mean, rtol=1e-12)
        np.testing.assert_allclose(now.after["norm1.running_var"], variance, rtol=1e-12)
    found.check(), found.influence("value/norm1/0/0")
    np.testing.assert_allclose(found._named()["norm1.running_mean"], 0.9 * mean + 0.1 * x.mean(0), rtol=1e-12)
    *before, last = said(found, "next/norm1.running_var", (1,))
    assert [line.partition(" = ")[0] for line in before] == ["μ₂", "s²₂"] and before[1].endswith("/2 = 13")
    assert last == "running_var₂ new = (1 − 0.1)·running_var₂ + 0.1·s²₂ = (1 − 0.1)·0.25 + 0.1·13 = 1.525"


IMAGES = np.linspace(-2, 3, 2 * 2 * 3).reshape(2, 2, 3).tolist()
TRACKED = {"affine": False, "track_running_stats": True}


@pytest.mark.parametrize(
    ("kind", "settings"),
    [("BatchNorm1d", {"affine": False}), ("BatchNorm1d", {"affine": False, "momentum": None}),
     ("InstanceNorm1d", TRACKED), ("InstanceNorm1d", {**TRACKED, "momentum": None})],
)  # fmt: skip
@pytest.mark.parametrize("mode", ["training", "evaluation"])
def test_every_line_of_remembered_statistics_is_what_torch_computed(
    kind: str, settings: dict[str, Any], mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notation, "DIGITS", 17)
    found = work(normalized(mode, kind, IMAGES, **settings), 2)
    written = [line for index in range(2) for line in lines(page_of(found, index))]
    for line in written:
        assert result(line.numbers) == pytest.approx(line.value, rel=1e-9, abs=1e-9), line.text
    remembered = {line.own for line in written if "running" in line.own}
    assert bool(remembered) == (mode == "training") and len(written) > 20


OTHERWISE = ("Dropout", "Dropout1d", "AlphaDropout", "FeatureAlphaDropout", "DropPath", "GaussianNoise", "RReLU",
             "BatchNorm1d", "BatchNorm2d", "LSTM", "MultiheadAttention", "TransformerEncoderLayer")  # fmt: skip


@pytest.mark.parametrize("kind", OTHERWISE)
def test_what_answers_otherwise_once_trained_is_written_then(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notation, "DIGITS", 17)
    monkeypatch.setattr(notation, "MOST_TERMS", 10_000)
    case = small_case(LAYERS[kind], Random(f"{kind}3"))
    dropout = {"dropout": 0.5} if "dropout" in case.layer.fields else {}
    document = document_of(replace(case, layer=case.layer.replace(**dropout)), np.random.default_rng(3))
    document.content.sections["numbers"]["mode"] = "evaluation"
    page = page_of(work(document, 0))
    values = page.now.values["layer1"]
    for place in list(np.ndindex(*values.shape))[:6]:
        line = lines_of(page, "value/layer1", place)[-1]
        assert result(line.numbers) == pytest.approx(values[place], rel=1e-9, abs=1e-9), line.text


def test_what_is_drawn_in_training_alone_is_not_written_there() -> None:
    layers: Layers = [("input1", "Input", {"shape": [2]}), ("noise1", "GaussianNoise", {}), ("output1", "Output", {})]
    with pytest.raises(NotWrittenError, match="draws while training"):
        said(work(worked(layers, {"inputs": {"input1": [[1, 2]]}}), 0), "value/noise1", (0, 0))
    assert answers_otherwise((document := worked(layers, {})).network, document.analysis)
    plain = worked([layers[0], ("fc1", "Linear", {"out_features": 2}), layers[2]], {})
    assert not answers_otherwise(plain.network, plain.analysis)


def test_one_row_is_enough_for_an_answer_and_the_mode_travels() -> None:
    found = work(normalized("evaluation", rows=ROWS[:1]), 0).walked
    assert found.mode == "evaluation" and Walk.of(found.arrays(), found.facts()).mode == "evaluation"


@pytest.mark.parametrize(
    ("numbers", "words"),
    [({"mode": "sleep"}, "is “sleep”. Write training or evaluation."), ({"mode": 1}, "cannot be read"),
     ({"weights": {"norm1": {"running_var": [1, -1]}}}, "norm1.running_var holds a number below 0")],
)  # fmt: skip
def test_what_no_mode_and_no_variance_is_is_said(numbers: dict[str, Any], words: str) -> None:
    document = normalized("training")
    document.content.sections["numbers"] |= numbers
    with pytest.raises(ByHandError, match=words):
        Work(document)
