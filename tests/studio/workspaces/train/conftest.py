"""The Train workspace in a window, with three runs that were trained before."""

from __future__ import annotations

import pytest
from documents import mlp
from train_page import LONG, old_run, settle

from studio.runs.folder import RunFolder
from studio.window.main_window import MainWindow
from studio.workspaces.train.workspace import TrainWorkspace


@pytest.fixture
def past(window: MainWindow) -> list[RunFolder]:
    return [old_run(window.training.runs_dir, number) for number in (1, 2, 3)]


@pytest.fixture
def train(window: MainWindow, past: list[RunFolder]) -> TrainWorkspace:
    window.controller.show_run(mlp(epochs=LONG), "flowers")
    window.show_workspace("train")
    workspace = window.workspace("train")
    assert isinstance(workspace, TrainWorkspace)
    settle(workspace)
    return workspace
