"""Optimizers and schedules: one update of a weight w with the gradient g, and the rate η over the epochs.

In torch's form: https://docs.pytorch.org/docs/stable/optim.html.
"""

from __future__ import annotations

from models.explaining.rule import Line, Rule
from models.specs.spec import Spec

_MEANS = ("m ← β₁·m + (1 − β₁)·g", "v ← β₂·v + (1 − β₂)·g²")
_STEP = ("m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)", "w ← w − η·m̂/(√v̂ + ε)")
_L2 = "The decay λ is part of the gradient, and is divided by √v̂ with it: AdamW keeps it apart."
OPTIMIZERS: dict[str, tuple[tuple[str, ...], str]] = {
    "SGD": (
        ("g ← g + λ·w", "v ← μ·v + g", "w ← w − η·v"),
        "λ: weight decay, μ: momentum. Nesterov steps along g + μ·v.",
    ),
    "Adam": (("g ← g + λ·w", *_MEANS, *_STEP), _L2),
    "SparseAdam": ((*_MEANS, *_STEP), "Only the rows that occur in a batch take part, moments included."),
    "AdamW": (("w ← w − η·λ·w", *_MEANS, *_STEP), "The decay λ acts on the weights alone; m and v never see it."),
    "NAdam": (("g ← g + λ·w", *_MEANS, "w ← w − η·(μₜ₊₁·m̂ + (1 − μₜ)·ĝ)/(√v̂ + ε)"), "Adam with Nesterov’s look ahead."),
    "RAdam": (
        ("g ← g + λ·w", *_MEANS, "w ← w − η·rₜ·m̂/(√v̂ + ε)"),
        "rₜ grows to 1 as v becomes known.",
    ),
    "Adamax": (("m ← β₁·m + (1 − β₁)·g", "u ← max(β₂·u, |g| + ε)", "w ← w − η/(1 − β₁ᵗ)·m/u"), ""),
    "RMSprop": (
        ("v ← α·v + (1 − α)·g²", "w ← w − η·g/(√v + ε)"),
        "With momentum, b ← μ·b + g/(√v + ε) is taken.",
    ),
    "Adagrad": (("s ← s + g²", "w ← w − η/(1 + t·decay)·g/(√s + ε)"), "s only grows, so that steps only shrink."),
    "Adadelta": (
        ("v ← ρ·v + (1 − ρ)·g²", "Δ = √(u + ε)/√(v + ε)·g, u ← ρ·u + (1 − ρ)·Δ²", "w ← w − η·Δ"),
        "Steps are in units of the steps before.",
    ),
    "Adafactor": (
        ("R ← mean of g² over columns, C over rows", "w ← w − η·g/√(R·C/mean(R))"),
        "R and C take rows + columns numbers.",
    ),
    "ASGD": (("w ← w·(1 − λ·η) − η·g", "a ← a + μ·(w − a)"), "a is the mean of the weights; η falls with time."),
    "Rprop": (("s ← s·η₊ where g keeps its sign, s·η₋ where it turns", "w ← w − s·sign(g)"), ""),
    "Muon": (
        ("m ← μ·m + g", "O = m·(mᵀ·m)^(−1/2), by Newton and Schulz", "w ← w − η·(O + λ·w)"),
        "For matrices alone.",
    ),
    "LBFGS": (
        ("d = −H·g, H from the last updates", "w ← w + η·d"),
        "H is nearly the inverse of the second derivatives.",
    ),
}
"""The lines of an update and a remark, by kind."""
SCHEDULES: dict[str, tuple[str, str]] = {
    "Constant": ("η(t) = η₀", "dη/dt = 0"),
    "StepLR": ("η(t) = η₀·γ^⌊t/step⌋", "it falls by γ every step"),
    "MultiStepLR": ("η(t) = η₀·γ^n", "n: milestones that are over at t"),
    "CosineAnnealingLR": ("η(t) = η₀·(end + (1 − end)·(1 + cos(π·t/T))/2)", "dη/dt = −η₀·(1 − end)·π/(2T)·sin(π·t/T)"),
    "ExponentialLR": ("η(t) = η₀·γ^t", "dη/dt = ln γ·η"),
    "InverseTimeLR": ("η(t) = η₀/(1 + decay·t)", "dη/dt = −η₀·decay/(1 + decay·t)²"),
    "PolynomialLR": ("η(t) = η₀·(end + (1 − end)·(1 − t/T)^p)", "dη/dt = −η₀·(1 − end)·p/T·(1 − t/T)^(p − 1)"),
    "InverseSqrtLR": ("η(t) = η₀·√(stay/max(stay, t + 1))", "dη/dt = −η/(2(t + 1)) once it falls"),
    "StableDecayLR": ("η(t) = η₀·(end + (1 − end)·min(1, (1 − t/T)/decay))", "it falls by the last share of the run"),
    "CyclicLR": ("η(t) = η₀·(low + (1 − low)·(1 − |t/up − 2·cycle − 1|))", "each cycle lasts 2·up"),
    "CosineAnnealingWarmRestarts": (
        "η(t) = η₀·(end + (1 − end)·(1 + cos(π·t′/Tᵢ))/2)",
        "t′: epochs since the restart; Tᵢ₊₁ = T_mult·Tᵢ",
    ),
    "OneCycleLR": ("η(t) rises from η₀/div to η₀, then falls, along half cosines", "the peak is at pct_start·T"),
    "ReduceLROnPlateau": ("η ← factor·η once nothing became better for patience epochs", "not below min_lr"),
}
"""The rate over the epochs t of T, and its slope or what else tells how it moves, by kind."""


def update_rule(optimizer: Spec) -> Rule | None:
    """The update of an optimizer; None for one that is not known here."""
    found = OPTIMIZERS.get(optimizer.kind)
    return Rule(tuple(map(Line, found[0])), (), found[1]) if found else None


def schedule_rule(schedule: Spec) -> Rule | None:
    """The rate of a schedule; None for one that is not known here."""
    found = SCHEDULES.get(schedule.kind)
    return Rule((Line(found[0]),), (Line(found[1]),)) if found else None
