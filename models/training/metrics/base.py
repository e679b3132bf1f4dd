"""Metrics, what is measured beside the loss, as specs: one class is all that a new one takes.

A metric adds up: `Metric.parts` gives rows of numbers for a batch, the rows of all batches (and of all processes) are
summed, and `Metric.value` makes the metric of these sums. Both are plain functions over the methods of tensors, so
that they need no torch here: the worker calls them, and the exported script contains them word for word.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar, Literal

from models.basics.quantities import figures
from models.specs.spec import Registry, Spec

Tensor = Any
"""A `torch.Tensor`; nothing here imports torch."""

Unit = Literal["", "percent"]
CLASSES, BINARY, NUMBERS, EMBEDDING, SEQUENCE = "classes", "binary", "numbers", "embedding", "sequence"
"""What Outputs may give, as `Loss.answers` says it."""


class Metric(Spec):
    """Base of metrics. Settings go to `parts` by name.

    ``name`` is what a run's series of it are called, ``needs`` the forms of answers that it can be measured on, and
    ``higher_is_better`` tells which of two values is the better one.
    """

    name: ClassVar[str] = ""
    unit: ClassVar[Unit] = ""
    higher_is_better: ClassVar[bool] = True
    needs: ClassVar[frozenset[str]] = frozenset()

    keeps: ClassVar[bool] = False
    """Whether it needs all rows at once: then `value` is given the columns of the parts, to a bound, not their sums."""
    tells_right: ClassVar[bool] = False
    """Whether its one part says of each prediction whether it is right."""
    lacks: ClassVar[str] = ""
    """Why it may have no value, as the end of a sentence; "" where it always has one."""
    helpers: ClassVar[tuple[Callable[..., Any], ...]] = ()
    """Plain functions that the two call."""

    parts: ClassVar[Callable[..., tuple[Tensor, ...]]]
    """Tensors of one row for each prediction in ``outputs`` and ``targets``; booleans where they count something."""
    value: ClassVar[Callable[..., float]]
    """The metric, given the number of rows and, for each part, the sums over its rows; NaN where it has no meaning."""

    def rows(self, outputs: Tensor, targets: Tensor) -> tuple[Tensor, ...]:
        """`parts` with these settings."""
        return type(self).parts(outputs, targets, **{name: getattr(self, name) for name in self.fields})

    @property
    def series(self) -> str:
        """The name of its series: ``accuracy``, or with settings ``top_k_accuracy@5``."""
        return "@".join((self.name, *(str(getattr(self, name)) for name in self.fields)))

    @property
    def label(self) -> str:
        """What it is called with these settings."""
        return self.title

    def text(self, value: float, digits: int = 4) -> str:
        """A value as people read it: ``93.1 %`` or ``0.2513``."""
        return f"{value:.1%}".replace("%", " %") if self.unit == "percent" else figures(value, digits)


METRICS: Registry[Metric] = Registry("metric")
