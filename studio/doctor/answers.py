"""What fine or odd numbers hide: one class for everything, classes of unequal size, targets of an odd scale."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models.basics.quantities import figures, percent
from models.findings.finding import Mend
from models.training import TrainingSettings
from models.training.metrics import MacroF1
from studio.doctor.base import CERTAIN, LIKELY, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import Case, curve
from studio.doctor.remedies import LARGEST_STEP, Try, with_gentler_rate, with_rate, with_training

SAME_FOR = 3
"""Epochs with the very same accuracy, to the example."""
IMBALANCED = 0.6
MARGIN = 0.015
NO_BETTER = 0.97
"""What an error is at least, as a share of that of giving the mean, where nothing was learned of the targets."""
FAR = 3.0


def _case(accuracy: list[float], *counts: int, **more: Any) -> Case:
    series = {"validation/accuracy": curve(accuracy), "validation/loss": curve([0.5] * len(accuracy))}
    data = {"classes": {"train": [4 * count for count in counts], "validation": list(counts)}}
    return Case({"epochs": 99, "optimizer": "Adam"}, series, len(counts), True, None, data=data, **more)


@diagnosis(ill=lambda: _case([0.4] * 5, 40, 30, 30), well=lambda: _case([0.4, 0.5, 0.6, 0.7], 40, 30, 30))
def one_class(case: Case) -> Iterator[Diagnosis]:
    """Accuracy that is, to the example and for epochs, the share of one class: the network always answers that one."""
    accuracy, shares = case.by_epoch("validation/accuracy")[-SAME_FOR:], case.shares("validation")
    if shares is None or len(accuracy) < SAME_FOR or max(shares) >= IMBALANCED:
        return
    # Which class gets them all may change from epoch to epoch.
    alike = [place for place, share in enumerate(shares) if share and abs(share - accuracy[-1]) < 1e-9]
    if alike and all((abs(shares - value) < 1e-9).any() for value in accuracy):
        message = f"Accuracy is {_percent(accuracy[-1])}, the share of class {alike[0]}: all get that answer."
        detail = "The scores of one class drown the others. Smaller steps keep them apart."
        seen = Evidence("validation/accuracy", 1.0, "One class for all")
        yield tell("warning", message, detail, with_gentler_rate(case), sure=LIKELY, evidence=(seen,))


@diagnosis(
    ill=lambda: _case([0.95] * 5, 95, 5), well=lambda: _case([0.95, 0.97, 0.98, 0.99], 95, 5), explains=("one_class",)
)
def majority(case: Case) -> Iterator[Diagnosis]:
    """A fine accuracy that always answering the largest class reaches as well (He and Garcia 2009)."""
    accuracy, shares = case.by_epoch("validation/accuracy"), case.shares("validation")
    if shares is None or len(accuracy) < SAME_FOR or max(shares) < IMBALANCED:
        return
    best, largest = max(accuracy[-SAME_FOR:]), float(max(shares))
    f1 = case.by_epoch("validation/macro_f1")
    if abs(best - largest) <= MARGIN * largest and not (f1 and f1[-1] > 0.6):
        message = f"Accuracy of {_percent(best)} is what always giving the largest class scores: {_percent(largest)}."
        detail = "So nothing is known of the small classes yet. Macro F1 counts all classes alike and shows it."
        seen = Evidence("validation/accuracy", 1.0, f"{_percent(largest)} is the largest class")
        yield tell("warning", message, detail, _with_f1(), sure=CERTAIN, evidence=(seen,))


def _with_f1() -> Mend:
    def changed(settings: dict[str, Any]) -> dict[str, Any]:
        chosen = TrainingSettings.read(settings)[0].settings(all_fields=True)["metrics"] or [{"kind": "Accuracy"}]
        return {**settings, "metrics": [*chosen, {"kind": MacroF1.kind}]}

    return Mend(label := "Measure macro F1, too", Try(label, changed))


def _numbers(error: float, mean: float = 150.0) -> Case:
    series = {"validation/mae": curve([2 * error, 1.5 * error, 1.2 * error, error])}
    data = {"numbers": {"mean": mean, "std": 77.0, "mean_absolute_error": 64.0}}
    settings = {"optimizer": {"kind": "Adam", "params": {"lr": 0.001}}, "scale_targets": False}
    return Case(settings, series, over=True, data=data)


@diagnosis(
    ill=lambda: _numbers(100.0),
    well=lambda: _numbers(40.0),
    explains=("unfinished", "creeping", "underfitting", "large_batch"),
    needs=("optimizer", "scale_targets"),
)
def unscaled_targets(case: Case) -> Iterator[Diagnosis]:
    """An error no smaller than that of always giving the mean of the training targets, which are far from 0 or large.

    A network's answers begin near 0 with a spread of about 1 (LeCun et al. 1998, "Efficient BackProp", 4.3 on inputs;
    the same holds for targets), and optimizers such as Adam move by about the rate a step, however far it is.
    """
    errors, constant = case.by_epoch("validation/mae"), case.baseline("mean_absolute_error")
    mean, std = case.baseline("mean"), case.baseline("std")
    if case.training.scale_targets or len(errors) < SAME_FOR or constant is None or mean is None or std is None:
        return
    odd = abs(mean) > FAR * max(std, 1.0) or std > 10 or std < 0.05 or abs(mean) > 10
    if min(errors[-SAME_FOR:]) > NO_BETTER * constant and odd:
        alone = figures(constant, 3)
        message = f"A mean absolute error of {figures(errors[-1], 3)} is no better than giving the mean: {alone}."
        around = f"{figures(mean, 3)} ± {figures(std, 2)}"
        detail = f"Targets lie around {around}. Scale them to about 0 ± 1, or take longer steps."
        seen = Evidence("validation/mae", 1.0, f"{alone} is the mean alone")
        larger = with_rate(case, case.rate * LARGEST_STEP)
        scaled = with_training("Scale targets", scale_targets=True)
        yield tell("warning", message, detail, scaled, larger, sure=CERTAIN, evidence=(seen,))


def _percent(share: float) -> str:
    return percent(share, 1)
