"""The window of pruning: a curve by a real worker, the share at the slider, files, and the open network after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from documents import cnn
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot
from trained_runs import run
from waiting import until

from models.document import Document
from studio.controllers.asking.probing import Probing
from studio.controllers.documents import DocumentController
from studio.controllers.training import TrainingController
from studio.runs.folder import RunFolder
from studio.trained.pruning import PruningWindow

__all__ = ["run"]

Run = Callable[[str], RunFolder]
Open = Callable[..., PruningWindow]


@pytest.fixture
def opened(qtbot: QtBot, own_home: None, probing: Probing, run: Run, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made: list[PruningWindow] = []

    def make(name: str, document: Document | None = None, by: str = "global") -> PruningWindow:
        controller = DocumentController(parent)
        if document is not None:
            controller.document = document
        training = TrainingController(controller, controller)
        monkeypatch.setattr(training, "train", lambda: None)
        window = PruningWindow(probing, controller, training, run(name).path, parent)
        made.append(window)
        window.ways.set_value(by)
        window.show()
        window.look()
        measured(window)
        return window

    yield make
    for window in made:
        window.close()
        window.training.shutdown()
        window.controller.close()


def measured(window: PruningWindow) -> PruningWindow:
    until(lambda: not window.probing.is_busy and not window.writing.is_busy and not window._calm.isActive())
    return window


def test_the_curve_and_the_share_at_the_slider(opened: Open) -> None:
    window = opened("images")
    assert "Unpruned" in window.told.text() and window.title.text() == "Pruning · images"
    assert "Accuracy" in window.at.text() and "Compressed" in window.at.text()
    assert [row[0] for row in window.layers.rows][:2] == ["conv1", "fc1"] and window.layers.rows[-1][2] == "50 %"
    window.slider.slider.setValue(90)
    assert not window.export.isEnabled()
    measured(window)
    assert window.export.isEnabled() and window.facts["zeros"] == round(0.9 * window.facts["prunable"])
    assert window.plot.marks[0][0] == 90.0


def test_another_way_begins_anew_and_can_be_stopped(opened: Open) -> None:
    window = opened("images")
    window.ways.set_value("filter")
    window.ways.changed.emit("filter")
    assert not window.smaller.isHidden()
    window.stop.click()
    assert not window.again.isHidden() and not window.facts
    window.again.click()
    measured(window)
    assert window.smaller.isEnabled() and "Parameters" in window.at.text()


def test_the_files_are_written_where_a_folder_is_chosen(opened: Open, tmp_path: Path) -> None:
    window = opened("images")
    window.export.click()
    (dialog,) = window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "out"))
    dialog.reject()
    measured(window)
    assert "Wrote model.py, weights.safetensors, network.netloom." in window.at.text()


def test_the_open_network_gets_fewer_filters_as_one_edit(opened: Open) -> None:
    document = cnn(epochs=1)
    window = opened("images", document, "filter")
    window.smaller.click()
    measured(window)
    assert document.network["conv1"].params["out_channels"] == 3
    assert document.undo_label == "Remove pruned filters"
    document.undo()
    assert document.network["conv1"].params["out_channels"] == 6


def test_fine_tuning_sets_the_settings_and_starts_a_run(opened: Open, run: Run) -> None:
    document = cnn(epochs=1)
    window = opened("images", document)
    window.tune.click()
    measured(window)
    start = {"start_from": "run", "start_run": run("images").id, "sparsity": 0.5, "prune_by": "global"}
    assert start.items() <= document.training.items()
    document.undo()
    assert "sparsity" not in document.training


def test_another_open_network_is_left_alone(opened: Open) -> None:
    window = opened("images")
    window.tune.click()
    measured(window)
    assert "not that of this run" in window.problem.text()


def test_numbers_have_a_loss_and_no_accuracy(opened: Open) -> None:
    window = opened("tables")
    assert "Unpruned loss" in window.told.text() and "Accuracy" not in window.at.text()
