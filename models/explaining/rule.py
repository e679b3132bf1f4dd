"""What a rule is, and how that of a thing is found: by its class, or the nearest above it.

In all rules x is what comes in, y what goes out, L the loss, δ = ∂L/∂y, and N the examples of a batch.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from models.basics.text import times
from models.kinds.layer import Shape, TensorType

Types = tuple[TensorType, ...]


class Line(NamedTuple):
    """A formula, and the sizes of what stands in it."""

    text: str
    sizes: str = ""


class Rule(NamedTuple):
    """The formulas of the way forward, those of the gradients, and a sentence."""

    forward: tuple[Line, ...]
    backward: tuple[Line, ...] = ()
    note: str = ""


Teller = Callable[[Any, Types, Types], Rule]
"""Who tells the rule of a layer: its settings, the types of its inputs and of its outputs."""
RULES: dict[type, Teller] = {}


def tells(*kinds: type) -> Callable[[Teller], Teller]:
    """Decorator: a function that tells the rule of layers of these classes."""

    def register(teller: Teller) -> Teller:
        RULES.update(dict.fromkeys(kinds, teller))
        return teller

    return register


def rule_of(layer: object, inputs: Types, outputs: Types) -> Rule | None:
    """The rule of a layer; None for one that has none, such as a block."""
    teller = next((RULES[base] for base in type(layer).__mro__ if base in RULES), None)
    return teller(layer, inputs, outputs) if teller else None


def plain(forward: str, *backward: str, note: str = "") -> Rule:
    """A rule without sizes."""
    return Rule((Line(forward),), tuple(map(Line, backward)), note)


def batch(shape: Shape) -> str:
    """A shape with its batch: N×3×32×32."""
    return f"N×{times(shape)}" if shape else "N"
