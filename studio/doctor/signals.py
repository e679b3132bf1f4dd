"""What layers pass on: gradients that fade or grow on their way back, silent units, functions at their flat ends."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from statistics import correlation, linear_regression
from typing import NamedTuple

from models.basics.quantities import percent
from models.basics.text import counted
from models.findings.example import image, row
from models.layers.activation import Sigmoid
from models.layers.linear import Linear
from models.layers.terminals import Output
from studio.doctor.base import CERTAIN, LIKELY, Diagnosis, Evidence, diagnosis, tell
from studio.doctor.case import Case, curve, steady
from studio.doctor.remedies import rectified, width_field, with_gentler_rate, with_rate

FEWEST_LAYERS = 4
RANGE = 1e3
"""How much larger the gradient of one end of a network is than that of the other where it fades or grows. Layers of a
network that trains well lie within a factor of some ten (Glorot and Bengio 2010, figures 7 and 8, whose normalized
initialization is meant to keep them so)."""
ONE_WAY = 0.6
"""Share of the spread of gradients over layers that a steady factor from each to the next explains, at least (R²)."""
STEADY = 0.8
FADES, GROWS = (8, 100.0), (16, 20.0)
"""Of so many layers a range as small is enough where a steady factor explains nearly all of it: that is no chance."""
HALF, MOST, NEARLY_ALL = 0.5, 0.6, 0.9
"""Shares of a layer's units that are silent: in one that trains well, up to some 40 % are."""
AT_ENDS = 0.6
"""Share of values at the flat ends: within 1 % of them the slope is at most a twenty-fifth of the steepest."""
FEWEST_EXAMPLES = 16
"""Examples of a batch before a unit that is 0 for all of them is called silent."""

_SETTINGS = {"batch_size": 64, "optimizer": {"kind": "SGD", "params": {"lr": 0.1}}}
_LOSSES = {"train/loss": curve((2.3, 2.2, 2.1, 2.05))}


def _graded(factor: float, size: float = 0.1) -> Case:
    """Eight layers whose gradient shrinks by a factor from each to the one before it, for examples."""
    layers = {f"fc{place}": {"gradient": size * factor ** (8 - place)} for place in range(1, 9)}
    return Case(_SETTINGS, _LOSSES, health=steady(layers))


@diagnosis(ill=lambda: _graded(0.17), well=lambda: _graded(0.9), explains=("underfitting", "unfinished"))
def vanishing(case: Case) -> Iterator[Diagnosis]:
    """Gradients that shrink from layer to layer on their way back (Hochreiter 1991; Glorot and Bengio 2010).

    That they do so at the start is enough where little was learned since: the first layers lost that time. A network
    that has learned its examples is told nothing.
    """
    if case.has_learned:
        return
    for gradients, when, sure in (
        (case.recent("gradient"), "", CERTAIN),
        (case.first("gradient"), " at first", LIKELY),
    ):
        trend = _trend(case, gradients)
        if trend is not None and trend.slope > 0 and trend.reaches(*FADES):
            names, norms = trend.names, trend.norms
            detail = f"{names[0]} gets {norms[0]:.1e} where {names[-1]} gets {norms[-1]:.1e}, so that it hardly learns."
            squashing = [name for name, layer in case.layers.items() if layer.ends and name not in case.final]
            mend = rectified(squashing) if squashing else with_rate(case, case.rate * 3)
            seen = Evidence("gradient_norm", 0.0, "Gradients vanish")
            yield tell("warning", falls(names, norms, when), detail, mend, sure=sure, evidence=(seen,), layers=names)
            return


@diagnosis(ill=lambda: _graded(4.0), well=lambda: _graded(1.2), explains=("oscillating", "creeping"))
def exploding(case: Case) -> Iterator[Diagnosis]:
    """Gradients that grow from layer to layer on their way back (Pascanu et al. 2013).

    That they grow before anything was learned is enough: the first step does the damage. Deep stacks of batch
    normalization are known for it (Yang et al. 2019).
    """
    if case.has_learned:
        return
    for gradients, when in ((case.first("gradient"), " at the start"), (case.recent("gradient"), "")):
        trend = _trend(case, gradients)
        if trend is not None and trend.slope < 0 and trend.reaches(*GROWS):
            names, norms, factor = trend.names, trend.norms, math.exp(-trend.slope)
            message = (
                f"Gradients grow by a factor of about {factor:.2g} a layer back from {names[-1]} to {names[0]}{when}."
            )
            detail = f"{names[0]} gets {norms[0]:.1e} where {names[-1]} gets {norms[-1]:.1e}. Use a smaller rate."
            seen = Evidence("gradient_norm", 0.0, "Gradients explode")
            yield tell("warning", message, detail, with_gentler_rate(case), sure=LIKELY, evidence=(seen,), layers=names)
            return


