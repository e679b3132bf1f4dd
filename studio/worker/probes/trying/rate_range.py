"""Which learning rate suits: it rises from step to step until the loss does (L. Smith 2015, range test)."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from models.basics.quantities import figures
from studio.worker.probing.asked import Asked
from studio.worker.probing.base import Steps, probe
from studio.worker.trying.attempt import BAD, DOUBTFUL, EXAMPLE, GOOD, Attempt, Verdict

LOWEST, HIGHEST = 1e-6, 10.0
SMOOTH = 0.9
"""How much of the mean of the losses before stays in it with each step."""
RISEN = 4.0
"""The test ends where the smoothed loss is so many times its lowest."""
SHARE = 0.05
"""By how much the loss must fall at least, as a share."""
QUIET = 6
"""The first of so many parts of the steps goes at rates that change nothing yet: it tells where the loss begins."""
CLEAR = 0.7
"""Of how much losses of batches scatter there, so much must it fall: the least of their means is that far by chance."""
FAR = 3.0
LEARNED = "The loss falls at no rate: the weights that it begins with may have learned all of it."

Column: TypeAlias = NDArray[np.float64]


@probe(of_run=False, document=EXAMPLE, steps=30, path="")
def rate_range(asked: Asked) -> Steps:
    """``rates``, the ``losses`` of the steps at them, and these ``smoothed``. Suggested is a tenth of the rate at which
    the smoothed loss is lowest, behind the first rates."""
    steps = max(10, min(asked.whole("steps", 120), 1_000))
    attempt = Attempt(asked)
    present = attempt.plan.base_rate
    rates, losses, smoothed = [], [], []
    mean = 0.0
    for number, picked in zip(range(steps), attempt.batches(), strict=False):
        rate = LOWEST * (HIGHEST / LOWEST) ** (number / (steps - 1))
        attempt.set_rate(rate)
        try:
            loss, _, _ = attempt.step(picked)
        except FloatingPointError:
            break
        mean = SMOOTH * mean + (1 - SMOOTH) * loss
        rates.append(rate)
        losses.append(loss)
        smoothed.append(mean / (1 - SMOOTH ** (number + 1)))
        if number >= steps // 5 and _has_risen(smoothed[steps // QUIET :]):
            break
        yield number + 1, steps
    arrays = {"rates": np.array(rates), "losses": np.array(losses), "smoothed": np.array(smoothed)}
    verdict = _verdict(arrays["rates"], arrays["losses"], arrays["smoothed"], steps // QUIET, present)
    if not verdict.setting and verdict.outcome != GOOD and losses and attempt.plan.begun.names:
        verdict = Verdict(DOUBTFUL, LEARNED)
    return attempt.answer(verdict, arrays, present=present)


def _has_risen(smoothed: list[float]) -> bool:
    least = min(smoothed)
    return smoothed[-1] - least > (RISEN - 1) * abs(least)


def _verdict(rates: Column, losses: Column, smoothed: Column, quiet: int, present: float) -> Verdict:
    if not len(rates):
        return Verdict(BAD, "The very first loss is NaN or infinite. Look at the data and the network first.")
    # One batch may be easy or hard by chance: several tell where the loss begins.
    begin, scatter = float(losses[:quiet].mean()), float(losses[:quiet].std())
    lowest = int(np.argmin(smoothed[quiet:])) + quiet if len(rates) > quiet else int(np.argmin(smoothed))
    fall = begin - smoothed[lowest]
    if fall < SHARE * abs(begin):
        return Verdict(BAD, "The loss falls at no rate. See whether it can learn a single batch.")
    if fall < CLEAR * scatter:
        return Verdict(DOUBTFUL, "The loss falls less than it differs between batches. Take larger batches.")
    suggested = float(f"{rates[lowest] / 10:.1g}")
    falls = f"The loss falls up to a rate of {figures(rates[lowest], 1)}"
    if suggested / FAR <= present <= suggested * FAR:
        return Verdict(GOOD, f"{falls}; yours, {present:g}, suits.")
    way = "more" if present < suggested else "less"
    return Verdict(DOUBTFUL, f"{falls}; {suggested:g} suits, {way} than your {present:g}.", "optimizer.lr", suggested)
