"""One set of trained runs for all tests of the workspace."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from trained_runs import DOCUMENTS, asking, run, trained
from waiting import inspected

from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.services.settings import Settings
from studio.workspaces.inspect.workspace import InspectWorkspace

__all__ = ["asking", "run"]
Open = Callable[..., InspectWorkspace]


@pytest.fixture(scope="session")
def all_runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a run of every kind; nobody may change it."""
    folder = tmp_path_factory.mktemp("inspected")
    for name, document in DOCUMENTS.items():
        trained(document(), folder, name)
    return folder


@pytest.fixture
def page_of(qtbot: QtBot, own_home: None, probing: Probing, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    """Makes the workspace over a folder of runs, shown; with a name it inspects that run."""
    made: list[InspectWorkspace] = []

    def make(folder: Path, name: str = "") -> InspectWorkspace:
        monkeypatch.setenv("NETLOOM_RUNS", str(folder))
        controller = DocumentController()
        training = TrainingController(controller, controller)
        page = InspectWorkspace(training, probing, Settings())
        page.controller = controller  # type: ignore[attr-defined]
        made.append(page)
        page.resize(1280, 720)
        page.show()
        inspected(page)
        if name:
            assert training.runs.summaries is not None
            page.inspect(next(run.id for run in training.runs.summaries if run.name == name))
            inspected(page)
        return page

    yield make
    for page in made:
        inspected(page)
        page.training.shutdown()
        page.controller.close()  # type: ignore[attr-defined]
        page.close()
        page.deleteLater()
