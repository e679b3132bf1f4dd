"""Settings of optimizers far outside of what usually works: a sentence with the usual range, never a refusal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from models.document import Document
from models.document.edits import SetSection
from models.findings.base import check
from models.findings.example import image, row
from models.findings.finding import Finding, Mend, hint, in_line, warning
from models.findings.settings import in_form
from models.layers.linear import Linear
from models.layers.terminals import Output
from models.training.optimizers import SGD, Adam, AdamW, Optimizer
from models.training.settings import TrainingSettings

FAR = 10
"""Times beyond the usual range from which on a rate is far outside."""


def _with(optimizer: Optimizer, kind: str, **changed: Any) -> dict[str, Any]:
    """The settings of an optimizer, some of them changed; None takes the default."""
    params = {name: value for name, value in {**optimizer.settings(), **changed}.items() if value is not None}
    return {"kind": kind, "params": params}


def _chosen(document: Document) -> Optimizer:
    chosen = TrainingSettings.read(document.training)[0].optimizer
    assert isinstance(chosen, Optimizer)
    return chosen


def _set(document: Document, label: str, optimizer: dict[str, Any]) -> Mend:
    return Mend(label, SetSection("training", document.training | {"optimizer": optimizer}, field="optimizer"))


@check(
    finds=row(image(4), Linear, Output, training={"optimizer": {"kind": "SGD", "params": {"lr": 5}}}),
    passes=row(image(4), Linear, Output, training={"optimizer": {"kind": "SGD", "params": {"lr": 0.5}}}),
    learn="https://d2l.ai/chapter_optimization/lr-scheduler.html",
)
def learning_rate(document: Document) -> Iterator[Finding]:
    """A learning rate far above, or below, what the optimizer usually takes."""
    optimizer = _chosen(document)
    low, high = optimizer.usual_rates()
    if low / FAR <= optimizer.lr <= high * FAR:
        return
    word, effect = ("high", "leap") if optimizer.lr > high else ("low", "stand still")
    message = f"The learning rate {optimizer.lr:g} is {word} for {optimizer.kind}; usual are {low:g} to {high:g}."
    default = type(optimizer).fields["lr"].default
    mend = _set(document, f"Set the learning rate to {default:g}", _with(optimizer, optimizer.kind, lr=default))
    yield warning("", in_line(message), f"With it, weights are likely to {effect}.", mends=(mend,))


def _nesterov(**other: float) -> dict[str, Any]:
    return {"optimizer": {"kind": "SGD", "params": {"nesterov": True, **other}}}


@check(
    finds=row(image(4), Linear, Output, training=_nesterov()),
    passes=row(image(4), Linear, Output, training=_nesterov(momentum=0.9)),
    learn="https://docs.pytorch.org/docs/stable/generated/torch.optim.SGD.html",
)
def nesterov(document: Document) -> Iterator[Finding]:
    """Nesterov's look ahead goes along the momentum, and torch has none where momentum is dampened."""
    optimizer = _chosen(document)
    if not isinstance(optimizer, SGD) or not optimizer.nesterov:
        return
    if not optimizer.momentum:
        mend = _set(document, "Set momentum to 0.9", _with(optimizer, optimizer.kind, momentum=0.9, dampening=None))
        yield warning("", "Nesterov needs momentum; without it, it is left out.", mends=(mend,))
    elif optimizer.dampening:
        mend = _set(document, "Set dampening to 0", _with(optimizer, optimizer.kind, dampening=None))
        yield warning("", "Nesterov goes with a dampening of 0 alone; it is left out.", mends=(mend,))


class Range(NamedTuple):
    """Bounds outside of which a setting is known not to work, and the usual ones in words."""

    low: float
    high: float
    usual: str


RANGES = {
    "momentum": Range(0.0, 0.99, "0.9"),
    "betas_1": Range(0.0, 0.99, "0.9; 0.5 in GANs"),
    "betas_2": Range(0.9, 0.99999, "0.99 to 0.999"),
    "eps": Range(1e-12, 1e-2, "1e-8"),
    "weight_decay": Range(0.0, 1.0, "0.0001 to 0.1"),
}


@check(
    finds=row(image(4), Linear, Output, training={"optimizer": {"kind": "Adam", "params": {"betas_2": 0.5}}}),
    passes=row(image(4), Linear, Output, training={"optimizer": {"kind": "Adam", "params": {"betas_2": 0.98}}}),
    learn="https://arxiv.org/abs/1412.6980",
)
def optimizer_setting(document: Document) -> Iterator[Finding]:
    """Memory, decay and the guard against division by zero, where they are known not to work."""
    optimizer = _chosen(document)
    for name, bounds in RANGES.items():
        field = optimizer.fields.get(name)
        value = getattr(optimizer, name, None) if field else None
        if not isinstance(value, float) or field is None or value == field.default:
            continue
        if not bounds.low <= value <= bounds.high:
            message = f"{field.label} {value:g} of {optimizer.kind} is far from what works; usual: {bounds.usual}."
            mend = _set(
                document,
                in_form(field, field.default),
                _with(optimizer, optimizer.kind, **{name: None}),
            )
            yield warning("", in_line(message), mends=(mend,))


@check(
    finds=row(image(4), Linear, Output, training={"optimizer": {"kind": "Adam", "params": {"weight_decay": 0.01}}}),
    passes=row(image(4), Linear, Output, training={"optimizer": {"kind": "AdamW", "params": {"weight_decay": 0.01}}}),
    learn="https://arxiv.org/abs/1711.05101",
)
def decay_in_the_gradient(document: Document) -> Iterator[Finding]:
    """Adam adds weight decay to the gradient and then divides it away where gradients are large."""
    optimizer = _chosen(document)
    if isinstance(optimizer, Adam) and not isinstance(optimizer, AdamW) and optimizer.weight_decay:
        message = f"{optimizer.kind} weakens weight decay where gradients are large; {AdamW.kind} does not."
        mend = _set(document, f"Use {AdamW.kind}", _with(optimizer, AdamW.kind, weight_decay=optimizer.weight_decay))
        yield hint("", in_line(message), "It decays the weights themselves, apart from the gradient.", mends=(mend,))
