"""The Design workspace by keyboard: the order of Tab, edits while typing, and what is one step of undo."""

from __future__ import annotations

from itertools import groupby
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QWidget
from pytestqt.qtbot import QtBot
from waiting import idle

from studio.window.main_window import MainWindow
from widgets.controls import Switch


@pytest.fixture
def design(window: MainWindow, qtbot: QtBot) -> MainWindow:
    """The exam's network with its first convolution selected."""
    window.resize(1600, 1000)
    window.new("exam-cnn")
    idle(window)
    window.design.select(["conv1"])

    def active() -> bool:
        window.activateWindow()
        return window.isActiveWindow()

    qtbot.waitUntil(active)
    return window


def field(window: MainWindow, name: str) -> QLineEdit:
    return cast(QLineEdit, window.design.inspector.node_page.form.editor(name))


def setting(window: MainWindow, name: str) -> object:
    return getattr(window.controller.document.network["conv1"].layer, name)


def chain(window: MainWindow, qtbot: QtBot) -> list[QWidget]:
    """What Tab meets from the first control to the last, without the canvas' own use of it."""
    window.top_bar.home.setFocus()
    met: list[QWidget] = []
    while (here := window.focusWidget()) is not None and here not in met:
        met.append(here)
        if here is window.design.canvas:
            window.focusNextPrevChild(True)
        else:
            qtbot.keyClick(here, Qt.Key.Key_Tab)
    return met


def type_into(qtbot: QtBot, line: QLineEdit, text: str) -> None:
    line.setFocus()
    qtbot.waitUntil(line.hasFocus)
    line.selectAll()
    qtbot.keyClicks(line, text)


def test_tab_goes_from_part_to_part_as_they_stand(design: MainWindow, qtbot: QtBot) -> None:
    parts = {
        "top bar": design.top_bar,
        "palette": design.design.palette_panel,
        "canvas": design.design.canvas,
        "inspector": design.design.inspector,
        "drawer": design.design.drawer,
        "status": design.status,
    }
    names = [
        name
        for widget in chain(design, qtbot)
        for name, part in parts.items()
        if part is widget or part.isAncestorOf(widget)
    ]
    assert [name for name, _ in groupby(names)] == list(parts)


def test_what_is_typed_into_a_field_is_one_step_of_undo(design: MainWindow, qtbot: QtBot) -> None:
    before = setting(design, "out_channels")
    type_into(qtbot, field(design, "out_channels"), "128")
    assert setting(design, "out_channels") == 128
    design.controller.undo()
    assert setting(design, "out_channels") == before
    assert not design.controller.document.undo_label
    design.controller.redo()
    assert setting(design, "out_channels") == 128


def test_two_fields_are_two_steps(design: MainWindow, qtbot: QtBot) -> None:
    type_into(qtbot, field(design, "out_channels"), "24")
    switch = design.design.inspector.node_page.form.editor("bias").findChild(Switch)
    assert isinstance(switch, Switch)
    qtbot.keyClick(switch, Qt.Key.Key_Space)
    assert setting(design, "bias") is False
    design.controller.undo()
    assert (setting(design, "bias"), setting(design, "out_channels")) == (True, 24)
    design.controller.undo()
    assert setting(design, "out_channels") == 16


def test_undo_shows_in_the_field(design: MainWindow, qtbot: QtBot) -> None:
    line = field(design, "out_channels")
    type_into(qtbot, line, "77")
    design.controller.undo()
    qtbot.waitUntil(lambda: line.text() == "16")


@pytest.mark.parametrize("nonsense", ["", "zero", "-3", "0", "1e400", "9" * 40, "16.5", "½", "٣x", "\\u202e16;"])
def test_nonsense_keeps_the_last_valid_network(design: MainWindow, qtbot: QtBot, nonsense: str) -> None:
    line = field(design, "out_channels")
    before = design.controller.document.network["conv1"].params
    total = design.controller.document.analysis.totals()
    line.setFocus()
    line.selectAll()
    line.insert(nonsense) if nonsense else line.del_()
    line.textEdited.emit(line.text())
    assert design.controller.document.network["conv1"].params == before
    assert design.controller.document.analysis.totals() == total
    qtbot.keyClick(line, Qt.Key.Key_Escape)
    assert line.text() == "16"


def test_up_and_down_step_and_many_steps_are_one_of_undo(design: MainWindow, qtbot: QtBot) -> None:
    line = field(design, "out_channels")
    line.setFocus()
    for _ in range(5):
        qtbot.keyClick(line, Qt.Key.Key_Up)
    assert setting(design, "out_channels") == 21
    design.controller.undo()
    assert setting(design, "out_channels") == 16


def test_the_shapes_follow_each_letter(design: MainWindow, qtbot: QtBot) -> None:
    type_into(qtbot, field(design, "out_channels"), "3")
    report = design.controller.document.analysis["conv1"]
    assert report.outputs[0] is not None and report.outputs[0].shape == (3, 32, 32)
    assert "3×32×32" in design.design.inspector.node_page.shapes.accessibleName()
    assert design.status.parameters.text() == f"{design.controller.document.analysis.totals().parameters:,} parameters"
