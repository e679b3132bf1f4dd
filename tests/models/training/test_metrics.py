"""Every metric against scikit-learn, in one go and added up over batches; a metric is tested by being registered."""

from __future__ import annotations

import json
import math
from functools import cache, partial
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, softmax
from scipy.stats import pearsonr, spearmanr
from sklearn import metrics as sklearn_metrics
from sklearn.metrics import pairwise_distances
from sklearn.neighbors import NearestNeighbors

from models.training import LOSSES, METRICS, Metric
from models.training.metrics import Measure, R2Score, RecallAtK, TopKAccuracy, keeping, measure_of, metric_called
from models.training.metrics.counted import F1Score, Precision, Recall
from models.training.metrics.keeping import joined, kept, stride
from models.training.metrics.numbers import PeakSignalToNoise
from models.training.metrics.probable import CalibrationError
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
    if form == "embedding":
        return answers, torch.arange(count) % CLASSES
    if form == "sequence":
        lengths = torch.arange(count)[:, None] % 5
        targets = torch.randint(1, CLASSES, (count, 4), generator=generator) * (torch.arange(4) < lengths)
        read = torch.randint(1, CLASSES, (count, 6), generator=generator)
        read[:, :4] = read[:, :4].where(torch.rand(count, 4, generator=generator) < 0.3, targets)
        return scores_of(read * (torch.arange(6) < (7 - lengths))), targets
    noise = torch.randn(count, outputs, generator=generator)
    return answers, (noise + answers > 0).float() if form == "binary" else 40 + 3 * answers + noise


def scores_of(tokens: torch.Tensor) -> torch.Tensor:
    """Scores N × classes × places of tokens, with zeros behind the first."""
    tokens = tokens * (tokens > 0).int().cummin(1).values
    return torch.nn.functional.one_hot(tokens, CLASSES).movedim(2, 1).float()


