"""Every screen of the real window, at several sizes and with large text: what has the keyboard has a name, what is an
icon alone has a tip, and no words are cut."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractScrollArea,
    QComboBox,
    QLabel,
    QLineEdit,
    QPushButton,
    QStyle,
    QStyleOptionComboBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from waiting import idle

from models.document.edits import Rename, SetParam, SetSection
from models.storage import files, templates
from studio.window.main_window import SMALLEST, MainWindow
from studio.workspaces.data.workspace import DataWorkspace
from support import SOAK
from widgets.controls import ElidedLabel, Paragraph, Switch
from widgets.theme import theme

SMALL, LARGE = (1280, 800), (1600, 1000)
SIZES = [(1.0, LARGE), (1.5, SMALL), (1.0, SMALLEST)]
"""Most room and least for the words, and a small screen; between them lie those that the soak looks at, too."""
if SOAK:
    SIZES += [(1.0, SMALL), (1.5, LARGE), (1.0, (1024, 600))]


@pytest.fixture(params=SIZES, ids=str)
def sized(request: pytest.FixtureRequest, window: MainWindow) -> Iterator[MainWindow]:
    """The window at a text size and a size."""
    scale, size = request.param
    theme().set_scale(scale)
    window.resize(*size)
    yield window
    theme().set_scale(1.0)


def inside(window: MainWindow) -> Iterator[QWidget]:
    """Everything in sight."""
    return (widget for widget in window.findChildren(QWidget) if widget.isVisible())


def called(widget: QWidget) -> str:
    return f"{type(widget).__name__} {widget.accessibleName() or getattr(widget, 'text', str)()!r}"


def nameless(window: MainWindow) -> list[str]:
    """What takes the keyboard or the mouse without a name that can be read out."""
    controls = QAbstractButton, QLineEdit, QComboBox, QAbstractItemView
    found = []
    for widget in inside(window):
        if widget.focusProxy() is not None:
            continue
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus or isinstance(widget, controls):
            interface = QAccessible.queryAccessibleInterface(widget)
            if not interface.text(QAccessible.Text.Name).strip():
                found.append(f"{called(widget)} in {type(widget.parent()).__name__}")
    return found


def tipless(window: MainWindow) -> list[str]:
    """Buttons that are an icon alone and do not say what it means."""
    buttons = (widget for widget in inside(window) if isinstance(widget, QToolButton | QPushButton))
    return [called(button) for button in buttons if not (button.text() or button.toolTip() or button.layout())]


def cut(window: MainWindow) -> list[str]:
    """Words with less room than they need. Names may end in …: then their tip tells them whole."""
    return [f"{called(widget)}: {why}" for widget in inside(window) if (why := _cut(widget))]


def outside(window: MainWindow) -> list[str]:
    """Controls and words of which a part lies beyond the left or right edge of what they stand in."""
    kinds = QAbstractButton, QLineEdit, QComboBox, QLabel
    found = []
    for widget in inside(window):
        if isinstance(widget, kinds) and (over := _beyond(widget)):
            found.append(f"{called(widget)} in {type(widget.parent()).__name__}: {over} beyond the edge")
    return found


def _beyond(widget: QWidget) -> int:
    """By how many pixels a widget is cut at a side; where that side can be scrolled to, by none."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QAbstractScrollArea) and around.horizontalScrollBar().maximum() > 0:
            return 0
        left = widget.mapTo(around, QPoint()).x()
        if (over := max(-left, left + widget.width() - around.width())) > 1:
            return over
        around = None if around.isWindow() else around.parentWidget()
    return 0


def _cut(widget: QWidget) -> str:
    if isinstance(widget, Paragraph):
        return _less(widget.height(), widget.heightForWidth(widget.width()), "high")
    if isinstance(widget, ElidedLabel):
        elided = widget.fontMetrics().horizontalAdvance(widget._line()) > widget.contentsRect().width()
        return "elided without a tip" if elided and not widget.toolTip() else ""
    if isinstance(widget, QLabel):
        return _cut_label(widget)
    if isinstance(widget, QComboBox):
        return _cut_choice(widget)
    if isinstance(widget, QAbstractButton) and widget.text() and not isinstance(widget, Switch):
        return _less(widget.width(), widget.minimumSizeHint().width(), "wide")
    return ""


def _cut_label(label: QLabel) -> str:
    if not label.text() or label.wordWrap() or not label.pixmap().isNull():
        return ""
    metrics = label.fontMetrics()
    lines = label.text().split("\n")
    wide = _less(label.contentsRect().width(), max(metrics.horizontalAdvance(line) for line in lines), "wide")
    return wide or _less(label.height() + 2, metrics.height() * len(lines), "high")


