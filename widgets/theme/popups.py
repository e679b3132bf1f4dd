"""Menus, lists of choices and tooltips as windows with round corners.

The style sheet rounds what is painted in them; the window itself would stay a square behind it. Where windows can be
see-through it is that, else (a plain X server) a mask takes the corners away.

Each such window is asked for its corners by who opens it. A style that sees every widget, or a filter that sees every
event, would do it for all of them, and make each change of the theme slower by an eighth.
"""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QCompleter,
    QDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from widgets.theme.stylesheet import MENU_RADIUS, TIP_RADIUS

RADIUS = "radius"
"""The property of a window with round corners; the style sheet asks menus for it."""
_TIP = "QTipLabel"
"""What Qt calls the window of a tooltip."""


class Application(QApplication):
    """The application; its tooltips have round corners."""

    def event(self, event: QEvent) -> bool:
        """Qt opens a tooltip when a timer of the application itself is over."""
        is_timer = event.type() == QEvent.Type.Timer
        done = super().event(event)
        if is_timer:
            round_tips()
        return done


class Menu(QMenu):
    """A menu with round corners."""

    def __init__(self, parent: QWidget | None = None, title: str = "") -> None:
        super().__init__(title, parent)
        round_corners(self, MENU_RADIUS)

    def submenu(self, title: str) -> Menu:
        """A further menu that opens beside this one."""
        menu = Menu(self, title)
        self.addMenu(menu)
        return menu


def round_tips() -> None:
    """Round the tooltip that is shown now, if one is."""
    for window in QApplication.topLevelWidgets():
        if window.metaObject().className() == _TIP and window.isVisible():
            round_corners(window, TIP_RADIUS)


def round_list(choice: QComboBox) -> None:
    """Round the list of a choice, which is made when it first opens."""
    round_corners(choice.view().window(), MENU_RADIUS)


def round_completions(completer: QCompleter, width: int = 0) -> None:
    """Round the list of what completes a line, which is at least so many pixels wide."""
    popup = completer.popup()
    assert popup is not None, "a completer in a line of its own shows nothing"
    popup.setMinimumWidth(width)
    round_corners(popup, MENU_RADIUS)


def round_menu(field: QLineEdit | QPlainTextEdit | QTextEdit) -> None:
    """Round the menu with Copy and Paste that Qt makes for a field of text."""
    field.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
    field.customContextMenuRequested.connect(_TextMenu(field).open)


def round_dialog(dialog: QDialog) -> None:
    """Round what opens from the fields of a dialog that Qt makes."""
    for field in dialog.findChildren(QLineEdit):
        round_menu(field)
    for choice in dialog.findChildren(QComboBox):
        round_list(choice)


def round_corners(window: QWidget, radius: int) -> None:
    """Take the corners of a window away, now and at each new size; harmless where it was done before."""
    if window.property(RADIUS) == radius:
        return
    window.setProperty(RADIUS, radius)
    if QGuiApplication.platformName() == "xcb":
        window.installEventFilter(_Cutter(window))
        _cut(window)
    else:
        _see_through(window)


def _see_through(window: QWidget) -> None:
    """A window that is shown already is made anew: only so does it learn that it has no corners."""
    shown = window.isVisible()
    window.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)
    for flag in (Qt.WindowType.FramelessWindowHint, Qt.WindowType.NoDropShadowWindowHint):
        window.setWindowFlag(flag)
    window.setVisible(shown)


class _Cutter(QObject):
    """Cuts the corners of its window at each new size."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            _cut(watched)
        return False


def _cut(window: QWidget) -> None:
    radius = int(window.property(RADIUS))
    path = QPainterPath()
    path.addRoundedRect(QRectF(window.rect()), radius, radius)
    window.setMask(QRegion(path.toFillPolygon().toPolygon()))


class _TextMenu(QObject):
    """Opens the menu of its field: an object of its own, since a function that knew the field would keep it alive."""

    def open(self, point: QPoint) -> None:
        field = cast("QLineEdit | QPlainTextEdit | QTextEdit", self.parent())
        menu = field.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        round_corners(menu, MENU_RADIUS)
        inner = field.viewport() if isinstance(field, QAbstractScrollArea) else field
        menu.popup(inner.mapToGlobal(point))
