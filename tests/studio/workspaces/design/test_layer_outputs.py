"""What layers of the last run give for a sample, on the cards of its network."""

from __future__ import annotations

from documents import cnn
from pytestqt.qtbot import QtBot
from trained_runs import trained
from waiting import until

from models.document.edits import Move, SetParam, SetSection
from studio.window.main_window import MainWindow
from studio.workspaces.design.layer_outputs import CHANGED, UNTRAINED, drawn
from widgets.canvas.painting.heat import OUTPUTS


def shown(window: MainWindow) -> set[str]:
    return set(window.design.canvas.marks.outputs)


def test_cards_show_a_sample_until_the_network_changes(qtbot: QtBot, window: MainWindow) -> None:
    document = cnn(epochs=1)
    run = trained(document, window.training.runs_dir, "digits")
    window.controller.show_run(document, run.header["title"])
    window.show_workspace("design")
    canvas, controller = window.design.canvas, window.controller
    canvas.colors.choose(OUTPUTS)
    until(lambda: bool(shown(window)), "outputs on the cards")
    assert {node.id for node in controller.document.network} - shown(window) <= {"output1"}
    assert canvas.colors._when.text() == "Sample 1 of validation, digits" and canvas.colors.time.maximum() > 100
    assert canvas.marks.outputs["conv1"] != canvas.marks.outputs["fc1"]
    first = canvas.marks.outputs["conv1"]
    canvas.colors.time.setValue(7)
    until(lambda: canvas.marks.outputs["conv1"] != first, "another sample")
    canvas.grab()
    controller.apply(Move({"fc1": (9.0, 9.0)}))
    controller.apply(SetSection("training", {"epochs": 7}))
    assert "conv1" in shown(window)
    controller.apply(SetParam("fc1", "out_features", 12))
    assert not shown(window) and canvas.colors._when.text() == CHANGED
    controller.undo()
    assert "conv1" in shown(window) and canvas.colors._when.text() == "Sample 8 of validation, digits"
    canvas.colors.choose("family")
    assert not shown(window) and canvas.colors._when.isHidden()


def test_a_document_that_was_never_trained_says_so(window: MainWindow) -> None:
    window.controller.show_run(cnn(), "never")
    window.design.canvas.colors.choose(OUTPUTS)
    until(lambda: window.design.canvas.colors._when.text() == UNTRAINED, "the reason")
    assert not shown(window)


def test_what_is_drawn_is_told_apart_by_what_it_computes() -> None:
    document, other = cnn(), cnn()
    assert drawn(document) == drawn(other)
    other.apply(Move({"fc1": (9.0, 9.0)}))
    assert drawn(document) == drawn(other)
    other.apply(SetParam("fc1", "bias", False))
    assert drawn(document) != drawn(other)
