"""Menus, lists of choices and tooltips: the window behind them has round corners, too."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QComboBox, QFileDialog, QLineEdit, QMenu, QPlainTextEdit, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from support import ROOT
from widgets.theme import Menu, round_dialog, round_list, round_menu, theme
from widgets.theme.popups import RADIUS, _cut, round_tips
from widgets.theme.stylesheet import MENU_RADIUS, TIP_RADIUS

SEE_THROUGH = Qt.WidgetAttribute.WA_TranslucentBackground


@pytest.fixture(autouse=True)
def dressed(qapp: QApplication) -> None:
    theme().apply(qapp)


def has_round_corners(window: QWidget) -> bool:
    picture = window.grab().toImage()
    middle = picture.pixelColor(picture.width() // 2, 3)
    return picture.pixelColor(0, 0).alpha() < 40 and middle.alpha() == 255


def test_a_menu_can_be_seen_through_at_its_corners_and_so_can_one_inside_it(qtbot: QtBot) -> None:
    menu = Menu()
    qtbot.addWidget(menu)
    inner = menu.submenu("More")
    for each in (menu, inner):
        each.addAction("One entry")
        assert each.testAttribute(SEE_THROUGH) and has_round_corners(each)
    assert inner.title() == "More" and inner.menuAction() in menu.actions()


def test_the_list_of_a_choice_as_well(qtbot: QtBot) -> None:
    choice = QComboBox()
    qtbot.addWidget(choice)
    choice.addItems(["a", "b"])
    round_list(choice)
    choice.show()
    choice.showPopup()
    assert choice.view().window().testAttribute(SEE_THROUGH) and choice.view().isVisible()
    choice.hidePopup()


@pytest.mark.parametrize("kind", [QLineEdit, QPlainTextEdit])
def test_the_menu_of_a_field_of_text(qtbot: QtBot, kind: type[QLineEdit | QPlainTextEdit]) -> None:
    field = kind()
    qtbot.addWidget(field)
    round_menu(field)
    field.show()
    inner = field.viewport() if isinstance(field, QPlainTextEdit) else field
    point = QPoint(5, 5)
    QApplication.sendEvent(inner, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, inner.mapToGlobal(point)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and has_round_corners(menu)
    assert "Paste" in " ".join(action.text().replace("&", "") for action in menu.actions())
    menu.close()


def test_what_opens_in_a_dialog_of_qt(qtbot: QtBot) -> None:
    dialog = QFileDialog(options=QFileDialog.Option.DontUseNativeDialog)
    qtbot.addWidget(dialog)
    round_dialog(dialog)
    choices = dialog.findChildren(QComboBox)
    assert choices and all(choice.view().window().property(RADIUS) == MENU_RADIUS for choice in choices)
    assert all(
        field.contextMenuPolicy() == Qt.ContextMenuPolicy.CustomContextMenu for field in dialog.findChildren(QLineEdit)
    )


def test_a_tooltip_that_is_shown_keeps_its_place(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    QToolTip.showText(QPoint(100, 100), "some words", window)
    tip = next(each for each in QApplication.topLevelWidgets() if each.metaObject().className() == "QTipLabel")
    area = tip.geometry()
    round_tips()
    assert tip.isVisible() and tip.geometry() == area and tip.property(RADIUS) == TIP_RADIUS
    assert tip.testAttribute(SEE_THROUGH)
    QToolTip.hideText()


HOVERED = """
import sys
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from widgets.theme import Application, theme
from widgets.theme.popups import RADIUS
application = Application(sys.argv)
theme().apply(application)
label = QLabel("hover", toolTip="some words")
label.resize(200, 100)
label.show()
for x in range(40, 60):
    QTest.mouseMove(label, QPoint(x, 50))
for _ in range(400):
    QTest.qWait(10)
    tips = [each for each in application.topLevelWidgets() if each.metaObject().className() == "QTipLabel"]
    if tips:
        break
print(tips[0].isVisible(), tips[0].property(RADIUS))
"""


def test_the_tooltip_that_a_resting_mouse_opens() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen"}
    found = subprocess.run(
        [sys.executable, "-c", HOVERED], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout.split() == ["True", str(TIP_RADIUS)]


def test_other_windows_are_left_alone(qtbot: QtBot) -> None:
    plain, tip = QWidget(), QMenu()
    for each in (plain, tip):
        qtbot.addWidget(each)
        each.ensurePolished()
        assert not each.testAttribute(SEE_THROUGH)
    round_tips()


def test_where_windows_are_opaque_a_mask_takes_the_corners(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(100, 60)
    window.setProperty(RADIUS, 8)
    _cut(window)
    for corner in (QPoint(0, 0), QPoint(99, 0), QPoint(0, 59), QPoint(99, 59)):
        assert not window.mask().contains(corner)
    assert window.mask().contains(QRect(8, 0, 84, 60)) and window.mask().contains(QPoint(2, 3))