@cache
def apart(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """The distance of Levenshtein, as it is defined."""
    if not one or not other:
        return len(one) + len(other)
    if one[0] == other[0]:
        return apart(one[1:], other[1:])
    return 1 + min(apart(one[1:], other), apart(one, other[1:]), apart(one[1:], other[1:]))


def expected(metric: Metric, form: str, answers: np.ndarray, targets: np.ndarray) -> float:
    """What scikit-learn (or scipy, or the formula in numpy) makes of it."""
    if form == "numbers":
        return of_numbers(metric, answers, targets)
    if form == "embedding":
        return of_embeddings(metric, answers, targets)
    if form == "sequence":
        pairs = zip(answers.argmax(1).tolist(), targets.tolist(), strict=True)
        away = [apart(*(tuple(token for token in side if token) for side in pair)) for pair in pairs]
        rate = sum(away) / max(1, int((targets > 0).sum()))
        return rate if metric.kind == "TokenErrorRate" else away.count(0) / len(away)
    chosen = answers.argmax(1) if form == "classes" else answers > 0
    over = str(getattr(metric, "over", "macro"))
    labels = {} if over in ("macro", "micro") else {"labels": [int(over)]}
    average = {"average": over if not labels else "macro", "zero_division": 0, **labels}
    match metric.kind:
        case "Accuracy":
            return float(sklearn_metrics.accuracy_score(targets.ravel(), chosen.ravel()))
        case "TopKAccuracy":
            assert isinstance(metric, TopKAccuracy)
            return float(sklearn_metrics.top_k_accuracy_score(targets, answers, k=metric.k, labels=np.arange(CLASSES)))
        case "MacroF1" | "F1Score":
            return float(sklearn_metrics.f1_score(targets, chosen, **average))
        case "Precision":
            return float(sklearn_metrics.precision_score(targets, chosen, **average))
        case "Recall":
            return float(sklearn_metrics.recall_score(targets, chosen, **average))
        case "IntersectionOverUnion":
            return float(sklearn_metrics.jaccard_score(targets, chosen, average="macro", zero_division=0))
        case "BalancedAccuracy":
            return float(sklearn_metrics.balanced_accuracy_score(targets.ravel(), chosen.ravel()))
        case "MatthewsCorrelation":
            return float(sklearn_metrics.matthews_corrcoef(targets.ravel(), chosen.ravel()))
        case "CohenKappa":
            return float(sklearn_metrics.cohen_kappa_score(targets.ravel(), chosen.ravel()))
        case "Dice" if form == "binary":
            return float(sklearn_metrics.f1_score(targets, chosen, average="samples", zero_division=1))
        case "Dice":
            return float((targets == chosen).mean())
    return of_probabilities(metric, form, answers, targets)


def of_probabilities(metric: Metric, form: str, answers: np.ndarray, targets: np.ndarray) -> float:
    if form == "classes":
        chances, wanted = softmax(answers, axis=1), np.eye(CLASSES)[targets]
    else:
        chances, wanted = expit(answers), targets
    match metric.kind:
        case "RocAuc":
            return float(sklearn_metrics.roc_auc_score(wanted, chances, average="macro"))
        case "AveragePrecision":
            return float(sklearn_metrics.average_precision_score(wanted, chances, average="macro"))
        case "Perplexity":
            return float(np.exp(sklearn_metrics.log_loss(targets, chances, labels=np.arange(CLASSES))))
        case "BrierScore":
            return float(((chances - wanted) ** 2).sum() / (len(targets) if form == "classes" else targets.size))
        case "CalibrationError":
            assert isinstance(metric, CalibrationError)
            sure = chances.max(1) if form == "classes" else np.maximum(chances, 1 - chances).ravel()
            right = (chances.argmax(1) == targets) if form == "classes" else ((chances > 0.5) == wanted).ravel()
            place = np.minimum((sure * metric.bins).astype(int), metric.bins - 1)
            away = [abs((right - sure)[place == number].sum()) for number in range(metric.bins)]
            return float(sum(away) / len(sure))
    raise AssertionError(f"Say what {metric.kind} should come to, by a library that others trust.")


def of_embeddings(metric: Metric, answers: np.ndarray, targets: np.ndarray) -> float:
    away, like = pairwise_distances(answers), targets[:, None] == targets
    np.fill_diagonal(like, False)
    match metric.kind:
        case "RecallAtK":
            near = NearestNeighbors(n_neighbors=metric.k).fit(answers).kneighbors(return_distance=False)  # type: ignore[attr-defined]
            return float((targets[near] == targets[:, None]).any(1).mean())
        case "PositiveDistance":
            return float(away[like].mean()) if like.any() else math.nan
        case "NegativeDistance":
            return float(away[targets[:, None] != targets].mean())
    raise AssertionError(f"Say what {metric.kind} should come to, by a library that others trust.")


def of_numbers(metric: Metric, answers: np.ndarray, targets: np.ndarray) -> float:
    columns = list(zip(answers.T, targets.T, strict=True))
    match metric.kind:
        case "MeanAbsoluteError":
            return float(sklearn_metrics.mean_absolute_error(targets, answers))
        case "RootMeanSquaredError":
            return float(sklearn_metrics.mean_squared_error(targets.ravel(), answers.ravel()) ** 0.5)
        case "R2Score":
            return float(sklearn_metrics.r2_score(targets, answers))
        case "PeakSignalToNoise":
            assert isinstance(metric, PeakSignalToNoise)
            errors = [sklearn_metrics.mean_squared_error(*pair) for pair in zip(targets, answers, strict=True)]
            return float(np.mean([10 * math.log10(metric.peak**2 / error) for error in errors]))
        case "PearsonCorrelation":
            return float(np.mean([pearsonr(*pair)[0] for pair in columns]))
        case "SpearmanCorrelation":
            return float(np.mean([spearmanr(*pair)[0] for pair in columns]))
    raise AssertionError(f"Say what {metric.kind} should come to, by a library that others trust.")


SETTINGS = [
    Precision(over="micro"),
    Recall(over="1"),
    F1Score(over="macro"),
    F1Score(over="2"),
    RecallAtK(k=3),
    CalibrationError(bins=4),
    PeakSignalToNoise(peak=4.0),
]
METRICS_TRIED = [*(kind() for kind in METRICS.values()), *SETTINGS]
ALL = [(metric, form) for metric in METRICS_TRIED for form in sorted(metric.needs)]
every = pytest.mark.parametrize(("metric", "form"), ALL, ids=[f"{metric.series} of {form}" for metric, form in ALL])


def of_batches(metric: Metric, answers: torch.Tensor, targets: torch.Tensor, sizes: list[int]) -> float:
    total: Any = None
    for part in zip(answers.split(sizes), targets.split(sizes), strict=True):
        rows = metric.rows(*part)
        total = joined(total, kept(rows)) if metric.keeps else added(total, tally(rows))
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
    sums.add(meter.drain())
    assert sums.values(["loss"], measured)[metric.series] == of_batches(metric, answers, targets, sizes)


TELLING = [(metric, form) for metric, form in ALL if metric.tells_right]


@pytest.mark.parametrize(("metric", "form"), TELLING, ids=[f"{metric.series} of {form}" for metric, form in TELLING])
def test_what_tells_of_right_answers_is_a_part_of_its_own(metric: Metric, form: str) -> None:
    answers, targets = example(form, 60, 5)
    (right,) = metric.rows(answers, targets)
    chosen = answers.argmax(1) if form == "classes" else answers > 0
    assert right.dtype == torch.bool and right.shape == (targets.numel(), 1)
    assert torch.equal(right[:, 0], (chosen == targets).flatten())


@every
def test_perfect_answers_are_best_and_worse_ones_worse(metric: Metric, form: str) -> None:
    answers, targets = example(form, 60, 3)
    by_class = form in ("classes", "embedding")
    best = 80 * torch.nn.functional.one_hot(targets, CLASSES).float() if by_class else targets
    if form == "binary":
        best = 80 * (targets - 0.5)
    if form == "sequence":
        best = scores_of(targets)
    perfect, worse = of_batches(metric, best, targets, [60]), of_batches(metric, answers, targets, [60])
    highest = {"NegativeDistance": 80 * math.sqrt(2), "Perplexity": 1.0, "PeakSignalToNoise": 120.0}.get(
        metric.kind, float(metric.higher_is_better)
    )
    assert perfect == pytest.approx(highest, abs=1e-12 if form != "embedding" else 1e-6)
    assert (perfect > worse) == metric.higher_is_better and perfect != worse


@every
def test_it_says_what_it_is(metric: Metric, form: str) -> None:
    assert metric.title and metric.help.endswith(".") and metric.url.startswith("https://")
    assert metric.name.isidentifier() and metric.unit in ("", "percent")
    assert metric_called(metric.series) == metric
    assert form in {loss.answers for loss in LOSSES.values()}
    measure = measure_of(f"validation/{metric.series}")
    assert measure == Measure("validation", "", metric.series) and measure.metric == metric
    assert measure.title == metric.label and measure.lower_is_better is not metric.higher_is_better


def test_switches_at_positions_count_one_by_one() -> None:
    generator = torch.Generator().manual_seed(4)
    answers = torch.randn(6, 2, 5, 4, generator=generator)
    targets = (torch.randn(6, 2, 5, 4, generator=generator) + answers > 0).float()
    flat = [values.movedim(1, -1).reshape(-1, 2) for values in (answers, targets)]
    for kind in METRICS.values():
        if "binary" in kind.needs and kind.kind != "Dice":
            wanted = expected(kind(), "binary", flat[0].double().numpy(), flat[1].numpy())
            assert of_batches(kind(), answers, targets, [2, 4]) == pytest.approx(wanted, abs=1e-6), kind


def test_masks_overlap_example_by_example() -> None:
    targets = torch.zeros(2, 1, 4, 4)
    targets[0, 0, :2] = 1
    answers = targets - 0.5
    assert of_batches(METRICS["Dice"](), answers, targets, [1, 1]) == 1.0
    answers[0, 0, 1] = -1
    assert of_batches(METRICS["Dice"](), answers, targets, [1, 1]) == pytest.approx((2 / 3 + 1) / 2)
    classes = targets[:, 0].long()
    scores = torch.nn.functional.one_hot(classes, 2).movedim(-1, 1).float()
    assert of_batches(METRICS["Dice"](), scores, classes, [2]) == 1.0


@given(sizes=st.lists(st.integers(1, 90), min_size=1, max_size=12), width=st.integers(1, 3), most=st.integers(1, 60))
def test_of_too_many_rows_every_second_stays_then_every_fourth(sizes: list[int], width: int, most: int) -> None:
    count = sum(sizes)
    step = stride(count, width, most)
    assert step == 1 or count * width > most
    assert -(-count // step) * width <= most + width
    total: Any = None
    for rows in torch.arange(count).reshape(-1, 1).expand(-1, width).split(sizes):
        total = joined(total, kept((rows,)))
    assert total == (count, [list(range(count))] * width)


def test_rows_beyond_the_bound_are_spread_over_all(monkeypatch: pytest.MonkeyPatch) -> None:
    few = partial(stride, most=100)
    monkeypatch.setattr(keeping, "stride", few)
    total: Any = None
    for rows in torch.arange(1000.0).reshape(-1, 1).split([70, 30, *[100] * 8, 99, 1]):
        total = joined(total, kept((rows,)))
    assert total == (1000, [[float(number) for number in range(0, 1000, 16)]])


def test_sums_of_all_rows_are_saved_and_added_over_processes() -> None:
    answers, targets = example("classes", 60, 5)
    metric, parts = METRICS["RocAuc"](), []
    for rows in (slice(0, 25), slice(25, 60)):
        meter, sums = Meter([(0, "roc_auc", metric)]), Sums()
        meter.add([torch.tensor(1.0)], (answers[rows],), (targets[rows],))
        sums.add(meter.drain())
        parts.append(Sums.from_json(json.loads(json.dumps(sums.to_json()))))
    parts[0].join(parts[1])
    found = parts[0].values(["loss"], [(0, "roc_auc", metric)])["roc_auc"]
    assert found == of_batches(metric, answers, targets, [60])


def test_one_class_alone_has_no_order() -> None:
    targets = torch.zeros(5, dtype=torch.long)
    assert math.isnan(of_batches(METRICS["RocAuc"](), torch.randn(5, 2), targets, [5]))
    assert math.isnan(of_batches(METRICS["SpearmanCorrelation"](), torch.randn(5, 1), torch.ones(5, 1), [5]))
    assert math.isnan(of_batches(METRICS["CohenKappa"](), torch.eye(2)[targets], targets, [5]))
    assert math.isnan(of_batches(METRICS["MatthewsCorrelation"](), torch.eye(2)[targets], targets, [5]))


@pytest.mark.parametrize("shape", [(5,), (4, 6)])
def test_answers_at_positions_count_one_by_one(shape: tuple[int, ...]) -> None:
    answers, targets = torch.randn(8, CLASSES, *shape), torch.randint(CLASSES, (8, *shape))
    flat = answers.movedim(1, -1).reshape(-1, CLASSES)
    for kind in METRICS.values():
        if "classes" in kind.needs and kind.kind != "Dice":  # which is that of each example
            found = of_batches(kind(), answers, targets, [3, 5])
            assert found == pytest.approx(of_batches(kind(), flat, targets.reshape(-1), [len(flat)]), abs=1e-12), kind


def test_fewer_classes_than_k_are_always_right() -> None:
    assert of_batches(TopKAccuracy(k=5), torch.randn(4, 2), torch.tensor([0, 1, 1, 0]), [4]) == 1.0


@pytest.mark.parametrize("constant", [0.0, 0.1, 1e6])
def test_targets_that_are_all_alike_have_no_spread_to_explain(constant: float) -> None:
    targets = torch.full((50, 1), constant)
    assert math.isnan(of_batches(R2Score(), targets, targets, [20, 30]))
    assert math.isnan(of_batches(R2Score(), targets + 1, targets, [20, 30]))


def test_r_squared_of_numbers_far_from_zero_is_exact_enough() -> None:
    targets = torch.randn(1000, 1) + 10_000
    answers = targets + 0.5 * torch.randn(1000, 1)
    wanted = sklearn_metrics.r2_score(targets.double(), answers.double())
    assert of_batches(R2Score(), answers, targets, [400, 600]) == pytest.approx(wanted, abs=1e-6)
