"""Losses of one example, or of one number, and what comes back from them to the outputs.

x are the outputs, y the targets, n how many numbers the mean goes over.
"""

from __future__ import annotations

from typing import Any

from models.explaining.rule import Line, Rule, Types, plain, tells
from models.layers.terminals import Output
from models.training.losses import Loss

_SHARED = " Over a batch it is the mean: each part is divided by n."
LOSSES: dict[str, tuple[str, str, str]] = {
    "CrossEntropyLoss": ("L = −ln ŷ[class], with ŷ = softmax(x)", "∂L/∂x = ŷ − y", "y is 1 at the class, else 0."),
    "NLLLoss": ("L = −x[class]", "∂L/∂x = −y", "y is 1 at the class, else 0."),
    "FocalLoss": (
        "L = −(1 − p)^γ·ln p, with p = softmax(x)[class]",
        "∂L/∂x = ((1 − p)^γ − γ·p·(1 − p)^(γ − 1)·ln p)·(ŷ − y)",
        "What is told well already counts little.",
    ),
    "MultiMarginLoss": (
        "L = Σᵢ max(0, margin − x[class] + xᵢ)^p / classes",
        "∂L/∂xᵢ = p·max(0, …)^(p − 1) / classes, at the class −Σ",
        "",
    ),
    "MultiLabelMarginLoss": (
        "L = Σ max(0, 1 − (x[yes] − x[no])) / classes, over all pairs",
        "∂L/∂x = ±(pairs below 1) / classes",
        "− for what is there, + for what is not.",
    ),
    "ClassDiceLoss": (
        "L = 1 − (2·Σ p·y + 1)/(Σ p + Σ y + 1), with p = softmax(x)",
        "∂L/∂p = ((2·Σ p·y + 1) − 2·y·(Σ p + Σ y + 1))/(Σ p + Σ y + 1)²",
        "",
    ),
    "MSELoss": ("L = (x − y)²", "∂L/∂x = 2·(x − y)", ""),
    "L1Loss": ("L = |x − y|", "∂L/∂x = sign(x − y)", ""),
    "HuberLoss": (
        "L = (x − y)²/2 within δ, δ·(|x − y| − δ/2) beyond",
        "∂L/∂x = x − y within δ, δ·sign(x − y) beyond",
        "",
    ),
    "SmoothL1Loss": (
        "L = (x − y)²/(2β) within β, |x − y| − β/2 beyond",
        "∂L/∂x = (x − y)/β within β, sign(x − y) beyond",
        "",
    ),
    "PoissonNLLLoss": ("L = exp(x) − y·x", "∂L/∂x = exp(x) − y", "x is the logarithm of the expected count."),
    "GaussianNLLLoss": (
        "L = (ln v + (x − y)²/v)/2",
        "∂L/∂x = (x − y)/v, ∂L/∂v = (1/v − (x − y)²/v²)/2",
        "x is a mean and v a variance.",
    ),
    "KLDivLoss": ("L = Σ y·(ln y − x)", "∂L/∂x = −y", "x are logarithms of probabilities."),
    "CosineLoss": ("L = 1 − x·y/(|x|·|y|)", "∂L/∂x = −(y/(|x|·|y|) − cos·x/|x|²)", "cos is the cosine itself."),
    "BCEWithLogitsLoss": ("L = −y·ln σ(x) − (1 − y)·ln(1 − σ(x))", "∂L/∂x = σ(x) − y", ""),
    "BCELoss": ("L = −y·ln x − (1 − y)·ln(1 − x)", "∂L/∂x = (x − y)/(x·(1 − x))", "x are probabilities."),
    "BinaryFocalLoss": (
        "L = −α·(1 − p)^γ·ln p, with p = σ(x) for yes, 1 − σ(x) for no",
        "∂L/∂x = ±α·(1 − p)^γ·(γ·p·ln p − (1 − p))",
        "+ for yes, − for no.",
    ),
    "DiceLoss": (
        "L = 1 − (2·Σ p·y + 1)/(Σ p + Σ y + 1), with p = σ(x)",
        "∂L/∂p = ((2·Σ p·y + 1) − 2·y·(Σ p + Σ y + 1))/(Σ p + Σ y + 1)²",
        "",
    ),
    "HingeEmbeddingLoss": (
        "L = x where y is 1, max(0, margin − x) where it is 0",
        "∂L/∂x = 1 where y is 1, −[x < margin] where it is 0",
        "",
    ),
    "MarginRankingLoss": (
        "L = max(0, margin − (2y − 1)·(a − b))",
        "∂L/∂a = −∂L/∂b = −(2y − 1)·[L > 0]",
        "a and b are the scores of a pair.",
    ),
    "CosineEmbeddingLoss": (
        "L = 1 − cos where y is 1, max(0, cos − margin) where it is 0",
        "∂L/∂cos = −1 where y is 1, [cos > margin] where it is 0",
        "cos is the cosine between two vectors.",
    ),
    "TripletMarginLoss": (
        "L = max(0, |a − b| − |a − c| + margin) where y is 1",
        "∂L/∂a = [L > 0]·((a − b)/|a − b| − (a − c)/|a − c|)",
        "a is the anchor, b like it, c unlike it; where y is 0, b and c change places.",
    ),
    "TripletMarginWithDistanceLoss": (
        "L = max(0, d(a, b) − d(a, c) + margin) where y is 1",
        "∂L/∂d(a, b) = [L > 0], ∂L/∂d(a, c) = −[L > 0]",
        "a is the anchor, b like it, c unlike it; where y is 0, b and c change places.",
    ),
    "MinedTripletLoss": (
        "L = max(0, d(a, p) − d(a, n) + margin), p of a’s class, n of another",
        "∂L/∂a = [L > 0]·((a − p)/|a − p| − (a − n)/|a − n|)",
        "p and n are mined in the batch.",
    ),
    "SupConLoss": (
        "L = −mean over p of ln(exp(cos(a, p)/τ) / Σ exp(cos(a, x)/τ))",
        "∂L/∂cos(a, x) = (share of x − [x is a p]/count of p)/τ",
        "x are all others of the batch, p those of a’s class.",
    ),
    "CTCLoss": (
        "L = −ln Σ over ways π that read as y of Π ŷ[π(t), t], by the length of y",
        "∂L/∂x = ŷ − share of the ways that pass, at each step",
        "ŷ = softmax(x) at each step; repeats are read as one, class 0 is the blank.",
    ),
    "SoftMarginLoss": ("L = ln(1 + exp(−(2y − 1)·x))", "∂L/∂x = σ(x) − y", ""),
    "MultiLabelSoftMarginLoss": (
        "L = −mean of y·ln σ(x) + (1 − y)·ln(1 − σ(x)) over labels",
        "∂L/∂x = (σ(x) − y) / labels",
        "",
    ),
}
"""Loss, slope and a remark, by kind."""


def loss_rule(loss: Loss) -> Rule | None:
    """The rule of a loss; None for one that is not known here."""
    found = LOSSES.get(loss.kind)
    return plain(found[0], found[1], note=(found[2] + _SHARED).strip()) if found else None


@tells(Output)
def _output(layer: Any, inputs: Types, _outputs: Types) -> Rule:
    found = loss_rule(layer.loss)
    return found or Rule((Line(f"L = {layer.loss.kind}(x, y)"),))
