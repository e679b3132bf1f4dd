"""What lies around a network: examples in both parts, data that is waited for, results that hang on the seed."""

from __future__ import annotations

from collections.abc import Iterator

from models.basics.quantities import figures, percent
from studio.doctor.base import CERTAIN, LIKELY, POSSIBLE, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import Case, curve
from studio.doctor.remedies import with_training

LEAKS = 0.02
"""Share of validation that is in training, too, before it is told: single doubles are in most real data (Barz and
Denzler 2020 find 3 to 10 % of the CIFAR test sets)."""
WAITS = 0.4
"""Share of the time that getting batches takes before it is worth telling."""
FEWEST_SEEDS = 3
DISAGREE = 0.03
"""Points of accuracy between the best and the worst seed; a share of the loss of ten times as much."""


def _leaking(leaked: int) -> Case:
    data = {"leaked": leaked, "train": 600, "validation": 200}
    return Case({}, {"validation/accuracy": curve((0.6, 0.7, 0.8))}, data=data)


@diagnosis(ill=lambda: _leaking(60), well=lambda: _leaking(1))
def leak(case: Case) -> Iterator[Diagnosis]:
    """Validation examples that are among those of training: what was memorized counts as understood."""
    import numpy as np

    leaked, total = case.data.get("leaked"), case.data.get("validation")
    if not isinstance(leaked, int) or not isinstance(total, int) or not total:
        return
    if leaked < LEAKS * total or not len(case.series):
        return
    message = f"{leaked:,} of {total:,} validation examples are among those of training, too."
    share = f"{np.floor(1000 * leaked / total) / 10:g} %"
    detail = f"Validation flatters the network by up to {share}. Take doubles out of the data before it is split."
    seen = Evidence("validation/loss", 1.0, f"{share} of validation is known")
    other = with_training("Use another seed", seed=case.training.seed + 1)
    yield tell("warning", message, detail, other, sure=CERTAIN, evidence=(seen,))


def _waiting(share: float) -> Case:
    return Case({"batch_size": 32}, {"data_wait": curve([share] * 4), "train/loss": curve((2.0, 1.0, 0.7, 0.6))})


@diagnosis(ill=lambda: _waiting(0.6), well=lambda: _waiting(0.1), needs=("batch_size",))
def waiting(case: Case) -> Iterator[Diagnosis]:
    """A device that waits for its batches for much of the time."""
    import numpy as np

    points = case.series.get("data_wait")
    if points is None or len(points) < 3:
        return
    share = float(np.median(points.values[np.isfinite(points.values)])) if np.isfinite(points.values).any() else 0.0
    if share >= WAITS:
        larger = min(4 * case.training.batch_size, 10_000_000)
        message = f"Getting batches takes {percent(share)} of the time; the network waits for them."
        detail = "Larger batches are fetched with less work each; smaller examples need less of it."
        seen = Evidence("data_wait", float(points.epochs[0]), "Waits for data")
        yield tell("hint", message, detail, with_training(f"Use batches of {larger:,}", batch_size=larger),
                   sure=LIKELY, evidence=(seen,))  # fmt: skip


def _seeds(*values: float) -> Case:
    return Case({"seed": 3}, {"validation/accuracy": curve((0.6, 0.7, 0.8))}, 10, True, twins=values)


@diagnosis(ill=lambda: _seeds(0.81, 0.88, 0.93), well=lambda: _seeds(0.91, 0.915, 0.92))
def seeds_disagree(case: Case) -> Iterator[Diagnosis]:
    """Runs that differ in the seed alone and end far apart: one of them tells little (Bouthillier et al. 2021)."""
    if len(case.twins) < FEWEST_SEEDS:
        return
    low, high = min(case.twins), max(case.twins)
    accuracy = "validation/accuracy" in case.series
    if high - low <= (DISAGREE if accuracy else 10 * DISAGREE * abs(low)):
        return
    message = (
        f"{len(case.twins)} seeds disagree: they come to between {_value(low, accuracy)} and {_value(high, accuracy)}."
    )
    detail = "Differences between settings that are smaller than this tell nothing. Compare means over seeds."
    seen = Evidence("validation/accuracy" if accuracy else "validation/loss", 1.0, "Seeds disagree")
    other = with_training("Use another seed", seed=case.training.seed + 1)
    sure = LIKELY if len(case.twins) > FEWEST_SEEDS else POSSIBLE
    yield tell("hint", message, detail, other, sure=sure, evidence=(seen,))


def _value(value: float, is_share: bool) -> str:
    return percent(value, 1) if is_share else figures(value, 3)
