"""The one door for errors while a widget paints itself.

A painter that an exception leaves alive takes the whole window with it: Qt ends the frame with an active painter on it
and crashes. So every `paintEvent` is wrapped by `painted`: the painters are ended, the error goes to the program's door
for what nobody caught, once for each widget until it paints well again, and the widget shows a placeholder.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from functools import wraps
from types import TracebackType
from typing import TypeVar
from weakref import WeakSet

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from widgets.theme import color, font

PLACEHOLDER = "This could not be drawn."
W = TypeVar("W", bound=QWidget)
Paint = Callable[[W, QPaintEvent], None]

_failed: WeakSet[QWidget] = WeakSet()
"""Widgets whose last painting failed."""


def painted(paint: Paint[W]) -> Paint[W]:
    """Decorator of a `paintEvent`: whatever goes wrong in it, the window lives on."""

    @wraps(paint)
    def guarded(widget: W, event: QPaintEvent) -> None:
        with _Guard(widget):
            paint(widget, event)

    return guarded


class _Guard:
    """Around the painting of one widget."""

    def __init__(self, widget: QWidget) -> None:
        self._widget = widget

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        if not isinstance(error, Exception):
            _failed.discard(self._widget)
            return False
        if self._widget not in _failed:
            _failed.add(self._widget)
            sys.excepthook(type(error), error, trace)
        _end_painters(error)
        _paint_placeholder(self._widget)
        return True


def _end_painters(error: BaseException) -> None:
    """End the painters of the functions that failed, and let go of all that these held.

    Painters first: a picture must not go while somebody paints on it.
    """
    cause: BaseException | None = error
    while cause is not None:
        for frame, _ in traceback.walk_tb(cause.__traceback__):
            for value in list(frame.f_locals.values()):
                if isinstance(value, QPainter) and value.isActive():
                    value.end()
        traceback.clear_frames(cause.__traceback__)
        cause = cause.__cause__ or cause.__context__


def _paint_placeholder(widget: QWidget) -> None:
    surface = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    painter = QPainter(surface)
    painter.fillRect(surface.rect(), color("panel"))
    painter.setPen(color("text3"))
    painter.setFont(font(11))
    words = painter.fontMetrics().elidedText(PLACEHOLDER, Qt.TextElideMode.ElideRight, surface.width() - 8)
    painter.drawText(surface.rect(), Qt.AlignmentFlag.AlignCenter, words)
    painter.end()
