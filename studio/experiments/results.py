"""What came of an experiment: its trials from the best to the worst, what mattered, and verdicts with their doubt."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from statistics import fmean, stdev
from typing import Any, NamedTuple

from models.basics.quantities import figures, percent
from models.training.metrics import Measure, measure_of
from studio.experiments.experiment import Experiment
from studio.experiments.progress import Progress, Trial, values_of
from studio.runs import status

T_95 = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
    2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
"""The 97.5% quantile of Student's t by degrees of freedom, from 1."""
NORMAL_95 = 1.96
MOST_GROUPS = 4


class Estimate(NamedTuple):
    """A mean over ``size`` runs, and the half width of its 95% confidence interval (None for a single one)."""

    mean: float
    half: float | None
    size: int


class Row(NamedTuple):
    """A trial among the results: its settings in words, the runs that have finished, and how the others stand."""

    trial: Trial
    words: str
    estimate: Estimate | None
    state: str


class Verdict(NamedTuple):
    """A change against the network as it is: by how much the metric differs, and what to think of it.

    ``kind`` is "better", "worse", "unclear" or "none" (nothing is known yet).
    """

    trial: int
    words: str
    difference: Estimate | None
    kind: str
    text: str


def estimate(values: Sequence[float]) -> Estimate | None:
    """The mean of values that stand for many, with its doubt; None where there are none."""
    if not values:
        return None
    if len(values) < 2:
        return Estimate(values[0], None, 1)
    quantile = T_95[len(values) - 2] if len(values) - 2 < len(T_95) else NORMAL_95
    return Estimate(fmean(values), quantile * stdev(values) / math.sqrt(len(values)), len(values))


def rows(progress: Progress) -> list[Row]:
    """All trials that have runs, the best first, those without a value last."""
    made = [_row(trial, progress) for _, trial in sorted(progress.trials.items())]
    sign = 1 if progress.lower_is_better else -1
    return sorted(made, key=lambda row: sign * row.estimate.mean if row.estimate else math.inf)


def _row(trial: Trial, progress: Progress) -> Row:
    words = progress.experiment.words(trial.settings)
    return Row(trial, words, estimate(progress.values(trial)), state_of(trial, progress.experiment))


def state_of(trial: Trial, experiment: Experiment) -> str:
    """How a trial stands, in a word or two."""
    states = [run.state for run in trial.runs.values()]
    for state in (status.RUNNING, status.PAUSED, status.FAILED, status.INTERRUPTED):
        if state in states:
            return state
    if status.STOPPED in states:
        run = next(run for run in trial.runs.values() if run.state == status.STOPPED)
        return "given up" if run.reason else status.STOPPED
    finished = states.count(status.FINISHED)
    done = finished >= experiment.repeats
    return status.FINISHED if done else f"{finished} of {experiment.repeats} {experiment.repeated}"


def value_text(found: Estimate, measure: Measure) -> str:
    """An estimate as people read it: ``97.2 % ± 0.4``, ``0.0512``."""
    text = measure.text(found.mean)
    if found.half is None:
        return text
    return f"{text} ± {100 * found.half:.1f}" if measure.unit == "percent" else f"{text} ± {found.half:.2g}"


def importance(progress: Progress) -> dict[str, float]:
    """The share of the metric's variance over all runs that goes with each setting that varied, from 0 to 1.

    Epsilon squared of a one-way analysis of variance (T. L. Kelley, 1935), with ranges cut into groups of equal count.
    Settings may go together, so that shares need not add up to 1. Empty where too few runs have finished.
    """
    pairs = [(trial.settings, value) for trial in progress.trials.values() for value in progress.values(trial)]
    if len(pairs) < 4:
        return {}
    return {name: _epsilon([(settings.get(name), value) for settings, value in pairs])
            for name in progress.experiment.names}  # fmt: skip


def _epsilon(pairs: Sequence[tuple[Any, float]]) -> float:
    groups = _groups(pairs)
    count, values = len(pairs), [value for _, value in pairs]
    total = sum((value - fmean(values)) ** 2 for value in values)
    within = sum((value - fmean(group)) ** 2 for group in groups for value in group)
    if len(groups) < 2 or count <= len(groups) or total <= 0:
        return 0.0
    return max(0.0, 1 - within / (count - len(groups)) / (total / (count - 1)))


