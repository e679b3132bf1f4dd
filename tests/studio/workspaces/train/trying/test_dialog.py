"""The window of the tests: each is made in a real worker, and what it suggests is an edit that can be undone."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from documents import mlp
from pytestqt.qtbot import QtBot
from waiting import idle, until

from models.document import Document
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.probes.answer import Answer
from studio.runs.probes.trials import TRIALS
from studio.workspaces.train.trying.dialog import SLOT, TrialDialog, details_of

Open = Callable[[Document], TrialDialog]


@pytest.fixture
def dialog(qtbot: QtBot, own_home: None, probing: Probing) -> Iterator[Open]:
    """Makes the window over a document."""
    made: list[TrialDialog] = []

    def make(document: Document) -> TrialDialog:
        controller = DocumentController()
        controller.show_run(document, "iris")
        idle(controller)
        made.append(TrialDialog(controller, probing))
        made[-1].show()
        return made[-1]

    yield make
    for item in made:
        item.close()
        item._controller.close()
        item.deleteLater()


def answered(dialog: TrialDialog) -> None:
    until(lambda: dialog.answer is not None and not dialog._probing.is_busy)


@pytest.mark.parametrize("trial", TRIALS, ids=lambda trial: trial.kind)
def test_each_test_draws_its_numbers_and_says_what_came_out(dialog: Open, trial: object) -> None:
    shown = dialog(mlp(optimizer={"kind": "Adam", "params": {"lr": 0.05}}))
    shown.begin(trial.kind)  # type: ignore[attr-defined]
    assert shown.stop.isVisible() and not shown.again.isVisible()
    answered(shown)
    assert shown.chip.text() in {"Good", "Doubtful"} and shown.verdict.text().endswith(".")
    assert len(shown.chart.table()) > 1, "there are points"
    assert shown.again.isVisible() and not shown.stop.isVisible() and not shown.progress.isVisible()


def test_a_suggested_rate_is_applied_as_an_edit(dialog: Open) -> None:
    shown = dialog(mlp(optimizer={"kind": "Adam", "params": {"lr": 1e-5}}))
    shown.begin("rate_range")
    answered(shown)
    assert shown.apply.text().startswith("Set learning rate to ")
    document = shown._controller.document
    before = document.training
    shown.apply.click()
    rate = document.training["optimizer"]["params"]["lr"]
    assert rate == shown.answer.facts["value"] and document.training["epochs"] == before["epochs"]  # type: ignore[union-attr]
    assert not shown.apply.isEnabled()
    document.undo()
    assert document.training == before


def test_a_test_is_given_up(dialog: Open) -> None:
    shown = dialog(mlp())
    shown.begin("overfit")
    shown.stop.click()
    assert shown.verdict.text() == "Stopped." and not shown._probing.asks(SLOT)
    assert shown.answer is None and shown.again.isVisible()
    shown.begin("overfit")
    shown.close()
    assert not shown._probing.asks(SLOT), "nobody waits behind a closed window"


def test_what_cannot_be_tested_says_why(dialog: Open) -> None:
    document = mlp()
    document.content.sections["data"] = {"source": "numpy", "path": "gone.npz"}
    shown = dialog(document)
    shown.begin("speed")
    until(lambda: bool(shown.chip.text()))
    assert shown.chip.text() == "Not tested" and "gone.npz" in shown.verdict.text()
    assert not shown.apply.isVisible()


def test_layers_and_memory_stand_beneath_the_curve() -> None:
    gradients, speed = TRIALS[2], TRIALS[3]
    answer = Answer({"errors": np.array([1e-8, 2e-6])}, {"layers": ["fc1", "fc2"]})
    assert details_of(gradients, answer) == "Worst: fc2 2e-06, fc1 1e-08"
    begun = Answer(answer.arrays, {"layers": ["fc1", "fc2"], "begun": "4 of 4 weights start from those of a file."})
    assert details_of(gradients, begun).startswith("4 of 4 weights start from those of a file. Worst: fc2")
    answer = Answer({"sizes": np.array([8, 16]), "memory": np.array([100.0, 220.4])}, {"end": "The memory ran out."})
    assert details_of(speed, answer) == "Memory by batch size: 8: 100 MB · 16: 220 MB. The memory ran out."
