"""What the last run of a document measured, on the cards of its network, with a slider over its time."""

from __future__ import annotations

from documents import cnn
from pytestqt.qtbot import QtBot

from studio.running.launch import new_run
from studio.runs.health.record import MEASURES
from studio.window.main_window import MainWindow


def test_cards_show_the_look_that_the_slider_chose(qtbot: QtBot, window: MainWindow) -> None:
    document = cnn()
    run = new_run(document, None, window.training.runs_dir)
    with run.health_writer() as writer:
        for step, size in ((0, 1e-5), (50, 0.02)):
            writer.record(("conv1", "fc1"), step, step / 45, [size] * 2 * len(MEASURES))
    window.controller.show_run(document, run.header["title"] or run.name)
    window.show_workspace("design")
    canvas = window.design.canvas
    colors = canvas.colors
    assert colors.time.isHidden()
    colors.field.set_value("gradient")
    colors.field.changed.emit("gradient")
    qtbot.waitUntil(lambda: "conv1" in canvas.marks.heat)
    assert {id: heat.text for id, heat in canvas.marks.heat.items()} == {"conv1": "0.02", "fc1": "0.02"}
    assert not colors.time.isHidden() and colors.time.value() == 1
    colors.time.setValue(0)
    assert canvas.marks.heat["fc1"].text == "1e-5"
    colors.field.set_value("family")
    colors.field.changed.emit("family")
    assert colors.time.isHidden() and not canvas.marks.heat


def test_a_document_that_was_never_trained_says_so(qtbot: QtBot, window: MainWindow) -> None:
    window.controller.show_run(cnn(), "never")
    window.show_workspace("design")
    colors = window.design.canvas.colors
    colors.field.set_value("std")
    colors.field.changed.emit("std")
    qtbot.waitUntil(lambda: colors._when.text() == "Nothing recorded: train it first.")
    assert not window.design.canvas.marks.heat