def _groups(pairs: Sequence[tuple[Any, float]]) -> list[list[float]]:
    """The values by setting; where nearly each has a setting of its own, by neighboring ones."""
    by_setting: dict[str, list[float]] = {}
    for setting, value in pairs:
        by_setting.setdefault(repr(setting), []).append(value)
    numbers = all(isinstance(setting, int | float) for setting, _ in pairs)
    if not numbers or len(by_setting) <= max(2, len(pairs) // 3):
        return list(by_setting.values())
    ordered = [value for _, value in sorted(pairs, key=lambda pair: pair[0])]
    count = max(2, min(MOST_GROUPS, len(pairs) // 3))
    ends = [round(place * len(ordered) / count) for place in range(count + 1)]
    return [ordered[start:end] for start, end in pairwise(ends)]


def verdicts(progress: Progress) -> list[Verdict]:
    """Each change of an ablation against the network as it is, seed by seed."""
    measure, changes = measure_of(progress.metric), progress.experiment.changes
    return [_verdict(progress, number + 1, change, measure) for number, change in enumerate(changes)]


def _verdict(progress: Progress, number: int, change: Mapping[str, Any], measure: Measure) -> Verdict:
    words = progress.experiment.words(change)
    found = difference(progress, number)
    if found is None:
        return Verdict(number, words, None, "none", "No pair of finished runs yet.")
    kind, text = judged(found, measure)
    if len(change) > 1:
        text = f"{text} {len(change)} changes at once do not tell which one did it."
    return Verdict(number, words, found, kind, text)


def difference(progress: Progress, number: int, base: int = 0) -> Estimate | None:
    """By how much a trial's metric lies above that of another, over the seeds that have finished in both."""
    both = [progress.trials.get(place) for place in (base, number)]
    if None in both:
        return None
    before, after = (
        {seed: values_of([run], progress.metric) for seed, run in trial.runs.items()} for trial in both if trial
    )
    pairs = [after[seed][0] - before[seed][0] for seed in sorted(before.keys() & after.keys())
             if before[seed] and after[seed]]  # fmt: skip
    return estimate(pairs)


def judged(found: Estimate, measure: Measure) -> tuple[str, str]:
    """What to think of a difference: its kind, and a sentence such as “+1.2 points ± 0.4 over 5 seeds: better.”"""
    amount = difference_text(found, measure)
    if found.half is None:
        return "unclear", f"{amount} with one seed: it may be chance. Repeat it with more seeds."
    over = f"{amount} over {found.size} seeds"
    if abs(found.mean) <= found.half:
        return "unclear", f"{over}: no difference that these seeds would show."
    better = (found.mean < 0) == measure.lower_is_better
    return ("better", f"{over}: better.") if better else ("worse", f"{over}: worse.")


SHARE = "data.training_share"
"""What a learning curve varies."""
CLOSE = 0.1
"""A training error of at least 90% of the validation error counts as close to it; a gain of 10% would be worth more
data."""


class CurvePoint(NamedTuple):
    """A point of a learning curve: the share of the training part, and both errors (1 − accuracy for shares of 1)."""

    share: float
    training: Estimate
    validation: Estimate


def learning_curve(progress: Progress) -> list[CurvePoint]:
    """Training and validation error against the share of the training part; empty for other experiments."""
    if progress.experiment.names != [SHARE] or not progress.metric:
        return []
    points = []
    for trial in progress.trials.values():
        validation = estimate(_errors(trial, progress, progress.metric))
        training = estimate(_errors(trial, progress, progress.metric.replace("validation", "train", 1)))
        if validation and training:
            points.append(CurvePoint(float(trial.settings[SHARE]), training, validation))
    return sorted(points)


def _errors(trial: Trial, progress: Progress, metric: str) -> list[float]:
    values = values_of(trial.runs.values(), metric)
    return values if progress.lower_is_better else [1 - value for value in values]


def curve_verdict(progress: Progress) -> str:
    """What a learning curve says: more data would help, or a larger network, or neither, or that so few seeds do not
    tell; "" before it says anything."""
    points = learning_curve(progress)
    if len(points) < 2:
        return ""
    measure, (before, last) = measure_of(progress.metric), points[-2:]
    gain = before.validation.mean - last.validation.mean
    doubt = math.hypot(before.validation.half or 0.0, last.validation.half or 0.0)
    amount = f"{100 * gain:.1f} points" if measure.unit == "percent" else figures(gain, 3)
    steps = f"from {percent(before.share)} to {percent(last.share)} of the examples"
    sure = "" if last.validation.half is not None else " With one seed it may be chance."
    if gain > doubt:
        return f"More data would help: the validation error still falls by {amount} {steps}.{sure}"
    if last.training.mean >= (1 - CLOSE) * last.validation.mean:
        return f"A larger network or longer training would help: training is no better than validation.{sure}"
    if gain + doubt > CLOSE * before.validation.mean:
        spread = f"{100 * doubt:.1f}" if measure.unit == "percent" else f"{doubt:.2g}"
        return f"Too few seeds to tell: the validation error fell by {amount} ± {spread} {steps}. Repeat it with more."
    return f"More data of this kind hardly helps: no clear gain {steps}. Regularize to close the gap.{sure}"


def difference_text(found: Estimate, measure: Measure) -> str:
    """A difference as people read it: ``+1.2 points ± 0.4``."""
    if measure.unit == "percent":
        half = "" if found.half is None else f" ± {100 * found.half:.1f}"
        return f"{100 * found.mean:+.1f} points{half}".replace("-", "−", 1)
    return f"{found.mean:+.3g}".replace("-", "−", 1) + ("" if found.half is None else f" ± {found.half:.2g}")


def spread(progress: Progress) -> list[str]:
    """What the folds of each trial come to, the best first: mean, standard deviation and range; empty without folds."""
    if not progress.experiment.folds:
        return []
    measure, told = measure_of(progress.metric), []
    for row in rows(progress):
        values = progress.values(row.trial)
        if len(values) > 1:
            deviation = f"{100 * stdev(values):.1f} points" if measure.unit == "percent" else f"{stdev(values):.3g}"
            told.append(
                f"{row.words}: mean {measure.text(fmean(values))} over {len(values)} {progress.experiment.repeated}, "
                f"standard deviation {deviation}, from {measure.text(min(values))} to {measure.text(max(values))}."
            )
    return told


def sentence(progress: Progress) -> str:
    """What came of an experiment so far, in a sentence."""
    runs = progress.runs
    if runs and all(run.state == status.FAILED for run in runs):
        return f"All {len(runs)} runs failed. The first: {runs[0].reason}" if len(runs) > 1 else runs[0].reason
    best = next((row for row in rows(progress) if row.estimate), None)
    if best is None or best.estimate is None:
        return "No run has finished yet."
    measure = measure_of(progress.metric)
    return f"Best {measure.part} {measure.words}: {value_text(best.estimate, measure)} with {best.words}."


def ranked(shares: Mapping[str, float]) -> Iterable[tuple[str, float]]:
    """Importances, the largest first."""
    return sorted(shares.items(), key=lambda item: -item[1])
