"""Menus, lists of choices and tooltips as windows with round corners.

The style sheet rounds what is painted in them; the window itself would stay a square behind it. Where windows can be
see-through it is that, else (a plain X server) a mask takes the corners away.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainterPath, QRegion
from PySide6.QtWidgets import QMenu, QProxyStyle, QWidget

from widgets.theme.stylesheet import MENU_RADIUS, TIP_RADIUS

RADII = {"QTipLabel": TIP_RADIUS, "QComboBoxPrivateContainer": MENU_RADIUS}
"""Windows that Qt makes itself, by the names of their classes."""


class RoundPopups(QProxyStyle):
    """Fusion, whose popups have round corners."""

    def __init__(self) -> None:
        super().__init__("Fusion")
        self._rounder = _Rounder(self)

    def polish(self, subject: Any) -> Any:
        """Dress a widget (or the application, or a palette) when it is first shown."""
        if isinstance(subject, QWidget) and subject.isWindow() and (radius := _radius(subject)):
            self._rounder.take(subject, radius)
        return super().polish(subject)


class _Rounder(QObject):
    """Cuts the corners of windows at each new size."""

    def take(self, window: QWidget, radius: int) -> None:
        if QGuiApplication.platformName() == "xcb":
            window.setProperty("radius", radius)
            window.removeEventFilter(self)
            window.installEventFilter(self)
            _cut(window)
        else:
            window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
            window.setWindowFlag(Qt.WindowType.NoDropShadowWindowHint)
            window.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and isinstance(watched, QWidget):
            _cut(watched)
        return False


def _radius(window: QWidget) -> int:
    return MENU_RADIUS if isinstance(window, QMenu) else RADII.get(window.metaObject().className(), 0)


def _cut(window: QWidget) -> None:
    radius = int(window.property("radius"))
    path = QPainterPath()
    path.addRoundedRect(QRectF(window.rect()), radius, radius)
    window.setMask(QRegion(path.toFillPolygon().toPolygon()))
