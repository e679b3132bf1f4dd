"""A question with what it takes to answer it: a network, its data, and who may give it up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from models.training.metrics import EMBEDDING
from studio.runs.probes.question import Question
from studio.worker.probing.bench import Bench, Told
from studio.worker.probing.errors import ProbeError
from studio.worker.probing.rows import Goal, Rows
from studio.worker.process.control import Control


@dataclass
class Asked:
    """What a probe works with."""

    question: Question
    of_run: Bench | None
    control: Control
    told: Told

    @property
    def bench(self) -> Bench:
        """The network of the run that the question is about."""
        assert self.of_run is not None, self.question.kind
        return self.of_run

    @property
    def rows(self) -> Rows:
        """The examples that the question is about; the data is read if need be. Raises `DataError`."""
        return self.bench.rows(self.question, self.control, self.told)

    @property
    def goal(self) -> Goal:
        """The Output that the question is about."""
        return self.goal_at(self.question.output)

    def goal_at(self, id: str) -> Goal:
        """An Output by its id; that of an embedding knows its neighbors. Raises `DataError` where the run's own data,
        among which they are, cannot be read."""
        goal = self.bench.goal(id, self.rows.data)
        if goal.objective.loss.answers != EMBEDDING:
            return goal
        return goal._replace(neighbors=self.bench.neighbors(goal, self.control, self.told))

    def whole(self, name: str, default: int = 0) -> int:
        """An argument that is an integer; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 53:
            raise ProbeError(f"Expected an integer for “{name}”, found {value!r:.30}.")
        return value

    def number(self, name: str, default: float = 0.0) -> float:
        """An argument that is a number; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name, default)
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise ProbeError(f"Expected a number for “{name}”, found {value!r:.30}.")
        return float(value)

    def switch(self, name: str, default: bool = False) -> bool:
        """An argument that is true or false; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name, default)
        if not isinstance(value, bool):
            raise ProbeError(f"Expected true or false for “{name}”, found {value!r:.30}.")
        return value

    def text(self, name: str, default: str = "") -> str:
        """An argument that is a text; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name, default)
        if not isinstance(value, str):
            raise ProbeError(f"Expected a text for “{name}”, found {value!r:.30}.")
        return value

    def wholes(self, name: str) -> list[int]:
        """An argument that is a list of integers; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, int) for item in value):
            raise ProbeError(f"Expected integers for “{name}”, found {value!r:.30}.")
        return value

    def texts(self, name: str) -> list[str]:
        """An argument that is a list of texts; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise ProbeError(f"Expected texts for “{name}”, found {value!r:.30}.")
        return value

    def mapping(self, name: str) -> dict[str, Any]:
        """An argument that is a JSON object; raises `ProbeError` for any other."""
        value = self.question.arguments.get(name)
        if not isinstance(value, dict):
            raise ProbeError(f"Expected an object for “{name}”, found {value!r:.30}.")
        return value
