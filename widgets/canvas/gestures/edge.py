"""Moving the picture on while a gesture holds the pointer at the edge of the canvas."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, QRect, QTimer

_EDGE = 28.0
"""Pixels from the side of the widget at which the picture begins to move."""
_FASTEST = 14.0
"""Pixels that it moves in one tick, where the pointer is at the side or beyond."""
_TICK_MS = 16


class EdgePan(QObject):
    """Follows the pointer of a gesture. ``go_on`` is called with the pixels by which the picture moves.

    What begins close to a side, such as a drag that comes in there, moves nothing until it has been away from it.
    """

    def __init__(self, go_on: Callable[[float, float], object], parent: QObject) -> None:
        super().__init__(parent)
        self._go_on = go_on
        self._margins: list[float] = []
        self._step = QPointF()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(lambda: self._go_on(self._step.x(), self._step.y()))

    @property
    def is_moving(self) -> bool:
        """Whether the picture moves on."""
        return self._timer.isActive()

    def stop(self) -> None:
        """The gesture is over."""
        self._margins = []
        self._timer.stop()

    def follow(self, pointer: QPointF, room: QRect) -> None:
        """The pointer of the gesture is at a point of the widget, which is ``room``."""
        off = [pointer.x(), pointer.y(), room.width() - pointer.x(), room.height() - pointer.y()]
        before = self._margins or [0.0] * len(off)
        self._margins = [max(margin, min(_EDGE, distance)) for margin, distance in zip(before, off, strict=True)]
        left, top, right, bottom = (
            min(1.0, (margin - distance) / _EDGE) if distance < margin else 0.0
            for margin, distance in zip(self._margins, off, strict=True)
        )
        self._step = QPointF(left - right, top - bottom) * _FASTEST
        if self._step.isNull():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()
