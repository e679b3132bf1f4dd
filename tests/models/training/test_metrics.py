"""Every metric against scikit-learn, in one go and added up over batches; a metric is tested by being registered."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from models.training import LOSSES, METRICS, Metric
from models.training.metrics import (
    MeanAbsoluteError,
    Measure,
    R2Score,
    TopKAccuracy,
    main_measure,
    measure_of,
    metric_called,
    metrics_for,
    usual_metric,
)
from models.training.objectives import Objective, watched_measure
from studio.worker.training.loop import added, tally
from studio.worker.training.metrics import Meter, Sums

CLASSES = 7
Example = tuple[torch.Tensor, torch.Tensor]


def example(form: str, count: int, seed: int, outputs: int = 3) -> Example:
    """Random answers and targets of a form, in which every class and switch occurs."""
    generator = torch.Generator().manual_seed(seed)
    if form == "classes":
        targets = torch.arange(count) % CLASSES
        return torch.randn(count, CLASSES, generator=generator), targets
    answers = torch.randn(count, outputs, generator=generator)
    noise = torch.randn(count, outputs, generator=generator)
    return answers, (noise + answers > 0).float() if form == "binary" else 40 + 3 * answers + noise


def expected(metric: Metric, form: str, answers: np.ndarray, targets: np.ndarray) -> float:
    """What scikit-learn makes of it."""
    chosen = answers.argmax(1) if form == "classes" else answers > 0
    match metric.kind:
        case "Accuracy":
            return float(sklearn_metrics.accuracy_score(targets.ravel(), chosen.ravel()))
        case "TopKAccuracy":
            assert isinstance(metric, TopKAccuracy)
            return float(sklearn_metrics.top_k_accuracy_score(targets, answers, k=metric.k, labels=np.arange(CLASSES)))
        case "MacroF1":
            return float(sklearn_metrics.f1_score(targets, chosen, average="macro"))
        case "MeanAbsoluteError":
            return float(sklearn_metrics.mean_absolute_error(targets, answers))
        case "RootMeanSquaredError":
            return float(sklearn_metrics.mean_squared_error(targets.ravel(), answers.ravel()) ** 0.5)
        case "R2Score":
            return float(sklearn_metrics.r2_score(targets, answers))
    raise AssertionError(f"Say what {metric.kind} should come to, by a library that others trust.")


ALL = [(kind(), form) for kind in METRICS.values() for form in sorted(kind.needs)]
every = pytest.mark.parametrize(("metric", "form"), ALL, ids=[f"{metric.kind} of {form}" for metric, form in ALL])


def of_batches(metric: Metric, answers: torch.Tensor, targets: torch.Tensor, sizes: list[int]) -> float:
    total = None
    for part in zip(answers.split(sizes), targets.split(sizes), strict=True):
        total = added(total, tally(metric.rows(*part)))
    assert total is not None
    return metric.value(total[0], *total[1])


@every
@settings(max_examples=20, deadline=None)
@given(
    sizes=st.lists(st.integers(1, 40), min_size=1, max_size=6).filter(lambda sizes: sum(sizes) >= 14),
    seed=st.integers(0, 99),
)
def test_it_agrees_with_scikit_learn_however_it_is_cut_into_batches(
    metric: Metric, form: str, sizes: list[int], seed: int
) -> None:
    answers, targets = example(form, sum(sizes), seed)
    wanted = expected(metric, form, answers.double().numpy(), targets.numpy())
    assert of_batches(metric, answers, targets, sizes) == pytest.approx(wanted, rel=1e-5, abs=1e-6)
    assert of_batches(metric, answers, targets, [len(targets)]) == pytest.approx(wanted, rel=1e-5, abs=1e-6)


@every
def test_the_meter_of_the_worker_gives_the_very_number_of_the_batches(metric: Metric, form: str) -> None:
    answers, targets = example(form, 60, 5)
    sizes, measured = [17, 1, 32, 10], [(0, metric.series, metric)]
    meter, sums = Meter(measured), Sums()
    for part in zip(answers.split(sizes), targets.split(sizes), strict=True):
        meter.add([torch.tensor(1.0)], (part[0],), (part[1],))
    for row in meter.drain():
        sums.add(row)
    assert sums.values(["loss"], measured)[metric.series] == of_batches(metric, answers, targets, sizes)


@every
def test_perfect_answers_are_best_and_worse_ones_worse(metric: Metric, form: str) -> None:
    answers, targets = example(form, 60, 3)
    best = torch.nn.functional.one_hot(targets, CLASSES).float() if form == "classes" else targets
    if form == "binary":
        best = targets - 0.5
    perfect, worse = of_batches(metric, best, targets, [60]), of_batches(metric, answers, targets, [60])
    assert perfect == (1.0 if metric.higher_is_better else 0.0)
    assert (perfect > worse) == metric.higher_is_better and perfect != worse


@every
def test_it_says_what_it_is(metric: Metric, form: str) -> None:
    assert metric.title and metric.help.endswith(".") and metric.url.startswith("https://")
    assert metric.name.isidentifier() and metric.unit in ("", "percent")
    assert metric_called(metric.series) == metric
    assert form in {loss.targets for loss in LOSSES.values()}
    measure = measure_of(f"validation/{metric.series}")
    assert measure == Measure("validation", "", metric.series) and measure.metric == metric
    assert measure.title == metric.label and measure.lower_is_better is not metric.higher_is_better


def test_no_two_metrics_share_a_name() -> None:
    assert len({kind.name for kind in METRICS.values()}) == len(METRICS)


@pytest.mark.parametrize("shape", [(5,), (4, 6)])
def test_answers_at_positions_count_one_by_one(shape: tuple[int, ...]) -> None:
    answers, targets = torch.randn(8, CLASSES, *shape), torch.randint(CLASSES, (8, *shape))
    flat = answers.movedim(1, -1).reshape(-1, CLASSES)
    for kind in METRICS.values():
        if "classes" in kind.needs:
            found = of_batches(kind(), answers, targets, [3, 5])
            assert found == of_batches(kind(), flat, targets.reshape(-1), [len(flat)]), kind


def test_fewer_classes_than_k_are_always_right() -> None:
    assert of_batches(TopKAccuracy(k=5), torch.randn(4, 2), torch.tensor([0, 1, 1, 0]), [4]) == 1.0


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_targets_that_are_all_alike_have_no_spread_to_explain(constant: float) -> None:
    targets = torch.full((50, 1), constant)
    assert of_batches(R2Score(), targets, targets, [20, 30]) == 1.0
    assert of_batches(R2Score(), targets + 1, targets, [20, 30]) == 0.0


def test_r_squared_of_numbers_far_from_zero_is_exact_enough() -> None:
    targets = torch.randn(1000, 1) + 10_000
    answers = targets + 0.5 * torch.randn(1000, 1)
    wanted = sklearn_metrics.r2_score(targets.double(), answers.double())
    assert of_batches(R2Score(), answers, targets, [400, 600]) == pytest.approx(wanted, abs=1e-6)


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
