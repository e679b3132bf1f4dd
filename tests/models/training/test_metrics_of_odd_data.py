"""Metrics of data that is odd: a class without examples, targets all alike, ties, NaN, one output for two classes."""

from __future__ import annotations

import math
import warnings

import numpy as np
import pytest
import torch
from scipy.special import expit
from scipy.stats import spearmanr
from sklearn import metrics as sklearn_metrics

from models.training import METRICS, Metric
from models.training.losses.yes_no import BCELoss
from models.training.metrics.counted import F1Score, Precision, Recall
from studio.worker.training.metrics import Meter, Sums

Pair = tuple[torch.Tensor, torch.Tensor]


def value(metric: Metric, answers: torch.Tensor, targets: torch.Tensor, loss: float = 1.0) -> float:
    """What the worker's meter makes of it, in batches of odd sizes."""
    meter, sums, measured = Meter([(0, "it", metric)]), Sums(), [(0, "it", metric)]
    for part in zip(answers.split(7), targets.split(7), strict=True):
        meter.add([torch.tensor(loss)], (part[0],), (part[1],))
    sums.add(meter.drain())
    return sums.values(["loss"], measured)["it"]


def of_classes(absent: bool = False) -> Pair:
    """Answers of five classes, of which one may be without an example."""
    answers = torch.randn(40, 5, generator=torch.Generator().manual_seed(3))
    return answers, torch.arange(40) % (4 if absent else 5)


def switches(yes: int, count: int = 1) -> Pair:
    """Answers of some switches, of which so many examples in a row are yes."""
    answers = torch.randn(40, count, generator=torch.Generator().manual_seed(4))
    return answers, (torch.arange(40) < yes).float()[:, None].expand(-1, count).contiguous()


def test_a_class_without_examples_has_no_recall_that_could_count() -> None:
    answers, targets = of_classes(absent=True)
    chosen = answers.argmax(1)
    assert (chosen == 4).any() and not (targets == 4).any()
    wanted = sklearn_metrics.recall_score(targets, chosen, average="macro", zero_division=math.nan)
    assert value(Recall(), answers, targets) == pytest.approx(wanted)
    assert value(METRICS["BalancedAccuracy"](), answers, targets) == pytest.approx(wanted)
    assert math.isnan(value(Recall(over="4"), answers, targets))
    for kind, function in (
        ("F1Score", sklearn_metrics.f1_score),
        ("Precision", sklearn_metrics.precision_score),
        ("IntersectionOverUnion", sklearn_metrics.jaccard_score),
    ):
        metric = METRICS[kind](over="macro") if "over" in METRICS[kind].fields else METRICS[kind]()
        wanted = function(targets, chosen, average="macro", zero_division=0)
        assert value(metric, answers, targets) == pytest.approx(wanted), kind


def test_a_class_beyond_all_classes_has_no_value() -> None:
    for kind in (F1Score, Precision, Recall):
        assert math.isnan(value(kind(over="12"), *of_classes())), kind


UNSAID = ("MacroF1", "F1Score", "Precision", "Recall", "IntersectionOverUnion")


@pytest.mark.parametrize("kind", [*UNSAID, "MatthewsCorrelation", "CohenKappa", "RocAuc", "AveragePrecision"])
def test_where_no_yes_is_asked_for_nor_answered_there_is_no_value(kind: str) -> None:
    assert math.isnan(value(METRICS[kind](), -torch.ones(20, 1), torch.zeros(20, 1)))
    assert METRICS[kind].lacks
    assert value(METRICS["Accuracy"](), -torch.ones(20, 1), torch.zeros(20, 1)) == 1.0


def test_without_a_yes_false_alarms_count_and_recall_does_not() -> None:
    answers, targets = switches(yes=0)
    assert (answers > 0).any()
    assert value(Precision(), answers, targets) == 0.0
    assert value(F1Score(), answers, targets) == 0.0
    assert math.isnan(value(Recall(), answers, targets))


def test_answers_that_are_never_yes_have_no_precision() -> None:
    answers, targets = -torch.ones(20, 1), (torch.arange(20) % 2).float()[:, None]
    assert math.isnan(value(Precision(), answers, targets))
    assert value(Recall(), answers, targets) == 0.0
    labels = torch.cat([targets, targets], 1)
    some = torch.cat([answers, targets - 0.5], 1)
    assert value(Precision(), some, labels) == 0.5


def test_targets_of_one_class_agree_by_chance_alone() -> None:
    answers, _ = of_classes()
    targets = torch.zeros(40, dtype=torch.long)
    assert math.isnan(value(METRICS["MatthewsCorrelation"](), answers, targets))
    alike = torch.eye(5)[targets]
    assert math.isnan(value(METRICS["CohenKappa"](), alike, targets))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert math.isnan(sklearn_metrics.cohen_kappa_score(targets, targets))


def test_answers_of_one_class_are_no_better_than_chance() -> None:
    answers, targets = torch.zeros(40, 5), torch.arange(40) % 5
    assert value(METRICS["MatthewsCorrelation"](), answers, targets) == 0.0
    assert value(METRICS["CohenKappa"](), answers, targets) == 0.0


@pytest.mark.parametrize("kind", [F1Score, Precision, Recall])
def test_one_output_and_two_name_their_classes_alike(kind: type[Metric]) -> None:
    answers, targets = switches(yes=15)
    both = torch.cat([torch.zeros(40, 1), answers], 1)
    for over in ("0", "1"):
        one = value(kind(over=over), answers, targets)
        assert one == pytest.approx(value(kind(over=over), both, targets[:, 0].long())), over
    assert value(kind(over="1"), answers, targets) == value(kind(over="macro"), answers, targets)


