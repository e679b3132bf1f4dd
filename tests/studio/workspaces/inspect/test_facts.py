"""The figures of the strip say what is so."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from trained_runs import Asking

from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer
from studio.workspaces.inspect.results import Results
from studio.workspaces.inspect.subject import About

Run = Callable[[str], RunFolder]


@pytest.fixture
def results_with(asking: Asking, run: Run) -> Callable[[int], dict[str, tuple[str, str]]]:
    """The figures of a run of flowers whose answers are all right but for the first few."""

    def make(wrong: int) -> dict[str, tuple[str, str]]:
        about = About.of(asking.ask("about", run("classes")).facts)
        answer: Answer = asking.ask("scores", run("classes"))
        told = dict(answer.arrays)
        told["answer"] = np.where(np.arange(len(told["truth"])) < wrong, (told["truth"] + 1) % 3, told["truth"])
        facts = Results(answer._replace(arrays=told), about).facts()
        return {fact.name: (fact.value, fact.more) for fact in facts}

    return make


def test_no_class_is_the_hardest_where_all_are_right(results_with: Callable[[int], dict[str, tuple[str, str]]]) -> None:
    facts = results_with(0)
    assert "Hardest class" not in facts
    assert facts["Accuracy"][0] == "100.0 %" and facts["Mistakes"] == ("0", "all are right")


def test_one_mistake_makes_a_class_the_hardest(results_with: Callable[[int], dict[str, tuple[str, str]]]) -> None:
    facts = results_with(1)
    assert facts["Hardest class"][1].endswith("% right") and "100 %" not in facts["Hardest class"][1]
    assert "Mistakes" not in facts
