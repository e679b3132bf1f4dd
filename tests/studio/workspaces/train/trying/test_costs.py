"""Memory and time beneath the batch size: the computer is measured once, in a real worker, and known from then on."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents import mlp
from PySide6.QtCore import QCoreApplication
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
        until(lambda: not controller.knowledge.gap, "the number of examples")
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
    assert ", an epoch " in first.line.time.text(), "how many examples there are is known"
    until(lambda: "cpu" in known_paces())
    again = costs()
    until(lambda: again.line.time.text() == first.line.time.text())


def test_what_was_kept_before_does_not_undo_what_is_measured_now(costs: Make, tmp_path: Path) -> None:
    kept = tmp_path / "home" / "data" / "netloom" / "paces.json"
    kept.parent.mkdir(parents=True)
    os.mkfifo(kept)  # whoever reads it waits for somebody who writes
    line = costs().line
    line.measure.click()
    until(lambda: line.time.text().startswith("A step takes roughly "))
    until(lambda: _write_nothing(kept) or not _reads(), "the slow disk")
    QCoreApplication.processEvents()  # now it would be heard
    assert line.time.text().startswith("A step takes roughly ") and line.measure.text() == "Again"


def _reads() -> bool:
    return any(thread.name == "background" for thread in threading.enumerate())


def _write_nothing(pipe: Path) -> None:
    """Let those go on who wait for a pipe."""
    try:
        handle = os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
    except OSError:  # nobody waits at the moment
        return
    os.write(handle, b"{}")
    os.close(handle)
