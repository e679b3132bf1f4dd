"""Answers too many to keep: scored in pieces, they tell the same as one by one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from trained_runs import DOCUMENTS, Asking

from models.scoring.picking import ORDERS
from studio.runs.errors import RunError
from studio.runs.folder import RunFolder
from studio.runs.probes.answer import Answer
from studio.worker.probes.scoring import scores as module
from studio.workspaces.inspect.exporting import table_of
from studio.workspaces.inspect.results import Results, Wanted
from studio.workspaces.inspect.subject import About

Run = Callable[[str], RunFolder]


@pytest.fixture
def both(asking: Asking, run: Run, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], tuple[Results, Results]]:
    """The results of a run, one by one and added up."""

    def make(name: str) -> tuple[Results, Results]:
        found = []
        for most in (10**9, 1):
            monkeypatch.setattr(module, "MOST_ANSWERS", most)
            # Kept answers would be the same: a question with an argument of its own is asked anew.
            about = About.of(asking.ask("about", run(name)).facts)
            answer = asking.ask("scores", run(name), most=most)
            assert bool(answer.facts.get("summed")) == (most == 1)
            results = Results(answer, about)
            results.count_all()
            found.append(results)
        return found[0], found[1]

    return make


@pytest.mark.parametrize("name", DOCUMENTS)
def test_what_is_added_up_tells_the_same(name: str, both: Callable[[str], tuple[Results, Results]]) -> None:
    whole, summed = both(name)
    assert whole.is_whole and not summed.is_whole
    assert summed.facts() == whole.facts()
    assert (summed.count, summed.positions, summed.has_classes) == (whole.count, whole.positions, whole.has_classes)
    for order, (_, _, needs_classes) in ORDERS.items():
        if whole.has_classes or not needs_classes:
            assert summed.rows(Wanted(order)).tolist() == whole.rows(Wanted(order)).tolist(), order
    rows = whole.rows(Wanted())[:5].tolist()
    if whole.positions > 1 or not whole.has_classes:
        assert [summed.caption(row) for row in rows] == [whole.caption(row) for row in rows]
    if not whole.has_classes:
        return
    np.testing.assert_array_equal(summed.confusion.counts, whole.confusion.counts)
    np.testing.assert_allclose(summed.calibration.share, whole.calibration.share)
    for truth, answer in ((0, 0), (1, 0), (None, 1), (1, None)):
        wanted = Wanted("order", truth, answer)
        assert summed.rows(wanted).tolist() == whole.rows(wanted).tolist()
    assert (summed.thresholds is None) == (whole.thresholds is None)
    if whole.thresholds is not None and summed.thresholds is not None:
        assert summed.thresholds.area == pytest.approx(whole.thresholds.area, abs=0.01)
    lines = table_of(summed).splitlines()
    assert lines[0] == "sample,right,answers,loss" and len(lines) == summed.count + 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer({}, {"summed": True, "positions": 3}),
        Answer({"counts": np.zeros((2, 2)), "loss": np.zeros(3)}, {"summed": True, "positions": 3}),
        Answer({"truth": np.zeros(3), "answer": np.zeros(3), "loss": np.zeros(3)}, {"summed": True, "count": 3}),
        Answer({"truth": np.zeros(3), "answer": np.zeros(2), "loss": np.zeros(3)},
               {"summed": True, "count": 3, "sums": [1, 1, 1, 1]}),
    ],
)  # fmt: skip
def test_sums_that_cannot_be_read_are_a_sentence(answer: Answer) -> None:
    with pytest.raises(RunError, match="could not be read"):
        Results(answer, About((), "classes", ()))