def falls(names: Sequence[str], norms: Sequence[float], when: str = "") -> str:
    """The sentence for gradients that fade on their way back through layers."""
    factor = (norms[0] / norms[-1]) ** (1 / (len(names) - 1))
    return f"Gradients fall by a factor of about {factor:.2g} a layer{when}, from {names[-1]} back to {names[0]}."


class Trend(NamedTuple):
    """Layers in order with the norms of their gradients: the ``slope`` of the straight line through the logarithms of
    these, and the share of their spread that it explains."""

    names: tuple[str, ...]
    norms: tuple[float, ...]
    slope: float
    explains: float

    def reaches(self, layers: int, span: float) -> bool:
        """Whether the ends lie as far apart as counts; of so many layers in good order ``span`` is enough."""
        spans = math.exp(min(abs(self.slope) * (len(self.names) - 1), 700.0))
        steady = len(self.names) >= layers and self.explains >= STEADY
        return self.explains >= ONE_WAY and spans >= (span if steady else RANGE)


def _trend(case: Case, gradients: dict[str, float]) -> Trend | None:
    """How gradients change from layer to layer; None of too few.

    Only layers that say how many numbers come out are compared: the few weights of a normalization are another thing.
    What fades on its way back is compared with the faintest place: the first layers may have grown in the meantime.
    """
    small = {name for name, layer in case.layers.items() if not width_field(type(layer))}
    known = [(name, norm) for name, norm in gradients.items() if norm > 0 and name not in small]
    faintest = min(range(len(known)), key=lambda place: known[place][1], default=0)
    if len(known) - faintest >= max(FEWEST_LAYERS, len(known) / 2):
        known = known[faintest:]
    if len(known) < FEWEST_LAYERS:
        return None
    names, norms = zip(*known, strict=True)
    logs = [math.log(norm) for norm in norms]
    explains = correlation(range(len(logs)), logs) ** 2 if max(logs) > min(logs) else 0.0
    return Trend(names, norms, linear_regression(range(len(logs)), logs).slope, explains)


def _silent(share: float) -> Case:
    return Case(_SETTINGS, _LOSSES, health=steady({"relu1": {"silent": share}, "relu2": {"silent": 0.1}}))


@diagnosis(ill=lambda: _silent(0.7), well=lambda: _silent(0.3), needs=("batch_size",))
def silent_units(case: Case) -> Iterator[Diagnosis]:
    """Units of a ReLU that give 0 to every example and so get no gradient any more (Lu et al. 2020, "Dying ReLU").

    Some always are: of half of a layer it is worth speaking. Where the network has learned its examples all the same,
    only as a hint, and of more.
    """
    if case.training.batch_size < FEWEST_EXAMPLES:
        return
    limit = MOST if case.has_learned else HALF
    dead = {name: share for name, share in case.recent("silent").items() if share >= limit}
    if dead:
        worst = max(dead, key=dead.__getitem__)
        others = f"; {counted(len(dead) - 1, 'more layer')} alike" if len(dead) > 1 else ""
        message = f"{percent(dead[worst])} of the units of {worst} are dead: 0 for every example{others}."
        detail = "They get no gradient and stay so. Steps that were too long are the usual reason."
        seen = Evidence("train/loss", _half(case), f"Dead units in {worst}")
        sure = CERTAIN if dead[worst] >= NEARLY_ALL else LIKELY
        severity = "hint" if case.has_learned else "warning"
        yield tell(severity, message, detail, with_gentler_rate(case), sure=sure, evidence=(seen,), layers=dead)


def _flat(share: float) -> Case:
    document = row(image(4), Linear, Sigmoid, Linear, Output).document()
    return Case(_SETTINGS, _LOSSES, document=document, health=steady({"n2": {"saturated": share}}))


@diagnosis(ill=lambda: _flat(0.8), well=lambda: _flat(0.2))
def saturated(case: Case) -> Iterator[Diagnosis]:
    """Sigmoids and the like at their flat ends (Glorot and Bengio 2010), in a network that has not learned yet.

    The last layer's answers may lie there: it is sure of itself.
    """
    if case.has_learned:
        return
    flat = {name: share for name, share in case.recent("saturated").items()
            if share >= AT_ENDS and name not in case.final}  # fmt: skip
    if flat:
        worst = max(flat, key=flat.__getitem__)
        message = f"{percent(flat[worst])} of what {worst} gives lies at its flat ends."
        detail = "Hardly any gradient passes there. Smaller inputs and steps keep it in its middle."
        seen = Evidence("train/loss", _half(case), f"{worst} is saturated")
        yield tell("warning", message, detail, rectified([*flat]), sure=LIKELY, evidence=(seen,), layers=flat)


def _half(case: Case) -> float:
    """The epoch from which on what is said of layers was seen."""
    return float(case.health.epochs[len(case.health) // 2]) if case.health else 0.0