@pytest.mark.parametrize(
    "kind",
    ["Accuracy", "BalancedAccuracy", "MatthewsCorrelation", "CohenKappa", "BrierScore", "CalibrationError", "RocAuc"],
)
def test_one_output_and_two_give_one_number(kind: str) -> None:
    answers, targets = switches(yes=15)
    both = torch.cat([torch.zeros(40, 1), answers], 1)
    one = value(METRICS[kind](), answers, targets)
    assert one == pytest.approx(value(METRICS[kind](), both, targets[:, 0].long()), abs=1e-12)
    if kind == "BrierScore":
        chances = expit(answers[:, 0].double().numpy())
        assert one == pytest.approx(sklearn_metrics.brier_score_loss(targets[:, 0], chances))


def test_a_class_of_several_labels_is_one_of_them() -> None:
    answers = torch.randn(40, 3, generator=torch.Generator().manual_seed(5))
    targets = (torch.randn(40, 3, generator=torch.Generator().manual_seed(6)) > 0).float()
    for label in range(3):
        wanted = sklearn_metrics.f1_score(targets[:, label], answers[:, label] > 0)
        assert value(F1Score(over=str(label)), answers, targets) == pytest.approx(wanted)


def test_a_mask_of_one_channel_has_two_classes_by_number() -> None:
    answers, targets = torch.randn(10, 1, 6, 5), (torch.randn(10, 1, 6, 5) > 0).float()
    flat = answers.movedim(1, -1).reshape(-1, 1), targets.movedim(1, -1).reshape(-1, 1)
    for over in ("0", "1"):
        assert value(Recall(over=over), answers, targets) == pytest.approx(value(Recall(over=over), *flat))


def test_certain_answers_are_tied_not_ordered_by_their_rows() -> None:
    """Probabilities that float32 rounds to 0 and 1 are infinite as scores."""
    chances = torch.tensor([1.0, 1.0, 1.0, 0.0, 0.0, 0.3, 1.0, 0.0])[:, None]
    targets = torch.tensor([1.0, 0, 1, 0, 1, 0, 0, 0])[:, None]
    scores = BCELoss().predicted(chances)
    assert scores.isinf().any()
    for order in (torch.arange(8), torch.arange(7, -1, -1)):
        found = value(METRICS["AveragePrecision"](), scores[order], targets[order])
        assert found == pytest.approx(sklearn_metrics.average_precision_score(targets[:, 0], chances[:, 0]))
        found = value(METRICS["RocAuc"](), scores[order], targets[order])
        assert found == pytest.approx(sklearn_metrics.roc_auc_score(targets[:, 0], chances[:, 0]))


@pytest.mark.parametrize("kind", ["R2Score", "PearsonCorrelation", "SpearmanCorrelation"])
def test_outputs_whose_targets_are_all_alike_do_not_count(kind: str) -> None:
    generator = torch.Generator().manual_seed(7)
    targets = torch.randn(40, 1, generator=generator)
    answers = targets + torch.randn(40, 1, generator=generator)
    alone = value(METRICS[kind](), answers, targets)
    border = torch.full((40, 1), 0.1)
    beside = value(METRICS[kind](), torch.cat([answers, border + 0.01 * answers], 1), torch.cat([targets, border], 1))
    assert beside == pytest.approx(alone)
    assert math.isnan(value(METRICS[kind](), answers, border))
    assert math.isnan(value(METRICS[kind](), answers[:1], targets[:1]))
    if kind == "R2Score":
        every = sklearn_metrics.r2_score(targets, answers, multioutput="raw_values", force_finite=False)
        assert alone == pytest.approx(float(every[0]))


@pytest.mark.parametrize("kind", ["PearsonCorrelation", "SpearmanCorrelation"])
def test_predictions_that_are_all_alike_have_no_correlation(kind: str) -> None:
    targets = torch.randn(40, 1, generator=torch.Generator().manual_seed(8))
    assert math.isnan(value(METRICS[kind](), torch.full((40, 1), 0.7), targets))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert np.isnan(spearmanr(np.full(40, 0.7), targets[:, 0]).statistic)


@pytest.mark.parametrize("form", ["classes", "binary", "numbers"])
@pytest.mark.parametrize("share", [1, 3])
def test_of_answers_that_are_nan_no_metric_has_a_value(form: str, share: int) -> None:
    answers, targets = {
        "classes": of_classes(),
        "binary": switches(15, 2),
        "numbers": (torch.randn(40, 2), torch.randn(40, 2)),
    }[form]
    answers = answers.where(torch.arange(40)[:, None] % share > 0, math.nan)
    for kind in METRICS.values():
        if form in kind.needs:
            assert math.isnan(value(kind(), answers, targets, loss=math.nan)), kind
            if kind.keeps or kind.name in ("mae", "rmse", "r2", "pearson", "perplexity", "brier"):
                assert math.isnan(value(kind(), answers, targets)), kind


def test_empty_targets_have_no_rate_of_errors() -> None:
    read = torch.nn.functional.one_hot(torch.zeros(4, 3, dtype=torch.long), 5).movedim(2, 1).float()
    nothing = torch.zeros(4, 2, dtype=torch.long)
    assert math.isnan(value(METRICS["TokenErrorRate"](), read, nothing))
    assert value(METRICS["SequenceAccuracy"](), read, nothing) == 1.0


def test_what_may_lack_a_value_says_why() -> None:
    for kind in METRICS.values():
        assert kind.lacks == "" or (kind.lacks[0].islower() and not kind.lacks.endswith("."))
        assert len(f"No {'a' * 34} in validation: {kind.lacks}.") <= 90
    assert not METRICS["Accuracy"].lacks
