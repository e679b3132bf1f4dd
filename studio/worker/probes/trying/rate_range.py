"""Which learning rate suits: it rises from step to step until the loss does (L. Smith 2015, range test)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

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
FAR = 3.0


@probe(of_run=False, document=EXAMPLE, steps=30, path="")
def rate_range(asked: Asked) -> Steps:
    """``rates``, the ``losses`` of the steps at them, and these ``smoothed``. Suggested is a tenth of the rate at which
    the smoothed loss is lowest."""
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
        if number >= steps // 5 and smoothed[-1] > RISEN * min(smoothed):
            break
        yield number + 1, steps
    arrays = {"rates": np.array(rates), "losses": np.array(losses), "smoothed": np.array(smoothed)}
    return _verdict(arrays["rates"], arrays["smoothed"], present).answer(arrays, present=present)


def _verdict(rates: NDArray[np.float64], smoothed: NDArray[np.float64], present: float) -> Verdict:
    if not len(rates):
        return Verdict(BAD, "The very first loss is NaN or infinite. Look at the data and the network first.")
    lowest = int(np.argmin(smoothed))
    if smoothed[0] - smoothed[lowest] < SHARE * abs(smoothed[0]):
        return Verdict(BAD, "The loss falls at no rate. See whether it can learn a single batch.")
    suggested = float(f"{rates[lowest] / 10:.1g}")
    falls = f"The loss falls up to a rate of {rates[lowest]:.1g}"
    if suggested / FAR <= present <= suggested * FAR:
        return Verdict(GOOD, f"{falls}; yours, {present:g}, suits.")
    way = "more" if present < suggested else "less"
    return Verdict(DOUBTFUL, f"{falls}; {suggested:g} suits, {way} than your {present:g}.", "optimizer.lr", suggested)
