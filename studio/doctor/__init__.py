"""The doctor: what a run shows about its network, settings and data, where, how sure it is, and what can be tried.

Each file joins by lying here, each diagnosis is one function marked with `studio.doctor.base.diagnosis`.
"""

from __future__ import annotations

from importlib import import_module
from itertools import pairwise
from pkgutil import iter_modules

from models.basics.quantities import figures
from studio.doctor.base import DIAGNOSES, Diagnosis
from studio.doctor.case import Case, case_of

__all__ = ["DIAGNOSES", "Case", "Diagnosis", "case_of", "diagnose", "steady"]

MOST = 4
"""Findings of one run that are worth reading; where there are more, one reason is behind most of them."""

ENOUGH = 2
"""Epochs after which something can be said of how a run goes."""

LEARNED = 0.98
"""A loss below this share of what one answer for all examples costs shows that something is learned."""

APART = 0.5
"""A training loss below this share of validation's tells of examples that are known one by one."""

for _file in iter_modules(__path__):
    import_module(f"{__name__}.{_file.name}")


def diagnose(case: Case) -> list[Diagnosis]:
    """What can be said of a run, warnings before hints and the most sure first; nothing of one that has hardly begun.

    What another finding explains is left out.
    """
    found = {registered: list(registered(case)) for registered in DIAGNOSES}
    explained = {code for registered, told in found.items() if told for code in registered.explains}
    told = [finding for findings in found.values() for finding in findings if finding.code not in explained]
    return sorted(told, key=lambda finding: (finding.severity != "warning", -finding.sure))[:MOST]


def steady(case: Case) -> str:
    """What is to be said of a run in which nothing was found: how its validation loss came down, else its training
    loss; "" where that is too early, or not so."""
    for part, series in (("Validation", "validation/loss"), ("Training", "train/loss")):
        losses = case.by_epoch(series)
        if len(losses) >= ENOUGH and min(losses) < losses[0]:
            falls = all(later < sooner for sooner, later in pairwise(losses))
            how = " in every epoch" if falls and case.settings else ""
            lowest = losses.index(min(losses))
            first, best = figures(losses[0], 3), figures(losses[lowest], 3)
            if losses[lowest] > LEARNED * case.guess:
                chance = figures(case.guess, 3)
                no_better = f"that is no better than one answer for all, which costs {chance}."
                return f"{part} loss fell from {first} to {best}; {no_better}"
            if lowest + 1 < len(losses) - max(ENOUGH, len(losses) // 3):
                where = f"{part} loss fell from {first} to {best} in {case.at(lowest)}, and no further since"
                return f"{where}{_beside(case, series, losses[lowest])}."
            return (
                f"Learning steadily: {part.lower()} loss fell{how} from {first} "
                f"to {best}{'' if how else f' in {case.at(lowest)}'}."
            )
    return ""


def _beside(case: Case, series: str, lowest: float) -> str:
    """Where training went in the meantime, if that is far below what validation came to."""
    trained = case.by_epoch("train/loss")
    if series == "train/loss" or not trained or not 0 <= trained[-1] < APART * lowest:
        return ""
    return f", while training went on to {figures(trained[-1], 3)}"
