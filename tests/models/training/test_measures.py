"""Which metrics are measured, what they are called, and which of two values is the better one."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from models.specs.fields import FieldError
from models.training import LOSSES, METRICS, Metric
from models.training.metrics import (
    MeanAbsoluteError,
    Measure,
    TopKAccuracy,
    main_measure,
    measure_of,
    metric_called,
    metrics_for,
    usual_metric,
)
from models.training.metrics.counted import Precision
from models.training.objectives import Objective, watched_measure


@pytest.mark.parametrize("over", ["macro", "micro", "0", 3, " 12 "])
def test_what_a_metric_is_taken_over_is_read(over: object) -> None:
    metric = Precision(over=over)
    assert metric_called(metric.series) == metric and metric.label


@pytest.mark.parametrize("over", ["", "all", "-1", 1.5, True, "²", "1" * 9])
def test_other_averages_are_refused(over: object) -> None:
    with pytest.raises(FieldError, match="expected macro"):
        Precision(over=over)


def test_no_two_metrics_share_a_name() -> None:
    assert len({kind.name for kind in METRICS.values()}) == len(METRICS)


@pytest.mark.parametrize("form", ["classes", "binary", "numbers"])
def test_each_form_of_targets_has_its_usual_metric(form: str) -> None:
    usual = usual_metric(form)
    assert usual.kind == ("MeanAbsoluteError" if form == "numbers" else "Accuracy")
    assert metrics_for(form, ()) == (usual,)


def test_wanted_metrics_that_do_not_suit_are_left_out_and_twins_count_once() -> None:
    wanted = (TopKAccuracy(k=3), MeanAbsoluteError(), TopKAccuracy(k=3), TopKAccuracy(k=2))
    assert metrics_for("classes", wanted) == (TopKAccuracy(k=3), TopKAccuracy(k=2))
    assert metrics_for("numbers", wanted) == (MeanAbsoluteError(),)
    assert [metric.series for metric in metrics_for("classes", wanted)] == ["top_k_accuracy@3", "top_k_accuracy@2"]


def test_what_is_watched_is_measured_where_it_can_be() -> None:
    assert [metric.name for metric in metrics_for("classes", (), "macro_f1")] == ["accuracy", "macro_f1"]
    assert [metric.name for metric in metrics_for("numbers", (), "macro_f1")] == ["mae"]
    wanted = (TopKAccuracy(k=3),)
    assert metrics_for("classes", wanted, "top_k_accuracy") == wanted
    objectives = [
        Objective("price", LOSSES["MSELoss"](), 1.0, metrics_for("numbers", ()), "price/"),
        Objective("kind", LOSSES["CrossEntropyLoss"](), 1.0, wanted, "kind/"),
    ]
    found = watched_measure(objectives, "top_k_accuracy")
    assert found and found.key == "kind/top_k_accuracy@3" and not found.lower_is_better
    assert watched_measure(objectives, "loss") == Measure("validation", "", "loss")
    assert watched_measure(objectives, "macro_f1") is None


def test_the_better_of_two_values_depends_on_what_they_are() -> None:
    loss, accuracy = measure_of("validation/loss"), measure_of("validation/accuracy")
    assert loss.is_better(0.5, None) and loss.is_better(0.4, 0.5) and not loss.is_better(0.5, 0.5)
    assert accuracy.is_better(0.5, 0.4) and not accuracy.is_better(0.4, 0.5)
    for bad in (math.nan, math.inf):
        assert not loss.is_better(bad, None) and not loss.is_better(bad, 0.5)


@pytest.mark.parametrize(
    ("series", "title", "words", "lower", "text"),
    [
        ("train/loss", "Loss", "loss", True, "0.25"),
        ("validation/digit/loss", "Loss · digit", "digit loss", True, "0.25"),
        ("validation/accuracy", "Accuracy", "accuracy", False, "25.0 %"),
        ("validation/digit/top_k_accuracy@3", "Top-3 accuracy · digit", "digit top-3 accuracy", False, "25.0 %"),
        ("validation/mae", "Mean absolute error", "mean absolute error", True, "0.25"),
        ("validation/price/r2", "R² · price", "price R²", False, "0.25"),
        ("learning_rate", "Learning rate", "learning rate", False, "0.25"),
        ("validation/of_another_program", "Of another program", "of another program", False, "0.25"),
        ("validation/top_k_accuracy@0", "Top k accuracy@0", "top k accuracy@0", False, "0.25"),
        ("validation/accuracy@5", "Accuracy@5", "accuracy@5", False, "0.25"),
    ],
)
def test_series_are_told_by_their_names(series: str, title: str, words: str, lower: bool, text: str) -> None:
    measure = measure_of(series)
    assert (measure.title, measure.words) == (title, words)
    assert (measure.lower_is_better, measure.text(0.25)) == (lower, text)


@given(series=st.text(max_size=30))
def test_any_series_has_a_name_in_words(series: str) -> None:
    assert isinstance(measure_of(series).title, str) and math.isfinite(len(measure_of(series).text(1.0)))


def test_a_list_shows_the_first_metric_of_validation() -> None:
    values = {"train/loss": 1.0, "validation/loss": 2.0, "validation/macro_f1": 0.5, "validation/accuracy": 0.7}
    assert main_measure(values) == "validation/macro_f1"
    assert main_measure({"validation/loss": 2.0}) == "validation/loss"
    assert main_measure({"train/loss": 2.0}) == ""


@pytest.fixture
def hits() -> Iterator[type[Metric]]:
    """A metric that is nowhere else."""

    class Hits(Metric):
        title = "Hits"
        help = "How many answers are right."
        name = "hits"
        needs = frozenset({"classes"})

        @staticmethod
        def parts(outputs: torch.Tensor, targets: torch.Tensor) -> tuple[torch.Tensor, ...]:
            return ((outputs.argmax(1) == targets).reshape(-1, 1),)

        @staticmethod
        def value(count: int, right: list[float]) -> float:
            return right[0]

    METRICS.register(Hits)
    yield Hits
    METRICS.unregister("Hits")


def test_a_metric_is_known_as_long_as_it_is_registered(hits: type[Metric]) -> None:
    assert metric_called("hits") == hits() and measure_of("train/hits").title == "Hits"
    METRICS.unregister("Hits")
    assert metric_called("hits") is None
    METRICS.register(hits)
