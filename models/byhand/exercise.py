"""The section "numbers" of a document: a batch with its targets, weights to start from, and numbers that are hidden.

    {"inputs": {"input1": [[0.8, 0.3]]}, "targets": {"output1": [[0, 1]]},
     "weights": {"fc1": {"weight": [[0.24, 0.67], [0.43, 0.14]], "bias": [1, 1]}},
     "hidden": ["value/fc1/0/0"], "answers": {"value/fc1/0/0": 1.393}, "tolerance": 0.001, "mode": "evaluation"}

A **cell** is named by its table and the place in it: ``value/fc1/0/0`` is the first number of the first row that fc1
gives, ``gradient/…`` its gradient, ``weight/fc1.weight/1/0`` a weight, ``slope/fc1.weight/1/0`` its gradient,
``next/fc1.weight/1/0`` the weight after the update, ``probability/output1/0/1`` and ``loss`` what they say. What else
stands in the section is kept.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Numbers = NDArray[np.float64]

SECTION = "numbers"
MOST_WEIGHTS = 4096
"""Weights up to which a network is worked by hand: more is for no eye."""
MOST_CELLS = 65_536
"""Numbers of a batch, or of all that a layer gives for it."""
TOLERANCE = 1e-3
TRAINING, EVALUATION = MODES = "training", "evaluation"
"""How a network is worked: as it trains, or as it answers afterwards, which is ``model.eval()``."""
STATISTICS = ("running_mean", "running_var")
"""What a normalization remembers while training and goes by afterwards, by its own name in PyTorch."""
TABLES = ("value", "gradient", "weight", "slope", "next", "probability", "loss")

Nested = Any
"""A number, or a list of such."""


class ByHandError(ValueError):
    """What cannot be worked by hand; the text is a sentence for the user, with what to do."""


@dataclass(frozen=True)
class Exercise:
    """What is worked: tables by the id of an Input or Output, and by module and name of a weight."""

    inputs: Mapping[str, Nested] = field(default_factory=dict)
    targets: Mapping[str, Nested] = field(default_factory=dict)
    weights: Mapping[str, Mapping[str, Nested]] = field(default_factory=dict)
    hidden: tuple[str, ...] = ()
    answers: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = TOLERANCE
    mode: str = TRAINING
    extra: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, settings: Mapping[str, Any]) -> Exercise:
        """The exercise in a document's section; raises `ByHandError` for an entry of another kind."""
        known = {name: settings[name] for name in _KINDS if name in settings}
        for name, value in known.items():
            if not isinstance(value, _KINDS[name]) or isinstance(value, bool):
                raise ByHandError(f"“{name}” of the numbers cannot be read. Take it out of the document.")
        if known.get("mode", TRAINING) not in MODES:
            raise ByHandError(f"The mode of the numbers is “{known['mode']:.24}”. Write {' or '.join(MODES)}.")
        for module, tables in known.get("weights", {}).items():
            if not isinstance(tables, dict):
                raise ByHandError(f"The weights of {module:.40} cannot be read. Take them out of the document.")
        if not all(_is_number(answer) for answer in known.get("answers", {}).values()):
            raise ByHandError("An answer among the numbers is not a number. Take it out of the document.")
        hidden = tuple(dict.fromkeys(map(str, known.pop("hidden", ()))))
        extra = {name: value for name, value in settings.items() if name not in _KINDS}
        return cls(**known, hidden=hidden, extra=extra)

    def settings(self) -> dict[str, Any]:
        """The section that `read` reads; what is empty or as usual is left out."""
        usual = Exercise()
        written: dict[str, Any] = {}
        for name in _KINDS:
            value = getattr(self, name)
            if value != getattr(usual, name):
                written[name] = list(value) if isinstance(value, tuple) else value
        return {**written, **self.extra}

    def with_weight(self, name: str, table: Nested) -> Exercise:
        """The same with another table for a weight, named as in ``named_parameters``."""
        module, _, own = name.partition(".")
        weights = {key: dict(tables) for key, tables in self.weights.items()}
        weights.setdefault(module, {})[own] = table
        return replace(self, weights=weights)

    def hide(self, cells: Iterable[str], hidden: bool = True) -> Exercise:
        """The same with cells hidden, or shown again; answers to those that are shown go."""
        chosen = dict.fromkeys(cells)
        kept = [cell for cell in self.hidden if cell not in chosen]
        found = (*kept, *chosen) if hidden else tuple(kept)
        answers = {cell: answer for cell, answer in self.answers.items() if cell in found}
        return replace(self, hidden=found, answers=answers)

    def answer(self, cell: str, value: float | None) -> Exercise:
        """The same with an answer to a hidden cell, or without it."""
        answers = {name: answer for name, answer in self.answers.items() if name != cell}
        return replace(self, answers=answers if value is None else {**answers, cell: value})

    def is_right(self, cell: str, truth: float) -> bool | None:
        """Whether a cell was answered rightly, within the tolerance: absolute below one, relative above."""
        answer = self.answers.get(cell)
        return None if answer is None else abs(answer - truth) <= self.tolerance * max(1.0, abs(truth))


_KINDS: dict[str, Any] = {
    "inputs": dict,
    "targets": dict,
    "weights": dict,
    "hidden": list | tuple,
    "answers": dict,
    "tolerance": int | float,
    "mode": str,
}


def is_statistic(name: str) -> bool:
    """Whether a weight, by its whole name, is what a normalization remembers: no gradient ever changes it."""
    return name.rpartition(".")[2] in STATISTICS


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def table(value: Nested, shape: tuple[int, ...], name: str) -> Numbers:
    """A table as an array of that shape; raises `ByHandError` with what was expected and found."""
    import numpy as np

    try:
        found = np.array(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise ByHandError(f"{name} is no table of numbers. Correct it, or take it away.") from None
    if found.shape != shape:
        wanted, given = ("×".join(map(str, sizes)) or "one number" for sizes in (shape, found.shape))
        raise ByHandError(f"{name} should be {wanted}, but {given} was given. Correct its shape.")
    if not np.isfinite(found).all():
        raise ByHandError(f"{name} holds a value that is no finite number. Correct it.")
    return found


def renamed(settings: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """A document's section in which what was said of one layer is said of another."""
    found = dict(settings)
    for part in ("inputs", "targets", "weights"):
        tables = settings.get(part)
        if isinstance(tables, dict) and old in tables:
            found[part] = {new if id == old else id: entry for id, entry in tables.items()}
    if isinstance(settings.get("hidden"), list):
        found["hidden"] = [_moved(cell, old, new) for cell in settings["hidden"]]
    if isinstance(settings.get("answers"), dict):
        found["answers"] = {_moved(cell, old, new): answer for cell, answer in settings["answers"].items()}
    return found


def _moved(cell: Any, old: str, new: str) -> Any:
    parts = str(cell).split("/")
    if len(parts) > 1:
        module, dot, own = parts[1].partition(".")
        parts[1] = f"{new if module == old else module}{dot}{own}"
    return "/".join(parts)
