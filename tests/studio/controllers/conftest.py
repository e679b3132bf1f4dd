"""Controllers of documents and of training, what they say, and a document of a file to open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from documents import mlp
from heard import Heard
from kept_worker import KeptWorker
from pytestqt.qtbot import QtBot
from training_studio import Studio
from waiting import until

from models.storage import files
from studio.controllers.documents import DocumentController


@pytest.fixture
def controller(qtbot: QtBot, state_home: None) -> Iterator[DocumentController]:
    controller = DocumentController()
    until(lambda: bool(controller.issues), "the look at the empty document")
    yield controller
    controller.close()


@pytest.fixture
def heard(controller: DocumentController) -> Heard:
    return Heard(controller)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "net.netloom"
    files.write(mlp(), file)
    return file


@pytest.fixture
def cold(qtbot: QtBot, state_home: None) -> Iterator[Studio]:
    studio = Studio(qtbot)
    yield studio
    studio.close()


@pytest.fixture
def studio(kept_worker: KeptWorker, cold: Studio) -> Studio:
    """With a worker that is ready, and that goes on after the test."""
    cold.ready()
    return cold
