"""Menus, lists of choices and tooltips: the window behind them has round corners, too."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QMenu, QWidget
from pytestqt.qtbot import QtBot

from widgets.theme import theme
from widgets.theme.popups import _cut


def dressed(qapp: QApplication, qtbot: QtBot, window: QWidget) -> QWidget:
    theme().apply(qapp)
    window.ensurePolished()
    return window


def test_a_menu_can_be_seen_through_at_its_corners(qapp: QApplication, qtbot: QtBot) -> None:
    menu = QMenu()
    qtbot.addWidget(menu)
    menu.addAction("One entry")
    dressed(qapp, qtbot, menu)
    assert menu.testAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    picture = menu.grab().toImage()
    assert picture.pixelColor(0, 0).alpha() < 40 and picture.pixelColor(picture.width() // 2, 2).alpha() == 255


def test_the_list_of_a_choice_as_well(qapp: QApplication, qtbot: QtBot) -> None:
    choice = QComboBox()
    qtbot.addWidget(choice)
    choice.addItems(["a", "b"])
    theme().apply(qapp)
    choice.show()
    choice.showPopup()
    assert choice.view().window().testAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    choice.hidePopup()


def test_other_widgets_are_left_alone(qapp: QApplication, qtbot: QtBot) -> None:
    plain = QWidget()
    qtbot.addWidget(plain)
    assert not dressed(qapp, qtbot, plain).testAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)


def test_where_windows_are_opaque_a_mask_takes_the_corners(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(100, 60)
    window.setProperty("radius", 8)
    _cut(window)
    for corner in (QPoint(0, 0), QPoint(99, 0), QPoint(0, 59), QPoint(99, 59)):
        assert not window.mask().contains(corner)
    assert window.mask().contains(QRect(8, 0, 84, 60)) and window.mask().contains(QPoint(2, 3))
