"""Memory and time beneath the batch size: the computer is measured once, in a real worker, and known from then on."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from documents import mlp
from pytestqt.qtbot import QtBot
from waiting import idle, until

from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.runs.files.paces import known_paces
from studio.workspaces.train.trying.costs import TrainingCosts

Make = Callable[[], TrainingCosts]


@pytest.fixture
def costs(qtbot: QtBot, own_home: None, probing: Probing) -> Iterator[Make]:
    made: list[TrainingCosts] = []

    def make() -> TrainingCosts:
        controller = DocumentController()
        controller.show_run(mlp(batch_size=30), "iris")
        idle(controller)
        made.append(TrainingCosts(controller, probing, controller))
        qtbot.addWidget(made[-1].line)
        made[-1].show()
        return made[-1]

    yield make
    for item in made:
        item._controller.close()
        item._controller.deleteLater()


def test_a_computer_is_measured_when_it_is_asked_for_and_then_known(costs: Make) -> None:
    first = costs()
    assert "in training" in first.line.words.text() and "not known" in first.line.time.text()
    first.line.measure.click()
    assert first.line.time.text() == "Measuring this computer…" and first.line.measure.isHidden()
    first.show()
    assert first.line.time.text() == "Measuring this computer…", "an edit meanwhile changes nothing"
    until(lambda: first.line.time.text().startswith("A step takes roughly "))
    until(lambda: "cpu" in known_paces())
    again = costs()
    until(lambda: again.line.time.text() == first.line.time.text())