def _cut_choice(choice: QComboBox) -> str:
    option = QStyleOptionComboBox()
    choice.initStyleOption(option)
    complex_control, part = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
    room = choice.style().subControlRect(complex_control, option, part, choice).width()
    return _less(room, choice.fontMetrics().horizontalAdvance(choice.currentText()), "wide")


def _less(room: int, need: int, what: str) -> str:
    return f"{room} {what}, needs {need}" if room + 1 < need else ""


def expect_all_well(qtbot: QtBot, window: MainWindow) -> None:
    """Wait until the layout has settled and there is nothing to complain about."""

    def settled() -> None:
        for complaints in (nameless, tipless, cut, outside):
            assert complaints(window) == []

    qtbot.waitUntil(settled)


def test_welcome(sized: MainWindow, qtbot: QtBot) -> None:
    sized.show_welcome()
    qtbot.waitUntil(lambda: len(sized.welcome._cards) == len(templates.available()))
    expect_all_well(qtbot, sized)


@pytest.mark.parametrize("template", ["small-resnet", "lstm-tagger", "transformer"])
def test_design_with_each_kind_of_layer_selected(sized: MainWindow, qtbot: QtBot, template: str) -> None:
    sized.new(template)
    nodes = {node.kind: node.id for node in sized.controller.document.network}
    for id in nodes.values():
        sized.design.select([id])
        expect_all_well(qtbot, sized)
    sized.design.select(list(nodes.values()))
    expect_all_well(qtbot, sized)
    sized.design.select([])
    expect_all_well(qtbot, sized)


def test_the_drawer_with_problems_layers_and_code(sized: MainWindow, qtbot: QtBot) -> None:
    sized.new("small-resnet")
    idle(sized)
    sized.controller.apply(SetParam("block2_project", "stride", 1))
    sized.controller.apply(SetParam("conv1", "bias", True))
    qtbot.waitUntil(lambda: len(sized.controller.issues) >= 2)
    sized.design.select([sized.controller.issues[0].node])
    for tab in ("problems", "layers", "code"):
        sized.design.drawer.show_tab(tab)
        expect_all_well(qtbot, sized)


def test_hostile_names_are_shown_whole_or_told_by_a_tip(sized: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / ("<b>שלום<b> & 😀 " + "long " * 20 + ".netloom")
    files.write(templates.load("exam-cnn"), path)
    sized.open(path)
    idle(sized)
    assert sized.controller.apply(Rename("conv1", "long_" * 12))
    sized.design.select(["long_" * 12])
    expect_all_well(qtbot, sized)
    assert "<b>" in sized.top_bar.title.text()
    assert not [widget.toolTip() for widget in inside(sized) if "<b>" in widget.toolTip()]


def test_data(sized: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    images = np.random.default_rng(0).random((60, 1, 8, 8), np.float32)
    np.savez(tmp_path / "some images of my own.npz", x=images, y=np.arange(60) % 10)
    sized.new("digits-cnn")
    idle(sized)
    data = {"source": "numpy", "path": str(tmp_path / "some images of my own.npz")}
    sized.controller.apply(SetSection("data", data))
    sized.show_workspace("data")
    workspace = cast(DataWorkspace, sized.workspace("data"))
    qtbot.waitUntil(lambda: workspace.preview is not None and not workspace.is_busy)
    expect_all_well(qtbot, sized)
    sized.controller.apply(SetSection("data", {"source": "csv", "path": "/nowhere/at/all.csv"}))
    qtbot.waitUntil(lambda: any(note.kind == "error" for note in workspace.page.notes))
    expect_all_well(qtbot, sized)


def test_train(sized: MainWindow, qtbot: QtBot) -> None:
    sized.new("digits-cnn")
    idle(sized)
    sized.show_workspace("train")
    expect_all_well(qtbot, sized)


def test_banners_are_whole(sized: MainWindow, qtbot: QtBot) -> None:
    sized.new("mlp")
    idle(sized)
    actions = [("Save elsewhere…", lambda: None), ("Discard", lambda: None)]
    sized.banner.say("The disk is full. <i>Nothing</i> is lost: the old file is as it was. " * 3, "error", actions)
    expect_all_well(qtbot, sized)


def test_huge_numbers_are_whole(sized: MainWindow, qtbot: QtBot) -> None:
    sized.new("mlp")
    idle(sized)
    linear = next(node.id for node in sized.controller.document.network if node.kind == "Linear")
    assert sized.controller.apply(SetParam(linear, "out_features", 987_654_321))
    sized.design.select([linear])
    expect_all_well(qtbot, sized)
